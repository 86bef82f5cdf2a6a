"""What a trained model has to beat: the most frequent answer, and a linear one over TF-IDF."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.language.lexical import grams
from models.language.units import units
from models.training.data import Example, Span, spans_of, tags_of
from models.training.deps import need


class Linear(NamedTuple):
    """What a linear support vector machine says. score: how sure of its first label, shape (texts,)."""

    said: list[str]
    score: NDArray[np.float64]


def majority(train: Sequence[Example], count: int) -> list[str]:
    """The most frequent label, `count` times."""
    return [Counter(example.label for example in train).most_common(1)[0][0]] * count


def vectorizer() -> Any:
    """TF-IDF over the character n-grams of `models.language.lexical`."""
    (text,) = need("sklearn.feature_extraction.text")
    return text.TfidfVectorizer(analyzer=_grams, sublinear_tf=True, min_df=1)


def linear(train: Sequence[Example], texts: Sequence[str]) -> Linear:
    """A linear support vector machine over TF-IDF, with its usual settings."""
    (svm,) = need("sklearn.svm")
    words = vectorizer()
    machine = svm.LinearSVC().fit(words.fit_transform([e.text for e in train]), [e.label for e in train])
    decided = machine.decision_function(words.transform(list(texts)))
    if decided.ndim == 1:
        decided = np.stack([-decided, decided], axis=1)
    said = [str(machine.classes_[place]) for place in decided.argmax(axis=1)]
    return Linear(said, np.asarray(decided.max(axis=1), np.float64))


def frequent_tags(train: Sequence[Example], test: Sequence[Example]) -> list[list[str]]:
    """The tag that each unit most often has in the training part; O where it never occurs."""
    seen: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for example in train:
        offsets = offsets_of(example)
        for (left, right), tag in zip(offsets, tags_of(example.spans, offsets), strict=True):
            seen[example.text[left:right]][tag] += 1
    usual = {word: tags.most_common(1)[0][0] for word, tags in seen.items()}
    return [[usual.get(example.text[left:right], "O") for left, right in offsets_of(example)] for example in test]


def frequent_spans(train: Sequence[Example], test: Sequence[Example]) -> list[list[Span]]:
    """The spans of `frequent_tags`."""
    tags = frequent_tags(train, test)
    return [spans_of(said, offsets_of(example)) for said, example in zip(tags, test, strict=True)]


def offsets_of(example: Example) -> Sequence[tuple[int, int]]:
    """Start and end of the example's units."""
    return example.words or units(example.text)


def _grams(text: str) -> list[str]:
    return list(grams(text).elements())
