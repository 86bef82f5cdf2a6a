"""Tier 0 of one point."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from agent.config import Limits
from agent.watch.finding import Kind, Priority
from hal.sample import Quality, Sample
from tests.agent.watch.made import Line, asset, point

RANGE = {"low_low": 1, "low": 2, "high": 8, "high_high": 9, "deadband": 0.5}
KEY = "pump-1/limits/flow"


def line(folder: Path, limits: dict[str, Any], **more: Any) -> Line:
    return Line(folder, asset("pump-1", [point("flow", limits=limits)], **more))


@pytest.mark.parametrize(
    ("value", "kind", "bound", "priority"),
    [
        (8.1, Kind.HIGH, 8, Priority.HIGH),
        (9.1, Kind.HIGH_HIGH, 9, Priority.CRITICAL),
        (1.9, Kind.LOW, 2, Priority.HIGH),
        (0.9, Kind.LOW_LOW, 1, Priority.CRITICAL),
    ],
)
def test_a_value_beyond_a_limit_names_the_point_the_limit_and_the_most_severe_kind(
    tmp_path: Path, value: float, kind: Kind, bound: float, priority: Priority
) -> None:
    pump = line(tmp_path, RANGE)
    pump.say(flow=5)
    pump.say(flow=value)
    found = pump.active()[KEY]
    assert (found.kind, found.cause, found.priority) == (kind, "pump-1/process", priority)
    assert (found.asset, found.time) == ("pump-1", pump.clock.time)
    part = found.contributions[0]
    assert (part.point, part.share, part.value, part.expected) == ("pump-1.flow", 1.0, value, bound)


def test_a_limit_is_not_passed_by_reaching_it_and_is_left_by_the_deadband(tmp_path: Path) -> None:
    pump = line(tmp_path, RANGE)
    pump.say(flow=8)
    assert not pump.active()
    pump.say(flow=8.01)
    pump.say(flow=7.6)
    assert pump.active()[KEY].kind is Kind.HIGH
    pump.say(flow=7.5)
    assert not pump.active()


def test_the_more_severe_level_replaces_the_other_and_gives_way_to_it(tmp_path: Path) -> None:
    pump = line(tmp_path, RANGE)
    kinds = []
    for value in (5, 8.2, 9.2, 8.6, 8.4, 7.4):
        pump.say(flow=value)
        kinds.append([finding.kind for finding in pump.active().values()])
    assert kinds == [[], [Kind.HIGH], [Kind.HIGH_HIGH], [Kind.HIGH_HIGH], [Kind.HIGH], []]


def test_a_jump_from_one_side_to_the_other_ends_the_first(tmp_path: Path) -> None:
    pump = line(tmp_path, RANGE)
    pump.say(flow=9.5)
    pump.say(flow=0.5)
    assert [finding.kind for finding in pump.active().values()] == [Kind.LOW_LOW]


def test_the_first_value_tells_that_all_is_well(tmp_path: Path) -> None:
    first = line(tmp_path, RANGE).say(flow=5)
    assert {(finding.key, finding.active) for finding in first} >= {(KEY, False), ("pump-1/gap/flow", False)}


def test_a_steady_condition_is_told_once_and_again_when_it_grows(tmp_path: Path) -> None:
    pump = line(tmp_path, {"high": 10})
    told = [len(pump.say(flow=value)) for value in (5, 11, 11, 11.1, 16, 16)]
    assert told[1:] == [1, 0, 0, 1, 0]
    assert pump.active()[KEY].contributions[0].value == 16


@given(st.lists(st.floats(-20, 20), min_size=1, max_size=40))
def test_levels_agree_with_a_naive_machine(values: list[float]) -> None:
    pump = Line(Path("/nonexistent"), asset("pump-1", [point("flow", limits=RANGE)]))
    level = 0
    for value in values:
        pump.say(flow=value)
        up = next((n for n, b in ((2, 9), (1, 8)) if value > b - (0.5 if level >= n else 0)), 0)
        down = next((n for n, b in ((-2, 1), (-1, 2)) if value < b + (0.5 if level <= n else 0)), 0)
        level = up or down
        expected = {2: Kind.HIGH_HIGH, 1: Kind.HIGH, -1: Kind.LOW, -2: Kind.LOW_LOW}.get(level)
        found = pump.active().get(KEY)
        assert (found.kind if found else None) is expected


def test_a_deadband_wider_than_the_span_is_refused() -> None:
    with pytest.raises(ValidationError, match="deadband"):
        Limits(low=1, high=2, deadband=1.5)


def test_bad_values_change_nothing_but_let_the_gap_grow(tmp_path: Path) -> None:
    pump = line(tmp_path, RANGE)
    pump.say(flow=9.5)
    for value in (math.nan, math.inf, ("bad", "out_of_range"), ("bad", "crc")):
        assert not pump.say(flow=value)
    assert pump.active()[KEY].kind is Kind.HIGH_HIGH
    for _ in range(10):
        pump.say(flow=("bad", "out_of_range"))
        pump.tick(0)
    gap = pump.active()["pump-1/gap/flow"]
    assert (gap.kind, gap.cause) == (Kind.GAP, "pump-1/sensor/flow")
    assert gap.contributions[0].expected == 9.5
    pump.say(flow=5)
    assert not pump.active()


def test_an_uncertain_value_counts(tmp_path: Path) -> None:
    pump = line(tmp_path, RANGE)
    found = pump.watch.feed([Sample("pump-1.flow", 1001, 8.5, Quality.UNCERTAIN, "held")])
    assert [finding.kind for finding in found if finding.active] == [Kind.HIGH]


def test_a_late_sample_is_dropped(tmp_path: Path) -> None:
    pump = line(tmp_path, RANGE)
    pump.say(flow=5)
    for late in (pump.clock.time, pump.clock.time - 1, math.nan, math.inf):
        assert not pump.watch.feed([Sample("pump-1.flow", late, 20)])
        pump.say(flow=5)
    assert not pump.active()


def test_after_the_clock_was_set_back_the_third_sample_counts(tmp_path: Path) -> None:
    pump = line(tmp_path, {**RANGE, "stuck_after_s": 60, "rate_per_s": 1})
    pump.say(flow=5)
    pump.clock.time -= 3600
    pump.say(flow=20)
    pump.say(flow=20)
    assert not pump.active()
    pump.say(flow=20)
    assert set(pump.active()) == {KEY}
    pump.tick(5)
    assert set(pump.active()) == {KEY}, "no gap, although the last good sample lies in the future"


class TestStuck:
    LIMITS: dict[str, Any] = {"stuck_after_s": 60}  # noqa: RUF012
    STUCK = "pump-1/stuck/flow"

    def test_a_value_that_does_not_change_at_all(self, tmp_path: Path) -> None:
        pump = line(tmp_path, self.LIMITS)
        for _ in range(60):
            pump.say(flow=3)
        assert self.STUCK not in pump.active()
        pump.say(flow=3)
        found = pump.active()[self.STUCK]
        assert (found.kind, found.cause, found.priority) == (Kind.STUCK, "pump-1/sensor/flow", Priority.MEDIUM)
        pump.say(flow=3.001)
        assert not pump.active()

    def test_only_while_the_asset_runs(self, tmp_path: Path) -> None:
        points = [point("flow", limits=self.LIMITS), point("run")]
        pump = Line(tmp_path, asset("pump-1", points, detector={"mode_point": "run"}))
        pump.say(flow=3)
        for _ in range(100):
            pump.say(flow=3, run=0)
        assert not pump.active()
        for _ in range(61):
            pump.say(flow=3, run=1)
        assert not pump.active()
        pump.say(flow=3, run=1)
        assert set(pump.active()) == {self.STUCK}
        pump.say(flow=3, run=0)
        assert set(pump.active()) == {self.STUCK}, "standing still proves nothing"

    def test_lost_samples_do_not_start_it_anew(self, tmp_path: Path) -> None:
        pump = line(tmp_path, self.LIMITS)
        for n in range(62):
            pump.say(flow=("bad", "crc") if n % 5 == 4 else 3)
        assert self.STUCK in pump.active()


class TestRate:
    RATE = "pump-1/rate/flow"

    def test_a_jump_holds_for_a_while(self, tmp_path: Path) -> None:
        pump = line(tmp_path, {"rate_per_s": 2})
        pump.say(flow=5)
        pump.say(flow=6.9)
        assert not pump.active()
        pump.say(flow=10)
        found = pump.active()[self.RATE]
        assert (found.kind, found.cause) == (Kind.RATE, "pump-1/sensor/flow")
        assert (found.contributions[0].value, found.contributions[0].expected) == (10, 6.9)
        for _ in range(9):
            pump.say(flow=10)
        assert self.RATE in pump.active()
        pump.say(flow=10)
        assert not pump.active()

    def test_samples_that_follow_fast_are_compared_with_a_second_ago(self, tmp_path: Path) -> None:
        pump = line(tmp_path, {"rate_per_s": 2})
        pump.say(flow=5)
        pump.say(0.01, flow=6)
        assert not pump.active(), "less than 2 within the second"
        for n in range(20):
            pump.say(0.05, flow=6 + 0.5 * n)
        assert self.RATE in pump.active()

    def test_a_long_silence_makes_the_change_slow(self, tmp_path: Path) -> None:
        pump = line(tmp_path, {"rate_per_s": 2})
        pump.say(flow=5)
        pump.say(9, flow=20)
        assert not pump.active()
