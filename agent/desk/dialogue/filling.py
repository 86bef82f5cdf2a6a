"""Putting what a turn says into the open form."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Final

from agent.desk import rules
from agent.desk.dialogue import acts, meant, reading
from agent.desk.dialogue.forms import SURE
from agent.desk.dialogue.session import CHANGE, CONFIRM, RESUME, OpenForm
from models.language.detect import Language
from models.language.understanding import Slot, Understanding, Value

MOST_PARTS: Final = 2
"""Times that a missing part of a location is asked for."""
_WORDS: Final = ("object", "symptom")
_TOGETHER: Final = ("object", "symptom", "person")
"""Of which one turn may name several."""
_NEVER_PLACES: Final = ("date", "time", "duration", "phone", "plate", "person")
_NEARBY: Final = ("楼上", "楼下", "隔壁", "upstairs", "downstairs", "next door")
"""Places that a flat replaces."""
_LONGEST_PLACE: Final = 40
"""Characters of the words for a place that no rule knows."""
_READABLE: Final = ("phone", "plate", "date", "time", "location")
_HOME = re.compile(
    "厨房|卫生间|洗手间|厕所|浴室|卧室|客厅|阳台|书房|家"
    r"|\b(kitchen|bath\w*|bedroom|living room|balcony|toilet|study)\b",
    re.ASCII | re.IGNORECASE,
)
_PUBLIC = re.compile(
    "电梯|楼道|走廊|大堂|楼梯|单元门|大门|门禁|路灯|花园|车库|小区|泳池|健身房"
    r"|\b(lift|elevator|corridor|hallway|lobby|stair\w*|street ?lights?|gate|entrance|garage|garden|pool|gym)s?\b",
    re.ASCII | re.IGNORECASE,
)
_NUMBER = re.compile(r"\d{5}|单号|取件码|\b(number|code)\b", re.ASCII | re.IGNORECASE)
"""In the words for a parcel, not for a place."""
_PHONE = re.compile(
    r"[,，。;；]? ?(我的?|my )?(电话|手机|phone|number|mobile)(号码?)?( number)?(是| is)?[:： ]*1\d{10}", re.ASCII
)
_LEAD: Final = 16
"""Characters beside the wish in such a clause: 我想, I would like to file a."""
_BUILDING = re.compile("([0-9]{1,2}|[a-z])", re.ASCII)


def fill(form: OpenForm, heard: Understanding, language: Language, now: datetime) -> bool:
    """Takes everything from the turn that the form has a place for; whether that changed anything."""
    before = dict(form.filled)
    if (phone := meant.tail_changed(form.filled.get("phone"), heard.text)) is not None:
        form.filled["phone"] = phone
        return form.filled != before
    if form.asked in (CONFIRM, CHANGE) and (spared := _sparable(form, heard.text)):
        for name in spared:
            del form.filled[name]
        form.asked = CONFIRM
    named = _meant(form, _named(form, heard, language, now), heard.text, now)
    adding = acts.adds(heard.text) and not acts.corrects(heard.text)
    for name, value in named.items():
        _put(form, name, value, adding and name in _WORDS, now)
    _assume(form, now)
    return form.filled != before


def _named(form: OpenForm, heard: Understanding, language: Language, now: datetime) -> dict[str, Value]:
    """What the turn says for the form: its slots, the answer to the question, and what its words alone tell."""
    heard = reading.completed(heard, language, now)
    slots = [slot for slot in reading.taken(heard) if slot.name in form.form.takes]
    homes = [slot for slot in slots if reading.own(heard.text, slot)] if form.form.name == "complaint" else []
    if "location" in form.filled:
        slots = [slot for slot in slots if slot not in homes]
    direct = _direct(form, heard, slots, language, now)
    if direct is not None and len(slots) == 1 and reading.bare(heard):
        slots = []
    if not (slots or homes) and direct is None and form.asked in (CONFIRM, CHANGE, RESUME) and heard.intent != "affirm":
        slots = [slot for slot in reading.found(heard.text, language, now) if slot.name in form.form.takes]
    named: dict[str, Value] = {}
    for slot in (_whole(slot, heard.text) for slot in slots):
        vague = slot.name == "time" and ":" in str(named.get("time", "")) and ":" not in str(slot.value)
        if not vague:
            named[slot.name] = _with(named.get(slot.name), slot, together=slot.name in _TOGETHER)
    people = form.form.name in ("visitor_pass", "booking") and "count" not in named
    if people and meant.alone(heard.text):
        named["count"] = 1
    if direct is not None:
        named = {direct[0]: direct[1], **named}
    if form.asked == "object" and "object" not in named and (thing := rules.thing(heard.text)):
        named["object"] = thing
    if not named and form.asked in (CONFIRM, CHANGE) and "time" in form.filled and acts.corrects(heard.text):
        hour = reading.normal("time", reading.without_lead(heard.text), language, now)
        named = {"time": hour} if hour is not None else {}
    return named


def _whole(slot: Slot, text: str) -> Slot:
    """A thing that the model cut short (水龙 of 水龙头) in full."""
    thing = rules.thing(text[slot.start :]) if slot.name == "object" else None
    cut = thing is not None and len(thing) > len(slot.text) and thing.startswith(slot.text)
    return replace(slot, value=thing) if cut and thing else slot


def _meant(form: OpenForm, named: dict[str, Value], text: str, now: datetime) -> dict[str, Value]:
    """These values as they are meant beside what the form holds, and what is said of that alone: a day later."""
    if "time" in named and not {"date"} & (named.keys() | form.filled.keys()) and acts.names_today(text):
        named["date"] = now.date().isoformat()
    if "time" in named:
        named["time"] = meant.settled(named["time"], form.filled.get("time"), text)
    if "date" in named and meant.names_weekday(text):
        named["date"] = meant.same_week(named["date"], form.filled.get("date"))
    if form.asked in (CONFIRM, CHANGE):
        if "location" in form.form.takes and (part := meant.part_changed(text)):
            named["location"] = part
        named |= meant.shifted(form.filled, text)
    return named


def _sparable(form: OpenForm, text: str) -> list[str]:
    """What is filled, need not be, and is called off."""
    return [
        name
        for name in acts.spared(text)
        if name in form.filled and not any(name in group for group in form.form.required)
    ]


def begin(form: OpenForm, heard: Understanding, language: Language, now: datetime) -> None:
    """The first turn of a form: its slots, or for some forms the turn itself."""
    fill(form, heard, language, now)
    if form.form.name == "repair":
        if len(str(form.filled.get("symptom", ""))) < 2 and (told := rules.fault(heard.text)):
            form.filled["symptom"] = told
        if "object" not in form.filled and (thing := rules.thing(heard.text)):
            form.filled["object"] = thing
    silent = "symptom" if form.form.name == "complaint" else _WORDS
    if form.form.whole and not any(name in form.filled for name in silent) and _tells(form, heard):
        whole = reading.clean("symptom", _matter(form, _PHONE.sub("", heard.text)))
        if whole is not None:
            form.filled["symptom"] = whole


def answers(form: OpenForm, heard: Understanding, language: Language, now: datetime) -> bool:
    """Whether the turn, whatever its slots, reads as the answer to the question by its form alone."""
    direct = _direct(form, heard, [], language, now)
    return direct is not None and direct[0] in _READABLE


def note(form: OpenForm, heard: Understanding) -> bool:
    """Keeps what else a resident says of the matter, in their own words; whether it was of the matter."""
    name = next((name for name in ("symptom", "object") if name in form.form.takes), "")
    sure = heard.intent == form.form.intent and heard.confidence >= SURE and not acts.wonders(heard.text)
    told = reading.clean(name, heard.text) if name and sure and _tells(form, heard) else None
    if told is None:
        return False
    before = form.filled.get(name)
    form.filled[name] = told if before is None else _joined(before, told)
    return form.filled[name] != before


def decline(form: OpenForm, heard: Understanding) -> bool:
    """Whether the resident keeps to themselves what was asked, which is then left open for good."""
    if any(slot.name == form.asked for slot in reading.taken(heard)):
        return False
    if form.asked in form.form.may_decline and (acts.keeps_to_self(heard.text) or acts.denies(heard)):
        form.filled[form.asked] = {}
        return True
    return False


def part_wanted(form: OpenForm) -> str | None:
    """Which part of the location is still worth asking for: building, room, or both (flat)."""
    location = form.filled.get("location")
    if form.detailed >= MOST_PARTS or not form.form.home or not isinstance(location, dict) or not location:
        return None
    indoors = "place" not in location or bool(_HOME.search(location["place"]))
    about = " ".join(str(form.filled.get(name, "")) for name in _WORDS)
    if _PUBLIC.search(about) or not indoors:
        return None
    if "building" in location:
        return None if "room" in location else "room"
    return "building" if "room" in location else "flat"


def _direct(
    form: OpenForm, heard: Understanding, slots: list[Slot], language: Language, now: datetime
) -> tuple[str, Value] | None:
    """The turn read as the answer to the question: an ambiguous phrase is what was asked for."""
    group = form.form.group(form.asked)
    if form.asked in ("", CONFIRM, CHANGE, RESUME) or any(slot.name in group for slot in slots):
        return None
    text = reading.without_lead(heard.text)
    if form.part == "building" and (short := _BUILDING.fullmatch(reading.plain(text))):
        return "location", {"building": short[1].upper()}
    for name in (name for name in _READABLE if name in group):
        value = reading.normal(name, text, language, now)
        kept = None if value is None else reading.clean(name, value)
        if kept is not None and (name != "location" or _is_place(form, heard, kept, language, now)):
            return name, kept
    if group[0] in _READABLE or not _phrase(heard, form):
        return None
    kept = reading.clean(group[0], text)
    return (group[0], kept) if kept is not None else None


def _is_place(form: OpenForm, heard: Understanding, value: Value, language: Language, now: datetime) -> bool:
    """Whether words that were read as a location are one: rules see it there, or nothing speaks against it."""
    if _NUMBER.search(heard.text):
        return False
    if isinstance(value, dict) and value.keys() != {"place"}:
        return True
    if any(slot.name == "location" for slot in reading.found(heard.text, language, now)):
        return True
    if any(slot.name in _NEVER_PLACES for slot in heard.slots) or len(heard.text) > _LONGEST_PLACE:
        return False
    doubt = acts.keeps_to_self(heard.text) or acts.wonders(heard.text) or heard.confidence < reading.SOME
    return _phrase(heard, form) and not doubt


def _phrase(heard: Understanding, form: OpenForm) -> bool:
    """Whether the turn may be the name of something: no act of dialogue, not only other slots, not a story."""
    said = reading.plain(heard.text)
    act = heard.intent in reading.ACTS and heard.confidence >= reading.SOME
    other = reading.bare(heard) and any(slot.name in form.form.takes for slot in heard.slots)
    short = len(said) <= reading.LONGEST_VALUE
    return any(map(str.isalpha, said)) and not (act or other or acts.agrees(heard) or acts.denies(heard)) and short


def _with(before: Value | None, slot: Slot, together: bool) -> Value:
    if isinstance(before, dict) and isinstance(slot.value, dict):
        return {**before, **slot.value}
    return _joined(before, slot.value) if together and before is not None else slot.value


def _joined(before: Value, more: Value) -> Value:
    if str(more) in str(before):
        return before
    joint = "、" if re.search("[\u4e00-\u9fff]", f"{before}{more}") else ", "
    return f"{before}{joint}{more}"[: reading.LONGEST_VALUE]


def _put(form: OpenForm, name: str, value: Value, adding: bool, now: datetime) -> None:
    day = rules.first_day(value) if name == "date" else None
    if day and day < now.date() and not form.form.in_past:
        return
    before = form.filled.get(name)
    if name == "person" and isinstance(value, str) and value in str(before or ""):
        return
    if isinstance(before, dict) and before.get("place") in _NEARBY and isinstance(value, dict) and "room" in value:
        before = {part: text for part, text in before.items() if part != "place"}
    if isinstance(before, dict) and isinstance(value, dict):
        # After another order's place, a new building or place is a new location, a new flat is not.
        anew = form.carried and bool({"building", "place"} & value.keys())
        merged = value if anew else {**before, **value}
        form.carried = form.carried and merged == before
        form.filled[name] = merged
    else:
        form.filled[name] = _joined(before, value) if adding and before is not None else value


def _assume(form: OpenForm, now: datetime) -> None:
    if form.form.name == "visitor_pass" and "time" in form.filled:
        form.filled.setdefault("date", now.date().isoformat())


def _matter(form: OpenForm, text: str) -> str:
    """The text without a first clause that only says what kind of request it is."""
    first, *rest = re.split("[,，:：]", text, maxsplit=1)
    lead = form.form.wish.search(first) and len(reading.substance(form.form.wish.sub("", first))) <= _LEAD
    return rest[0].strip() if rest and lead else text


def _tells(form: OpenForm, heard: Understanding) -> bool:
    """Whether the turn says more than that there is something to say, and where and when."""
    text = heard.text
    for slot in sorted(heard.slots, key=lambda slot: -slot.start):
        text = text[: slot.start] + text[slot.end :]
    rest = reading.substance(form.form.wish.sub("", text))
    han = sum("\u3400" <= char <= "\u9fff" for char in rest)
    return han >= 3 or len(rest) >= 5
