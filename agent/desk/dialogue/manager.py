"""What the desk says next, whatever a resident says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

from agent.desk import rules
from agent.desk.dialogue import acts, filling, meant, reading, speaking, status
from agent.desk.dialogue.forms import FORMS, SURE, Form, asks, broken, form_for, opens, outright
from agent.desk.dialogue.session import CHANGE, CONFIRM, RESUME, WITHDRAW, Answer, OpenForm, Reply, Session
from agent.desk.dialogue.steps import MOST_ASKS, Said, Steps
from agent.desk.emergency import ENTRIES, GENERAL
from agent.desk.orders import Order, Orders
from agent.desk.phrases import join, say
from hal.errors import LouguanError
from models.language.detect import Language
from models.language.understanding import Understanding

LONGEST: Final = 500
"""Characters of a turn."""
ABUSIVE: Final = 0.8
"""Probability from which a turn counts as abuse."""
PERILOUS: Final = 0.3
"""Confidence from which the model alone may call a turn an emergency; below it the turn is taken for what it is most
likely besides."""
PERHAPS: Final = 0.1
"""Confidence from which that word of caution is said."""
MENDED: Final = ("water-leak", "water-near-electricity")
"""Emergencies after which something is to be mended."""
OFFERS: Final = 3
LIKELY: Final = 0.1
"""Probability from which an intent is worth offering."""
CERTAIN: Final = 0.7
"""Confidence in out_of_scope from which no answer is looked for."""
_KNOWLEDGE: Final = frozenset(
    {
        "fee_query", "notice_query", "contact_query", "access_card", "utility_usage", "environment_query",
        "equipment_status", "lost_found", "suggestion_praise",
    }
)  # fmt: skip
_ASKED_ABOUT: Final = frozenset({"duration", "amount", "object", "symptom", "facility"})
"""Slots that a question may hold and still be one."""
_BRIEF: Final[dict[Language, int]] = {"zh": 8, "en": 4}
"""Characters or words of a question that may lean on what was spoken of before."""
OFFERED: Final = (
    *_KNOWLEDGE, *(form.intent for form in FORMS), "request_status", "human_agent",
)  # fmt: skip
"""Intents that are offered to a resident who was not understood."""


class Dialogue:
    """Leads residents' dialogues; it keeps nothing of them itself, so one serves every session."""

    def __init__(
        self,
        orders: Orders,
        respond: Callable[[Understanding, str], Answer],
        human: Callable[[Language], str],
        clock: Callable[[], datetime],
        emergency: Callable[[str], str | None],
        urgent: Callable[[str, Language], str],
        unsure: float = 0.4,
    ) -> None:
        """respond: answers what needs no form, as a question about the subject named, if one is. human: whom to call.
        emergency: name of the one that a text reports.

        urgent: what to do in the emergency of that name, or of any name. unsure: confidence below which an intent is
        not believed.
        """
        self._orders = orders
        self._respond = respond
        self._human = human
        self._clock = clock
        self._emergency = emergency
        self._urgent = urgent
        self._unsure = unsure
        self._steps = Steps(orders, human)

    def turn(self, session: Session, heard: Understanding) -> Reply:
        """The reply to one turn; the session moves on. Only an order that was read back and agreed to is made."""
        now = self._clock()
        if session.expired(now):
            session.wipe()
        fresh = session.started is None
        session.started, session.last = session.started or now, now
        session.language = reading.language_of(heard, session.language, fresh)
        wished = None if self._emergency(heard.text) else acts.language_wished(heard.text)
        if wished:
            session.language = wished
        heard, perhaps = _sober(heard)
        heard = outright(heard)
        form = session.form
        said = self._switched(session, heard, now) if wished else self._said(session, heard, now)
        answered = form is not None and self._fits(form, heard)
        if perhaps and not (said.emergency or answered or reading.bare(heard)):
            said = replace(
                said, text=join(say("urgent.perhaps", session.language), said.text, language=session.language)
            )
        if heard.offensive > ABUSIVE and not said.emergency:
            calm = say("calm", session.language)
            said = replace(said, text=join(calm, said.text, language=session.language))
        reply = Reply(
            said.text, session.language, heard.intent, heard.confidence, tuple(reading.taken(heard)),
            session.form.state() if session.form and not said.closed else said.closed,
            said.order, said.handoff, said.emergency, said.ended,
        )  # fmt: skip
        session.answer = said.text
        if said.ended:
            session.wipe()
        return reply

    def _switched(self, session: Session, heard: Understanding, now: datetime) -> Said:
        """After a wish for the other language: the open question, or an offer, in that one."""
        lead = say("language", session.language)
        if session.form:
            if filling.fill(session.form, heard, session.language, now):
                said = self._steps.go_on(session, now)
                return replace(said, text=join(lead, said.text, language=session.language))
            return Said(self._steps.beside(session, lead, now))
        return Said(join(lead, say("how", session.language), language=session.language))

    def _said(self, session: Session, heard: Understanding, now: datetime) -> Said:
        resuming = session.form is not None and session.form.asked == RESUME
        passed = (resuming or session.urgent) and acts.passed(heard.text)
        # Another danger may be told of in the same breath.
        passed = passed and not self._emergency(acts.without_end(heard.text))
        if not passed and (name := self._emergency(heard.text)):
            return self._rescue(session, name, heard, now)
        if len(heard.text) > LONGEST:
            return Said(say("long", session.language))
        if not passed and heard.intent == "emergency" and session.urgent:
            return replace(self._stay(session), emergency=GENERAL)
        if not passed and heard.intent == "emergency":
            answer = self._respond(heard, "")
            name = answer.entry if answer.known and answer.entry in ENTRIES else GENERAL
            return self._rescue(session, name, heard, now)
        corrected = session.form is not None and _corrects(session.form, heard)
        fits = session.form is not None and self._fits(session.form, heard)
        if self._means(heard, "repeat") and not (corrected or fits):
            if session.form:
                session.form.misses += 1
                if session.form.misses >= MOST_ASKS:
                    return self._steps.again(session, now)
            return Said(session.answer or say("nothing_said", session.language))
        if self._means(heard, "human_agent") and not (corrected or fits):
            human = self._human(session.language)
            if session.form:
                self._steps.pause(session)
            return Said(say("human", session.language, human=human), human)
        return self._inside(session, session.form, heard, now) if session.form else self._outside(session, heard, now)

    def _rescue(self, session: Session, name: str, heard: Understanding, now: datetime) -> Said:
        kept = ""
        repair = name in MENDED and not session.suspended
        if session.form:
            self._steps.pause(session)
            kept = say("urgent.kept", session.language, form=say(f"form.{session.form.form.key}", session.language))
            repair = repair and session.form.form is not FORMS[0]
        if repair:
            self._steps.open(session, FORMS[0], heard, now)
            self._steps.pause(session)
            kept = join(kept, say("urgent.form", session.language), language=session.language)
        session.urgent = not repair
        text = join(self._urgent(name, session.language), kept, language=session.language)
        return Said(text, self._human(session.language), emergency=name)

    def _inside(self, session: Session, form: OpenForm, heard: Understanding, now: datetime) -> Said:
        """A turn while a form is open."""
        if session.urgent and form.asked == RESUME and not self._moves_on(heard):
            return self._stay(session)
        session.urgent = False
        if form.asked == WITHDRAW:
            if acts.keeps(heard.text) or (self._plain_no(heard) and not acts.drops(heard.text)):
                return self._steps.cancel(session, now)
            if acts.agrees(heard) or acts.drops(heard.text):
                return self._steps.withdraw(session, now)
            session.form = None
            return self._outside(session, heard, now)
        if acts.gives_up(heard) or (form.asked == RESUME and (self._plain_no(heard) or acts.drops(heard.text))):
            return self._steps.cancel(session, now)
        if form.asked == RESUME and (acts.goes_on(heard.text) or acts.over(heard.text)):
            # What was shut or put out is not what is to be mended.
            heard = replace(heard, slots=tuple(slot for slot in heard.slots if slot.name not in ("object", "symptom")))
            filling.fill(form, heard, session.language, now)
            return self._steps.go_on(session, now)
        if acts.agrees(heard) and (done := self._agreed(session, form, heard, now)):
            return done
        if said := self._aside(session, form, heard, now):
            return said
        if filling.decline(form, heard) or filling.fill(form, heard, session.language, now):
            form.asks = 0
            return self._steps.go_on(session, now)
        if not asks(heard.text) and filling.note(form, heard):
            return self._steps.go_on(session, now)
        if acts.comes_without(heard.text):
            return self._steps.go_on(session, now)
        if heard.intent == "thanks_goodbye":
            return self._steps.again(session, now, "before_you_go")
        if acts.denies(heard) and form.asked in (CONFIRM, CHANGE):
            return self._steps.change(session, acts.field_named(heard.text), now)
        if form.asked == CHANGE and (field := acts.field_named(heard.text)):
            return self._steps.change(session, field, now)
        if form.asked == CONFIRM and acts.keeps_to_self(heard.text):
            return self._steps.go_on(session, now)
        if form.asked == "location" and acts.keeps_to_self(heard.text):
            return self._steps.again(session, now, "need.location")
        if asks(heard.text) and heard.confidence >= self._unsure:
            answer = self._answer(session, heard)
            return Said(self._steps.beside(session, answer.text, now), answer.handoff)
        return self._steps.again(session, now)

    def _agreed(self, session: Session, form: OpenForm, heard: Understanding, now: datetime) -> Said | None:
        """After a yes; None when it answers nothing that was asked."""
        if filling.fill(form, heard, session.language, now) or form.asked in (RESUME, CHANGE):
            return self._steps.go_on(session, now)
        return self._steps.record(session, now) if form.asked == CONFIRM else None

    def _aside(self, session: Session, form: OpenForm, heard: Understanding, now: datetime) -> Said | None:
        """Another request, or a question that has an answer; None when the turn belongs to the form."""
        if _corrects(form, heard):
            return None
        other = form_for(heard)
        requested = (
            other is not None
            and other.name != form.form.name
            and (bool(other.wish.search(heard.text)) or broken(heard))
        )
        if self._fits(form, heard) and not requested:
            return None
        if (reading.bare(heard) and not requested) or heard.confidence < self._unsure or acts.denies(heard):
            return None
        question = asks(heard.text, form.form if heard.intent == form.form.intent else None)
        if not (question or requested) and filling.answers(form, heard, session.language, now):
            return None
        if heard.intent == "request_status":
            said = self._status(session, heard, now)
            return replace(said, text=self._steps.beside(session, said.text, now))
        if heard.intent == "out_of_scope" and heard.confidence >= CERTAIN:
            return Said(self._steps.beside(session, say(_scope(heard), session.language), now))
        if question or heard.intent in _KNOWLEDGE:
            answer = self._answer(session, heard)
            if answer.known and (question or not self._helps(form, heard)):
                return Said(self._steps.beside(session, answer.text, now), answer.handoff)
        if other is None or other.name == form.form.name or heard.confidence < SURE or asks(heard.text, other):
            return None
        if not requested and self._helps(form, heard):
            return None
        if session.suspended:
            return Said(self._steps.beside(session, say("one_by_one", session.language), now))
        return self._steps.open(session, other, heard, now)

    def _outside(self, session: Session, heard: Understanding, now: datetime) -> Said:
        """A turn while no form is open."""
        language = session.language
        offered, session.offered = session.offered, None
        if session.urgent:
            session.urgent = not self._moves_on(heard)
            if session.urgent:
                return self._stay(session)
        if offered and (form := form_for(offered)) and _accepts(form, heard):
            self._steps.open(session, form, offered, now)
            assert session.form is not None
            filling.fill(session.form, heard, language, now)
            return self._steps.go_on(session, now)
        if session.order and acts.moves(heard.text) and reading.taken(heard):
            return self._alter(session, session.order, heard, now)
        waiting, session.wants_number = session.wants_number, False
        by_phone = any(slot.name == "phone" for slot in heard.slots)
        if (
            self._means(heard, "request_status")
            or status.written(heard.text)
            or (waiting and (status.named(heard) or by_phone))
            or (by_phone and acts.looks_up(heard.text))
        ):
            return self._status(session, heard, now)
        if not any(map(str.isalnum, heard.text)):
            return self._unclear(session, heard)
        if session.order and acts.alters(heard.text):
            return self._alter(session, session.order, heard, now)
        for act in ("greeting", "affirm", "deny"):
            if self._means(heard, act) and (act == "greeting" or not acts.wonders(heard.text)):
                session.unsure = 0
                return Said(say(act, language))
        if self._means(heard, "thanks_goodbye"):
            return Said(say("goodbye", language), ended=True)
        if self._means(heard, "out_of_scope") and heard.confidence >= CERTAIN:
            session.unsure = 0
            return Said(say("how" if heard.offensive > ABUSIVE else _scope(heard), language))
        answer = self._answer(session, heard)
        form = form_for(heard) if heard.confidence >= self._unsure else None
        if form and opens(form, heard, answer.score if answer.known else 0.0):
            session.unsure = 0
            return self._steps.open(session, form, heard, now)
        if answer.known or (heard.confidence >= self._unsure and heard.intent != "out_of_scope"):
            session.unsure = 0
            if not form and broken(heard):
                heard = replace(heard, intent="repair_request")
                form = form_for(heard)
            session.offered = heard if form else None
            offer = say("offer", language) if form and answer.known and not asks(heard.text) else ""
            return Said(join(answer.text, offer, language=language), answer.handoff)
        if heard.confidence >= self._unsure:
            return Said(say(_scope(heard), language))
        return self._unclear(session, heard)

    def _answer(self, session: Session, heard: Understanding) -> Answer:
        """The answer to a question; to one that has none, as a question about what is spoken of: "how much is it"."""
        answer = self._respond(heard, "")
        about = session.topic
        if session.form:
            form = session.form.form
            about = str(session.form.filled.get("facility", say(f"form.{form.key}", session.language)))
            if any(slot.name in form.takes - _ASKED_ABOUT for slot in reading.taken(heard)):
                return answer
        brief = len(heard.text if heard.language == "zh" else heard.text.split()) <= _BRIEF[heard.language]
        if about and (asks(heard.text) or acts.wonders(heard.text)) and (brief or not answer.known):
            wider = self._respond(heard, about)
            if wider.known and wider.score >= answer.score:
                return wider
        if answer.known:
            session.topic = heard.text
        return answer

    def _moves_on(self, heard: Understanding) -> bool:
        """Whether a turn after a danger is about something else."""
        if reading.address(heard):
            return False
        said = heard.text
        back = acts.goes_on(said) or acts.over(said) or acts.drops(said) or acts.agrees(heard) or acts.denies(heard)
        other = heard.intent in _KNOWLEDGE or form_for(heard) is not None or heard.intent == "request_status"
        return back or (other and heard.confidence >= SURE) or heard.intent == "thanks_goodbye"

    def _stay(self, session: Session) -> Said:
        """What is said to those who go on about a danger."""
        human = self._human(session.language)
        return Said(say("urgent.stay", session.language, human=human), human)

    def _alter(self, session: Session, order: Order, heard: Understanding, now: datetime) -> Said:
        """After a wish to change or cancel the order of this dialogue, which its resident may until work begins."""
        language = session.language
        try:
            current = self._orders.get(order.id)
        except LouguanError:
            current = None
        if current and current.state == "new":
            return self._steps.alter(session, current, heard, now)
        human, number = self._human(language), speaking.digits(order.id, language)
        return Said(say("order.alter", language, number=number, human=human), human)

    def _unclear(self, session: Session, heard: Understanding) -> Said:
        """Asks to say it differently, once; then a human."""
        language = session.language
        session.unsure += 1
        if session.unsure > 1:
            session.unsure = 0
            human = self._human(language)
            return Said(say("unsure", language, human=human), human)
        likely = sorted(heard.scores, key=heard.scores.__getitem__, reverse=True)
        offers = [intent for intent in likely if intent in OFFERED and heard.scores[intent] >= LIKELY][:OFFERS]
        if not offers:
            return Said(say("clarify", language))
        joint = "、" if language == "zh" else ", "
        return Said(
            say("clarify.offer", language, offers=joint.join(say(f"topic.{name}", language) for name in offers))
        )

    def _status(self, session: Session, heard: Understanding, now: datetime) -> Said:
        language = session.language
        try:
            found = status.look_up(self._orders, session, heard)
        except LouguanError:
            human = self._human(language)
            return Said(say("status.fails", language, human=human), human)
        if found:
            session.unsure = 0
            return Said(status.told(found, language, now))
        session.unsure += 1
        if session.unsure > 2:
            session.unsure = 0
            human = self._human(language)
            return Said(say("status.lost", language, human=human), human)
        session.wants_number = True
        return Said(say("status.ask" if found is None else "status.none", language))

    def _means(self, heard: Understanding, act: str) -> bool:
        return heard.intent == act and heard.confidence >= self._unsure

    def _plain_no(self, heard: Understanding) -> bool:
        return acts.denies(heard) and not reading.taken(heard)

    def _fits(self, form: OpenForm, heard: Understanding) -> bool:
        """Whether the turn says something that the form has a place for, and asks nothing."""
        slots = [slot.name for slot in reading.taken(heard) if slot.name not in ("object", "symptom")]
        question = asks(heard.text) or acts.wonders(heard.text)
        more = form.asked == "object" and rules.thing(heard.text) is not None
        more = more or ("count" in form.form.takes and meant.alone(heard.text))
        return not question and (more or any(name in form.form.takes for name in slots))

    def _helps(self, form: OpenForm, heard: Understanding) -> bool:
        """Whether the turn answers what the form asked."""
        group = form.form.group(form.asked)
        return any(slot.name in group for slot in heard.slots)


def _sober(heard: Understanding) -> tuple[Understanding, bool]:
    """The turn, and whether it may be an emergency without being likely enough to count as one."""
    others = {name: chance for name, chance in heard.scores.items() if name != "emergency"}
    if heard.intent != "emergency" or (heard.confidence >= PERILOUS and not reading.address(heard)) or not others:
        return heard, False
    second = max(others, key=others.__getitem__)
    perhaps = heard.confidence >= PERHAPS and not reading.address(heard)
    return replace(heard, intent=second, confidence=others[second]), perhaps


def _scope(heard: Understanding) -> str:
    """What is said to a turn that is nobody's job here: who speaks, or why not, where that is others' data."""
    if acts.asks_who(heard.text):
        return "who"
    return "scope.private" if acts.forbidden(heard.text) else "scope"


def _accepts(form: Form, heard: Understanding) -> bool:
    """Whether the turn takes up the form that was offered: by a yes, or by saying what it needs."""
    question = asks(heard.text) or acts.wonders(heard.text)
    needed = any(slot.name in form.takes for slot in reading.taken(heard)) and not question
    return acts.agrees(heard) or (needed and len(heard.text) <= reading.LONGEST_VALUE and _weak(heard))


def _weak(heard: Understanding) -> bool:
    """Whether the turn is no request or act of its own."""
    other = form_for(heard)
    return reading.bare(heard) or heard.confidence < SURE or not (other and other.wish.search(heard.text))


def _corrects(form: OpenForm, heard: Understanding) -> bool:
    """Whether the turn says one of the form's slots anew, whatever its intent seems to be."""
    if meant.tail_changed(form.filled.get("phone"), heard.text) is not None:
        return True
    return acts.corrects(heard.text) and any(slot.name in form.form.takes for slot in reading.taken(heard))
