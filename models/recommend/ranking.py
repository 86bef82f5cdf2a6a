"""The order of items for one resident: by meaning, by what others used together, and by what is popular now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

OWN_HALF_LIFE_DAYS: Final = 90.0
"""Of what a resident did."""
POPULAR_HALF_LIFE_DAYS: Final = 30.0
"""Of what everybody did: about a season's turn."""
SHRINK: Final = 4.0
"""Residents who must share two items before their co-use counts for half of what it looks like."""
_DAY_S: Final = 86400.0


class Weights(NamedTuple):
    """Of parts that are scaled to at most 1 each."""

    text: float
    together: float
    popular: float


WEIGHTS: Final = Weights(text=0.1, together=1.0, popular=1.0)
"""Chosen by Recall@5 on the validation seeds of `benchmark`, where interests are strong and where they are weak."""


@dataclass(frozen=True, slots=True)
class Log:
    """Events as columns of equal length: numbers of residents and items, strengths, Unix seconds, ascending."""

    residents: Ints
    items: Ints
    strengths: Floats
    times: Floats

    def before(self, time: float) -> Log:
        """The events up to a moment, itself excluded."""
        end = int(np.searchsorted(self.times, time))
        return Log(self.residents[:end], self.items[:end], self.strengths[:end], self.times[:end])


@dataclass(frozen=True, slots=True)
class Scores:
    """Of all items for one resident. text, together: what each item of the resident's own past adds to each item, shape
    (past, items); popular: what other residents do, shape (items,). past: numbers of the past items."""

    past: Ints
    text: Floats
    together: Floats
    popular: Floats

    @property
    def total(self) -> Floats:
        """Shape (items,), at least 0."""
        return np.asarray(self.text.sum(axis=0) + self.together.sum(axis=0) + self.popular)


def likeness(vectors: NDArray[np.floating]) -> Floats:
    """Cosines of unit vectors, shape (items, dim), less their mean: shape (items, items), 0 to 1, zero on the diagonal.

    The mean is what all items have in common, above all that they are sentences.
    """
    centred = np.asarray(vectors - vectors.mean(axis=0), np.float64)
    centred /= np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-9)
    alike = np.clip(centred @ centred.T, 0.0, 1.0)
    np.fill_diagonal(alike, 0.0)
    return np.asarray(alike)


def score(log: Log, resident: int, alike: Floats, now: float, weights: Weights = WEIGHTS) -> Scores:
    """Scores of every item for a resident number at `now`, from a log that ends before. alike: as of `likeness`."""
    items = len(alike)
    ages = np.maximum(0.0, now - log.times) / _DAY_S
    mine = log.residents == resident
    others = Log(log.residents[~mine], log.items[~mine], log.strengths[~mine], log.times[~mine])
    strengths = log.strengths * 0.5 ** (ages / OWN_HALF_LIFE_DAYS)
    _, rows = np.unique(log.residents, return_inverse=True)
    table = np.zeros((int(rows.max(initial=-1)) + 1, items))
    np.add.at(table, (rows, log.items), strengths)
    own = np.zeros(items)
    np.add.at(own, log.items[mine], strengths[mine])
    past = np.flatnonzero(own)
    shares = own[past, None] / max(own.sum(), 1e-12)
    return Scores(
        past,
        weights.text * _scaled(shares * alike[past]),
        weights.together * _scaled(shares * _together(table, past)),
        weights.popular * _scaled(popularity(others, items, now)[None, :])[0],
    )


def popularity(log: Log, items: int, now: float, half_life_days: float = POPULAR_HALF_LIFE_DAYS) -> Floats:
    """Decayed strength of every item over all residents, shape (items,)."""
    counts = np.zeros(items)
    np.add.at(counts, log.items, log.strengths * 0.5 ** (np.maximum(0.0, now - log.times) / _DAY_S / half_life_days))
    return counts


def _together(table: Floats, past: Ints) -> Floats:
    """Cosines of the columns of residents by items, shape (past, items), shrunk where few residents share them."""
    felt = np.sqrt(table)
    lengths = np.maximum(np.linalg.norm(felt, axis=0), 1e-12)
    cosine = (felt[:, past].T @ felt) / (lengths[past, None] * lengths)
    used = (table > 0).astype(np.float64)
    shared = used[:, past].T @ used
    cosine = cosine * shared / (shared + SHRINK)
    cosine[np.arange(len(past)), past] = 0.0
    return np.asarray(cosine)


def _scaled(parts: Floats) -> Floats:
    """Divided so that the largest column sum is 1."""
    most = float(parts.sum(axis=0).max(initial=0.0))
    return np.asarray(parts / most if most > 0 else parts)
