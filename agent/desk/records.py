"""What the desk keeps of a turn besides its dialogue: feedback, turns to review, and what the core must hear of."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from agent.data.store import StorageError
from agent.desk.dialogue import ABUSIVE, Reply, acts, reading
from agent.desk.feedback import FeedbackStore, Surge
from agent.desk.masking import mask
from agent.desk.recommend.offers import offers
from agent.desk.recommend.store import RecommendStore
from agent.desk.reporting import Reporter
from agent.desk.review import Kind, ReviewQueue
from models.language.knowledge import Knowledge
from models.language.understanding import Understanding

log = logging.getLogger(__name__)

UNSURE: Final = 0.5
"""Confidence below which a turn is worth a reviewer's look."""


class Records:
    """The files of one desk. A full disk costs records, never an answer; `trouble` says so until one is kept again."""

    def __init__(self, folder: Path, timezone: str, reporter: Reporter, wall: Callable[[], float] = time.time) -> None:
        """Raises StorageError."""
        self.feedback = FeedbackStore(folder / "feedback.db", timezone)
        self.review = ReviewQueue(folder / "review.db")
        self.interests = RecommendStore(folder / "recommend.db")
        self.trouble = ""
        self._reporter, self._wall = reporter, wall
        self._told: dict[str, float] = {}

    def turn(self, heard: Understanding, reply: Reply, entry: str = "", resident: str | None = None) -> None:
        """Keeps what is worth keeping of one turn and its reply. entry: of the knowledge file, that fitted the turn.
        resident: the token of one who may have opted in."""
        if reply.emergency:
            self._reporter.emergency(reply.emergency, mask(heard.text, heard.slots))
        now = self._wall()
        form = reply.form.name if reply.form else ""
        try:
            if not reply.emergency:
                self.feedback.add(heard, now, reply.order.id if reply.order else "")
            if kind := _kind(heard, reply):
                self.review.add(kind, heard, now, entry, form)
            if resident and entry:
                self.interests.record(resident, entry, "used" if reply.form else "asked", now)
            self.trouble = ""
        except StorageError as error:
            self._fails(error)

    def offer(self, known: Knowledge) -> None:
        """What can be recommended from now on."""
        try:
            self.interests.set_items(offers(known))
        except StorageError as error:
            self._fails(error)

    def watch(self) -> list[Surge]:
        """To be called every few minutes: notes that the desk runs, reports the surges, gives those that are new."""
        try:
            now = self._wall()
            self.feedback.alive(now)
            surges = self.feedback.surges(now)
        except StorageError as error:
            self._fails(error)
            return []
        new = [surge for surge in surges if self._told.get(surge.topic) != surge.since]
        self._told = {surge.topic: surge.since for surge in surges}
        for surge in surges:
            self._reporter.surge(surge.topic, f"{surge.count} / {surge.expected:.1f}: {' | '.join(surge.examples)}")
        return new

    def close(self) -> None:
        """May be called twice."""
        self.feedback.close()
        self.review.close()
        self.interests.close()

    def _fails(self, error: StorageError) -> None:
        if self.trouble != error.message:
            log.warning("records are not kept: %s", error)
        self.trouble = error.message


def _kind(heard: Understanding, reply: Reply) -> Kind | None:
    if reply.handoff and not reply.emergency:
        return "handoff"
    if reply.form and acts.corrects(heard.text):
        return "correction"
    if heard.offensive > ABUSIVE:
        return "abuse"
    return "low_confidence" if heard.confidence < UNSURE and reading.substance(heard.text) else None
