"""The property's own benchmark: the shipped trunk and heads, as the desk uses them, beside what they have to beat."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from models.language import knowledge, score
from models.language.encoder import SentenceEncoder
from models.language.lexical import normalize
from models.language.reader import Reader
from models.language.retrieval import Retriever
from models.language.understanding import INTENTS
from models.training import build, cases, corpus, data, residents
from models.training.corpus import Said
from models.training.data import DataError
from models.training.deps import need
from models.training.metrics import interval

TEST = build.ROOT / "tests" / "data" / "property-test.md"
_FORM = "A table has the columns lang (zh or en), intent (by its exact name) and text."
NOW = datetime(2026, 11, 24, 12)
"""Dates count from here, so that a figure does not change overnight."""
TARGETS = {
    "intent accuracy": 0.95, "slot F1": 0.90, "FAQ R@1": 0.88, "out-of-scope recall at 95 % kept": 0.85, "ECE": 0.05,
    "emergencies found": 1.0,
}  # fmt: skip


def measure(artifacts: Path, test: Path, sources: build.Sources) -> dict[str, Any]:
    """The report: protocol, rows of the table, figures by language and by kind of strange sentence.

    Emergencies are judged by the model with its threshold alone; the desk's rules find more (`louguan models evaluate
    intent` counts both).
    """
    encoder = SentenceEncoder.load(artifacts / "trunk")
    reader = Reader(encoder, artifacts)
    said = residents.tidy(read(test))
    learned = {normalize(sentence.text) for sentence in corpus.shipped().said}
    fresh = [sentence for sentence in said if normalize(sentence.text) not in learned]
    gold = [sentence.intent for sentence in fresh]
    heard = [reader.read(sentence.text, NOW, sentence.language).meaning for sentence in fresh]
    answers = [meaning.intent for meaning in heard]
    right = np.array([a == b for a, b in zip(gold, answers, strict=True)])
    inside = np.array([label != "out_of_scope" for label in gold])
    within = np.array([max(p for name, p in m.scores.items() if name != "out_of_scope") for m in heard])
    urgent = np.array([m.scores["emergency"] for m in heard])
    limit = reader.heads["intent"].thresholds.get("emergency", 0.5)
    emergencies = np.array([label == "emergency" for label in gold])
    slots = score.spans(
        [[(span.name, span.start, span.end) for span in sentence.spans] for sentence in fresh],
        [[(slot.name, slot.start, slot.end) for slot in meaning.slots] for meaning in heard],
    )
    ours: dict[str, float | None] = {
        "intent accuracy": float(right.mean()),
        "slot F1": slots["f1"] if any(sentence.spans for sentence in fresh) else None,
        "FAQ R@1": _first_right(encoder, sources),
        "out-of-scope recall at 95 % kept": score.recall_at_kept(within, inside),
        "ECE": score.ece(np.array([m.confidence for m in heard]), right),
        "emergencies found": float((urgent[emergencies] >= limit).mean()),
        "false emergencies": float((urgent[~emergencies] >= limit).mean()),
    }
    floors = _floors(fresh)
    low, high = interval(right)
    return {
        "protocol": f"{test.name}: {len(fresh)} sentences, written for this project by another hand than the corpus "
        f"({len(said) - len(fresh)} more are left out as the corpus has them too); FAQ on {sources.test.name}; floor: "
        "TF-IDF of characters with a linear classifier trained on the corpus, and the most frequent intent.",
        "rows": [
            {"figure": name, "this model": value, "floor": floors.get(name), "target": TARGETS.get(name)}
            for name, value in ours.items()
        ],
        "intent_accuracy_interval": [low, high],
        "by_language": {
            language: float(right[[s.language == language for s in fresh]].mean()) for language in ("zh", "en")
        },
        "slots": slots["by_slot"],
        "out_of_scope_by_kind": {
            kind: float(
                np.mean([a == "out_of_scope" for s, a in zip(fresh, answers, strict=True) if s.kind == kind] or [False])
            )
            for kind in corpus.KINDS
        },
        "recall": score.classes(gold, answers)["recall"],
        "majority": max(gold.count(label) for label in set(gold)) / len(gold),
    }


def read(path: Path) -> list[Said]:
    """Sentences in the corpus's form, or of a table (.tsv, .csv) with the columns lang, intent and text, slots marked
    in the text as in the corpus.

    Raises:
        DataError: unreadable, or a line that cannot be understood; it is named.
    """
    if path.suffix not in (".tsv", ".csv"):
        return corpus.read([path]).said
    found: list[Said] = []
    form: dict[str, Any] = {"delimiter": "\t", "quoting": csv.QUOTE_NONE} if path.suffix == ".tsv" else {}
    table = csv.DictReader(data.lines(path), **form)
    for row in table:
        language, intent, text = row.get("lang"), row.get("intent"), row.get("text")
        if language not in ("zh", "en") or intent not in INTENTS or not text:
            raise DataError(f"{path}:{table.line_num}: lang {language}, intent {intent}, text {text!r}.", _FORM)
        plain, spans = corpus.unmarked(text)
        found.append(Said(plain, "zh" if language == "zh" else "en", intent, tuple(spans)))
    if not found:
        raise DataError(f"{path} holds no sentence.", _FORM)
    return found


def _first_right(encoder: SentenceEncoder, sources: build.Sources) -> float:
    """Share of the answerable questions whose own entry is the first that is found."""
    retriever = Retriever(encoder, knowledge.read(sources.knowledge).passages())
    asked = [case for case in cases.read(sources.test) if case.entry]
    found = [retriever.search(case.text, 1) for case in asked]
    return float(np.mean([hits[0].entry_id == case.entry for hits, case in zip(found, asked, strict=True) if hits]))


def _floors(fresh: Sequence[Said]) -> dict[str, float | None]:
    text_, linear = need("sklearn.feature_extraction.text", "sklearn.linear_model")
    train = corpus.shipped().said
    grams = text_.TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4), sublinear_tf=True, max_features=60_000)
    model = linear.LogisticRegression(C=20.0, max_iter=100)
    model.fit(grams.fit_transform([s.text for s in train]), [s.intent for s in train])
    chances = model.predict_proba(grams.transform([s.text for s in fresh]))
    names = list(model.classes_)
    said = [names[i] for i in chances.argmax(axis=1)]
    right = np.array([a == s.intent for a, s in zip(said, fresh, strict=True)])
    inside = np.array([s.intent != "out_of_scope" for s in fresh])
    within = np.delete(chances, names.index("out_of_scope"), axis=1).max(axis=1)
    emergencies = np.array([s.intent == "emergency" for s in fresh])
    return {
        "intent accuracy": float(right.mean()),
        "out-of-scope recall at 95 % kept": score.recall_at_kept(within, inside),
        "ECE": score.ece(chances.max(axis=1), right),
        "emergencies found": float(np.mean([a == "emergency" for a in np.array(said)[emergencies]])),
    }
