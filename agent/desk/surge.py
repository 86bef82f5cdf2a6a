"""When residents complain about one thing more often than they used to: a Poisson CUSUM over days, for one topic."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np

RUN_LENGTH_DAYS: Final = 730.0
"""Mean days between false alarms of one topic: one in two years, so nine a year for all 18 topics together."""
RISE: Final = 3.0
"""The chart is quickest for a rate that grew so many times."""
FLOOR: Final = 0.1
"""Negative ones a day; below it a rate cannot be told from none."""
PRIOR_RATE, PRIOR_DAYS = 1.0, 1.0
"""What a new box believes: the rate, and how many days of its own weigh as much. Nine on its first day are a surge."""
YOUNG_DAYS: Final = 28
"""Watched days below which a baseline takes all there are: no lag, and surges too."""
LEARN_DAYS, LAG_DAYS = 56, 7
"""A baseline is that of so many days, which end so long before the day it judges."""
CAUTION: Final = 0.4
"""Standard deviations above its mean at which the baseline is taken. With it, charts on a learned baseline alarm
falsely as seldom as RUN_LENGTH_DAYS says (simulated, 0.3 to 10 a day: every 840 to 1000 days); without it, up to
twice as often."""
QUIET_DAYS: Final = 3
"""A surge ends when so many days together stay below the chart's reference."""
LONGEST_DAYS: Final = 28
"""A surge that goes on is the new normal from then on, and is learned."""
_STEP: Final = 1.05
"""Between the rates that a chart is made for."""


@dataclass(frozen=True, slots=True)
class Day:
    """Negative ones of one day. watched: share of the day in which the desk ran, or may still run."""

    count: int
    watched: float
    ended: bool = True


@dataclass(frozen=True, slots=True)
class Chart:
    """A CUSUM max(0, S + count - reference) that signals from `limit` on. run_length: mean days to a false signal."""

    reference: float
    limit: float
    run_length: float


@dataclass(frozen=True, slots=True)
class Excess:
    """A surge. first: index of the day on which it began. expected: what the baseline makes of the days since."""

    first: int
    count: int
    expected: float
    run_length: float


def chart(rate: float, run_length: float = RUN_LENGTH_DAYS) -> Chart:
    """The chart for `rate` a day (at least FLOOR, rounded up by at most 5 %) with at least this run length in control.

    The reference is Lucas's (1985), (r1 - r0) / (ln r1 - ln r0) with r1 = RISE r0, put on a lattice on which the run
    length is exact; the limit is the lowest one there that reaches `run_length`.
    """
    steps = max(0, math.ceil(math.log(rate / FLOOR) / math.log(_STEP) - 1e-9)) if rate > FLOOR else 0
    return _chart(steps, run_length)


def mean_run_length(rate: float, reference: int, limit: int, parts: int) -> float:
    """Mean days until the chart signals, from zero, when counts are Poisson of mean `rate` (Brook and Evans 1972).

    reference, limit: in parts of a count. States are 0 to limit - 1 parts; the run length solves (I - Q) L = 1.
    """
    most = int(rate + 12 * math.sqrt(rate) + 20)
    counts = np.arange(most + 1)
    logs = counts * math.log(rate) - rate - np.cumsum(np.log(np.maximum(counts, 1)))
    states = np.arange(limit)
    onward = np.maximum(0, states[:, None] + parts * counts[None, :] - reference)
    moves = np.zeros((limit, limit))
    stays = onward < limit
    row, column = np.nonzero(stays)
    np.add.at(moves, (row, onward[stays]), np.exp(logs)[column])
    return float(np.linalg.solve(np.eye(limit) - moves, np.ones(limit))[0])


@lru_cache(512)
def _chart(steps: int, wanted: float) -> Chart:
    rate = FLOOR * _STEP**steps
    exact = rate * (RISE - 1) / math.log(RISE)
    parts = max(4, math.ceil(8 / exact))
    reference = round(exact * parts)
    low, high = 0, parts
    while mean_run_length(rate, reference, high, parts) < wanted:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if mean_run_length(rate, reference, middle, parts) < wanted else (low, middle)
    return Chart(reference / parts, high / parts, mean_run_length(rate, reference, high, parts))


def baseline(past: Sequence[Day]) -> tuple[float, float]:
    """Mean and cautious rate a day after `past`, with the prior of a new box."""
    shape = PRIOR_RATE * PRIOR_DAYS + sum(day.count for day in past)
    days = PRIOR_DAYS + sum(day.watched for day in past)
    # Wilson and Hilferty's quantile of a gamma distribution.
    cautious = shape * (1 - 1 / (9 * shape) + CAUTION / (3 * math.sqrt(shape))) ** 3
    return shape / days, max(FLOOR, cautious / days)


def excesses(days: Sequence[Day], run_length: float = RUN_LENGTH_DAYS) -> Iterator[Excess | None]:
    """For each of `days` (consecutive, oldest first) the surge that lasts at its end, or None.

    A surge is known as soon as a day's count reaches the limit, before that day has ended. A day on which nobody
    watched is no quiet day: it is left out of baseline and chart alike.
    """
    surged: set[int] = set()
    total, start = 0.0, 0
    found: Excess | None = None
    for index, day in enumerate(days):
        mean, cautious = baseline(_learned(days, index, surged))
        current = chart(cautious, run_length)
        if not day.watched:
            yield found
            continue
        if found is None:
            start = start if total else index
            total = max(0.0, total + day.count - current.reference * day.watched)
            if total < current.limit - 1e-9:
                yield None
                continue
            before = [one for one in days[start:index] if one.watched]
            count, watched = sum(one.count for one in before), sum(one.watched for one in before)
            found = Excess(start, count, mean * watched, current.run_length)
        found = replace(found, count=found.count + day.count, expected=found.expected + mean * day.watched)
        yield found
        lasted = index - found.first + 1
        if lasted >= LONGEST_DAYS:
            found, total = None, 0.0
        elif day.ended and _quiet(days[found.first : index + 1], current.reference):
            surged.update(range(found.first, index + 1))
            found, total = None, 0.0


def last_excess(days: Sequence[Day], run_length: float = RUN_LENGTH_DAYS) -> Excess | None:
    """The surge that lasts at the end of `days`, as in `excesses`."""
    return next(iter(deque(excesses(days, run_length), maxlen=1)), None)


def _learned(days: Sequence[Day], index: int, surged: Set[int]) -> list[Day]:
    """The days that the baseline of day `index` is learned from."""
    first, last = max(0, index - LAG_DAYS - LEARN_DAYS), max(0, index - LAG_DAYS)
    past = [days[at] for at in range(first, last) if days[at].watched and at not in surged]
    return past if len(past) >= YOUNG_DAYS else [day for day in days[first:index] if day.watched]


def _quiet(days: Sequence[Day], reference: float) -> bool:
    """Whether the last QUIET_DAYS watched days stayed below the reference together."""
    last = [day for day in days if day.watched][-QUIET_DAYS:]
    return len(last) == QUIET_DAYS and sum(day.count for day in last) < reference * sum(day.watched for day in last)
