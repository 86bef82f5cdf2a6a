"""Days and spans of the month and year: 5月3号, 月底, 下个月, 国庆节, may 3rd, the 3rd of may, 2026-05-03, 5/3."""

from __future__ import annotations

import calendar
import re
from datetime import date
from typing import Final

from models.language.normal.hours import alternatives
from models.language.normal.line import Line
from models.language.normal.weeks import Days

_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_MONTH: Final = "(?:" + "|".join(f"{name}|{name[:3]}" for name in (*_MONTHS, "sept")) + r")\b"
_AHEAD: Final = {"今": 0, "明": 1, "去": -1, "后": 2, "这": 0, "本": 0, "上": -1, "下": 1, "t": 0, "l": -1, "n": 1}
"""Years or months from this one, by the first character of the phrase."""
_FESTIVALS: Final = {
    "元旦节": (1, 1), "元旦": (1, 1), "妇女节": (3, 8), "劳动节": (5, 1), "五一节": (5, 1), "儿童节": (6, 1),
    "国庆节": (10, 1), "国庆": (10, 1), "平安夜": (12, 24), "圣诞节": (12, 25), "圣诞": (12, 25),
    "new year's day": (1, 1), "new year's eve": (12, 31), "new year": (1, 1), "labour day": (5, 1),
    "labor day": (5, 1), "national day": (10, 1), "christmas eve": (12, 24), "christmas": (12, 25),
    "halloween": (10, 31),
}  # fmt: skip
"""Those that the sun decides; the moon's are not known here."""
_FESTIVAL: Final = re.compile(alternatives(_FESTIVALS))
_WHICH_MONTH: Final = "这个?月|本月|上个?月|(?<!一)下个?月"
_ZH_DAY: Final = re.compile(
    rf"(?:(?:(?P<year>N)|(?P<spoken>[今明去后]))年的?)?(?:(?P<month>[ND])月|(?P<relative>{_WHICH_MONTH}))"
    r"(?:份?的?(?P<end>底)|(?P<day>[ND])(?:[号日]|(?![个天年])))|(?P<only_end>月底)|(?P<year_end>[今明]?年底)"
)
_ZH_NUMBER: Final = re.compile(
    r"(?:(?<=[到在至于约从])|(?<![a-z#第\-]))(?P<day>[ND])[号日](?=上午|下午|早|晚|中午|傍晚|来|去|过来|之?前|以前|那天"
    r"|到|至|可以|行|[ND](?:点|:N))|(?<=[号日][到至])(?P<last>[ND])[号日]"
)
_FIGURES: Final = re.compile(r"(?<![ND\-/])(?P<year>N)(?P<mark>[-/])(?P<month>[ND])(?P=mark)(?P<day>[ND])(?![-/]?[ND])")
_SLASH: Final = re.compile(r"(?<![ND/\-])(?P<month>[ND])/(?P<day>[ND])(?![/ND])")
_EN_DAY: Final = re.compile(
    rf"\b(?P<month>{_MONTH}) (?:the )?(?P<day>[NDO])(?!:)(?:,? (?P<year>N)(?!:))?"
    rf"|\b(?:the )?(?P<day_first>[NDO]) (?:of )?(?P<month_last>{_MONTH})(?:,? (?P<year_last>N)(?!:))?"
    r"|\b(?P<end>end of (?:the|this) month)\b",
    re.ASCII,
)
_EN_NTH: Final = re.compile(
    r"\b(?:on|by|until|till|from|for|before|after) (?P<the>the )(?P<day>O)"
    r"(?=$|[,.?!;]| (?:at|in the|from|to|until|please|around|and|or|morning|afternoon|evening)\b)",
    re.ASCII,
)
_ONLY_EXPECTED: Final = re.compile(rf"(?P<day>[ND])[号日]|(?:the )?(?P<nth>O)$|\b(?P<name>{_MONTH})", re.ASCII)
_PERIOD: Final = re.compile(
    rf"(?:(?P<spoken>[今明去后])年的?)?(?P<number>[ND])月(?:份)?(?![初中底ND])"
    rf"|(?:\b(?:in|by|since|until|till|for|of) |(?P<last>\blast ))(?P<name>{_MONTH})(?! (?:[NDO]|the)\b)"
    rf"|(?P<month>(?:{_WHICH_MONTH})(?!租|卡)|\b(?:this|last|next) month\b)(?![NDO底]|份?的?底)"
    r"|(?P<year>[今明去后]年|\b(?:this|last|next) year\b)",
    re.ASCII,
)


def month_days(line: Line, today: date, expected: bool) -> list[Days]:
    """Dates, months and years of the line; expected: 3号, the 3rd and june are dates too.

    Without a year, or without a month, the next such day from today.
    """
    text, found = line.text, []
    for match in (*_ZH_DAY.finditer(text), *_FIGURES.finditer(text), *_SLASH.finditer(text)):
        found.append((*match.span(), _in_figures(line, match, today)))
    for match in _EN_DAY.finditer(text):
        found.append((*match.span(), _in_words(line, match, today)))
    for match in (*_ZH_NUMBER.finditer(text), *_EN_NTH.finditer(text)):
        number = match.start(match.lastgroup or "day")
        start = match.start("the") if "the" in match.groupdict() else number
        found.append((start, match.end(), _of_month(int(line.number(number).value), today)))
    for match in _FESTIVAL.finditer(text):
        found.append((*match.span(), _coming(None, *_FESTIVALS[match.group()], today)))
    spans = [(start, end, day, day) for start, end, day in found if day]
    for match in _PERIOD.finditer(text):
        start = match.start("name") if match["name"] and not match["last"] else match.start()
        if period := _period(line, match, today):
            spans.append((start, match.end(), *period))
    for match in _ONLY_EXPECTED.finditer(text) if expected else ():
        if match["name"]:
            spans.append((*match.span(), *_named_month(match["name"], today)))
        elif day := _of_month(int(line.number(match.start(match.lastgroup or "day")).value), today):
            spans.append((*match.span(), day, day))
    return spans


def _in_figures(line: Line, match: re.Match[str], today: date) -> date | None:
    """Of _ZH_DAY, _FIGURES and _SLASH."""
    named = match.groupdict()
    values = {name: int(line.number(match.start(name)).value) for name in ("year", "month", "day") if named.get(name)}
    if named.get("year_end"):
        return date(today.year + match.group().startswith("明"), 12, 31)
    if named.get("spoken"):
        values["year"] = today.year + _AHEAD[named["spoken"]]
    if "month" not in values:
        first = _month(today, _AHEAD[(named["relative"] or "本")[0]])
        return _day(first.year, first.month, values["day"]) if "day" in values else _month_end(first)
    month, day = values["month"], values.get("day", 1)
    if named.get("end"):
        return _month_end(_day(values.get("year", today.year), month, 1))
    return _coming(values.get("year"), month, day, today)


def _in_words(line: Line, match: re.Match[str], today: date) -> date | None:
    if match["end"]:
        return _month_end(today)
    day = line.number(match.start("day") if match["day"] else match.start("day_first"))
    year = next((line.number(match.start(group)) for group in ("year", "year_last") if match[group]), None)
    month = _month_number(match["month"] or match["month_last"])
    return _coming(int(year.value) if year else None, month, int(day.value), today)


def _period(line: Line, match: re.Match[str], today: date) -> tuple[date, date] | None:
    """First and last day of a month or year."""
    if match["year"]:
        year = today.year + _AHEAD[match.group()[0]]
        return date(year, 1, 1), date(year, 12, 31)
    if match["month"]:
        first = _month(today, _AHEAD[match.group()[0]])
        return first, _month_end(first) or first
    if match["name"]:
        first, last = _named_month(match["name"], today)
        if match["last"]:
            first = first.replace(year=first.year - 1)
            last = _month_end(first) or last
        return first, last
    month = int(line.number(match.start("number")).value)
    if not 1 <= month <= 12:
        return None
    year = today.year + (_AHEAD[match["spoken"]] if match["spoken"] else month < today.month)
    first = date(year, month, 1)
    return first, _month_end(first) or first


def _named_month(name: str, today: date) -> tuple[date, date]:
    """The next one, this one included."""
    month = _month_number(name)
    first = date(today.year + (month < today.month), month, 1)
    return first, _month_end(first) or first


def _month_number(name: str) -> int:
    return next(number for number, full in enumerate(_MONTHS, 1) if full.startswith(name[:3]))


def _month(today: date, ahead: int) -> date:
    """The first day of the month that many from this one."""
    months = today.year * 12 + today.month - 1 + ahead
    return date(months // 12, months % 12 + 1, 1)


def _coming(year: int | None, month: int, day: int, today: date) -> date | None:
    """Without a year the next such day."""
    if year is not None:
        return _day(year + 2000 if year < 100 else year, month, day)
    this = _day(today.year, month, day)
    return this if this and this >= today else _day(today.year + 1, month, day)


def _of_month(day: int, today: date) -> date | None:
    """The next day of that number."""
    firsts = [_month(today, ahead) for ahead in range(3)]
    days = [_day(first.year, first.month, day) for first in firsts]
    return next((found for found in days if found and found >= today), None)


def _month_end(day: date | None) -> date | None:
    return day and day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except (ValueError, OverflowError):
        return None
