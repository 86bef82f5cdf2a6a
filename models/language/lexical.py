"""Likeness by wording: TF-IDF over character n-grams, so that it needs no word list in either language."""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

HAN_GRAMS = (1, 2, 3)
LATIN_GRAMS = (3, 4, 5)


def normalize(text: str) -> str:
    """NFKC, lower case, marks and emoji turned into single spaces."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return " ".join("".join(char if char.isalnum() or char == "'" else " " for char in folded).split())


def grams(text: str) -> Counter[str]:
    """Character n-grams of normalized text: 1 to 3 Han characters, 3 to 5 characters of a Latin word with its edges."""
    found: Counter[str] = Counter()
    for word in _words(normalize(text)):
        if word.isascii():
            padded = f" {word} "
            sizes = LATIN_GRAMS
        else:
            padded, sizes = word, HAN_GRAMS
        for size in sizes:
            for start in range(len(padded) - size + 1):
                found[padded[start : start + size]] += 1
    return found


def _words(text: str) -> list[str]:
    words: list[str] = []
    for token in text.split():
        start = 0
        for at in range(1, len(token) + 1):
            if at == len(token) or token[at].isascii() != token[start].isascii():
                words.append(token[start:at])
                start = at
    return words


class LexicalIndex:
    """An inverted index of texts; `similarity` is the cosine of smoothed, sublinear TF-IDF vectors."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._size = len(texts)
        counted = [grams(text) for text in texts]
        seen: Counter[str] = Counter(gram for counts in counted for gram in counts)
        self._idf = {gram: math.log((1 + self._size) / (1 + count)) + 1.0 for gram, count in seen.items()}
        self._unseen = math.log(1 + self._size) + 1.0
        postings: dict[str, tuple[list[int], list[float]]] = {}
        for row, counts in enumerate(counted):
            weights, length = self._weigh(counts)
            for gram, weight in weights.items():
                rows, values = postings.setdefault(gram, ([], []))
                rows.append(row)
                values.append(weight / length)
        self._postings = {
            gram: (np.array(rows, np.int32), np.array(values, np.float32)) for gram, (rows, values) in postings.items()
        }

    def _weigh(self, counts: Counter[str]) -> tuple[dict[str, float], float]:
        weights = {gram: (1 + math.log(n)) * self._idf.get(gram, self._unseen) for gram, n in counts.items()}
        return weights, math.sqrt(sum(w * w for w in weights.values())) or 1.0

    def similarity(self, text: str) -> NDArray[np.float32]:
        """Cosine with every text, shape (texts,), 0 to 1; grams that no text has lower it."""
        total = np.zeros(self._size, np.float32)
        weights, length = self._weigh(grams(text))
        for gram, weight in weights.items():
            if gram in self._postings:
                rows, values = self._postings[gram]
                total[rows] += np.float32(weight / length) * values
        return total
