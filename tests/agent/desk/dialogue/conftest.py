"""A resident who talks to the desk, with its answers and its clock in the test's hands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from agent.desk.dialogue import Answer, Dialogue, Reply, Session
from agent.desk.orders import Orders
from models.language.detect import Language, detect_language
from models.language.normal import normal
from models.language.understanding import Slot, Understanding

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=timezone(timedelta(hours=8)))
"""A Tuesday."""
KNOWN = {
    "多少钱": "每月三百元。", "几点": "早上七点到晚上十点。", "怎么报修": "直接告诉我就行。",
    "how much": "It is 300 yuan.", "what time": "From 7 am to 10 pm.", "lift running": "Lift 1 is running.",
}  # fmt: skip
_MARK = re.compile(r"\[([^\]]*)\]\((\w+)\)")


def understanding(marked: str, intent: str, confidence: float, offensive: float = 0.0) -> Understanding:
    """A turn in the corpus's notation: [三号楼](location)漏水."""
    text, slots, at = "", [], 0
    spoken: Language = detect_language(_MARK.sub(r"\1", marked))
    for match in _MARK.finditer(marked):
        text += marked[at : match.start()]
        value = normal(match[2], match[1], spoken, NOW)
        assert value is not None, match[0]
        slots.append(Slot(match[2], len(text), len(text) + len(match[1]), match[1], value))
        text += match[1]
        at = match.end()
    scores = {intent: confidence, "parcel": 0.2, "parking": 0.15}
    return Understanding(text + marked[at:], spoken, intent, confidence, scores, tuple(slots), offensive=offensive)


class Resident:
    """Says turns, one after another, to one dialogue."""

    def __init__(self, orders: Orders) -> None:
        self.orders = orders
        self.session = Session()
        self.now = NOW
        self.asked: list[str] = []
        self.known: tuple[str, ...] = ()
        """Cues that have an answer beyond KNOWN."""
        self.dialogue = Dialogue(
            orders, self._respond, lambda language: "物业 88006120" if language == "zh" else "the office 88006120",
            lambda: self.now, lambda text: "fire" if "着火" in text or "on fire" in text else None,
            lambda name, language: "请马上离开，打119。" if language == "zh" else "Leave now and call 119.",
        )  # fmt: skip

    def says(self, marked: str, intent: str = "out_of_scope", confidence: float = 0.9, offensive: float = 0.0) -> Reply:
        return self.dialogue.turn(self.session, understanding(marked, intent, confidence, offensive))

    def _respond(self, heard: Understanding, about: str) -> Answer:
        said = f"{about} {heard.text}".strip()
        self.asked.append(said)
        known = next((text for cue, text in KNOWN.items() if cue in said), None)
        if not known and any(cue in said for cue in self.known):
            known = "An answer."
        if known:
            return Answer(known, True, "entry", 0.9)
        return Answer("这个我不知道。" if heard.language == "zh" else "I do not know that.", False, handoff="human")


@pytest.fixture
def orders(tmp_path: Path) -> Iterator[Orders]:
    made = Orders(tmp_path / "orders.sqlite")
    yield made
    made.close()


@pytest.fixture
def resident(orders: Orders) -> Resident:
    return Resident(orders)
