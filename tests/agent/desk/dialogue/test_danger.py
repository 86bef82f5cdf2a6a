"""Emergencies within dialogues: what goes before what, what is kept, and when it is over."""

from __future__ import annotations

from typing import Any

import pytest

from models.language.understanding import Understanding


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


def test_a_turn_that_is_perhaps_an_emergency_is_dealt_with_after_a_word_of_caution(resident: Any) -> None:
    scores = {"emergency": 0.1, "complaint": 0.6}
    reply = resident.dialogue.turn(resident.session, Understanding("楼上好像不太对劲", "zh", "emergency", 0.1, scores))
    assert reply.intent == "complaint"
    assert reply.answer.startswith("如果有人有危险")
    assert reply.form.name == "complaint"


def test_a_burst_pipe_is_an_urgent_repair_once_the_danger_is_over(resident: Any) -> None:
    resident.dialogue._emergency = lambda text: "water-leak" if "爆" in text else None
    reply = resident.says("[厨房](location)[水管](object)爆了，[3号楼1502](location)", "emergency")
    assert reply.emergency == "water-leak"
    assert reply.form.name == "repair"
    assert "水管" in resident.says("好的，[阀门](object)关了", "repair_request").answer
    order = resident.says("对", "affirm").order
    assert (order.priority, order.slots["object"], order.slots["symptom"]) == ("urgent", "水管", "爆")


def test_a_bare_address_is_no_emergency(resident: Any) -> None:
    assert resident.says("[三号楼1101](location)", "emergency").emergency is None


def test_who_goes_on_about_a_danger_is_told_to_do_as_said_until_it_is_over(resident: Any) -> None:
    resident.says("着火了", "emergency")
    for said in ("[三号楼1402](location)", "我把窗打开了"):
        reply = resident.says(said, "out_of_scope", 0.5)
        assert "刚才说的" in reply.answer
        assert reply.handoff
    assert "刚才说的" not in resident.says("火灭了", "out_of_scope", 0.5).answer
    resident.says("着火了", "emergency")
    assert resident.says("how much is it", "fee_query").answer == "It is 300 yuan."


def test_a_burst_pipe_in_another_form_opens_a_repair_before_it(resident: Any) -> None:
    resident.dialogue._emergency = lambda text: "water-leak" if "爆" in text else None
    resident.says("订[会议室](facility)，[明天](date)[三点](time)", "facility_booking")
    assert resident.says("[厨房](location)[水管](object)爆了", "emergency").form.name == "repair"
    reply = resident.says("[九号楼802](location)", "out_of_scope")
    assert reply.form.filled["location"]["room"] == "802"
    assert resident.says("对", "affirm").order.priority == "urgent"
    assert resident.session.form.filled["time"] == "15:00"


def test_where_somebody_is_trapped_is_no_place_to_mend(resident: Any) -> None:
    resident.says("[灯](object)坏了，[3号楼501](location)", "repair_request")
    resident.says("着火了", "emergency")
    assert resident.says("[八号楼一单元](location)", "repair_request").form.filled["location"]["building"] == "3"


@pytest.mark.parametrize(
    "said", ["人没事，楼上着火了", "水关了 里面着火了", "火灭了，刚才楼上又着火了", "we're out, it's on fire"]
)
def test_a_danger_told_in_a_breath_with_the_end_of_another_is_one(resident: Any, said: str) -> None:
    resident.says("着火了", "emergency")
    assert resident.says(said, "out_of_scope", 0.5).emergency == "fire"


def test_an_emergency_goes_before_a_wish_for_another_language(resident: Any) -> None:
    assert resident.says("着火了 会说英语吗", "out_of_scope").emergency == "fire"
