"""What is left of a resident's words when nobody may be known by them."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agent.desk.masking import KINDS, LONGEST, mask
from models.language.understanding import Slot

DIGITS = "0123456789０１９٣٧①零〇一二三四五六七八九两幺"
PARTS = st.one_of(
    st.text(max_size=12),
    st.text(DIGITS + " -，.()", max_size=20),
    st.sampled_from([f"<{kind}>" for kind in KINDS]),
    st.sampled_from(
        ["我住", "3号楼", "室", " room ", " one ", " double oh ", " twenty-two ", "@qq.com", "沪A", "\ue000", "呃"]
    ),
)
TEXTS = st.lists(PARTS, max_size=14).map("".join)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("我住3号楼2单元1502室，电话13812345678", "我住<room>，电话<phone>"),
        ("我手机是幺三八零零一三八零零零", "我手机是<phone>"),
        ("my number is one three eight double oh one three eight triple zero", "my number is <phone>"),
        ("138呃0013嗯8000", "<phone>"),
        ("１３８ １２３４ ５６７８", "<phone>"),
        ("1\u200b3\u200b8\u200b1234\u200b5678", "<phone>"),
        ("1502，13812345678", "1502，<phone>"),
        ("010-6222 3456 打不通", "<phone> 打不通"),
        ("身份证11010119900307851X", "身份证<id>"),
        ("卡号6222 0212 3456 7890 123", "卡号<card>"),
        ("write to zhang.san@qq.com or li at gmail dot com", "write to <email> or <email>"),
        ("沪A12345占了我的车位", "<plate>占了我的车位"),
        ("三杠二杠一五零二没有热水", "<room>没有热水"),
        ("flat 12B is loud", "<room> is loud"),
        (
            "the lift on floor 15 stopped at 10:30, 12 people wait",
            "the lift on floor 15 stopped at 10:30, 12 people wait",
        ),
        ("十五楼走廊的灯坏了三天，花了300元", "十五楼走廊的灯坏了三天，花了300元"),
    ],
)
def test_numbers_flats_plates_and_addresses_become_what_they_are(said: str, kept: str) -> None:
    assert mask(said) == kept


def test_names_and_places_come_from_the_slots() -> None:
    said = "我叫张伟，住在翠竹苑十六，大堂太吵"
    slots = [
        Slot("person", 2, 4, "张伟", "张伟"),
        Slot("location", 7, 12, "翠竹苑十六", {"place": "翠竹苑", "room": "16"}),
        Slot("location", 13, 15, "大堂", {"place": "大堂"}),
    ]
    assert mask(said, slots) == "我叫<person>，住在<room>，大堂太吵"


def test_slots_beyond_the_text_do_no_harm() -> None:
    assert mask("短", [Slot("person", 5, 9, "x", "x"), Slot("phone", 1, 0, "", "")]) == "短"


@settings(max_examples=300, deadline=None)
@given(TEXTS)
@example("<phone> 1502")
@example("1/3/8 0013 8000 0012345")
def test_masking_twice_is_masking_once(text: str) -> None:
    once = mask(text)
    assert mask(once) == once


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_no_seven_digits_in_a_row_survive(text: str) -> None:
    left = "".join("7" if unicodedata.digit(char, None) is not None else char for char in mask(text))
    assert not re.search("[7零〇一二三四五六七八九两幺](?:[ ,，.()-]{0,4}[7零〇一二三四五六七八九两幺]){6}", left)


@pytest.mark.parametrize("part", ["one ", "1 , , ", "3-", "um 1 ", "a at ", "x dot "])
def test_endless_texts_are_masked_once_and_for_all(part: str) -> None:
    once = mask(part * LONGEST)
    assert mask(once) == once


@given(st.text(min_size=LONGEST, max_size=2 * LONGEST))
@settings(max_examples=20, deadline=None)
def test_a_long_text_is_cut(text: str) -> None:
    assert len(re.sub("<[a-z]+>", "*", mask(text))) <= LONGEST
