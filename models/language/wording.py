"""What a text's wording alone says to a head: hashed character n-grams, weighed one by one."""

from __future__ import annotations

import math
import zlib

import numpy as np
from numpy.typing import NDArray

from models.language.lexical import grams

BUCKETS = 1 << 14


def hashed(text: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Buckets of the text's n-grams, ascending, and 1 + ln of how often each occurs (no weights by rarity yet)."""
    counts: dict[int, int] = {}
    for gram, count in grams(text).items():
        place = zlib.crc32(gram.encode()) % BUCKETS
        counts[place] = counts.get(place, 0) + count
    places = sorted(counts)
    return np.array(places, np.int64), np.array([1 + math.log(counts[place]) for place in places], np.float32)


def weighed(text: str, rarity: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Buckets and values of length 1, each n-gram weighed by `rarity`, shape (BUCKETS,)."""
    places, values = hashed(text)
    values = values * rarity[places]
    return places, np.asarray(values / max(1e-9, float(np.linalg.norm(values))), np.float32)
