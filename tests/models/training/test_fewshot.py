"""A head from few sentences a class."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from models.training import batches, checkpoint, fewshot, fit
from models.training.data import DataError, Example
from models.training.fewshot import Few
from models.training.net import Head, HeadSpec


def test_eight_sentences_a_class_are_enough(tiny_base: Path, sixty: list[Example]) -> None:
    trunk, tokenizer = checkpoint.load(tiny_base)
    few = [e for number, e in enumerate(sixty) if number % 20 < 8]
    rest = [e for number, e in enumerate(sixty) if number % 20 >= 8]
    net = fewshot.fewshot(trunk, tokenizer, few, Few(learning_rate=3e-3, epochs=12))
    spec = net.specs[0]
    assert spec == HeadSpec("label", "single", ("parking", "repair", "thanks"))
    rows = batches.rows(rest, spec, batches.Encoder(tokenizer, 64))
    assert fit.evaluate(net, rows, fit.pad_id(tokenizer))["label_accuracy"] > 0.6


def test_two_runs_come_to_the_same_head(tiny_base: Path, sixty: list[Example]) -> None:
    nets = []
    for _ in range(2):
        trunk, tokenizer = checkpoint.load(tiny_base)
        nets.append(fewshot.fewshot(trunk, tokenizer, sixty[::5], Few(epochs=1)))
    for one, two in zip(nets[0].parameters(), nets[1].parameters(), strict=True):
        assert torch.equal(one, two)


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 12), st.integers(0, 100))
def test_the_head_is_the_logistic_regression_also_in_half_precision(classes: int, seed: int) -> None:
    from sklearn.linear_model import LogisticRegression

    chance = np.random.default_rng(seed)
    of = np.arange(classes * 6) % classes
    vectors = (5 + chance.normal(0, 1, (classes, 32))[of] + chance.normal(0, 0.3, (len(of), 32))).astype(np.float32)
    head = Head(HeadSpec("x", "single", tuple(map(str, range(classes)))), 32, 0.0).eval()
    fewshot.set_logistic(head, vectors, of, 10.0)
    length = np.linalg.norm(vectors, axis=1).mean()
    plain = LogisticRegression(C=10.0, max_iter=2000).fit(vectors / length, of).predict_log_proba(vectors / length)
    for halved in (False, True):
        if halved:
            head = head.half().float()
        with torch.no_grad():
            hidden = torch.from_numpy(vectors)[:, None]
            found = head(hidden, torch.ones(len(of), 1), None).log_softmax(-1).numpy()
        assert np.abs(found - plain).max() < (0.03 if halved else 2e-2)


def test_the_contrast_is_least_when_classes_lie_together() -> None:
    of = torch.tensor([0, 0, 1, 1])
    apart = torch.tensor([[1.0, 0], [1, 0], [0, 1], [0, 1]])
    mixed = torch.tensor([[1.0, 0], [0, 1], [1, 0], [0, 1]])
    assert fewshot.contrast_loss(apart, of, 0.1) < 0.01
    assert fewshot.contrast_loss(mixed, of, 0.1) > 5
    # Three strangers of the same likeness: their logarithm.
    same = torch.ones(4, 1)
    assert fewshot.contrast_loss(same, of, 1.0).item() == pytest.approx(np.log(3))


def test_batches_are_balanced_and_hard_ones_hold_the_neighbours() -> None:
    by_class = [list(range(10 * n, 10 * n + 10 - n)) for n in range(8)]
    centres = np.eye(8, dtype=np.float32)
    centres[0, 1] = centres[1, 0] = 1.0
    few = Few(classes=4, each=3)
    for seed in range(20):
        picked = fewshot.choose(by_class, centres, few, random.Random(seed))
        first = picked[0] // 10
        assert len(picked) == 12
        assert sorted(np.bincount([n // 10 for n in picked], minlength=8))[-4:] == [3] * 4
        if first in (0, 1):
            assert {n // 10 for n in picked} >= {0, 1}
    assert len(fewshot.choose([[0], [1]], None, few, random.Random(0))) == 6


def test_one_class_or_none_is_refused(tiny_base: Path) -> None:
    trunk, tokenizer = checkpoint.load(tiny_base)
    for examples in ([], [Example("a", "x"), Example("b", "x")], [Example("a", ""), Example("b", "x")]):
        with pytest.raises(DataError, match="classes cannot be told apart"):
            fewshot.fewshot(trunk, tokenizer, examples)
