"""What a resident says, and which form opens, fills, and is recorded."""

from __future__ import annotations

from typing import Any

import pytest

REPAIR, VISITOR, BOOKING = "repair_request", "visitor_pass", "facility_booking"


def test_a_repair_asks_only_for_what_is_missing_and_is_read_back_once(resident: Any) -> None:
    first = resident.says("[水管](object)[漏水](symptom)了", REPAIR)
    assert first.form.missing == ("location",)
    assert "哪里" in first.answer
    read = resident.says("[三号楼二单元1502](location)", "parcel")
    assert read.form.filled["location"] == {"building": "3", "unit": "2", "room": "1502"}
    assert "3号楼2单元1502室，水管，漏水。对吗" in read.answer
    assert "要留电话或约时间请直接说" in read.answer
    assert read.order is None
    done = resident.says("对 就这样", "affirm")
    assert done.order.slots["object"] == "水管"
    assert "R 一零零一" in done.answer
    assert done.form is None


def test_a_repair_in_english(resident: Any) -> None:
    resident.says("the [lift](object) [won't open](symptom)", REPAIR)
    read = resident.says("[building 3](location)", "contact_query")
    assert "Repair: building 3, lift, won't open." in read.answer
    done = resident.says("yes go ahead", "affirm")
    assert done.order.category == "lift"
    assert "R one zero zero one" in done.answer
    assert "2 pm today" in done.answer


def test_a_location_is_merged_field_by_field(resident: Any) -> None:
    resident.says("[水龙头](object)[坏了](symptom)", REPAIR)
    assert "几室" in resident.says("[三号楼](location)", REPAIR).answer
    assert resident.says("1502", "fee_query").form.filled["location"] == {"building": "3", "room": "1502"}


def test_a_room_of_the_home_is_completed(resident: Any) -> None:
    assert "which building and flat" in resident.says("my [kitchen](location) [tap](object) drips", REPAIR).answer
    filled = resident.says("[building 3 flat 1502](location)").form.filled
    assert filled["location"] == {"place": "kitchen", "building": "3", "room": "1502"}


def test_who_cannot_say_the_building_is_not_asked_twice(resident: Any) -> None:
    resident.says("[水龙头](object)[坏了](symptom) [1502室](location)", REPAIR)
    assert resident.says("嗯嗯啊啊", "lost_found", 0.2).order is None
    assert resident.session.form.asked == "confirm"


def test_everything_said_at_once_is_taken(resident: Any) -> None:
    text = (
        "[三号楼1502](location)[水管](object)[漏水](symptom) [明天](date)[下午四点半](time)来 电话[13800001234](phone)"
    )
    reply = resident.says(text, REPAIR)
    assert reply.form.missing == ()
    assert set(reply.form.filled) == {"location", "object", "symptom", "date", "time", "phone"}
    assert "138 0000 1234" in reply.answer
    assert "要留电话" not in reply.answer
    order = resident.says("好", "affirm").order
    assert order.due.isoformat() == "2026-11-25T16:30:00+08:00"


def test_the_thing_itself_is_taken_when_it_was_asked_for(resident: Any) -> None:
    assert "What needs fixing" in resident.says("please fix it", REPAIR).answer
    reply = resident.says("the funny box on the wall", "equipment_status", 0.5)
    assert reply.form.filled == {"object": "the funny box on the wall"}


def test_a_location_said_first_does_not_become_the_thing(resident: Any) -> None:
    resident.says("我要报修", REPAIR)
    reply = resident.says("[三号楼1502](location)", "parcel")
    assert reply.form.missing == ("object",)


@pytest.mark.parametrize(
    ("opening", "intent", "name", "missing"),
    [
        ("我要投诉", "complaint", "complaint", ("object", "location")),
        ("楼上半夜一直在吵", "complaint", "complaint", ("location",)),
        ("帮我登记一下访客", VISITOR, "visitor_pass", ("location", "date")),
        ("[明天](date)[王师傅](person)要来", VISITOR, "visitor_pass", ("location",)),
        ("有人占了我的车位", "parking", "parking", ("location",)),
        ("someone is in my bay", "parking", "parking", ("location",)),
        ("我想办个停车月卡", "parking", "parking", ("plate", "location")),
        ("i want to rent a parking space [沪A12345](plate)", "parking", "parking", ("location",)),
        ("帮我查一下快递", "parcel", "parcel", ("phone",)),
        ("i want to book the [gym](facility)", BOOKING, "booking", ("date", "time")),
        ("我要搬家", "renovation_moving", "renovation", ("location", "date")),
        ("we are moving out [tomorrow](date)", "renovation_moving", "renovation", ("location",)),
    ],
)
def test_a_request_opens_its_form(
    resident: Any, opening: str, intent: str, name: str, missing: tuple[str, ...]
) -> None:
    form = resident.says(opening, intent).form
    assert (form.name, form.missing) == (name, missing)


@pytest.mark.parametrize(
    ("question", "intent", "answer"),
    [
        ("怎么报修", REPAIR, "直接告诉我就行。"),
        ("健身房几点开门", BOOKING, "早上七点到晚上十点。"),
        ("装修几点可以施工", "renovation_moving", "早上七点到晚上十点。"),
        ("how much is a parking permit", "parking", "It is 300 yuan."),
        ("what time can visitors come", VISITOR, "From 7 am to 10 pm."),
    ],
)
def test_a_question_with_an_answer_opens_no_form(resident: Any, question: str, intent: str, answer: str) -> None:
    reply = resident.says(question, intent)
    assert (reply.form, reply.answer) == (None, answer)


@pytest.mark.parametrize(
    ("grumble", "intent"),
    [
        ("楼上怎么天天这么吵", "complaint"),
        ("水管漏了怎么没人修", REPAIR),
        ("why does the lift break every week", REPAIR),
    ],
)
def test_a_grumble_in_a_question_is_still_a_request(
    resident: Any, monkeypatch: pytest.MonkeyPatch, grumble: str, intent: str
) -> None:
    monkeypatch.setattr(resident, "known", ("怎么", "why"))
    assert resident.says(grumble, intent).form


def test_a_phone_number_is_no_question(resident: Any) -> None:
    resident.says("[水管](object)[漏水](symptom)", REPAIR)
    assert resident.says("电话号码是[13800001234](phone)", "contact_query").form.filled["phone"] == "13800001234"


def test_what_only_rules_find_is_taken_too(resident: Any) -> None:
    reply = resident.says("my tutor comes tomorrow at 3 pm to building 3 flat 1502", VISITOR)
    assert reply.form.missing == ()
    assert reply.form.filled["date"] == "2026-11-25"
    assert resident.says("yes, but at 4 pm", "affirm").form.filled["time"] == "16:00"


def test_a_question_without_an_answer_becomes_a_request(resident: Any) -> None:
    assert resident.says("怎么约羽毛球", BOOKING).form.name == "booking"


def test_a_visit_with_only_a_time_is_today(resident: Any) -> None:
    reply = resident.says("my tutor is coming at [3 pm](time)", VISITOR)
    assert reply.form.filled["date"] == "2026-11-24"


def test_one_of_two_alternatives_is_enough(resident: Any) -> None:
    resident.says("有人占了我的车位", "parking")
    reply = resident.says("[沪A12345](plate)")
    assert reply.form.missing == ()
    assert "车牌沪A12345" in reply.answer


def test_digits_are_a_phone_when_a_phone_was_asked_for(resident: Any) -> None:
    resident.says("我的快递没收到", "parcel")
    assert resident.says("一三八零零零零一二三四", "fee_query").form.filled["phone"] == "13800001234"


def test_the_place_of_a_complaint_may_be_kept_back(resident: Any) -> None:
    for text, no in (("楼上半夜一直在吵", "不方便说"), ("people shout every night", "i'd rather not say")):
        resident.session.wipe()
        resident.says(text, "complaint")
        reply = resident.says(no, "deny")
        assert reply.form.missing == ()
        assert "location" not in resident.says("对" if no == "不方便说" else "yes", "affirm").order.slots


def test_the_place_of_a_repair_is_needed(resident: Any) -> None:
    resident.says("[水管](object)[漏水](symptom)", REPAIR)
    reply = resident.says("不方便说", "out_of_scope", 0.3)
    assert "要知道地点" in reply.answer
    assert reply.form.missing == ("location",)


def test_a_past_day_is_asked_again(resident: Any) -> None:
    reply = resident.says("订[昨天](date)的[泳池](facility)", BOOKING)
    assert reply.form.missing == ("date", "time")
    assert "哪一天" in reply.answer


def test_a_complaint_may_be_about_yesterday(resident: Any) -> None:
    reply = resident.says("[昨天](date)[晚上](time)楼上很吵闹", "complaint")
    assert reply.form.filled["date"] == "2026-11-23"


def test_another_repair_after_an_order_keeps_the_place_and_says_so(resident: Any) -> None:
    resident.says("[三号楼1502](location)[水管](object)[漏水](symptom)", REPAIR)
    resident.says("对", "affirm")
    reply = resident.says("还有 [灯](object)也[不亮](symptom)", REPAIR)
    assert reply.form.filled["location"] == {"building": "3", "room": "1502"}
    assert "地点我先按刚才的记" in reply.answer
    moved = resident.says("不对，是[四号楼](location)", "deny")
    assert moved.form.filled["location"] == {"building": "4"}
    assert "刚才的记" not in moved.answer


def test_another_repair_with_its_own_place_takes_that(resident: Any) -> None:
    resident.says("[三号楼1502](location)[水管](object)[漏水](symptom)", REPAIR)
    resident.says("对", "affirm")
    reply = resident.says("还有 [大堂](location)的[灯](object)[不亮](symptom)", REPAIR)
    assert reply.form.filled["location"] == {"place": "大堂"}


def test_a_second_broken_thing_is_added_to_the_same_repair(resident: Any) -> None:
    resident.says("[三号楼1502](location)[水管](object)[漏水](symptom)", REPAIR)
    reply = resident.says("还有[灯](object)也[不亮](symptom)", REPAIR)
    assert (reply.form.filled["object"], reply.form.filled["symptom"]) == ("水管、灯", "漏水、不亮")


def test_values_are_short_and_printable(resident: Any) -> None:
    reply = resident.says("[" + "坏" * 300 + "](symptom) [水\u202e\x07管](object)", REPAIR)
    assert reply.form.filled == {"symptom": "坏" * 80, "object": "水管"}


def test_braces_in_what_is_said_are_only_text(resident: Any) -> None:
    reply = resident.says("the [old {human} lift](object) in [building 3](location) broke", REPAIR)
    assert "old {human} lift" in reply.answer


def test_the_words_that_began_a_form_are_kept_with_the_order(resident: Any) -> None:
    resident.says("保安对我妈大喊大叫", "complaint")
    resident.says("[东门](location)")
    assert resident.says("对", "affirm").order.said == "保安对我妈大喊大叫"
