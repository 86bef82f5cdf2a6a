"""The alarm record and its ISA-18.2 states."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from agent.watch.finding import Contribution, Kind, Priority


class AlarmState(StrEnum):
    """States of ANSI/ISA-18.2-2016, figure 5 (out-of-service is `suppressed` here, by design or by hand)."""

    NORMAL = "normal"
    UNACKNOWLEDGED = "unacknowledged"
    ACKNOWLEDGED = "acknowledged"
    RETURNED_UNACKNOWLEDGED = "returned_unacknowledged"
    SHELVED = "shelved"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, slots=True)
class Alarm:
    """One cause that needs, or needed, a person.

    id: small number that a technician can type. since: Unix seconds of the first active finding of this episode.
    changed: Unix seconds of the last change of state. kinds: of all findings that were active in this episode.
    active: whether the condition holds now, whatever the state. count: times it came, or was reported, within the
        episode. note: what residents said of it in this episode, a line each, the newest first.
    """

    id: int
    cause: str
    asset: str
    state: AlarmState
    priority: Priority
    active: bool
    since: float
    changed: float
    kinds: tuple[Kind, ...]
    contributions: tuple[Contribution, ...]
    score: float
    threshold: float
    count: int = 1
    acked_by: str = ""
    comment: str = ""
    shelved_until: float | None = None
    note: str = ""
