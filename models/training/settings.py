"""What can be set of a training run, read from a TOML file and refused when misspelt."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from models.training.data import DataError

MAX_BYTES = 1 << 20


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Fit(_Strict):
    """How the weights move."""

    optimizer: Literal["adamw", "sgd"] = "adamw"
    learning_rate: float = Field(default=8e-5, gt=0, lt=1)
    head_learning_rate: float = Field(default=1e-3, gt=0, lt=1)
    """Of the heads, which start from nothing."""
    schedule: Literal["linear", "cosine", "constant"] = "linear"
    warmup: float = Field(default=0.06, ge=0, lt=1)
    """Part of the steps."""
    batch: int = Field(default=32, ge=1, le=1024)
    epochs: float = Field(default=4, gt=0, le=1000)
    weight_decay: float = Field(default=0.01, ge=0, lt=1)
    dropout: float = Field(default=0.1, ge=0, lt=1)
    label_smoothing: float = Field(default=0.0, ge=0, lt=1)
    clip: float = Field(default=1.0, gt=0)
    """Largest norm of the gradient."""
    seed: int = 0
    train: Literal["all", "top", "head", "lora"] = "all"
    """Which weights move: all, the heads and the `top` layers, the heads alone, or the heads and low-rank additions."""
    top: int = Field(default=4, ge=1)
    lora_rank: int = Field(default=8, ge=1, le=256)
    max_tokens: int = Field(default=64, ge=8, le=512)
    pack: int = Field(default=0, ge=0, le=512)
    """Tokens up to which neighbouring sentences are read together (token tasks), 0 for one at a time."""
    evaluate_steps: int = Field(default=0, ge=0)
    """Validation every so many steps; 0 once an epoch."""
    patience: int = Field(default=0, ge=0)
    """Validations without a gain before training stops; 0 never."""
    metric: str = ""
    """What is watched for the best checkpoint; the task's own when empty."""
    four_bits: bool = False
    """Train through weights rounded to 4 bits, so that rounding them at the end costs nothing."""
    mlflow: str = ""
    """Tracking address, such as sqlite:///runs.db or http://host:5000; none when empty."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.four_bits and self.train == "lora":
            raise ValueError("four_bits rounds the whole weights, which lora does not train: choose one of them")
        return self


class Task(_Strict):
    """One head and its data."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")
    kind: Literal["single", "multi", "tokens"]
    train: tuple[Path, ...] = Field(min_length=1)
    validation: Path | None = None
    """Cut from `train` by group when not given."""
    test: Path | None = None
    text: str = "text"
    label: str = "label"
    labels: tuple[str, ...] = ()
    """In order; those of the training data, sorted, when empty."""
    weight: float = Field(default=1.0, gt=0)
    """Of its loss beside the other tasks'."""


class Run(_Strict):
    """A whole run: a base checkpoint, its tasks, the settings."""

    base: Path
    tasks: tuple[Task, ...] = Field(min_length=1)
    fit: Fit = Fit()
    teacher: Path | None = None
    """A trained checkpoint whose logits (if it has heads) the student learns beside the labels."""
    states: float = Field(default=0.0, ge=0, le=1000)
    """Epochs in which the student first learns the teacher's states of the training texts."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        names = [task.name for task in self.tasks]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"two tasks are named {twice!r}")
        if self.states and self.teacher is None:
            raise ValueError("states are learnt from a teacher: name one")
        return self


def load(path: Path) -> Run:
    """The run described in `path`; its relative paths count from the file's folder.

    Raises:
        DataError: unreadable, no TOML, or a key or value that cannot be; the first such is named.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DataError(f"{path} is larger than {MAX_BYTES} bytes.", "Write a run as in docs/training.md.")
        raw = tomllib.loads(path.read_text("utf-8"))
        run = Run.model_validate(raw)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataError(f"{path} cannot be read: {error}.", "Write a run as in docs/training.md.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        why = first["msg"].removeprefix("Value error, ")
        where = f"{where}: {why}" if where else why
        raise DataError(f"{path}: {where}.", "See docs/training.md for the keys.") from error
    here = path.parent

    def at(name: Path) -> Path:
        return name if name.is_absolute() else here / name

    tasks = tuple(
        task.model_copy(
            update={
                "train": tuple(map(at, task.train)),
                "validation": at(task.validation) if task.validation else None,
                "test": at(task.test) if task.test else None,
            }
        )
        for task in run.tasks
    )
    teacher = at(run.teacher) if run.teacher else None
    return run.model_copy(update={"base": at(run.base), "tasks": tasks, "teacher": teacher})
