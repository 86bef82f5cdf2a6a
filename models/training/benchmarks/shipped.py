"""A trained checkpoint as it would ship, in int8, and the same in fp32: run as a gateway runs it."""

from __future__ import annotations

import shutil
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.language import heads as runtime
from models.language.background import unit
from models.language.encoder import SentenceEncoder
from models.language.units import places, units
from models.training import card, checkpoint, export, fit, heads
from models.training.batches import Row
from models.training.deps import need

Floats = NDArray[np.float32]
PRECISIONS = ("fp32", "int8")
TIMED = 300
"""Texts that the latency is taken of."""
PROGRESS = 2000
"""Rows between two lines of progress."""


class Seen(NamedTuple):
    """What the model says of some rows."""

    logits: dict[str, list[Floats]]
    """By head, of each row: shape (labels,), or (units, labels)."""
    vectors: Floats
    """Mean states as unit vectors, shape (rows, dim)."""


class Latency(NamedTuple):
    """Milliseconds of one text on one thread, from characters to decision."""

    p50: float
    p95: float


class Shipped:
    """A trunk and its heads in onnxruntime, one text at a time on one thread."""

    def __init__(self, folder: Path) -> None:
        """Raises: ModelError when the folder does not hold what `ship` writes."""
        self._encoder = SentenceEncoder.load(folder / "trunk")
        trunk = self._encoder.artifact
        self._session = trunk.session()
        found = sorted(path for path in folder.iterdir() if path.name != "trunk")
        self.heads = {path.name: runtime.Head.load(path, trunk) for path in found}
        artifacts = [trunk, *(head.artifact for head in self.heads.values())]
        self.bytes = sum(int(listed["bytes"]) for one in artifacts for listed in one.card["files"].values())

    def states(self, row: Row) -> Floats:
        """States of a row's pieces, shape (pieces, dim)."""
        ids = np.array([row.ids], np.int64)
        feeds = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        hidden: Floats = self._session.run({name: feeds[name] for name in self._session.inputs})[0]
        return hidden

    def read(self, rows: Sequence[Row], say: Callable[[str], object]) -> Seen:
        """What every head says of each row."""
        found: dict[str, list[Floats]] = {name: [] for name in self.heads}
        vectors = np.zeros((len(rows), self._encoder.dim), np.float32)
        for number, row in enumerate(rows):
            if number and not number % PROGRESS:
                say(f"  {number} of {len(rows)}")
            hidden = self.states(row)
            vectors[number] = hidden.mean(axis=0)
            for name, head in self.heads.items():
                found[name].append(head.logits(hidden, row.places))
        return Seen(found, unit(vectors))

    def latency(self, texts: Sequence[str]) -> Latency:
        """Of the first TIMED texts, after some to warm up."""
        spent = []
        for text in [*texts[:10], *texts[:TIMED]]:
            start = time.perf_counter()
            seen = self._encoder.read(text)
            first, _ = places(seen.pieces, units(text), len(seen.hidden) - 1)
            for head in self.heads.values():
                head.logits(seen.hidden, first)
            spent.append(1000 * (time.perf_counter() - start))
        timed = spent[min(10, len(texts)) :]
        return Latency(float(np.quantile(timed, 0.5)), float(np.quantile(timed, 0.95)))


def ship(trained: Path, max_tokens: int, say: Callable[[str], object]) -> dict[str, Shipped]:
    """The checkpoint in `trained` in both precisions, exported beside it if it is not yet.

    Raises:
        CheckpointError: not a checkpoint. ModelError: what was exported is damaged.
    """
    out = trained.with_name(trained.name + ".shipped")
    if not out.is_dir():
        say("export, fp32 and 8 bits")
        part = trained.with_name(trained.name + ".shipping")
        shutil.rmtree(part, ignore_errors=True)
        net, tokenizer = fit.load(trained)
        for name in PRECISIONS:
            trunk = part / name / "trunk"
            if name == "int8":
                export.export(trained, trunk, 8)
            else:
                _unquantized(trained, trunk)
            described = card.read(trunk)
            described["encoder"] = {
                "dim": net.dim, "max_tokens": max_tokens, "query_prefix": "", "passage_prefix": "",
                "pad_id": fit.pad_id(tokenizer),
            }  # fmt: skip
            card.write(trunk, described)
            for spec in net.specs:
                heads.export(net.heads[spec.name], trunk, part / name / spec.name)
        part.rename(out)
    return {name: Shipped(out / name) for name in PRECISIONS}


def _unquantized(folder: Path, out: Path) -> None:
    transformers, exporters = need("transformers", "optimum.exporters.onnx")
    transformers.logging.set_verbosity_error()
    out.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as scratch, warnings.catch_warnings():
        # The tracer's warnings concern constants that are meant as such.
        warnings.simplefilter("ignore")
        exporters.main_export(
            str(folder), scratch, task="feature-extraction", library_name="transformers", do_validation=False, opset=18
        )
        shutil.move(Path(scratch) / "model.onnx", out / "model.onnx")
    shutil.copy(folder / checkpoint.TOKENIZER, out)
