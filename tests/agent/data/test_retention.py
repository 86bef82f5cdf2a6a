"""History stays within its age and its bytes, and the file really shrinks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from agent.data.history import History
from hal.sample import Sample

T = 1_699_999_200.0
"""The start of an hour."""
DAY = 86_400.0


def fill(history: History, start: float, hours: int, points: int = 4, step_s: float = 1.0) -> None:
    for hour in range(hours):
        begin = start + hour * 3600
        for point in range(points):
            history.append([Sample(f"a.p{point}", begin + i * step_s, float(i)) for i in range(int(3600 / step_s))])
            history.commit()


def test_raw_samples_go_by_age_and_their_rollups_stay(open_history: Callable[..., History], clock: Any) -> None:
    history = open_history(raw_days=1, rollup_days=3)
    fill(history, T, 48, points=1, step_s=30)
    clock.time = T + 2 * DAY
    assert history.maintain(budget_s=30)
    assert history.query("a.p0", 0, T + DAY) == []
    assert history.query("a.p0", T + DAY, T + 2 * DAY, limit=1)[0].time == T + DAY
    assert len(history.query("a.p0", T, T + 2 * DAY, resolution="minute")) == 48 * 60
    assert len(history.query("a.p0", T, T + 2 * DAY, resolution="auto")) == 48 * 60, "raw does not reach back"
    clock.time = T + 4 * DAY
    history.maintain(budget_s=30)
    assert history.query("a.p0", 0, T + 4 * DAY) == []
    assert history.query("a.p0", 0, T + 4 * DAY, resolution="minute", limit=1)[0].start == T + DAY
    assert history.query("a.p0", 0, T + 4 * DAY, resolution="hour", limit=1)[0].start == T + DAY


def test_the_file_shrinks_below_its_bytes_oldest_raw_samples_first(
    open_history: Callable[..., History], clock: Any, tmp_path: Path
) -> None:
    limit = 2 << 20
    history = open_history(max_bytes=limit)
    fill(history, T, 12)
    clock.time = T + 12 * 3600
    assert history.size_bytes() > 1.2 * limit
    assert history.maintain(budget_s=30)
    on_disk = sum(path.stat().st_size for path in tmp_path.iterdir())
    assert on_disk == history.size_bytes() <= limit
    kept = history.query("a.p0", 0, clock.time, limit=100_000)
    assert kept[-1].time == clock.time - 1
    assert kept[0].time > T + 3600
    assert len(kept) == clock.time - kept[0].time, "no hole"
    assert len(history.query("a.p0", T, clock.time, resolution="minute")) == 12 * 60
    sizes = []
    for more in range(12, 16):
        fill(history, T + more * 3600, 1)
        clock.time = T + (more + 1) * 3600
        history.maintain(budget_s=30)
        sizes.append(history.size_bytes())
    assert max(sizes) <= limit


def test_a_limit_smaller_than_the_rollups_still_keeps_the_newest(
    open_history: Callable[..., History], clock: Any
) -> None:
    history = open_history(max_bytes=1 << 20)
    fill(history, T, 60, points=20, step_s=60)
    clock.time = T + 60 * 3600
    assert history.maintain(budget_s=30)
    assert history.size_bytes() <= 1 << 20
    hours = history.query("a.p7", 0, clock.time, resolution="hour")
    assert hours[-1].start == clock.time - 3600
    assert {hour.count for hour in hours} == {60}, "no hour was made of what was left of it"


def test_a_late_sample_does_not_replace_a_rollup_whose_raw_samples_are_gone(
    open_history: Callable[..., History], clock: Any
) -> None:
    history = open_history(raw_days=0.5)
    fill(history, T, 24, points=1)
    clock.time = T + DAY
    history.maintain(budget_s=30)
    history.append([Sample("a.p0", T + 61.5, 9999.0)])
    history.commit()
    history.maintain(budget_s=30)
    minute = history.query("a.p0", T + 60, T + 120, resolution="minute")[0]
    assert (minute.count, minute.max) == (60, 119.0)


def test_maintenance_stops_at_its_budget_and_goes_on_later(open_history: Callable[..., History], clock: Any) -> None:
    history = open_history(raw_days=0.01)
    fill(history, T, 20, points=1, step_s=10)
    clock.time = T + 20 * 3600
    assert not history.maintain(budget_s=0)
    calls = 1
    while not history.maintain(budget_s=0):
        calls += 1
    assert calls > 10
    assert history.query("a.p0", 0, T + 19 * 3600) == []
    assert len(history.query("a.p0", T, clock.time, resolution="hour")) == 20
