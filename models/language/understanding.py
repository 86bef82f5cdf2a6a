"""What a turn means: its language, intent, slots and tone, each with how sure that is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from models.language.detect import Language

INTENTS: Final = (
    "repair_request", "complaint", "fee_query", "visitor_pass", "parking", "parcel", "facility_booking", "notice_query",
    "contact_query", "access_card", "renovation_moving", "utility_usage", "environment_query", "equipment_status",
    "lost_found", "request_status", "suggestion_praise", "human_agent", "emergency", "greeting", "thanks_goodbye",
    "affirm", "deny", "repeat", "out_of_scope",
)  # fmt: skip
SLOTS: Final = (
    "location", "object", "symptom", "time", "date", "duration", "count", "phone", "person", "plate", "facility",
    "amount",
)  # fmt: skip
SENTIMENTS: Final = ("negative", "neutral", "positive")
TOPICS: Final = (
    "noise", "cleanliness", "security", "parking", "lift", "water", "power", "heating_cooling", "facilities",
    "greenery", "pets", "neighbours", "staff", "fees", "delivery", "renovation", "network", "other",
)  # fmt: skip

Value = str | int | float | dict[str, str]
"""A slot's normal form. location: {building, unit, floor, room, place}, the known ones; time: HH:MM or HH:MM-HH:MM, or
morning, noon, afternoon, evening, night; date: YYYY-MM-DD, or two joined by /; duration: minutes; count: a number;
phone: digits, + kept; plate: 沪A12345; amount: yuan; the others: the words as said, without marks at their ends."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A phrase of the turn that fills a slot."""

    name: str
    """One of SLOTS."""
    start: int
    end: int
    """Characters of the turn's text, end exclusive."""
    text: str
    value: Value
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Understanding:
    """One turn, understood. scores: probability of every intent, calibrated."""

    text: str
    language: Language
    intent: str
    confidence: float
    scores: dict[str, float] = field(default_factory=dict)
    slots: tuple[Slot, ...] = ()
    sentiment: str = "neutral"
    topic: str = "other"
    offensive: float = 0.0
    """Probability that the turn is abusive."""
