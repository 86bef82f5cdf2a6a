"""What is kept of turns: masked, bounded, and never in the way of an answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.data.store import StorageFullError
from agent.desk.dialogue import FormState, Reply
from agent.desk.records import Records
from agent.desk.reporting import Reporter
from models.language import knowledge
from models.language.understanding import INTENTS, Slot, Understanding

NOW = 1_795_000_000.0


class Heard(Reporter):
    """Notes what would be carried to the core."""

    def __init__(self) -> None:
        super().__init__(None)
        self.reports: list[tuple[str, str, str]] = []

    def emergency(self, name: str, note: str) -> None:
        self.reports.append(("emergency", name, note))

    def surge(self, topic: str, note: str) -> None:
        self.reports.append(("surge", topic, note))


@pytest.fixture
def reporter() -> Heard:
    return Heard()


@pytest.fixture
def records(tmp_path: Path, reporter: Heard) -> Iterator[Records]:
    kept = Records(tmp_path, "Asia/Shanghai", reporter, lambda: NOW)
    yield kept
    kept.close()


def turn(text: str, intent: str, confidence: float = 0.9, **more: object) -> Understanding:
    scores = dict.fromkeys(INTENTS, 0.0) | {intent: confidence}
    return Understanding(text, "zh", intent, confidence, scores, **more)  # type: ignore[arg-type]


def reply(intent: str, **more: object) -> Reply:
    return Reply("...", "zh", intent, 0.9, **more)  # type: ignore[arg-type]


def test_a_complaint_is_kept_with_its_topic_and_without_whom_it_concerns(records: Records) -> None:
    phone = Slot("phone", 8, 19, "13800001234", "13800001234")
    heard = turn("楼上太吵了，打我13800001234", "complaint", sentiment="negative", topic="noise", slots=(phone,))
    records.turn(heard, reply("complaint"))
    (kept,) = records.feedback.list(0.0)
    assert (kept.topic, kept.sentiment) == ("noise", "negative")
    assert "138" not in kept.text
    assert records.review.list() == []


def test_hand_offs_doubts_and_corrections_wait_for_a_reviewer(records: Records) -> None:
    records.turn(turn("我要找经理", "human_agent"), reply("human_agent", handoff="张主任"))
    records.turn(turn("那个什么来着", "fee_query", 0.3), reply("fee_query"))
    records.turn(turn("不对，是五号楼", "deny"), reply("deny", form=FormState("repair", (), {})))
    records.turn(turn("物业费怎么交", "fee_query"), reply("fee_query"))
    assert [row.kind for row in records.review.list()] == ["correction", "low_confidence", "handoff"]


def test_an_emergency_is_reported_masked_and_is_no_feedback(records: Records, reporter: Heard) -> None:
    heard = turn("三号楼1502着火了", "emergency", 1.0)
    records.turn(heard, reply("emergency", emergency="fire", handoff="张主任"))
    ((kind, name, note),) = reporter.reports
    assert (kind, name) == ("emergency", "fire")
    assert "1502" not in note
    assert records.feedback.list(0.0) == []


def test_a_surge_is_new_once(records: Records, reporter: Heard) -> None:
    for _ in range(60):
        records.turn(turn("太吵了", "complaint", sentiment="negative", topic="noise"), reply("complaint"))
    assert [surge.topic for surge in records.watch()] == ["noise"]
    assert records.watch() == []
    assert {report[:2] for report in reporter.reports} == {("surge", "noise")}


def test_a_full_disk_costs_the_record_and_not_the_answer(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> bool:
        raise StorageFullError("The disk is full.", "Free some space.")

    monkeypatch.setattr(records.feedback, "add", full)
    records.turn(turn("太吵了", "complaint"), reply("complaint"))
    assert records.trouble == "The disk is full."
    monkeypatch.undo()
    records.turn(turn("太吵了", "complaint"), reply("complaint"))
    assert records.trouble == ""


def test_abuse_is_kept_for_review(records: Records) -> None:
    records.turn(turn("你们都是废物", "complaint", offensive=0.95), reply("complaint"))
    assert [row.kind for row in records.review.list()] == ["abuse"]


def test_what_a_resident_asks_counts_for_recommendations_only_after_opting_in(records: Records, tmp_path: Path) -> None:
    path = tmp_path / "estate.md"
    path.write_text(
        "## facilities 设施\n\n### gym-hours\n\nQ: When is the gym open?\n- gym hours\nA: From six.\n", "utf-8"
    )
    records.offer(knowledge.read(path))
    assert [(item.id, item.kind) for item in records.interests.items()] == [("gym-hours", "facility")]
    heard, token = turn("gym open?", "facility_booking"), records.interests.opt_in()
    records.turn(heard, reply("facility_booking"), "gym-hours", "a stranger")
    records.turn(heard, reply("facility_booking"), "gym-hours")
    assert records.interests.events() == []
    records.turn(heard, reply("facility_booking"), "gym-hours", token)
    form = FormState("booking", ("date",), {})
    records.turn(heard, reply("facility_booking", form=form), "gym-hours", token)
    assert [event.act for event in records.interests.events()] == ["asked", "used"]
