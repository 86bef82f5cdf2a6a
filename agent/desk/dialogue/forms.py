"""The forms of the desk: what each needs, what it takes, and which turns open it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from agent.desk import rules
from agent.desk.dialogue import acts
from agent.desk.dialogue.reading import bare
from agent.desk.orders import Order
from agent.desk.patterns import any_of
from models.language.understanding import Understanding, Value

_COMMON: Final = ("phone", "date", "time", "person", "duration", "count")
SURE: Final = 0.6
"""Score from which an answer is better than a form that nobody clearly asked for."""
_PLAIN: Final = 0.9
"""Confidence from which mere slots ask for a form."""


@dataclass(frozen=True, slots=True)
class Form:
    """One kind of request.

    key: its row; name: what the outside calls it. required: groups, most important first; one slot of a group is
    enough. optional: taken when said. wish: words that ask for it. triggers: slots that ask for it without such words.
    """

    key: str
    name: str
    intent: str
    required: tuple[tuple[str, ...], ...]
    optional: tuple[str, ...]
    wish: re.Pattern[str]
    triggers: tuple[str, ...] = ()
    always: bool = False
    """Whether the intent alone opens it."""
    may_decline: tuple[str, ...] = ()
    """Required slots that the resident need not tell."""
    whole: bool = False
    """Whether the turn itself says what it is about when no slot does."""
    in_past: bool = False
    """Whether its dates may be past."""
    home: bool = False
    """Whether somebody will go there, so that building and flat are wanted."""

    @property
    def takes(self) -> frozenset[str]:
        return frozenset(name for group in self.required for name in group) | frozenset(self.optional)

    def missing(self, filled: Mapping[str, Value]) -> tuple[str, ...]:
        """The first slot of each group that is not filled, in the order to ask."""
        return tuple(group[0] for group in self.required if not any(name in filled for name in group))

    def group(self, name: str) -> tuple[str, ...]:
        """The slots any of which answers the question for `name`."""
        return next((group for group in self.required if name in group), (name,))


FORMS: Final = (
    Form(
        "repair", "repair", "repair_request", (("object", "symptom"), ("location",)), _COMMON,
        any_of(
            "报个?修", "修一下", "来修", "维修", "派人", "派个",
            r"\b(fix|repair|mend|report|something|send (a|some))\w*",
        ),
        always=True, whole=True, home=True,
    ),
    Form(
        "complaint", "complaint", "complaint", (("object", "symptom"), ("location",)), _COMMON,
        any_of("投诉", "反映", "举报", "管管", r"\b(complain\w*|report)\b"),
        always=True, may_decline=("location",), whole=True, in_past=True,
    ),
    Form(
        "visitor_pass", "visitor_pass", "visitor_pass", (("location",), ("date",)),
        ("time", "person", "count", "plate", "phone", "duration"),
        any_of(
            "登记", "预约", "帮我", "给我", "放行", "放他", "放她", "要来", "会来", "过来", "来我家", "开个", "通行码",
            r"\b(register|let (him|her|them|my)|expecting|coming|visit(s|ing)?|pass for|guest code)\b",
            r"\b(i need|i want|i'd like)\b",
        ),
        triggers=("date", "time", "person", "count", "location"), home=True,
    ),
    Form(
        "parking_permit", "parking", "parking", (("plate",), ("location",)), ("phone", "date", "duration", "person"),
        any_of(
            "(办|租|续|申请|换|登记).{0,6}(车|月卡|月租|停车)", "(月卡|月租|车位|车牌).{0,6}(办|租|续|申请|换|登记)",
            r"\b(rent|permit|register|renew|apply|monthly|get) .{0,20}\b(bay|space|parking|permit|car|plate|pass)\b",
        ),
        triggers=(),
    ),
    Form(
        "parking", "parking", "parking", (("location", "plate"),),
        ("object", "symptom", "phone", "date", "time", "person", "duration"),
        any_of(
            "占", "挡", "堵", "挪车", "停在我", "被停", "打不开", "不抬", "帮我", "给我", "叫他",
            r"\b(in my|blocking|blocked|taken|move (the|that|this|it|his|her)|parked|i need|i want)\b",
        ),
        triggers=("plate",), whole=True,
    ),
    Form(
        "parcel", "parcel", "parcel", (("phone", "location"),),
        ("object", "symptom", "date", "time", "person", "count"),
        any_of(
            "帮我", "查一下", "查查", "找一下", "找不到", "没收到", "丢了", "不见", "寄存", "代收",
            r"\b(check|find|lost|missing|hold|collect|haven't|has my|where's my|where is my|i need|i want)\b",
        ),
        triggers=("phone", "location"), whole=True,
    ),
    Form(
        "booking", "booking", "facility_booking", (("facility",), ("date",), ("time",)),
        ("location", "count", "duration", "phone", "person"),
        any_of("订", "约", "预定", "定一", "留一", "包场", r"\b(book\w*|reserv\w*|i need|i want|i'd like)\b"),
        triggers=("date", "time", "count", "duration"),
    ),
    Form(
        "renovation", "renovation", "renovation_moving", (("location",), ("date",)),
        ("time", "duration", "phone", "person", "object", "count", "plate"),
        any_of(
            "申请", "登记", "预约", "报备", "搬家", "搬进", "搬走", "搬出", "帮我", "要装修", "开工", "入场",
            r"\b(apply|register|book|reserve|moving|move (in|out)|start|i need|i want|i'd like)\b",
        ),
        triggers=("date", "location"), home=True,
    ),
)  # fmt: skip
_PURE = any_of(
    "几点", "多少", "怎么", "如何", "什么时候", "何时", "什么手续", "什么材料", "哪些", "在哪", "哪里", "哪儿", "收费",
    "要钱", "价格", "允许", "可不可以", "有没有", "有.{1,10}[吗么嘛]", "多久", "规定", "是什么", "电话(号码)?$",
    r"\b(how (much|many|long|do|can|to|does)|what (time|are|is|do|does|hours|documents))\b",
    r"\bwhen (is|are|does|do|can|may)\b",
    r"\b(where (do|can|is|are)|opening hours|who do|which|is it allowed|am i allowed|do i need|are there|is there)\b",
)  # fmt: skip
"""A question for knowledge, whatever it is about."""

_OUTRIGHT: Final = (
    (
        "complaint",
        any_of(
            "我?要投诉", "想投诉", r"\b(file|make|lodge|register|have) a complaint\b", r"\b(want|like) to complain\b",
        ),
    ),
    (
        "repair_request",
        any_of(
            "要报个?修", "想报个?修", "来报修", "要修(个)?(东西|一下)",
            r"\b(report|log) a (fault|repair|leak|breakdown)\b",
            r"\b(something|it) (fixed|repaired|mended)\b",
        ),
    ),
    (
        "visitor_pass",
        any_of(
            "登记(一?[个下])?访客", "访客登记", "来(我|咱)们?家", "来(看我|看望|做客|玩|住|吃饭|串门)",
            r"\bregister (a |my )?(visitor|guest)s?\b", r"\b(coming|comes|come) (over|to (see|visit|stay))\b",
        ),
    ),
    (
        "request_status",
        any_of(
            "(到|进行到|处理到|办到)(哪|什么)(儿|里|一?步|程度|地步)",
            "(单|报修|投诉|申请).{0,8}(进度|进展|什么情况|怎么样了)",
            "[零一二三四五六七八九〇0-9]{4,}.{0,6}(什么情况|怎么样了|进度|进展)",
            r"\b(how far|what's happening with|any (news|progress|update)) "
            r".{0,20}\b(it|order|repair|complaint|request)\b",
            r"\bwhere('s| is) my (order|repair|complaint|request)\b",
        ),
    ),
    (
        "facility_booking",
        any_of("(预订|预约|订)(一?个)?(场地|会议室|球场)", r"\bbook (a|the) (gym|court|room|hall|pool|facility)\b"),
    ),
)  # fmt: skip
"""Requests in so many words."""
_COMPLAINS = any_of(
    "^(你好|您好)?[,， ]*我(要|想)投诉(?!的|过)",
    r"^(hi|hello)?[, ]*(i want|i'd like|i need) to (complain|(file|make|lodge) a complaint)\b",
)
_PROCEDURE = any_of(
    "(怎么|如何|哪里|在哪|去哪).{0,4}(报修|投诉|反映|举报|申请|收费)", "多少钱", "收费", "要钱", "几点", "电话(号码)?$",
    r"\bhow (do|can|should|to)( i| we)? ?(report|file|make|complain|request|get|ask)\b", r"\bhow much\b",
    r"\b(what time|where (do|can|should) (i|we))\b",
)  # fmt: skip
"""The same where residents grumble in questions: "why does nobody mend it" is no question."""


def outright(heard: Understanding) -> Understanding:
    """The turn with the intent that it names in so many words, where the model sees none, or doubts."""
    if heard.intent not in ("out_of_scope", "repeat", "greeting"):
        complains = heard.intent != "emergency" and _COMPLAINS.search(heard.text)
        return replace(heard, intent="complaint", confidence=max(heard.confidence, SURE)) if complains else heard
    named = next((intent for intent, words in _OUTRIGHT if words.search(heard.text)), None)
    if not named and heard.confidence < SURE and broken(heard):
        named = "repair_request"
    return replace(heard, intent=named, confidence=max(heard.confidence, SURE)) if named else heard


def broken(heard: Understanding) -> bool:
    """Whether the turn tells of a thing that does not work, and asks nothing."""
    thing = any(slot.name in ("object", "symptom") for slot in heard.slots)
    return thing and rules.fault(heard.text) is not None and not asks(heard.text)


def form_for(heard: Understanding) -> Form | None:
    """The form that the intent may open, of two the one whose words are there."""
    rows = [form for form in FORMS if form.intent == heard.intent]
    return next((form for form in rows[:-1] if form.wish.search(heard.text)), rows[-1] if rows else None)


def form_of(order: Order) -> Form:
    """The form that this order came of."""
    rows = [form for form in FORMS if form.name == order.form]
    return next((form for form in rows if not form.missing(order.slots)), rows[-1])


def asks(text: str, form: Form | None = None) -> bool:
    """Whether this is a question for knowledge rather than a request; form: the one it may be a request of."""
    return bool((_PROCEDURE if form and form.always else _PURE).search(text))


def opens(form: Form, heard: Understanding, score: float) -> bool:
    """Whether the turn requests the form. score: how well a known answer fits it, 0 when none does.

    A question that has an answer is only a question; else words of wish or the form's own slots are a request; a bare
    topic ("parking") is one only when there is nothing to say about it.
    """
    if asks(heard.text, form) and score > 0:
        return False
    if form.always or form.wish.search(heard.text):
        return True
    if bare(heard) and heard.confidence < _PLAIN:
        # A mere address could be about anything.
        return False
    if acts.wonders(heard.text):
        return False
    return any(slot.name in form.triggers for slot in heard.slots) or score < SURE
