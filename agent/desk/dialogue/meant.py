"""Values as they are meant beside what was said before: hours by the part of the day, weekdays, ends of numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from agent.desk import rules
from agent.desk.dialogue import reading
from agent.desk.patterns import any_of
from models.language.understanding import Value

_LATE = {
    "afternoon": any_of("下午", "午后", r"\bafternoon\b", r"\bp\.?m\b"),
    "evening": any_of("晚上", "[今明后当]晚", "傍晚", "夜里", r"\b(evening|tonight|night)\b"),
}
_WITHIN: Final = {"morning": (5, 12), "afternoon": (12, 19), "evening": (17, 24), "night": (18, 24)}
"""Hours at which something of that part of the day begins."""
_EARLY = any_of("上午", "早上", "早晨", "[今明后]早", "凌晨", "清晨", r"\b(morning|a\.?m)\b")
_TIMES = re.compile("([0-9]{2}):([0-9]{2})")
_TAIL = re.compile(
    r"(尾号|末尾|后[三四]位|最后[三四]位|last (three|four|3|4)( digits)?|ends? (in|with))\D{0,8}(?P<tail>\d{3,4})(?!\d)"
)
_WEEKDAY = any_of("(周|星期|礼拜)[一二三四五六日天]", r"\b(mon|tues|wednes|thurs|fri|satur|sun)day\b")
_COUNTS: Final = {"两": 2, "二": 2, "三": 3, "2": 2, "3": 3, "two": 2, "three": 3}
_NUMBER = "(?P<zh>一|两|二|三|1|2|3)?"
_DAYS = re.compile(
    rf"(推后|推迟|延后|延迟|往后推|往后|晚|早|提前|往前){_NUMBER}天|(再|改到?|换到?)?(后一天|第二天|前一天)"
    r"|\bthe day (after|before)\b(?! tomorrow| yesterday)|\bthe next day\b"
    r"|(?P<en>a|one|two|three|1|2|3) days? (later|earlier|sooner)",
    re.ASCII,
)
_HOURS = re.compile(
    rf"(推后|推迟|延后|往后推|往后|晚|早|提前|往前)({_NUMBER}个?(?P<half>半)?个?(小时|钟头))"
    r"|(?P<en>an|one|two|three|1|2|3|half) (an )?hours? (later|earlier|sooner)",
    re.ASCII,
)
_ALONE = any_of(
    "(就|只有|就是)?(我|他|她|我朋友)?[一1]个人", "就(他|她)(一个|自己)", r"\bjust (him|her|one|the one)\b",
    r"\bonly (him|her|one)\b", r"\b(by himself|by herself|alone)\b",
)  # fmt: skip
_WRONG = any_of("不对", "错", "不是", "改", r"\b(wrong|not right|incorrect|change)\b")
_LAST = re.compile(r"([0-9]{1,5}|(?<![a-z])[a-h])$", re.ASCII | re.IGNORECASE)
_PARTS: Final = (
    ("building", any_of("楼号|楼栋|栋号|几号楼", r"\b(building|tower|block)\b")),
    ("unit", any_of("单元", r"\bunit\b")),
    ("room", any_of("房号|房间|室号|门牌", r"\b(flat|room|apartment)\b")),
)
_EARLIER = any_of("早", "提前", "往前", "前一天", "before", "earlier", "sooner")
_NEXT = any_of("下个?(周|星期|礼拜)", "这个?(周|星期|礼拜)", r"\b(next|this)\b")


def tail_changed(phone: Value | None, text: str) -> str | None:
    """The phone number with its last digits as the turn corrects them; None when it corrects none."""
    found = _TAIL.search(reading.plain(text)) if isinstance(phone, str) else None
    return f"{phone}"[: -len(found["tail"])] + found["tail"] if found else None


def shifted(filled: Mapping[str, Value], text: str) -> dict[str, Value]:
    """What a turn moves by days or hours beside what is there: "make it the day after", 晚一个小时; empty when nothing.

    filled: normal forms by slot.
    """
    said = reading.plain(text)
    day, hour = rules.first_day(filled.get("date")), filled.get("time")
    if day and "/" not in str(filled["date"]) and (found := _DAYS.search(said)):
        back = bool(_EARLIER.search(found[0]))
        count = _COUNTS.get(found["zh"] or found["en"] or "", 1)
        return {"date": (day + timedelta(days=-count if back else count)).isoformat()}
    if isinstance(hour, str) and ":" in hour and (found := _HOURS.search(said)):
        half = bool(found["half"]) or found["en"] == "half"
        named = found["zh"] or found["en"]
        hours = 0 if half and named in (None, "half") else _COUNTS.get(named or "", 1)
        minutes = 60 * hours + 30 * half
        return {"time": _by(hour, -minutes if _EARLIER.search(found[0]) else minutes)}
    return {}


def part_changed(text: str) -> dict[str, str]:
    """The part of a location that a turn corrects: "the building is wrong, it's 8", 房号不对是1304; empty when none."""
    said = reading.plain(text)
    number = _LAST.search(said)
    if not number or not _WRONG.search(said):
        return {}
    named = next((part for part, words in _PARTS if words.search(said)), None)
    return {named: number[0].upper()} if named else {}


def _by(value: str, minutes: int) -> str:
    def other(found: re.Match[str]) -> str:
        total = max(0, min(24 * 60 - 1, int(found[1]) * 60 + int(found[2]) + minutes))
        return f"{total // 60:02}:{total % 60:02}"

    return _TIMES.sub(other, value)


def alone(text: str) -> bool:
    """Whether nobody else comes: 就他一个, just him."""
    return bool(_ALONE.search(reading.plain(text)))


def names_weekday(text: str) -> bool:
    """Whether a day is named by its weekday alone, not as one of next week."""
    said = reading.plain(text)
    return bool(_WEEKDAY.search(said)) and not _NEXT.search(said)


def settled(value: Value, before: Value | None, text: str) -> Value:
    """A time as it is meant: 7 to 9 beside "evening" is late, half past 8 after eight in the evening is, too; and a
    bare "afternoon" moves the hour that was said before.

    value, before: normal forms of the slot time.
    """
    if not isinstance(value, str):
        return value
    told = before if isinstance(before, str) and ":" in before else None
    if ":" not in value:
        moved = _moved(told, value != "morning") if told else ""
        first, last = _WITHIN.get(value, (0, -1))
        return moved if moved and first <= int(moved[:2]) < last else value
    said = reading.plain(text)
    if _EARLY.search(said):
        return value
    first = int(value[:2])
    if _LATE["afternoon"].search(said) or (_LATE["evening"].search(said) and first >= 5):
        return _moved(value, True)
    near = told is not None and abs(first + 12 - int(told[:2])) < abs(first - int(told[:2]))
    return _moved(value, True) if near else value


def _moved(value: str, late: bool) -> str:
    def other(found: re.Match[str]) -> str:
        hour = int(found[1])
        hour += 12 if late and 1 <= hour < 12 else -12 if not late and hour > 12 else 0
        return f"{hour:02}:{found[2]}"

    return _TIMES.sub(other, value)


def same_week(value: Value, before: Value | None) -> Value:
    """A weekday that corrects a day of another week is meant within that week: not next Monday, Tuesday."""
    day, other = rules.first_day(value), rules.first_day(before)
    if day is None or other is None or "/" in str(value):
        return value
    return (day + timedelta(days=7 * round((other - day).days / 7))).isoformat()
