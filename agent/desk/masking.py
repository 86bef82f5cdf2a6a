"""A resident's words without what tells who they are: numbers, plates, names, flats and addresses become <kind>."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

from models.language import normal
from models.language.normal.line import fold
from models.language.normal.numbers import CARDINAL, DIGIT_WORD, english
from models.language.understanding import Slot

KINDS: Final = ("phone", "plate", "person", "room", "id", "card", "email", "number")
"""Placeholders; number: a long one of unknown kind."""
LONGEST: Final = 500
"""Characters of a text that are kept, a placeholder being one."""
RUN: Final = 7
"""Digits one after another, written or said, with or without pauses, that never stay."""
_MARK: Final = {kind: chr(0xE000 + number) for number, kind in enumerate(KINDS)}
"""One private character stands for each placeholder while rules run, so that its letters mean nothing to them."""
_WRITTEN: Final = re.compile(f"<({'|'.join(KINDS)})>")
_KIND: Final = {mark: f"<{kind}>" for kind, mark in _MARK.items()}
_UNSEEN: Final = {"Cf", "Cs", "Co", "Cn", "Mn", "Me"}
"""Categories of characters that are not seen or only decorate: digits around them are still one number."""
_HAN: Final = dict(zip("零〇○一二三四五六七八九两幺洞拐勾贰陆", "00012345678921079" + "26", strict=True))
_DIGIT: Final = f"[0-9{''.join(_HAN)}]|(?<=[0-9])o(?=[0-9])"
_WORD: Final = rf"{CARDINAL}|\b(?:{DIGIT_WORD}|o)\b"
_PAUSE: Final = (
    r"(?:[\s,.;~·()+*#。、；\-\u2010-\u2015]|[呃嗯啊哦]|\b(?:um+|uh+|er+|then|dash|and)\b){0,4}"
)  # fmt: skip
_UNIT: Final = re.compile(f"(?P<word>{_WORD})|{_DIGIT}", re.ASCII)
_RUN: Final = re.compile(
    rf"\+?(?:{_WORD}|{_DIGIT})(?:{_PAUSE}(?:{_WORD}|{_DIGIT}))+(?:{_PAUSE}x\b)?", re.ASCII
)  # fmt: skip
_TELEPHONE: Final = re.compile(r"(?:00)?(?:86)?(?:1[3-9][0-9]{9}|0[0-9]{9,11})|[48]00[0-9]{7}|[2-9][0-9]{6,7}")
_MOST_DIGITS: Final = 17
"""Of a telephone number."""
_DOT: Final = r" ?(?:\.|\bdot\b|点) ?"
_MAIL: Final = re.compile(
    rf"[a-z0-9][a-z0-9._+-]{{0,63}} ?(?:@|\bat\b|艾特) ?[a-z0-9-]{{1,63}}(?:{_DOT}[a-z0-9-]{{1,63}}){{0,3}}"
    rf"{_DOT}(?:com|cn|net|org|edu|gov|io|me|uk|hk|tw)\b|[^\s@,，。]{{1,64}}@[^\s@,，。]{{1,64}}",
    re.ASCII,
)
_PLATE: Final = re.compile(r"\b[a-z][·.-]?(?=(?:[a-z]{0,2}[0-9]){4})[a-z0-9]{5,6}\b", re.ASCII)
_ANY_TIME: Final = datetime(2000, 1, 1, tzinfo=UTC)


class _Span(NamedTuple):
    start: int
    end: int
    kind: str


def mask(text: str, slots: Iterable[Slot] = ()) -> str:
    """`text` with placeholders such as <phone> for what `slots` and the rules find, and at most LONGEST long.

    Masking a masked text changes nothing. slots: with the places of `text`; person names are only found by them.
    """
    marked = _seen(_replaced(text, _of_slots(text, slots)))[:LONGEST].strip()
    while (again := _once(marked)) != marked:
        marked = again
    return "".join(_KIND.get(char, char) for char in marked)


def _seen(text: str) -> str:
    """Without unseen characters, controls as spaces, and written placeholders as marks."""
    kept = []
    for char in text:
        kind = unicodedata.category(char)
        if char in _KIND or kind not in _UNSEEN:
            kept.append(" " if (kind[0] == "C" and char not in _KIND) or kind in ("Zl", "Zp") else char)
    return _WRITTEN.sub(lambda match: _MARK[match[1]], "".join(kept)).lstrip()


def _of_slots(text: str, slots: Iterable[Slot]) -> Iterator[_Span]:
    # What a resident's own text has of the marks must not pass for a placeholder.
    for at, char in enumerate(text):
        if char in _KIND:
            yield _Span(at, at + 1, "number")
    for slot in slots:
        if kind := _kind(slot):
            yield _Span(max(0, slot.start), min(len(text), slot.end), kind)


def _kind(slot: Slot) -> str | None:
    if slot.name == "location":
        return "room" if isinstance(slot.value, dict) and "room" in slot.value else None
    return slot.name if slot.name in ("phone", "plate", "person") else None


def _once(marked: str) -> str:
    """One turn of the rules, long numbers before flats: part of a number may look like one."""
    for spans in (_plates, _numbers, _rooms):
        marked = _replaced(marked, spans(marked))
    return marked


def _plates(marked: str) -> Iterator[_Span]:
    yield from (_Span(found.start, found.end, "plate") for found in _found(marked) if found.name == "plate")


def _numbers(marked: str) -> Iterator[_Span]:
    plain = _plain(marked)
    yield from (_Span(*match.span(), "email") for match in _MAIL.finditer(plain))
    for match in _RUN.finditer(plain):
        units = [(unit.start(), unit.end(), _digits(unit)) for unit in _UNIT.finditer(plain, *match.span())]
        digits = "".join(part for _, _, part in units)
        if len(digits) < RUN:
            continue
        if match[0].endswith("x") or _TELEPHONE.fullmatch(digits) or not (part := _telephone(units)):
            yield _Span(*match.span(), _named(digits, match[0].endswith("x")))
        else:
            yield _Span(*part, "phone")
    yield from (_Span(*match.span(), "plate") for match in _PLATE.finditer(plain))


def _rooms(marked: str) -> Iterator[_Span]:
    yield from (_Span(slot.start, slot.end, "room") for slot in _found(marked) if _kind(slot) == "room")


def _found(marked: str) -> list[Slot]:
    return normal.find(marked, "zh", _ANY_TIME)


def _telephone(units: Sequence[tuple[int, int, str]]) -> tuple[int, int] | None:
    """The place of a mobile number that pauses part from a few other digits, as in 1502, 13812345678."""
    starts = [n for n, unit in enumerate(units) if not n or units[n - 1][1] < unit[0]]
    lasts = {n - 1 for n in starts[1:]} | {len(units) - 1}
    total = sum(len(part) for _, _, part in units)
    for first in starts:
        digits = ""
        for last in range(first, min(first + _MOST_DIGITS, len(units))):
            digits += units[last][2]
            whole = last in lasts and len(digits) >= 11 and digits[0] in "01"
            if whole and total - len(digits) < RUN and _TELEPHONE.fullmatch(digits):
                return units[first][0], units[last][1]
    return None


def _named(digits: str, checked: bool) -> str:
    """What a long number is by its length. checked: whether an X stands behind it."""
    if len(digits) in (15, 18) or (checked and len(digits) == 17):
        return "id"
    if _TELEPHONE.fullmatch(digits):
        return "phone"
    return "card" if len(digits) >= 12 else "number"


def _digits(unit: re.Match[str]) -> str:
    words = unit["word"]
    if words is None:
        return "0" if unit[0] == "o" else _HAN.get(unit[0], unit[0])
    return "0" if words in ("o", "oh") else english(words).digits


def _plain(text: str) -> str:
    """Folded, digits of every script as ours, one character for one."""
    return "".join(str(unicodedata.decimal(char, char)) for char in fold(text))


def _replaced(text: str, spans: Iterable[_Span]) -> str:
    """Marks in place of the spans; of overlapping ones, one over all of them, named by the first."""
    parts: list[str] = []
    at = 0
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if span.start >= span.end or span.end <= at:
            continue
        if span.start >= at:
            parts += [text[at : span.start], _MARK[span.kind]]
        at = span.end
    return "".join(parts) + text[at:]
