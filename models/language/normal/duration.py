"""Durations: 一个半小时, 两天, 三刻钟, half an hour, an hour and a half, for two weeks."""

from __future__ import annotations

import re
from typing import Final

from models.language.normal.line import Found, Line

_ZH_MINUTES: Final = {
    "分": 1, "刻": 15, "小": 60, "钟": 60, "上": 240, "下": 240, "晚": 720, "夜": 720, "宿": 720, "天": 1440,
    "日": 1440, "周": 10080, "星": 10080, "礼": 10080, "月": 43200, "年": 525600,
}  # fmt: skip
_EN_MINUTES: Final = {
    "mi": 1, "h": 60, "ho": 60, "hr": 60, "da": 1440, "ni": 1440, "we": 10080, "fo": 20160, "mo": 43200, "ye": 525600,
}  # fmt: skip
_LONGEST: Final = 100 * 525600
_ZH_UNIT: Final = (
    "分钟|刻钟|小时(?!热线|值班|营业|服务)|钟头|个钟(?!头)|天|周(?!末)|星期|礼拜|个月|(?<=个多)月|年(?!级)"
    "|晚上?|夜|上午|下午|宿"
)
_EN_UNIT: Final = r"(?:minutes?|mins?|hours?|hrs?|h|days?|nights?|weeks?|fortnights?|months?|years?)\b"
SPAN: Final = (
    rf"(?:(?:半|俩)个?(?:小时|钟头|天|月|年)|[NDP][多几来]?个?多?半?(?:{_ZH_UNIT}(?![前后]?半夜))"
    r"(?:半(?!个|小时|钟头|天|夜))?(?:[零又]?[ND]分钟)?|D?整[天晚夜]"
    rf"|(?:half an?|half|a half|(?:a |three )?quarters? of an) {_EN_UNIT}"
    rf"|(?:[NDP]|an?\b)(?: and a half| more|-)? ?{_EN_UNIT}(?: and a half| and [ND] (?:minutes?|mins?)\b)?"
    rf"|a couple (?:of )?{_EN_UNIT}|(?:all|(?:the |a )?whole|a full) (?:day|night|week)\b)"
)
"""Regular expression of a duration in a Line's text, to be compiled with re.ASCII."""
_FIND: Final = re.compile(
    r"(?<![a-z第每周期拜前])(?<!every )(?<!once )(?<!twice )(?<!times )(?<!per )(?<!such )(?<!what )"
    rf"(?P<span>{SPAN})(?!到晚|[ -]old\b)",
    re.ASCII,
)
_UNIT: Final = re.compile(
    r"分钟|刻钟|小时|钟|天|周|星期|礼拜|月|年|晚|夜|上|下|宿"
    r"|\b(?:minute|min|hour|hr|h\b|day|night|week|fortnight|month|year)|(?<=[NDP])(?:h|hr|min|hour)"
)


def durations(line: Line) -> list[Found]:
    """Durations of the line, in minutes."""
    found = []
    for match in _FIND.finditer(line.text):
        value = minutes(line, *match.span("span"))
        if value is not None:
            found.append(Found("duration", *match.span("span"), value))
    return found


def minutes(line: Line, start: int, end: int) -> int | None:
    """Minutes of the words that SPAN matched; None for more than a hundred years."""
    words = line.text[start:end]
    unit = _UNIT.search(words)
    if unit is None:
        return None
    name = unit.group()
    each = _EN_MINUTES[name[:2]] if name.isascii() else _ZH_MINUTES[name[0]]
    numbers = [line.number(at) for at in range(start, end) if at in line.numbers]
    if words.startswith(("半", "half", "a half")):
        amount: float = 0.5
    elif "quarter" in words:
        amount = 0.75 if words.startswith("D") else 0.25
    elif words.startswith(("a couple", "俩")):
        amount = 2
    else:
        amount = numbers[0].amount if numbers and words[0] in "NDP" else 1
        amount += 0.5 if "半" in words or "half" in words else 0
    total = amount * each
    if len(numbers) > 1:
        total += numbers[-1].value
    return round(total) if total <= _LONGEST else None
