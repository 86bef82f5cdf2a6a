"""Findings and alarm engines for the tests of the alarms."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from agent.alarms.engine import Alarms, JournalEntry
from agent.alarms.model import Alarm, AlarmState
from agent.config import Alarms as Settings
from agent.watch.finding import Contribution, Finding, Kind, Priority
from hal.clock import Clock

N, U, A, R, S, X = (
    AlarmState.NORMAL, AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED, AlarmState.RETURNED_UNACKNOWLEDGED,
    AlarmState.SHELVED, AlarmState.SUPPRESSED,
)  # fmt: skip


class Room:
    """An engine on a file, with a clock that goes where it is told."""

    def __init__(self, path: Path, **settings: Any) -> None:
        self.path = path
        self.settings = Settings.model_validate({"on_delay_s": 5, "off_delay_s": 30, **settings})
        self.now = 1000.0
        self.start()

    def start(self) -> None:
        room = self

        class RoomClock(Clock):
            def now(self) -> float:
                return room.now

        self.alarms = Alarms(self.path, self.settings, RoomClock())

    def restart(self) -> None:
        self.alarms.close()
        self.start()

    def find(self, active: bool = True, key: str = "pump-1/anomaly", after_s: float = 1.0, **more: Any) -> list[Alarm]:
        """A finding now."""
        self.now += after_s
        return self.alarms.apply([finding(self.now, active, key, **more)])

    def wait(self, seconds: float) -> list[Alarm]:
        self.now += seconds
        return self.alarms.tick(self.now)

    def raised(self, **more: Any) -> Alarm:
        """An alarm that is unacknowledged by now."""
        self.find(**more)
        return self.wait(self.settings.on_delay_s)[0]

    @property
    def only(self) -> Alarm:
        (alarm,) = self.alarms.in_states(AlarmState)
        return alarm

    @property
    def states(self) -> list[AlarmState]:
        """Of the only alarm, since its first."""
        return [entry.to_state for entry in self.alarms.journal()]


def finding(
    time: float,
    active: bool = True,
    key: str = "pump-1/anomaly",
    cause: str = "pump-1/process",
    kind: Kind = Kind.ANOMALY,
    priority: Priority = Priority.HIGH,
    score: float = 1.5,
    point: str = "pump-1.flow",
) -> Finding:
    parts = (Contribution(point, 1.0, 3.0, 8.0),) if active else ()
    return Finding(key, cause, "pump-1", kind, time, active, priority, parts, score if active else 0.0)


def replay(entries: list[JournalEntry]) -> dict[int, AlarmState]:
    """The state of each alarm after its journal. Raises AssertionError where an entry does not follow from the last.

    The first one follows from `normal`, unless the journal was trimmed.
    """
    trimmed = entries and entries[-1].seq - entries[0].seq >= len(entries)
    states: dict[int, AlarmState] = {}
    for entry in entries:
        before = states.get(entry.alarm_id)
        assert entry.from_state is (before or AlarmState.NORMAL) or (trimmed and before is None), entry
        assert entry.to_state is not entry.from_state
        states[entry.alarm_id] = entry.to_state
    return states
