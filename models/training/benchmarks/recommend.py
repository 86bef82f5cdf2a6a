"""Does a recommendation hit what a resident takes up next? Measured on made-up estates, beside three floors."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from rich.console import Console
from rich.table import Table

from models.recommend.ranking import WEIGHTS, Floats, Log, Weights, likeness, popularity, score
from models.training.benchmarks.simulate_residents import DAYS, ITEMS, RESIDENTS, World, simulate

TOP: Final = 5
VALIDATION_SEEDS: Final = (1, 2, 3)
TEST_SEEDS: Final = (31, 32, 33, 34, 35)
INTERESTS: Final = {"strong": 0.8, "weak": 0.3, "none": 0.0}
"""How much residents' picks follow their interests; weights are chosen on `strong` and `weak` and used on all."""
SHARES: Final = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0)
GRID: Final = tuple(Weights(text, together, 1.0) for text, together in itertools.product(SHARES, SHARES))
REPEATS: Final = 1000
_WARM_UP_DAYS: Final = 60
PROTOCOL: Final = (
    f"Per estate {RESIDENTS} residents, {ITEMS} items, {DAYS} days. For each resident the last item taken up for the "
    f"first time after day {_WARM_UP_DAYS}, ranked among those not yet taken up, from all events before that moment "
    f"alone. Weights chosen on seeds {VALIDATION_SEEDS}, strong and weak interests together, measured on seeds "
    f"{TEST_SEEDS}. "
    f"Intervals: 95 %, bootstrap over residents. Simulated residents, not real ones."
)


class Case(NamedTuple):
    """What one resident took up, and what was known before."""

    world: int
    log: Log
    resident: int
    time: float
    target: int
    candidates: np.ndarray[tuple[int, ...], np.dtype[np.int64]]


Ranking = Callable[[Case, Floats], Floats]
"""Scores of all items, from a case and the likeness of the items of its estate."""


def ours(case: Case, alike: Floats, weights: Weights = WEIGHTS) -> Floats:
    return score(case.log, case.resident, alike, case.time, weights).total


def popular(case: Case, alike: Floats) -> Floats:
    return np.bincount(case.log.items, minlength=len(alike)).astype(np.float64)


def recently_popular(case: Case, alike: Floats) -> Floats:
    return popularity(case.log, len(alike), case.time)


def chance(case: Case, alike: Floats) -> Floats:
    return np.random.default_rng([case.world, case.resident]).random(len(alike))


METHODS: Final[dict[str, Ranking]] = {
    "ours": ours,
    "popularity": popular,
    "recent popularity": recently_popular,
    "random": chance,
}


def cases(world: World, number: int) -> Iterator[Case]:
    """Leave-last-out over the residents of one estate, without a look ahead in time."""
    log = world.log
    for resident in np.unique(log.residents):
        mine = np.flatnonzero(log.residents == resident)
        _, firsts = np.unique(log.items[mine], return_index=True)
        last = int(mine[firsts.max()])
        before = log.before(float(log.times[last]))
        known = before.items[before.residents == resident]
        if log.times[last] < _WARM_UP_DAYS * 86400 or not len(known):
            continue
        candidates = np.setdiff1d(np.arange(len(world.vectors)), known)
        yield Case(number, before, int(resident), float(log.times[last]), int(log.items[last]), candidates)


def ranks(method: Ranking, seeds: Sequence[int], interest: float) -> Floats:
    """The place of every target among its candidates, from 1."""
    found = []
    for seed in seeds:
        world = simulate(seed, interest)
        alike = likeness(world.vectors)
        for case in cases(world, seed):
            found.append(_place(method(case, alike), case))
    return np.array(found, np.float64)


def _place(scores: Floats, case: Case) -> Floats:
    """Of the target, by scores of shape (..., items); ties count as the middle."""
    own, others = scores[..., [case.target]], scores[..., case.candidates]
    return np.asarray(1 + (others > own).sum(axis=-1) + ((others == own).sum(axis=-1) - 1) / 2)


def recall(places: Floats) -> Floats:
    """Per case, whether the target is among the first TOP."""
    return (places <= TOP).astype(np.float64)


def gain(places: Floats) -> Floats:
    """Per case, NDCG@TOP: there is one relevant item."""
    return np.where(places <= TOP, 1 / np.log2(places + 1), 0.0)


def interval(values: Floats) -> tuple[float, float]:
    """95 % bootstrap interval of the mean."""
    drawn = np.random.default_rng(0).choice(values, (REPEATS, len(values))).mean(axis=1)
    return float(np.quantile(drawn, 0.025)), float(np.quantile(drawn, 0.975))


def chosen(seeds: Sequence[int] = VALIDATION_SEEDS) -> Weights:
    """The weights of GRID with the highest Recall@TOP, strong and weak interests alike; of equals the first."""
    hits = np.zeros(len(GRID))
    grid = np.array(GRID)
    for interest, seed in itertools.product((INTERESTS["strong"], INTERESTS["weak"]), seeds):
        world = simulate(seed, interest)
        alike = likeness(world.vectors)
        for case in cases(world, seed):
            parts = score(case.log, case.resident, alike, case.time, Weights(1, 1, 1))
            columns = np.stack([parts.text.sum(axis=0), parts.together.sum(axis=0), parts.popular])
            hits += recall(_place(grid @ columns, case))
    return GRID[int(hits.argmax())]


def evaluate(seeds: Sequence[int] = TEST_SEEDS) -> dict[str, Any]:
    """Figures of every method by strength of interest, and how far ours is above popularity, case by case."""
    report: dict[str, Any] = {"protocol": PROTOCOL, "weights": WEIGHTS._asdict(), "interests": {}}
    for name, interest in INTERESTS.items():
        places = {method: ranks(rank, seeds, interest) for method, rank in METHODS.items()}
        above = {floor: recall(places["ours"]) - recall(places[floor]) for floor in METHODS if floor != "ours"}
        report["interests"][name] = {
            "interest": interest,
            "cases": len(places["ours"]),
            "methods": {
                method: {
                    "recall": float(recall(found).mean()), "recall_interval": interval(recall(found)),
                    "ndcg": float(gain(found).mean()), "ndcg_interval": interval(gain(found)),
                }
                for method, found in places.items()
            },
            "recall_above": {
                floor: {"mean": float(difference.mean()), "interval": interval(difference)}
                for floor, difference in above.items()
            },
        }  # fmt: skip
    return report


def recommend(as_json: bool) -> None:
    """Prints the figures, for people or as JSON."""
    report = evaluate()
    if as_json:
        print(json.dumps(report, ensure_ascii=False, indent=2))
        return
    console = Console(highlight=False)
    for name, figures in report["interests"].items():
        table = Table(
            "", "Recall@5", "NDCG@5", "ours above it", title=f"{name} interests, {figures['cases']} cases", box=None
        )
        for method, of in figures["methods"].items():
            above = figures["recall_above"].get(method)
            table.add_row(
                method, _cell(of["recall"], of["recall_interval"]), _cell(of["ndcg"], of["ndcg_interval"]),
                _cell(above["mean"], above["interval"]) if above else "",
            )  # fmt: skip
        console.print(table)
    console.print(report["protocol"], style="dim")


def _cell(mean: float, between: tuple[float, float]) -> str:
    return f"{mean:.3f} ({between[0]:.3f} to {between[1]:.3f})"
