"""Values as they are meant: hours of the evening, days, places, names and numbers beside what came before."""

from __future__ import annotations

from typing import Any

import pytest

from agent.desk.dialogue import meant, reading, status
from tests.agent.desk.dialogue.conftest import understanding

VISIT = "visitor_pass"


@pytest.mark.parametrize(
    ("value", "before", "text", "wanted"),
    [
        ("07:00-09:00", None, "周五晚上的会议室，七点到九点", "19:00-21:00"),
        ("08:30", "20:00", "八点半吧还是", "20:30"),
        ("10:00", "15:00", "改成10点", "10:00"),
        ("08:00", "20:00", "make it 8 in the morning", "08:00"),
        ("afternoon", "04:00-06:00", "是下午", "16:00-18:00"),
        ("morning", "20:00", "no, in the morning", "08:00"),
        ("afternoon", "08:30-10:00", "下午的时段", "afternoon"),
        ("evening", None, "tonight", "evening"),
    ],
)
def test_an_hour_is_meant_by_its_part_of_the_day(value: str, before: str | None, text: str, wanted: str) -> None:
    assert meant.settled(value, before, text) == wanted


def test_the_day_within_a_time_is_kept(resident: Any) -> None:
    reply = resident.says("登记访客，[3号楼501](location)，[明晚八点](time)", VISIT)
    assert (reply.form.filled["date"], reply.form.filled["time"]) == ("2026-11-25", "20:00")


def test_a_bare_hour_corrects_the_time_and_is_no_yes(resident: Any) -> None:
    resident.says("guest [tonight](date) at [7 pm](time), [building 3 room 501](location)", VISIT)
    reply = resident.says("actually 8", "affirm", 0.7)
    assert reply.order is None
    assert reply.form.filled["time"] == "20:00"


@pytest.mark.parametrize(
    "said", ["不对，电话尾号是[3333](location)", "the phone is wrong, it ends in [3333](location)"]
)
def test_the_last_digits_of_a_phone_number_can_be_corrected_alone(resident: Any, said: str) -> None:
    resident.says("登记访客，[3号楼501](location)，[明天](date)，[13811112222](phone)", VISIT)
    filled = resident.says(said, "deny").form.filled
    assert (filled["phone"], filled["location"]) == ("13811113333", {"building": "3", "room": "501"})


@pytest.mark.parametrize(
    ("first", "then", "wanted"),
    [("next monday", "not monday, [tuesday](date)", "2026-12-01"), ("下周三", "说错了，[周四](date)", "2026-12-03"),
     ("周五", "不对，[下周五](date)", "2026-12-04")],
)  # fmt: skip
def test_a_weekday_corrects_within_the_week_that_was_meant(resident: Any, first: str, then: str, wanted: str) -> None:
    resident.says(f"guest [{first}](date), [building 3 room 501](location)", VISIT)
    assert resident.says(then, "deny").form.filled["date"] == wanted


def test_an_order_is_found_by_its_number_in_words_and_a_plate_is_none(resident: Any) -> None:
    resident.says("登记访客，[3号楼501](location)，[明天](date)", VISIT)
    order = resident.says("对", "affirm").order
    assert order.id == "V-1001"
    assert "V 一零零一" in resident.says("V一零零一呢", "out_of_scope").answer
    assert not status.written("有人占了我的车位，沪C77777")


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("make it the day after", {"date": "2026-11-26"}),
        ("推后一天", {"date": "2026-11-26"}),
        ("提前两天", {"date": "2026-11-23"}),
        ("晚一个半小时", {"time": "16:30"}),
        ("half an hour earlier", {"time": "14:30"}),
        ("the day after tomorrow", {}),
        ("好的", {}),
    ],
)
def test_a_day_or_hour_is_moved_from_the_one_before(said: str, wanted: dict[str, str]) -> None:
    assert meant.shifted({"date": "2026-11-25", "time": "15:00"}, said) == wanted


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("the wrong building, it's 8", {"building": "8"}),
        ("房号不对，是1304", {"room": "1304"}),
        ("it's building 8", {}),
        ("不对，是1304", {}),
    ],
)
def test_a_part_of_the_place_is_corrected_by_its_name(said: str, wanted: dict[str, str]) -> None:
    assert meant.part_changed(said) == wanted


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("车占了我车位[B2-118](location)", {"place": "B2-118"}),
        ("快递尾号[6677](location)", None),
        ("[10号楼902](location)放音乐，我住[901](location)", {"building": "10", "room": "902"}),
        ("我住[10号楼901](location)", {"building": "10", "room": "901"}),
    ],
)
def test_a_place_is_taken_by_what_stands_before_it(said: str, wanted: dict[str, str] | None) -> None:
    places = [slot.value for slot in reading.taken(understanding(said, "complaint", 0.9)) if slot.name == "location"]
    assert places == ([wanted] if wanted else [])


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("[Li](person) Na is in charge", "Li Na"),
        ("[friend Zhang Wei](person) comes", "Zhang Wei"),
        ("[my mom](person) comes", "my mom"),
        ("[李阿姨](person)来", "李阿姨"),
    ],
)
def test_a_name_is_whole_and_nothing_but_a_name(said: str, name: str) -> None:
    assert [slot.value for slot in reading.taken(understanding(said, VISIT, 0.9))] == [name]


def test_a_thing_cut_short_is_whole(resident: Any) -> None:
    told = resident.says("厨房[水龙](object)头[漏水](symptom)，[3号楼501](location)", "repair_request")
    assert told.form.filled["object"] == "水龙头"


def test_this_evening_is_today(resident: Any) -> None:
    reply = resident.says(
        "fix my [tap](object), [building 3 room 501](location), this [evening](time)", "repair_request"
    )
    assert reply.form.filled["date"] == "2026-11-24"


def test_the_clearer_of_two_times_counts(resident: Any) -> None:
    resident.says("登记访客，[3号楼501](location)，[明天](date)[早上](time)", VISIT)
    assert resident.says("还是[下午三点](time)吧，[早上](time)没人", "deny").form.filled["time"] == "15:00"


def test_who_comes_alone_is_one(resident: Any) -> None:
    resident.says("登记访客，[李国强](person)，[3号楼501](location)，[明天](date)", VISIT)
    filled = resident.says("[国强](person)不开车，就他一个", VISIT).form.filled
    assert (filled["count"], filled["person"]) == (1, "李国强")


def test_a_flat_replaces_upstairs(resident: Any) -> None:
    resident.says("[楼上](location)吵死了", "complaint")
    flat = {"building": "8", "room": "1602"}
    assert (
        resident.says("我住[8号楼1502](location)，吵的是[1602](location)", "complaint").form.filled["location"] == flat
    )


@pytest.mark.parametrize(
    "said",
    ["it's from JD, tracking number JD00987654", "the main guest is [Linda Chen](person)", "code [6621](location)"],
)
def test_names_and_numbers_are_no_places(resident: Any, said: str) -> None:
    resident.says("I can't find my [parcel](object)", "parcel")
    assert "location" not in resident.says(said, "parcel").form.filled


def test_an_hour_that_ends_a_plate_is_none(resident: Any) -> None:
    resident.says("visitor [today](date) at [7:30 pm](time), [building 1 flat 305](location)", VISIT)
    said = "sorry, the plate ends in [9](time), [沪B66K89](plate)"
    assert resident.says(said, "parking").form.filled["time"] == "19:30"


def test_a_number_of_no_order_is_not_found(resident: Any) -> None:
    assert "no order" in resident.says("the number's R20261117099", "contact_query").answer
