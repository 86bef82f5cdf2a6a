"""What a trained model has to beat: no look at the text, its wording alone, an untuned trunk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.language.units import units
from models.training import batches, distil
from models.training.batches import Encoder
from models.training.data import Example
from models.training.deps import need
from models.training.gather import Parts
from models.training.judging import truth
from models.training.net import Net

Floats = NDArray[np.float64]
PROBED = 3000
"""Training examples that the probe of the untuned trunk learns from."""


def most_frequent(part: Parts, judged: Sequence[Example]) -> list[Any]:
    """The floor that looks at no text; of a token task the tag each word has most often."""
    if part.spec.kind != "tokens":
        label = Counter(example.label for example in part.train).most_common(1)[0][0]
        return [label] * len(judged)
    seen: dict[str, Counter[str]] = {}
    for example in part.train:
        for word, tag in zip(_words(example), truth(part.spec, example), strict=True):
            seen.setdefault(word, Counter())[tag] += 1
    usual = {word: tags.most_common(1)[0][0] for word, tags in seen.items()}
    return [[usual.get(word, "O") for word in _words(example)] for example in judged]


def _words(example: Example) -> list[str]:
    return [example.text[left:right].lower() for left, right in example.words or units(example.text)]


def by_wording(part: Parts, judged: Sequence[Example]) -> list[Any]:
    """A linear support vector machine on TF-IDF of character n-grams; not for token tasks."""
    (text,) = need("sklearn.feature_extraction.text")
    grams = text.TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4), sublinear_tf=True)
    learnt = grams.fit_transform([example.text for example in part.train])
    return _classified(part, learnt, part.train, grams.transform([example.text for example in judged]))


def _classified(part: Parts, learnt: Any, train: Sequence[Example], asked: Any, logistic: bool = False) -> list[Any]:
    svm, linear, multiclass = need("sklearn.svm", "sklearn.linear_model", "sklearn.multiclass")
    model = linear.LogisticRegression(max_iter=1000) if logistic else svm.LinearSVC()
    if part.spec.kind == "single":
        if len({e.label for e in train}) == 1:
            return [train[0].label] * asked.shape[0]
        return [str(label) for label in model.fit(learnt, [e.label for e in train]).predict(asked)]
    wanted = np.array([batches.class_number(e.label, part.spec) for e in train]).astype(int)
    bits = np.zeros((asked.shape[0], len(part.spec.labels)), int)
    # A label that all or none of the examples bear leaves nothing to part.
    mixed = wanted.min(0) != wanted.max(0)
    bits[:, ~mixed] = wanted[0, ~mixed]
    if mixed.any():
        bits[:, mixed] = (
            multiclass.OneVsRestClassifier(model).fit(learnt, wanted[:, mixed]).predict(asked).reshape(len(bits), -1)
        )
    return ["|".join(label for label, bit in zip(part.spec.labels, row, strict=True) if bit) for row in bits]


def probe(part: Parts, judged: Sequence[Example], net: Net, encoder: Encoder, pad: int) -> list[Any]:
    """What a logistic regression on the states of an untuned trunk says, learnt from PROBED examples."""
    linear, scaling = need("sklearn.linear_model", "sklearn.preprocessing")
    chosen = np.random.default_rng(0).permutation(len(part.train))[:PROBED]
    train = [part.train[number] for number in chosen]

    def states(examples: Sequence[Example]) -> list[Floats]:
        known = distil.states(net, encoder, pad, [e.text for e in examples], [e.words for e in examples])
        return [item.astype(np.float64) for item in known]

    ours, theirs = states(train), states(judged)
    if part.spec.kind != "tokens":
        scaler = scaling.StandardScaler().fit([item[-1] for item in ours])
        learnt, asked = (scaler.transform([item[-1] for item in found]) for found in (ours, theirs))
        return _classified(part, learnt, train, asked, logistic=True)
    tags = [tag for e, item in zip(train, ours, strict=True) for tag in truth(part.spec, e)[: len(item) - 1]]
    if len({*tags}) == 1:
        return most_frequent(part, judged)
    scaler = scaling.StandardScaler().fit(np.concatenate([item[:-1] for item in ours]))
    model = linear.LogisticRegression(max_iter=300)
    model.fit(scaler.transform(np.concatenate([item[:-1] for item in ours])), tags)
    return [
        ([str(tag) for tag in model.predict(scaler.transform(item[:-1]))] if len(item) > 1 else [])
        + ["O"] * (len(truth(part.spec, e)) - len(item) + 1)
        for e, item in zip(judged, theirs, strict=True)
    ]
