"""How well alarms agree with a recording's labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Figures:
    """Point-wise counts and ratios (0 to 1; None where nothing could be counted), and events: runs of labelled rows.

    far: fp / (fp + tn). mar: fn / (fn + tp). An event is found when an alarm begins within it; one that was on already
    does not find it. Its delay runs from its first row to that onset. onsets_per_hour: of the alarm, over the time from
    the first counted row to the last.
    """

    tp: int
    fp: int
    fn: int
    tn: int
    f1: float | None
    far: float | None
    mar: float | None
    events: int
    events_found: int
    median_delay_s: float | None
    onsets: int
    onsets_per_hour: float | None


def figures(alarmed: Bools, labels: Bools, times: NDArray[np.float64], counted: Bools) -> Figures:
    """All of one length, by row. counted: rows that count (not learned from, seen, labelled). times: seconds."""
    on, truth = alarmed & counted, labels & counted
    tp, fp = int((on & truth).sum()), int((on & ~truth).sum())
    fn, tn = int((~on & truth).sum()), int((~on & ~truth & counted).sum())
    events = _runs(truth)
    onsets = [first for first, _ in _runs(on)]
    delays = []
    for first, end in events:
        within = [onset for onset in onsets if first <= onset < end]
        if within and not (first and on[first] and on[first - 1]):
            delays.append(float(times[within[0]] - times[first]))
    span = times[counted]
    hours = float(span[-1] - span[0]) / 3600 if len(span) else 0.0
    return Figures(
        tp, fp, fn, tn,
        f1=_ratio(2 * tp, 2 * tp + fp + fn),
        far=_ratio(fp, fp + tn),
        mar=_ratio(fn, fn + tp),
        events=len(events),
        events_found=len(delays),
        median_delay_s=float(np.median(delays)) if delays else None,
        onsets=len(onsets),
        onsets_per_hour=_ratio(len(onsets), hours),
    )  # fmt: skip


def _ratio(part: float, whole: float) -> float | None:
    return round(part / whole, 4) if whole else None


def _runs(flags: Bools) -> list[tuple[int, int]]:
    """(first, end) of each run of true rows."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    return [(int(first), int(end)) for first, end in edges.reshape(-1, 2)]
