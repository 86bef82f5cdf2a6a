"""Why the desk answers as it does: scores, slots, the matched entry, thresholds, and the words that weighed most."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from agent.api.schema import ExplainView, MatchView, SlotView, WeightView
from agent.desk.answers import Desk
from agent.desk.emergency import emergency
from models.language.detect import Language
from models.language.units import units

SHOWN: Final = 5
MOST_UNITS: Final = 40
"""Units that are left out in turn; each costs one pass through the model."""


def explain(desk: Desk, text: str, language: Language | None = None) -> ExplainView:
    """The reasons behind `desk.answer(text)`. Raises ModelError."""
    now = datetime.now()
    heard = desk.hear(text, now, language)
    meaning = heard.meaning
    rule = emergency(text)
    best = sorted(meaning.scores.items(), key=lambda item: -item[1])[:SHOWN]
    hits = desk.matches(text, heard.vector)[:SHOWN]
    limits = desk.reader.heads["intent"].thresholds
    return ExplainView(
        rule=rule, intent=meaning.intent, intents={name: round(score, 4) for name, score in best},
        thresholds={"entry": desk.threshold, **limits},
        slots={slot.name: SlotView(text=slot.text, value=slot.value) for slot in meaning.slots},
        matches=[MatchView(entry=hit.entry_id, wording=hit.text, score=round(hit.score, 4)) for hit in hits],
        words=_words(desk, text, max(meaning.scores, key=meaning.scores.__getitem__), now, meaning.language),
        sentiment=meaning.sentiment, topic=meaning.topic, offensive=round(meaning.offensive, 4),
    )  # fmt: skip


def _words(desk: Desk, text: str, intent: str, now: datetime, spoken: Language) -> list[WeightView]:
    """What the likeliest intent's probability loses without each word (occlusion, Zeiler and Fergus 2014); in Chinese
    without each pair of neighbouring characters, as a word there has about two."""
    whole = desk.reader.read(text, now, spoken).meaning.scores[intent]
    found = units(text)[:MOST_UNITS]
    spans = _pairs(text, found)
    weights = []
    for start, end in spans:
        without = desk.reader.read(f"{text[:start]} {text[end:]}".strip() or "-", now, spoken).meaning.scores[intent]
        weights.append(WeightView(word=text[start:end], weight=round(whole - without, 4)))
    return sorted((item for item in weights if item.weight > 0), key=lambda item: -item.weight)[:SHOWN]


def _pairs(text: str, found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    spans = []
    for place, (start, end) in enumerate(found):
        after = found[place + 1] if place + 1 < len(found) else None
        if text[start:end].isascii():
            spans.append((start, end))
        elif after and after[0] == end and not text[after[0]].isascii():
            spans.append((start, after[1]))
    return spans or found
