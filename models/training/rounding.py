"""Training through rounded weights: the forward pass sees 4 bits, the gradient goes straight through."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from models.training.quantize import BLOCK


def rounded(weights: Tensor) -> Tensor:
    """`weights` on the grid of `quantize.round_blocks`, whose gradient is that of the identity (Bengio et al. 2013)."""
    with torch.no_grad():
        blocks = weights.reshape(-1, BLOCK)
        extreme = blocks.gather(1, blocks.abs().argmax(1, keepdim=True))
        scale = (extreme / -8.0).half().float()
        steps = torch.where(scale != 0, blocks / scale, torch.zeros_like(blocks)).round().clamp(-8, 7)
        moved = (steps * scale).reshape(weights.shape) - weights
    return weights + moved


class Rounded(nn.Module):
    """Parametrization of a weight matrix."""

    def forward(self, weights: Tensor) -> Tensor:
        return rounded(weights)


def begin(trunk: Any) -> None:
    """Lets `trunk` (a BertModel) see its linear weights and word vectors rounded from now on."""
    for module in trunk.encoder.modules():
        if isinstance(module, nn.Linear):
            parametrize.register_parametrization(module, "weight", Rounded())
    # Row by row as they are looked up: rounding all of them would cost more than the rest of the step.
    trunk.embeddings.word_embeddings.register_forward_hook(lambda _, __, found: rounded(found))


def end(trunk: Any) -> None:
    """Leaves the weights as they are when rounded."""
    for module in trunk.encoder.modules():
        if isinstance(module, nn.Linear) and parametrize.is_parametrized(module, "weight"):
            parametrize.remove_parametrizations(module, "weight", leave_parametrized=True)
    words = trunk.embeddings.word_embeddings
    words._forward_hooks.clear()
    with torch.no_grad():
        words.weight.copy_(rounded(words.weight))
