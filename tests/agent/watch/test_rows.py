"""Samples of one asset become rows."""

from __future__ import annotations

import math

import numpy as np

from agent.watch.rows import Row, Rows
from hal.sample import Quality, Sample


def feed(rows: Rows, *samples: tuple[str, float, float]) -> list[Row]:
    return [row for name, time, value in samples if (row := rows.feed(Sample(name, time, value)))]


def test_a_row_closes_when_every_point_has_spoken() -> None:
    rows = Rows([("a", 1), ("b", 1)])
    made = feed(rows, ("a", 10, 1), ("b", 10.1, 2), ("b", 11, 3), ("a", 11.1, 4))
    assert [(row.time, row.values.tolist()) for row in made] == [(10.1, [1, 2]), (11.1, [4, 3])]
    assert all(row.certain for row in made)


def test_a_dead_point_delays_a_row_and_is_missing_in_it() -> None:
    rows = Rows([("a", 1), ("b", 1)])
    made = feed(rows, ("a", 10, 1), ("b", 10, 2), ("a", 11, 3), ("a", 12, 4), ("a", 13, 5), ("a", 14, 6))
    assert [row.values[0] for row in made] == [1, 3, 4, 5]
    assert made[1].values[1] == 2, "held a little"
    assert math.isnan(made[-1].values[1])


def test_bad_and_uncertain_samples_make_a_row_uncertain_and_bad_ones_are_missing_in_it() -> None:
    rows = Rows([("a", 1), ("b", 1)])
    for quality, value in ((Quality.BAD, math.nan), (Quality.UNCERTAIN, 7.0)):
        assert rows.feed(Sample("a", 10, 1)) is None
        row = rows.feed(Sample("b", 10, 7.0, quality, "why"))
        assert row is not None
        assert not row.certain
        np.testing.assert_array_equal(row.values, [1, value])


def test_nothing_known_makes_no_row() -> None:
    rows = Rows([("a", 1)])
    assert not feed(rows, ("a", 1, math.nan), ("a", 2, math.inf))
    assert feed(rows, ("a", 3, 1.0))


def test_a_slow_point_is_held_and_a_fast_one_gives_its_last_value() -> None:
    rows = Rows([("a", 1), ("b", 1), ("slow", 10), ("fast", 0.5)])
    made = []
    for n in range(40):
        made += feed(rows, ("fast", n, n), ("fast", n + 0.5, n + 0.5))
        made += feed(rows, ("slow", n + 0.5, n)) if n % 10 == 0 and n < 20 else []
        made += feed(rows, ("a", n + 0.6, 1), ("b", n + 0.6, 2))
    assert len(made) == 40
    assert [row.values[3] for row in made] == [n + 0.5 for n in range(40)]
    assert [row.values[2] for row in made[:35]] == [0] * 10 + [10] * 25
    assert math.isnan(made[36].values[2])


def test_the_mode_is_waited_for_but_not_in_the_row() -> None:
    rows = Rows([("a", 1)], also=[("mode", 1)])
    made = feed(rows, ("a", 1, 5), ("mode", 1, 1), ("mode", 2, 1), ("a", 2, 6))
    assert [row.values.tolist() for row in made] == [[5], [6]]


def test_after_the_clock_was_set_back_old_values_are_no_evidence() -> None:
    rows = Rows([("a", 1), ("b", 1)])
    made = feed(rows, ("a", 1000, 1), ("b", 1000, 1), ("a", 10, 2), ("a", 11, 3), ("b", 11, 3))
    assert math.isnan(made[1].values[1])
    assert made[2].values.tolist() == [3, 3]
