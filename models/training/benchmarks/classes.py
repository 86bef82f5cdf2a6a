"""What the benchmarks of one label a text share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from models.training.batches import Encoder, Row
from models.training.benchmarks import floors, scores
from models.training.benchmarks.common import Say
from models.training.benchmarks.scores import Measure
from models.training.benchmarks.shipped import Shipped
from models.training.data import Example
from models.training.net import HeadSpec


def unlabelled(examples: Sequence[Example], encoder: Encoder) -> list[Row]:
    """Rows without targets."""
    return [Row(ids) for ids in encoder.ids([example.text for example in examples])]


def warn_unknown(test: Sequence[Example], labels: Sequence[str], say: Say) -> None:
    """Says which labels of the test part the training part does not have: those rows count as wrong."""
    unknown = Counter(example.label for example in test if example.label not in labels)
    for label, count in unknown.most_common(10):
        say(f"{count} test rows have the label {label!r}, which training never saw: they count as wrong")


def said(model: Shipped, spec: HeadSpec, examples: Sequence[Example], encoder: Encoder, say: Say) -> list[str]:
    """The likeliest label of each text."""
    logits = model.read(unlabelled(examples, encoder), say).logits[spec.name]
    return [spec.labels[int(one.argmax())] for one in logits]


def answers(
    models: Mapping[str, Shipped],
    spec: HeadSpec,
    learned: Sequence[Example],
    test: Sequence[Example],
    encoder: Encoder,
    say: Say,
) -> dict[str, list[str]]:
    """What each method says of the test rows, the floors first."""
    found = {
        "majority": floors.majority(learned, len(test)),
        "linear": floors.linear(learned, [example.text for example in test]).said,
    }
    for name, model in models.items():
        say(f"test, {name}")
        found[name] = said(model, spec, test, encoder, say)
    return found


def measures(test: Sequence[Example], found: Mapping[str, Sequence[str]]) -> dict[str, Measure]:
    """accuracy and macro_f1 of each method."""
    gold = [example.label for example in test]
    return {name: scores.of_classes(gold, labels) for name, labels in found.items()}
