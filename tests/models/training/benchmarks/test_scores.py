"""Figures that can be resampled say the same as the usual ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.training import metrics
from models.training.benchmarks import scores
from models.training.data import Span, spans_of

TAGS = ("O", "B-a", "I-a", "B-b", "I-b")
SENTENCES = st.lists(
    st.lists(st.tuples(st.sampled_from(TAGS), st.sampled_from(TAGS)), min_size=1, max_size=6), min_size=1, max_size=6
)


def _spans(tags: list[str]) -> list[Span]:
    return spans_of(tags, [(n, n + 1) for n in range(len(tags))])


def _well_formed(tags: list[str]) -> list[str]:
    """The tags again, an orphan I- made a B-."""
    fixed: list[str] = []
    for tag in tags:
        orphan = tag.startswith("I-") and (not fixed or fixed[-1][2:] != tag[2:])
        fixed.append(f"B-{tag[2:]}" if orphan else tag)
    return fixed


@pytest.mark.parametrize(
    ("gold", "said", "precision", "recall"),
    [
        ("B-a I-a O B-b", "B-a I-a O B-b", 1.0, 1.0),
        ("B-a I-a O B-b", "B-a O O B-b", 0.5, 0.5),
        ("B-a I-a O B-b", "B-b I-b O B-b", 0.5, 0.5),
        ("B-a B-a O O", "B-a I-a O B-b", 0.0, 0.0),
        ("B-a I-a O O", "I-a I-a O B-b", 0.5, 1.0),
        ("B-a I-b O O", "B-a O O O", 1.0, 0.5),
        ("O O O O", "O O O O", 0.0, 0.0),
    ],
)
def test_entities_count_as_conlleval_counts_them(gold: str, said: str, precision: float, recall: float) -> None:
    found = metrics.tags([gold.split()], [said.split()])
    assert (found["entity_precision"], found["entity_recall"]) == (precision, recall)


@given(SENTENCES)
def test_tags_score_the_same_whole_and_resampled(pairs: list[list[tuple[str, str]]]) -> None:
    gold = [_well_formed([a for a, _ in sentence]) for sentence in pairs]
    said = [_well_formed([b for _, b in sentence]) for sentence in pairs]
    usual = metrics.tags(gold, said)
    every = np.arange(len(gold))
    measure = scores.together(
        scores.of_tags(gold, said), scores.of_spans([_spans(g) for g in gold], [_spans(s) for s in said])
    )
    for name, value in measure(every).items():
        assert value == pytest.approx(usual[name]), name


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1, max_size=30))
def test_classes_score_as_scikit_learn_scores_them(pairs: list[tuple[str, str]]) -> None:
    gold, said = [a for a, _ in pairs], [b for _, b in pairs]
    usual = metrics.classes(gold, said)
    assert scores.of_classes(gold, said)(np.arange(len(gold))) == pytest.approx(usual)


def test_outside_is_judged_at_the_threshold_that_keeps_95_percent() -> None:
    inside = np.array([True] * 20 + [False] * 4)
    score = np.concatenate([np.arange(20.0), [-1.0, -2.0, 0.5, 30.0]])
    found = scores.of_outside(score, inside)(np.arange(24))
    assert found["oos_recall"] == pytest.approx(0.5)
    assert found["oos_auroc"] == pytest.approx((20 + 20 + 19 + 0) / 80)


def test_a_measure_of_a_part_looks_at_that_part_alone() -> None:
    part = np.array([False, True, False, True])
    measure = scores.on(scores.of_classes(["a", "b"], ["a", "a"]), part)
    assert measure(np.array([0, 1, 1, 2]))["accuracy"] == 1.0
    assert measure(np.array([3, 0]))["accuracy"] == 0.0


def test_the_interval_narrows_with_more_rows() -> None:
    def width(count: int) -> float:
        gold = ["a", "b"] * count
        low, high = scores.interval(scores.of_classes(gold, ["a"] * len(gold)), len(gold))["accuracy"]
        return high - low

    assert 0 < width(1000) < width(50) / 2
