"""How an earlier order stands: its state, kind and due time, and nothing else of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from agent.desk.dialogue import reading, speaking
from agent.desk.dialogue.session import Session
from agent.desk.orders import Order, Orders
from agent.desk.phrases import join, say
from models.language.detect import Language
from models.language.normal.numbers import CARDINAL, DIGIT_WORD, HAN, english, han
from models.language.understanding import Understanding

_MOST: Final = 3
_LONGEST: Final = 500
_DIGITS = re.compile("(?<![0-9])[0-9]{4,9}(?![0-9])")
_WRITTEN = re.compile(
    "(?<![a-z0-9])[rcvpdbm][- ]?(?:[0-9]{4,15}(?![0-9])|[零〇一二三四五六七八九]{4,9})", re.ASCII | re.I
)
_HAN = re.compile(HAN)
_WORD = rf"(?:{CARDINAL}|\b{DIGIT_WORD}\b)"
_ONE_WORD = re.compile(_WORD, re.ASCII)
_WORDS = re.compile(rf"{_WORD}(?:[ -]{_WORD})*", re.ASCII)
_LEAST_DIGITS, _MOST_DIGITS = 4, 9
_ELSE: Final = ("location", "date", "time", "duration", "amount", "plate")
"""Slots whose digits are no order's number."""


def look_up(orders: Orders, session: Session, heard: Understanding) -> Sequence[Order] | None:
    """The orders that the turn is about, by number, phone, or as the session's last; None when it names none.

    Raises StorageError.
    """
    if number := named(heard):
        order = orders.numbered(number)
        return [order] if order else []
    phones = [str(slot.value) for slot in reading.taken(heard) if slot.name == "phone"]
    if phones:
        return orders.find_by_phone(phones[0])[:_MOST]
    if session.order:
        order = orders.get(session.order.id)
        return [order] if order else []
    return None


def written(text: str) -> bool:
    """Whether an order's whole number (R-1024) stands in the text, whatever its intent seems to be."""
    return bool(_WRITTEN.search(reading.PLATE.sub(" ", text)))


def named(heard: Understanding) -> int | None:
    """The order's number that the turn says."""
    if whole := _WRITTEN.search(reading.PLATE.sub(" ", heard.text)):
        digits = re.sub("[^0-9]", "", whole[0])
        return int(digits) if digits else order_number(whole[0][1:])
    text = list(heard.text)
    for slot in heard.slots:
        if slot.name in _ELSE or (slot.name == "phone" and slot.end - slot.start > reading.SHORTEST_PHONE):
            text[max(0, slot.start) : slot.end] = " " * len(text[max(0, slot.start) : slot.end])
    return order_number("".join(text))


def order_number(text: str) -> int | None:
    """The running number that a resident says (R1024, 一零二四, ten twenty four); None when there is none."""
    plain = unicodedata.normalize("NFKC", text[:_LONGEST]).lower()
    if found := _DIGITS.search(plain):
        return int(found[0])
    plain = re.sub(r"(?<=[\u4e00-\u9fff])[\s,，、]+(?=[\u4e00-\u9fff])", "", plain)
    for match in _HAN.finditer(plain):
        number = han(match[0])
        if number and len(number.digits) >= _LEAST_DIGITS:
            return int(number.digits)
    for match in _WORDS.finditer(plain):
        digits = "".join(_digits_of(word[0]) for word in _ONE_WORD.finditer(match[0]))
        if _LEAST_DIGITS <= len(digits) <= _MOST_DIGITS:
            return int(digits)
    return None


def told(found: Sequence[Order], language: Language, now: datetime) -> str:
    """How these orders stand, in words."""
    return join(*(_one(order, language, now) for order in found), language=language)


def _digits_of(word: str) -> str:
    return "0" if word == "oh" else english(word).digits


def _one(order: Order, language: Language, now: datetime) -> str:
    over = order.state in ("done", "cancelled")
    return say(
        "status.one" if over else "status.due",
        language,
        number=speaking.digits(order.id, language),
        category=say(f"category.{order.category}", language),
        state=say(f"state.{order.state}", language),
        due=speaking.moment(order.due, language, now),
    )
