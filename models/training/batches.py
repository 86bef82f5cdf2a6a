"""Examples to padded batches: pieces, the places of units, targets; the same order again after an interruption."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import DataLoader, Dataset, Sampler

from models.language.units import places, units
from models.training.data import Example, tags_of
from models.training.net import IGNORED, HeadSpec

POOL = 64
"""Batches that are sorted by length together, so that little is padding and yet no two epochs are alike."""


@dataclass(slots=True)
class Row:
    """One encoded text with all that is known of it."""

    ids: list[int]
    places: list[int] = field(default_factory=list)
    """First piece of each unit; empty where no head needs units."""
    sizes: list[int] = field(default_factory=list)
    """How many pieces each unit has."""
    targets: dict[str, Any] = field(default_factory=dict)
    """By head: a class number, a list of 0 and 1, or a list of tag numbers."""
    soft: dict[str, NDArray[np.float16]] = field(default_factory=dict)
    """By head: a teacher's logits."""
    states: NDArray[np.float16] | None = None
    """A teacher's states of the units, and last of the text."""

    @property
    def family(self) -> tuple[object, ...]:
        """Rows of one family can share a batch."""
        return (*self.targets, "|", *self.soft, "|", self.states is not None)


class Encoder:
    """Texts to pieces with a checkpoint's tokenizer."""

    def __init__(self, tokenizer: Any, max_tokens: int, prefix: str = "") -> None:
        self._tokenizer = tokenizer
        self._prefix = prefix
        self.max_tokens = max_tokens
        tokenizer.no_padding()
        tokenizer.no_truncation()
        bos, *_, eos = tokenizer.encode("x").ids
        self.bos, self.eos = int(bos), int(eos)

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Pieces of each text between begin and end, at most `max_tokens`."""
        found = self._tokenizer.encode_batch([self._prefix + text for text in texts])
        return [self._short(item.ids) for item in found]

    def _short(self, ids: list[int]) -> list[int]:
        return ids if len(ids) <= self.max_tokens else [*ids[: self.max_tokens - 1], self.eos]

    def placed(self, text: str, offsets: Sequence[tuple[int, int]]) -> tuple[list[int], list[int], list[int]]:
        """Pieces of a text, and of the units at `offsets` the first piece and the number of pieces."""
        encoded = self._tokenizer.encode(self._prefix + text)
        shift = len(self._prefix)
        pieces = [(left - shift, right - shift) for left, right in encoded.offsets]
        return self._short(encoded.ids), *places(pieces, offsets, self.max_tokens - 1)


def rows(examples: Sequence[Example], spec: HeadSpec, encoder: Encoder, pack: int = 0) -> list[Row]:
    """Encoded examples of one head. A token head with `pack` reads neighbours together up to so many pieces."""
    if spec.kind == "tokens":
        single = []
        for example in examples:
            offsets = example.words or tuple(units(example.text))
            row = Row(*encoder.placed(example.text, offsets))
            row.targets[spec.name] = tag_numbers(example, offsets, spec)[: len(row.places)]
            single.append(row)
        return [packed(group, encoder) for group in groups(single, pack)] if pack else single
    found = [Row(ids) for ids in encoder.ids([example.text for example in examples])]
    for row, example in zip(found, examples, strict=True):
        row.targets[spec.name] = class_number(example.label, spec)
    return found


def tag_numbers(example: Example, offsets: Sequence[tuple[int, int]], spec: HeadSpec) -> list[int]:
    """Numbers of the BIO tags of the units at `offsets`."""
    index = {label: number for number, label in enumerate(spec.labels)}
    return [index[tag] for tag in tags_of(example.spans, offsets)]


def class_number(label: str, spec: HeadSpec) -> int | list[float]:
    """Number of a label, IGNORED when there is none; of a multi-label head 1 for each label that holds."""
    if spec.kind == "multi":
        return [float(known in label.split("|")) for known in spec.labels]
    return spec.labels.index(label) if label else IGNORED


def groups(single: Sequence[Row], pack: int) -> list[list[Row]]:
    """Neighbouring rows that together have at most `pack` pieces."""
    found: list[list[Row]] = []
    length = pack
    for row in single:
        if length + len(row.ids) - 1 > pack:
            found.append([])
            length = 1
        found[-1].append(row)
        length += len(row.ids) - 1
    return found


def packed(group: Sequence[Row], encoder: Encoder) -> Row:
    """Several token rows as one, an end piece after each."""
    whole = Row([encoder.bos])
    for row in group:
        whole.places += [place + len(whole.ids) - 1 for place in row.places]
        whole.sizes += row.sizes
        whole.ids += row.ids[1:]
    for name in group[0].targets:
        whole.targets[name] = [tag for row in group for tag in row.targets[name]]
    for name in group[0].soft:
        whole.soft[name] = np.concatenate([row.soft[name] for row in group])
    return whole


def collate(batch: Sequence[Row], pad: int) -> dict[str, Any]:
    """One batch of tensors for `Net.forward`."""
    first = batch[0]
    found: dict[str, Any] = {"input_ids": _padded([row.ids for row in batch], pad)}
    found["attention_mask"] = _padded([[1] * len(row.ids) for row in batch], 0)
    if any(row.places for row in batch):
        found["places"] = _padded([row.places for row in batch], 0)
        found["sizes"] = _padded([row.sizes for row in batch], 0)
    if first.targets:
        found["targets"] = {name: _together([row.targets[name] for row in batch]) for name in first.targets}
    if first.soft:
        found["soft"] = {name: _stacked([row.soft[name] for row in batch]) for name in first.soft}
    if first.states is not None:
        units_ = _stacked([row.states[:-1] for row in batch if row.states is not None])
        whole = torch.from_numpy(np.stack([np.float32(row.states[-1]) for row in batch if row.states is not None]))
        found["states"] = torch.cat([units_, whole[:, None]], 1)
    return found


def _together(targets: Sequence[Any]) -> torch.Tensor:
    if any(isinstance(target, list) and target and isinstance(target[0], int) for target in targets):
        return _padded(targets, IGNORED)
    return torch.tensor(targets)


def _padded(lists: Sequence[Sequence[int]], fill: int) -> torch.Tensor:
    table = torch.full((len(lists), max(1, *map(len, lists), 1)), fill, dtype=torch.long)
    for number, values in enumerate(lists):
        table[number, : len(values)] = torch.tensor(values, dtype=torch.long)
    return table


def _stacked(arrays: Sequence[NDArray[np.float16]]) -> torch.Tensor:
    """Arrays of equal shape as they are; those of units padded with 0."""
    if arrays[0].ndim == 1:
        return torch.from_numpy(np.stack(arrays).astype(np.float32))
    table = np.zeros((len(arrays), max(map(len, arrays)), arrays[0].shape[1]), np.float32)
    for number, values in enumerate(arrays):
        table[number, : len(values)] = values
    return torch.from_numpy(table)


class Rows(Dataset[Row]):
    """Rows by number, as the loader wants them."""

    def __init__(self, held: list[Row]) -> None:
        self.held = held

    def __len__(self) -> int:
        return len(self.held)

    def __getitem__(self, index: int) -> Row:
        return self.held[index]


class Batches(Sampler[list[int]]):
    """Batches of one family and of like length, in an order that `seed` and `epoch` alone decide."""

    def __init__(self, held: Sequence[Row], size: int, seed: int) -> None:
        self._size, self._seed = size, seed
        self._lengths = [len(row.ids) for row in held]
        self._families: dict[object, list[int]] = {}
        for number, row in enumerate(held):
            self._families.setdefault(row.family, []).append(number)
        self.epoch = 0

    def __len__(self) -> int:
        return sum(-(-len(numbers) // self._size) for numbers in self._families.values())

    def __iter__(self) -> Iterator[list[int]]:
        chance = random.Random(f"{self._seed}:{self.epoch}")
        found: list[list[int]] = []
        for numbers in self._families.values():
            mixed = list(numbers)
            chance.shuffle(mixed)
            pool = self._size * POOL
            for start in range(0, len(mixed), pool):
                near = sorted(mixed[start : start + pool], key=lambda n: self._lengths[n])
                found += [near[i : i + self._size] for i in range(0, len(near), self._size)]
        chance.shuffle(found)
        return iter(found)


class Loader(DataLoader[Row]):
    """Batches of rows; `set_epoch` is called by the trainer."""

    def __init__(self, held: list[Row], size: int, seed: int, pad: int) -> None:
        self._order = Batches(held, size, seed)
        super().__init__(Rows(held), batch_sampler=self._order, collate_fn=lambda batch: collate(batch, pad))

    def set_epoch(self, epoch: int) -> None:
        """Which epoch's order comes next."""
        self._order.epoch = epoch
