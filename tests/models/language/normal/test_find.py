"""What rules find in residents' sentences, on Tuesday 24 November 2026, 11:40."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.language.normal import find
from models.language.normal.line import LONGEST
from models.language.understanding import SLOTS, Value

NOW = datetime(2026, 11, 24, 11, 40)
KEYS = {"b": "building", "u": "unit", "f": "floor", "r": "room", "p": "place"}
Case = tuple[str, str, str, Value]


def place(text: str) -> Value:
    """b3 u2 r1502 as a location."""
    return {KEYS[part[0]]: part[1:] for part in text.split()}


CHINESE: list[Case] = [
    ("三号楼二单元1502没热水", "location", "三号楼二单元1502", place("b3 u2 r1502")),
    ("3栋2单元15楼1502室", "location", "3栋2单元15楼1502室", place("b3 u2 f15 r1502")),
    ("3#1502", "location", "3#1502", place("b3 r1502")),
    ("3-2-1502", "location", "3-2-1502", place("b3 u2 r1502")),
    ("3-1502水管爆了", "location", "3-1502", place("b3 r1502")),
    ("三杠二杠一五零二", "location", "三杠二杠一五零二", place("b3 u2 r1502")),
    ("3号楼2-1502", "location", "3号楼2-1502", place("b3 u2 r1502")),
    ("三 号 楼 二 单 元 一 五 零 二", "location", "三 号 楼 二 单 元 一 五 零 二", place("b3 u2 r1502")),
    ("三號樓", "location", "三號樓", place("b3")),
    ("8号楼101-103", "location", "8号楼", place("b8")),
    ("三幢电梯坏了", "location", "三幢", place("b3")),
    ("Ａ座１２０３", "location", "Ａ座１２０３", place("bA r1203")),
    ("我家在五零三", "location", "五零三", place("r503")),
    ("我是1502的业主", "location", "1502", place("r1502")),
    ("四零三室", "location", "四零三室", place("r403")),
    ("一五零二", "location", "一五零二", place("r1502")),
    ("三栋十五零二", "location", "三栋十五零二", place("b3 r1502")),
    ("十五楼灯不亮", "location", "十五楼", place("f15")),
    ("负二层漏水", "location", "负二层", place("f-2")),
    ("地下二层", "location", "地下二层", place("f-2")),
    ("B2车库", "location", "B2车库", place("f-2 p车库")),
    ("地下车库B2", "location", "地下车库B2", place("f-2 p地下车库")),
    ("五号楼大堂", "location", "五号楼大堂", place("b5 p大堂")),
    ("五号楼的大堂", "location", "五号楼的大堂", place("b5 p大堂")),
    ("我家厨房水龙头", "location", "厨房", place("p厨房")),
    ("东门岗亭", "location", "东门", place("p东门")),
    ("下午四点半", "time", "下午四点半", "16:30"),
    ("四点一刻", "time", "四点一刻", "16:15"),
    ("三点五十", "time", "三点五十", "15:50"),
    ("15:30来", "time", "15:30", "15:30"),
    ("08:00", "time", "08:00", "08:00"),
    ("晚上八点", "time", "晚上八点", "20:00"),
    ("晚上十二点", "time", "晚上十二点", "00:00"),
    ("凌晨三点", "time", "凌晨三点", "03:00"),
    ("中午一点", "time", "中午一点", "13:00"),
    ("差五分三点", "time", "差五分三点", "14:55"),
    ("九点差一分", "time", "九点差一分", "08:59"),
    ("差一刻九点", "time", "差一刻九点", "08:45"),
    ("八点到十点", "time", "八点到十点", "08:00-10:00"),
    ("下午三到五点", "time", "下午三到五点", "15:00-17:00"),
    ("晚上十点到六点", "time", "晚上十点到六点", "22:00-06:00"),
    ("上午十点到两点", "time", "上午十点到两点", "10:00-14:00"),
    ("早上来吧", "time", "早上", "morning"),
    ("中午没人", "time", "中午", "noon"),
    ("下班后再来", "time", "下班后", "evening"),
    ("今晚", "time", "今晚", "evening"),
    ("两小时后到", "time", "两小时后", "13:40"),
    ("一点半来", "time", "一点半", "13:30"),
    ("明天", "date", "明天", "2026-11-25"),
    ("大后天", "date", "大后天", "2026-11-27"),
    ("昨天", "date", "昨天", "2026-11-23"),
    ("周二", "date", "周二", "2026-11-24"),
    ("周一", "date", "周一", "2026-11-30"),
    ("星期天", "date", "星期天", "2026-11-29"),
    ("下周三", "date", "下周三", "2026-12-02"),
    ("这周末", "date", "这周末", "2026-11-28/2026-11-29"),
    ("周一到周五", "date", "周一到周五", "2026-11-30/2026-12-04"),
    ("5月3号", "date", "5月3号", "2027-05-03"),
    ("五月三日", "date", "五月三日", "2027-05-03"),
    ("12月1号到12月3号", "date", "12月1号到12月3号", "2026-12-01/2026-12-03"),
    ("二零二六年十二月三号", "date", "二零二六年十二月三号", "2026-12-03"),
    ("3号下午", "date", "3号", "2026-12-03"),
    ("月底交房", "date", "月底", "2026-11-30"),
    ("下个月装修", "date", "下个月", "2026-12-01/2026-12-31"),
    ("三天后", "date", "三天后", "2026-11-27"),
    ("国庆节", "date", "国庆节", "2027-10-01"),
    ("两个小时", "duration", "两个小时", 120),
    ("半小时", "duration", "半小时", 30),
    ("一个半小时", "duration", "一个半小时", 90),
    ("三刻钟", "duration", "三刻钟", 45),
    ("漏了三天了", "duration", "三天", 4320),
    ("一整天", "duration", "一整天", 1440),
    ("一个小时二十分钟", "duration", "一个小时二十分钟", 80),
    ("三个人", "count", "三个人", 3),
    ("两位客人", "count", "两位", 2),
    ("我们五个", "count", "五个", 5),
    ("一共四人", "count", "四人", 4),
    ("两箱快递", "count", "两箱", 2),
    ("七八个人", "count", "七八个人", 8),
    ("两大一小", "count", "两大一小", 3),
    ("电话138 0000 1234", "phone", "138 0000 1234", "13800001234"),
    ("幺三八零零零零一二三四", "phone", "幺三八零零零零一二三四", "13800001234"),
    ("+86 138-0000-1234", "phone", "+86 138-0000-1234", "+8613800001234"),
    ("021-88006120", "phone", "021-88006120", "02188006120"),
    ("号码是8800 6120", "phone", "8800 6120", "88006120"),
    ("沪A12345", "plate", "沪A12345", "沪A12345"),
    ("沪 A·12345", "plate", "沪 A·12345", "沪A12345"),
    ("沪a一二三四五", "plate", "沪a一二三四五", "沪A12345"),
    ("粤B D12345", "plate", "粤B D12345", "粤BD12345"),
    ("两千块", "amount", "两千块", 2000),
    ("350元", "amount", "350元", 350),
    ("收了三百五", "amount", "三百五", 350),
    ("押金1.5万", "amount", "1.5万", 15000),
    ("¥200", "amount", "¥200", 200),
    ("三块五", "amount", "三块五", 3.5),
]
ENGLISH: list[Case] = [
    ("building 3 unit 2 room 1502", "location", "building 3 unit 2 room 1502", place("b3 u2 r1502")),
    ("building 3 unit 1 502", "location", "building 3 unit 1 502", place("b3 u1 r502")),
    ("tower b, flat 12 oh 3", "location", "tower b, flat 12 oh 3", place("bB r1203")),
    ("apartment 15-02", "location", "apartment 15-02", place("r1502")),
    ("the ninth floor", "location", "ninth floor", place("f9")),
    ("block c level 21", "location", "block c level 21", place("bC f21")),
    ("1502 building 3", "location", "1502 building 3", place("r1502 b3")),
    ("unit 2 of building three", "location", "unit 2 of building three", place("u2 b3")),
    ("unit 1203", "location", "unit 1203", place("r1203")),
    ("building twenty one twelve oh four", "location", "building twenty one twelve oh four", place("b21 r1204")),
    ("i live at 1502", "location", "1502", place("r1502")),
    ("fifteen oh two", "location", "fifteen oh two", place("r1502")),
    ("basement 2", "location", "basement 2", place("f-2")),
    ("water on B2", "location", "B2", place("f-2")),
    ("ground floor", "location", "ground floor", place("fG")),
    ("lobby of tower 3", "location", "lobby of tower 3", place("plobby b3")),
    ("my kitchen is wet", "location", "kitchen", place("pkitchen")),
    ("east gate", "location", "east gate", {"place": "east gate"}),
    ("flat 16a", "location", "flat 16a", place("r16A")),
    ("half four", "time", "half four", "16:30"),
    ("quarter past five pm", "time", "quarter past five pm", "17:15"),
    ("quarter to nine", "time", "quarter to nine", "08:45"),
    ("ten past three", "time", "ten past three", "15:10"),
    ("four thirty", "time", "four thirty", "16:30"),
    ("four oh five pm", "time", "four oh five pm", "16:05"),
    ("10 am to noon", "time", "10 am to noon", "10:00-12:00"),
    ("6ish", "time", "6ish", "18:00"),
    ("come around 3 please", "time", "3", "15:00"),
    ("noon", "time", "noon", "noon"),
    ("midnight", "time", "midnight", "00:00"),
    ("in the evening", "time", "evening", "evening"),
    ("five in the afternoon", "time", "five in the afternoon", "17:00"),
    ("three in the morning", "time", "three in the morning", "03:00"),
    ("3 to 5 pm", "time", "3 to 5 pm", "15:00-17:00"),
    ("2:30 - 4:00 pm", "time", "2:30 - 4:00 pm", "14:30-16:00"),
    ("10 to 2 pm", "time", "10 to 2 pm", "10:00-14:00"),
    ("from nine to five", "time", "nine to five", "09:00-17:00"),
    ("between 9 and 11", "time", "9 and 11", "09:00-11:00"),
    ("after work", "time", "after work", "evening"),
    ("in half an hour", "time", "in half an hour", "12:10"),
    ("9 a.m.", "time", "9 a.m.", "09:00"),
    ("tomorrow", "date", "tomorrow", "2026-11-25"),
    ("the day after tomorrow", "date", "the day after tomorrow", "2026-11-26"),
    ("this friday", "date", "this friday", "2026-11-27"),
    ("next friday", "date", "next friday", "2026-12-04"),
    ("on Saturday", "date", "Saturday", "2026-11-28"),
    ("tuesday", "date", "tuesday", "2026-11-24"),
    ("may 3rd", "date", "may 3rd", "2027-05-03"),
    ("the 3rd of may", "date", "the 3rd of may", "2027-05-03"),
    ("3 May", "date", "3 May", "2027-05-03"),
    ("5/3", "date", "5/3", "2027-05-03"),
    ("2026-12-03", "date", "2026-12-03", "2026-12-03"),
    ("in two days", "date", "in two days", "2026-11-26"),
    ("two weeks ago", "date", "two weeks ago", "2026-11-10"),
    ("this weekend", "date", "this weekend", "2026-11-28/2026-11-29"),
    ("next week", "date", "next week", "2026-11-30/2026-12-06"),
    ("from monday to friday", "date", "monday to friday", "2026-11-30/2026-12-04"),
    ("by the end of the month", "date", "end of the month", "2026-11-30"),
    ("for two hours", "duration", "two hours", 120),
    ("an hour and a half", "duration", "an hour and a half", 90),
    ("two and a half hours", "duration", "two and a half hours", 150),
    ("30 mins", "duration", "30 mins", 30),
    ("half an hour", "duration", "half an hour", 30),
    ("all day", "duration", "all day", 1440),
    ("two people", "count", "two people", 2),
    ("party of six", "count", "party of six", 6),
    ("four of us", "count", "four of us", 4),
    ("three guests", "count", "three guests", 3),
    ("a couple of friends", "count", "a couple of friends", 2),
    ("five to six people", "count", "five to six people", 6),
    ("two boxes", "count", "two", 2),
    ("one three eight double zero zero zero one two three four", "phone",
     "one three eight double zero zero zero one two three four", "13800001234"),
    ("call 8800 6120", "phone", "8800 6120", "88006120"),
    ("hu A 12345", "plate", "hu A 12345", "沪A12345"),
    ("yue b d12345 is in my bay", "plate", "yue b d12345", "粤BD12345"),
    ("two hundred yuan", "amount", "two hundred yuan", 200),
    ("350 rmb", "amount", "350 rmb", 350),
    ("12.5 kuai", "amount", "12.5 kuai", 12.5),
]  # fmt: skip


@pytest.mark.parametrize(("text", "name", "words", "value"), CHINESE + ENGLISH)
def test_a_phrase_is_found_with_its_normal_form(text: str, name: str, words: str, value: Value) -> None:
    language = "en" if text.isascii() else "zh"
    found = [(slot.name, slot.text, slot.value) for slot in find(text, language, NOW)]
    assert [one for one in found if one[0] == name] == [(name, words, value)]


@pytest.mark.parametrize(
    "text",
    [
        "快一点", "有点吵", "一下", "十字路口", "你好", "早上好", "晚上好", "第三个", "每天都吵", "二次装修",
        "一辆面包车", "a building a lot of people like", "good morning", "a big mess", "i am happy", "number one",
        "thank you so much", "twice a week", "24/7",
        "1502没人", "8800 6120",
    ],
)  # fmt: skip
def test_what_is_no_slot_is_left_alone(text: str) -> None:
    assert find(text, "zh", NOW) == []


def test_a_long_sentence_gives_all_its_slots_in_order() -> None:
    found = find("后天上午九点有三位客人来三号楼二单元1502，车牌沪A12345，电话一三八零零零零一二三四", "zh", NOW)
    assert [slot.name for slot in found] == ["date", "time", "count", "location", "plate", "phone"]
    found = find("book the court saturday 3 to 5 pm for four people, call me on 138 0000 1234", "en", NOW)
    assert [slot.name for slot in found] == ["date", "time", "count", "phone"]


def test_tonight_beside_an_hour_is_the_date() -> None:
    for text in ("7 o'clock tonight", "tonight at seven"):
        assert {(slot.name, slot.value) for slot in find(text, "en", NOW)} == {
            ("date", "2026-11-24"),
            ("time", "19:00"),
        }
    assert [(slot.text, slot.value) for slot in find("今晚八点", "zh", NOW)] == [
        ("今", "2026-11-24"),
        ("晚八点", "20:00"),
    ]


def test_the_evening_of_another_day_tells_the_hour() -> None:
    found = [(slot.text, slot.value) for slot in find("at seven tomorrow evening", "en", NOW)]
    assert found[0] == ("seven", "19:00")
    assert found[1] == ("tomorrow", "2026-11-25")


def test_a_building_of_that_number_is_no_date() -> None:
    found = find("3号下午三点到3号楼", "zh", NOW)
    assert [(slot.name, slot.text) for slot in found] == [("date", "3号"), ("time", "下午三点"), ("location", "3号楼")]


def test_days_of_the_next_month_and_year_roll_over() -> None:
    december = datetime(2026, 12, 31, 9, 0)
    assert [slot.value for slot in find("下个月底", "zh", december)] == ["2027-01-31"]
    assert [slot.value for slot in find("31号来", "zh", datetime(2026, 2, 1))] == ["2026-03-31"]
    assert [slot.value for slot in find("12月31号", "zh", december)] == ["2026-12-31"]
    assert find("2月30号", "zh", december) == []


HOSTILE = st.lists(
    st.sampled_from(
        [
            *"0123456789零一二三四五六七八九十百千万两半点号楼栋单元室的到-:.,/# ab沪",
            *("half ", "to ", "one ", "hundred ", "and ", "oh ", "at ", "building ", "tonight ", "小时", "周", "月"),
        ]
    ),
    max_size=400,
).map("".join)


@settings(deadline=None)
@given(st.one_of(HOSTILE, st.text(max_size=300)))
def test_any_text_gives_slots_that_do_not_overlap(text: str) -> None:
    at = 0
    for slot in find(text, "zh", NOW):
        assert at <= slot.start < slot.end <= len(text)
        assert text[slot.start : slot.end] == slot.text
        assert slot.name in SLOTS
        at = slot.end


@settings(deadline=None, max_examples=25)
@given(st.text("0123456789零一二三四五六七八九十百千万幺洞点半号楼到-:., 的", min_size=1, max_size=12))
def test_long_hostile_text_finishes(text: str) -> None:
    assert all(slot.end <= LONGEST for slot in find((text * 2000)[:2000], "zh", NOW))


@pytest.mark.parametrize("day", [(1970, 1, 1), (2024, 2, 29), (2099, 12, 31)])
def test_the_edges_of_the_calendar_break_nothing(day: tuple[int, int, int]) -> None:
    for text in (
        "昨天",
        "明天",
        "下周三",
        "去年",
        "明年",
        "三天前",
        "十年后",
        "last friday",
        "后年三月",
        "上个月",
        "月底",
    ):
        assert [slot.name for slot in find(text, "zh", datetime(*day))] == ["date"]
