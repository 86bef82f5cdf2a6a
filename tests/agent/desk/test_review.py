"""Turns that wait for a person, and what training gets of them."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from agent.desk.review import KEEP_DAYS, ReviewError, ReviewQueue
from models.language.understanding import Slot, Understanding
from models.training import data

DAY = 86400.0


def turn(text: str, intent: str = "complaint") -> Understanding:
    scores = {"complaint": 0.4, "repair_request": 0.35, "parking": 0.25}
    return Understanding(text, "zh", intent, 0.4, scores)


@pytest.fixture
def queue(tmp_path: Path) -> ReviewQueue:
    return ReviewQueue(tmp_path / "review.db")


def test_a_turn_is_kept_masked_with_what_the_desk_made_of_it(queue: ReviewQueue, tmp_path: Path) -> None:
    heard = Understanding(
        "我是张伟，沪A12345", "zh", "complaint", 0.4, turn("").scores, (Slot("person", 2, 4, "张伟", "张伟"),)
    )
    number = queue.add("handoff", heard, 5.0, entry="noise", form="complaint", note="call 13812345678")
    kept = queue.get(number)
    assert kept is not None
    assert (kept.text, kept.note) == ("我是<person>，<plate>", "call <phone>")
    assert (kept.kind, kept.intent, kept.second) == ("handoff", "complaint", "repair_request")
    assert (kept.entry, kept.form, kept.label, kept.time) == ("noise", "complaint", None, 5.0)
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in tmp_path.iterdir())


def test_the_oldest_comes_next_until_all_have_a_label(queue: ReviewQueue) -> None:
    first, second = (queue.add("low_confidence", turn(text), 1.0) for text in ("车被堵了", "灯"))
    following = queue.next()
    assert following is not None
    assert following.id == first
    assert queue.label(first, "parking", "blocked").label == "parking"
    queue.drop(second)
    assert queue.next() is None
    assert queue.counts() == (0, 1)
    assert queue.list() == []
    assert [kept.note for kept in queue.list(every=True)] == ["blocked"]


def test_what_is_no_intent_and_no_row_is_refused(queue: ReviewQueue) -> None:
    number = queue.add("abuse", turn("哼"), 1.0)
    with pytest.raises(ReviewError, match="no intent 'anger'"):
        queue.label(number, "anger")
    for absent in (number + 1, -1, 2**70):
        with pytest.raises(ReviewError, match="no row"):
            queue.label(absent, "parking")
        with pytest.raises(ReviewError, match="no row"):
            queue.drop(absent)


def test_training_reads_what_was_exported(queue: ReviewQueue, tmp_path: Path) -> None:
    for text, label in (("车被堵了", "parking"), ("水管漏了", "repair_request"), ("嗯", None)):
        number = queue.add("correction", turn(text), 1.0)
        if label:
            queue.label(number, label)
    path = tmp_path / "labelled.jsonl"
    path.write_text(queue.export(), "utf-8")
    read = data.read(path)
    assert [(e.text, e.label, e.language) for e in read.examples] == [
        ("车被堵了", "parking", "zh"), ("水管漏了", "repair_request", "zh"),
    ]  # fmt: skip
    assert read.broken == []
    rows = [json.loads(line) for line in queue.export(every=True).splitlines()]
    assert rows[-1] == {"text": "嗯", "label": "", "lang": "zh", "intent": "complaint"}


def test_labels_outlive_rows_without_one(tmp_path: Path) -> None:
    queue = ReviewQueue(tmp_path / "review.db", keep=3)
    numbers = [queue.add("handoff", turn(f"第{n}句"), 1.0) for n in range(3)]
    queue.label(numbers[0], "parking")
    newest = queue.add("handoff", turn("新的"), 2.0)
    assert [kept.id for kept in queue.list(every=True)] == [newest, numbers[2], numbers[0]]
    queue.add("handoff", turn("很久以后"), 3.0 + KEEP_DAYS * DAY)
    assert [kept.text for kept in queue.list(every=True)] == ["很久以后", "第0句"]


def test_a_full_queue_of_labels_still_takes_the_newest(tmp_path: Path) -> None:
    queue = ReviewQueue(tmp_path / "review.db", keep=1)
    queue.label(queue.add("handoff", turn("旧"), 1.0), "parking")
    queue.add("handoff", turn("新"), 2.0)
    assert [kept.text for kept in queue.list(every=True)] == ["新"]


def test_what_was_kept_is_there_after_a_restart(tmp_path: Path) -> None:
    first = ReviewQueue(tmp_path / "review.db")
    number = first.add("handoff", turn("灯"), 1.0)
    first.label(number, "parking")
    first.close()
    again = ReviewQueue(tmp_path / "review.db").get(number)
    assert again is not None
    assert again.label == "parking"
