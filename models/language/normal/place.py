"""Locations: buildings, units, floors, rooms and places, in one span where they are said together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from models.language.normal.line import Found, Line
from models.language.normal.place_words import (
    BESIDE,
    EDGE,
    HOME,
    HOME_AFTER,
    HOME_BEFORE,
    JOIN,
    JOIN_NUMBER,
    MEASURED,
    PART,
)

_MISHEARD: Final = {"for": "four", "to": "two", "too": "two", "won": "one", "ate": "eight"}
_MISHEARD_EN: Final = re.compile(
    r"(?P<before>\b(?:building|tower|block|unit|floor|level|flat|room) )(?P<word>for|too?|won|ate)\b"
    r"|\b(?P<alone>for|too?|won|ate)(?= oh )",
    re.ASCII | re.IGNORECASE,
)
_MISHEARD_ZH: Final = (("号路", "号楼"), ("号搂", "号楼"), ("弟下", "地下"), ("单圆", "单元"))


@dataclass(frozen=True, slots=True)
class _Part:
    start: int
    end: int
    fields: dict[str, str]
    weak: bool = False
    """A bare number, a room only beside something else."""
    dashed: bool = False
    """3-1502, where the first number is a unit once the building is known."""


def locations(line: Line) -> list[Found]:
    """Locations of the line: those told together are one."""
    groups: list[list[_Part]] = []
    for part in _parts(line):
        if groups and _goes_on(line.text, groups[-1], part):
            groups[-1].append(part)
        else:
            groups.append([part])
    found = []
    for group in groups:
        first, last = group[0], group[-1]
        lone = first.fields.get("place") in BESIDE or (first.weak and not _at_home(line.text, first))
        if len(group) == 1 and lone:
            continue
        found.append(Found("location", first.start, last.end, _merged(line, group)))
    return found


def whole(line: Line) -> dict[str, str]:
    """The location that a whole line is: the words beside building, unit, floor and room are the place."""
    fields: dict[str, str] = {}
    place, at = [], 0
    for part in _parts(line):
        known = {name: value for name, value in part.fields.items() if name != "place" and name not in fields}
        if known:
            fields.update(known)
            place.append(_trimmed(line, at, part.start))
            at = part.end
    place.append(_trimmed(line, at, len(line.text)))
    words = " ".join(filter(None, place))
    return {**fields, "place": words} if words else fields


def corrected(text: str) -> str:
    """Location words as they were said before a recognizer misheard them: tower too, 地下二城."""
    text = _MISHEARD_EN.sub(
        lambda match: (match["before"] or "") + _MISHEARD[(match["word"] or match["alone"]).lower()], text
    )
    for heard, said in _MISHEARD_ZH:
        text = text.replace(heard, said)
    return re.sub("(?<=[0-9一二三四五六七八九十])城", "层", text)


def _trimmed(line: Line, start: int, end: int) -> str:
    words = EDGE.sub("", line.words(start, end)) if end > start else ""
    return words if any(char.isalnum() for char in words) else ""


def _parts(line: Line) -> list[_Part]:
    parts: list[_Part] = []
    at = 0
    while match := PART.search(line.text, at):
        part = _part(line, match)
        at = part.end if part else match.end()
        if part is None:
            continue
        if (
            part.dashed
            and parts
            and "building" in parts[-1].fields
            and JOIN.fullmatch(line.text, parts[-1].end, part.start)
        ):
            fields = {"unit": part.fields["building"], "room": part.fields["room"]}
            part = _Part(part.start, part.end, fields)
        parts.append(part)
    return parts


def _part(line: Line, match: re.Match[str]) -> _Part | None:
    """One part of a location; None where the numbers are not of its kind."""
    name = match.lastgroup or ""
    start, end = match.span()
    if line.text[start] in "ND" and line.number(start).written == "两":
        return None
    if name in ("weak", "en_room", "zh_room", "en_unit", "hash_room"):
        return _numbered(line, match, name)
    if name in ("three_room", "two_room"):
        return _dashed(line, match, name)
    if name == "letter_room":
        room = line.digits(start, end)
        fields = {"building": match["letter_building"].upper(), "room": room}
        return _Part(start, end, fields) if 3 <= len(room) <= 4 else None
    if name in ("place", "gate"):
        return _Part(start, end, {"place": line.words(start, end)})
    if name == "ground":
        return _Part(start, end, {"floor": "G"})
    kind = "building" if "building" in name or name == "house" else "unit" if "unit" in name else "floor"
    value = _plain(line, *match.span(name))
    if len(line.digits(start, end)) > 3:
        return None
    below = (
        match["below"] in ("负", "地下", "-", "b") or match["en_below"] or name in ("zh_minus", "basement", "b_floor")
    )
    return _Part(start, end, {kind: "-" * (kind == "floor" and bool(below)) + value})


def _plain(line: Line, start: int, end: int) -> str:
    """A letter, a number without leading zeros, or both."""
    letters = "".join(char for char in line.text[start:end] if char not in "NDO -")
    digits = line.digits(start, end)
    return letters.upper() + (digits.lstrip("0") or "0" if digits else "")


def _numbered(line: Line, match: re.Match[str], name: str) -> _Part | None:
    """A room, or a unit: English has one word for both."""
    start, end = match.start(), match.end()
    first, last = match.span(name)
    places = [at for at in range(first, last) if at in line.numbers]
    suffix = line.text[last - 1].upper() if line.text[last - 1] not in "ND" else ""
    if not places:
        return _Part(start, end, {"unit" if name == "en_unit" else "room": suffix})
    if name == "zh_room":
        while len(places) > 1 and len(line.digits(places[0], last)) > 4:
            start = places[1]
            places.pop(0)
    while len(places) > 1 and len(line.digits(places[0], places[-1] + 1)) > 4:
        places.pop()
        suffix, end = "", places[-1] + 1
    if name == "en_unit" and len(places) == 2 and len(line.digits(places[1], places[1] + 1)) > 2:
        fields = {"unit": line.digits(places[0], places[0] + 1), "room": line.digits(places[1], places[1] + 1)}
        return _Part(start, places[1] + 1, fields)
    digits = line.digits(places[0], places[-1] + 1)
    if name == "en_unit" and len(digits) < 3:
        return _Part(start, end, {"unit": digits.lstrip("0") or "0"})
    least = {"weak": 3, "hash_room": 3, "zh_room": 2}.get(name, 1)
    if not least <= len(digits) <= 4:
        return None
    weak = name == "weak"
    if weak and MEASURED.match(line.text, end):
        return None
    return _Part(start, end, {"room": digits + suffix}, weak=weak)


def _dashed(line: Line, match: re.Match[str], name: str) -> _Part | None:
    """三杠二杠一五零二 and 3-1502."""
    kind = name.partition("_")[0]
    building = _plain(line, *match.span(f"{kind}_building"))
    start, end = match.span(name)
    while end - start > 1 and len(line.digits(start, end)) > 4:
        end -= 1
    room = line.digits(start, end)
    if not 3 <= len(room) <= 4 or len(building) - building[0].isalpha() > 2 or building == "0":
        return None
    if kind == "two":
        return _Part(match.start(), end, {"building": building, "room": room}, dashed=True)
    unit = _plain(line, *match.span("three_unit"))
    return _Part(match.start(), end, {"building": building, "unit": unit, "room": room}) if len(unit) < 3 else None


def _goes_on(text: str, group: list[_Part], part: _Part) -> bool:
    """Whether a part belongs to the location before it."""
    last = group[-1]
    known = {name for one in group for name in one.fields}
    if (known - {"place"}) & set(part.fields):
        return False
    between = text[last.end : part.start]
    if part.weak or last.weak:
        rooted = known & {"building", "unit", "floor"} if part.weak else True
        return bool(rooted) and JOIN_NUMBER.fullmatch(between) is not None
    if "place" in part.fields and "place" in last.fields:
        both = HOME.search(part.fields["place"]) and HOME.search(last.fields["place"])
        return not both and "," not in between and JOIN.fullmatch(between) is not None
    return JOIN.fullmatch(between) is not None


def _at_home(text: str, part: _Part) -> bool:
    """Whether the words around a bare number make it a room."""
    alone = text.strip(" ,.!?;") == text[part.start : part.end]
    return alone or bool(
        HOME_BEFORE.search(text[max(0, part.start - 20) : part.start]) or HOME_AFTER.match(text, part.end)
    )


def _merged(line: Line, group: list[_Part]) -> dict[str, str]:
    fields: dict[str, str] = {}
    end = -1
    for part in group:
        for name, value in part.fields.items():
            space = "" if part.start == end else " "
            fields[name] = f"{fields[name]}{space}{value}" if name in fields else value
            end = part.end if name == "place" else end
    return fields
