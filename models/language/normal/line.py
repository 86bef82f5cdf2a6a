"""A turn as the grammars read it: folded, every number one symbol, every symbol knowing its place in the text."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Final

from models.language.normal import numbers
from models.language.normal.numbers import Number

LONGEST: Final = 1000
"""Characters of a turn that are read, twice what the desk answers; what follows is not."""
_SIMPLE: Final = str.maketrans(
    "號樓單層點兩萬幾週禮後個鐘時間車庫電門廳廚東陽臺園區棟座壹貳叁肆伍陸柒捌玖拾佰仟",
    "号楼单层点两万几周礼后个钟时间车库电门厅厨东阳台园区栋座一二三四五六七八九十百千",
)
_TOKEN: Final = re.compile(
    rf"(?P<ordinal>{numbers.ORDINAL})|(?P<cardinal>{numbers.CARDINAL})|(?P<nth>[0-9]{{1,3}})(?:st|nd|rd|th)\b"
    r"|(?P<scaled>[0-9]{1,7}(?:\.[0-9]{1,4})?)(?P<scale>百(?!分|货)|千(?![瓦米克帕])|万)(?:(?P<rest>[1-9])(?![0-9]))?"
    r"|(?P<decimal>[0-9]{1,9}\.[0-9]{1,4}(?![0-9.]))"
    r"|(?P<arabic>[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)"
    r"|(?P<weekday>(?<=[周期拜])[一二三四五六])"
    rf"|(?P<han>{numbers.HAN})|(?P<oh>\b(?:oh|o)\b(?!'|\ clock))|(?P<space>\s+)|(?P<other>.)",
    re.ASCII | re.DOTALL,
)
_TWO_MORE: Final = re.compile(rf"(?:[ -](?:{numbers.DIGIT_WORD}|[0-9])\b){{2}}", re.ASCII)


@dataclass(slots=True)
class Line:
    """text: the folded turn in lower case, with the symbols N (a number), D (a digit), O (an ordinal) and P (a decimal)
    for its numbers; whitespace is one space, none beside a 汉字."""

    original: str
    text: str = ""
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    numbers: dict[int, Number] = field(default_factory=dict)
    """By place in `text`."""

    def number(self, at: int) -> Number:
        """The number at a symbol of `text`. Raises KeyError."""
        return self.numbers[at]

    def digits(self, start: int, end: int) -> str:
        """Those of all numbers between two symbols, one after another."""
        return "".join(self.numbers[at].digits for at in range(start, end) if at in self.numbers)

    def words(self, start: int, end: int) -> str:
        """What was said between two symbols, end exclusive."""
        return self.original[self.starts[start] : self.ends[end - 1]]


@dataclass(frozen=True, slots=True)
class Found:
    """Symbols of a line that fill a slot, end exclusive."""

    name: str
    start: int
    end: int
    value: str | int | float | dict[str, str]


def read(text: str) -> Line:
    """The first LONGEST characters of a turn as a line."""
    line = Line(text)
    symbols: list[str] = []
    space: tuple[int, int] | None = None

    def put(symbol: str, start: int, end: int) -> None:
        nonlocal space
        if space and symbols and not _is_han(text[line.ends[-1] - 1]) and not _is_han(text[start]):
            symbols.append(" ")
            line.starts.append(space[0])
            line.ends.append(space[1])
        space = None
        symbols.append(symbol)
        line.starts.append(start)
        line.ends.append(end)

    folded = fold(text[:LONGEST])
    for token in _TOKEN.finditer(folded):
        start, end = token.span()
        if token.lastgroup == "space":
            space = (start, end)
            continue
        near = bool(symbols) and symbols[-1] in "ND-" and (symbols[-1] != "-" or symbols[-2:-1] in (["N"], ["D"]))
        number = _number(token, near, bool(_TWO_MORE.match(folded, end)))
        if number is None:
            for at in range(start, end):
                put(folded[at], at, at + 1)
            continue
        put(_symbol(number), start, end)
        line.numbers[len(symbols) - 1] = number
    line.text = "".join(symbols)
    return line


def fold(text: str) -> str:
    """NFKC, lower case and simplified where that keeps one character one."""
    folded = (unicodedata.normalize("NFKC", char).lower() for char in text)
    return "".join(new if len(new) == 1 else old for new, old in zip(folded, text, strict=True)).translate(_SIMPLE)


def _number(token: re.Match[str], after_number: bool, before_numbers: bool) -> Number | None:
    kind, words = token.lastgroup, token.group()
    if kind in ("cardinal", "ordinal"):
        return numbers.english(words)
    if kind == "nth":
        return Number(token["nth"], int(token["nth"]), words, ordinal=True)
    if token["scale"]:
        return numbers.arabic(token["scaled"], token["scale"], token["rest"] or "")
    if kind in ("arabic", "decimal"):
        return numbers.arabic(words) if len(words) <= numbers.LONGEST else None
    if kind in ("han", "weekday"):
        return numbers.han(words)
    if kind == "oh" and (after_number or before_numbers):
        return Number("0", 0, words)
    return None


def _symbol(number: Number) -> str:
    if number.ordinal:
        return "O"
    if isinstance(number.value, float):
        return "P"
    return "D" if len(number.digits) == 1 else "N"


def _is_han(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff" or char == "〇"
