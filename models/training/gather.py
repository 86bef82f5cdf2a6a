"""The examples of a run's tasks: read, cleaned, parted, and what is thin among them named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table
from torch import nn

from models.language.lexical import normalize
from models.training import data
from models.training.data import SHOWN, DataError, Example
from models.training.net import STATES, HeadSpec
from models.training.settings import Run, Task

Say = Callable[[str], None]
VALIDATION = 0.1
"""Share of the training texts that is cut off for validation where none is given."""


class Parts(NamedTuple):
    """One task's examples, ready to train on."""

    task: Task
    spec: HeadSpec
    train: list[Example]
    validation: list[Example]
    test: list[Example]


def gather(described: Run, say: Say) -> list[Parts]:
    """Every task's examples, cleaned; what is left out is told line by line.

    Raises:
        DataError: a task cannot be trained as it is.
    """
    for task in described.tasks:
        if hasattr(nn.ModuleDict(), task.name) or task.name == STATES:
            raise DataError(f"a task cannot be named {task.name!r}.", "Give it another name.")
    if described.fit.pack and (len(described.tasks) > 1 or described.tasks[0].kind != "tokens"):
        raise DataError("pack is for a run of one tokens task.", "Take pack out.")
    return [_gather(task, described.fit.seed, say) for task in described.tasks]


def _gather(task: Task, seed: int, say: Say) -> Parts:
    train_ = [example for path in task.train for example in _read(task, path, say)]
    train_, torn = data.distinct(train_)
    _name(say, [f"several labels for one wording, left out: {e.text[:60]!r} is {e.label!r}" for e in torn])
    given = {"validation": task.validation, "test": task.test}
    held = {part: _read(task, path, say) if path else [] for part, path in given.items()}
    elsewhere = {normalize(e.text) or e.text for examples in held.values() for e in examples}
    kept = [e for e in train_ if (normalize(e.text) or e.text) not in elsewhere]
    if len(kept) < len(train_):
        say(f"{task.name}: {len(train_) - len(kept)} training texts also stand in validation or test, left out")
    labels = task.labels or tuple(sorted({label for example in kept for label in labels_of(task.kind, example)}))
    kept = _usable(task, kept, labels, "training", say)
    counted = Counter(label for example in kept for label in labels_of(task.kind, example))
    if missing := [label for label in labels if not counted[label]]:
        raise DataError(
            f"{task.name}: no training example of {', '.join(map(repr, missing[:5]))}.",
            "Add examples, or take it out of labels.",
        )
    if len(labels) < (2 if task.kind == "single" else 1):
        raise DataError(
            f"{task.name}: {len(labels)} classes in the training data.",
            f"Check the column {task.label!r}: add classes.",
        )
    validation = _usable(task, held["validation"], labels, "validation", say)
    if not task.validation:
        kept, validation = _cut(task, kept, seed)
    if not validation:
        raise DataError(f"{task.name}: no example is left for validation.", "Give more examples or a validation file.")
    names = ("O", *(f"{kind}-{name}" for name in labels for kind in "BI")) if task.kind == "tokens" else labels
    test = _usable(task, held["test"], labels, "test", say)
    if task.test and not test:
        raise DataError(f"{task.name}: {task.test} has no label that the training data know.", "Check its labels.")
    return Parts(task, HeadSpec(task.name, task.kind, names), kept, validation, test)


def labels_of(kind: str, example: Example) -> list[str]:
    """The classes of an example; of a token task the names of its spans."""
    if kind == "tokens":
        return [span.name for span in example.spans]
    return example.label.split("|") if kind == "multi" else [example.label]


def _read(task: Task, path: Path, say: Say) -> list[Example]:
    found = data.read(path, task.text, task.label).report(say)
    kept = data.clean(found)
    if task.kind == "single" and (several := next((e for e in kept if "|" in e.label), None)):
        raise DataError(f"{path}: {several.text[:40]!r} has several labels {several.label!r}.", 'Set kind = "multi".')
    if task.kind != "tokens" and (bare := sum(not e.label for e in kept)):
        say(f"left out: {path.name}: {bare} rows without {task.label}")
        kept = [example for example in kept if example.label]
    say(f"{task.name}: {path.name}: {len(kept)} examples" + (f", {len(found) - len(kept)} left out" * (kept != found)))
    return kept


def _usable(task: Task, examples: list[Example], labels: Sequence[str], part: str, say: Say) -> list[Example]:
    known = {*labels}
    if task.kind != "tokens":
        kept, complaints = data.usable(examples, tuple(labels), f"{task.name}, {part}")
        _name(say, [f"left out: {line}" for line in complaints])
        return kept
    unknown = Counter(span.name for example in examples for span in example.spans if span.name not in known)
    _name(say, [f"left out: {task.name}, {part}: {n} sentences with {name!r}" for name, n in unknown.most_common()])
    return [example for example in examples if all(span.name in known for span in example.spans)]


def _name(say: Say, complaints: Sequence[str]) -> None:
    for line in complaints[:SHOWN]:
        say(line)
    if len(complaints) > SHOWN:
        say(f"{len(complaints) - SHOWN} more of these")


def _cut(task: Task, examples: list[Example], seed: int) -> tuple[list[Example], list[Example]]:
    """Training and validation; a class that would be in validation alone goes back to training, with its groups."""
    kept, held = data.split(examples, VALIDATION, seed=seed)
    there = {label for example in kept for label in labels_of(task.kind, example)}
    lonely = [e for e in held if not {*labels_of(task.kind, e)} <= there]
    back = {_group(example) for example in lonely}
    return kept + [e for e in held if _group(e) in back], [e for e in held if _group(e) not in back]


def _group(example: Example) -> str:
    return example.group or normalize(example.text)


def balance(part: Parts) -> str:
    """How many examples each class has in each part, and what to do about the thin ones, as a table."""
    counts = [Counter(label for e in examples for label in labels_of(part.task.kind, e)) for examples in part[2:]]
    table = Table("label", "training", "validation", "test", "", box=None, title=part.task.name)
    for label, number in counts[0].most_common():
        advice = []
        if number == 1:
            advice.append("one example: add more, it is in training alone")
        if not counts[1][label]:
            advice.append("none in validation: nothing is known of it")
        table.add_row(label, *(str(count[label]) for count in counts), "; ".join(advice))
    table.add_section()
    table.add_row("examples", *(str(len(examples)) for examples in part[2:]), "")
    return rendered(table)


def rendered(table: Table) -> str:
    """A table as plain text."""
    console = Console(width=160, color_system=None, highlight=False)
    with console.capture() as caught:
        console.print(table)
    return caught.get().rstrip()
