"""What is kept of residents' feedback, and when it is called a surge."""

from __future__ import annotations

import contextlib
import sqlite3
import stat
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from agent.desk.feedback import KEEP_DAYS, FeedbackStore
from models.language.understanding import Understanding

ZONE = "Asia/Shanghai"
NOON = datetime(2026, 6, 1, 12, tzinfo=ZoneInfo(ZONE)).timestamp()
DAY = 86400.0


def turn(
    text: str = "电梯又坏了", intent: str = "complaint", topic: str = "lift", sentiment: str = "negative"
) -> Understanding:
    return Understanding(text, "zh", intent, 0.9, sentiment=sentiment, topic=topic)


@pytest.fixture
def store(tmp_path: Path) -> FeedbackStore:
    return FeedbackStore(tmp_path / "feedback.db", ZONE)


def live(path: Path, first: float, last: float) -> None:
    """The desk runs from one moment to another; as `alive` notes it, but on the disk only once."""
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        hours = [(hour,) for hour in range(int(first // 3600), int(last // 3600) + 1)]
        connection.executemany("INSERT OR IGNORE INTO watched VALUES (?)", hours)


def quiet_weeks(path: Path, days: int = 70) -> FeedbackStore:
    """A store in which every second day up to the day before NOON somebody complained about a lift."""
    store = FeedbackStore(path / "feedback.db", ZONE)
    live(path / "feedback.db", NOON - days * DAY, NOON)
    for day in range(2, days, 2):
        store.add(turn(), NOON - day * DAY)
    return store


def test_only_masked_feedback_is_kept_and_only_the_owner_may_read_it(store: FeedbackStore, tmp_path: Path) -> None:
    assert store.add(turn("投诉，打我电话13812345678"), NOON, "C-1001")
    assert not store.add(turn("谢谢", "thanks_goodbye"), NOON)
    (kept,) = store.list(0)
    assert (kept.text, kept.order, kept.topic, kept.sentiment) == (
        "投诉，打我电话<phone>",
        "C-1001",
        "lift",
        "negative",
    )
    files = list(tmp_path.iterdir())
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files)
    assert not any(b"13812345678" in file.read_bytes() for file in files)


def test_rows_and_age_are_bounded(tmp_path: Path) -> None:
    store = FeedbackStore(tmp_path / "feedback.db", ZONE, keep=3)
    store.add(turn("很久以前"), NOON - (KEEP_DAYS + 1) * DAY)
    for number in range(5):
        store.add(turn(f"第{number}次"), NOON)
    assert [kept.text for kept in store.list(0)] == ["第2次", "第3次", "第4次"]


def test_a_burst_is_one_surge_of_its_topic_with_examples(tmp_path: Path) -> None:
    store = quiet_weeks(tmp_path)
    assert store.surges(NOON) == []
    for number in range(9):
        store.add(turn(f"{number}号电梯停了，我是1502室的"), NOON + number)
    store.add(turn(topic="noise"), NOON)
    (surge,) = store.surges(NOON + 60)
    midnight = datetime(2026, 6, 1, tzinfo=ZoneInfo(ZONE)).timestamp()
    assert (surge.topic, surge.since, surge.count) == ("lift", midnight, 9)
    assert surge.expected == pytest.approx(0.5, abs=0.1)
    assert surge.arl >= 730
    assert surge.examples == tuple(f"{number}号电梯停了，我是<room>的" for number in (8, 7, 6))


def test_a_surge_stays_the_same_until_it_ends(tmp_path: Path) -> None:
    store = quiet_weeks(tmp_path)
    for number in range(9):
        store.add(turn(), NOON + number)
    live(tmp_path / "feedback.db", NOON, NOON + 6 * DAY)
    seen = [[surge.since for surge in store.surges(NOON + hours * 3600)] for hours in range(1, 144)]
    assert len({tuple(since) for since in seen if since}) == 1
    lasting = [bool(since) for since in seen]
    assert lasting == sorted(lasting, reverse=True)
    assert lasting[0]
    assert not lasting[-1]


def test_an_hour_that_was_noted_counts_once(tmp_path: Path) -> None:
    store = FeedbackStore(tmp_path / "feedback.db", ZONE)
    for _ in range(3):
        store.alive(NOON)
    FeedbackStore(tmp_path / "feedback.db", ZONE).alive(NOON + 60)
    with contextlib.closing(sqlite3.connect(tmp_path / "feedback.db")) as connection:
        assert connection.execute("SELECT hour FROM watched").fetchall() == [(int(NOON // 3600),)]


def test_praise_and_neutral_words_are_no_surge(tmp_path: Path) -> None:
    store = quiet_weeks(tmp_path)
    for number in range(20):
        store.add(turn("保安很好", "suggestion_praise", "lift", "positive"), NOON + number)
        store.add(turn("灯不亮", "repair_request", "lift", "neutral"), NOON + number)
    assert store.surges(NOON + 60) == []


def test_the_watch_goes_on_after_a_restart(tmp_path: Path) -> None:
    first = quiet_weeks(tmp_path)
    for number in range(9):
        first.add(turn(), NOON + number)
    before = first.surges(NOON + 60)
    first.close()
    assert FeedbackStore(tmp_path / "feedback.db", ZONE).surges(NOON + 60) == before != []


def test_weeks_without_power_do_not_make_the_usual_a_surge(tmp_path: Path) -> None:
    def after(watched: bool) -> bool:
        path = tmp_path / f"{watched}.db"
        store = FeedbackStore(path, ZONE)
        live(path, NOON - 130 * DAY, NOON - 60 * DAY)
        live(path, NOON - (60 if watched else 4) * DAY, NOON)
        for day in [*range(61, 130), 4, 3, 2, 1]:
            for number in range(5):
                store.add(turn(), NOON - day * DAY + number)
        return bool(store.surges(NOON))

    assert after(watched=True)
    assert not after(watched=False)


def test_what_a_set_back_clock_left_in_the_future_is_not_counted(tmp_path: Path) -> None:
    store = quiet_weeks(tmp_path)
    for number in range(9):
        store.add(turn(), NOON + 5 * DAY + number)
    assert store.surges(NOON + 60) == []


def test_a_day_ends_at_the_sites_midnight(store: FeedbackStore) -> None:
    late = datetime(2026, 5, 31, 17, tzinfo=ZoneInfo("UTC"))
    assert store.day(late.timestamp()) == (late + timedelta(days=1)).date()


def test_a_topic_that_nobody_knows_is_another(store: FeedbackStore) -> None:
    store.add(turn(topic="spaceships"), NOON)
    assert store.list(0)[0].topic == "other"
