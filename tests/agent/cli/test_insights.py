"""feedback, review and recommend as a person types them, on files that a desk left."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from agent.cli import feedback, recommend, review
from agent.desk.feedback import FeedbackStore
from agent.desk.recommend.store import RecommendStore
from agent.desk.review import ReviewError, ReviewQueue
from agent.texts import TEXTS
from models.language.understanding import INTENTS, SENTIMENTS, TOPICS, Understanding
from models.training import data
from tests.agent.desk.recommend.made import ITEMS, embed

DAY = 86400.0
Run = Callable[..., Result]


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    folder = tmp_path / "state" / "desk"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    config = tmp_path / "gateway.toml"
    config.write_text(f'[site]\nname = {{ zh = "小区", en = "estate" }}\n[paths]\nstate = "{tmp_path}/state"\n')

    def run(command: Callable[..., None], *arguments: str, language: str = "en") -> Result:
        monkeypatch.setattr("agent.texts.language", lambda: language)
        monkeypatch.setattr("agent.cli.recommend.language", lambda: language)
        monkeypatch.setenv("COLUMNS", "140")
        app = typer.Typer()
        app.command()(command)
        return CliRunner().invoke(app, [*arguments, "--config", str(config)])

    return run


def said(topic: str, sentiment: str = "negative", text: str = "又坏了，我是1502室") -> Understanding:
    return Understanding(text, "zh", "complaint", 0.9, sentiment=sentiment, topic=topic)


def complaints(desk: Path) -> None:
    """Ten weeks in which one lift complaint a fortnight is usual, and today nine."""
    now = time.time()
    store = FeedbackStore(desk / "feedback.db", "Asia/Shanghai")
    with sqlite3.connect(desk / "feedback.db") as connection:
        hours = [(hour,) for hour in range(int(now // 3600) - 70 * 24, int(now // 3600) + 1)]
        connection.executemany("INSERT OR IGNORE INTO watched VALUES (?)", hours)
    connection.close()
    for day in (56, 42, 28, 14):
        store.add(said("lift"), now - day * DAY)
    for _ in range(9):
        store.add(said("lift"), now)
    store.add(said("staff", "positive", "保安很好"), now)
    store.close()


def test_feedback_shows_topics_bars_and_the_surge(run: Run, desk: Path) -> None:
    complaints(desk)
    done = run(feedback.feedback)
    assert done.exit_code == 1
    assert "Surge: lifts since" in done.stdout
    assert "• 又坏了，我是<room>" in done.stdout
    assert "█" in done.stdout
    assert "激增" in run(feedback.feedback, language="zh").stdout


def test_feedback_as_json_adds_up(run: Run, desk: Path) -> None:
    complaints(desk)
    report = json.loads(run(feedback.feedback, "--json", "--days", "60").stdout)
    lift = report["topics"]["lift"]
    assert (lift["negative"], sum(lift["negative_by_day"]), len(report["days"])) == (13, 13, 60)
    assert report["topics"]["staff"]["positive"] == 1
    assert [surge["topic"] for surge in report["surges"]] == ["lift"]


def test_feedback_of_one_topic_lists_its_words_and_only_its_surge(run: Run, desk: Path) -> None:
    complaints(desk)
    done = run(feedback.feedback, "--topic", "staff")
    assert done.exit_code == 0
    assert "保安很好" in done.stdout
    assert "lifts" not in done.stdout
    wrong = run(feedback.feedback, "--topic", "weather")
    assert wrong.exit_code == 2
    assert "'weather' is no topic" in wrong.stderr


def test_a_quiet_store_says_so(run: Run, desk: Path) -> None:
    FeedbackStore(desk / "feedback.db", "Asia/Shanghai").close()
    done = run(feedback.feedback, "--days", "7")
    assert (done.exit_code, done.stdout) == (0, "Nothing was said in the last 7 days.\n")


@pytest.mark.parametrize(
    ("command", "arguments"), [(feedback.feedback, []), (review.review, []), (recommend.recommend, ["--opt-in"])]
)
def test_where_no_desk_ran_nothing_is_made(
    run: Run, desk: Path, command: Callable[..., None], arguments: list[str]
) -> None:
    done = run(command, *arguments)
    assert done.exit_code == 1
    assert "kept nothing yet" in done.stderr
    assert list(desk.iterdir()) == []


@given(st.lists(st.integers(0, 50), min_size=1, max_size=200), st.integers(1, 80))
def test_bars_keep_the_highest_and_fit(counts: list[int], width: int) -> None:
    drawn = feedback.bars(counts, max(counts), width)
    assert 1 <= len(drawn) <= width
    assert ("█" in drawn) is (max(counts) > 0)
    assert (set(drawn) == {" "}) is (max(counts) == 0)


def queue_of(desk: Path, *texts: str) -> ReviewQueue:
    queue = ReviewQueue(desk / "review.db")
    scores = {"complaint": 0.4, "parking": 0.3}
    for text in texts:
        queue.add("low_confidence", Understanding(text, "zh", "complaint", 0.4, scores), time.time())
    return queue


def test_a_technician_labels_row_by_row(run: Run, desk: Path) -> None:
    queue_of(desk, "车被堵了", "[red]灯")
    assert "2 rows wait" in run(review.review).stdout
    shown = run(review.review, "--next").stdout
    assert "车被堵了" in shown
    assert "complaint (40 %), else parking" in shown
    assert "louguan review --label 1 INTENT" in shown
    assert all(intent in shown for intent in INTENTS)
    labelled = run(review.review, "--label", "1", "parking").stdout
    assert "Row 1 is parking. 1 to go." in labelled
    assert "[red]灯" in labelled
    assert "Row 2 is forgotten. 0 to go." in run(review.review, "--drop", "2").stdout
    assert "1 rows have one" in run(review.review).stdout
    assert "parking" in run(review.review, "--all").stdout


def test_an_export_is_what_training_reads(run: Run, desk: Path, tmp_path: Path) -> None:
    queue_of(desk, "车被堵了", "灯").label(1, "parking")
    path = tmp_path / "labelled.jsonl"
    assert "1 rows written" in run(review.review, "--export", str(path)).stdout
    assert [example.label for example in data.read(path).examples] == ["parking"]
    assert json.loads(run(review.review, "--export", str(path), "--all", "--json").stdout)["rows"] == 2
    assert "Is a directory" in run(review.review, "--export", str(tmp_path)).stderr


def test_review_as_json(run: Run, desk: Path) -> None:
    queue_of(desk, "灯")
    listed = json.loads(run(review.review, "--json").stdout)
    assert (listed["waiting"], listed["turns"][0]["text"]) == (1, "灯")
    assert json.loads(run(review.review, "--next", "--json").stdout)["id"] == 1
    assert json.loads(run(review.review, "--label", "1", "parking", "--json").stdout)["label"] == "parking"
    assert json.loads(run(review.review, "--next", "--json").stdout) is None


def test_review_refuses_what_makes_no_sense(run: Run, desk: Path) -> None:
    queue_of(desk, "灯")
    assert run(review.review, "--next", "--drop", "1").exit_code == 2
    assert isinstance(run(review.review, "--label", "1", "anger").exception, ReviewError)
    assert isinstance(run(review.review, "--drop", "99999999999999999999999").exception, ReviewError)


def test_a_resident_opts_in_is_recommended_to_and_is_forgotten(
    run: Run, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = RecommendStore(desk / "recommend.db")
    store.set_items(ITEMS)
    token = json.loads(run(recommend.recommend, "--opt-in", "--json").stdout)["token"]
    nothing = run(recommend.recommend, "--resident", token)
    assert (nothing.exit_code, nothing.stdout) == (0, "There is nothing to recommend yet.\n")
    store.record(token, "gym", "used", time.time() - 5)
    monkeypatch.setattr(recommend, "_encoder", lambda gateway: embed)
    for language, why in (("en", "because you used “the gym”"), ("zh", "因为您用过“健身房”")):
        assert why in run(recommend.recommend, "--resident", token, language=language).stdout
    found: list[dict[str, Any]] = json.loads(run(recommend.recommend, "--resident", token, "--json").stdout)
    assert {"item", "score", "why"} == set(found[0])
    run(recommend.recommend, "--resident", token, "--opt-out")
    off = run(recommend.recommend, "--resident", token)
    assert (off.exit_code, "did not opt in" in off.stderr) == (1, True)
    assert json.loads(run(recommend.recommend, "--resident", token, "--forget", "--json").stdout)["forgotten"]
    assert store.events() == []


def test_recommend_refuses_what_makes_no_sense(run: Run, desk: Path) -> None:
    RecommendStore(desk / "recommend.db").close()
    assert run(recommend.recommend).exit_code == 2
    assert run(recommend.recommend, "--resident", "x", "--opt-in", "--forget").exit_code == 2
    assert "Nothing was kept" in run(recommend.recommend, "--resident", "x", "--forget").stdout


def test_every_topic_sentiment_and_kind_has_its_words_in_both_languages() -> None:
    for key in (*(f"topic.{name}" for name in TOPICS), *(f"sentiment.{name}" for name in SENTIMENTS)):
        assert all(TEXTS[key])
