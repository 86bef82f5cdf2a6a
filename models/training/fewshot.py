"""A head from few sentences: the trunk learns to lay a class together, then a logistic head parts the classes."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from models.training.batches import Encoder, _padded
from models.training.data import DataError, Example
from models.training.deps import need
from models.training.fit import pad_id
from models.training.net import INNER, HeadSpec, Net, pooled

BATCH = 64
STRAIGHT = 8.0
"""From here on GELU is the identity to seven digits, so that a head's inner layer can carry a linear map."""
NARROW = 3.0
"""Largest value that the linear map is scaled to around STRAIGHT."""


@dataclass(frozen=True, slots=True)
class Few:
    """How a trunk is fitted to few examples."""

    learning_rate: float = 1e-4
    epochs: int = 10
    classes: int = 16
    """In a batch."""
    each: int = 4
    """Examples of each class in a batch; drawn again where it has fewer, dropout making the copies differ."""
    temperature: float = 0.1
    hard: bool = True
    """Half of the classes of a batch are those nearest to its first one."""
    dropout: float = 0.1
    inverse_penalty: float = 30.0
    """C of the logistic regression on vectors of mean length 1."""
    max_tokens: int = 64
    seed: int = 0


def fewshot(
    trunk: Any,
    tokenizer: Any,
    examples: Sequence[Example],
    settings: Few = Few(),
    name: str = "label",
    say: Callable[[str], object] = lambda line: None,
) -> Net:
    """A net with the single-label head `name`, its `trunk` (a BertModel) changed in place by supervised contrastive
    training (Khosla et al. 2020) on `examples`, in the manner of SetFit (Tunstall et al. 2022).

    Raises:
        DataError: fewer than two classes, or more than a head can carry exactly.
    """
    labels = tuple(sorted({example.label for example in examples}))
    if not 2 <= len(labels) <= INNER or "" in labels:
        raise DataError(
            f"{len(labels)} classes cannot be told apart from few examples.",
            f"Give labelled examples of 2 to {INNER} classes.",
        )
    ids = Encoder(tokenizer, settings.max_tokens).ids([example.text for example in examples])
    of = np.array([labels.index(example.label) for example in examples])
    pad = pad_id(tokenizer)
    torch.manual_seed(settings.seed)
    for module in trunk.modules():
        if isinstance(module, nn.Dropout):
            module.p = settings.dropout
    _contrast(trunk, ids, of, pad, settings, say)
    net = Net(trunk, [HeadSpec(name, "single", labels)], settings.dropout)
    set_logistic(net.heads[name], _vectors(trunk, ids, pad), of, settings.inverse_penalty)
    return net.eval()


def contrast_loss(vectors: Tensor, of: Tensor, temperature: float) -> Tensor:
    """Supervised contrastive loss over all pairs of a batch. vectors: unit length, shape (batch, dim); of: class
    numbers, shape (batch,). An anchor without a second of its class counts nothing."""
    alone = torch.eye(len(of), dtype=torch.bool)
    likeness = (vectors @ vectors.T / temperature).masked_fill(alone, -1e9)
    surprise = likeness.logsumexp(1, keepdim=True) - likeness
    same = (of[:, None] == of) & ~alone
    there = same.any(1)
    mean: Tensor = ((surprise * same).sum(1)[there] / same.sum(1)[there]).mean()
    return mean


def choose(
    by_class: Sequence[Sequence[int]], centres: NDArray[np.float32] | None, settings: Few, chance: random.Random
) -> list[int]:
    """Numbers of a batch's examples: `each` of `classes` classes; with `centres` (unit rows) half of them are the first
    one's nearest."""
    order = list(range(len(by_class)))
    chance.shuffle(order)
    if centres is not None:
        near = np.argsort(-(centres @ centres[order[0]]), kind="stable")[: max(1, settings.classes // 2)]
        order = list(dict.fromkeys([order[0], *map(int, near), *order]))
    picked = []
    for number in order[: settings.classes]:
        held = by_class[number]
        picked += chance.sample(list(held), min(settings.each, len(held)))
        picked += chance.choices(held, k=max(0, settings.each - len(held)))
    return picked


def set_logistic(head: Any, vectors: NDArray[np.float32], of: NDArray[np.int64], inverse_penalty: float) -> None:
    """Makes `head` (net.Head) a logistic regression of the mean state, fitted to `vectors` with classes `of`.

    Its weights are factored through the inner layer, which works where GELU is straight; exact up to INNER classes.
    """
    (linear,) = need("sklearn.linear_model")
    length = float(np.linalg.norm(vectors, axis=1).mean())
    model = linear.LogisticRegression(C=inverse_penalty, max_iter=2000).fit(vectors / length, of)
    weight, bias = model.coef_ / length, model.intercept_
    if len(weight) == 1:
        weight, bias = np.concatenate([-weight, weight]) / 2, np.concatenate([-bias, bias]) / 2
    left, sizes, right = np.linalg.svd(weight, full_matrices=False)
    middle = vectors.mean(0)
    reach = np.abs((vectors - middle) @ right.T).max(0)
    narrowing = NARROW / np.maximum(reach, 1e-6)
    inner, outer = _halved(narrowing[:, None] * right), _halved(left * (sizes / narrowing))
    # The texts' mean goes to STRAIGHT; rounding to half precision, as heads are stored, then moves no decision there.
    inner_bias = _halved(STRAIGHT - inner @ middle)
    rank = len(sizes)
    with torch.no_grad():
        for parameter in head.parameters():
            parameter.zero_()
        head.inner.weight[:rank] = torch.from_numpy(inner)
        head.inner.bias[:rank] = torch.from_numpy(inner_bias)
        head.outer.weight[:, :rank] = torch.from_numpy(outer)
        head.outer.bias[:] = torch.from_numpy(bias + weight @ middle - outer @ (inner @ middle + inner_bias))


def _halved(values: NDArray[Any]) -> NDArray[np.float32]:
    return np.asarray(values.astype(np.float16), np.float32)


def _contrast(
    trunk: Any,
    ids: Sequence[Sequence[int]],
    of: NDArray[np.int64],
    pad: int,
    settings: Few,
    say: Callable[[str], object],
) -> None:
    by_class = [np.flatnonzero(of == number).tolist() for number in range(of.max() + 1)]
    chance = random.Random(settings.seed)
    steps = -(-len(ids) // (min(settings.classes, len(by_class)) * settings.each))
    moved = torch.optim.AdamW(trunk.parameters(), lr=settings.learning_rate, weight_decay=0.01)
    whole = max(2, steps * settings.epochs)
    rate = torch.optim.lr_scheduler.LambdaLR(moved, lambda step: min((step + 1) / (whole / 10), 1 - step / whole))
    for epoch in range(settings.epochs):
        centres = _centres(_vectors(trunk, ids, pad), of) if settings.hard else None
        trunk.train()
        total = 0.0
        for _ in range(steps):
            numbers = choose(by_class, centres, settings, chance)
            vectors = functional.normalize(_pooled(trunk, [ids[n] for n in numbers], pad), dim=-1)
            loss = contrast_loss(vectors, torch.from_numpy(of[numbers]), settings.temperature)
            moved.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(trunk.parameters(), 1.0)
            moved.step()
            rate.step()
            total += float(loss.detach())
        say(f"contrast {epoch + 1} of {settings.epochs}: loss {total / steps:.4f}")
    trunk.eval()


def _pooled(trunk: Any, ids: Sequence[Sequence[int]], pad: int) -> Tensor:
    mask = _padded([[1] * len(item) for item in ids], 0)
    return pooled(trunk(_padded(ids, pad), mask).last_hidden_state, mask)


@torch.inference_mode()
def _vectors(trunk: Any, ids: Sequence[Sequence[int]], pad: int) -> NDArray[np.float32]:
    trunk.eval()
    order = sorted(range(len(ids)), key=lambda number: len(ids[number]))
    found = np.zeros((len(ids), trunk.config.hidden_size), np.float32)
    for start in range(0, len(order), BATCH):
        numbers = order[start : start + BATCH]
        found[numbers] = _pooled(trunk, [ids[n] for n in numbers], pad).numpy()
    return found


def _centres(vectors: NDArray[np.float32], of: NDArray[np.int64]) -> NDArray[np.float32]:
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    means = np.stack([unit[of == number].mean(0) for number in range(of.max() + 1)])
    return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True), np.float32)
