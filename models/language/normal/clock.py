"""Times of day and their ranges: 八点到十点, 下班后, 两小时后, 3 to 5 pm, in the evening."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from models.language.normal import clock_en, clock_zh
from models.language.normal.clock_zh import HAN_PARTS
from models.language.normal.duration import SPAN, minutes
from models.language.normal.hours import Clock, alternatives, pair, part_of, written
from models.language.normal.line import Found, Line

_EVENTS: Final = {
    "下班后": "evening", "下班以后": "evening", "下了班": "evening", "晚饭后": "evening", "吃完晚饭": "evening",
    "午饭后": "afternoon", "上班前": "morning", "after work": "evening", "after dinner": "evening",
    "after supper": "evening", "after school": "afternoon", "after lunch": "afternoon", "before lunch": "morning",
    "before work": "morning", "first thing": "morning",
}  # fmt: skip
_EVENT: Final = re.compile(rf"(?<![a-z])(?:{alternatives(_EVENTS)})(?![a-z])")
_BARE: Final = re.compile(
    r"(?:(?<=[明后])[早晚]|[今当][早晚晨夜](?![班报餐饭])"
    rf"|{alternatives(word for word in HAN_PARTS if len(word) > 1)})"
    r"(?!好|茶)|\b(?:(?:this|late|early) )?(?<!last )(?<!all )(?:(?<!good )(?:morning|afternoon|evening|night)|tonight"
    r"|noon|midday|lunchtime)\b",
    re.ASCII,
)
_ONLY_EXPECTED: Final = re.compile(r"昨[晚夜早]|\b(?:last night|mornings|afternoons|evenings|nights|lunch)\b", re.ASCII)
_LATER: Final = re.compile(
    rf"(?P<zh>{SPAN})(?:之?后|以后)|\bin (?P<en>{SPAN})\b|(?P<ago>{SPAN})(?:之?前| ago\b)", re.ASCII
)
_TO: Final = re.compile(r"到|至| ?(?:-|~|—) ?| (?:to|until|till|and) ", re.ASCII)
_FROM: Final = re.compile(r"\b(?:from|between) $|(?:day|tomorrow|weekend),? $", re.ASCII)


def times(line: Line, now: datetime, expected: bool) -> list[Found]:
    """Times of the line, and the date of `tonight` where it stands beside an hour; expected: a bare hour is one too."""
    found: list[Found] = []
    for first in (*clock_zh.clocks(line, expected), *clock_en.clocks(line)):
        second = _second(line, first)
        if second:
            found.append(Found("time", first.start, second.end, pair(first, second)))
        elif first.sure or expected:
            found.append(Found("time", first.start, first.end, written(first.resolved())))
        else:
            continue
        nights = {first.tonight, second.tonight if second else None} - {None}
        found += [Found("date", *night, now.date().isoformat()) for night in nights if night]
    for match in _BARE.finditer(line.text):
        if not _greets(line.text, match):
            found.append(Found("time", *match.span(), part_of(match.group())))
    if expected:
        found += [Found("time", *match.span(), part_of(match.group())) for match in _ONLY_EXPECTED.finditer(line.text)]
    found += [Found("time", *match.span(), _EVENTS[match.group()]) for match in _EVENT.finditer(line.text)]
    return found + _relative(line, now)


def _greets(text: str, match: re.Match[str]) -> bool:
    """Whether this is the `morning` that some people begin with."""
    return match.group() == "morning" and match.start() == 0 and text[match.end() : match.end() + 1] in (" ", ",")


def _relative(line: Line, now: datetime) -> list[Found]:
    found = []
    for match in _LATER.finditer(line.text):
        name = match.lastgroup or ""
        span = minutes(line, *match.span(name))
        if span is not None and 1 < span < 24 * 60:
            then = now + timedelta(minutes=-span if name == "ago" else span)
            found.append(Found("time", *match.span(), f"{then:%H:%M}"))
    return found


def _second(line: Line, first: Clock) -> Clock | None:
    """The end of a range that begins with `first`."""
    text, at, said = line.text, first.end, _before(line, first)
    if text[at - 1] not in "到至-~—":
        to = _TO.match(text, at)
        if to is None or (to.group() == " and " and not said.endswith("between ")):
            return None
        at = to.end()
    chinese, second = clock_zh.clock_at(line, at), None if text[at - 1] in "到至" else clock_en.clock_at(line, at)
    if chinese and (second is None or chinese.end >= second.end):
        return chinese
    if second is None:
        return None
    on_the_hour = second.fixed and second.minute == 0
    sure = second.part or first.part or (first.sure and second.sure) or on_the_hour or _FROM.search(said)
    return second if sure else None


def _before(line: Line, clock: Clock) -> str:
    """The last few symbols before a time."""
    return line.text[max(0, clock.start - 10) : clock.start]
