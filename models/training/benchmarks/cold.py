"""COLD: offensive language in Chinese, on region, race and gender (Deng et al. 2022)."""

from __future__ import annotations

from models.training import batches, data
from models.training.batches import Encoder, Row
from models.training.benchmarks import classes
from models.training.benchmarks.common import Job, Work, carved, labels_of
from models.training.benchmarks.report import Result
from models.training.benchmarks.shipped import ship
from models.training.net import HeadSpec
from models.training.settings import Fit

SETTINGS = Fit(epochs=3, batch=32, learning_rate=1e-4, max_tokens=96)
TARGETS = {"macro_f1": 0.82}
PROTOCOL = (
    "Trained on train.csv without a tenth, cut by hash, which chose the epoch. Without --test the figures are of "
    "dev.csv, which was drawn like the training part; the set's own test part was labelled with more care and is "
    "harder. Intervals: bootstrap over texts.",
    "用 train.csv 训练，按哈希留出十分之一选择轮次。不给 --test 时结果为 dev.csv 的，它与训练部分同源；"
    "该数据集的测试部分标注更细、更难。区间：对文本自助抽样。",
)


def run(job: Job) -> Result:
    """Trains unless it has, and tests on `job.test` or dev.csv.

    Raises:
        DataError, CheckpointError, BaseModelError, ModelError: what the step in question refuses.
    """
    path = job.file("train.csv")
    learned, validation = map(job.some, carved(data.read(path, "TEXT", "label").report(job.say)))
    test = job.some(data.read(job.test or job.file("dev.csv"), "TEXT", "label").report(job.say))
    spec = HeadSpec("offensive", "single", labels_of(learned))
    classes.warn_unknown(test, spec.labels, job.say)
    work = Work(job, "cold", [path], SETTINGS, "words")
    small = work.small(example.text for example in learned)

    def rows(encoder: Encoder) -> tuple[list[Row], list[Row]]:
        return batches.rows(learned, spec, encoder), batches.rows(validation, spec, encoder)

    models = ship(work.trained(small, [spec], SETTINGS, rows), SETTINGS.max_tokens, job.say)
    encoder = Encoder(work.tokenizer(), SETTINGS.max_tokens)
    found = classes.answers(models, spec, learned, test, encoder, job.say)
    return Result(
        "cold", str(job.test or "dev.csv (no test part here)"), len(test), classes.measures(test, found), TARGETS,
        models["int8"].bytes, {name: model.latency([e.text for e in test]) for name, model in models.items()},
        work.minutes("trained"), PROTOCOL, {},
    )  # fmt: skip
