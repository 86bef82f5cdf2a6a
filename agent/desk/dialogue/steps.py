"""The course of a form: asking, reading back, recording, giving up."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from agent.desk.dialogue import acts, filling, reading, speaking
from agent.desk.dialogue.forms import Form, form_of
from agent.desk.dialogue.session import CHANGE, CONFIRM, RESUME, WITHDRAW, FormState, OpenForm, Session
from agent.desk.orders import Order, Orders
from agent.desk.phrases import PHRASES, join, say
from agent.desk.rules import appointment
from hal.errors import LouguanError
from models.language.detect import Language
from models.language.understanding import Understanding, Value

log = logging.getLogger(__name__)

RESIDENT: Final = "resident"
"""Who changed an order, in its history."""
MOST_ASKS: Final = 3
"""Of one question: once, and two more times."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a turn leads to. closed: a form that was given up, for a human to take over."""

    text: str
    handoff: str | None = None
    order: Order | None = None
    closed: FormState | None = None
    emergency: str | None = None
    ended: bool = False


class Steps:
    """Moves a session's open form on; the session must have one, except for `open`."""

    def __init__(self, orders: Orders, human: Callable[[Language], str]) -> None:
        self._orders = orders
        self._human = human

    def open(self, session: Session, form: Form, heard: Understanding, now: datetime) -> Said:
        """Opens a form with what the turn says; a form that is open waits until this one is over."""
        opened = OpenForm(form, heard.text)
        filling.begin(opened, heard, session.language, now)
        if session.form:
            session.suspended = session.form
        if "location" not in opened.filled and "location" in form.takes:
            self._carry(opened, session, heard)
        session.form = opened
        return self.go_on(session, now)

    def alter(self, session: Session, order: Order, heard: Understanding, now: datetime) -> Said:
        """Opens what was recorded a moment ago to be changed, or asks whether to cancel it."""
        language = session.language
        if not acts.moves(heard.text):
            session.form = form = OpenForm(form_of(order), order.said, dict(order.slots), amends=order.id)
            form.asked = WITHDRAW
            return Said(self._repeated(form, language, now))
        form = OpenForm(form_of(order), order.said, dict(order.slots), CHANGE, hinted=True, amends=order.id)
        session.form, form.detailed = form, filling.MOST_PARTS
        if filling.fill(form, heard, language, now):
            return self.go_on(session, now)
        return self.change(session, acts.field_named(heard.text), now)

    def withdraw(self, session: Session, now: datetime) -> Said:
        """Cancels the order that was recorded a moment ago."""
        form, language = _form(session), session.language
        number = speaking.digits(form.amends, language)
        try:
            self._orders.set_state(form.amends, "cancelled", RESIDENT, "", now)
        except LouguanError as error:
            return self._failed(session, error, now)
        self._close(session, now, offer=False)
        return Said(say("withdrawn", language, number=number))

    def go_on(self, session: Session, now: datetime) -> Said:
        """After progress: asks for what is missing, or reads back what there is."""
        form, language = _form(session), session.language
        form.misses = 0
        text = self._question(form, language, now)
        return Said(text) if form.asks <= MOST_ASKS else self._give_up(session, now)

    def again(self, session: Session, now: datetime, why: str = "again") -> Said:
        """After a turn that did not help: asks once more, or leaves it to a human."""
        form, language = _form(session), session.language
        if form.part:
            # Where the estate has one building, there is nothing to tell.
            form.detailed = filling.MOST_PARTS
            return self.go_on(session, now)
        form.misses += 1
        if form.misses >= MOST_ASKS or form.asks >= MOST_ASKS:
            return self._give_up(session, now)
        lead = say(why, language, form=_name(form, language))
        return Said(join(lead, self._repeated(form, language, now), language=language))

    def beside(self, session: Session, answer: str, now: datetime) -> str:
        """An answer to something else, with the open question after it unless that was heard often enough."""
        form, language = _form(session), session.language
        if form.asks >= MOST_ASKS:
            form.asks = 0
            return answer
        return join(answer, self._repeated(form, language, now), language=language)

    def pause(self, session: Session) -> None:
        """Keeps the form for later; nothing that was asked can be agreed to any more."""
        form = _form(session)
        form.asked, form.question, form.asks = RESUME, "", 0

    def change(self, session: Session, field: str | None, now: datetime) -> Said:
        """After a plain no: asks what is wrong, or for the field that was named."""
        form, language = _form(session), session.language
        form.misses += 1
        if form.misses > MOST_ASKS:
            return self._give_up(session, now)
        if field and field in form.form.takes:
            return Said(self._ask(form, field, say(_key(form, field), language), field))
        return Said(self._ask(form, CHANGE, say("change", language), CHANGE))

    def cancel(self, session: Session, now: datetime) -> Said:
        """Drops the form; an order that it would have changed stays as it is."""
        form, language = _form(session), session.language
        if form.amends:
            text = say("unchanged", language, number=speaking.digits(form.amends, language))
        else:
            text = say("cancelled", language, form=_name(form, language))
        return Said(join(text, self._close(session, now, offer=True), language=session.language))

    def record(self, session: Session, now: datetime) -> Said:
        """Makes the order of a form that was agreed to; never claims what is not on the disk."""
        form, language = _form(session), session.language
        slots = {name: value for name, value in form.filled.items() if value != {}}
        try:
            if form.amends:
                order = self._orders.amend(form.amends, slots, RESIDENT, now)
            else:
                order = self._orders.create(form.form.name, slots, language, now, form.said)
        except LouguanError as error:
            return self._failed(session, error, now)
        session.order = order
        own = f"done.{order.form}"
        appointed = "time" in slots and appointment(slots, now) == order.due
        key = own if own in PHRASES else "done.appointed" if appointed else "done"
        wish = appointment(slots, now) if key == "done" and "time" in slots and not form.form.in_past else None
        key = "done.changed" if form.amends else "done.wished" if wish and now < wish < order.due else key
        due = speaking.moment(order.due, language, now)
        wished = speaking.moment(wish, language, now) if wish else ""
        text = say(key, language, number=speaking.digits(order.id, language), due=due, wished=wished)
        after = self._close(session, now, offer=True) or say("more", language)
        return Said(join(text, after, language=language), order=order)

    def _failed(self, session: Session, error: LouguanError, now: datetime) -> Said:
        log.error("an order could not be recorded: %s", error)
        language = session.language
        human, state = self._human(language), _form(session).state()
        self._close(session, now, offer=False)
        return Said(say("not_recorded", language, human=human), human, closed=state)

    def _question(self, form: OpenForm, language: Language, now: datetime) -> str:
        if missing := form.form.missing(form.filled):
            form.part = ""
            return self._ask(form, missing[0], say(_key(form, missing[0]), language), missing[0])
        if part := filling.part_wanted(form):
            form.detailed, form.part = form.detailed + 1, part
            return self._ask(form, "location", say(f"ask.part.{part}", language), part)
        form.part = ""
        return self._read_back(form, language, now)

    def _repeated(self, form: OpenForm, language: Language, now: datetime) -> str:
        """The open question once more."""
        if form.asked == RESUME:
            return self._ask(form, RESUME, say("resume", language, form=_name(form, language)), RESUME)
        if form.asked == CHANGE:
            return self._ask(form, CHANGE, say("change", language), CHANGE)
        if form.asked == WITHDRAW:
            number = speaking.digits(form.amends, language)
            return self._ask(form, WITHDRAW, say("withdraw", language, number=number), WITHDRAW)
        if form.part:
            return self._ask(form, "location", say(f"ask.part.{form.part}", language), form.part)
        return self._question(form, language, now)

    def _read_back(self, form: OpenForm, language: Language, now: datetime) -> str:
        read = speaking.summary(form.filled, language, now)
        if form.hinted:
            text = say("confirm.changed", language, summary=read)
        else:
            free = form.form.name == "repair" and not {"date", "time"} & form.filled.keys()
            key = "confirm" if "phone" in form.filled else "confirm.hint" if free else "confirm.phone"
            text = say(key, language, form=_name(form, language).capitalize(), summary=read)
        if form.carried:
            text = join(say("confirm.carried", language), text, language=language)
        form.hinted = True
        return self._ask(form, CONFIRM, text, json.dumps(form.filled))

    def _ask(self, form: OpenForm, asked: str, text: str, question: str) -> str:
        """Notes that this is asked; `question` is the same for all wordings of one question."""
        question = f"{asked} {question}"
        form.asks = form.asks + 1 if question == form.question else 1
        form.asked, form.question = asked, question
        return text

    def _give_up(self, session: Session, now: datetime) -> Said:
        form, language = _form(session), session.language
        human, state = self._human(language), form.state()
        read = speaking.summary(form.filled, language, now)
        self._close(session, now, offer=False)
        text = say("gave_up" if read else "gave_up.empty", language, human=human, summary=read)
        return Said(text, human, closed=state)

    def _close(self, session: Session, now: datetime, offer: bool) -> str:
        """Ends the form; what waited behind it comes back, and is offered when wished."""
        session.form, session.suspended = session.suspended, None
        if session.form is None:
            return ""
        self.pause(session)
        return self._repeated(session.form, session.language, now) if offer else ""

    def _carry(self, form: OpenForm, session: Session, heard: Understanding) -> None:
        """Takes the place of the form that waits, if somebody is to come to both, or of the order before."""
        waiting, order = session.suspended, session.order
        place: Value = ""
        if waiting and waiting.form.home and form.form.home:
            place = waiting.filled.get("location", "")
            place = {part: place[part] for part in place if part != "place"} if isinstance(place, dict) else ""
        elif order and (order.form == form.form.name or acts.adds(heard.text)):
            place = order.slots.get("location", "")
        if location := reading.clean("location", place):
            form.filled["location"], form.carried = location, True


def _form(session: Session) -> OpenForm:
    if session.form is None:
        raise LouguanError("No form is open.", "Open one first.")
    return session.form


def _name(form: OpenForm, language: Language) -> str:
    return say(f"form.{form.form.key}", language)


def _key(form: OpenForm, slot: str) -> str:
    own = f"ask.{form.form.key}.{slot}"
    return own if own in PHRASES else f"ask.{slot}"
