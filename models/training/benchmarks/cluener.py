"""CLUENER2020: ten kinds of names in Chinese news (Xu et al. 2020)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from models.training import batches
from models.training.batches import Encoder, Row
from models.training.benchmarks import floors, scores, tokens
from models.training.benchmarks.common import Job, Say, Work, bio_labels, carved, json_lines, read_by
from models.training.benchmarks.report import Result
from models.training.benchmarks.shipped import ship
from models.training.data import Example, Span
from models.training.net import HeadSpec
from models.training.settings import Fit

SETTINGS = Fit(epochs=6, batch=32, learning_rate=2e-4, max_tokens=64)
TARGETS = {"entity_f1": 0.72}
FORM = '{"text": ..., "label": {kind: {words: [[start, end inclusive], ...]}}}'
PROTOCOL = (
    "Trained on train.json without a tenth, cut by hash, which chose the epoch. entity_f1 counts whole names by kind, "
    "start and end, all kinds pooled. A unit is a Han character, or a run of letters or digits. The set's official "
    "test labels are hidden; the test.json here is its official dev part. Evaluation only: weights trained on this set "
    "must not be shipped. Intervals: bootstrap over sentences.",
    "用 train.json 训练，按哈希留出十分之一选择轮次。entity_f1 按类别和起止位置计整个名称，各类合并。"
    "单位为一个汉字或一串字母、数字。官方测试集的标注不公开，这里的 test.json 是官方的开发集。"
    "仅供评测：由此训练的权重不得发布。区间：对句子自助抽样。",
)


def run(job: Job) -> Result:
    """Trains unless it has, and tests on `job.test` or the folder's test.json.

    Raises:
        DataError, CheckpointError, BaseModelError, ModelError: what the step in question refuses.
    """
    path = job.file("train.json")
    learned, validation = map(job.some, carved(read(path, job.say)))
    test = job.some(read(job.test or job.file("test.json"), job.say))
    spec = HeadSpec("names", "tokens", bio_labels([*learned, *validation]))
    work = Work(job, "cluener", [path], SETTINGS, "characters")
    small = work.small(example.text for example in learned)

    def rows(encoder: Encoder) -> tuple[list[Row], list[Row]]:
        return batches.rows(learned, spec, encoder), batches.rows(validation, spec, encoder)

    models = ship(work.trained(small, [spec], SETTINGS, rows), SETTINGS.max_tokens, job.say)
    encoder = Encoder(work.tokenizer(), SETTINGS.max_tokens)
    gold = [example.spans for example in test]
    measures = {"majority": scores.of_spans(gold, floors.frequent_spans(learned, test))}
    for name, model in models.items():
        job.say(f"test, {name}")
        said = tokens.spans(test, tokens.tagged(model, spec, test, encoder, 0, job.say))
        measures[name] = scores.of_spans(gold, said)
    return Result(
        "cluener", str(job.test or "test.json (the official dev part)"), len(test), measures, TARGETS,
        models["int8"].bytes, {name: model.latency([e.text for e in test]) for name, model in models.items()},
        work.minutes("trained"), PROTOCOL, {},
    )  # fmt: skip


def read(path: Path, say: Say) -> list[Example]:
    """Sentences with their names. Raises DataError: no usable row."""
    return read_by(path, json_lines(path), _example, FORM, say)


def _example(row: dict[str, Any]) -> Example:
    text = row["text"]
    if not isinstance(text, str) or not text.strip():
        raise ValueError("no text")
    spans = [_span(text, kind, place) for kind, names in row["label"].items() for at in names.values() for place in at]
    return Example(text, spans=tuple(sorted(spans, key=lambda span: span.start)))


def _span(text: str, kind: str, place: Sequence[int]) -> Span:
    start, last = place
    if not 0 <= start <= last < len(text):
        raise ValueError(f"{kind} lies outside the text")
    return Span(kind, start, last + 1)
