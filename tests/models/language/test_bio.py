"""Tags that follow one another as they may."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from models.language import bio

TAGS = ("O", "B-a", "I-a", "B-b", "I-b")
LOGITS = st.integers(0, 6).flatmap(
    lambda n: arrays.arrays(np.float32, (n, len(TAGS)), elements=st.floats(-50, 50, width=32))
)


@given(LOGITS)
def test_an_inner_tag_always_continues_its_own_kind(logits: np.ndarray) -> None:
    path = [TAGS[i] for i in bio.decode(logits, bio.allowed(TAGS))]
    assert len(path) == len(logits)
    for before, tag in zip(["O", *path], path, strict=False):
        assert not tag.startswith("I-") or before[2:] == tag[2:]


@given(st.integers(1, 4).flatmap(lambda n: arrays.arrays(np.float32, (n, 5), elements=st.integers(-9, 9).map(float))))
def test_no_well_formed_path_is_better(logits: np.ndarray) -> None:
    may = bio.allowed(TAGS)
    rows = np.arange(len(logits))
    best = max(
        logits[rows, list(path)].sum()
        for path in itertools.product(range(5), repeat=len(logits))
        if all(may[before, after] for before, after in itertools.pairwise((5, *path)))
    )
    assert logits[rows, bio.decode(logits, may)].sum() == best


def test_where_the_likeliest_tags_are_well_formed_they_stay() -> None:
    logits = np.eye(5)[[0, 1, 2, 3, 0]]
    assert bio.decode(logits, bio.allowed(TAGS)).tolist() == [0, 1, 2, 3, 0]
