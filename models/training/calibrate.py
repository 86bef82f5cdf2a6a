"""Fits the probability that an entry answers a question, and the threshold below which the desk offers a human."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.language.calibration import FEATURES
from models.language.encoder import SentenceEncoder
from models.language.passage import Passage
from models.language.retrieval import Retriever
from models.training.cases import Case
from models.training.deps import need

FOLDS = 5
SEED = 0
UNSEEN_WEIGHT = 0.3
"""What a question whose entry was taken away counts beside the others: it is the hardest kind of unanswerable one."""
FALSE_KNOWN = 0.05
"""Share of unanswerable questions that may be answered."""
START: dict[str, Any] = {
    "weights": dict.fromkeys(FEATURES, 0.0),
    "bias": 0.0,
    "threshold": 0.5,
    "lexical_share": 0.5,
    "discriminant_share": 0.3,
    "nearest": 3,
    "background_near": 0.85,
}
"""The card's retrieval section before it is fitted; the shares, `nearest` and `background_near` were chosen by hand,
on the development sentences."""

Rows = NDArray[np.float64]
Labels = NDArray[np.bool_]


def fit(encoder: SentenceEncoder, passages: Sequence[Passage], cases: Sequence[Case]) -> dict[str, Any]:
    """The retrieval section for `encoder`, whose card already has such a section.

    Both the weights and the threshold come from cross-validation over entries: an entry's questions are judged by
    weights that never saw it, and each fold's questions are also asked without their entries, all of which must be
    declined then. So it holds for the entries that a manager adds.
    """
    entries = list(dict.fromkeys(passage.entry_id for passage in passages))
    fold_of = _folds(cases, entries)
    rows, right = best_rows(Retriever(encoder, passages), cases)
    unseen = []
    for fold in range(FOLDS):
        gone = {case.entry for case, of in zip(cases, fold_of, strict=True) if of == fold and case.entry}
        kept = [passage for passage in passages if passage.entry_id not in gone]
        unseen.append(best_rows(Retriever(encoder, kept), [case for case in cases if case.entry in gone])[0])
    odds = np.zeros(len(cases))
    for fold in range(FOLDS):
        others = np.concatenate([unseen[other] for other in range(FOLDS) if other != fold])
        weights, bias = _logistic(rows[fold_of != fold], right[fold_of != fold], others)
        odds[fold_of == fold] = rows[fold_of == fold] @ weights + bias
    chances = 1 / (1 + np.exp(-odds))
    unanswerable = np.array([case.entry is None for case in cases])
    weights, bias = _logistic(rows, right, np.concatenate(unseen))
    return {
        **encoder.artifact.section("retrieval"),
        "weights": {name: round(float(weight), 4) for name, weight in zip(FEATURES, weights, strict=True)},
        "bias": round(float(bias), 4),
        "threshold": round(float(np.quantile(chances[unanswerable], 1 - FALSE_KNOWN)), 3),
    }


def best_rows(retriever: Retriever, cases: Sequence[Case]) -> tuple[Rows, Labels]:
    """Features of each case's first entry, shape (cases, features), and whether that entry is the right one."""
    rows, right = [], []
    for case in cases:
        found = retriever.features(case.text)
        first = int(np.argmax(found[:, 0]))
        rows.append(found[first])
        right.append(retriever.entries[first] == case.entry)
    return np.array(rows), np.array(right)


def _folds(cases: Sequence[Case], entries: Sequence[str]) -> NDArray[np.int_]:
    """The fold of each case; all of an entry's cases share one."""
    dice = np.random.default_rng(SEED)
    of_entry = dict(zip(entries, dice.permutation(len(entries)) % FOLDS, strict=True))
    return np.array([int(dice.integers(FOLDS)) if c.entry is None else of_entry[c.entry] for c in cases])


def _logistic(rows: Rows, right: Labels, unseen: Rows) -> tuple[Rows, float]:
    """Weights and bias for features as they come."""
    (linear,) = need("sklearn.linear_model")
    both = np.concatenate([rows, unseen])
    mean, deviation = both.mean(axis=0), both.std(axis=0) + 1e-9
    labels = np.concatenate([right, np.zeros(len(unseen), bool)])
    counts = np.concatenate([np.ones(len(rows)), np.full(len(unseen), UNSEEN_WEIGHT)])
    model = linear.LogisticRegression(max_iter=3000).fit((both - mean) / deviation, labels, counts)
    weights = model.coef_[0] / deviation
    return weights, float(model.intercept_[0] - weights @ mean)
