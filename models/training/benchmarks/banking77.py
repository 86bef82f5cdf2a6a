"""Banking77: 77 intents of a bank's customers, with all examples and with ten a class (Casanueva et al. 2020)."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np

from models.training import batches, checkpoint, data
from models.training.batches import Encoder, Row
from models.training.benchmarks import classes, scores
from models.training.benchmarks.common import Job, Work, carved, labels_of
from models.training.benchmarks.report import Result
from models.training.benchmarks.scores import Measure
from models.training.benchmarks.shipped import ship
from models.training.data import Example
from models.training.fewshot import Few, fewshot
from models.training.net import HeadSpec, Net
from models.training.settings import Fit

SETTINGS = Fit(epochs=10, batch=32, learning_rate=2e-4, max_tokens=96)
FEW = Few(max_tokens=96)
SHOTS = 10
SEEDS = (0, 1, 2)
TEST, VALIDATION = 0.1, 0.05
TARGETS = {"accuracy": 0.925, "ten_shot": 0.83}
PROTOCOL = (
    "Trained on train.csv without the tenth, cut by hash, that is the test part where no --test is given, and without "
    "a twentieth more, which chose the epoch. ten_shot: accuracy with ten examples of each intent, drawn by a seed, "
    "mean of three seeds: the trunk is tuned by contrast, then a logistic head; nothing is chosen there. The "
    "vocabulary's pieces were counted on the whole training part. Intervals: bootstrap over texts; the spread over "
    "seeds is beside them.",
    "用 train.csv 训练；按哈希留出十分之一（不给 --test 时即测试部分），再留出二十分之一选择轮次。"
    "ten_shot：每个意图按种子抽十例，三个种子的平均准确率：先以对比学习调主干，再接逻辑回归，不作任何选择。"
    "词表按整个训练部分的用词统计。区间：对文本自助抽样；种子间的差异另列。",
)


def run(job: Job) -> Result:
    """Trains unless it has, and tests on `job.test` or a tenth of train.csv.

    Raises:
        DataError, CheckpointError, BaseModelError, ModelError: what the step in question refuses.
    """
    path = job.file("train.csv")
    known, tenth = carved(_read(job, path), TEST)
    learned, validation = map(job.some, carved(known, VALIDATION, seed=1))
    test = job.some(_read(job, job.test) if job.test else tenth)
    spec = HeadSpec("intent", "single", labels_of(known))
    classes.warn_unknown(test, spec.labels, job.say)
    work = Work(job, "banking77", [path], SETTINGS, "english", also=(FEW, SHOTS))
    small = work.small(example.text for example in learned)

    def rows(encoder: Encoder) -> tuple[list[Row], list[Row]]:
        return batches.rows(learned, spec, encoder), batches.rows(validation, spec, encoder)

    models = ship(work.trained(small, [spec], SETTINGS, rows), SETTINGS.max_tokens, job.say)
    encoder = Encoder(work.tokenizer(), SETTINGS.max_tokens)
    found = classes.answers(models, spec, learned, test, encoder, job.say)
    few = [_few(job, work, small, shots(learned, seed), test, encoder, seed) for seed in SEEDS]
    gold = [example.label for example in test]
    measures = {
        name: scores.together(measure, _mean(gold, [one[name] for one in few]))
        for name, measure in classes.measures(test, found).items()
    }
    right = [float(np.mean([a == b for a, b in zip(gold, one["int8"], strict=True)])) for one in few]
    more = {
        "ten_shot_of_each_seed": [round(value, 4) for value in right],
        "ten_shot_sd": round(float(np.std(right)), 4),
    }
    return Result(
        "banking77", str(job.test or "a tenth of train.csv (no test part here)"), len(test), measures, TARGETS,
        models["int8"].bytes, {name: model.latency([e.text for e in test]) for name, model in models.items()},
        work.minutes("trained", *(f"few-{seed}" for seed in SEEDS)), PROTOCOL, more,
    )  # fmt: skip


def shots(examples: list[Example], seed: int, count: int = SHOTS) -> list[Example]:
    """`count` examples of each label, or all where there are fewer."""
    chance = random.Random(seed)
    by: dict[str, list[Example]] = {}
    for example in examples:
        by.setdefault(example.label, []).append(example)
    return [e for label in sorted(by) for e in chance.sample(by[label], min(count, len(by[label])))]


def _read(job: Job, path: Path) -> list[Example]:
    return data.read(path, "text", "category").report(job.say)


def _few(
    job: Job, work: Work, small: Path, drawn: list[Example], test: list[Example], encoder: Encoder, seed: int
) -> dict[str, list[str]]:
    name = f"few-{seed}"

    def make() -> tuple[Net, Any]:
        trunk, tokenizer = checkpoint.load(small)
        settings = Few(max_tokens=FEW.max_tokens, epochs=1 if job.limit else FEW.epochs, seed=seed)
        return fewshot(trunk, tokenizer, drawn, settings, "intent", job.say), tokenizer

    models = ship(work.made(name, small, make), FEW.max_tokens, job.say)
    spec = HeadSpec("intent", "single", labels_of(drawn))
    return classes.answers(models, spec, drawn, test, encoder, job.say)


def _mean(gold: list[str], said: list[list[str]]) -> Measure:
    measures = [scores.of_classes(gold, one) for one in said]
    return lambda rows: {"ten_shot": float(np.mean([measure(rows)["accuracy"] for measure in measures]))}
