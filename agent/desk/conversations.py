"""Every resident's dialogue at this desk: their turns in, what to say out, and the orders that come of it."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

from agent.api.schema import FormView, OrderView, SlotView, TurnView
from agent.desk.answers import Desk
from agent.desk.dialogue import Answer, Dialogue, Reply, Session
from agent.desk.dialogue.forms import FORMS
from agent.desk.emergency import emergency
from agent.desk.orders import Order, Orders
from agent.desk.records import Records
from models.language.detect import Language
from models.language.reader import Heard
from models.language.understanding import Understanding

SESSIONS: Final = 64
"""Dialogues at once; the one that was silent longest gives way."""
INTENT_OF: Final = {form.name: form.intent for form in FORMS}


class Conversations:
    """Leads dialogues with one desk. Not for several threads at once."""

    def __init__(
        self, desk: Desk, orders: Orders, clock: Callable[[], datetime] = datetime.now, records: Records | None = None
    ) -> None:
        """records: where turns are kept for review, masked; nowhere without."""
        self._desk, self._clock, self._records = desk, clock, records
        self._sessions: OrderedDict[str, Session] = OrderedDict()
        self._heard: Heard | None = None
        self._entry = ""
        self.dialogue = Dialogue(orders, self._respond, desk.human, clock, emergency, desk.urgent)

    def turn(self, name: str, text: str, language: Language | None = None, resident: str | None = None) -> TurnView:
        """The reply to a turn of the dialogue `name`, which begins with its first turn.

        resident: the token of one who opted in to recommendations.
        """
        began = time.perf_counter()
        session = self._session(name)
        self._entry = ""
        self._heard = self._desk.hear(text, self._clock(), language)
        meaning = self._heard.meaning
        try:
            reply = self.dialogue.turn(session, meaning)
        finally:
            self._heard = None
        view = shown(reply, (time.perf_counter() - began) * 1000)
        if self._records:
            self._records.turn(meaning, reply, self._entry, resident)
        return view

    def forget(self, name: str) -> None:
        """Wipes a dialogue."""
        if session := self._sessions.pop(name, None):
            session.wipe()

    def sweep(self) -> None:
        """Wipes the dialogues whose resident has left."""
        now = self._clock()
        for name in [name for name, session in self._sessions.items() if session.expired(now)]:
            self.forget(name)

    def _session(self, name: str) -> Session:
        self.sweep()
        session = self._sessions.setdefault(name, Session())
        self._sessions.move_to_end(name)
        if len(self._sessions) > SESSIONS:
            self.forget(next(iter(self._sessions)))
        return session

    def _respond(self, meaning: Understanding, about: str) -> Answer:
        assert self._heard is not None
        vector = self._heard.vector
        if about:
            heard = self._desk.hear(f"{about} {meaning.text}", self._clock(), meaning.language)
            meaning, vector = replace(meaning, text=heard.meaning.text), heard.vector
        answer = self._desk.respond(meaning, vector)
        self._entry = answer.entry or ""
        return answer


def shown(reply: Reply, ms: float) -> TurnView:
    """A reply as the outside sees it."""
    slots: dict[str, SlotView] = {}
    for slot in sorted(reply.slots, key=lambda slot: -slot.confidence):
        slots.setdefault(slot.name, SlotView(text=slot.text, value=slot.value))
    form = reply.form
    return TurnView(
        answer=reply.answer, lang=reply.language, intent=reply.intent, confidence=round(reply.confidence, 4),
        slots=slots,
        form=FormView(name=form.name, missing=list(form.missing), filled=form.filled) if form else None,
        order=order_view(reply.order) if reply.order else None, handoff=reply.handoff, emergency=reply.emergency,
        ended=reply.ended, ms=round(ms, 2),
    )  # fmt: skip


def order_view(order: Order) -> OrderView:
    """An order as the outside sees it."""
    return OrderView(
        id=order.id, intent=INTENT_OF[order.form], category=order.category, priority=order.priority, state=order.state,
        slots=dict(order.slots), said=order.said, language=order.language,
        created=order.created.isoformat(timespec="seconds"), due=order.due.isoformat(timespec="seconds"),
    )  # fmt: skip
