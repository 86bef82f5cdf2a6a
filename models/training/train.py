"""A run from its TOML file to a trained folder: data judged, the student taught, the heads trained and reported."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from models.training import batches, checkpoint, distil, fit, report, settings
from models.training.batches import Row
from models.training.checkpoint import CheckpointError
from models.training.data import Example
from models.training.gather import Parts, balance, gather
from models.training.net import Net
from models.training.settings import Run

Say = Callable[[str], None]
DONE = "done.json"
"""In a trained folder: what it was made of."""


def run(path: Path, out: Path, say: Say) -> dict[str, Any]:
    """Trains what the file `path` describes into the folder `out` and gives its report (of `report.report`).

    Killed and called again, it goes on where it was; a complete training of the same data and settings is not done
    again.

    Raises:
        DataError, CheckpointError: the run, its data, its base or its teacher cannot be used.
    """
    described = settings.load(path)
    parts = gather(described, say)
    for part in parts:
        say(balance(part))
    stamp = stamped(described, parts)
    if not _is_done(out, stamp):
        train(described, parts, out, stamp, say)
    return report.report(described, parts, out, say)


def train(described: Run, parts: Sequence[Parts], out: Path, stamp: str, say: Say) -> None:
    """Leaves the best checkpoint in `out`/model. Raises: CheckpointError, DataError."""
    work = out / "work" / stamp[:16]
    for old in (out / "work").glob("*"):
        if old != work:
            shutil.rmtree(old)
    origin = checkpoint.read_origin(described.base)
    start = described.base
    if described.teacher and described.states:
        start = work / "adapted"
        if not (start / checkpoint.ORIGIN).is_file():
            adapt(described, described.teacher, parts, start, work / "states", say)
        origin = checkpoint.read_origin(start)
    trunk, tokenizer = checkpoint.load(start)
    net = Net(trunk, [part.spec for part in parts])
    net.weights = {part.task.name: part.task.weight for part in parts}
    rows, held = encode(described, parts, tokenizer)
    history: list[dict[str, Any]] = []
    say(f"training on {len(rows)} rows, validation on {len(held)}")
    figures = fit.fit(net, rows, held, described.fit, work / "fit", fit.pad_id(tokenizer), say, history.append)
    say("validation: " + ", ".join(f"{name} {value:.4f}" for name, value in figures.items()))
    shutil.rmtree(out / report.MODEL, ignore_errors=True)
    noted = described.fit.model_dump(exclude_defaults=True, exclude={"mlflow"})
    fit.save(net, tokenizer, out / report.MODEL, origin.then(step="fit", rows=len(rows), **noted))
    (out / report.HISTORY).write_text(json.dumps(history) + "\n", "utf-8")
    (out / DONE).write_text(json.dumps({"stamp": stamp, "validation": figures}) + "\n", "utf-8")
    shutil.rmtree(out / "work")


def adapt(described: Run, teacher: Path, parts: Sequence[Parts], out: Path, work: Path, say: Say) -> None:
    """Writes to `out` the base that has learnt the teacher's states of the training texts.

    Raises:
        CheckpointError: the teacher's states are of another width.
    """
    trunk, tokenizer = checkpoint.load(described.base)
    net, other = fit.load(teacher)
    if net.dim != trunk.config.hidden_size:
        raise CheckpointError(
            f"the teacher's states have {net.dim} numbers, the student's {trunk.config.hidden_size}.",
            "Leave states out: logits alone pass between different widths.",
        )
    tokens = described.fit.max_tokens

    def taught(examples: list[Example]) -> list[Row]:
        texts, words = [e.text for e in examples], [e.words for e in examples]
        known = distil.states(net, batches.Encoder(other, tokens), fit.pad_id(other), texts, words)
        return distil.with_states(texts, batches.Encoder(tokenizer, tokens), known, words)

    say("the teacher's states")
    train_ = list({e.text: e for part in parts for e in part.train}.values())
    held = list({e.text: e for part in parts for e in part.validation}.values())
    chosen = described.fit.model_copy(
        update={"train": "all", "epochs": described.states, "dropout": 0.0, "patience": 0, "metric": "", "mlflow": ""}
    )
    student = Net(trunk, [])
    fit.fit(student, taught(train_), taught(held), chosen, work, fit.pad_id(tokenizer), say)
    origin = checkpoint.read_origin(described.base).then(step="states of the teacher", texts=len(train_))
    fit.save(student, tokenizer, out, origin)


def encode(described: Run, parts: Sequence[Parts], tokenizer: Any) -> tuple[list[Row], list[Row]]:
    """Training rows, with the teacher's logits where it has heads, and validation rows; a text that several tasks label
    is one row."""
    encoder = fit.encoder(tokenizer, described.fit)
    teacher = described.teacher
    if teacher and not (teacher / fit.HEADS).is_file():
        if not described.states:
            raise CheckpointError(
                f"the teacher {teacher} has no heads.", "Train it, or set states to learn its states."
            )
        teacher = None
    train_: list[tuple[list[Example], list[Row]]] = []
    held: list[tuple[list[Example], list[Row]]] = []
    for part in parts:
        rows = batches.rows(part.train, part.spec, encoder)
        if teacher:
            distil.teach(teacher, part.train, rows, part.spec, described.fit.max_tokens)
        train_.append((part.train, rows))
        held.append((part.validation, batches.rows(part.validation, part.spec, encoder)))
    return _joined(train_, described.fit.pack, encoder), _joined(held, described.fit.pack, encoder)


def _joined(found: list[tuple[list[Example], list[Row]]], pack: int, encoder: batches.Encoder) -> list[Row]:
    if pack and len(found) == 1 and found[0][1] and found[0][1][0].places:
        return [batches.packed(group, encoder) for group in batches.groups(found[0][1], pack)]
    by_text: dict[str, Row] = {}
    more: list[Row] = []
    for examples, rows in found:
        for example, row in zip(examples, rows, strict=True):
            held = by_text.setdefault(example.text, row)
            if held is row:
                continue
            if held.targets.keys() & row.targets.keys():
                more.append(row)
                continue
            held.targets |= row.targets
            held.soft |= row.soft
            if row.places:
                held.places, held.sizes = row.places, row.sizes
    return [*by_text.values(), *more]


def stamped(described: Run, parts: Sequence[Parts]) -> str:
    """A hash of all that a training depends on: settings, examples, base, teacher."""
    unread: Any = {"tasks": {"__all__": {"test"}}, "fit": {"mlflow"}}
    digest = hashlib.sha256(described.model_dump_json(exclude=unread).encode())
    digest.update(repr([(part.train, part.validation) for part in parts]).encode())
    for folder in (described.base, described.teacher):
        for path in sorted(folder.glob("*.*")) if folder else []:
            digest.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _is_done(out: Path, stamp: str) -> bool:
    try:
        return bool(json.loads((out / DONE).read_text("utf-8"))["stamp"] == stamp)
    except (OSError, ValueError, KeyError, TypeError):
        return False
