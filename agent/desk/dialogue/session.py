"""What is kept of one resident's dialogue, and what one turn gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from agent.desk.dialogue.forms import Form
from agent.desk.orders import Order
from models.language.detect import Language
from models.language.understanding import Slot, Understanding, Value

PATIENCE = timedelta(seconds=90)
"""Without a turn, after which the resident is taken to have left."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said to a question outside a form. known: whether there was an answer; score: how sure, 0 to 1."""

    text: str
    known: bool
    entry: str | None = None
    score: float = 0.0
    handoff: str | None = None


@dataclass(frozen=True, slots=True)
class FormState:
    """A form for others to see. missing: what is still to be asked, the first name of each alternative."""

    name: str
    missing: tuple[str, ...]
    filled: dict[str, Value]


@dataclass(frozen=True, slots=True)
class Reply:
    """One turn's result. order: only in the turn that made it. emergency: the rule or entry that spoke."""

    answer: str
    language: Language
    intent: str
    confidence: float
    slots: tuple[Slot, ...] = ()
    form: FormState | None = None
    order: Order | None = None
    handoff: str | None = None
    emergency: str | None = None
    ended: bool = False


@dataclass(slots=True)
class OpenForm:
    """A form while it is filled. asked: a slot, or one of CONFIRM, CHANGE, RESUME. said: the words it began with."""

    form: Form
    said: str
    filled: dict[str, Value] = field(default_factory=dict)
    asked: str = ""
    question: str = ""
    asks: int = 0
    """Replies in a row that ended with `question`."""
    misses: int = 0
    """Turns in a row that did not help with it."""
    detailed: int = 0
    """How often a missing part of the location was asked for."""
    part: str = ""
    """The part of the location that was asked for last."""
    carried: bool = False
    """Whether the location is that of the order before, or of the form that waits."""
    hinted: bool = False
    """Whether phone and time were offered; that is done once."""
    amends: str = ""
    """The id of the order that it changes."""

    def state(self) -> FormState:
        missing = self.form.missing(self.filled)
        if self.asked == "location" and self.part and "location" not in missing:
            missing = (*missing, "location")
        return FormState(self.form.name, missing, dict(self.filled))


CONFIRM, CHANGE, RESUME, WITHDRAW = "confirm", "change", "resume", "withdraw"
"""Asked: is it right; what is wrong; shall we go on; shall the order be cancelled."""


@dataclass(slots=True)
class Session:
    """One resident's dialogue."""

    language: Language = "zh"
    form: OpenForm | None = None
    suspended: OpenForm | None = None
    answer: str = ""
    order: Order | None = None
    unsure: int = 0
    """Turns in a row that were not understood outside a form."""
    urgent: bool = False
    """Whether a danger was told of in the turn before, or since then."""
    topic: str = ""
    """The last question that had an answer by itself."""
    wants_number: bool = False
    """Whether an order's number or phone was asked for."""
    offered: Understanding | None = None
    """The turn that was answered from knowledge, of which a form may come."""
    started: datetime | None = None
    last: datetime | None = None
    patience: timedelta = PATIENCE

    def expired(self, now: datetime) -> bool:
        """Whether nothing was said for so long that somebody else may stand there."""
        return self.last is not None and now - self.last > self.patience

    def wipe(self) -> None:
        """Forgets everything that was said."""
        fresh = Session(patience=self.patience)
        for name in self.__slots__:
            setattr(self, name, getattr(fresh, name))
