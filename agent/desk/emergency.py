"""Emergencies, caught by rules before any model.

A rule looks for an event ("smell of gas", "出不来" beside "电梯"), never for a topic word alone, so that a bill or a
drill does not set it off. What is denied, feared, long past or rehearsed is left to the model: the same entries answer
there too, so a rule that stays silent costs a little certainty, while one that fires wrongly sends a resident down the
stairs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from re import Pattern

from agent.desk import emergency_words as say
from models.language.lexical import normalize

MAX_CHARACTERS = 2000
"""Of a text that are looked at."""
WINDOW = 160
"""Characters within which what a rule asks for stands together."""
GENERAL = "emergency"
"""Name of an emergency that has no entry of its own."""

Kinds = tuple[Pattern[str], ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """The entry that answers when all kinds of words of one of `happens` are said, unless the text is about something
    else, and even then when `certain` is said."""

    entry: str
    happens: tuple[Kinds, ...]
    unless: Pattern[str]
    certain: Pattern[str] | None = None

    def holds(self, said: str) -> bool:
        """Whether the text tells of it."""
        if not any(all(kind.search(said) for kind in kinds) for kinds in self.happens):
            return False
        return not self.unless.search(said) or bool(self.certain and self.certain.search(said))


RULES = (
    Rule(
        "lift-trapped",
        (
            (say.LIFT, say.SHUT_IN),
            (say.LIFT, say.IN_DISTRESS, say.STUCK),
            (say.LIFT_SHAFT_HEARD,),
            (say.BETWEEN_FLOORS, say.SHUT_IN),
            (say.BETWEEN_FLOORS, say.CRY),
            (say.LIFT, say.STUCK, say.INSIDE),
            (say.LIFT, say.LIFT_FALL),
            (say.LIFT, say.CRY),
        ),
        say.LIFT_UNLESS,
    ),
    Rule(
        "gas-smell",
        ((say.GAS, say.GAS_OUT), (say.GAS_ALONE,)),
        say.GAS_UNLESS,
    ),
    Rule(
        "medical-emergency",
        (
            (say.COLLAPSE,),
            (say.FALL, say.FALL_GRAVE, say.PERSON),
            (say.WATERS, say.DROWNS, say.ASHORE),
            (say.LIMB, say.GRIPPED, say.GRIPPED_BY),
            (say.BITTEN, say.BITTEN_GRAVE),
            (say.UNSEEN, say.UNSEEN_GRAVE),
        ),
        say.BODY_UNLESS,
    ),
    Rule("water-near-electricity", ((say.WET, say.LIVE), (say.CHARGED, say.WET)), say.WET_UNLESS),
    Rule("fire", ((say.BURNING,),), say.BURNING_UNLESS, say.SMOKE_STAYS),
    Rule("fire-alarm", ((say.ALARM, say.RINGS),), say.ALARM_UNLESS),
    Rule("security", ((say.INTRUDER,), (say.VIOLENCE,)), say.SECURITY_UNLESS, say.SECURITY_STAYS),
    Rule("water-leak", ((say.POURS,),), say.POURS_UNLESS),
    Rule(
        GENERAL,
        (
            (say.CRY,),
            (say.CHARGED,),
            (say.SHUT, say.SHUT_PLACE, say.SHUT_GRAVE, say.PERSON),
            (say.YOUNG, say.YOUNG_SHUT),
            (say.HEIGHT, say.DANGLES, say.HEIGHT_WHO),
            (say.STRUCTURE, say.HANGS_LOOSE, say.BELOW),
            (say.OPEN_HOLE, say.PERSON),
            (say.CRASH, say.CRASH_GRAVE),
            (say.MISSING,),
            (say.FLOODED,),
        ),
        say.DANGER_UNLESS,
        say.DANGER_STAYS,
    ),
)
"""In the order in which they are asked."""

ENTRIES = tuple(rule.entry for rule in RULES if rule.entry != GENERAL)
_SAME = tuple((meant, re.compile(heard, re.ASCII)) for meant, heard in say.SAME.items())


def emergency(text: str) -> str | None:
    """Id of the entry for the emergency that `text` (zh, en or both) reports, GENERAL for one without an entry; None
    when it reports none."""
    said = _plain(text[:MAX_CHARACTERS])
    starts = range(0, max(1, len(said) - WINDOW // 2), WINDOW // 2)
    return next((found for start in starts if (found := _told(said[start : start + WINDOW]))), None)


def _told(said: str) -> str | None:
    if say.CRY_ALONE.fullmatch(said):
        return GENERAL
    if say.FIRE_ONLY.fullmatch(said):
        return "fire"
    if say.ELSEWHERE.search(said):
        return None
    return next((rule.entry for rule in RULES if rule.holds(said)), None)


def _plain(text: str) -> str:
    said = re.sub(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])", "", normalize(text.replace("’", "'"))).replace("'", "")
    said = re.sub(r"\b(do|does|did|is|are|was|were|could) not\b", r"\1nt", re.sub(r"\bcan ?not\b", "cant", said))
    for meant, heard in _SAME:
        said = heard.sub(meant, said)
    return said.strip()
