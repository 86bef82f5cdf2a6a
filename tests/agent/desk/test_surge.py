"""How seldom the watch cries wolf, and how soon it sees one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.desk.surge import (
    FLOOR,
    LONGEST_DAYS,
    QUIET_DAYS,
    RUN_LENGTH_DAYS,
    Day,
    chart,
    excesses,
    last_excess,
    mean_run_length,
)


def days(*counts: int) -> list[Day]:
    return [Day(count, 1.0) for count in counts]


def starts(made: list[Day]) -> list[int]:
    """Days on which a surge became known."""
    lasting = [found is not None for found in excesses(made)]
    return [day for day, on in enumerate(lasting) if on and not (day and lasting[day - 1])]


def test_a_chart_that_signals_at_one_count_runs_as_long_as_a_geometric_wait() -> None:
    """Reference 0, limit 1: the first day with a count signals, so the mean wait is 1 / (1 - exp(-rate))."""
    assert mean_run_length(0.2, 0, 1, 1) == pytest.approx(1 / (1 - np.exp(-0.2)))


@settings(max_examples=30, deadline=None)
@given(st.floats(0.01, 60))
def test_every_chart_reaches_the_stated_run_length(rate: float) -> None:
    assert chart(rate).run_length >= RUN_LENGTH_DAYS


@pytest.mark.parametrize("rate", [FLOOR, FLOOR * 1.05**47, FLOOR * 1.05**80])
def test_a_simulated_chart_runs_as_long_as_computed(rate: float) -> None:
    dice = np.random.default_rng(7)
    used, waits = chart(rate, 60.0), []
    for _ in range(1500):
        total, day = 0.0, 0
        while total < used.limit - 1e-9:
            total = max(0.0, total + dice.poisson(rate) - used.reference)
            day += 1
        waits.append(day)
    assert np.mean(waits) == pytest.approx(used.run_length, rel=0.1)


def test_on_a_learned_baseline_false_alarms_are_as_rare_as_stated() -> None:
    dice = np.random.default_rng(77)
    years = 6 * 365
    for rate in (0.3, 1.0, 4.0):
        alarms = sum(
            sum(day >= 63 for day in starts(days(*dice.poisson(rate, years)))) for _ in range(12)
        )  # fmt: skip
        between = 12 * years / max(1, alarms)
        assert 0.7 * RUN_LENGTH_DAYS < between < 2 * RUN_LENGTH_DAYS, rate


@pytest.mark.parametrize(("rate", "within"), [(0.5, 30), (1.0, 14), (3.0, 7), (10.0, 3)])
def test_a_tripled_rate_is_found_within_days(rate: float, within: int) -> None:
    dice = np.random.default_rng(5)
    found = 0
    for _ in range(60):
        made = days(*dice.poisson(rate, 150), *dice.poisson(3 * rate, within))
        found += any(day >= 150 for day in starts(made))
    assert found >= 0.85 * 60


def test_a_surge_is_known_before_its_day_has_ended_and_says_how_many_are_usual() -> None:
    found = last_excess([*days(*[1, 0] * 30), Day(12, 1.0, ended=False)])
    assert found is not None
    assert (found.first, found.count) == (60, 12)
    assert found.expected == pytest.approx(0.5, abs=0.1)
    assert found.run_length >= RUN_LENGTH_DAYS


def test_a_surge_lasts_until_days_are_quiet_and_is_one() -> None:
    made = days(*[1, 0] * 30, 12, 9, 0, 8, 1, 0, 0, 0, 1, 0, 1)
    lasting = [found.first if found else None for found in excesses(made)]
    assert starts(made) == [60]
    assert lasting[60:66] == [60] * 6
    assert lasting[60 + 4 + QUIET_DAYS :] == [None] * (len(made) - 64 - QUIET_DAYS)


def test_a_day_of_surge_is_no_part_of_what_is_usual() -> None:
    usual = days(*[1, 0] * 30)
    after = [*usual, *days(40, 0, 0, 0, *[1, 0] * 5)]
    again = last_excess([*after, *days(12)])
    assert again is not None
    assert again.expected == pytest.approx(0.5, abs=0.15)


def test_a_rise_that_stays_is_the_new_normal() -> None:
    made = days(*[1] * 60, *[8] * 140)
    assert starts(made) == [60]
    assert [found is not None for found in excesses(made)].count(True) == LONGEST_DAYS


def test_a_gap_is_no_quiet_time() -> None:
    usual = days(*[4] * 60)
    gap = [Day(0, 0.0)] * 50
    assert last_excess([*usual, *gap, *days(*[4] * 40)]) is None
    assert starts([*usual, *days(*[0] * 50), *days(*[4] * 40)]) != []


def test_a_gap_does_not_end_a_surge() -> None:
    assert last_excess([*days(*[1] * 60, 15), *[Day(0, 0.0)] * 10]) is not None


def test_a_new_box_judges_by_what_it_was_told_and_soon_by_what_it_sees() -> None:
    assert last_excess(days(1)) is None
    assert last_excess(days(20)) is not None
    assert last_excess(days(*[3] * 30)) is None
