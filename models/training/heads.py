"""Trained heads to the artifacts that a gateway loads, each with its temperature, thresholds and card."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from models.language import heads as runtime
from models.runtime.artifact import Artifact
from models.training import card
from models.training.net import HeadSpec


def export(held: Any, trunk: Path, out: Path, share: float = 0.0, wording: dict[str, Any] | None = None) -> None:
    """Writes the trained head `held` for the exported `trunk` to the folder `out`, with temperature 1; what its card
    says of figures and sources is the caller's to add.

    share: how much of the verdict is that of the n-grams' weights in `wording` (build_heads.wording).
    """
    out.mkdir(parents=True, exist_ok=True)
    spec: HeadSpec = held.spec
    arrays = {
        "inner_weight": held.inner.weight.T,
        "inner_bias": held.inner.bias,
        "outer_weight": held.outer.weight.T * (1 - share),
        "outer_bias": held.outer.bias * (1 - share),
    } | ({} if held.query is None else {"query": held.query})
    halves = {name: value.detach().numpy().astype(np.float16) for name, value in arrays.items()}
    if share and wording:
        scaled = {name: (wording[name] * share).astype(np.float32) for name in ("scale", "bias")}
        halves |= {f"wording_{name}": value for name, value in (wording | scaled).items()}
    np.savez_compressed(out / runtime.FILE, **halves)
    described = card.read(out)
    described |= {
        "name": out.name,
        "head": {
            "kind": spec.kind,
            "labels": list(spec.labels),
            "temperature": 1.0,
            "thresholds": {},
            "trunk": Artifact.load(trunk).model,
        },
    }
    card.write(out, described)


def describe(out: Path, temperature: float, thresholds: dict[str, float], **more: Any) -> None:
    """Puts what was found after training on the card in `out`."""
    described = card.read(out)
    described["head"] |= {"temperature": round(temperature, 4), "thresholds": thresholds}
    described |= more
    card.write(out, described)
