"""Normal forms of words that are known to be a slot's."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.language.normal import normal
from models.language.understanding import SLOTS, Value

NOW = datetime(2026, 11, 24, 11, 40)


@pytest.mark.parametrize(
    ("name", "words", "value"),
    [
        ("location", "1502", {"room": "1502"}), ("location", "五零三", {"room": "503"}),
        ("location", "3", {"place": "3"}), ("location", "tower too", {"building": "2"}),
        ("location", "地下二城", {"floor": "-2"}), ("location", "三号路二单元", {"building": "3", "unit": "2"}),
        ("location", "for oh one", {"room": "401"}), ("location", "二楼平台", {"floor": "2", "place": "平台"}),
        ("location", "tower B 1203 浴室", {"building": "B", "room": "1203", "place": "浴室"}),
        ("location", "my kitchen", {"place": "kitchen"}), ("location", "泳池边", {"place": "泳池边"}),
        ("location", "我家", None), ("location", "", None),
        ("time", "five", "17:00"), ("time", "一点", "13:00"), ("time", "soon", None), ("time", "昨晚", "evening"),
        ("date", "3号", "2026-12-03"), ("date", "the 3rd", "2026-12-03"), ("date", "tonight", "2026-11-24"),
        ("date", "今晚", "2026-11-24"), ("date", "wed", "2026-11-25"), ("date", "june", "2027-06-01/2027-06-30"),
        ("date", "春节", None), ("date", "明天下午", "2026-11-25"),
        ("duration", "for two hours", 120), ("duration", "forever", None),
        ("count", "two", 2), ("count", "三", 3), ("count", "一辆", 1),
        ("phone", "8800 6120", "88006120"), ("phone", "none", None),
        ("plate", "A12345", None), ("amount", "350", 350), ("amount", "a lot", None),
        ("object", " 水管，", "水管"), ("symptom", "won't open!", "won't open"), ("person", "…", None),
        ("nothing known", "x", None),
    ],
)  # fmt: skip
def test_words_have_their_normal_form(name: str, words: str, value: Value | None) -> None:
    assert normal(name, words, "en" if words.isascii() else "zh", NOW) == value


@given(st.sampled_from(SLOTS), st.text(max_size=80))
def test_any_words_have_one_or_none(name: str, words: str) -> None:
    value = normal(name, words, "zh", NOW)
    assert value is None or value != ""
