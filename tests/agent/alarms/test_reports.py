"""What residents report becomes an alarm at once, ends by itself, and is not forgotten before somebody has seen it."""

from __future__ import annotations

import sqlite3
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.alarms import engine
from agent.alarms.engine import NoSuchAlarm, NotAllowed, TooManyReports
from agent.alarms.machine import GAVE_WAY, KEEP_NOTES
from agent.alarms.model import Alarm, AlarmState
from agent.alarms.store import SCHEMA
from agent.data.store import Schema, StorageFullError, Store
from agent.texts import TEXTS
from agent.watch.finding import Kind, Priority
from tests.agent.alarms.made import A, N, R, Room, S, U, replay

GAS = "emergency/gas-smell"


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path / "alarms.db")


def report(
    room: Room, key: str = GAS, priority: Priority = Priority.CRITICAL, note: str = "smells", lasts_s: float = 600
) -> Alarm:
    return room.alarms.report(key, priority, note, lasts_s)


def test_a_report_alarms_at_once(room: Room) -> None:
    alarm = report(room)
    assert (alarm.id, alarm.state, alarm.active, alarm.priority) == (1, U, True, Priority.CRITICAL)
    assert (alarm.cause, alarm.asset, alarm.kinds) == ("desk/emergency/gas-smell", "desk", (Kind.REPORT,))
    assert (alarm.note, alarm.count, alarm.since) == ("smells", 1, room.now)
    assert room.wait(1) == []


def test_a_report_ends_by_itself_and_its_alarm_waits_for_the_acknowledgement(room: Room) -> None:
    report(room)
    assert room.wait(599) == []
    (alarm,) = room.wait(1)
    assert (alarm.state, alarm.active, alarm.note) == (R, False, "smells")
    assert room.wait(1e6) == []
    assert room.alarms.ack(1, "li").state is N


def test_a_report_that_was_acknowledged_is_normal_when_it_ends(room: Room) -> None:
    report(room)
    assert room.alarms.ack(1, "li").state is A
    assert room.wait(600)[0].state is N


def test_a_report_once_more_prolongs_and_counts(room: Room) -> None:
    report(room)
    room.now += 500
    assert report(room).count == 2
    assert room.wait(599) == []
    assert room.wait(1)[0].state is R


def test_a_short_report_does_not_end_a_longer_one_sooner_nor_lower_its_priority(room: Room) -> None:
    report(room, lasts_s=600)
    room.now += 10
    assert report(room, lasts_s=1, priority=Priority.LOW).priority is Priority.CRITICAL
    assert room.wait(589) == []
    assert room.wait(1)[0].state is R


def test_a_report_after_the_end_of_the_last_counts_on_until_somebody_has_seen_it(room: Room) -> None:
    report(room, note="smells")
    room.wait(700)
    again = report(room, note="worse")
    assert (again.state, again.count, again.note) == (U, 2, "worse\nsmells")
    room.alarms.ack(1, "li")
    room.wait(700)
    anew = report(room, note="again")
    assert (anew.id, anew.count, anew.note) == (1, 1, "again")


def test_a_report_after_an_end_that_no_tick_has_told_yet_is_a_new_one(room: Room) -> None:
    report(room)
    room.alarms.ack(1, "li")
    room.now += 601
    again = report(room)
    assert (again.state, again.count, again.since) == (U, 1, room.now)
    assert room.states == [U, A, N, U]


def test_what_was_acknowledged_asks_again_when_it_is_reported_in_other_words(room: Room) -> None:
    report(room, note="smells on stairs")
    room.alarms.ack(1, "li")
    assert report(room, note="smells on stairs").state is A
    assert report(room, note="").state is A
    assert report(room, note="and in the cellar").state is U
    assert room.only.note == "and in the cellar\nsmells on stairs"


def test_the_newest_notes_are_kept(room: Room) -> None:
    for number in range(10):
        report(room, note=f"note {number}")
    report(room, note="note 7")
    assert room.only.note.splitlines() == ["note 7", "note 9", "note 8", "note 6"][:KEEP_NOTES]


def test_the_journal_keeps_what_was_said(room: Room) -> None:
    report(room, note="smells")
    report(room, note="and hisses")
    room.alarms.ack(1, "li", "on my way")
    room.wait(600)
    entries = [(e.from_state, e.to_state, e.by, e.comment, e.note) for e in room.alarms.journal()]
    assert entries == [
        (N, U, "system", "report", "smells"),
        (U, A, "li", "on my way", "and hisses\nsmells"),
        (A, N, "system", "", ""),
    ]


def test_a_report_under_shelving_is_kept_and_asks_afterwards(room: Room) -> None:
    report(room, note="loud")
    room.alarms.shelve(1, 100, "li", "known")
    shelved = report(room, note="louder")
    assert (shelved.state, shelved.count) == (S, 2)
    assert room.wait(100)[0].state is U


def test_a_report_survives_a_restart_and_still_ends_by_itself(room: Room) -> None:
    before = report(room)
    room.restart()
    assert room.alarms.keep_only({"pump-1/anomaly"}) == []
    assert room.only == before
    assert room.wait(599) == []
    assert room.wait(1)[0].state is R


def test_a_report_that_ended_while_nothing_ran_still_waits_for_the_acknowledgement(room: Room) -> None:
    report(room)
    room.alarms.close()
    room.now += 1e5
    room.start()
    assert [alarm.state for alarm in room.alarms.keep_only(set())] == [R]
    room.restart()
    assert (room.only.state, room.only.note) == (R, "smells")


def test_a_prolonged_report_is_prolonged_after_a_restart_too(room: Room) -> None:
    report(room)
    room.now += 500
    report(room)
    room.restart()
    assert room.wait(599) == []
    assert room.wait(1)[0].state is R


def test_a_clock_that_is_set_back_does_not_make_a_report_last(room: Room) -> None:
    report(room)
    room.now -= 1e6
    assert room.wait(0) == []
    assert room.wait(600)[0].state is R


def test_the_alarm_that_is_normal_for_longest_is_forgotten_first(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "MAX_REPORTS", 3)
    for number in (1, 2, 3):
        report(room, key=f"feedback/{number}")
    for number in (2, 1):
        room.now += 1
        room.alarms.ack(number, "li")
        room.alarms.suppress(number, "li", "known")
        room.wait(700)
        room.alarms.unsuppress(number, "li")
    assert report(room, key="feedback/4", priority=Priority.LOW).id == 4
    assert [alarm.id for alarm in room.alarms.in_states(AlarmState)] == [1, 3, 4]
    with pytest.raises(NoSuchAlarm):
        room.alarms.get(2)
    room.restart()
    assert [alarm.id for alarm in room.alarms.in_states(AlarmState)] == [1, 3, 4]


def test_the_oldest_of_the_least_urgent_gives_way_to_a_more_urgent_one(
    room: Room, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(engine, "MAX_REPORTS", 3)
    report(room, key="feedback/old", priority=Priority.HIGH)
    for key in ("feedback/noise", "feedback/lift"):
        room.now += 1
        report(room, key=key, priority=Priority.LOW, note="loud")
    report(room)
    causes = [alarm.cause for alarm in room.alarms.in_states(AlarmState)]
    assert causes == ["desk/feedback/old", "desk/feedback/lift", "desk/emergency/gas-smell"]
    entry = room.alarms.journal(alarm_id=2)[-1]
    assert (entry.to_state, entry.by, entry.comment, entry.note) == (N, "system", GAVE_WAY, "loud")
    assert f"why.{GAVE_WAY}" in TEXTS
    assert "desk/feedback/noise gave way to desk/emergency/gas-smell" in caplog.text


def test_where_none_is_less_urgent_the_report_is_refused_but_known_ones_go_on(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "MAX_REPORTS", 2)
    report(room, key="emergency/fire")
    report(room)
    before = room.alarms.in_states(AlarmState)
    with pytest.raises(TooManyReports, match="none of them is less urgent"):
        report(room, key="emergency/flood")
    assert room.alarms.in_states(AlarmState) == before
    assert report(room).count == 2


def test_detectors_alarms_do_not_take_the_room_of_reports(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "MAX_REPORTS", 1)
    room.raised(priority=Priority.LOW)
    report(room)
    assert [alarm.state for alarm in room.alarms.in_states(AlarmState)] == [U, U]
    with pytest.raises(TooManyReports):
        report(room, key="emergency/fire")


def test_on_a_full_disk_no_report_is_taken_and_none_gives_way(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "MAX_REPORTS", 20)
    for number in range(20):
        report(room, key=f"feedback/{number}", priority=Priority.LOW, note="x" * 500)
    before, journal = room.alarms.in_states(AlarmState), room.alarms.journal()
    database = room.alarms._store._store.connection
    pages = database.execute("PRAGMA page_count").fetchone()[0]
    database.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StorageFullError):
        report(room, note="y" * 50_000)
    assert (room.alarms.in_states(AlarmState), room.alarms.journal()) == (before, journal)
    database.execute("PRAGMA max_page_count = 1000000")
    assert report(room).state is U


OLD_RECORD = (
    '{"alarm":{"id":1,"cause":"pump-1/process","asset":"pump-1","state":"unacknowledged","priority":2,"active":true,'
    '"since":1001.0,"changed":1006.0,"kinds":["anomaly"],"contributions":[{"point":"pump-1.flow","share":1.0,'
    '"value":3.0,"expected":8.0,"against":"normal"}],"score":1.5,"threshold":1.0,"count":1,"acked_by":"","comment":"",'
    '"shelved_until":null},"held":{"pump-1/anomaly":{"finding":{"key":"pump-1/anomaly","cause":"pump-1/process",'
    '"asset":"pump-1","kind":"anomaly","time":1001.0,"active":true,"priority":2,"contributions":[{"point":"pump-1.flow",'
    '"share":1.0,"value":3.0,"expected":8.0,"against":"normal"}],"score":1.5,"threshold":1.0},"since":1001.0,'
    '"cleared":null,"counts":true}},"open":true,"acked":false,"acked_at":0.0,"acked_priority":4}'
)
"""As written before there were reports."""


def test_a_file_from_before_there_were_reports_is_read_on(tmp_path: Path) -> None:
    path = tmp_path / "alarms.db"
    old = Store(path, Schema(SCHEMA.application_id, SCHEMA.migrations[:1]))
    with old.transaction() as database:
        database.execute(
            "INSERT INTO alarms (cause, state, record) VALUES ('pump-1/process', 'unacknowledged', ?)", (OLD_RECORD,)
        )
        database.execute(
            "INSERT INTO journal (time, alarm_id, from_state, to_state, by, comment)"
            " VALUES (1006, 1, 'normal', 'unacknowledged', 'system', 'anomaly')"
        )
    old.close()
    room = Room(path)
    room.now = 2000.0
    assert (room.only.state, room.only.note) == (U, "")
    assert report(room).id == 2
    assert [(e.alarm_id, e.comment, e.note) for e in room.alarms.journal()] == [
        (1, "anomaly", ""),
        (2, "report", "smells"),
    ]
    room.alarms.close()
    with sqlite3.connect(path) as reader:
        assert reader.execute("PRAGMA user_version").fetchone()[0] == SCHEMA.version


STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("report"), st.integers(0, 6), st.sampled_from(Priority), st.sampled_from(["", "a", "b"]),
            st.integers(1, 100),
        ),
        st.tuples(st.just("wait"), st.integers(0, 120)),
        st.tuples(st.sampled_from(["ack", "shelve", "suppress", "unsuppress"]), st.integers(1, 12)),
        st.tuples(st.just("restart")),
    ),
    max_size=40,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(steps=STEPS)
def test_reports_stay_bounded_and_only_a_person_or_a_more_urgent_one_closes_an_alarm(
    steps: list[tuple[object, ...]],
) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "MAX_REPORTS", 4)
        room = Room(Path(folder) / "alarms.db", re_alarm_s=0)
        until: dict[str, float] = {}
        for step in steps:
            _do(room, step, until)
            alarms = room.alarms.in_states(AlarmState)
            assert len(alarms) <= 4
            for alarm in alarms:
                assert alarm.active is (room.now < until[alarm.cause]), alarm
            states = replay(room.alarms.journal(limit=10_000))
            assert {number: state for number, state in states.items() if state is not N} == {
                alarm.id: alarm.state for alarm in alarms if alarm.state is not N
            }
        for entry in room.alarms.journal(limit=10_000):
            if entry.from_state in (U, R) and entry.to_state is N:
                assert entry.by == "li" or entry.comment == GAVE_WAY
        room.alarms.close()


def _do(room: Room, step: tuple[object, ...], until: dict[str, float]) -> None:
    """until: when each cause's condition ends, by what was reported."""
    match step:
        case ("report", int(number), Priority() as priority, str(note), int(lasts_s)):
            try:
                alarm = room.alarms.report(f"feedback/{number}", priority, note, lasts_s)
            except TooManyReports:
                return
            known = until.get(alarm.cause, 0.0) if alarm.count > 1 else 0.0
            until[alarm.cause] = max(known, room.now + lasts_s)
        case ("wait", int(seconds)):
            room.wait(seconds)
        case ("restart",):
            room.restart()
        case (str(act), int(number)):
            more = {"shelve": (50.0, "li", "why"), "suppress": ("li", "why")}.get(act, ("li",))
            try:
                getattr(room.alarms, act)(number, *more)
            except (NoSuchAlarm, NotAllowed):
                return
