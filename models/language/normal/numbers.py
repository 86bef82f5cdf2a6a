"""Numbers as people say them: 一千零五, 幺三八, 两百三, fifteen, a hundred and four, double six, 21st."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

LONGEST: Final = 16
"""Digits of the longest number that means anything (a phone number with its country code)."""
_UNITS: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS: Final = (
    "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS: Final = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINALS: Final = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
_LATE_ORDINALS: Final = (
    "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth",
    "nineteenth",
)  # fmt: skip
_TENTHS: Final = tuple(word[:-1] + "ieth" for word in _TENS)
_WORDS: Final = {
    **{word: number for number, word in enumerate(_UNITS)},
    **{word: number for number, word in enumerate(_TEENS, 10)},
    **{word: 10 * number for number, word in enumerate(_TENS, 2)},
    **{word: number for number, word in enumerate(_ORDINALS, 1)},
    **{word: number for number, word in enumerate(_LATE_ORDINALS, 10)},
    **{word: 10 * number for number, word in enumerate(_TENTHS, 2)},
    "a": 1, "fourty": 40,
}  # fmt: skip
_ONE = "|".join(_UNITS[1:])
_SMALL = rf"(?:(?:{'|'.join(_TENS)}|fourty)(?:[ -](?:{_ONE})\b)?|{'|'.join(_TEENS)}|{_ONE})\b"
_BELOW_THOUSAND = rf"{_SMALL}(?: hundred\b(?:(?: and)? {_SMALL})?)?"
DIGIT_WORD: Final = rf"(?:zero|oh|{_ONE})"
CARDINAL: Final = (
    rf"\b(?:(?:{_SMALL}|a|[0-9]{{1,3}}) (?:hundred|thousand)\b(?:(?: and)? {_BELOW_THOUSAND})?"
    rf"|(?:double|triple) (?:{DIGIT_WORD})\b|{_SMALL}|zero\b|a dozen\b)"
)
"""Regular expression of an English number in words, to be compiled with re.ASCII."""
ORDINAL: Final = (
    rf"\b(?:(?:{'|'.join(_TENS)})[ -](?:{'|'.join(_ORDINALS)})|{'|'.join((*_LATE_ORDINALS, *_TENTHS, *_ORDINALS))})\b"
)

_HAN_DIGITS: Final = {
    **dict(zip("零一二三四五六七八九", "0123456789", strict=True)),
    "〇": "0", "洞": "0", "幺": "1", "两": "2", "拐": "7", "勾": "9",
}  # fmt: skip
_SCALES: Final = {"十": 10, "百": 100, "千": 1000, "万": 10000}
_DIGIT = (
    "[零〇幺两二三四五六七八九]"
    "|(?:(?<!块.)(?<!百)一|一(?![平度车吨方]))(?!共|直|样|般|定|些|旦|切|致|会儿|大早|下(?!午))"
)
_SLANG = "[洞拐勾](?=[零〇幺两一二三四五六七八九洞拐勾])|(?<=[零〇幺一二三四五六七八九洞拐勾]{2})[洞拐勾](?![角弯])"
HAN: Final = (
    f"(?:{_DIGIT}|十(?!字)|[廿卅]|{_SLANG})(?:{_DIGIT}|{_SLANG}|十(?!字)|[廿卅]|百(?!分|货)|千(?![瓦米克帕])|万(?!能))*"
)
"""Regular expression of a run of 汉字 that may be a number."""
_THOUSANDS = re.compile("(?:([0-9])千)?(?:(零)?([0-9])百)?(?:(零)?([0-9])?(十))?(?:(零)?([0-9]))?")
_SPLIT = re.compile("([1-9]?)十([1-9]?)([0-9]+)")
_ABOUT = re.compile("[1-9]([1-9][十百千万].*)")


@dataclass(frozen=True, slots=True)
class Number:
    """A number of the text. digits: read one after another (fifteen oh two is three numbers, 15, 0, 2)."""

    digits: str
    value: int | float
    written: str
    """As it stands in the folded text."""
    short: bool = False
    """Its last scale was left out, as in 两百三 and 1万2, or it is one like 1.5万: hardly anything but money."""
    ordinal: bool = False

    @property
    def amount(self) -> int | float:
        """How many: the value, but the second of 三四个."""
        pair = len(self.written) == 2 and all(char in _HAN_DIGITS for char in self.written)
        return int(self.digits[1]) if pair else self.value


def english(words: str) -> Number:
    """The number of a match of CARDINAL or ORDINAL."""
    parts = re.split("[ -]", words)
    if parts[0] in ("double", "triple"):
        digits = str(_WORDS.get(parts[1], 0)) * (2 if parts[0] == "double" else 3)
        return Number(digits, int(digits), words)
    if parts[-1] == "dozen":
        return Number("12", 12, words)
    total = part = 0
    for word in parts:
        if word == "hundred":
            part *= 100
        elif word == "thousand":
            total, part = total + part * 1000, 0
        elif word != "and":
            part += int(word) if word.isdigit() else _WORDS[word]
    ordinal = parts[-1].endswith(("th", "first", "second", "third"))
    return Number(str(total + part), total + part, words, ordinal=ordinal)


def han(run: str) -> Number | None:
    """The number of a match of HAN; None when the characters do not make one (十十, 二百千)."""
    if all(char in _HAN_DIGITS for char in run):
        digits = "".join(_HAN_DIGITS[char] for char in run)
        return Number(digits, int(digits), run) if len(digits) <= LONGEST else None
    plain = run.replace("廿", "二十").replace("卅", "三十")
    plain = "".join("零" if char in "零〇" else _HAN_DIGITS.get(char, char) for char in plain)
    if about := _ABOUT.fullmatch(plain):
        plain = about[1]
    if (found := _positional(plain)) is not None:
        value, short = found
        return Number(str(value), value, run, short=short)
    if joined := _SPLIT.fullmatch(plain.replace("零", "0")):
        digits = (joined[1] or "1") + (joined[2] or "0") + joined[3]
        return Number(digits, int(digits), run) if len(digits) <= LONGEST else None
    return None


def arabic(digits: str, scale: str = "", rest: str = "") -> Number:
    """The number of 3, 1.5, 1,500, with scale 万 and rest 2 of 3万2."""
    plain = digits.replace(",", "")
    if not scale:
        return Number(plain, float(plain) if "." in plain else int(plain), digits)
    value = float(plain) * _SCALES[scale] + int(rest or 0) * _SCALES[scale] // 10
    value = int(value) if value.is_integer() else value
    return Number(str(value), value, digits + scale + rest, short=bool(rest) or "." in plain or scale == "万")


def _positional(plain: str) -> tuple[int, bool] | None:
    """Value, and whether the last scale was left out."""
    if plain.count("万") > 1:
        return None
    high, wan, low = plain.rpartition("万")
    over = 0
    if wan:
        above = _thousands(high)
        if above is None or above[1]:
            return None
        over = above[0] * 10000
        if not low:
            return over, False
        if len(low) == 1 and low.isdecimal():
            return over + int(low) * 1000, True
    below = _thousands(low)
    return None if below is None else (over + below[0], below[1])


def _thousands(plain: str) -> tuple[int, bool] | None:
    found = _THOUSANDS.fullmatch(plain)
    if not plain or not found:
        return None
    thousands, _, hundreds, _, tens, ten, gap, last = found.groups()
    value = 1000 * int(thousands or 0) + 100 * int(hundreds or 0) + (10 * int(tens or 1) if ten else 0)
    short = bool(last and not gap and not ten and (hundreds or thousands))
    return value + int(last or 0) * ((10 if hundreds else 100) if short else 1), short
