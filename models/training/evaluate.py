"""The desk's figures: how often it is right, how often it claims to know what it cannot, beside what it has to beat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.language.lexical import LexicalIndex
from models.language.passage import Passage
from models.language.retrieval import Retriever
from models.training.calibrate import FALSE_KNOWN
from models.training.cases import Case

RESAMPLES = 1000
NEAREST = 3

Judge = Callable[[str], tuple[str, float]]
"""A question to the best entry and how sure that is."""
Flags = NDArray[np.bool_]


def desk(retriever: Retriever) -> Judge:
    """As the desk judges, its rules for emergencies left out."""

    def judge(text: str) -> tuple[str, float]:
        hits = retriever.search(text, 1)
        return (hits[0].entry_id, hits[0].score) if hits else ("", 0.0)

    return judge


def lexical(passages: Sequence[Passage]) -> Judge:
    """Wording alone: the mean of an entry's three highest TF-IDF cosines."""
    index = LexicalIndex([passage.text for passage in passages])
    rows: dict[str, list[int]] = {}
    for row, passage in enumerate(passages):
        rows.setdefault(passage.entry_id, []).append(row)

    def judge(text: str) -> tuple[str, float]:
        likeness = index.similarity(text)
        means = {entry: float(np.sort(likeness[of])[-NEAREST:].mean()) for entry, of in rows.items()}
        return max(means.items(), key=lambda item: item[1])

    return judge


def majority(cases: Sequence[Case]) -> Judge:
    """Always the entry that most cases ask for."""
    most = Counter(case.entry for case in cases if case.entry).most_common(1)[0][0]
    return lambda _: (most, 1.0)


def threshold(judge: Judge, cases: Sequence[Case]) -> float:
    """Score that FALSE_KNOWN of the unanswerable cases reach."""
    return float(np.quantile([judge(case.text)[1] for case in cases if case.entry is None], 1 - FALSE_KNOWN))


def table(judges: dict[str, tuple[Judge, float]], cases: Sequence[Case]) -> list[dict[str, Any]]:
    """One row a judge, given with its threshold; 95 % bootstrap intervals over cases in brackets."""
    return [{"method": name, **_figures(judge, least, cases)} for name, (judge, least) in judges.items()]


def false_known(judge: Judge, least: float, texts: Sequence[str]) -> float:
    """Share of `texts`, none of which has an answer, that are answered."""
    return float(np.mean([judge(text)[1] >= least for text in texts]))


def _figures(judge: Judge, least: float, cases: Sequence[Case]) -> dict[str, str]:
    found = [judge(case.text) for case in cases]
    answerable = np.array([case.entry is not None for case in cases])
    near = np.array([case.kind == "near" for case in cases])
    right = np.array([entry == case.entry for (entry, _), case in zip(found, cases, strict=True)])
    score = np.array([value for _, value in found])
    known = score >= least
    measures: dict[str, Callable[[NDArray[np.int_]], float]] = {
        "known precision": lambda i: _share(right[i], known[i]),
        "known recall": lambda i: _share(known[i], answerable[i]),
        "answered rightly": lambda i: _share((right & known)[i], answerable[i]),
        "first entry right": lambda i: _share(right[i], answerable[i]),
        "false known": lambda i: _share(known[i], ~answerable[i]),
        "of near misses": lambda i: _share(known[i], near[i]),
        "AUROC": lambda i: _auroc(score[i], answerable[i]),
    }
    dice = np.random.default_rng(0)
    samples = [dice.integers(len(cases), size=len(cases)) for _ in range(RESAMPLES)]
    everything = np.arange(len(cases))
    texts = {}
    for name, measure in measures.items():
        low, high = np.nanpercentile([measure(sample) for sample in samples], [2.5, 97.5])
        texts[name] = f"{measure(everything):.3f} [{low:.3f}, {high:.3f}]"
    return texts


def _share(flags: Flags, among: Flags) -> float:
    return float(flags[among].mean()) if among.any() else float("nan")


def _auroc(score: NDArray[np.float64], positive: Flags) -> float:
    """Chance that a positive scores above a negative, ties counted half (the Mann-Whitney statistic)."""
    if positive.all() or not positive.any():
        return float("nan")
    _, place, counts = np.unique(score, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    n = int(positive.sum())
    return float((ranks[positive].sum() - n * (n + 1) / 2) / (n * (len(score) - n)))
