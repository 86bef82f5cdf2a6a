"""What the property's own heads are trained on, and how a sentence becomes a row for all of them at once."""

from __future__ import annotations

import csv
import json
import random
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from models.language.understanding import INTENTS, SENTIMENTS, SLOTS, TOPICS
from models.language.units import units
from models.training import corpus, grow
from models.training.batches import Encoder, Row, class_number, tag_numbers
from models.training.corpus import Said
from models.training.data import Example, Span, lines, split
from models.training.net import HeadSpec

INTENT = HeadSpec("intent", "single", INTENTS)
SLOT = HeadSpec("slots", "tokens", ("O", *(f"{kind}-{name}" for name in SLOTS for kind in "BI")))
SENTIMENT = HeadSpec("sentiment", "single", SENTIMENTS)
TOPIC = HeadSpec("topic", "single", TOPICS)
OFFENSIVE = HeadSpec("offensive", "single", ("no", "yes"))
SPECS = [INTENT, SLOT, SENTIMENT, TOPIC, OFFENSIVE]

ABUSE = Path(__file__).with_name("abuse.md")
FILLED = 2
"""Sentences of every template."""
EXCHANGED = 0.25
"""Share of the sentences that are given once more with their places, times and codes said otherwise."""
MISHEARD = 0.15
"""Share of the sentences that are given once more as a recognizer would write them."""
STRANGE_INTENTS = frozenset(
    ("greeting", "goodbye", "yes", "no", "repeat", "thank_you", "maybe", "cancel", "who_are_you", "are_you_a_bot")
)
"""Of CLINC150: what our desk has intents for, or answers itself."""


def grown(said: Sequence[Said], templates: Sequence[corpus.Template], seed: int = 0) -> list[Said]:
    """The sentences with everything that grows from them."""
    some = random.Random(seed).sample(said, round(EXCHANGED * len(said)))
    more = [*said, *grow.fill(templates, said, FILLED, seed), *grow.exchange(some, 1, seed)]
    return [*more, *grow.noisy(more, MISHEARD, seed)]


def strangers(public: Path, count: int, seed: int = 0) -> list[Said]:
    """English sentences to other assistants, for out_of_scope: `count` of CLINC150 (CC BY) and a third as many of
    Banking77 (CC BY); none where the sets are not at hand."""
    chance = random.Random(seed)
    found: list[str] = []
    if (path := public / "clinc150" / "train_val.json").is_file():
        held = [text for text, intent in json.loads(path.read_text("utf-8"))["train"] if intent not in STRANGE_INTENTS]
        found += chance.sample(held, min(count, len(held)))
    if (path := public / "banking77" / "train.csv").is_file():
        with path.open(encoding="utf-8", newline="") as file:
            held = [row["text"] for row in csv.DictReader(file)]
        found += chance.sample(held, min(count // 3, len(held)))
    return [Said(text, "en", "out_of_scope", kind="general") for text in found]


def abuse(public: Path, count: int, seed: int = 0, part: str = "train") -> list[Example]:
    """`count` sentences of a part of COLD (Apache-2.0), labelled no or yes; none where it is not at hand."""
    path = public / "cold" / f"{part}.csv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        held = [Example(row["TEXT"], "yes" if row["label"] == "1" else "no") for row in csv.DictReader(file)]
    return random.Random(seed).sample(held, min(count, len(held)))


def own_abuse() -> list[Example]:
    """The sentences of abuse.md: abusive ones yes; harsh ones, and those that only look so, no."""
    found: list[Example] = []
    label = language = ""
    for line in lines(ABUSE):
        if line.startswith("## "):
            kind, language = line[3:].split()
            label = "yes" if kind == "abusive" else "no"
        elif line.startswith("- "):
            found.append(Example(line[2:].strip(), label, language=language))
    return found


def row(said: Said, encoder: Encoder, offensive: str = "no") -> Row:
    """The sentence with the targets of every head."""
    example = Example(said.text, said.intent, said.spans)
    offsets = units(said.text)
    made = Row(*encoder.placed(said.text, offsets))
    made.targets = {
        "intent": class_number(said.intent, INTENT),
        "slots": tag_numbers(example, offsets, SLOT)[: len(made.places)],
        "sentiment": class_number(said.sentiment, SENTIMENT),
        "topic": class_number(said.topic, TOPIC),
        "offensive": class_number(offensive, OFFENSIVE),
    }
    return made


def parted(said: Sequence[Said], seed: int = 0) -> tuple[list[Said], list[Said]]:
    """Training and validation (a tenth), by the group of each sentence."""
    numbered = [Example(s.text, group=s.group or s.text, mark=str(number)) for number, s in enumerate(said)]
    train, validation = split(numbered, 0.1, seed=seed)
    return [said[int(e.mark)] for e in train], [said[int(e.mark)] for e in validation]


def tidy(said: Sequence[Said]) -> list[Said]:
    """One convention where the authors had several: parts of a day with their day (tonight, 昨晚) are times; times,
    dates and durations begin after their preposition."""
    return [replace(sentence, spans=tuple(_tidy(sentence.text, span) for span in sentence.spans)) for sentence in said]


def _tidy(text: str, span: Span) -> Span:
    words = text[span.start : span.end]
    if span.name == "date" and PART.fullmatch(words):
        return span._replace(name="time")
    if span.name in {"date", "time", "duration"} and (before := PREPOSITION.match(words)):
        return span._replace(start=span.start + before.end())
    return span


PART = re.compile(
    r"[今昨明]天?[早晚][上晨]?|[今昨]夜|tonight|(this|last|tomorrow) (morning|afternoon|evening|night)", re.I
)
PREPOSITION = re.compile(r"(for|at|on|in|from|by|until|before|after|since|around) (?=\S)", re.I)
