"""BUSTM of FewCLUE: whether two sentences to a Chinese voice assistant mean the same (Xu et al. 2021).

The trunk learns to read both sentences of a pair together: from the few labelled pairs, from wordings of this project's
own knowledge file, and from unlabelled pairs, first taught by the likeness of the base's vectors, then by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.language import knowledge
from models.training import build
from models.training.batches import Encoder, Row
from models.training.benchmarks import outside, pairs, scores
from models.training.benchmarks.common import Job, Say, Work, json_lines, read_by
from models.training.benchmarks.floors import vectorizer
from models.training.benchmarks.pairs import SAME, Pair
from models.training.benchmarks.report import Result
from models.training.benchmarks.shipped import Shipped, ship
from models.training.settings import Fit

SETTINGS = Fit(epochs=4, batch=32, learning_rate=1e-4, max_tokens=64)
ROUNDS = 2
"""How often a model is trained from the base; from the second on the one before helps to teach."""
COPIES = 3
"""Of each labelled pair among the others, either way round."""
TARGETS = {"auroc": 0.80}
FORM = '{"sentence1", "sentence2", "label": "0" or "1"}'
PROTOCOL = (
    "Few-shot: trained on the 160 labelled pairs of train_few_all.json; the 160 of dev_few_all.json chose the epoch "
    "and the score; the pairs of unlabeled.json took part without labels, and pairs of wordings of this project's "
    "knowledge file with and without a common entry. One model: the score is what it says of both sentences read "
    "together, either one first, or the cosine of their vectors, or the sum of both. Tested on test_public.json where "
    "no --test is given. Evaluation only: weights trained on this set must not be shipped. Intervals: bootstrap over "
    "pairs.",
    "小样本：用 train_few_all.json 的 160 对训练，dev_few_all.json 的 160 对用于选择轮次和分数；"
    "unlabeled.json 不带标注参与训练，另有本项目知识文件中同一条目与不同条目的说法对。"
    "单一模型：分数取两句合读（两种次序平均）、向量余弦或两者之和。不给 --test 时测试 test_public.json。"
    "仅供评测：由此训练的权重不得发布。区间：对句对自助抽样。",
)
Floats = NDArray[np.float64]


def run(job: Job) -> Result:
    """Trains unless it has, and tests on `job.test` or test_public.json.

    Raises:
        DataError, CheckpointError, BaseModelError, KnowledgeError, ModelError: what the step in question refuses.
    """
    wordings = build.Sources().knowledge
    files = [job.file(f"{name}.json") for name in ("train_few_all", "dev_few_all", "unlabeled")]
    labelled, validation = (job.some(read(path, job.say)) for path in files[:2])
    unlabelled = job.some(read(files[2], job.say, labelled=False))
    test = job.some(read(job.test or job.file("test_public.json"), job.say))
    known = [(p.entry_id, p.text) for p in knowledge.read(wordings).passages() if p.language == "zh"]
    work = Work(job, "bustm", [*files, wordings], SETTINGS, "words", also=(ROUNDS, COPIES))
    texts = [text for pair in [*labelled, *validation, *unlabelled] for text in pair[:2]]
    small = work.small([*texts, *(text for _, text in known)])
    names = [f"round-{number + 1}" for number in range(ROUNDS)]
    before: Path | None = None
    for name in names:
        lesson = _Lesson(small, before, labelled, validation, unlabelled, job.some(known), job.say)
        before = work.trained(small, [SAME], SETTINGS, lesson, name)
    assert before is not None
    models = ship(before, SETTINGS.max_tokens, job.say)
    encoder = Encoder(work.tokenizer(), SETTINGS.max_tokens)
    same = np.array([pair.label == "1" for pair in test])
    measures = {
        "majority": scores.of_pairs(np.zeros(len(test)), same),
        "linear": scores.of_pairs(_by_wording([*labelled, *unlabelled], test), same),
    }
    # The int8 model chooses, for it is the one that ships.
    like = _scores(models["int8"], validation, encoder, job.say)
    chosen, found = outside.best(_summed(like, like), np.array([pair.label == "1" for pair in validation]))
    for name, model in models.items():
        job.say(f"test, {name}")
        measures[name] = scores.of_pairs(_summed(_scores(model, test, encoder, job.say), like)[chosen], same)
    return Result(
        "bustm", str(job.test or "test_public.json"), len(test), measures, TARGETS, models["int8"].bytes,
        {name: model.latency([f"{pair.first} {pair.second}" for pair in test]) for name, model in models.items()},
        work.minutes(*names), PROTOCOL, {"score": chosen, "auroc_of_each_on_validation": found},
    )  # fmt: skip


class _Lesson:
    """What one round is trained on."""

    def __init__(
        self,
        small: Path,
        before: Path | None,
        labelled: Sequence[Pair],
        validation: Sequence[Pair],
        unlabelled: Sequence[Pair],
        known: Sequence[tuple[str, str]],
        say: Say,
    ) -> None:
        self._small, self._before, self._known, self._say = small, before, known, say
        self._labelled, self._validation, self._unlabelled = labelled, validation, unlabelled

    def __call__(self, encoder: Encoder) -> tuple[list[Row], list[Row]]:
        self._say(f"teaching {len(self._unlabelled)} pairs")
        taught = pairs.odds(self._small, self._labelled, self._unlabelled)
        if self._before:
            own = pairs.read_by(self._before, self._unlabelled)
            # The sum of two teachers, as sure as the first alone was.
            both = _standard(taught) + _standard(own)
            taught = both / both.std() * taught.std() + taught.mean()
        worded = pairs.of_wordings(self._small, self._known)
        made = pairs.rows(self._unlabelled[::2], encoder, taught[::2])
        made += pairs.rows(pairs.turned(self._unlabelled[1::2]), encoder, taught[1::2])
        made += pairs.rows([*self._labelled, *pairs.turned(self._labelled)] * COPIES + worded, encoder)
        return made, pairs.rows([*self._validation, *pairs.turned(self._validation)], encoder)


def read(path: Path, say: Say, labelled: bool = True) -> list[Pair]:
    """Pairs of JSON lines. Raises DataError: no usable row."""

    def make(row: Any) -> Pair:
        first, second, label = row["sentence1"], row["sentence2"], str(row["label"]) if labelled else ""
        if not all(isinstance(text, str) and text.strip() for text in (first, second)):
            raise ValueError("a sentence is missing")
        if labelled and label not in SAME.labels:
            raise ValueError(f"label {label!r}")
        return Pair(first, second, label)

    return read_by(path, json_lines(path), make, FORM, say)


def _scores(model: Shipped, of: Sequence[Pair], encoder: Encoder, say: Say) -> dict[str, Floats]:
    heard = []
    for way in (of, pairs.turned(of)):
        logits = np.stack(model.read(pairs.rows(way, encoder), say).logits[SAME.name]).astype(np.float64)
        heard.append(logits[:, 1] - logits[:, 0])
    vectors = [
        model.read([Row(ids) for ids in encoder.ids([pair[place] for pair in of])], say).vectors for place in (0, 1)
    ]
    cosine = (vectors[0] * vectors[1]).sum(1).astype(np.float64)
    return {"together": np.mean(heard, axis=0), "cosine": cosine}


def _summed(found: dict[str, Floats], like: dict[str, Floats]) -> dict[str, Floats]:
    """`found` with `sum` among them, each part in its standard deviations in `like`."""
    parts = [values / max(float(like[name].std()), 1e-9) for name, values in found.items()]
    return found | {"sum": np.asarray(np.sum(parts, axis=0), np.float64)}


def _by_wording(train: Sequence[Pair], test: Sequence[Pair]) -> Floats:
    words = vectorizer().fit([text for pair in train for text in pair[:2]])
    first, second = (words.transform([pair[place] for pair in test]) for place in (0, 1))
    return np.asarray(first.multiply(second).sum(axis=1), np.float64).ravel()


def _standard(values: Floats) -> Floats:
    return np.asarray((values - values.mean()) / max(float(values.std()), 1e-9), np.float64)
