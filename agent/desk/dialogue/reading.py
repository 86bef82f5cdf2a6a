"""What a turn tells: its slots, as they may be kept and spoken, and what is left beside them."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from agent.desk.patterns import any_of
from models.language import normal as normals
from models.language.detect import Language
from models.language.normal.codes import PROVINCES
from models.language.understanding import SLOTS, Slot, Understanding, Value

LONGEST_VALUE: Final = 80
SHORTEST_PHONE: Final = 6
"""Characters that are too few for a phone number."""
SOME: Final = 0.4
"""Confidence from which an act of dialogue is believed without its words."""
PARTS: Final = ("building", "unit", "floor", "room", "place")
"""Of a location, as it is spoken."""
_BY_RULE: Final = ("location", "date", "time", "duration", "phone", "plate")
ACTS: Final = frozenset({"affirm", "deny", "repeat", "greeting", "thanks_goodbye", "human_agent", "out_of_scope"})
_LEAD = any_of(
    "^(不对|不是|错了|哦|啊|嗯|那个|那|我说的是|说错了|应该是|应该|改成|改为|改到|换成|换到|就"
    "|是|在|我家?在|我住在?|[\\s,，。、])+",
    r"^((no|sorry|um|uh|well|oh|i mean|i meant|actually|it's|its|it is|make it|make that|change (it |that )?to|"
    r"i'm (at|in)|i live (at|in)|the one (at|in)|at|in|on|for)\b[ ,.]*)+",
)  # fmt: skip
_NEGATED = any_of("(不是|并非|而非)[是在]?$", r"\b(not|isn't|instead of|rather than)( (in|at|on|the))*$")
_NO_PLACE = re.compile(
    "(尾号|后[三四]位|单号|取件码|报错|代码|故障码?"
    r"|end(ing|s)?( in)?|tail number|last (three|four)( digits)?|code|error)[是为: ]*(is )?$",
    re.ASCII | re.IGNORECASE,
)
"""Before digits and letters that look like a room."""
_CODE: Final = re.compile(
    r"(尾号|单号|取件码|运单|报错|故障码|(it's |the )?(pickup |pick-up |tracking |error )?(code|number)\b)",
    re.ASCII | re.IGNORECASE,
)
_BAY = re.compile(r"(车位|车位号|\bbay|\bspace)( number)?[是在: ]*$", re.ASCII | re.IGNORECASE)
_BAY_NAME = re.compile(r"[a-z]?\d?[- ]?[a-z]?\d{1,4}", re.ASCII | re.IGNORECASE)
_NOWHERE = frozenset({"room", "flat", "building", "apartment", "unit"})
_OWN = any_of("我(们)?(家)?(住|是|家|在)(在|的)?$", r"\b(i'm|i am|i live|we're|we live|my flat is)( (in|at))?$")
"""Before the resident's own address."""
_LOWER_LEAD = re.compile(r"^[a-z][a-z' ]* (?=[A-Z])")
_MORE_NAME = re.compile(r"( [A-Z][a-z]+)+")
PLATE: Final = re.compile(rf"[{PROVINCES}] ?[a-z][ ·]?[0-9a-z]{{5,6}}(?![0-9a-z])", re.IGNORECASE)
_EVERYBODYS = frozenset(
    [
        "ok", "okay", "yes", "yeah", "no", "hi", "hello", "bye", "thanks", "thank", "you", "sorry", "please", "cancel",
        "good",
    ]
)  # fmt: skip
"""English words that every resident says."""
_FILLER = re.compile(
    r"[\W_]|(?<![a-z])(?:the|a|an|it|is|at|in|on|my|i|we|and|um|uh|please|its|no|yes|to|from|for|by)(?![a-z])"
    r"|[我们在的是了嗯啊那个就呢吧请好对不改成住家]",
    re.IGNORECASE,
)


def normal(name: str, text: str, language: Language, now: datetime) -> Value | None:
    """Normal form of the words of a slot; None when they have none."""
    return normals.normal(name, text, language, now)


def plain(text: str) -> str:
    """In one width and case, without marks at the ends."""
    return unicodedata.normalize("NFKC", text).strip(" \t\n,.!?;:，。！？；：、~").lower()


def clean(name: str, value: Value) -> Value | None:
    """The value as it may be kept and spoken: printable, at most 80 characters, a location's known parts only."""
    if name == "location":
        parts: Mapping[str, object] = value if isinstance(value, dict) else {"place": value}
        kept = {part: _printable(str(parts[part])) for part in PARTS if parts.get(part)}
        return {part: text for part, text in kept.items() if text and text.lower() not in _NOWHERE} or None
    if name == "duration" and isinstance(value, str):
        return None
    if isinstance(value, dict) or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return _printable(value) or None if isinstance(value, str) else value


def taken(heard: Understanding) -> list[Slot]:
    """The turn's slots, each value clean; what is named only to be denied ("not 1502") is left out."""
    kept = []
    for slot in heard.slots:
        value = clean(slot.name, slot.value) if slot.name in SLOTS else None
        before = plain(heard.text[: slot.start])
        if slot.name == "location" and value is not None:
            if _BAY.search(before) and _BAY_NAME.fullmatch(slot.text.strip()):
                value = {"place": slot.text.strip().upper()}
            elif _NO_PLACE.search(before) or _CODE.match(slot.text):
                value = None
        if slot.name == "time" and _NO_PLACE.search(before):
            value = None
        if slot.name == "duration" and heard.text[slot.end :].startswith("两头"):
            # 三天两头 is no number of days.
            value = None
        if slot.name == "person" and isinstance(value, str):
            value = _whole_name(value, heard.text[slot.end :])
        if value is not None and not _NEGATED.search(before):
            kept.append(Slot(slot.name, slot.start, slot.end, slot.text, value, slot.confidence))
    return _without_own(heard.text, kept)


def own(text: str, slot: Slot) -> bool:
    """Whether a location is where the resident lives: 我住902."""
    return slot.name == "location" and bool(_OWN.search(plain(text[: slot.start])))


def _without_own(text: str, slots: list[Slot]) -> list[Slot]:
    """Of two flats, that of "I live in 901" is only where the resident is."""
    flats = [slot for slot in slots if isinstance(slot.value, dict) and "room" in slot.value]
    if len(flats) < 2:
        return slots
    homes = [slot for slot in flats if own(text, slot)]
    if not homes or len(homes) == len(flats):
        return slots
    home = homes[0].value if isinstance(homes[0].value, dict) else {}
    near = {"building": home["building"]} if "building" in home else {}
    return [
        replace(slot, value={**near, **slot.value}) if slot in flats and isinstance(slot.value, dict) else slot
        for slot in slots
        if slot not in homes
    ]


def _whole_name(name: str, after: str) -> str:
    """An English name without what leads to it, and with the rest that was left beside it: friend Li (Na)."""
    more = _MORE_NAME.match(after) if name[:1].isascii() and not name.islower() else None
    return _LOWER_LEAD.sub("", name) + (more[0] if more else "")


def bare(heard: Understanding) -> bool:
    """Whether the turn says nothing but its slots."""
    rest = list(heard.text)
    for slot in heard.slots:
        for place in range(max(0, slot.start), min(len(rest), slot.end)):
            rest[place] = " "
    return bool(heard.slots) and len(substance("".join(rest))) <= 2


def substance(text: str) -> str:
    """The text without small words and marks."""
    return _FILLER.sub("", text)


def completed(heard: Understanding, language: Language, now: datetime) -> Understanding:
    """With the slots of fixed form that rules find where the model found none."""
    more = [slot for slot in normals.find(heard.text, language, now) if slot.name in _BY_RULE]
    new = [slot for slot in more if not any(_rivals(slot, had) for had in heard.slots)]
    return replace(heard, slots=tuple(sorted((*heard.slots, *new), key=lambda slot: slot.start)))


def _rivals(slot: Slot, had: Slot) -> bool:
    # The day in a time (明晚八点, tonight at 7) is a slot beside it.
    within = slot.name == "date" and had.name == "time"
    return slot.start < had.end and had.start < slot.end and not within


def found(text: str, language: Language, now: datetime) -> list[Slot]:
    """The slots that rules find in a text without its lead."""
    return normals.find(without_lead(text), language, now)


def address(heard: Understanding) -> bool:
    """Whether the turn says where and nothing else."""
    return bare(heard) and {slot.name for slot in heard.slots} == {"location"}


def without_lead(text: str) -> str:
    """The text without what leads to its point: "no, sorry, it's 1503" is 1503."""
    said = unicodedata.normalize("NFKC", text).strip()
    return _LEAD.sub("", said, count=1).strip(" ,.，。") or said


def language_of(heard: Understanding, before: Language, fresh: bool) -> Language:
    """The language to answer in: the turn's, unless it is too short to tell or all but wordless.

    fresh: whether it is the first turn, which decides whatever it is.
    """
    text = PLATE.sub(" ", heard.text.lower())
    words = re.findall(r"[a-z']{2,}", text)
    han = any("\u3400" <= char <= "\u9fff" for char in text)
    if not words and not han:
        return before
    if fresh or han or before == heard.language:
        return heard.language
    return heard.language if len([word for word in words if word not in _EVERYBODYS]) >= 2 else before


def _printable(text: str) -> str:
    words = " ".join("".join(char for char in text[: 4 * LONGEST_VALUE] if char.isprintable()).split())
    if len(words) <= LONGEST_VALUE:
        return words
    return re.sub(r"(?<=\S) +[!-~]*$", "", words[:LONGEST_VALUE])
