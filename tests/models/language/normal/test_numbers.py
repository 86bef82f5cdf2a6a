"""Numbers survive being written out in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.language.normal.line import LONGEST, read

DIGITS = "零一二三四五六七八九"
UNITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
TEENS = (
    "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def han(number: int) -> str:
    text, gap = "", False
    for scale, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // scale % 10
        if digit:
            one = digit == 1 and scale == 10 and not text
            text += ("零" if gap else "") + ("" if one else DIGITS[digit]) + name
        gap = bool(text) and not digit
    return text or "零"


def english(number: int) -> str:
    if number < 10:
        return UNITS[number]
    if number < 20:
        return TEENS[number - 10]
    if number < 100:
        return TENS[number // 10] + (f"-{UNITS[number % 10]}" if number % 10 else "")
    scale, name = (1000, "thousand") if number >= 1000 else (100, "hundred")
    rest = f" and {english(number % scale)}" if number % scale else ""
    return f"{english(number // scale)} {name}{rest}"


def values(text: str) -> list[int | float]:
    return [number.value for number in read(text).numbers.values()]


@given(st.integers(0, 9999))
def test_a_number_in_han_keeps_its_value(number: int) -> None:
    assert values(han(number)) == [number]


@given(st.integers(0, 9999))
def test_a_number_in_english_keeps_its_value(number: int) -> None:
    assert values(english(number).replace(" and ", " ", 1) if number >= 1000 else english(number)) == [number]


@given(st.text("0123456789", min_size=3, max_size=16))
def test_digits_one_by_one_keep_their_order(digits: str) -> None:
    for spoken in ("".join(DIGITS[int(d)] for d in digits), " ".join(UNITS[int(d)] for d in digits)):
        line = read(spoken)
        assert line.digits(0, len(line.text)) == digits


@pytest.mark.parametrize(
    ("words", "digits"),
    [
        ("幺三八", "138"), ("幺洞拐", "107"), ("两百三", "230"), ("三千五", "3500"), ("廿五", "25"),
        ("十五零二", "1502"), ("二十三零一", "2301"), ("一万二", "12000"), ("１５０２", "1502"), ("1.5万", "15000"),
        ("两三百", "300"),
        ("fifteen oh two", "1502"), ("twelve hundred", "1200"), ("a hundred and four", "104"), ("double six", "66"),
        ("triple zero", "000"), ("ninth", "9"), ("21st", "21"), ("twenty-first", "21"), ("1,500", "1500"),
        ("twenty one oh three", "2103"), ("a dozen", "12"),
    ],
)  # fmt: skip
def test_a_spoken_number_has_its_digits(words: str, digits: str) -> None:
    line = read(words)
    assert line.digits(0, len(line.text)) == digits


@pytest.mark.parametrize("words", ["一共", "一下", "oh no", "十字路口", "百货", "漏洞", "5千瓦"])
def test_words_that_only_look_like_numbers_are_none(words: str) -> None:
    assert [number for number in values(words) if number != 5] == []


def test_about_three_or_four_is_four() -> None:
    (number,) = read("三四").numbers.values()
    assert (number.amount, number.digits) == (4, "34")


def test_a_line_knows_where_its_symbols_were_said() -> None:
    line = read("三 号 楼，room twenty one")
    assert line.text == "D号楼,room N"
    assert line.words(0, 3) == "三 号 楼"
    assert line.words(len(line.text) - 1, len(line.text)) == "twenty one"


def test_what_is_too_long_is_not_read() -> None:
    assert not read("水" * LONGEST + "三").numbers
