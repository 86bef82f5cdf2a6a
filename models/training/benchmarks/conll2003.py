"""CoNLL-2003, English: persons, organizations, places and others (Tjong Kim Sang and De Meulder 2003)."""

from __future__ import annotations

from models.training import batches, data
from models.training.batches import Encoder, Row
from models.training.benchmarks import floors, scores, tokens
from models.training.benchmarks.common import VALIDATION, Job, Work, bio_labels
from models.training.benchmarks.report import Result
from models.training.benchmarks.scores import Measure
from models.training.benchmarks.shipped import ship
from models.training.data import Example
from models.training.net import HeadSpec
from models.training.settings import Fit

SETTINGS = Fit(epochs=5, batch=8, learning_rate=2e-4, max_tokens=128, pack=128)
TARGETS = {"token_micro": 0.979, "token_macro": 0.909, "entity_f1": 0.895}
PROTOCOL = (
    "Trained on train.tsv without its last tenth, which chose the epoch. Sentences are read with their neighbours, 128 "
    "pieces at a time, in the file's order, in training and in test. token_macro averages over the nine tags, O among "
    "them; entity_f1 counts whole entities, strictly. Tags are decoded so that every I- continues its kind. "
    "Evaluation only: weights trained on this set must not be shipped. Intervals: bootstrap over sentences.",
    "用 train.tsv 训练，最后十分之一留作选择轮次。训练和测试都按文件顺序把相邻句子合读，每次 128 个词片。"
    "token_macro 为九种标签（含 O）的平均；entity_f1 严格按整个实体计。解码保证 I- 总是延续同类。"
    "仅供评测：由此训练的权重不得发布。区间：对句子自助抽样。",
)


def run(job: Job) -> Result:
    """Trains unless it has, and tests on `job.test` or valid.tsv.

    Raises:
        DataError, CheckpointError, BaseModelError, ModelError: what the step in question refuses.
    """
    path = job.file("train.tsv")
    known = data.read(path).report(job.say)
    first = round(len(known) * (1 - VALIDATION))
    learned, validation = job.some(known[:first]), job.some(known[first:])
    test = job.some(data.read(job.test or job.file("valid.tsv")).report(job.say))
    spec = HeadSpec("entities", "tokens", bio_labels(known))
    work = Work(job, "conll2003", [path], SETTINGS, "english")
    small = work.small(example.text for example in learned)

    def rows(encoder: Encoder) -> tuple[list[Row], list[Row]]:
        made = [batches.rows(part, spec, encoder, SETTINGS.pack) for part in (learned, validation)]
        return made[0], made[1]

    models = ship(work.trained(small, [spec], SETTINGS, rows), SETTINGS.max_tokens, job.say)
    encoder = Encoder(work.tokenizer(), SETTINGS.max_tokens)
    measures = {"majority": _measure(test, floors.frequent_tags(learned, test))}
    for name, model in models.items():
        job.say(f"test, {name}")
        measures[name] = _measure(test, tokens.tagged(model, spec, test, encoder, SETTINGS.pack, job.say))
    return Result(
        "conll2003", str(job.test or "valid.tsv (no test part here)"), len(test), measures, TARGETS,
        models["int8"].bytes, {name: model.latency([e.text for e in test]) for name, model in models.items()},
        work.minutes("trained"), PROTOCOL, {},
    )  # fmt: skip


def _measure(test: list[Example], said: list[list[str]]) -> Measure:
    gold = tokens.gold_tags(test)
    return scores.together(
        scores.of_tags(gold, said),
        scores.of_spans([example.spans for example in test], tokens.spans(test, said)),
    )
