"""Findings in, alarms out: one alarm for each cause, durable before anybody hears of it."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path

from agent.alarms import machine
from agent.alarms.machine import NotAllowed, Record, Transition
from agent.alarms.model import Alarm, AlarmState
from agent.alarms.store import AlarmStore, JournalEntry
from agent.config import Alarms as Settings
from agent.watch.finding import Finding, Kind, Priority
from hal.clock import Clock
from hal.errors import LouguanError

__all__ = ["DESK", "Alarms", "JournalEntry", "NoSuchAlarm", "NotAllowed", "TooManyReports"]

DESK = "desk"
"""Asset of what residents report."""
MAX_REPORTS = 64
"""Alarms of reports that are kept, open or not."""

log = logging.getLogger(__name__)


class NoSuchAlarm(LouguanError):
    """No alarm has this number."""


class TooManyReports(LouguanError):
    """There is no room for another report."""


class Alarms:
    """Used on one thread.

    A cause keeps its number for ever; an episode lasts from leaving `normal` until `normal` again. Whatever a method
    reports is on the disk when it returns. When storing fails it raises StorageError, and memory and file are as before
    the call: call again with the same findings.
    """

    def __init__(self, path: Path, settings: Settings, clock: Clock) -> None:
        """Raises StorageError. A corrupted file is set aside with a warning; findings make its alarms anew."""
        self._settings = settings
        self._clock = clock
        self._store = AlarmStore(path)
        self._records = {record.alarm.cause: record for record in self._store.load()}
        self._causes = {record.alarm.id: cause for cause, record in self._records.items()}

    def apply(self, findings: Iterable[Finding], now: float | None = None) -> list[Alarm]:
        """Takes findings in their order, then moves all timers to now (Unix seconds; without it the clock's).

        Returns the alarms whose state changed. Raises StorageError.
        """
        now = self._clock.now() if now is None else now
        drafts: dict[str, Record] = {}
        made: list[Transition] = []
        for finding in findings:
            record = drafts.get(finding.cause) or self._records.get(finding.cause)
            if record is None:
                if not finding.active:
                    continue
                record = machine.fresh(finding)
            drafts[finding.cause], some = machine.take(record, finding, now, self._settings)
            made += some
        for cause, record in (self._records | drafts).items():
            if record.held or record.alarm.state is not AlarmState.NORMAL:
                drafts[cause], some = machine.advance(record, now, self._settings)
                made += some
        return self._commit(drafts, made)

    def tick(self, now: float) -> list[Alarm]:
        """Moves all timers to now. Returns the alarms whose state changed. Raises StorageError."""
        return self.apply((), now)

    def keep_only(self, conditions: set[str]) -> list[Alarm]:
        """Ends the conditions whose keys are not among these: their points or limits are configured no more.

        Returns the alarms whose state changed. Raises StorageError.
        """
        drafts: dict[str, Record] = {}
        made: list[Transition] = []
        for cause, record in self._records.items():
            if record.held.keys() - conditions:
                kept = machine.drop(record, conditions)
                drafts[cause], some = machine.advance(kept, self._clock.now(), self._settings)
                made += some
        return self._commit(drafts, made)

    def report(self, key: str, priority: Priority, note: str, lasts_s: float) -> Alarm:
        """Alarms at once on what a person reports, for lasts_s seconds; the same key once more prolongs and counts.

        key: e.g. `emergency/gas-smell`. note: one line. Where MAX_REPORTS are known, the one that is normal for longest
        is forgotten, else the oldest of the least urgent that are less urgent than this one. Raises TooManyReports,
        StorageError.
        """
        now, cause = self._clock.now(), f"{DESK}/{key}"
        finding = Finding(cause, cause, DESK, Kind.REPORT, now, True, priority, (), 1.0, note=note, lasts_s=lasts_s)
        known = self._records.get(cause)
        drafts: dict[str, Record] = {}
        ended: list[Transition] = []
        gone = None if known else self._giving_way(priority)
        if gone:
            drafts[gone.alarm.cause], ended = machine.give_way(gone, now)
        record, made = machine.take(known or machine.fresh(finding), finding, now, self._settings)
        drafts[cause], more = machine.advance(record, now, self._settings)
        self._commit(drafts, [*ended, *made, *more], gone)
        if gone and ended:
            log.warning("alarm %d %s gave way to %s", gone.alarm.id, gone.alarm.cause, cause)
        return self._records[cause].alarm

    def _giving_way(self, priority: Priority) -> Record | None:
        reports = [record for record in self._records.values() if Kind.REPORT in record.alarm.kinds]
        if len(reports) < MAX_REPORTS:
            return None
        if normal := [record for record in reports if record.alarm.state is AlarmState.NORMAL]:
            return min(normal, key=lambda record: record.alarm.changed)
        if lesser := [record for record in reports if record.alarm.priority > priority]:
            return min(lesser, key=lambda record: (-record.alarm.priority, record.alarm.since))
        raise TooManyReports(
            f"{MAX_REPORTS} reports are open, and none of them is less urgent.", "Acknowledge some: `louguan alarms`."
        )

    def in_states(self, states: Iterable[AlarmState]) -> list[Alarm]:
        """The alarms in one of these states, by number."""
        wanted = set(states)
        found = [record.alarm for record in self._records.values() if record.alarm.id]
        return sorted((alarm for alarm in found if alarm.state in wanted), key=lambda alarm: alarm.id)

    def get(self, number: int) -> Alarm:
        """Raises NoSuchAlarm."""
        return self._record(number).alarm

    def journal(self, since_seq: int = 0, alarm_id: int | None = None, limit: int = 1000) -> list[JournalEntry]:
        """At most `limit` entries, oldest first: next after since_seq, or with 0 the newest. Raises StorageError."""
        return self._store.journal(since_seq, alarm_id, limit)

    def ack(self, number: int, by: str, comment: str = "") -> Alarm:
        """Raises NoSuchAlarm, NotAllowed, StorageError, as all that follow."""
        now, record = self._clock.now(), self._record(number)
        return self._done(machine.ack(record, now, self._settings, by, comment))

    def shelve(self, number: int, seconds: float, by: str, reason: str) -> Alarm:
        """Silences the alarm for so long; then it is in the state that its condition has by then."""
        now, record = self._clock.now(), self._record(number)
        return self._done(machine.shelve(record, now, self._settings, seconds, by, reason))

    def unshelve(self, number: int, by: str) -> Alarm:
        now, record = self._clock.now(), self._record(number)
        return self._done(machine.unshelve(record, now, self._settings, by))

    def suppress(self, number: int, by: str, reason: str) -> Alarm:
        """Takes the alarm out of service until `unsuppress`."""
        now, record = self._clock.now(), self._record(number)
        return self._done(machine.suppress(record, now, by, reason))

    def unsuppress(self, number: int, by: str) -> Alarm:
        now, record = self._clock.now(), self._record(number)
        return self._done(machine.unsuppress(record, now, self._settings, by))

    def reset(self, number: int, by: str) -> Alarm:
        """Lets go of a latched alarm that was acknowledged and has cleared."""
        now, record = self._clock.now(), self._record(number)
        return self._done(machine.reset(record, now, self._settings, by))

    def close(self) -> None:
        """May be called twice."""
        self._store.close()

    def _record(self, number: int) -> Record:
        cause = self._causes.get(number)
        if cause is None:
            raise NoSuchAlarm(f"There is no alarm {number}.", "`louguan alarms --all` shows them.")
        return self._records[cause]

    def _done(self, result: tuple[Record, list[Transition]]) -> Alarm:
        record, made = result
        self._commit({record.alarm.cause: record}, made)
        return self._records[record.alarm.cause].alarm

    def _commit(
        self, drafts: dict[str, Record], made: list[Transition], forgotten: Record | None = None
    ) -> list[Alarm]:
        """Writes what must survive, then lets memory follow. forgotten: a record to remove, among the drafts."""
        changed = [record for cause, record in drafts.items() if _lasting(record) != _lasting(self._records.get(cause))]
        if changed:
            number = forgotten.alarm.id if forgotten else None
            drafts |= {record.alarm.cause: record for record in self._store.write(changed, made, number)}
        for cause, record in drafts.items():
            if record.alarm.id or record.held:
                self._records[cause] = record
                if record.alarm.id:
                    self._causes[record.alarm.id] = cause
            else:
                self._records.pop(cause, None)
        if forgotten:
            del self._records[forgotten.alarm.cause], self._causes[forgotten.alarm.id]
        return [drafts[cause].alarm for cause in dict.fromkeys(transition.cause for transition in made)]


def _lasting(record: Record | None) -> tuple[object, ...] | None:
    """What of a record must survive a restart; None for one that never alarmed."""
    if record is None or not (record.alarm.id or record.open):
        return None
    counting = frozenset(key for key, held in record.held.items() if held.counts)
    return (record.alarm, record.open, record.acked, record.acked_at, record.acked_priority, counting)
