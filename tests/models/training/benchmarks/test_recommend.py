"""Made-up estates, and what recommending is worth on them."""

from __future__ import annotations

import numpy as np
import pytest

from models.recommend.ranking import WEIGHTS, likeness
from models.training.benchmarks.recommend import (
    TEST_SEEDS,
    VALIDATION_SEEDS,
    cases,
    chosen,
    evaluate,
    gain,
    interval,
    ours,
    popular,
    ranks,
    recall,
)
from models.training.benchmarks.simulate_residents import ITEMS, TOPICS, simulate


def test_the_same_seed_makes_the_same_estate_and_another_one_another() -> None:
    first, again, other = simulate(1, 0.5), simulate(1, 0.5), simulate(2, 0.5)
    assert np.array_equal(first.log.times, again.log.times)
    assert len(first.log.times) != len(other.log.times)
    assert (np.diff(first.log.times) >= 0).all()


def test_residents_with_interests_stay_with_few_topics() -> None:
    def topics_each(interest: float) -> float:
        world = simulate(3, interest)
        first = [world.topics[world.log.items[world.log.residents == one]] for one in range(100)]
        return float(np.mean([len(set(topics)) / max(1, len(topics)) for topics in first]))

    assert topics_each(1.0) < 0.8 * topics_each(0.0)
    assert set(simulate(3, 1.0).topics) == set(range(TOPICS))


def test_a_one_off_is_used_once() -> None:
    world = simulate(4, 0.5)
    used = (world.log.strengths == 1.0) & world.once[world.log.items]
    pairs = list(zip(world.log.residents[used], world.log.items[used], strict=True))
    assert len(pairs) == len(set(pairs)) > 0


def test_no_case_sees_its_answer_or_anything_later() -> None:
    found = list(cases(simulate(5, 0.8), 5))
    assert len(found) > 200
    for case in found:
        assert (case.log.times < case.time).all()
        mine = case.log.items[case.log.residents == case.resident]
        assert case.target not in mine
        assert case.target in case.candidates
        assert not set(mine) & set(case.candidates)


def test_figures_of_known_places() -> None:
    places = np.array([1.0, 3.0, 5.0, 6.0])
    assert recall(places).tolist() == [1, 1, 1, 0]
    assert gain(places).tolist() == pytest.approx([1, 0.5, 1 / np.log2(6), 0])
    low, high = interval(np.array([0.0, 1.0] * 200))
    assert low < 0.5 < high
    assert high - low < 0.12


def test_a_method_that_knows_nothing_ranks_in_the_middle() -> None:
    places = ranks(lambda case, alike: np.zeros(len(alike)), [6], 0.8)
    assert ITEMS / 3 < places.mean() < ITEMS / 2


def test_shipped_weights_are_those_chosen_on_seeds_that_are_not_measured() -> None:
    assert chosen() == WEIGHTS
    assert not set(VALIDATION_SEEDS) & set(TEST_SEEDS)


def test_a_score_needs_the_likeness_of_its_items() -> None:
    world = simulate(7, 0.8)
    case = next(cases(world, 7))
    assert ours(case, likeness(world.vectors)).shape == popular(case, likeness(world.vectors)).shape == (ITEMS,)


def test_ours_beats_popularity_where_there_are_interests_and_loses_little_where_there_are_none() -> None:
    figures = evaluate(TEST_SEEDS[:3])["interests"]
    strong, none = (figures[name]["recall_above"] for name in ("strong", "none"))
    assert strong["popularity"]["interval"][0] > 0
    assert strong["recent popularity"]["interval"][0] > 0
    assert none["recent popularity"]["mean"] > -0.03
    assert figures["strong"]["methods"]["ours"]["recall"] > 2 * figures["strong"]["methods"]["random"]["recall"]
