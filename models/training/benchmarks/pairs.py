"""Pairs of sentences: read together, compared by their vectors, and made of wordings."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.language.lexical import grams
from models.training import distil, fit
from models.training.batches import Encoder, Row
from models.training.deps import need
from models.training.net import HeadSpec

SAME = HeadSpec("same", "single", ("0", "1"))
PENALTY = 0.1
"""C of the logistic regression over the standardized likenesses."""
Floats = NDArray[np.float64]


class Pair(NamedTuple):
    """Two sentences. label: "1" when they mean the same, "0" when not, "" when nobody said."""

    first: str
    second: str
    label: str = ""


def turned(pairs: Sequence[Pair]) -> list[Pair]:
    """The other way round."""
    return [Pair(pair.second, pair.first, pair.label) for pair in pairs]


def rows(pairs: Sequence[Pair], encoder: Encoder, taught: Floats | None = None) -> list[Row]:
    """Both sentences as one row, an end piece after each, with what is known: the label, or the log odds `taught`."""
    firsts, seconds = (encoder.ids(texts) for texts in zip(*(pair[:2] for pair in pairs), strict=True))
    made = [Row([*first, *second[1:]]) for first, second in zip(firsts, seconds, strict=True)]
    for number, (row, pair) in enumerate(zip(made, pairs, strict=True)):
        if taught is not None:
            row.targets[SAME.name] = int(taught[number] > 0)
            row.soft[SAME.name] = np.array([-taught[number] / 2, taught[number] / 2], np.float16)
        elif pair.label:
            row.targets[SAME.name] = SAME.labels.index(pair.label)
    return made


def likenesses(folder: Path, pairs: Sequence[Pair]) -> Floats:
    """By the trunk in `folder`, of each pair: cosine of the vectors, mean cosine of each unit's nearest one in the
    other sentence, and the share of common n-grams; shape (pairs, 3)."""
    net, tokenizer = fit.load(folder)
    texts = [text for pair in pairs for text in pair[:2]]
    states = distil.states(net, Encoder(tokenizer, 64), fit.pad_id(tokenizer), texts)
    found = np.zeros((len(pairs), 3))
    for number, pair in enumerate(pairs):
        one, other = (_unit(states[2 * number + place]) for place in (0, 1))
        by_unit = one[:-1] @ other[:-1].T
        nearest = (by_unit.max(0).mean() + by_unit.max(1).mean()) / 2 if by_unit.size else 0.0
        ours, theirs = set(grams(pair.first)), set(grams(pair.second))
        found[number] = one[-1] @ other[-1], nearest, len(ours & theirs) / max(1, len(ours | theirs))
    return found


def odds(folder: Path, labelled: Sequence[Pair], unlabelled: Sequence[Pair]) -> Floats:
    """Log odds that each unlabelled pair means the same, by a logistic regression over the likenesses."""
    linear, pipeline, scaling = need("sklearn.linear_model", "sklearn.pipeline", "sklearn.preprocessing")
    model = pipeline.make_pipeline(scaling.StandardScaler(), linear.LogisticRegression(C=PENALTY))
    model.fit(likenesses(folder, labelled), [pair.label for pair in labelled])
    return np.asarray(model.decision_function(likenesses(folder, unlabelled)), np.float64)


def read_by(folder: Path, pairs: Sequence[Pair]) -> Floats:
    """Log odds by the trained head in `folder`, both orders averaged."""
    net, tokenizer = fit.load(folder)
    encoder, pad = Encoder(tokenizer, 64), fit.pad_id(tokenizer)
    both = [np.stack(fit.logits(net, SAME.name, rows(way, encoder), pad)) for way in (pairs, turned(pairs))]
    mean = np.mean(both, axis=0)
    return np.asarray(mean[:, 1] - mean[:, 0], np.float64)


def of_wordings(folder: Path, known: Sequence[tuple[str, str]], seed: int = 0) -> list[Pair]:
    """From (entry, wording): each wording with another of its entry, and with the nearest one of another entry."""
    net, tokenizer = fit.load(folder)
    states = distil.states(net, Encoder(tokenizer, 64), fit.pad_id(tokenizer), [text for _, text in known])
    vectors = np.stack([_unit(state)[-1] for state in states])
    entries = np.array([entry for entry, _ in known])
    chance = random.Random(seed)
    found = []
    for number, (entry, text) in enumerate(known):
        own = [int(other) for other in np.flatnonzero(entries == entry) if other != number]
        if own:
            found.append(Pair(text, known[chance.choice(own)][1], "1"))
        likeness = np.where(entries == entry, -np.inf, vectors @ vectors[number])
        if np.isfinite(likeness).any():
            found.append(Pair(text, known[int(likeness.argmax())][1], "0"))
    return found


def _unit(state: NDArray[np.float16]) -> NDArray[np.float32]:
    wide = state.astype(np.float32)
    return np.asarray(wide / np.maximum(np.linalg.norm(wide, axis=1, keepdims=True), 1e-9), np.float32)
