"""A form's values as they are read out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Final

from agent.desk.phrases import say
from agent.desk.rules import PARTS_OF_DAY
from models.language.detect import Language
from models.language.understanding import Value

_WEEKDAYS = "一二三四五六日"
_ORDER = ("location", "object", "symptom", "facility", "date", "time", "duration", "person", "count", "plate", "phone")
_DIGITS: Final = {
    "zh": "零一二三四五六七八九",
    "en": ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
}
_WORDY: Final = 10
"""Characters of a symptom that is more than a word."""
_HOUR, _DAY = 60, 24 * 60


def summary(filled: Mapping[str, Value], language: Language, now: datetime) -> str:
    """All that is filled, in one order, without its verbs."""
    # A matter in the resident's own words names its thing itself.
    told = str(filled.get("symptom", ""))
    wordy = len(told) > _WORDY and str(filled.get("object", "")) in told
    named = [name for name in _ORDER if name in filled and not (name == "object" and wordy)]
    parts = [spoken(name, filled[name], language, now) for name in named]
    return ("，" if language == "zh" else ", ").join(part for part in parts if part)


def spoken(name: str, value: Value, language: Language, now: datetime) -> str:
    """One value in words."""
    if name == "location":
        return place(value, language) if isinstance(value, dict) else str(value)
    if name == "date":
        return ("到" if language == "zh" else " to ").join(_day(day, language, now) for day in str(value).split("/"))
    if name == "time":
        return _time(str(value), language)
    if name == "duration":
        return _duration(value, language)
    if name == "phone":
        return say("phone", language, value=_grouped(str(value)))
    return say(name, language, value=value) if name in ("person", "plate", "count") else str(value)


def place(parts: Mapping[str, str], language: Language) -> str:
    """A location, large to small."""
    said = [
        _part(name, parts[name], language) for name in ("building", "unit", "floor", "room", "place") if name in parts
    ]
    return ("" if language == "zh" else ", ").join(said) or say("unknown_place", language)


def moment(when: datetime, language: Language, now: datetime) -> str:
    """A day and an hour: 明天下午4点半, 4:30 pm tomorrow."""
    day, clock = _day(when.date().isoformat(), language, now), _clock(when.time(), language)
    if language == "zh":
        return day + clock
    return f"{clock} {day}" if day.islower() else f"{clock} on {day}"


def digits(id: str, language: Language) -> str:
    """An order's id as it is read out, digit by digit."""
    letter, _, number = id.partition("-")
    names = _DIGITS[language]
    joint = "" if language == "zh" else " "
    return f"{letter} " + joint.join(names[int(digit)] for digit in number)


def _part(name: str, value: str, language: Language) -> str:
    below = value.startswith("-") and value[1:].isdigit()
    if language == "en":
        if name == "floor":
            return f"basement {value[1:]}" if below else "ground floor" if value == "G" else f"floor {value}"
        names = {"building": "building ", "unit": "unit ", "room": "flat "}
        return names.get(name, "") + value
    if name == "floor":
        return f"地下{value[1:]}层" if below else "底层" if value == "G" else f"{value}楼"
    if name == "building":
        return value + ("号楼" if value.isdigit() else "座")
    return value + {"unit": "单元", "room": "室"}.get(name, "")


def _day(text: str, language: Language, now: datetime) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    away = (day - now.date()).days
    if 0 <= away <= 2:
        names = ("今天", "明天", "后天") if language == "zh" else ("today", "tomorrow", f"{day:%A}")
        return names[away]
    if language == "zh":
        return f"{day.month}月{day.day}号周{_WEEKDAYS[day.weekday()]}"
    return f"{day:%A} {day.day} {day:%B}"


def _time(text: str, language: Language) -> str:
    if text in PARTS_OF_DAY:
        return say(f"part.{text}", language)
    ends = [_hour(part) for part in text.split("-")]
    if None in ends or len(ends) > 2:
        return text
    return ("到" if language == "zh" else " to ").join(_clock(end, language) for end in ends if end)


def _hour(text: str) -> time | None:
    try:
        return time.fromisoformat(text)
    except ValueError:
        return None


def _clock(at: time, language: Language) -> str:
    hour = at.hour % 12 or 12
    if language == "en":
        return f"{hour}{f':{at.minute:02}' if at.minute else ''} {'am' if at.hour < 12 else 'pm'}"
    part = next(name for until, name in _PARTS if at.hour < until)
    shown = 0 if at.hour == 0 else hour
    minutes = "" if not at.minute else "半" if at.minute == 30 else f"{at.minute:02}分"
    return f"{part}{shown}点{minutes}"


_PARTS = ((6, "凌晨"), (12, "上午"), (13, "中午"), (18, "下午"), (24, "晚上"))
"""Until which hour a time is called what."""


def _duration(value: Value, language: Language) -> str:
    if not isinstance(value, int | float):
        return str(value)
    unit, per = (
        ("day", _DAY) if value % _DAY == 0 else ("hour", _HOUR) if value % 30 == 0 and value >= _HOUR else ("minute", 1)
    )
    amount = f"{value / per:g}"
    if language == "zh":
        return amount + {"day": "天", "hour": "小时", "minute": "分钟"}[unit]
    return f"{amount} {unit}{'' if amount == '1' else 's'}"


def _grouped(digits: str) -> str:
    return f"{digits[:3]} {digits[3:7]} {digits[7:]}" if len(digits) == 11 and digits.isdigit() else digits
