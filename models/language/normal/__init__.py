"""Slots that rules alone find, and the normal form of a slot's words, in Chinese and English."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Final

from models.language.detect import Language
from models.language.normal.amounts import amounts, counts
from models.language.normal.clock import times
from models.language.normal.codes import phones, plates
from models.language.normal.days import dates
from models.language.normal.duration import durations
from models.language.normal.line import Found, Line, read
from models.language.normal.place import corrected, locations, whole
from models.language.understanding import SLOTS, Slot, Value

__all__ = ["find", "normal"]

_RULES: Final[dict[str, Callable[[Line, datetime, bool], list[Found]]]] = {
    "phone": lambda line, now, expected: phones(line, expected),
    "plate": lambda line, now, expected: plates(line),
    "date": dates,
    "time": times,
    "duration": lambda line, now, expected: durations(line),
    "amount": lambda line, now, expected: amounts(line, expected),
    "count": lambda line, now, expected: counts(line, expected),
    "location": lambda line, now, expected: locations(line),
}
_EDGES: Final = re.compile(r"^[\W_]+|[\W_]+$")


def normal(name: str, text: str, language: Language, now: datetime) -> Value | None:
    """Normal form of the words of slot `name`; None when they have none (e.g. time words that are none).

    now: where relative dates and times count from. Both languages' words are understood in either: residents mix them.
    """
    if name == "location":
        return whole(read(corrected(text))) or None
    if name in _RULES:
        line = read(text)
        found = [one for one in _RULES[name](line, now, True) if one.name == name]
        return max(found, key=lambda one: one.end - one.start).value if found else None
    return (_EDGES.sub("", text) or None) if name in SLOTS else None


def find(text: str, language: Language, now: datetime) -> list[Slot]:
    """Slots that rules alone find, in order and without overlaps: where two could be, the longer is.

    now: where relative dates and times count from. Both languages' words are found in either: residents mix them.
    Beyond line.LONGEST characters nothing is found.
    """
    line = read(text)
    found = [one for rule in _RULES.values() for one in rule(line, now, False)]
    found.sort(key=lambda one: (line.starts[one.start] - line.ends[one.end - 1], one.start))
    taken = bytearray(len(line.text))
    slots = []
    for one in found:
        if any(taken[one.start : one.end]):
            continue
        taken[one.start : one.end] = b"\1" * (one.end - one.start)
        start, end = line.starts[one.start], line.ends[one.end - 1]
        slots.append(Slot(one.name, start, end, text[start:end], one.value))
    return sorted(slots, key=lambda slot: slot.start)
