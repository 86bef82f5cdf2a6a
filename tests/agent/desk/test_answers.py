"""What residents hear, whatever they say."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent import config
from agent.desk.answers import Desk
from models.language.knowledge import KnowledgeError
from models.runtime.errors import ModelError

HUMAN = config.Contact(name=config.Text(zh="物业", en="the office"), phone="8800 6120")
ONE = "## fees\n### amount\n问：停车费多少钱\n- 停车一个月几块\n答：三百元。\n"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(config.Desk(human=HUMAN), tmp_path_factory.mktemp("cache") / "vectors.npz")


def _desk(tmp_path: Path, text: str, **settings_: object) -> Desk:
    path = tmp_path / "own.md"
    path.write_text(text, "utf-8")
    return Desk(config.Desk.model_validate({"knowledge": path, "human": HUMAN, **settings_}), tmp_path / "vectors.npz")


def test_a_known_question_gets_its_answer_in_its_own_language(desk: Desk) -> None:
    zh, en = desk.answer("我家水管漏水了怎么办"), desk.answer("a pipe is leaking in my flat what do I do")
    assert (zh.known, zh.entry, zh.language) == (True, "water-leak", "zh")
    assert (en.known, en.entry, en.language) == (True, "water-leak", "en")
    assert "水阀" in zh.answer
    assert en.answer.isascii()
    assert zh.handoff is None
    assert zh.ms > 0


def test_the_language_asked_for_wins(desk: Desk) -> None:
    view = desk.answer("我家水管漏水了怎么办", "en")
    assert (view.entry, view.language) == ("water-leak", "en")
    assert view.answer.isascii()


def test_an_unknown_question_is_admitted_and_a_human_offered(desk: Desk) -> None:
    for text, spoken, human in (
        ("地铁什么时候开通", "zh", "物业 8800 6120"),
        ("tell me a joke", "en", "the office 8800 6120"),
    ):
        view = desk.answer(text)
        assert (view.known, view.entry, view.language, view.handoff) == (False, None, spoken, human)
        assert human in view.answer


def test_alternatives_are_questions_that_it_can_answer(desk: Desk) -> None:
    view = desk.answer("how do I get a parking permit")
    assert view.alternatives
    for question in view.alternatives:
        assert desk.answer(question).known


def test_an_emergency_is_sure_and_names_the_human(desk: Desk) -> None:
    view = desk.answer("厨房有煤气味")
    assert (view.entry, view.score, view.known) == ("gas-smell", 1.0, True)
    assert view.handoff == "物业 8800 6120"


def test_an_emergency_within_a_long_story_is_heard(desk: Desk) -> None:
    view = desk.answer("你好啊" * 200 + "我家着火了")
    assert view.entry == "fire"


@pytest.mark.parametrize("text", ["", " \n\t", "😀😀😀", "？！", "\0\x07\x1b[", "，。"])
def test_nothing_said_is_asked_again(desk: Desk, text: str) -> None:
    view = desk.answer(text, "en")
    assert not view.known
    assert "say it again" in view.answer


def test_ten_kilobytes_get_a_polite_answer(desk: Desk) -> None:
    for text in ("水" * 3400, "please tell me " * 700):
        view = desk.answer(text)
        assert not view.known
        assert "8800 6120" in view.answer


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_any_text_gets_one_answer(desk: Desk, text: str) -> None:
    view = desk.answer(text)
    assert view.answer
    assert 0 <= view.score <= 1
    assert view.known == (view.entry is not None)


def test_an_entry_in_one_language_answers_in_that_one(tmp_path: Path) -> None:
    view = _desk(tmp_path, ONE).answer("停车费多少钱", "en")
    assert (view.known, view.language, view.answer) == (True, "zh", "三百元。")


def test_an_emergency_without_an_entry_still_gets_help(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    view = _desk(tmp_path, ONE).answer("there is a fire in my kitchen")
    assert (view.known, view.entry) == (True, None)
    assert "119" in view.answer
    assert "has no entry" in caplog.text


def test_the_threshold_of_the_configuration_wins(tmp_path: Path) -> None:
    loose, strict = _desk(tmp_path, ONE, known_threshold=0.001), _desk(tmp_path, ONE, known_threshold=0.9999)
    assert loose.answer("车停这儿一个月要交多少").known
    assert not strict.answer("车停这儿一个月要交多少").known


def test_a_saved_change_is_taken_and_a_mistake_changes_nothing(tmp_path: Path) -> None:
    desk = _desk(tmp_path, ONE)
    path = tmp_path / "own.md"
    assert not desk.changed()
    path.write_text(ONE.replace("三百元", "四百元整"), "utf-8")
    assert desk.changed()
    desk.reload()
    assert desk.answer("停车费多少钱").answer == "四百元整。"
    path.write_text(ONE + "### amount\n", "utf-8")
    with pytest.raises(KnowledgeError, match="6: there is another entry"):
        desk.reload()
    assert not desk.changed()
    assert desk.answer("停车费多少钱").answer == "四百元整。"
    path.unlink()
    assert desk.changed()


def test_a_wrong_file_or_model_is_one_error(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="no entry"):
        _desk(tmp_path, "nothing")
    with pytest.raises(ModelError, match="no model"):
        _desk(tmp_path, ONE, model=tmp_path)
