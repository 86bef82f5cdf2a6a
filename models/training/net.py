"""The network that is trained: one trunk and a head for each task."""

from __future__ import annotations

import math
from typing import Any, Literal, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

Kind = Literal["single", "multi", "tokens"]
INNER = 256
"""Width of a head's own layer; a head of 150 labels then has 0.25 MB in half precision."""
TEMPERATURE = 2.0
"""Of the softmax when a student learns a teacher's logits (Hinton et al. 2015)."""
SOFT_SHARE = 0.7
"""Of the loss that is the teacher's, where it has spoken."""
IGNORED = -100
"""The target of what nobody has labelled."""
STATES = "states"
"""Name of the loss against a teacher's states."""


class HeadSpec(NamedTuple):
    """What a head decides. labels: its classes in order; of a token head BIO tags, O first."""

    name: str
    kind: Kind
    labels: tuple[str, ...]


class Head(nn.Module):
    """Hidden states to logits: attention pooling (not for tokens), one layer, one output a label."""

    def __init__(self, spec: HeadSpec, dim: int, dropout: float) -> None:
        super().__init__()
        self.spec = spec
        self.query = None if spec.kind == "tokens" else nn.Parameter(torch.zeros(dim))
        self.inner = nn.Linear(dim, INNER)
        self.outer = nn.Linear(INNER, len(spec.labels))
        self.dropout = nn.Dropout(dropout)
        self.fresh = True
        """Whether it has not met the trunk's states yet."""

    def feature(self, hidden: Tensor, mask: Tensor, places: Tensor | None) -> Tensor:
        """What the head looks at, shape (batch, dim) or (batch, units, dim)."""
        if self.query is None:
            assert places is not None
            return hidden.gather(1, places.unsqueeze(-1).expand(-1, -1, hidden.shape[-1]))
        weight = (hidden @ self.query / math.sqrt(hidden.shape[-1])).masked_fill(mask == 0, -1e4).softmax(-1)
        return (weight.unsqueeze(-1) * hidden).sum(1)

    @torch.no_grad()
    def centre(self, features: Tensor) -> None:
        """Lets a fresh head see features of mean 0 and deviation 1, as `features`, shape (n, dim), would be then: all
        states of an encoder lie in one narrow cone, and a head would spend its first epochs on finding that out."""
        deviation, mean = torch.std_mean(features, 0)
        self.inner.weight.div_(deviation.clamp(min=1e-6))
        self.inner.bias.sub_(self.inner.weight @ mean)
        self.fresh = False

    def forward(self, hidden: Tensor, mask: Tensor, places: Tensor | None) -> Tensor:
        feature = self.feature(hidden, mask, places)
        inner = functional.gelu(self.inner(self.dropout(feature)), approximate="tanh")
        out: Tensor = self.outer(self.dropout(inner))
        return out


class Net(nn.Module):
    """A BertModel and its heads; the texts of a batch may have targets for several heads at once."""

    def __init__(self, trunk: Any, specs: list[HeadSpec], dropout: float = 0.1, smoothing: float = 0.0) -> None:
        super().__init__()
        self.trunk = trunk
        self.dim = int(trunk.config.hidden_size)
        self.heads = nn.ModuleDict({spec.name: Head(spec, self.dim, dropout) for spec in specs})
        self.smoothing = smoothing
        self.weights: dict[str, float] = {}
        """Of each head's loss, and of `states`; 1 where nothing is said."""

    @property
    def specs(self) -> list[HeadSpec]:
        """What its heads decide, in order."""
        return [head.spec for head in self.heads.values()]  # type: ignore[misc]

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor,
        places: Tensor | None = None,
        sizes: Tensor | None = None,
        targets: dict[str, Tensor] | None = None,
        soft: dict[str, Tensor] | None = None,
        states: Tensor | None = None,
    ) -> dict[str, Any]:
        """The sum of the losses of all heads in `targets`, and of the teacher's `states`.

        places, sizes: first piece of each unit and how many it has, shape (batch, units). targets: class numbers, shape
        (batch,) or (batch, units), IGNORED where unknown; (batch, labels) of a multi-label head. soft: a teacher's
        logits for some of the heads. states: a teacher's unit states and last the text's, (batch, units + 1, dim).
        """
        hidden = self.trunk(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        total = hidden.sum() * 0.0
        for name, target in (targets or {}).items():
            head: Any = self.heads[name]
            logits = head(hidden, attention_mask, places)
            total = total + self.weights.get(name, 1.0) * self._loss(
                head.spec.kind, logits, target, (soft or {}).get(name)
            )
        if states is not None:
            assert places is not None
            assert sizes is not None
            total = total + self.weights.get(STATES, 1.0) * hidden_loss(hidden, attention_mask, places, sizes, states)
        return {"loss": total}

    def logits(self, name: str, input_ids: Tensor, attention_mask: Tensor, places: Tensor | None = None) -> Tensor:
        """What head `name` says: shape (batch, labels) or (batch, units, labels)."""
        hidden = self.trunk(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        found: Tensor = self.heads[name](hidden, attention_mask, places)
        return found

    def _loss(self, kind: Kind, logits: Tensor, target: Tensor, soft: Tensor | None) -> Tensor:
        if kind == "multi":
            hard = functional.binary_cross_entropy_with_logits(logits, target)
            if soft is None:
                return hard
            softly = functional.binary_cross_entropy_with_logits(logits, soft.sigmoid())
            return (1 - SOFT_SHARE) * hard + SOFT_SHARE * softly
        flat, wanted = logits.reshape(-1, logits.shape[-1]), target.reshape(-1)
        spoken = wanted != IGNORED
        if not spoken.any():
            return logits.sum() * 0.0
        flat, wanted = flat[spoken], wanted[spoken]
        hard = functional.cross_entropy(flat, wanted, label_smoothing=self.smoothing)
        if soft is None:
            return hard
        ours = (flat / TEMPERATURE).log_softmax(-1)
        theirs = (soft.reshape(-1, logits.shape[-1])[spoken] / TEMPERATURE).softmax(-1)
        softly = functional.kl_div(ours, theirs, reduction="batchmean") * TEMPERATURE**2
        return (1 - SOFT_SHARE) * hard + SOFT_SHARE * softly


def pooled(hidden: Tensor, mask: Tensor) -> Tensor:
    """Mean of the states of a text's pieces, shape (batch, dim)."""
    weight = mask.unsqueeze(-1).to(hidden.dtype)
    mean: Tensor = (hidden * weight).sum(1) / weight.sum(1)
    return mean


def unit_states(hidden: Tensor, places: Tensor, sizes: Tensor) -> Tensor:
    """Mean state of each unit's pieces, shape (batch, units, dim); a unit of size 0 is padding and gives 0."""
    before = functional.pad(hidden.cumsum(1), (0, 0, 1, 0))
    dim = hidden.shape[-1]
    first = before.gather(1, places.unsqueeze(-1).expand(-1, -1, dim))
    last = before.gather(1, (places + sizes).unsqueeze(-1).expand(-1, -1, dim))
    return (last - first) / sizes.clamp(min=1).unsqueeze(-1)


def hidden_loss(hidden: Tensor, mask: Tensor, places: Tensor, sizes: Tensor, theirs: Tensor) -> Tensor:
    """How far a student's states are from its teacher's: by unit (so that their vocabularies may differ), normalized
    mean square, and by text, 1 - cosine. `theirs` ends with one more row, the text's mean state."""
    text, units = theirs[:, -1], theirs[:, :-1]
    real = sizes > 0
    ours = functional.layer_norm(unit_states(hidden, places, sizes)[real], (hidden.shape[-1],))
    wanted = functional.layer_norm(units[real], (hidden.shape[-1],))
    by_unit = functional.mse_loss(ours, wanted)
    by_text = 1 - functional.cosine_similarity(pooled(hidden, mask), text, dim=-1).mean()
    return by_unit + 5 * by_text
