"""Dates and their ranges: 后天, 三天后, 周一到周五, tomorrow, in two days, from monday to friday."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Final

from models.language.normal.duration import SPAN, minutes
from models.language.normal.line import Found, Line
from models.language.normal.months import month_days
from models.language.normal.weeks import Days, week_days

_DAY: Final = 24 * 60
_NEAR: Final = {
    "今天": 0, "今日": 0, "今儿": 0, "明天": 1, "明日": 1, "明儿": 1, "后天": 2, "后儿": 2, "大后天": 3, "昨天": -1,
    "昨日": -1, "昨儿": -1, "昨晚": -1, "昨夜": -1, "前天": -2, "大前天": -3, "今": 0, "明": 1, "后": 2, "昨": -1,
    "today": 0, "tonight": 0, "tomorrow": 1, "tmr": 1, "tmrw": 1, "the day after tomorrow": 2,
    "day after tomorrow": 2, "yesterday": -1, "last night": -1, "the day before yesterday": -2,
    "day before yesterday": -2,
}  # fmt: skip
_NEAR_DAY: Final = re.compile(
    r"大?[后前]天|昨[晚夜](?!饭|D|N)|[今明昨][天日儿]|后儿|[今明昨](?=[早晚晨夜])|后(?=[早晚])"
    r"|\b(?:(?:the )?day (?:after tomorrow|before yesterday)|today|tomorrow|tmrw?|yesterday|last night)\b",
    re.ASCII,
)
_TONIGHT: Final = re.compile(r"\btonight\b", re.ASCII)
_LATER: Final = re.compile(
    rf"(?P<zh>{SPAN})(?:之?后|以后)|(?P<zh_ago>{SPAN})(?:之?前|以前)|\bin (?P<en>{SPAN})"
    rf"|(?P<from>{SPAN}) (?:from (?:now|today)|later)\b|(?P<ago>{SPAN}) ago\b",
    re.ASCII,
)
_TO: Final = re.compile(r"到|至| ?(?:-|~|—) ?| (?:to|until|till|through|and) ", re.ASCII)


def dates(line: Line, now: datetime, expected: bool) -> list[Found]:
    """Dates of the line; expected: 3号, the 3rd, wed and tonight are dates too."""
    today = now.date()
    found = [*week_days(line, today, expected), *month_days(line, today, expected)]
    for match in (*_NEAR_DAY.finditer(line.text), *(_TONIGHT.finditer(line.text) if expected else ())):
        day = today + timedelta(days=_NEAR[match.group()])
        found.append((*match.span(), day, day))
    for match in _LATER.finditer(line.text):
        if then := _relative(line, match, today, expected):
            found.append((*match.span(), then, then))
    found += _ranges(line.text, found)
    return [
        Found("date", start, end, f"{first}" if first == last else f"{first}/{last}")
        for start, end, first, last in found
    ]


def _ranges(text: str, found: list[Days]) -> list[Days]:
    """The two dates of 周一到周五 as one; a weekday that ends one is the first after its beginning."""
    joined = []
    after = {start: (end, last) for start, end, _, last in sorted(found, key=lambda one: one[1])}
    for start, end, first, _ in found:
        to = _TO.match(text, end)
        if to is None or to.end() not in after:
            continue
        if to.group() == " and " and "between" not in text[max(0, start - 9) : start]:
            continue
        stop, last = after[to.end()]
        if last < first < last + timedelta(days=7):
            last += timedelta(days=7)
        if last > first:
            joined.append((start, stop, first, last))
    return joined


def _relative(line: Line, match: re.Match[str], today: date, expected: bool) -> date | None:
    name = match.lastgroup or ""
    span = minutes(line, *match.span(name))
    if span is None or span < _DAY or (name == "en" and match["en"].startswith("a ") and not expected):
        return None
    return today + timedelta(days=(-1 if name in ("ago", "zh_ago") else 1) * (span // _DAY))
