"""SMP2019 ECDT task 1: domain, intent and slots of Chinese commands, by one model with three heads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from models.training.batches import Encoder, Row, class_number, tag_numbers
from models.training.benchmarks import floors, scores, tokens
from models.training.benchmarks.common import Job, Say, Work, bio_labels, document, labels_of, read_by
from models.training.benchmarks.report import Result
from models.training.benchmarks.scores import Measure
from models.training.benchmarks.shipped import Floats, Seen, Shipped, ship
from models.training.data import DataError, Example, Span
from models.training.net import HeadSpec
from models.training.settings import Fit

SETTINGS = Fit(epochs=20, batch=16, learning_rate=2e-4, max_tokens=64)
PIECES = 5500
"""Fewer than the others', for it has three heads."""
TARGETS = {"domain_accuracy": 0.95, "slot_f1": 0.75}
FORM = '{"text", "domain", "intent", "slots": {name: words}}'
PARTS = "split_md5.json"
PROTOCOL = (
    "One model with three heads, trained on the part train of split_md5.json; its part dev chose the epoch and whether "
    "slots that the domain never had in training are barred; its part test is tested where no --test is given (the "
    "competition's own test labels are not public). A slot stands where its words first occur in the text. slot_f1 "
    "counts whole slots by name, start and end. Evaluation only: weights trained on this set must not be shipped. "
    "Intervals: bootstrap over sentences.",
    "一个模型三个任务头，用 split_md5.json 的 train 训练；dev 用于选择轮次，以及是否禁用该领域训练中未见的槽位；"
    "不给 --test 时测试其 test 部分（比赛测试集标注不公开）。槽位取其文字在句中首次出现处。"
    "slot_f1 按名称和起止位置计整个槽位。"
    "仅供评测：由此训练的权重不得发布。区间：对句子自助抽样。",
)


def run(job: Job) -> Result:
    """Trains unless it has, and tests on `job.test` or the part test of split_md5.json.

    Raises:
        DataError, CheckpointError, BaseModelError, ModelError: what the step in question refuses.
    """
    path, parts = job.file("train.json"), job.file(PARTS)
    learned, validation, test = map(job.some, _parted(path, parts, job.say))
    if job.test:
        test = job.some(read(job.test, job.say))
    domain = HeadSpec("domain", "single", labels_of(learned))
    intent = HeadSpec("intent", "single", labels_of(map(_by_intent, learned)))
    slots = HeadSpec("slots", "tokens", bio_labels(learned))
    work = Work(job, "smp2019", [path, parts], SETTINGS, "characters", PIECES)
    small = work.small(example.text for example in learned)

    def rows(encoder: Encoder) -> tuple[list[Row], list[Row]]:
        def known(example: Example) -> bool:
            names = {span.name for span in example.spans}
            return example.label in domain.labels and example.mark in intent.labels and names <= set(slot_names)

        slot_names = [label[2:] for label in slots.labels[1:]]
        made = [
            [_row(e, domain, intent, slots, encoder) for e in part if known(e)] for part in (learned, validation)
        ]  # fmt: skip
        return made[0], made[1]

    models = ship(work.trained(small, [domain, intent, slots], SETTINGS, rows), SETTINGS.max_tokens, job.say)
    encoder = Encoder(work.tokenizer(), SETTINGS.max_tokens)
    texts = [example.text for example in test]
    measures = {
        "majority": _measure(
            test,
            floors.majority(learned, len(test)),
            floors.majority([_by_intent(e) for e in learned], len(test)),
            floors.frequent_spans(learned, test),
        ),
        "linear": _measure(
            test,
            floors.linear(learned, texts).said,
            floors.linear([_by_intent(e) for e in learned], texts).said,
            floors.frequent_spans(learned, test),
        ),
    }
    barred = _Bars(learned, domain, slots)
    bar = barred.help(models["int8"], validation, encoder, job.say)
    for name, model in models.items():
        job.say(f"test, {name}")
        seen = model.read(tokens.unlabelled(test, encoder), job.say)
        said = [[spec.labels[int(one.argmax())] for one in seen.logits[spec.name]] for spec in (domain, intent)]
        measures[name] = _measure(test, said[0], said[1], barred.spans(test, seen, bar))
    return Result(
        "smp2019", str(job.test or f"test of {PARTS}"), len(test), measures, TARGETS, models["int8"].bytes,
        {name: model.latency(texts) for name, model in models.items()},
        work.minutes("trained"), PROTOCOL, {"slots_barred_by_domain": bar},
    )  # fmt: skip


class _Bars:
    """Slots that a domain never had in training can be barred where the domain is decided."""

    def __init__(self, learned: Sequence[Example], domain: HeadSpec, slots: HeadSpec) -> None:
        self._domain, self._slots = domain, slots
        seen = {(example.label, span.name) for example in learned for span in example.spans}
        names = [label[2:] for label in slots.labels]
        self._bar = np.array(
            [[-1e4 if name and (label, name) not in seen else 0.0 for name in names] for label in domain.labels],
            np.float32,
        )

    def help(self, model: Shipped, validation: Sequence[Example], encoder: Encoder, say: Say) -> bool:
        """Whether barring gains on `validation`."""
        seen = model.read(tokens.unlabelled(validation, encoder), say)
        gold, every = [example.spans for example in validation], np.arange(len(validation))
        free, bound = (scores.of_spans(gold, self.spans(validation, seen, bar))(every) for bar in (False, True))
        return bound["entity_f1"] > free["entity_f1"]

    def spans(self, examples: Sequence[Example], seen: Seen, bar: bool) -> list[list[Span]]:
        """The slots of each sentence."""
        tagged = []
        pairs = zip(examples, seen.logits[self._slots.name], seen.logits[self._domain.name], strict=True)
        for example, logits, of_domain in pairs:
            told: Floats = logits + self._bar[int(of_domain.argmax())] if bar else logits
            tagged.append(tokens.tags(self._slots, told, len(floors.offsets_of(example))))
        return tokens.spans(examples, tagged)


def read(path: Path, say: Say) -> list[Example]:
    """Sentences with domain (label), intent (mark) and slots (spans).

    Raises:
        DataError: no list, or no usable row.
    """
    return read_by(path, enumerate(_listed(path)), _example, FORM, say)


def _listed(path: Path) -> list[Any]:
    held = document(path)
    if not isinstance(held, list):
        raise DataError(f"{path} is no list.", f"It must be a list of {FORM}.")
    return held


def _parted(path: Path, parts: Path, say: Say) -> list[list[Example]]:
    held, numbers = _listed(path), document(parts)
    found = []
    for name in ("train", "dev", "test"):
        chosen = numbers.get(name) if isinstance(numbers, dict) else None
        if not isinstance(chosen, list) or not all(isinstance(n, int) and 0 <= n < len(held) for n in chosen):
            raise DataError(
                f"{parts} does not say which rows of {path.name} are {name}.", "Restore the set's own file."
            )
        found.append(read_by(path, ((n, held[n]) for n in chosen), _example, FORM, say))
    return found


def _example(row: Any) -> Example:
    text, domain, intent = (row[name] for name in ("text", "domain", "intent"))
    if not all(isinstance(value, str) and value.strip() for value in (text, domain, intent)):
        raise ValueError("no text, domain and intent")
    spans = []
    for name, value in row["slots"].items():
        for words in value if isinstance(value, list) else [value]:
            if not isinstance(words, str) or not words or (start := text.find(words)) < 0:
                raise ValueError(f"slot {name} is not in the text")
            spans.append(Span(name, start, start + len(words)))
    return Example(text, domain, tuple(sorted(spans, key=lambda span: span.start)), mark=intent)


def _row(example: Example, domain: HeadSpec, intent: HeadSpec, slots: HeadSpec, encoder: Encoder) -> Row:
    offsets = floors.offsets_of(example)
    made = Row(*encoder.placed(example.text, offsets))
    made.targets = {
        domain.name: class_number(example.label, domain),
        intent.name: class_number(example.mark, intent),
        slots.name: tag_numbers(example, offsets, slots)[: len(made.places)],
    }
    return made


def _by_intent(example: Example) -> Example:
    return Example(example.text, example.mark)


def _measure(
    test: Sequence[Example], domains: Sequence[str], intents: Sequence[str], slots: Sequence[Sequence[Span]]
) -> Measure:
    def accuracy(gold: Sequence[str], said: Sequence[str], name: str) -> Measure:
        right = np.array([a == b for a, b in zip(gold, said, strict=True)])
        return lambda rows: {name: float(right[rows].mean())}

    return scores.together(
        accuracy([e.label for e in test], domains, "domain_accuracy"),
        accuracy([e.mark for e in test], intents, "intent_accuracy"),
        scores.of_spans([e.spans for e in test], slots, "slot_f1"),
    )
