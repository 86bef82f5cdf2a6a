"""A turn to what it means, in one pass through the trunk: intent, slots, tone, and its vector for the retriever."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.language import normal
from models.language.detect import Language, detect_language
from models.language.encoder import MAX_CHARACTERS, SentenceEncoder
from models.language.heads import Head
from models.language.understanding import INTENTS, SENTIMENTS, SLOTS, TOPICS, Slot, Understanding
from models.language.units import places, units
from models.runtime.errors import ModelError

HEADS = ("intent", "slots", "sentiment", "topic", "offensive")
_LABELS = {"intent": INTENTS, "sentiment": SENTIMENTS, "topic": TOPICS, "offensive": ("no", "yes")}
CODES = frozenset({"phone", "plate", "amount", "duration", "count"})
"""Slots that follow rules so strictly that the rules overrule the model."""
_POSSESSIVE = re.compile("['’]s$")
MARKS = " \t,.?!;:，。？！；：、的了"
"""What a phrase is said without."""


class Heard(NamedTuple):
    """A turn understood, with its vector for searches."""

    meaning: Understanding
    vector: NDArray[np.float32]


class Reader:
    """The trunk with its heads."""

    def __init__(self, encoder: SentenceEncoder, folder: Path) -> None:
        """Loads each head of HEADS from its folder in `folder`.

        Raises:
            ModelError: one is missing, damaged, for another trunk, or decides other labels than this program knows.
        """
        self.encoder = encoder
        self.heads = {name: Head.load(folder / name, encoder.artifact) for name in HEADS}
        for name, labels in _LABELS.items():
            if self.heads[name].labels != tuple(labels):
                raise ModelError(f"the head in {folder / name} decides other labels than this version of the program.")

    def read(self, text: str, now: datetime, language: Language | None = None) -> Heard:
        """`text` understood; dates count from `now`. Raises: ModelError."""
        spoken = language or detect_language(text)
        seen = self.encoder.read(text)
        chances = {
            name: head.probabilities(head.logits(seen.hidden, text=text[:MAX_CHARACTERS]))
            for name, head in self.heads.items()
            if head.kind == "single"
        }
        scores = dict(zip(INTENTS, map(float, chances["intent"]), strict=True))
        intent = max(scores, key=scores.__getitem__)
        meaning = Understanding(
            text, spoken, intent, scores[intent], scores, self._slots(text, seen.hidden, seen.pieces, spoken, now),
            SENTIMENTS[int(chances["sentiment"].argmax())], TOPICS[int(chances["topic"].argmax())],
            float(chances["offensive"][1]),
        )  # fmt: skip
        return Heard(meaning, seen.vector)

    def _slots(
        self, text: str, hidden: NDArray[np.float32], pieces: list[tuple[int, int]], spoken: Language, now: datetime
    ) -> tuple[Slot, ...]:
        head = self.heads["slots"]
        offsets = units(text)
        first, _ = places(pieces, offsets, len(pieces) - 1)
        offsets = offsets[: len(first)]
        marked = head.spans(head.logits(hidden, first), offsets) if first else []
        learned = [_slot(text, name, start, end, sure, spoken, now) for name, start, end, sure in joined(text, marked)]
        return tuple(merged([slot for slot in learned if slot], normal.find(text, spoken, now)))


def joined(text: str, marked: list[tuple[str, int, int, float]]) -> list[tuple[str, int, int, float]]:
    """Spans of one name that touch, or that a space parts in a Latin text, are one: units that share a piece of the
    vocabulary both look like its beginning."""
    found: list[tuple[str, int, int, float]] = []
    for name, start, end, sure in marked:
        if found and found[-1][0] == name:
            _, first, last, before = found[-1]
            gap = text[last:start]
            if not gap or (gap == " " and text[last - 1].isascii() and text[start].isascii()):
                found[-1] = (name, first, end, min(before, sure))
                continue
        found.append((name, start, end, sure))
    return found


def _slot(text: str, name: str, start: int, end: int, sure: float, spoken: Language, now: datetime) -> Slot | None:
    if name not in SLOTS:
        return None
    words = _POSSESSIVE.sub("", text[start:end].strip(MARKS))
    value = normal.normal(name, words, spoken, now)
    return Slot(name, start, end, text[start:end], words if value is None else value, sure) if words else None


def merged(learned: list[Slot], ruled: list[Slot]) -> list[Slot]:
    """One list in order without overlaps. A code found by rule overrules what the model marks there; any other slot by
    rule counts where the model marks nothing, or marks the same kind less completely."""
    kept: list[Slot] = []
    for rule in ruled:
        rivals = [slot for slot in learned if slot.start < rule.end and rule.start < slot.end]
        longer = all(slot.name == rule.name and slot.end - slot.start <= rule.end - rule.start for slot in rivals)
        if rule.name in CODES or longer:
            learned = [slot for slot in learned if slot not in rivals]
            kept.append(rule)
    return sorted([*kept, *learned], key=lambda slot: slot.start)
