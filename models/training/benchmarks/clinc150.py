"""CLINC150: 150 intents of an English assistant, and what none of them covers (Larson et al. 2019)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.training import batches, data, metrics
from models.training.batches import Encoder, Row
from models.training.benchmarks import classes, floors, outside, scores
from models.training.benchmarks.common import Job, Say, Work, carved, document, labels_of, read_by
from models.training.benchmarks.report import Result
from models.training.benchmarks.scores import Measure
from models.training.benchmarks.shipped import Seen, Shipped, ship
from models.training.data import DataError, Example
from models.training.net import HeadSpec
from models.training.settings import Fit

SETTINGS = Fit(epochs=5, batch=32, learning_rate=2e-4, max_tokens=48)
TARGETS = {"accuracy": 0.955, "oos_auroc": 0.965, "oos_recall": 0.85}
FORM = "[text, intent]"
OUTSIDE = "oos"
CARVED_OUTSIDE = 0.3
"""Share of the few outside sentences that the score is chosen on."""
PROTOCOL = (
    "Trained on the split train without a tenth, cut by hash, which chose the epoch, and on oos_train without three "
    "tenths as one more class. accuracy: in-scope sentences whose likeliest of the 150 intents is right. oos_auroc: "
    "how well a score parts them from the out-of-scope ones; the score was chosen on what was cut from the training "
    "part and, where the test part is another, on val and oos_val. oos_recall: out-of-scope sentences below the "
    "threshold that 95 % of the test's in-scope sentences reach; `threshold_of_validation` has the shares with one "
    "set before. Intervals: bootstrap over sentences.",
    "用 train（按哈希留出十分之一选择轮次）训练，oos_train（留出十分之三）作为另外一类。"
    "accuracy：范围内句子在 150 个意图中首选正确的比例。"
    "oos_auroc：某一分数区分范围内外的能力；该分数在训练部分的留出句子上选定，"
    "测试部分另给时也用 val 和 oos_val。"
    "oos_recall：在测试的范围内句子 95 % 达到的阈值之下的范围外句子比例；threshold_of_validation 为事先所定阈值的结果。"
    "区间：对句子自助抽样。",
)


def run(job: Job) -> Result:
    """Trains unless it has, and tests on `job.test` (test and oos_test, or val and oos_val) or the folder's val.

    Raises:
        DataError, CheckpointError, BaseModelError, ModelError: what the step in question refuses.
    """
    path = job.file("train_val.json")
    held = read(path, job.say)
    for part in ("train", "oos_train"):
        if part not in held:
            raise DataError(f"{path} has no split {part}.", f"It must be an object of splits of {FORM}.")
    learned, validation = map(job.some, carved(held["train"]))
    outer, outer_validation = data.split(held["oos_train"], CARVED_OUTSIDE)
    part, test = _test(read(job.test, job.say) if job.test else held, job)
    wordings = {example.text for example in test}
    more = [e for name in ("val", "oos_val") for e in held.get(name, []) if e.text not in wordings]
    chosen_on = [*validation, *outer_validation, *job.some(more)]
    intents = labels_of(learned)
    spec = HeadSpec("intent", "single", (*intents, OUTSIDE))
    classes.warn_unknown(test, spec.labels, job.say)
    work = Work(job, "clinc150", [path], SETTINGS, "english", also=CARVED_OUTSIDE)
    small = work.small(example.text for example in learned)

    def rows(encoder: Encoder) -> tuple[list[Row], list[Row]]:
        known = [e for e in [*validation, *outer_validation] if e.label in spec.labels]
        return batches.rows([*learned, *outer], spec, encoder), batches.rows(known, spec, encoder)

    models = ship(work.trained(small, [spec], SETTINGS, rows), SETTINGS.max_tokens, job.say)
    encoder = Encoder(work.tokenizer(), SETTINGS.max_tokens)
    gold, inside = [example.label for example in test], _inside(test)
    simple = floors.linear(learned, [example.text for example in test])
    guessed = floors.majority(learned, len(test))
    measures = {
        "majority": _measure(gold, guessed, np.zeros(len(test)), inside),
        "linear": _measure(gold, simple.said, simple.score, inside),
    }
    more_figures: dict[str, Any] = {}
    # The int8 model chooses, for it is the one that ships.
    for name in ("int8", "fp32"):
        scored = _Scored(models[name], learned, chosen_on, test, encoder, len(intents), job.say)
        if name == "int8":
            score, found = outside.best(scored.chosen_on, _inside(chosen_on))
            least = metrics.kept_threshold(scored.chosen_on[score][_inside(chosen_on)])
            more_figures = {
                "score": score,
                "auroc_of_each_on_validation": found,
                "threshold_of_validation": {
                    "in_scope_kept": round(float((scored.test[score][inside] >= least).mean()), 4),
                    "out_of_scope_rejected": round(float((scored.test[score][~inside] < least).mean()), 4),
                },
            }
        said = [intents[int(one[: len(intents)].argmax())] for one in scored.seen.logits["intent"]]
        measures[name] = _measure(gold, said, scored.test[score], inside)
    ordered = {name: measures[name] for name in ("majority", "linear", "fp32", "int8")}
    return Result(
        "clinc150", part, len(test), ordered, TARGETS, models["int8"].bytes,
        {name: model.latency([e.text for e in test]) for name, model in models.items()},
        work.minutes("trained"), PROTOCOL, more_figures,
    )  # fmt: skip


class _Scored:
    """Scores of the sentences that a score is chosen on, and of the test's."""

    def __init__(
        self,
        model: Shipped,
        learned: list[Example],
        chosen_on: list[Example],
        test: list[Example],
        encoder: Encoder,
        intents: int,
        say: Say,
    ) -> None:
        def read_(examples: list[Example], what: str) -> Seen:
            say(f"{what}: {len(examples)} sentences")
            return model.read(classes.unlabelled(examples, encoder), say)

        labels = [example.label for example in learned]
        scorer = outside.Scorer(read_(learned, "training part, for the distances"), labels, "intent", intents)
        first = scorer.scores(read_(chosen_on, "validation"))
        like = {name: values[_inside(chosen_on)] for name, values in first.items()}
        self.chosen_on = outside.summed(first, like)
        self.seen = read_(test, "test")
        self.test = outside.summed(scorer.scores(self.seen), like)


def read(path: Path, say: Say) -> dict[str, list[Example]]:
    """The file's splits. Raises DataError: no object of splits, or a split without a usable row."""
    held = document(path)
    if not isinstance(held, dict) or not all(isinstance(rows, list) for rows in held.values()):
        raise DataError(f"{path} is no object of splits.", f"It must be an object of splits of {FORM}.")
    return {name: read_by(path, enumerate(rows), _example, FORM, say) for name, rows in held.items() if rows}


def _example(row: Any) -> Example:
    text, intent = row
    if not isinstance(text, str) or not isinstance(intent, str) or not text.strip():
        raise ValueError("no text and intent")
    return Example(text, intent)


def _test(held: dict[str, list[Example]], job: Job) -> tuple[str, list[Example]]:
    for inner, outer in (("test", "oos_test"), ("val", "oos_val")):
        if inner in held and outer in held:
            name = str(job.test) if job.test else f"{inner} and {outer} (no test part here)"
            return name, [*job.some(held[inner]), *job.some(held[outer])]
    raise DataError(f"{job.test or job.data} has no test split.", "It needs test and oos_test, or val and oos_val.")


def _inside(examples: list[Example]) -> NDArray[np.bool_]:
    return np.array([example.label != OUTSIDE for example in examples])


def _measure(gold: list[str], said: list[str], score: NDArray[np.float64], inside: NDArray[np.bool_]) -> Measure:
    right = scores.of_classes(
        [label for label, is_in in zip(gold, inside, strict=True) if is_in],
        [label for label, is_in in zip(said, inside, strict=True) if is_in],
    )
    return scores.together(scores.on(right, inside), scores.of_outside(score, inside))
