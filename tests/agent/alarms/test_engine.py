"""The alarm's life by ISA-18.2."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from agent.alarms import store
from agent.alarms.engine import NoSuchAlarm, NotAllowed
from agent.alarms.machine import MORE_URGENT, RE_ALARM, SHELVING_OVER
from agent.alarms.model import AlarmState
from agent.data.store import StorageFullError
from agent.texts import TEXTS
from agent.watch.finding import Kind, Priority
from tests.agent.alarms.made import A, N, R, Room, S, U, X, finding, replay


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path / "alarms.db")


def test_a_finding_becomes_an_alarm_after_the_on_delay(room: Room) -> None:
    assert room.find() == []
    assert room.wait(4.9) == []
    (alarm,) = room.wait(0.1)
    assert (alarm.id, alarm.state, alarm.active) == (1, U, True)
    assert (alarm.since, alarm.changed) == (1001, 1006)
    assert (alarm.cause, alarm.asset, alarm.kinds, alarm.count) == ("pump-1/process", "pump-1", (Kind.ANOMALY,), 1)
    assert alarm.contributions[0].point == "pump-1.flow"


def test_what_does_not_last_is_no_alarm(room: Room) -> None:
    room.find()
    room.find(active=False, after_s=4)
    assert room.wait(100) == []
    assert room.alarms.in_states(AlarmState) == []


def test_what_lasted_long_enough_is_an_alarm_even_when_it_is_heard_of_late(room: Room) -> None:
    room.now = 1020
    changed = room.alarms.apply([finding(1001), finding(1010, active=False)])
    assert [alarm.state for alarm in changed] == [U]
    assert room.wait(20)[0].state is R


def test_the_whole_round(room: Room) -> None:
    room.raised()
    assert room.alarms.ack(1, "li", "on my way").state is A
    assert (room.only.acked_by, room.only.comment) == ("li", "on my way")
    room.find(active=False)
    assert room.wait(29) == []
    assert room.wait(1)[0].state is N
    entries = room.alarms.journal()
    assert [(e.seq, e.from_state, e.to_state, e.by, e.comment) for e in entries] == [
        (1, N, U, "system", "anomaly"),
        (2, U, A, "li", "on my way"),
        (3, A, N, "system", ""),
    ]


def test_cleared_before_anybody_saw_it_waits_for_the_acknowledgement(room: Room) -> None:
    room.raised()
    room.find(active=False)
    assert room.wait(30)[0].state is R
    assert not room.only.active
    assert room.alarms.ack(1, "li").state is N


def test_the_next_episode_keeps_the_number_and_begins_anew(room: Room) -> None:
    room.raised(kind=Kind.HIGH)
    room.alarms.ack(1, "li", "seen")
    room.find(active=False)
    room.wait(30)
    again = room.raised()
    assert (again.id, again.count, again.kinds, again.acked_by, again.comment) == (1, 1, (Kind.ANOMALY,), "", "")
    assert again.since == room.now - 5


def test_a_chattering_signal_is_one_alarm_that_counts(room: Room) -> None:
    for _ in range(20):
        room.find()
        room.find(active=False, after_s=10)
    assert room.states == [U]
    for _ in range(3):
        room.wait(40)
        room.raised()
        room.find(active=False)
    assert (room.only.id, room.only.count) == (1, 4)
    assert room.states == [U, R, U, R, U, R, U]


def test_findings_of_one_cause_are_one_alarm_with_the_most_urgent_priority_and_the_strongest_points(room: Room) -> None:
    low = {"key": "pump-1/limits/flow", "kind": Kind.LOW, "score": 1.1, "point": "pump-1.flow"}
    strong = {"key": "pump-1/anomaly", "kind": Kind.ANOMALY, "score": 3, "point": "pump-1.pressure"}
    room.raised(**low, priority=Priority.MEDIUM)
    room.find(**strong, priority=Priority.HIGH)
    room.wait(5)
    assert (room.only.priority, room.only.kinds) == (Priority.HIGH, (Kind.LOW, Kind.ANOMALY))
    assert (room.only.contributions[0].point, room.only.score) == ("pump-1.pressure", 3)
    room.find(active=False, **strong)
    room.wait(30)
    assert (room.only.state, room.only.priority) == (U, Priority.MEDIUM)
    room.find(active=False, **low)
    room.wait(30)
    assert room.only.state is R


def test_another_cause_is_another_alarm(room: Room) -> None:
    room.raised()
    other = room.raised(cause="pump-1/sensor/flow", key="pump-1/gap/flow")
    assert other.id == 2


def test_what_becomes_more_urgent_than_what_was_acknowledged_asks_again(room: Room) -> None:
    room.raised(priority=Priority.HIGH)
    room.alarms.ack(1, "li")
    assert room.find(priority=Priority.CRITICAL)[0].state is U
    assert room.alarms.journal()[-1].comment == "more_urgent"
    room.alarms.ack(1, "li")
    room.find(priority=Priority.HIGH)
    assert room.find(priority=Priority.CRITICAL) == [], "this urgency was acknowledged"


def test_an_acknowledged_alarm_that_stays_asks_again(tmp_path: Path) -> None:
    room = Room(tmp_path / "alarms.db", re_alarm_s=600)
    room.raised()
    room.alarms.ack(1, "li")
    assert room.wait(599) == []
    assert room.wait(1)[0].state is U
    assert room.alarms.journal()[-1].comment == "re_alarm"
    never = Room(tmp_path / "never.db", re_alarm_s=0)
    never.raised()
    never.alarms.ack(1, "li")
    assert never.wait(1e6) == []


def test_a_latched_alarm_is_kept_until_it_was_acknowledged_and_reset(tmp_path: Path) -> None:
    room = Room(tmp_path / "alarms.db", latch=True)
    room.raised()
    with pytest.raises(NotAllowed, match="its condition still holds"):
        room.alarms.reset(1, "li")
    room.find(active=False)
    room.wait(30)
    with pytest.raises(NotAllowed, match="returned unacknowledged"):
        room.alarms.reset(1, "li")
    assert room.alarms.ack(1, "li").state is A
    room.restart()
    assert room.wait(1e5) == []
    with pytest.raises(NotAllowed, match="You can reset"):
        room.alarms.ack(1, "li")
    assert room.alarms.reset(1, "li").state is N


def test_shelving_ends_by_itself_in_the_state_that_the_condition_has_by_then(room: Room) -> None:
    room.raised()
    shelved = room.alarms.shelve(1, 600, "li", "repair")
    assert (shelved.state, shelved.shelved_until, shelved.comment) == (S, room.now + 600, "repair")
    assert room.wait(599) == []
    assert room.wait(1)[0].state is U
    assert room.only.shelved_until is None
    room.alarms.shelve(1, 600, "li", "repair")
    room.find(active=False)
    assert room.wait(60) == []
    assert room.wait(600)[0].state is N, "who shelved it has seen it"
    room.alarms.shelve(1, 600, "li", "test of the pump")
    room.find()
    assert room.wait(60) == []
    assert room.only.active
    assert room.wait(600)[0].state is U
    assert [e.comment for e in room.alarms.journal() if e.from_state is S] == ["shelving_over"] * 3


def test_unshelving_gives_back_the_acknowledgement(room: Room) -> None:
    room.raised()
    room.alarms.ack(1, "li")
    room.alarms.shelve(1, 600, "li", "repair")
    assert room.alarms.unshelve(1, "li").state is A
    room.alarms.shelve(1, 6000, "li", "repair")
    room.find(active=False)
    room.wait(60)
    room.find()
    room.wait(60)
    assert room.alarms.unshelve(1, "li").state is U, "it came back since"


def test_shelving_is_limited(room: Room) -> None:
    room.raised()
    for seconds in (86_401, 0, -1, float("nan"), float("inf")):
        with pytest.raises(NotAllowed, match="86400 s"):
            room.alarms.shelve(1, seconds, "li", "long holiday")


def test_a_suppressed_alarm_stays_so_until_somebody_takes_it_back(room: Room) -> None:
    room.raised()
    assert room.alarms.suppress(1, "li", "pump is out").state is X
    room.find(active=False)
    assert room.wait(1e6) == []
    room.find()
    assert room.wait(60) == []
    assert room.alarms.unsuppress(1, "li").state is U
    room.alarms.suppress(1, "li", "pump is out")
    room.find(active=False)
    room.wait(60)
    assert room.alarms.unsuppress(1, "li").state is N


@pytest.mark.parametrize("latch", [False, True])
def test_each_state_says_what_it_does_not_allow_and_what_it_does(tmp_path: Path, latch: bool) -> None:
    room = Room(tmp_path / "alarms.db", latch=latch)
    room.raised()
    acts = {
        "ack": lambda: room.alarms.ack(1, "li"),
        "shelve": lambda: room.alarms.shelve(1, 60, "li", "why"),
        "unshelve": lambda: room.alarms.unshelve(1, "li"),
        "suppress": lambda: room.alarms.suppress(1, "li", "why"),
        "unsuppress": lambda: room.alarms.unsuppress(1, "li"),
        "reset": lambda: room.alarms.reset(1, "li"),
    }

    def refused(*names: str) -> None:
        before = room.only
        for name in names:
            with pytest.raises(NotAllowed) as caught:
                acts[name]()
            assert before.state.value.replace("_", " ") in caught.value.message or name == "reset"
            assert caught.value.remedy
        assert room.only == before

    refused("unshelve", "unsuppress", "reset")
    acts["ack"]()
    refused("ack", "unshelve", "unsuppress", "reset")
    acts["shelve"]()
    refused("ack", "shelve", "unsuppress", "reset")
    acts["suppress"]()
    refused("ack", "shelve", "unshelve", "suppress", "reset")


def test_an_unknown_number_is_said(room: Room) -> None:
    for act in (lambda: room.alarms.get(7), lambda: room.alarms.ack(0, "li"), lambda: room.alarms.reset(-1, "li")):
        with pytest.raises(NoSuchAlarm, match="There is no alarm"):
            act()


def test_a_finding_heard_twice_changes_nothing(room: Room) -> None:
    batch = [finding(1001), finding(1001, key="pump-1/limits/flow", kind=Kind.HIGH)]
    room.now = 1010
    assert len(room.alarms.apply(batch)) == 1
    before, journal = room.only, room.alarms.journal()
    for _ in range(3):
        assert room.alarms.apply(batch) == []
    assert (room.only, room.alarms.journal()) == (before, journal)
    room.find(active=False)
    room.find(active=False, key="pump-1/limits/flow")
    room.wait(40)
    assert room.alarms.apply([finding(room.now, active=False)]) == []
    assert room.only.count == 1


def test_times_that_go_backwards_do_not_shorten_or_stop_a_delay(room: Room) -> None:
    room.find()
    room.alarms.apply([finding(-1e9)])
    assert room.wait(4) == []
    room.alarms.apply([finding(1e12, active=False), finding(1e12)])
    assert room.wait(1) == [], "it ended and began"
    assert len(room.wait(5)) == 1
    room.now -= 3600
    room.find(active=False)
    assert room.wait(29) == []
    assert room.wait(1)[0].state is R, "the clock was set back, and the delay is still 30 s"


def test_shelving_does_not_last_longer_than_allowed_when_the_clock_is_set_back(room: Room) -> None:
    room.raised()
    room.alarms.shelve(1, 600, "li", "repair")
    room.now -= 1e6
    room.wait(0)
    assert room.wait(86_400)[0].state is U


def test_everything_that_was_reported_is_there_after_a_restart(room: Room) -> None:
    for number in range(5):
        room.raised(cause=f"pump-{number}/process", key=f"pump-{number}/anomaly")
    room.alarms.ack(2, "li", "seen")
    room.alarms.shelve(3, 600, "li", "repair")
    room.alarms.suppress(4, "li", "out")
    room.find(active=False, cause="pump-4/process", key="pump-4/anomaly")
    room.wait(30)
    before, journal = room.alarms.in_states(AlarmState), room.alarms.journal()
    assert [alarm.state for alarm in before] == [U, A, S, X, R]
    room.restart()
    assert room.alarms.in_states(AlarmState) == before
    assert room.alarms.journal() == journal
    assert room.wait(600)[0].id == 3


def test_an_alarm_from_before_a_restart_ends_when_its_condition_is_first_heard_to_be_over(room: Room) -> None:
    room.raised()
    room.alarms.ack(1, "li")
    room.restart()
    assert room.wait(100) == []
    room.find(active=False)
    assert room.wait(30)[0].state is N


def test_an_alarm_from_before_a_restart_goes_on_when_its_condition_does(room: Room) -> None:
    before = room.raised()
    room.restart()
    room.find()
    assert room.wait(100) == []
    assert room.only == before


def test_a_condition_that_is_not_configured_any_more_ends(room: Room) -> None:
    room.raised()
    room.alarms.ack(1, "li")
    assert room.alarms.keep_only({"pump-1/anomaly"}) == []
    assert room.alarms.keep_only({"pump-2/anomaly"})[0].state is N


def test_the_journal_is_bounded_but_keeps_the_last_of_each_alarm(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "KEEP_ENTRIES", 50)
    monkeypatch.setattr(store, "_TRIM_EVERY", 10)
    room.raised(cause="quiet", key="quiet")
    room.raised()
    for _ in range(60):
        room.alarms.suppress(2, "li", "again")
        room.alarms.unsuppress(2, "li")
    entries = room.alarms.journal()
    assert 50 <= len(entries) <= 62
    assert (entries[0].alarm_id, entries[0].to_state) == (1, U)
    assert entries[-1].seq == 122


def test_the_journal_is_read_by_alarm_in_parts_or_from_its_end(room: Room) -> None:
    room.raised()
    room.raised(cause="other", key="other")
    room.alarms.ack(1, "li")
    assert [entry.seq for entry in room.alarms.journal(alarm_id=1)] == [1, 3]
    assert [entry.seq for entry in room.alarms.journal(limit=2)] == [2, 3]
    assert [entry.seq for entry in room.alarms.journal(since_seq=1, limit=1)] == [2]


def test_a_storm_is_one_transaction_and_one_alarm_a_cause(room: Room) -> None:
    storm = [finding(1001, key=f"k{n}", cause=f"cause-{n % 100}", score=1 + n) for n in range(10_000)]
    room.now = 1010
    changed = room.alarms.apply(storm)
    assert len(changed) == 100
    assert replay(room.alarms.journal()) == dict.fromkeys(range(1, 101), U)
    again = [finding(1011, n % 2 == 0) for n in range(10_000)]
    room.now = 1012
    assert [alarm.cause for alarm in room.alarms.apply(again)] == []


def test_a_full_disk_changes_nothing_and_the_same_findings_count_when_there_is_room(room: Room) -> None:
    room.raised()
    database = room.alarms._store._store.connection
    pages = database.execute("PRAGMA page_count").fetchone()[0]
    database.execute(f"PRAGMA max_page_count = {pages}")
    storm = [finding(room.now, key=f"k{n}", cause=f"cause-{n}") for n in range(2000)]
    before, journal = room.alarms.in_states(AlarmState), room.alarms.journal()
    room.now += 10
    for _ in range(3):
        with pytest.raises(StorageFullError):
            room.alarms.apply(storm)
    assert room.alarms.in_states(AlarmState) == before
    assert room.alarms.journal() == journal
    with sqlite3.connect(room.path) as reader:
        assert reader.execute("SELECT count(*) FROM alarms").fetchone()[0] == 1
    database.execute("PRAGMA max_page_count = 1000000")
    assert len(room.alarms.apply(storm)) == 2000
    room.restart()
    assert len(room.alarms.in_states(AlarmState)) == 2001
    assert replay(room.alarms.journal(limit=10_000)) == {a.id: a.state for a in room.alarms.in_states(AlarmState)}


def test_an_acknowledgement_that_cannot_be_stored_is_not_given(room: Room) -> None:
    room.raised()
    room.alarms._store._store.connection.execute("PRAGMA query_only = ON")
    with pytest.raises(Exception, match=r"alarms\.db"):
        room.alarms.ack(1, "li")
    assert room.only.state is U


def test_a_corrupted_file_is_set_aside_and_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "alarms.db"
    path.write_bytes(b"SQLite format 3\0" + b"\x55" * 9000)
    room = Room(path)
    assert "set aside as alarms.db.corrupt-" in caplog.text
    assert room.raised().id == 1


def test_an_alarm_that_cannot_be_read_sets_the_file_aside(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    room.raised()
    room.alarms.close()
    with sqlite3.connect(room.path) as database:
        database.execute("""UPDATE alarms SET record = '{"alarm": 1}'""")
    room.start()
    assert room.alarms.in_states(AlarmState) == []
    assert "cannot be read" in caplog.text
    assert list(room.path.parent.glob("alarms.db.corrupt-*"))


def test_what_the_machine_writes_into_the_journal_is_said_in_both_languages() -> None:
    words = {RE_ALARM, MORE_URGENT, SHELVING_OVER}
    assert {f"why.{word}" for word in words} | {f"kind.{kind}" for kind in Kind} <= set(TEXTS)
