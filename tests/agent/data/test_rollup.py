"""Minutes and hours say what a naive computation over the raw samples says, late samples included."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.data.history import History
from agent.data.rollup import Rollup
from hal.clock import Clock
from hal.sample import Quality, Sample

T = 1_699_999_200.0
"""The start of an hour."""
SECONDS: dict[Literal["minute", "hour"], int] = {"minute": 60, "hour": 3600}


def naive(samples: list[Sample], seconds: int) -> list[Rollup]:
    rollups = []
    for start, group in groupby(sorted(samples, key=lambda s: s.time), key=lambda s: s.time // seconds * seconds):
        bucket = list(group)
        used = [s.value for s in bucket if s.quality is not Quality.BAD and math.isfinite(s.value)]
        mean, low, high = (math.fsum(used) / len(used), min(used), max(used)) if used else (math.nan,) * 3
        rollups.append(Rollup(bucket[0].point, start, len(used), mean, low, high, len(bucket) - len(used)))
    return rollups


def plain(rollups: list[Rollup]) -> list[tuple[Any, ...]]:
    about = partial(pytest.approx, rel=1e-9, abs=1e-6, nan_ok=True)
    return [(r.point, r.start, r.count, r.bad, about(r.mean), about(r.min), about(r.max)) for r in rollups]


def seen(rollups: list[Rollup]) -> list[tuple[Any, ...]]:
    return [(r.point, r.start, r.count, r.bad, r.mean, r.min, r.max) for r in rollups]


sample = st.builds(
    lambda tick, value, quality: Sample("a.x", T + tick / 4, value, quality, "" if quality is Quality.GOOD else "why"),
    st.one_of(st.integers(0, 4 * 4 * 3600), st.integers(0, 60).map(lambda minute: minute * 240)),
    st.one_of(st.floats(-1e6, 1e6), st.just(math.nan)),
    st.sampled_from(Quality),
)
batch = st.tuples(st.lists(sample, max_size=25), st.integers(0, 5 * 3600))
"""Samples of one commit, and how long after T maintenance runs after it."""


@settings(max_examples=60, deadline=None)
@given(st.lists(batch, min_size=1, max_size=5))
def test_rollups_equal_a_naive_computation_whatever_comes_late(batches: list[tuple[list[Sample], int]]) -> None:
    class Moved(Clock):
        time = T

        def now(self) -> float:
            return self.time

    clock = Moved()
    kept: dict[float, Sample] = {}
    with tempfile.TemporaryDirectory() as folder, History(Path(folder) / "h.db", 64 << 20, 14, 730, clock) as history:
        for samples, later in batches:
            history.append(samples)
            history.commit()
            for one in samples:
                kept.setdefault(one.time, one)
            clock.time = T + later
            assert history.maintain(budget_s=30)
        for resolution, seconds in SECONDS.items():
            found = history.query("a.x", T, T + 86_400, resolution=resolution)
            assert seen(found) == plain(naive(list(kept.values()), seconds))


def test_a_late_sample_repairs_its_minute_and_its_hour_alone(history: History, clock: Any) -> None:
    history.append([Sample("a.x", T + i, 10.0) for i in range(7200)])
    history.commit()
    clock.time = T + 8000
    history.maintain()
    before = history.query("a.x", T, T + 7200, resolution="minute")
    history.append([Sample("a.x", T + 65.5, 1000.0)])
    history.commit()
    history.maintain()
    after = history.query("a.x", T, T + 7200, resolution="minute")
    assert [new.start for old, new in zip(before, after, strict=True) if old != new] == [T + 60]
    assert (after[1].count, after[1].max) == (61, 1000.0)
    first, second = history.query("a.x", T, T + 7200, resolution="hour")
    assert (first.max, second.max) == (1000.0, 10.0)


def test_what_is_not_rolled_up_yet_is_computed_on_the_way(history: History) -> None:
    history.append([Sample("a.x", T + i, float(i)) for i in range(150)])
    history.commit()
    assert [(r.start, r.count) for r in history.query("a.x", T, T + 999, resolution="minute")] == [
        (T, 60),
        (T + 60, 60),
        (T + 120, 30),
    ]
    assert [r.mean for r in history.query("a.x", T, T + 999, resolution="hour")] == [74.5]


def test_a_clock_that_was_far_ahead_and_came_back_spoils_nothing(
    open_history: Callable[..., History], clock: Any
) -> None:
    history = open_history(raw_days=3660)
    history.append([Sample("a.x", T + 400 * 86_400, 1.0)])
    history.commit()
    clock.time = T + 401 * 86_400
    history.maintain()
    history.append([Sample("a.x", T + i, float(i)) for i in range(120)])
    history.commit()
    clock.time = T + 300
    history.maintain()
    found = history.query("a.x", T, T + 300, resolution="minute")
    assert [(r.count, r.mean) for r in found] == [(60, 29.5), (60, 89.5)]
