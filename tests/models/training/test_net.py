"""The network's losses and states, each beside a plain computation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional

from models.training import batches, checkpoint
from models.training.data import Example, Span
from models.training.net import IGNORED, SOFT_SHARE, TEMPERATURE, HeadSpec, Net, hidden_loss, pooled, unit_states

SINGLE, MULTI = HeadSpec("one", "single", ("a", "b", "c")), HeadSpec("more", "multi", ("a", "b"))
TOKENS = HeadSpec("slots", "tokens", ("O", "B-x", "I-x"))


@pytest.fixture
def net(tiny_base: Path) -> Net:
    torch.manual_seed(1)
    return Net(checkpoint.load(tiny_base)[0], [SINGLE, MULTI, TOKENS]).eval()


def _batch(tiny_base: Path, spec: HeadSpec, examples: list[Example]) -> dict[str, object]:
    encoder = batches.Encoder(checkpoint.load(tiny_base)[1], 32)
    return batches.collate(batches.rows(examples, spec, encoder), 1)


def test_the_loss_of_each_kind_is_the_textbook_one(net: Net, tiny_base: Path) -> None:
    examples = [Example("my car", "a", (Span("x", 3, 6),)), Example("the leak is now", "b")]
    for spec in (SINGLE, MULTI, TOKENS):
        batch = _batch(tiny_base, spec, examples)
        logits = net.logits(spec.name, batch["input_ids"], batch["attention_mask"], batch.get("places"))
        target = batch["targets"][spec.name]
        expected = (
            functional.binary_cross_entropy_with_logits(logits, target)
            if spec.kind == "multi"
            else functional.cross_entropy(logits.flatten(0, -2), target.flatten(), ignore_index=IGNORED)
        )
        assert net(**batch)["loss"].item() == pytest.approx(expected.item(), rel=1e-5)


def test_unlabelled_rows_add_nothing_and_break_nothing(net: Net, tiny_base: Path) -> None:
    loss = net(**_batch(tiny_base, SINGLE, [Example("my car"), Example("leak")]))["loss"]
    assert loss.item() == 0.0
    loss.backward()


def test_weights_of_the_heads_scale_their_losses(net: Net, tiny_base: Path) -> None:
    batch = _batch(tiny_base, SINGLE, [Example("my car", "a")])
    before = net(**batch)["loss"].item()
    net.weights = {"one": 0.25}
    assert net(**batch)["loss"].item() == pytest.approx(before / 4)


def test_a_teacher_that_agrees_leaves_the_hard_part_alone(net: Net, tiny_base: Path) -> None:
    batch = _batch(tiny_base, SINGLE, [Example("my car", "a")])
    logits = net.logits("one", batch["input_ids"], batch["attention_mask"])
    hard = functional.cross_entropy(logits, torch.tensor([0])).item()
    assert net(**batch, soft={"one": logits.detach()})["loss"].item() == pytest.approx(
        (1 - SOFT_SHARE) * hard, rel=1e-4
    )
    other = logits.detach() + torch.tensor([[3.0, 0.0, 0.0]])
    ours, theirs = (logits / TEMPERATURE).log_softmax(-1), (other / TEMPERATURE).softmax(-1)
    softly = (theirs * (theirs.log() - ours)).sum().item() * TEMPERATURE**2
    expected = (1 - SOFT_SHARE) * hard + SOFT_SHARE * softly
    assert net(**batch, soft={"one": other})["loss"].item() == pytest.approx(expected, rel=1e-4)


def test_padding_changes_no_logit(net: Net, tiny_base: Path) -> None:
    alone = _batch(tiny_base, SINGLE, [Example("my car", "a")])
    beside = _batch(tiny_base, SINGLE, [Example("my car", "a"), Example("the leak is now in a garage", "b")])
    one, two = (net.logits("one", b["input_ids"], b["attention_mask"])[0] for b in (alone, beside))
    assert torch.allclose(one, two, atol=1e-5)


def test_states_of_units_are_means_of_their_pieces() -> None:
    hidden = torch.randn(1, 6, 4)
    found = unit_states(hidden, torch.tensor([[1, 2, 0]]), torch.tensor([[1, 3, 0]]))
    assert torch.allclose(found[0, 0], hidden[0, 1], atol=1e-5)
    assert torch.allclose(found[0, 1], hidden[0, 2:5].mean(0), atol=1e-5)
    assert found[0, 2].abs().sum() == 0


def test_a_student_with_its_teachers_states_has_no_loss() -> None:
    hidden, mask = torch.randn(2, 5, 8), torch.ones(2, 5, dtype=torch.long)
    places, sizes = torch.tensor([[1, 2], [1, 0]]), torch.tensor([[1, 2], [1, 0]])
    theirs = torch.cat([unit_states(hidden, places, sizes), pooled(hidden, mask)[:, None]], 1)
    assert hidden_loss(hidden, mask, places, sizes, theirs).item() == pytest.approx(0.0, abs=1e-5)
    assert hidden_loss(hidden, mask, places, sizes, theirs.flip(-1)).item() > 0.5


def test_smoothing_reaches_the_loss(net: Net, tiny_base: Path) -> None:
    batch = _batch(tiny_base, SINGLE, [Example("my car", "a")])
    logits = net.logits("one", batch["input_ids"], batch["attention_mask"])
    net.smoothing = 0.2
    expected = functional.cross_entropy(logits, torch.tensor([0]), label_smoothing=0.2).item()
    assert net(**batch)["loss"].item() == pytest.approx(expected, rel=1e-5)
    assert np.isfinite(expected)
