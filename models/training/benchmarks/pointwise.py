"""Alarms of labelled rows in figures: point-wise as the SKAB leaderboard counts, and by event as a technician does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Tally:
    """What the alarms of some recordings came to; tallies of several add up (pooled, not averaged).

    hits, false, missed, quiet: rows alarmed and anomalous, alarmed only, anomalous only, neither.
    events: runs of anomalous rows. delays: of each event found, seconds from its first row to the onset of an alarm
    within it; an alarm that was on already when the event began does not find it. onsets: of alarms, in `hours`.
    """

    hits: int = 0
    false: int = 0
    missed: int = 0
    quiet: int = 0
    events: int = 0
    delays: tuple[float, ...] = ()
    onsets: int = 0
    hours: float = 0.0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.hits + other.hits,
            self.false + other.false,
            self.missed + other.missed,
            self.quiet + other.quiet,
            self.events + other.events,
            self.delays + other.delays,
            self.onsets + other.onsets,
            self.hours + other.hours,
        )

    @property
    def f1(self) -> float:
        """2 hits / (2 hits + false + missed); 0 where there is neither an anomaly nor an alarm."""
        return 2 * self.hits / max(2 * self.hits + self.false + self.missed, 1)

    @property
    def far(self) -> float:
        """Part of the rows without an anomaly that were alarmed."""
        return self.false / max(self.false + self.quiet, 1)

    @property
    def mar(self) -> float:
        """Part of the anomalous rows that were not alarmed."""
        return self.missed / max(self.missed + self.hits, 1)

    def figures(self) -> dict[str, Any]:
        """The report's keys; fractions, seconds, alarms an hour; `median_delay_s` is None when no event was found."""
        return {
            "f1": round(self.f1, 4),
            "far": round(self.far, 4),
            "mar": round(self.mar, 4),
            "events": self.events,
            "events_found": len(self.delays),
            "median_delay_s": round(median(self.delays), 1) if self.delays else None,
            "onsets_per_hour": round(self.onsets / self.hours, 3) if self.hours else None,
        }


def tally(alarmed: NDArray[np.bool_], anomalous: NDArray[np.bool_], seconds: NDArray[np.float64]) -> Tally:
    """The figures of one recording's test rows; each array has shape (rows,)."""
    onsets = _rises(alarmed)
    events = _rises(anomalous)
    ends = np.flatnonzero(np.diff(np.append(anomalous.astype(np.int8), 0)) == -1)
    delays = []
    for start, end in zip(events, ends, strict=True):
        within = onsets[(onsets >= start) & (onsets <= end)]
        if len(within) and not (start and alarmed[start] and alarmed[start - 1]):
            delays.append(float(seconds[within[0]] - seconds[start]))
    return Tally(
        hits=int((alarmed & anomalous).sum()),
        false=int((alarmed & ~anomalous).sum()),
        missed=int((~alarmed & anomalous).sum()),
        quiet=int((~alarmed & ~anomalous).sum()),
        events=len(events),
        delays=tuple(delays),
        onsets=len(onsets),
        hours=float(seconds[-1] - seconds[0]) / 3600.0,
    )


def pooled(tallies: Iterable[Tally]) -> Tally:
    """All of them as one."""
    return sum(tallies, Tally())


def _rises(state: NDArray[np.bool_]) -> NDArray[np.intp]:
    return np.flatnonzero(np.diff(np.insert(state.astype(np.int8), 0, 0)) == 1)
