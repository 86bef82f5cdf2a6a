"""A made-up estate: residents with hidden interests, who use, ask for and open items over a year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from models.recommend.items import STRENGTH, Act
from models.recommend.ranking import Floats, Ints, Log

TOPICS: Final = 8
ITEMS: Final = 48
RESIDENTS: Final = 300
DAYS: Final = 365
DIM: Final = 32
EVENTS: Final = 14.0
"""Mean of a resident's Poisson number of events."""
ZIPF: Final = 0.8
"""Popularity of the item of rank n is n to the minus this."""
SEASON: Final = 0.6
"""How much a topic's popularity swings over the year, each topic with its own peak."""
TASTE: Final = 0.3
"""Concentration of the Dirichlet distribution of interests over topics; the smaller, the fewer topics each has."""
NOISE: Final = 1.0
"""Length of an item's own direction beside that of its topic, in its text vector: half of what a text says is not
about what makes people use the item."""
_ACTS: Final[dict[Act, float]] = {"used": 0.5, "asked": 0.3, "opened": 0.2}


@dataclass(frozen=True, slots=True)
class World:
    """vectors: of the items' texts, unit rows. once: which items nobody uses twice."""

    vectors: Floats
    once: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
    topics: Ints
    log: Log


def simulate(seed: int, interest: float) -> World:
    """interest: 0, everybody picks by popularity and season alone, to 1, by their interests too.

    A pick's probability is proportional to popularity x season of the topic x (1 - interest + interest x TOPICS x the
    resident's share of the topic). Picks of one-off items (every sixth) that were used before do not happen.
    """
    chance = np.random.default_rng(seed)
    topics = np.asarray(chance.permutation(np.arange(ITEMS) % TOPICS), np.int64)
    popular = np.asarray(chance.permutation(np.arange(1, ITEMS + 1)), np.float64) ** -ZIPF
    peaks = chance.uniform(0, DAYS, TOPICS)
    centres = _unit(chance.normal(size=(TOPICS, DIM)))
    vectors = _unit(centres[topics] + NOISE * _unit(chance.normal(size=(ITEMS, DIM))))
    once = chance.permutation(np.arange(ITEMS) % 6 == 0)
    tastes = chance.dirichlet(np.full(TOPICS, TASTE), RESIDENTS)
    acts, shares = list(_ACTS), list(_ACTS.values())
    rows: list[tuple[float, int, int, float]] = []
    for resident in range(RESIDENTS):
        gone: set[int] = set()
        for day in np.sort(chance.uniform(0, DAYS, chance.poisson(EVENTS))):
            season = 1 + SEASON * np.cos(2 * np.pi * (day - peaks) / DAYS)
            liking = 1 - interest + interest * TOPICS * tastes[resident]
            likely = popular * (season * liking)[topics]
            item = int(chance.choice(ITEMS, p=likely / likely.sum()))
            act = acts[int(chance.choice(len(acts), p=shares))]
            if item in gone:
                continue
            if once[item] and act == "used":
                gone.add(item)
            rows.append((float(day) * 86400.0, resident, item, STRENGTH[act]))
    rows.sort()
    times, residents, items, strengths = (np.array(column) for column in zip(*rows, strict=True))
    return World(vectors, once, topics, Log(residents, items, strengths, times))


def _unit(rows: Floats) -> Floats:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))
