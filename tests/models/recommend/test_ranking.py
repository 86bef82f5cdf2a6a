"""Which items come first, and what adds to that."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.recommend.ranking import WEIGHTS, Log, likeness, popularity, score
from tests.agent.desk.recommend.made import DAY, NOW

ALIKE = likeness(np.eye(3)[[0, 0, 1, 1, 2, 2]])


def log(*events: tuple[int, int, float]) -> Log:
    """From (resident, item, days ago), each of strength 1."""
    rows = sorted(events, key=lambda event: -event[2])
    residents, items, ages = (np.array(column) for column in zip(*rows, strict=True))
    return Log(residents.astype(np.int64), items.astype(np.int64), np.ones(len(rows)), NOW - ages * DAY)


def test_an_item_that_is_like_the_past_comes_before_its_equals() -> None:
    total = score(log((0, 0, 1.0), (1, 3, 1.0), (2, 4, 1.0)), 0, ALIKE, NOW).total
    assert total[1] > total[5] == pytest.approx(0)


def test_what_others_use_together_counts() -> None:
    known = log(
        (0, 0, 1.0), *((n, item, 1.0) for n in range(1, 9) for item in (0, 4)), *((n, 2, 1.0) for n in range(9, 17))
    )
    parts = score(known, 0, ALIKE, NOW)
    assert parts.together.sum(axis=0)[4] > parts.together.sum(axis=0)[2] == pytest.approx(0)


def test_what_was_popular_long_ago_fades() -> None:
    counts = popularity(log((0, 0, 300.0), (1, 0, 300.0), (2, 1, 1.0)), 6, NOW)
    assert counts[1] > counts[0]


def test_who_did_nothing_gets_what_is_popular() -> None:
    parts = score(log((1, 3, 1.0), (2, 3, 1.0), (3, 5, 1.0)), 0, ALIKE, NOW)
    assert parts.total.argmax() == 3
    assert len(parts.past) == 0


def test_recent_interest_outweighs_old_interest() -> None:
    total = score(log((0, 0, 400.0), (0, 2, 1.0), (1, 1, 1.0), (2, 3, 1.0)), 0, ALIKE, NOW).total
    assert total[3] > total[1]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.floats(0, 900)), min_size=1, max_size=40))
def test_each_part_stays_within_its_weight(events: list[tuple[int, int, float]]) -> None:
    parts = score(log(*events), 0, ALIKE, NOW)
    of_past = ((parts.text, WEIGHTS.text), (parts.together, WEIGHTS.together))
    for values, weight in (*((part.sum(axis=0), most) for part, most in of_past), (parts.popular, WEIGHTS.popular)):
        assert (values >= 0).all()
        assert (values <= weight + 1e-9).all()
