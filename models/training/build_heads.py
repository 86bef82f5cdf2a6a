"""The heads that ship, trained on a trunk that stays as it is: each can be updated alone, within minutes."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from models.language.encoder import SentenceEncoder
from models.language.heads import Head
from models.language.understanding import INTENTS
from models.language.units import places, units
from models.language.wording import BUCKETS, hashed, weighed
from models.training import build, card, corpus, heads, metrics, residents
from models.training.batches import class_number, tag_numbers
from models.training.benchmarks import own
from models.training.corpus import Said
from models.training.data import Example
from models.training.deps import need
from models.training.net import IGNORED, HeadSpec
from models.training.net import Head as Learned

Say = Callable[[str], object]
TRUNK = "trunk"
REBUILD = "louguan-lab build heads OUT, with the trunk in OUT/trunk"
DEV = build.ROOT / "tests" / "data" / "property-dev.md"
"""Sentences for temperatures and thresholds, of another hand than the corpus."""
FALSE_ALARMS = 0.005
"""Part of the other sentences that the model alone may take for emergencies."""
ABUSE, STRANGERS, COLD_TEST = 6000, 1500, 1000
"""Sentences of COLD, of other assistants for out_of_scope, and of COLD's validation part for the figures."""
EPOCHS, BATCH, RATE, DECAY, DROPOUT = 6, 64, 1e-3, 0.05, 0.3
WORDING_C = 20.0
"""Inverse strength of the ridge on the n-grams' weights."""
KEPT = 0.35
"""Share of the n-grams' weights, the largest ones, that are kept: so a head stays below 0.5 MB."""
SHARE = {"intent": 0.5, "sentiment": 0.5, "topic": 0.5, "offensive": 0.5}
"""Of a head's verdict that its wording gives."""
_OWN = "models/training/corpus: sentences written for this project, and what grows from them"
SOURCES = {
    "intent": [
        _OWN,
        "CLINC150 (Larson et al. 2019, CC BY 3.0) and Banking77 (Casanueva et al. 2020, CC BY 4.0)",
    ],
    "slots": [_OWN],
    "sentiment": [_OWN],
    "topic": [_OWN],
    "offensive": [
        "models/training/abuse.md: sentences written for this project",
        "COLD (Deng et al. 2022, Apache-2.0)",
    ],
}


class Seen(NamedTuple):
    """A text as the trunk saw it. target: a class number, or a tag number for each of `places`."""

    text: str
    hidden: NDArray[np.float16]
    places: list[int]
    target: Any


def heads_on(out: Path, sources: build.Sources, say: Say) -> None:
    """Trains every head on the trunk in `out`/trunk and writes it to `out`, calibrated.

    Raises:
        ModelError, DataError: the trunk or the corpus cannot be used.
    """
    encoder = SentenceEncoder.load(out / TRUNK, threads=2)
    gathered = corpus.shipped()
    said = residents.tidy(gathered.said) + residents.strangers(sources.public, STRANGERS)
    more = residents.grown(said, gathered.templates)
    say(f"reading {len(more)} sentences")
    texts = list(dict.fromkeys(sentence.text for sentence in more))
    seen = {text: encoder.read(text) for text in texts}
    for spec in residents.SPECS:
        if spec is residents.OFFENSIVE:
            rows, plain = _abuse(encoder, sources.public)
        else:
            rows = [_seen(sentence, spec, seen[sentence.text]) for sentence in more]
            plain = [_seen(sentence, spec, seen[sentence.text]) for sentence in said]
        rows = [row for row in rows if row.target != IGNORED]
        plain = [row for row in plain if row.target != IGNORED]
        say(f"{spec.name}: {len(rows)} sentences")
        learned = train(spec, rows, encoder.dim)
        heads.export(learned, out / TRUNK, out / spec.name, SHARE.get(spec.name, 0.0), wording(spec, plain))
    say(f"calibrate on {DEV.name}")
    calibrate(out)
    say("measure")
    measure(out, sources)


def _seen(said: Said, spec: HeadSpec, read: Any) -> Seen:
    if spec.kind != "tokens":
        return Seen(said.text, read.hidden.astype(np.float16), [], class_number(getattr(said, spec.name), spec))
    offsets = units(said.text)
    first, _ = places(read.pieces, offsets, len(read.pieces) - 1)
    target = tag_numbers(Example(said.text, spans=said.spans), offsets, spec)[: len(first)]
    return Seen(said.text, read.hidden.astype(np.float16), first, target)


def _abuse(encoder: SentenceEncoder, public: Path) -> tuple[list[Seen], list[Seen]]:
    examples = residents.own_abuse() * 2 + residents.abuse(public, ABUSE)
    examples += [Example(s.text, "no") for s in corpus.shipped().said[::6]]
    rows = [
        Seen(e.text, encoder.read(e.text).hidden.astype(np.float16), [], class_number(e.label, residents.OFFENSIVE))
        for e in examples
    ]
    return rows, rows


def train(spec: HeadSpec, rows: Sequence[Seen], dim: int) -> Learned:
    """A head that learned from what the trunk made of the rows' texts (AdamW, cosine rate)."""
    torch.manual_seed(0)
    head = Learned(spec, dim, DROPOUT)
    some = rows[:: max(1, len(rows) // 2000)]
    with torch.no_grad():
        features = [
            head.feature(*_batch([row])[:3]).reshape(-1, dim) for row in some if row.places or spec.kind != "tokens"
        ]
        head.centre(torch.cat(features))
    optimizer = torch.optim.AdamW(head.parameters(), lr=RATE, weight_decay=DECAY)
    steps = EPOCHS * -(-len(rows) // BATCH)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    head.train()
    for numbers in _orders(len(rows)):
        hidden, mask, where, target = _batch([rows[n] for n in numbers])
        logits = head(hidden, mask, where)
        loss = torch.nn.functional.cross_entropy(
            logits.reshape(-1, logits.shape[-1]), target.reshape(-1), ignore_index=IGNORED, label_smoothing=0.05
        )
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
    return head.eval()


def _orders(count: int) -> Iterator[list[int]]:
    chance = random.Random(0)
    for _ in range(EPOCHS):
        mixed = list(range(count))
        chance.shuffle(mixed)
        yield from (mixed[start : start + BATCH] for start in range(0, count, BATCH))


def _batch(rows: Sequence[Seen]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor | None, torch.Tensor]:
    """Padded states, mask, places (of a token head) and targets."""
    width = max(len(row.hidden) for row in rows)
    hidden = np.zeros((len(rows), width, rows[0].hidden.shape[1]), np.float32)
    mask = np.zeros((len(rows), width), np.int64)
    for number, row in enumerate(rows):
        hidden[number, : len(row.hidden)], mask[number, : len(row.hidden)] = row.hidden, 1
    if not isinstance(rows[0].target, list):
        return torch.from_numpy(hidden), torch.from_numpy(mask), None, torch.tensor([row.target for row in rows])
    most = max(1, *(len(row.places) for row in rows), 1)
    where = np.zeros((len(rows), most), np.int64)
    target = np.full((len(rows), most), IGNORED, np.int64)
    for number, row in enumerate(rows):
        where[number, : len(row.places)], target[number, : len(row.places)] = row.places, row.target
    return torch.from_numpy(hidden), torch.from_numpy(mask), torch.from_numpy(where), torch.from_numpy(target)


def wording(spec: HeadSpec, rows: Sequence[Seen]) -> dict[str, NDArray[Any]]:
    """Weights of hashed n-grams for a sentence head: logistic regression on vectors of length 1, the small weights
    dropped, the others in steps of one scale a label."""
    if spec.kind == "tokens":
        return {}
    linear, sparse = need("sklearn.linear_model", "scipy.sparse")
    found = np.zeros(BUCKETS)
    for row in rows:
        found[hashed(row.text)[0]] += 1
    rarity = (np.log((1 + len(rows)) / (1 + found)) + 1).astype(np.float16)
    parts = [weighed(row.text, rarity.astype(np.float32)) for row in rows]
    columns = np.concatenate([places_ for places_, _ in parts])
    starts = np.cumsum([0, *(len(places_) for places_, _ in parts)])
    table = sparse.csr_matrix(
        (np.concatenate([values for _, values in parts]), columns, starts), shape=(len(rows), BUCKETS)
    )
    model = linear.LogisticRegression(C=WORDING_C, max_iter=200).fit(table, [row.target for row in rows])
    weight, bias = np.zeros((BUCKETS, len(spec.labels))), np.full(len(spec.labels), -10.0)
    if len(model.classes_) == 2:
        no, yes = model.classes_
        weight[:, yes], bias[[no, yes]] = model.coef_[0], (0.0, model.intercept_[0])
    else:
        weight[:, model.classes_], bias[model.classes_] = model.coef_.T, model.intercept_
    weight[np.abs(weight) < np.quantile(np.abs(weight[found > 0]), 1 - KEPT)] = 0
    scale = np.maximum(np.abs(weight).max(axis=0), 1e-9) / 127
    return {"weight": np.rint(weight / scale).astype(np.int8), "scale": scale, "bias": bias, "rarity": rarity}


def calibrate(out: Path) -> None:
    """Temperatures of the sentence heads, and the intent head's thresholds, from the development sentences."""
    encoder = SentenceEncoder.load(out / TRUNK)
    said = corpus.read([DEV]).said
    hidden = [encoder.read(sentence.text).hidden for sentence in said]
    for spec in (residents.INTENT, residents.SENTIMENT, residents.TOPIC):
        head = Head.load(out / spec.name, encoder.artifact)
        labels = [getattr(sentence, spec.name) for sentence in said]
        held = [number for number, label in enumerate(labels) if label]
        logits = np.stack([head.logits(hidden[number], text=said[number].text) for number in held]).astype(np.float64)
        gold = np.array([spec.labels.index(labels[number]) for number in held])
        warmth = metrics.temperature(logits, gold)
        limits = thresholds(metrics.softmax(logits, warmth), gold) if spec is residents.INTENT else {}
        heads.describe(out / spec.name, warmth, limits, trained_on=SOURCES[spec.name], rebuild=REBUILD)
    for spec in (residents.SLOT, residents.OFFENSIVE):
        heads.describe(out / spec.name, 1.0, {}, trained_on=SOURCES[spec.name], rebuild=REBUILD)


def thresholds(chances: Any, gold: Any) -> dict[str, float]:
    """emergency: the lowest probability at which at most FALSE_ALARMS of the other sentences would raise one.
    inside: below which confidence a turn counts as out of scope, where that makes most sentences right."""
    urgent, outside = INTENTS.index("emergency"), INTENTS.index("out_of_scope")
    others = np.sort(chances[gold != urgent, urgent])
    alarm = float(np.clip(others[int(len(others) * (1 - FALSE_ALARMS))] + 1e-4, 0.05, 0.5))
    best, said = chances.max(axis=1), chances.argmax(axis=1)
    steps = np.linspace(0, 0.6, 61)
    right = [float(np.mean(np.where(best < step, outside, said) == gold)) for step in steps]
    return {"emergency": round(alarm, 4), "inside": round(float(steps[int(np.argmax(right))]), 4)}


def measure(out: Path, sources: build.Sources) -> None:
    """Puts each head's figures on its card: on sentences of another hand, and of COLD's validation part for abuse."""
    report = own.measure(out, own.TEST, sources)
    whole = {"protocol": report["protocol"], "rows": report["rows"]}
    for name in (residents.INTENT.name, residents.SLOT.name):
        _note(out / name, {"property": whole})
    encoder = SentenceEncoder.load(out / TRUNK)
    said = corpus.read([own.TEST]).said
    for spec in (residents.SENTIMENT, residents.TOPIC):
        examples = [Example(s.text, getattr(s, spec.name)) for s in said if getattr(s, spec.name)]
        _note(out / spec.name, {own.TEST.name: _figures(encoder, out, spec, examples)})
    if foul := residents.abuse(sources.public, COLD_TEST, seed=2, part="dev"):
        _note(out / "offensive", {"COLD, validation part": _figures(encoder, out, residents.OFFENSIVE, foul)})


def _figures(encoder: SentenceEncoder, out: Path, spec: HeadSpec, examples: Sequence[Example]) -> dict[str, Any]:
    head = Head.load(out / spec.name, encoder.artifact)
    gold = [example.label for example in examples]
    said = [spec.labels[int(head.logits(encoder.read(e.text).hidden, text=e.text).argmax())] for e in examples]
    most = max(set(gold), key=gold.count)
    rows = [
        {"method": method, **metrics.classes(gold, given)}
        for method, given in (("this model", said), ("most frequent", [most] * len(gold)))
    ]
    return {"protocol": f"{len(gold)} sentences that nothing was trained on.", "rows": rows}


def _note(folder: Path, figures: dict[str, Any]) -> None:
    described = card.read(folder)
    described["figures"] = figures
    card.write(folder, described)
