"""Hours of the day and the parts it has: what 八点 or half four is in 24 hours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

Part = Literal["dawn", "morning", "noon", "afternoon", "evening", "night"]
PARTS: Final[dict[str, Part]] = {
    "凌晨": "dawn", "清晨": "morning", "清早": "morning", "大清早": "morning", "大早上": "morning", "大早": "morning",
    "早上": "morning", "早晨": "morning", "早间": "morning", "上午": "morning", "早": "morning", "晨": "morning",
    "中午": "noon", "正午": "noon", "大中午": "noon", "晌午": "noon", "下午": "afternoon", "午后": "afternoon",
    "傍晚": "evening", "晚上": "evening", "晚间": "evening", "大晚上": "evening", "晚": "evening", "半夜": "night",
    "大半夜": "night", "深夜": "night", "夜里": "night", "夜间": "night", "后半夜": "night", "夜": "night",
    "morning": "morning", "noon": "noon", "midday": "noon", "lunch": "noon", "lunchtime": "noon",
    "afternoon": "afternoon", "evening": "evening", "tonight": "evening", "night": "night", "am": "morning",
    "pm": "afternoon",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day between two symbols of a line, as it was said."""

    start: int
    end: int
    hour: int
    minute: int
    part: Part | None
    fixed: bool = False
    """Said in 24 hours, as in 08:30 or midnight."""
    sure: bool = True
    """False for what is a time only where one is expected: one bare hour."""
    tonight: tuple[int, int] | None = None
    """Where the word stands that makes it this evening, if one does."""

    def resolved(self) -> tuple[int, int]:
        """Hour and minute of 24 hours: without a part of the day 1 to 6 is afternoon, 7 to 11 morning, 12 noon."""
        if self.fixed or self.hour > 12 or (self.hour == 0 and self.part is None):
            return self.hour % 24, self.minute
        hour = self.hour % 12
        late = {
            None: hour < 7, "dawn": False, "morning": self.hour == 12, "noon": hour < 4, "afternoon": True,
            "evening": hour > 4, "night": hour > 6,
        }[self.part]  # fmt: skip
        return hour + 12 * late, self.minute


def pair(first: Clock, second: Clock) -> str:
    """HH:MM-HH:MM: an end without a part of the day is the next such hour, a beginning the one just before."""
    start, end = first.resolved(), second.resolved()
    if second.part is None and not second.fixed and second.hour <= 12:
        end = min((time for time in _both(second) if time > start), default=(second.hour % 12, second.minute))
    elif first.part is None and not first.fixed and first.hour <= 12:
        start = max((time for time in _both(first) if time < end), default=start)
    return f"{written(start)}-{written(end)}"


def written(time: tuple[int, int]) -> str:
    """HH:MM."""
    return f"{time[0]:02d}:{time[1]:02d}"


def part_of(words: str) -> str:
    """The part of the day that a phrase such as 今晚 or this morning ends in."""
    words = words.removesuffix("s")
    part = next(PARTS[word] for word in sorted(PARTS, key=len, reverse=True) if words.endswith(word))
    return "night" if part == "dawn" else part


def alternatives(words: Iterable[str]) -> str:
    """A regular expression of any of the words, the longest first."""
    return "|".join(sorted(words, key=len, reverse=True))


def _both(clock: Clock) -> tuple[tuple[int, int], tuple[int, int]]:
    return (clock.hour % 12, clock.minute), (clock.hour % 12 + 12, clock.minute)
