"""Single times in Chinese: 下午四点半, 差五分三点, 15:30."""

from __future__ import annotations

import re
from typing import Final

from models.language.normal.hours import PARTS, Clock, alternatives
from models.language.normal.line import Line

HAN_PARTS: Final = tuple(word for word in PARTS if not word.isascii())
_PART: Final = f"(?P<part>{alternatives(HAN_PARTS)})"
_TO: Final = "到|至|-|~|—"
_CLOCK: Final = re.compile(
    rf"(?:{_PART}的?)?(?:差(?P<to>[ND])(?:分钟?|(?P<to_quarter>刻钟?)))?(?P<hour>[ND])"
    r"(?:点(?:差(?P<short>[ND])分(?!钟?[ND]点)|(?P<half>半)|(?P<quarter>D)刻钟?|过?(?P<minute>[ND])分(?!钟)"
    r"|过?(?P<loose>N)(?![号栋幢座个人位楼层单室元块天])|钟|整)?"
    r"|:(?P<colon>N)|时(?![间候常不段刻])(?:(?P<after_hour>[ND])分)?)"
)
_OPEN: Final = re.compile(
    rf"{_PART}?(?P<hour>[ND])点?(?:{_TO})(?=(?:{alternatives(HAN_PARTS)})?[ND](?:点(?!半?个)|时))"
)
_RANGE: Final = re.compile(_TO)
_ONE_O_CLOCK: Final = re.compile("[天日号末到在约]$|[周期拜]D$")
_A_BIT: Final = re.compile("[都也没不儿水]")


def clocks(line: Line, expected: bool) -> list[Clock]:
    """Every time of the line, also the first hour of 三到五点; expected: 一点 is one o'clock and not `a bit`."""
    found = []
    for match in _CLOCK.finditer(line.text):
        if clock := _read(line, match, expected):
            found.append(clock)
    for match in _OPEN.finditer(line.text):
        hour = int(line.number(match.start("hour")).value)
        if hour <= 24:
            found.append(Clock(*match.span(), hour, 0, PARTS.get(match["part"]), sure=False))
    return found


def clock_at(line: Line, at: int) -> Clock | None:
    """The time that begins there."""
    match = _CLOCK.match(line.text, at)
    return _read(line, match, True) if match else None


def _read(line: Line, match: re.Match[str], expected: bool) -> Clock | None:
    number, end = line.number(match.start("hour")), match.end()
    hour, minute = int(number.value), 0
    if match["half"]:
        minute = 30
    elif match["quarter"]:
        minute = 15 * int(line.number(match.start("quarter")).value)
    elif group := next((name for name in ("minute", "colon", "after_hour", "loose") if match[name]), None):
        minute = int(line.number(match.start(group)).value)
        if group == "loose" and minute > 59:
            minute, end = 0, match.start(group)
    elif group := next((name for name in ("to", "short") if match[name]), None):
        lacking = int(line.number(match.start(group)).value) * (15 if match["to_quarter"] else 1)
        hour, minute = hour - 1, 60 - lacking
    if not (0 <= hour <= 24 and 0 <= minute <= 59):
        return None
    sure = expected or not (match.group() == "D点" and number.written == "一" and _is_a_bit(line.text, match))
    return Clock(match.start(), end, hour, minute, PARTS.get(match["part"]), number.written.startswith("0"), sure)


def _is_a_bit(text: str, match: re.Match[str]) -> bool:
    if _RANGE.match(text, match.end()):
        return False
    before = text[max(0, match.start() - 2) : match.start()]
    return not _ONE_O_CLOCK.search(before) or bool(_A_BIT.match(text, match.end()))
