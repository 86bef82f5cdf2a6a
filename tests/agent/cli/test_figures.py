"""Figures of a replay against counting by hand and against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix, f1_score

from agent.cli.figures import Figures, figures


def bools(text: str) -> np.ndarray:
    return np.array([letter == "1" for letter in text])


def of(alarmed: str, labels: str, counted: str | None = None) -> Figures:
    rows = len(labels)
    return figures(bools(alarmed), bools(labels), 10.0 * np.arange(rows), bools(counted or "1" * rows))


def test_counted_by_hand() -> None:
    found = of("0001110011", "0011110000")
    assert (found.tp, found.fp, found.fn, found.tn) == (3, 2, 1, 4)
    assert found.f1 == pytest.approx(2 * 3 / (2 * 3 + 2 + 1), abs=1e-4)
    assert (found.far, found.mar) == (round(2 / 6, 4), 0.25)
    assert (found.events, found.events_found, found.median_delay_s) == (1, 1, 10.0)
    assert (found.onsets, found.onsets_per_hour) == (2, 80.0)


@pytest.mark.parametrize(
    ("alarmed", "labels", "events", "found", "delay"),
    [
        ("0000000", "0110110", 2, 0, None),
        ("0110110", "0110110", 2, 2, 0.0),
        ("0010001", "0110111", 2, 2, 15.0),
        ("1111111", "0110111", 2, 0, None),  # on before they began: nobody was told anything new
        ("1011111", "0110111", 2, 1, 10.0),
        ("1111111", "1110000", 1, 1, 0.0),
    ],
)
def test_an_event_is_found_by_an_alarm_that_begins_in_it(
    alarmed: str, labels: str, events: int, found: int, delay: float | None
) -> None:
    result = of(alarmed, labels)
    assert (result.events, result.events_found, result.median_delay_s) == (events, found, delay)


def test_rows_that_do_not_count_change_nothing() -> None:
    assert of("1100110", "0000110", "0011111") == of("0000110", "0000110", "0011111")
    nothing = of("111", "101", "000")
    assert (nothing.tp, nothing.f1, nothing.far, nothing.mar, nothing.onsets_per_hour) == (0, None, None, None, None)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=60))
def test_counts_are_those_of_scikit_learn(rows: list[tuple[bool, bool]]) -> None:
    alarmed, labels = (np.array(column) for column in zip(*rows, strict=True))
    found = figures(alarmed, labels, np.arange(len(rows), dtype=float), np.ones(len(rows), dtype=bool))
    tn, fp, fn, tp = confusion_matrix(labels, alarmed, labels=[False, True]).ravel()
    assert (found.tp, found.fp, found.fn, found.tn) == (tp, fp, fn, tn)
    if found.f1 is not None:
        assert found.f1 == pytest.approx(f1_score(labels, alarmed), abs=1e-4)
