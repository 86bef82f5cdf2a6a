"""Trained heads to the artifacts that a gateway loads, each with its temperature, thresholds and card."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from models.language import heads as runtime
from models.training import card
from models.training.net import HeadSpec, Net


def export(net: Net, spec: HeadSpec, trunk: Path, out: Path) -> None:
    """Writes head `spec` of `net` for the exported `trunk` to the folder `out`, with temperature 1; what its card says
    of figures and sources is the caller's to add."""
    out.mkdir(parents=True, exist_ok=True)
    held: Any = net.heads[spec.name]
    arrays = {
        "inner_weight": held.inner.weight.T,
        "inner_bias": held.inner.bias,
        "outer_weight": held.outer.weight.T,
        "outer_bias": held.outer.bias,
    } | ({} if held.query is None else {"query": held.query})
    halves = {name: value.detach().numpy().astype(np.float16) for name, value in arrays.items()}
    np.savez(out / runtime.FILE, **halves)
    described = card.read(out)
    described |= {
        "name": out.name,
        "head": {
            "kind": spec.kind,
            "labels": list(spec.labels),
            "temperature": 1.0,
            "thresholds": {},
            "trunk": hashlib.sha256((trunk / "model.onnx").read_bytes()).hexdigest(),
        },
    }
    card.write(out, described)


def describe(out: Path, temperature: float, thresholds: dict[str, float], **more: Any) -> None:
    """Puts what was found after training on the card in `out`."""
    described = card.read(out)
    described["head"] |= {"temperature": round(temperature, 4), "thresholds": thresholds}
    described |= more
    card.write(out, described)
