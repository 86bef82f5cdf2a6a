"""What the desk takes a turn for: rules for emergencies first, then the model, and doubt where the model has none."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from agent.desk.emergency import emergency
from models.language.detect import Language
from models.language.reader import Heard, Reader
from models.language.understanding import Understanding


def hear(reader: Reader, text: str, now: datetime, language: Language | None = None) -> Heard:
    """`text` understood as the desk acts on it. Raises: ModelError."""
    heard = reader.read(text, now, language)
    return heard._replace(meaning=judged(reader, heard.meaning, emergency(text) is not None))


def judged(reader: Reader, meaning: Understanding, ruled: bool) -> Understanding:
    """An emergency by rule is one; so is what the model thinks likely enough to be one, as a miss costs more than a
    false alarm; what the model is unsure of is out of scope."""
    limits = reader.heads["intent"].thresholds
    if ruled:
        return replace(meaning, intent="emergency", confidence=1.0)
    if meaning.scores["emergency"] >= limits.get("emergency", 0.5):
        return replace(meaning, intent="emergency", confidence=meaning.scores["emergency"])
    if meaning.intent == "emergency":
        second = max((name for name in meaning.scores if name != "emergency"), key=meaning.scores.__getitem__)
        meaning = replace(meaning, intent=second, confidence=meaning.scores[second])
    if meaning.confidence < limits.get("inside", 0.0):
        return replace(meaning, intent="out_of_scope")
    return meaning
