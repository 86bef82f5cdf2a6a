"""Slots by model and by rule put together, and the shipped reader."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path

import pytest

from models.language import SentenceEncoder
from models.language.reader import HEADS, Reader, joined, merged
from models.language.understanding import INTENTS, Slot
from models.runtime.errors import ModelError

ARTIFACTS = Path(__file__).parents[3] / "models" / "artifacts"
NOW = datetime(2026, 11, 24, 10, 0)


def slot(name: str, start: int, end: int) -> Slot:
    return Slot(name, start, end, "x" * (end - start), "x")


def test_a_phone_by_rule_overrules_the_model() -> None:
    assert merged([slot("plate", 3, 9)], [slot("phone", 2, 13)]) == [slot("phone", 2, 13)]


def test_what_the_model_marks_stays_where_the_rule_says_something_else() -> None:
    assert merged([slot("object", 0, 4)], [slot("location", 1, 3)]) == [slot("object", 0, 4)]


def test_the_longer_of_two_of_a_kind_is_taken() -> None:
    assert merged([slot("location", 0, 3)], [slot("location", 0, 9)]) == [slot("location", 0, 9)]
    assert merged([slot("location", 0, 9)], [slot("location", 0, 3)]) == [slot("location", 0, 9)]


def test_a_rule_fills_what_the_model_left_out_and_the_order_is_that_of_the_text() -> None:
    assert merged([slot("object", 8, 10)], [slot("date", 0, 2)]) == [slot("date", 0, 2), slot("object", 8, 10)]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(SentenceEncoder.load(ARTIFACTS / "trunk"), ARTIFACTS)


def test_one_pass_gives_intent_slots_and_the_vector_that_the_encoder_gives(reader: Reader) -> None:
    heard = reader.read("三号楼二单元1502的水管漏水了", NOW)
    assert heard.meaning.intent == "repair_request"
    assert sum(heard.meaning.scores.values()) == pytest.approx(1.0, abs=1e-3)
    assert heard.meaning.scores.keys() == set(INTENTS)
    place = next(slot for slot in heard.meaning.slots if slot.name == "location")
    assert place.value == {"building": "3", "unit": "2", "room": "1502"}
    assert float(heard.vector @ reader.encoder.embed(["三号楼二单元1502的水管漏水了"])[0]) == pytest.approx(
        1.0, abs=1e-3
    )


@pytest.mark.parametrize("text", ["", " ", "😀", "\x00", "a" * 5000, "水" * 5000, "[x](y)", "１２３", "\n\n"])
def test_odd_text_is_read_without_a_fault(reader: Reader, text: str) -> None:
    meaning = reader.read(text, NOW).meaning
    assert meaning.intent in INTENTS
    assert all(text[found.start : found.end] == found.text for found in meaning.slots)


def test_every_head_is_small_and_can_be_replaced_alone() -> None:
    for name in HEADS:
        assert sum(path.stat().st_size for path in (ARTIFACTS / name).iterdir()) < 500_000
    total = sum(path.stat().st_size for name in ("trunk", *HEADS) for path in (ARTIFACTS / name).iterdir())
    assert total <= 25_000_000


def test_a_head_of_other_labels_or_another_trunk_is_refused(tmp_path: Path) -> None:
    for name in ("trunk", *HEADS):
        shutil.copytree(ARTIFACTS / name, tmp_path / name)
    encoder = SentenceEncoder.load(tmp_path / "trunk")
    path = tmp_path / "topic" / "card.json"
    card = json.loads(path.read_text("utf-8"))
    labels = card["head"]["labels"]
    card["head"]["labels"] = labels[::-1]
    path.write_text(json.dumps(card), "utf-8")
    with pytest.raises(ModelError, match="other labels"):
        Reader(encoder, tmp_path)
    card["head"] |= {"labels": labels, "trunk": "0" * 64}
    path.write_text(json.dumps(card), "utf-8")
    with pytest.raises(ModelError, match="another trunk"):
        Reader(encoder, tmp_path)


def test_pieces_of_one_phrase_are_joined() -> None:
    text = "my tap keeps dripping 轨道掉了"
    marked = [("object", 3, 6, 0.9), ("symptom", 7, 12, 0.8), ("symptom", 13, 21, 0.7), ("object", 22, 23, 0.9),
              ("object", 23, 24, 0.6)]  # fmt: skip
    assert joined(text, marked) == [("object", 3, 6, 0.9), ("symptom", 7, 21, 0.7), ("object", 22, 24, 0.6)]
