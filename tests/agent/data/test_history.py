"""Samples go in and come out: quality, order, times, limits, and readers beside the writer."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from typing import Any

import pytest

from agent.data.history import MAX_BUFFER, History
from agent.data.store import StorageError
from hal.sample import Quality, Sample

T = 1_700_000_000.0


def keep(history: History, *samples: Sample) -> int:
    history.append(samples)
    return history.commit()


def test_quality_reason_and_value_come_back_also_after_a_restart(open_history: Callable[..., History]) -> None:
    samples = [
        Sample("pump-1.flow", T, 12.5),
        Sample("pump-1.flow", T + 1, 12.5, Quality.UNCERTAIN, "stuck"),
        Sample("pump-1.flow", T + 2, -1e300, Quality.BAD, "out_of_range"),
    ]
    first = open_history()
    assert keep(first, *samples) == 3
    assert first.query("pump-1.flow", T, T + 10) == samples
    first.close()
    again = open_history()
    assert again.points() == ["pump-1.flow"]
    assert again.query("pump-1.flow", T, T + 10) == samples
    assert again.latest("pump-1.flow") == samples[2]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_kept_as_a_bad_sample(history: History, value: float) -> None:
    keep(history, Sample("a.x", T, value), Sample("a.x", T + 1, value, Quality.BAD, "timeout"))
    first, second = history.query("a.x", T, T + 2)
    assert math.isnan(first.value)
    assert (first.quality, first.reason) == (Quality.BAD, "nan")
    assert (second.quality, second.reason) == (Quality.BAD, "timeout")


def test_a_time_that_is_no_time_is_refused_and_counted(history: History, caplog: pytest.LogCaptureFixture) -> None:
    bad = [Sample("a.x", time, 1.0) for time in (math.nan, math.inf, -math.inf, -1.0, 1e12)]
    assert keep(history, *bad, Sample("a.x", T, 1.0)) == 1
    assert history.rejected == len(bad)
    assert len(caplog.records) == 1


def test_samples_that_come_backwards_in_time_are_read_in_order(history: History) -> None:
    for time in (T + 5, T + 1, T + 3):
        keep(history, Sample("a.x", time, time - T))
    assert [sample.value for sample in history.query("a.x", T, T + 10)] == [1.0, 3.0, 5.0]
    latest = history.latest("a.x")
    assert latest is not None
    assert latest.value == 5.0


def test_the_same_sample_again_changes_nothing(history: History) -> None:
    assert keep(history, Sample("a.x", T, 1.0)) == 1
    assert keep(history, Sample("a.x", T, 2.0), Sample("a.x", T + 1, 3.0)) == 1
    assert [sample.value for sample in history.query("a.x", T, T + 2)] == [1.0, 3.0]


def test_a_query_takes_its_point_and_its_time_only(history: History) -> None:
    keep(history, *(Sample(point, T + i, float(i)) for point in ("a.x", "a.y") for i in range(10)))
    found = history.query("a.y", T + 2, T + 5)
    assert [(sample.point, sample.value) for sample in found] == [("a.y", 2.0), ("a.y", 3.0), ("a.y", 4.0)]
    assert [sample.value for sample in history.query("a.y", T + 2, T + 9, limit=2)] == [2.0, 3.0]
    assert len(history.query("a.x", -math.inf, math.inf)) == 10
    assert history.query("a.x", T + 5, T + 2) == []
    assert history.query("a.z", T, T + 9) == []
    assert history.latest("a.z") is None


@pytest.mark.parametrize(("start", "end", "limit"), [(math.nan, T, 1), (T, math.nan, 1), (0.0, T, 0), (0.0, T, 10**9)])
def test_a_question_without_sense_is_refused(history: History, start: float, end: float, limit: int) -> None:
    with pytest.raises(StorageError):
        history.query("a.x", start, end, limit)


def test_what_is_not_committed_is_not_shown_and_a_full_buffer_drops_the_oldest(history: History) -> None:
    history.append([Sample("a.x", T + i, float(i)) for i in range(MAX_BUFFER + 3)])
    assert history.query("a.x", T, math.inf) == []
    assert history.dropped == 3
    assert history.commit() == MAX_BUFFER
    assert history.query("a.x", T, math.inf, limit=1)[0].value == 3.0
    assert history.commit() == 0


def test_more_reasons_than_are_kept_become_other(history: History) -> None:
    keep(history, *(Sample("a.x", T + i, 1.0, Quality.UNCERTAIN, f"reason {i}") for i in range(1100)))
    reasons = [sample.reason for sample in history.query("a.x", T, math.inf)]
    assert reasons[:2] == ["reason 0", "reason 1"]
    assert reasons[-1] == "other"


def test_iterate_gives_every_sample_once_in_bounded_lists(history: History) -> None:
    keep(history, *(Sample("a.x", T + i / 7, float(i)) for i in range(1001)))
    parts = list(history.iterate("a.x", T, math.inf, chunk=100))
    assert max(map(len, parts)) == 100
    assert [sample.value for part in parts for sample in part] == [float(i) for i in range(1001)]


def test_auto_takes_the_finest_resolution_that_fits(history: History, clock: Any) -> None:
    for start in range(0, 86_400, 3600):
        keep(history, *(Sample("a.x", T + start + i, 1.0) for i in range(0, 3600, 10)))
    clock.time = T + 90_000
    assert history.maintain(budget_s=30)
    steps = {}
    for limit in (10_000, 2000, 100):
        found = history.query("a.x", T, T + 86_400, limit=limit, resolution="auto")
        assert len(found) <= limit
        times = [row.time if isinstance(row, Sample) else row.start for row in found]
        assert times[-1] >= T + 80_000, "reaches to the end"
        steps[limit] = times[2] - times[1]
        names = {10.0: "raw", 60.0: "minute", 3600.0: "hour"}
        assert history.fitting("a.x", T, T + 86_400, limit) == names[steps[limit]]
    assert steps == {10_000: 10.0, 2000: 60.0, 100: 3600.0}


def test_queries_beside_commits_see_whole_batches_and_never_fail(history: History) -> None:
    batches, size = 150, 40
    done = threading.Event()
    errors: list[str] = []

    def look() -> None:
        seen = 0
        while not done.is_set():
            rows = len(history.query("a.x", T, math.inf))
            if rows % size or rows < seen:
                errors.append(f"{rows} rows after {seen}")
            seen = rows

    readers = [threading.Thread(target=look) for _ in range(2)]
    for reader in readers:
        reader.start()
    try:
        for batch in range(batches):
            keep(history, *(Sample("a.x", T + batch * size + i, 1.0) for i in range(size)))
            if batch % 50 == 0:
                history.maintain()
    finally:
        done.set()
        for reader in readers:
            reader.join(10)
    assert errors == []
    assert len(history.query("a.x", T, math.inf)) == batches * size
