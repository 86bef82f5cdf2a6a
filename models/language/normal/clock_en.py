"""Single times in English: half four, quarter past five pm, 7 o'clock, 6ish, four thirty."""

from __future__ import annotations

import re
from typing import Final

from models.language.normal.hours import PARTS, Clock, Part
from models.language.normal.line import Line

_DAY_PART: Final = "morning|afternoon|evening|night"
_CLOCK: Final = re.compile(
    rf"(?:\b(?P<before>(?:this )?(?:{_DAY_PART})|tonight),? (?:(?:at|around|about|by) )?)?(?P<clock>"
    r"(?:a )?(?P<past>half|quarter|[ND])(?P<minutes> minutes?)? (?P<way>past|after|to) (?P<past_hour>[ND])"
    r"|half (?P<half_hour>[ND])|(?P<word>noon|midday|midnight)\b"
    r"|(?P<hour>[ND])(?::(?P<colon>N)| (?P<loose>N|D D)(?![ND]))?|(?P<dotted>P)(?= ?[ap]\.?m\b)"
    r")(?P<sharp> ?o'? ?clock| ?-?ish\b)?(?P<half_day> ?(?:[ap]m\b|[ap]\.m\b\.?))?"
    rf"(?P<after>,? (?:(?:in the|this|at) (?:{_DAY_PART})\b|(?P<tonight>tonight)\b))?"
    rf"(?:(?= (?:tomorrow|today|yesterday|(?:on )?[a-z]{{3,6}}day) (?P<later>{_DAY_PART})\b))?",
    re.ASCII,
)
_BEFORE: Final = re.compile(
    r"\b(?:at|around|about|by|before|after|past|until|till|since|from|between|or)(?: around| about)? $", re.ASCII
)
_NEXT: Final = re.compile(
    r"$|[,.?!;]|\s?[^\x00-\x7f]| (?:on|in|to|until|till|and|or|today|yesterday|tomorrow|tonight|this|next|please|for|if"
    r"|when|because|but|is|would|with|thanks|monday|tuesday|wednesday|thursday|friday|saturday|sunday|so|every"
    r"|otherwise|sharp|he|she|they|we|i|the)\b",
    re.ASCII,
)
_SPOKEN_MINUTES: Final = (5, 10, 20, 25)


def clocks(line: Line) -> list[Clock]:
    """Every time of the line."""
    return [clock for match in _CLOCK.finditer(line.text) if (clock := _read(line, match))]


def clock_at(line: Line, at: int) -> Clock | None:
    """The time that begins there."""
    match = _CLOCK.match(line.text, at)
    clock = _read(line, match) if match else None
    return clock if clock and clock.start == at else None


def _read(line: Line, match: re.Match[str]) -> Clock | None:
    start, end = match.start("clock"), match.end()
    if match["word"]:
        midnight = match["word"] == "midnight"
        return Clock(start, end, 0 if midnight else 12, 0, None, fixed=True, sure=midnight)
    part, tonight = _part(match)
    if match["tonight"]:
        end = match.start("after")
    told = _told(line, match)
    if told is None:
        # Only the first number is an hour, as in "seven to nine", so what stands behind belongs to another.
        first = next((match.start(name) for name in ("hour", "past") if match[name]), -1)
        if first not in line.numbers:
            return None
        part = PARTS[match["before"].split()[-1]] if match["before"] else None
        tonight = tonight if match["before"] else None
        told, end = (int(line.number(first).value), 0, False), first + 1
    hour, minute, plain = told
    if not (0 <= hour <= 24 and 0 <= minute <= 59) or (match["half_day"] and hour > 12):
        return None
    fixed = bool(match["hour"]) and line.number(match.start("hour")).written.startswith("0")
    sure = plain or bool(part or match["sharp"]) or _expected(line, start, end)
    if match["before"] and match["before"] != "tonight":
        start = match.start()
    return Clock(start, end, hour, minute, part, fixed, sure, tonight)


def _part(match: re.Match[str]) -> tuple[Part | None, tuple[int, int] | None]:
    """The part of the day beside a time, and where `tonight` stands."""
    tonight = next((match.span(name) for name in ("tonight", "before") if match[name] == "tonight"), None)
    if match["half_day"]:
        return PARTS[match["half_day"].strip(" .").replace(".", "")], tonight
    said = match["after"] or match["before"] or match["later"]
    return (PARTS[said.split()[-1]] if said else None), tonight


def _told(line: Line, match: re.Match[str]) -> tuple[int, int, bool] | None:
    """Hour, minute, and whether they can be nothing but a time; None when only the first number is an hour."""

    def value(group: str) -> int:
        return int(line.number(match.start(group)).value)

    if match["half_hour"]:
        return value("half_hour"), 30, True
    if match["dotted"]:
        whole, _, rest = line.number(match.start("dotted")).digits.partition(".")
        return int(whole), int(rest), True
    if match["past"]:
        minute = {"half": 30, "quarter": 15}.get(match["past"]) or value("past")
        if match["past"] in "ND" and not match["minutes"]:
            in_figures = line.number(match.start("past")).written.isdigit()
            if in_figures or minute not in _SPOKEN_MINUTES:
                return None
        hour = value("past_hour")
        return (hour - 1 or 12, 60 - minute, True) if match["way"] == "to" else (hour, minute, True)
    if match["colon"]:
        return value("hour"), value("colon"), True
    if match["loose"]:
        digits = line.digits(*match.span("loose"))
        in_words = not line.number(match.start("hour")).written.isdigit() and int(digits) % 5 == 0
        before = line.text[max(0, match.start("clock") - 20) : match.start("clock")]
        if len(digits) != 2 or int(digits) > 59 or not (in_words or match["half_day"] or _BEFORE.search(before)):
            return None
        return value("hour"), int(digits), True
    return value("hour"), 0, False


def _expected(line: Line, start: int, end: int) -> bool:
    """Whether the words around a bare number make it an hour."""
    before = _BEFORE.search(line.text[max(0, start - 20) : start])
    return bool(before and _NEXT.match(line.text, end)) and line.number(start).value <= 12
