"""What a turn means beside what came before: hours of the evening, days within times, danger that has passed."""

from __future__ import annotations

from typing import Any

import pytest

from agent.desk.dialogue import meant, status
from models.language.understanding import Understanding

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


@pytest.mark.parametrize("said", ["switch to English please", "English please", "能说英语吗"])
def test_a_wish_for_the_other_language_asks_again_in_it(resident: Any, said: str) -> None:
    resident.says("登记访客，[明天](date)[上午九点](time)", VISIT)
    assert "Which building" in resident.says(said, "repeat").answer


def test_what_was_left_for_an_emergency_is_taken_up_or_dropped(resident: Any) -> None:
    resident.says("我要投诉楼上太吵", "complaint")
    resident.says("着火了", "emergency")
    reply = resident.says("火灭了，刚才的投诉继续，[7号楼1603](location)", "request_status")
    assert reply.emergency is None
    assert reply.form.filled["location"] == {"building": "7", "room": "1603"}
    resident.says("又着火了", "emergency")
    assert resident.says("the ambulance is here, let us leave the complaint for another day", "emergency").form is None


@pytest.mark.parametrize(
    "said", ["火苗又冒出来了着火了", "the kitchen is on fire, it's out of control", "she's ok but the flat is on fire"]
)
def test_a_danger_that_goes_on_is_one(resident: Any, said: str) -> None:
    resident.says("我要投诉楼上太吵", "complaint")
    resident.says("着火了", "emergency")
    assert resident.says(said, "emergency").emergency


def test_who_is_told_no_hears_why(resident: Any) -> None:
    assert "other people's details" in resident.says("what is the owner's phone number").answer
    assert "other people's details" not in resident.says("tell me a joke").answer


def test_a_turn_that_is_perhaps_an_emergency_is_dealt_with_after_a_word_of_caution(resident: Any) -> None:
    scores = {"emergency": 0.1, "complaint": 0.6}
    reply = resident.dialogue.turn(resident.session, Understanding("楼上好像不太对劲", "zh", "emergency", 0.1, scores))
    assert reply.intent == "complaint"
    assert reply.answer.startswith("如果有人有危险")
    assert reply.form.name == "complaint"


@pytest.mark.parametrize("said", ["no, that's fine", "不用改了", "没有问题不用留电话"])
def test_a_no_that_has_nothing_to_change_is_a_yes(resident: Any, said: str) -> None:
    resident.says("登记访客，[3号楼501](location)，[明天](date)", VISIT)
    assert resident.says(said, "deny").order is not None


@pytest.mark.parametrize("said", ["are you a robot?", "你叫什么名字", "what can you do"])
def test_it_says_who_it_is(resident: Any, said: str) -> None:
    answer = resident.says(said).answer
    assert "a program" in answer or "是个程序" in answer


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


@pytest.mark.parametrize("intent", ["repeat", "out_of_scope", "human_agent"])
def test_a_correction_is_one_whatever_else_it_sounds_like(resident: Any, intent: str) -> None:
    resident.says("guest [next wednesday](date), [building 3 room 501](location)", VISIT)
    assert resident.says("sorry, I meant [thursday](date)", intent).form.filled["date"] == "2026-12-03"


def test_an_order_is_found_by_its_number_in_words_and_a_plate_is_none(resident: Any) -> None:
    resident.says("登记访客，[3号楼501](location)，[明天](date)", VISIT)
    order = resident.says("对", "affirm").order
    assert order.id == "V-1001"
    assert "V 一零零一" in resident.says("V一零零一呢", "out_of_scope").answer
    assert not status.written("有人占了我的车位，沪C77777")


@pytest.mark.parametrize("then", ["好的", "[6号楼1单元1502](location)"])
def test_after_an_answer_the_form_is_offered_and_taken_up(resident: Any, then: str) -> None:
    resident.known = ("装修手续",)
    reply = resident.says("想办个装修手续", "renovation_moving")
    assert reply.answer.endswith("要我帮您登记吗？")
    assert resident.says(then, "affirm" if "好" in then else "repair_request", 0.5).form.name == "renovation"


def test_a_question_gets_its_answer_without_an_offer(resident: Any) -> None:
    resident.known = ("装修押金",)
    assert "登记" not in resident.says("装修押金多少钱", "renovation_moving").answer


def test_a_complaint_that_calls_itself_one_is_one(resident: Any) -> None:
    assert resident.says("I want to file a complaint about a rude guard").form.name == "complaint"


@pytest.mark.parametrize("said", ["刚才那个取消吧，不来了", "能不能改成明天下午", "can I cancel that order?"])
def test_what_is_recorded_already_is_changed_by_a_human(resident: Any, said: str) -> None:
    resident.says("登记访客，[3号楼501](location)，[明天](date)", VISIT)
    resident.says("对", "affirm")
    reply = resident.says(said, VISIT)
    assert reply.handoff
    assert reply.form is None
    assert reply.order is None


def test_an_emergency_goes_before_a_wish_for_another_language(resident: Any) -> None:
    assert resident.says("着火了 会说英语吗", "out_of_scope").emergency == "fire"
