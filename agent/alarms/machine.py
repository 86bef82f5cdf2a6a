"""The ISA-18.2 state machine of one alarm: pure functions from a record and an event to the next record.

Timers run on the time of findings and ticks. Under shelving and suppression the condition is followed further; only
the state is covered. Every function returns the record it was given when nothing changed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from agent.alarms.model import Alarm, AlarmState
from agent.config import Alarms as Settings
from agent.watch.finding import Finding, Priority
from hal.errors import LouguanError

SYSTEM = "system"
"""Who does what nobody did by hand; the journal's comment is then one of the words below, or kinds of findings."""
RE_ALARM, MORE_URGENT, SHELVING_OVER, GAVE_WAY = "re_alarm", "more_urgent", "shelving_over", "gave_way"
KEEP_NOTES = 4
"""Lines of an alarm's note; the oldest go."""

_COVERED = (AlarmState.SHELVED, AlarmState.SUPPRESSED)
_POSSIBLE = {
    AlarmState.NORMAL: "shelve or suppress it",
    AlarmState.UNACKNOWLEDGED: "acknowledge, shelve or suppress it",
    AlarmState.ACKNOWLEDGED: "shelve or suppress it, or wait until its condition clears",
    AlarmState.RETURNED_UNACKNOWLEDGED: "acknowledge, shelve or suppress it",
    AlarmState.SHELVED: "unshelve or suppress it",
    AlarmState.SUPPRESSED: "unsuppress it",
}


class NotAllowed(LouguanError):
    """The state of the alarm does not allow this."""


@dataclass(frozen=True, slots=True)
class Held:
    """A condition of the cause. since: began; cleared: ended, or None while it lasts; counts: the on-delay is over."""

    finding: Finding
    since: float
    cleared: float | None = None
    counts: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """An alarm and what its timers need.

    open: an episode is under way. acked: somebody has seen it since it last came. acked_at: Unix seconds.
    acked_priority: the most urgent that was seen. held: by key of the finding.
    """

    alarm: Alarm
    held: Mapping[str, Held]
    open: bool = False
    acked: bool = False
    acked_at: float = 0.0
    acked_priority: Priority = Priority.LOW


@dataclass(frozen=True, slots=True)
class Transition:
    """A change of state, for the journal. time: Unix seconds. note: the alarm's, as far as a person had to see it."""

    cause: str
    time: float
    from_state: AlarmState
    to_state: AlarmState
    by: str
    comment: str
    note: str = ""


def fresh(finding: Finding) -> Record:
    """The record of a cause that never alarmed; its alarm has no number yet."""
    alarm = Alarm(
        0, finding.cause, finding.asset, AlarmState.NORMAL, finding.priority, False, finding.time, finding.time, (), (),
        0.0, finding.threshold, 0,
    )  # fmt: skip
    return Record(alarm, {})


def take(record: Record, finding: Finding, now: float, settings: Settings) -> tuple[Record, list[Transition]]:
    """The record after a finding, whose own delays begin.

    It counts from its own time, but not from the future, nor from before what is known of its condition.
    """
    held = record.held.get(finding.key)
    if held is None:
        at = min(finding.time, now)
        return (_hold(record, finding.key, Held(finding, at)) if finding.active else record), []
    if finding.lasts_s is not None:
        return _repeated(record, finding, now, settings)
    if not finding.active and held.cleared is not None:
        return record, []
    at = min(max(finding.time, held.since if held.cleared is None else held.cleared), now)
    made: list[Transition] = []
    if not finding.active or held.cleared is not None:
        record, made = advance(record, at, settings)
        held = record.held.get(finding.key)
    if held is None:
        held = Held(finding, at)
    held = replace(held, finding=finding, cleared=None) if finding.active else replace(held, cleared=at)
    return _hold(record, finding.key, held), made


def drop(record: Record, known: set[str]) -> Record:
    """Without the conditions that do not exist any more; those that end by themselves do."""
    kept = {key: held for key, held in record.held.items() if key in known or held.finding.lasts_s is not None}
    return record if kept == record.held else replace(record, held=kept)


def advance(record: Record, now: float, settings: Settings) -> tuple[Record, list[Transition]]:
    """What time has done until now: delays, re-alarm, the end of shelving."""
    record = _delays(record, now, settings)
    alarm = record.alarm
    comment = ""
    counting = [held.finding for held in record.held.values() if held.counts]
    if counting:
        comment = ",".join(finding.kind for finding in counting)
        if not alarm.active:
            record = _begins(record, counting)
        record, more_urgent = _urgency(record, counting)
        comment = MORE_URGENT if more_urgent and alarm.active else comment
    elif alarm.active:
        record = replace(record, alarm=replace(alarm, active=False))
    if settings.re_alarm_s and record.acked and record.alarm.active:
        if record.acked_at > now:
            record = replace(record, acked_at=now)
        if now - record.acked_at >= settings.re_alarm_s:
            record, comment = replace(record, acked=False), RE_ALARM
    if alarm.state is AlarmState.SHELVED and alarm.shelved_until is not None:
        until = min(alarm.shelved_until, now + settings.max_shelve_s)
        record = replace(record, alarm=replace(record.alarm, shelved_until=until))
        if now >= until:
            return _uncover(record, now, settings, SYSTEM, SHELVING_OVER)
    return _settle(record, now, settings, SYSTEM, comment)


def ack(record: Record, now: float, settings: Settings, by: str, comment: str) -> tuple[Record, list[Transition]]:
    """Raises NotAllowed."""
    _require(record, "acknowledged", AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED_UNACKNOWLEDGED)
    alarm = replace(record.alarm, acked_by=by, comment=comment)
    seen = replace(record, alarm=alarm, acked=True, acked_at=now, acked_priority=alarm.priority)
    return _settle(seen, now, settings, by, comment)


def shelve(
    record: Record, now: float, settings: Settings, seconds: float, by: str, reason: str
) -> tuple[Record, list[Transition]]:
    """Raises NotAllowed."""
    _require(record, "shelved", *(state for state in AlarmState if state not in _COVERED))
    if not 0 < seconds <= settings.max_shelve_s:
        raise NotAllowed(
            f"An alarm cannot be shelved for {seconds:g} s.", f"The most is {settings.max_shelve_s:g} s (max_shelve_s)."
        )
    return _cover(record, AlarmState.SHELVED, now, now + seconds, by, reason)


def suppress(record: Record, now: float, by: str, reason: str) -> tuple[Record, list[Transition]]:
    """Raises NotAllowed."""
    _require(record, "suppressed", *(state for state in AlarmState if state is not AlarmState.SUPPRESSED))
    return _cover(record, AlarmState.SUPPRESSED, now, None, by, reason)


def unshelve(record: Record, now: float, settings: Settings, by: str) -> tuple[Record, list[Transition]]:
    """Raises NotAllowed."""
    _require(record, "unshelved", AlarmState.SHELVED)
    return _uncover(record, now, settings, by, "")


def unsuppress(record: Record, now: float, settings: Settings, by: str) -> tuple[Record, list[Transition]]:
    """Raises NotAllowed."""
    _require(record, "unsuppressed", AlarmState.SUPPRESSED)
    return _uncover(record, now, settings, by, "")


def give_way(record: Record, now: float) -> tuple[Record, list[Transition]]:
    """Ends a report's alarm, so that a more urgent one has room."""
    alarm = record.alarm
    if alarm.state is AlarmState.NORMAL:
        return record, []
    made = Transition(alarm.cause, now, alarm.state, AlarmState.NORMAL, SYSTEM, GAVE_WAY, alarm.note)
    ended = replace(alarm, state=AlarmState.NORMAL, active=False, changed=now, shelved_until=None)
    return replace(record, alarm=ended, held={}, open=False), [made]


def reset(record: Record, now: float, settings: Settings, by: str) -> tuple[Record, list[Transition]]:
    """Lets go of a latched alarm that was acknowledged and whose condition has cleared. Raises NotAllowed."""
    alarm = record.alarm
    if not settings.latch or alarm.state is not AlarmState.ACKNOWLEDGED or alarm.active:
        holds = "its condition still holds" if alarm.active else f"it is {_spoken(alarm.state)}"
        raise NotAllowed(
            f"Alarm {alarm.id} cannot be reset: {holds}.",
            "Only a latched alarm (latch = true) that was acknowledged and has cleared can be reset.",
        )
    return _settle(replace(record, open=False), now, settings, by, "")


def _hold(record: Record, key: str, held: Held) -> Record:
    return replace(record, held={**record.held, key: held})


def _repeated(record: Record, finding: Finding, now: float, settings: Settings) -> tuple[Record, list[Transition]]:
    """A report once more: it counts, does not end sooner than the last, and asks again when it says something new."""
    record, made = advance(record, now, settings)
    held = record.held.get(finding.key)
    if held is None:
        return _hold(record, finding.key, Held(finding, now)), made
    last = held.finding
    longer = max(finding.lasts_s or 0.0, last.time + (last.lasts_s or 0.0) - finding.time)
    after = replace(finding, priority=min(finding.priority, last.priority), lasts_s=longer)
    known = not finding.note or finding.note in record.alarm.note.splitlines()
    alarm = replace(record.alarm, count=record.alarm.count + 1)
    record = replace(record, alarm=alarm, acked=record.acked and known)
    return _hold(record, finding.key, replace(held, finding=after)), made


def _delays(record: Record, now: float, settings: Settings) -> Record:
    """On-delay and off-delay of each condition; a time from the future (the clock was set back) becomes now."""
    after: dict[str, Held] = {}
    for key, held in record.held.items():
        since = min(held.since, now)
        if held.finding.lasts_s is not None:
            said = min(held.finding.time, now)
            if now - said < held.finding.lasts_s:
                after[key] = Held(replace(held.finding, time=said), since, counts=True)
            continue
        cleared = None if held.cleared is None else min(held.cleared, now)
        counts = held.counts or (now if cleared is None else cleared) - since >= settings.on_delay_s
        if cleared is None or (counts and now - cleared < settings.off_delay_s):
            same = (since, cleared, counts) == (held.since, held.cleared, held.counts)
            after[key] = held if same else Held(held.finding, since, cleared, counts)
    return record if after == record.held else replace(record, held=after)


def _begins(record: Record, counting: list[Finding]) -> Record:
    alarm = record.alarm
    if record.open:
        alarm = replace(alarm, active=True, count=alarm.count + 1)
    else:
        since = min(held.since for held in record.held.values() if held.counts)
        alarm = replace(alarm, active=True, count=1, since=since, kinds=(), acked_by="", comment="", note="")
    return replace(record, alarm=replace(alarm, score=-math.inf, threshold=1.0), open=True, acked=False)


def _urgency(record: Record, counting: list[Finding]) -> tuple[Record, bool]:
    """Priority, kinds, notes and the strongest finding; whether it became more urgent than what was acknowledged."""
    alarm = record.alarm
    priority = min(finding.priority for finding in counting)
    kinds = tuple(dict.fromkeys([*alarm.kinds, *(finding.kind for finding in counting)]))
    strongest = max(counting, key=_strength)
    if _strength(strongest) > alarm.score / alarm.threshold:
        alarm = replace(
            alarm,
            contributions=strongest.contributions,
            score=strongest.score,
            threshold=strongest.threshold,
        )
    notes = dict.fromkeys([*(finding.note for finding in counting if finding.note), *alarm.note.splitlines()])
    alarm = replace(alarm, priority=priority, kinds=kinds, note="\n".join(list(notes)[:KEEP_NOTES]))
    more_urgent = record.acked and priority < record.acked_priority
    if alarm == record.alarm and not more_urgent:
        return record, False
    return replace(record, alarm=alarm, acked=record.acked and not more_urgent), more_urgent


def _strength(finding: Finding) -> float:
    return finding.score / finding.threshold


def _uncovered(record: Record, settings: Settings) -> AlarmState:
    """The state of the condition itself."""
    if record.alarm.active:
        return AlarmState.ACKNOWLEDGED if record.acked else AlarmState.UNACKNOWLEDGED
    if not record.open or (record.acked and not settings.latch):
        return AlarmState.NORMAL
    return AlarmState.ACKNOWLEDGED if record.acked else AlarmState.RETURNED_UNACKNOWLEDGED


def _settle(record: Record, now: float, settings: Settings, by: str, comment: str) -> tuple[Record, list[Transition]]:
    """Brings the state in line with the condition, unless it is covered."""
    if record.alarm.state in _COVERED:
        return record, []
    state = _uncovered(record, settings)
    if state is AlarmState.NORMAL and record.open:
        record = replace(record, open=False)
    return _to(record, state, now, by, comment)


def _cover(
    record: Record, state: AlarmState, now: float, until: float | None, by: str, reason: str
) -> tuple[Record, list[Transition]]:
    covered = replace(record, alarm=replace(record.alarm, shelved_until=until, comment=reason))
    return _to(covered, state, now, by, reason)


def _uncover(record: Record, now: float, settings: Settings, by: str, comment: str) -> tuple[Record, list[Transition]]:
    """Back to the state that the condition has now; who covered it has seen it, so one that cleared is normal."""
    if not record.alarm.active and not settings.latch:
        record = replace(record, open=False)
    state = _uncovered(record, settings)
    return _to(replace(record, alarm=replace(record.alarm, shelved_until=None)), state, now, by, comment)


def _to(record: Record, state: AlarmState, now: float, by: str, comment: str) -> tuple[Record, list[Transition]]:
    alarm = record.alarm
    if state is alarm.state:
        return record, []
    if state is AlarmState.UNACKNOWLEDGED and alarm.acked_by:
        alarm = replace(alarm, acked_by="")
    note = alarm.note if by != SYSTEM or state is AlarmState.UNACKNOWLEDGED else ""
    made = Transition(alarm.cause, now, alarm.state, state, by, comment, note)
    return replace(record, alarm=replace(alarm, state=state, changed=now)), [made]


def _require(record: Record, done: str, *allowed: AlarmState) -> None:
    state = record.alarm.state
    if state not in allowed:
        latched = state is AlarmState.ACKNOWLEDGED and not record.alarm.active
        possible = "reset, shelve or suppress it" if latched else _POSSIBLE[state]
        raise NotAllowed(f"Alarm {record.alarm.id} is {_spoken(state)} and cannot be {done}.", f"You can {possible}.")


def _spoken(state: AlarmState) -> str:
    return state.value.replace("_", " ")
