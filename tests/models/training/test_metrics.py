"""Figures on cases small enough to count by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.training import metrics

GOLD = ["a", "a", "b", "b", "b"]
SAID = ["a", "b", "b", "b", "c"]


def test_classes_are_averaged_evenly() -> None:
    found = metrics.classes(GOLD, SAID)
    assert found["accuracy"] == 0.6
    assert found["macro_f1"] == pytest.approx((2 / 3 + 2 / 3 + 0) / 3)
    rows = {row["label"]: row for row in metrics.per_class(GOLD, SAID)}
    assert (rows["b"]["precision"], rows["b"]["recall"], rows["b"]["count"]) == (pytest.approx(2 / 3), 2 / 3, 3)
    assert metrics.confusions(GOLD, SAID)[0]["times"] == 1


def test_an_entity_counts_only_when_it_is_whole() -> None:
    gold = [["B-x", "I-x", "O"], ["B-x", "O", "O"]]
    said = [["B-x", "O", "O"], ["B-x", "O", "O"]]
    found = metrics.tags(gold, said)
    assert found["token_micro"] == pytest.approx(5 / 6)
    assert found["entity_f1"] == pytest.approx(0.5)


def test_auroc_and_the_kept_threshold() -> None:
    score = np.array([0.1, 0.4, 0.35, 0.8])
    assert metrics.auroc(score, np.array([False, False, True, True])) == 0.75
    assert math.isnan(metrics.auroc(score, np.ones(4, bool)))
    inside = np.arange(100) / 100
    assert (inside >= metrics.kept_threshold(inside)).mean() >= 0.95


def test_ece_is_nothing_for_a_model_that_knows_itself() -> None:
    assert metrics.ece(np.full(10, 0.7), np.arange(10) < 7) == pytest.approx(0.0, abs=1e-9)
    assert metrics.ece(np.full(10, 1.0), np.arange(10) < 5) == pytest.approx(0.5)
    assert metrics.ece(np.array([1.0]), np.array([True])) == 0.0


@given(st.floats(0.3, 5.0), st.integers(0, 20))
def test_temperature_is_found_again(true: float, seed: int) -> None:
    chance = np.random.default_rng(seed)
    logits = chance.normal(0, 2, (4000, 3))
    chances = metrics.softmax(logits)
    target = (chances.cumsum(1) > chance.random((4000, 1))).argmax(1)
    assert metrics.temperature(logits * true, target) == pytest.approx(true, rel=0.15)


@given(st.lists(st.floats(-700, 700), min_size=2, max_size=6), st.floats(0.05, 20))
def test_softmax_sums_to_one(row: list[float], heat: float) -> None:
    assert metrics.softmax(np.array([row]), heat).sum() == pytest.approx(1.0)


def test_the_interval_holds_the_mean() -> None:
    right = np.arange(200) < 150
    low, high = metrics.interval(right)
    assert 0.65 < low < 0.75 < high < 0.85
