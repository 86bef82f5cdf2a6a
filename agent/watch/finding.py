"""What a detector or a resident says: which asset, why, and which points contribute."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Priority(IntEnum):
    """ISA-18.2 priorities; a smaller number is more urgent."""

    CRITICAL = 1
    HIGH = 2
    MEDIUM = 3
    LOW = 4


class Kind(StrEnum):
    """What sort of condition was found."""

    HIGH_HIGH = "high_high"
    HIGH = "high"
    LOW = "low"
    LOW_LOW = "low_low"
    RATE = "rate"
    STUCK = "stuck"
    GAP = "gap"
    ANOMALY = "anomaly"
    REPORT = "report"
    """A resident told the desk."""


class Against(StrEnum):
    """What the expected value of a contribution is."""

    NORMAL = "normal"
    LIMIT = "limit"
    BEFORE = "before"
    """The value a second before."""
    LAST = "last"
    """The last usable value."""
    ITSELF = "itself"
    """The value itself: it has not moved."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """One point's part in a finding.

    share: part of the score that this point explains, 0 to 1, all shares of a finding add up to at most 1.
    value, expected: in the point's unit; `against` says what the expected one is.
    """

    point: str
    share: float
    value: float
    expected: float
    against: Against = Against.NORMAL


@dataclass(frozen=True, slots=True)
class Finding:
    """One verdict of a detector, or of a resident, on one asset at one moment.

    key: the condition's identity, the same while it lasts, e.g. `pump-1/anomaly` or `pump-1/limits/flow`.
    cause: what an operator would mend; findings with one cause become one alarm, e.g. `pump-1/process`,
        `pump-1/sensor/flow`, `bus/pump-room/1`.
    asset: asset id (the bus id for a communication finding). time: Unix seconds. active: false when it cleared.
    contributions: most guilty first, at most five. score, threshold: in the detector's own unit, threshold > 0.
    note: what a resident said, one line. lasts_s: it alarms at once and is over so many seconds after `time`; None for
        one that a later finding ends.
    """

    key: str
    cause: str
    asset: str
    kind: Kind
    time: float
    active: bool
    priority: Priority
    contributions: tuple[Contribution, ...] = ()
    score: float = 0.0
    threshold: float = 1.0
    note: str = ""
    lasts_s: float | None = None
