"""Days and spans of the week: 下周三, 这周末, next friday, this weekend."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from models.language.normal.line import Line

Days = tuple[int, int, date, date]
"""Symbols of a line, and the first and last day that they mean."""
NAMES: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORT: Final = "mon|tues?|wed|thurs?|thur|fri|sat|sun"
_WEEKS: Final = {
    "这": 0, "这个": 0, "本": 0, "下": 1, "下个": 1, "下下": 2, "下下个": 2, "上": -1, "上个": -1, "this": 0, "next": 1,
    "last": -1,
}  # fmt: skip
_WHICH: Final = "这个?|本|(?<![问看说查约订一])下下个?|(?<!一)下个?|上个?"
_ZH: Final = re.compile(
    rf"(?P<which>{_WHICH})?(?:周|星期|礼拜)(?:(?P<day>D)(?![个天次月年])|(?P<sunday>[日天])|(?P<end>末))"
    rf"|(?P<whole>{_WHICH})D?(?:周|星期|礼拜)"
)
_EN: Final = re.compile(
    r"\b(?:(?P<which>this|next|last) (?:coming )?)?"
    rf"(?:(?P<day>{'|'.join(NAMES)})(?P<late> next week)?|(?P<end>weekend))\b"
    rf"|\b(?:on|by|until) (?P<short>{_SHORT})\b|\b(?P<short_which>this|next) (?P<after>{_SHORT})\b"
    r"|\b(?P<whole>this|next|last) week\b",
    re.ASCII,
)
_LOOSE: Final = re.compile(
    rf"\b(?:(?P<many>{'|'.join(NAMES)})s|(?P<short>{_SHORT})|(?P<end>weekends))(?![a-z])", re.ASCII
)


def week_days(line: Line, today: date, expected: bool) -> list[Days]:
    """Weekdays, weekends and weeks of the line; expected: wed and weekends are some too.

    A weekday is the next one from today, today included; with next, this or last in Chinese that of the calendar week,
    which begins on Monday.
    """
    found = [
        (*match.span(), *_chinese(line, match, today))
        for match in _ZH.finditer(line.text)
        if not match["day"] or 1 <= line.number(match.start("day")).value <= 7
    ]
    for match in _EN.finditer(line.text):
        start = match.start("short") if match["short"] else match.start()
        found.append((start, match.end(), *_english(match, today)))
    for match in _LOOSE.finditer(line.text) if expected else ():
        name = match["many"] or match["short"]
        days = (_next(today, name),) * 2 if name else _week(today, 0, 5, 6)
        found.append((*match.span(), *days))
    return found


def _chinese(line: Line, match: re.Match[str], today: date) -> tuple[date, date]:
    week = _WEEKS.get(match["which"] or match["whole"] or "")
    if match["whole"]:
        return _week(today, week or 0, 0, 6)
    if match["end"]:
        return _week(today, week or 0, 5, 6)
    day = 6 if match["sunday"] else int(line.number(match.start("day")).value) - 1
    if week is None:
        return (_next(today, NAMES[day]),) * 2
    return _week(today, week, day, day)


def _english(match: re.Match[str], today: date) -> tuple[date, date]:
    said = match["which"] or match["whole"] or match["short_which"]
    if match["whole"] or match["end"]:
        return _week(today, _WEEKS.get(said or "", 0), 0 if match["whole"] else 5, 6)
    name = match["day"] or match["short"] or match["after"]
    day = next(number for number, full in enumerate(NAMES) if full.startswith(name))
    if said == "last":
        return (today - timedelta(days=(today.weekday() - day - 1) % 7 + 1),) * 2
    if said == "next" or match["late"]:
        return _week(today, 1, day, day)
    return (_next(today, name),) * 2


def _week(today: date, week: int, first: int, last: int) -> tuple[date, date]:
    monday = today + timedelta(days=7 * week - today.weekday())
    return monday + timedelta(days=first), monday + timedelta(days=last)


def _next(today: date, name: str) -> date:
    day = next(number for number, full in enumerate(NAMES) if full.startswith(name))
    return today + timedelta(days=(day - today.weekday()) % 7)
