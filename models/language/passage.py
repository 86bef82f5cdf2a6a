"""A wording by which an entry can be found, and what a search finds."""

from __future__ import annotations

from dataclasses import dataclass

from models.language.detect import Language


@dataclass(frozen=True, slots=True)
class Passage:
    """One wording under which an entry can be found."""

    entry_id: str
    text: str
    language: Language


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry with its best matching wording."""

    entry_id: str
    text: str
    language: Language
    score: float
    """Calibrated probability, 0 to 1, that the entry answers the question."""
