"""Tags and spans that a shipped model reads from sentences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.language import bio
from models.training.batches import Encoder, Row, groups, packed
from models.training.benchmarks.common import Say
from models.training.benchmarks.floors import offsets_of
from models.training.benchmarks.shipped import Floats, Shipped
from models.training.data import Example, Span, spans_of, tags_of
from models.training.net import HeadSpec


def unlabelled(examples: Sequence[Example], encoder: Encoder) -> list[Row]:
    """Rows without targets."""
    return [Row(*encoder.placed(example.text, offsets_of(example))) for example in examples]


def tagged(
    model: Shipped, spec: HeadSpec, examples: Sequence[Example], encoder: Encoder, pack: int, say: Say
) -> list[list[str]]:
    """The likeliest tags of every unit; O beyond `max_tokens`. With `pack` neighbours are read together, as trained."""
    single = unlabelled(examples, encoder)
    together = groups(single, pack) if pack else [[row] for row in single]
    seen = model.read([packed(group, encoder) for group in together], say).logits[spec.name]
    parts = [part for group, logits in zip(together, seen, strict=True) for part in _parted(group, logits)]
    return [
        tags(spec, logits, len(offsets_of(example)))
        for example, logits in zip(examples, parts, strict=True)
    ]  # fmt: skip


def tags(spec: HeadSpec, logits: Floats, count: int) -> list[str]:
    """The likeliest well-formed tags, filled up with O to `count`."""
    path = bio.decode(logits, bio.allowed(spec.labels))
    return [spec.labels[place] for place in path] + ["O"] * (count - len(path))


def spans(examples: Sequence[Example], tagged_: Sequence[Sequence[str]]) -> list[list[Span]]:
    """The spans that tags mark."""
    return [spans_of(one, offsets_of(example)) for example, one in zip(examples, tagged_, strict=True)]


def gold_tags(examples: Sequence[Example]) -> list[list[str]]:
    """The tags that the examples' spans make."""
    return [tags_of(example.spans, offsets_of(example)) for example in examples]


def _parted(group: Sequence[Row], logits: Floats) -> list[Floats]:
    ends = np.cumsum([len(row.places) for row in group])[:-1]
    return list(np.split(logits, ends))
