"""What a turn does: answers, asks beside, calls off, agrees, or says more of the matter."""

from __future__ import annotations

from typing import Any

import pytest

from tests.agent.desk.dialogue.conftest import NOW

VISIT = "visitor_pass"


@pytest.mark.parametrize("said", ["switch to English please", "English please", "能说英语吗"])
def test_a_wish_for_the_other_language_asks_again_in_it(resident: Any, said: str) -> None:
    resident.says("登记访客，[明天](date)[上午九点](time)", VISIT)
    assert "Which building" in resident.says(said, "repeat").answer


def test_who_is_told_no_hears_why(resident: Any) -> None:
    assert "other people's details" in resident.says("what is the owner's phone number").answer
    assert "other people's details" not in resident.says("tell me a joke").answer


@pytest.mark.parametrize("said", ["no, that's fine", "不用改了", "没有问题不用留电话"])
def test_a_no_that_has_nothing_to_change_is_a_yes(resident: Any, said: str) -> None:
    resident.says("登记访客，[3号楼501](location)，[明天](date)", VISIT)
    assert resident.says(said, "deny").order is not None


@pytest.mark.parametrize("said", ["are you a robot?", "你叫什么名字", "what can you do"])
def test_it_says_who_it_is(resident: Any, said: str) -> None:
    answer = resident.says(said).answer
    assert "a program" in answer or "是个程序" in answer


@pytest.mark.parametrize("intent", ["repeat", "out_of_scope", "human_agent"])
def test_a_correction_is_one_whatever_else_it_sounds_like(resident: Any, intent: str) -> None:
    resident.says("guest [next wednesday](date), [building 3 room 501](location)", VISIT)
    assert resident.says("sorry, I meant [thursday](date)", intent).form.filled["date"] == "2026-12-03"


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


@pytest.mark.parametrize(
    ("said", "gone"),
    [
        ("不用留电话了", {"phone"}),
        ("随时来都行", {"date", "time"}),
        ("no need for a time", {"date", "time"}),
        ("不用改了", set()),
    ],
)
def test_what_need_not_be_is_called_off(resident: Any, said: str, gone: set[str]) -> None:
    told = "[灯](object)坏了，[3号楼1502](location)，[明天](date)[三点](time)，[13800001111](phone)"
    before = resident.says(told, "repair_request").form.filled
    reply = resident.says(said, "deny")
    filled = reply.form.filled if reply.form else reply.order.slots
    assert before.keys() - filled.keys() == gone


def test_what_must_be_is_not_called_off(resident: Any) -> None:
    resident.says("登记访客，[3号楼501](location)，[明天](date)", VISIT)
    assert resident.says("不用定日期", "deny").form.filled["date"] == "2026-11-25"


def test_a_repair_is_offered_for_what_is_broken_whatever_it_is_taken_for(resident: Any) -> None:
    resident.known = ("门禁",)
    assert "登记" in resident.says("[大门门禁](object)坏了", "access_card").answer
    assert resident.says("[3号楼](location)", "out_of_scope").form.name == "repair"


@pytest.mark.parametrize(
    ("said", "intent", "slot"),
    [
        ("从[12月1号](date)开始", "out_of_scope", "date"),
        ("[明天中午](time)之前到", "request_status", "time"),
        ("just [one](count) person", "human_agent", "count"),
        ("he'll drive, plate [沪A88888](plate)", "parking", "plate"),
    ],
)
def test_what_has_a_place_in_the_form_goes_there_whatever_it_is_taken_for(
    resident: Any, said: str, intent: str, slot: str
) -> None:
    resident.says("登记访客，[3号楼501](location)", VISIT)
    assert slot in resident.says(said, intent).form.filled


def test_another_matter_within_a_form_is_not_its_place(resident: Any) -> None:
    resident.says("register a visitor for [tomorrow](date) [10 am](time)", VISIT)
    said = "oh and before that my [shower](object)'s broken, I need a plumber"
    assert resident.says(said, "repair_request").form.name == "repair"
    resident.says("[building 9 room 702](location)", "facility_booking")
    assert resident.says("yes", "affirm").order.form == "repair"
    assert resident.session.form.filled == {"date": "2026-11-25", "time": "10:00"}


def test_a_visitor_comes_where_somebody_is_to_mend(resident: Any) -> None:
    resident.says("[浴室](location)[花洒](object)坏了，[8号楼303](location)", "repair_request")
    reply = resident.says("先登记个访客，[明天](date)来", VISIT)
    assert reply.form.filled["location"] == {"building": "8", "room": "303"}
    assert "刚才" in reply.answer


def test_useful_answers_are_no_failed_ones(resident: Any) -> None:
    resident.says("办个访客登记", VISIT)
    for said in ("[李阿姨](person)", "[周日](date)", "[九点半](time)", "[两个](count)人"):
        assert resident.says(said, "out_of_scope").form is not None
    assert resident.says("[12号楼403](location)", "out_of_scope").form.missing == ()


def test_the_flat_said_with_a_wish_for_the_other_language_is_kept(resident: Any) -> None:
    resident.says("my kitchen [sink](object) is [clogged](symptom)", "repair_request")
    reply = resident.says("我们说中文吧，[三号楼1101](location)", "repeat")
    home = {"place": "kitchen", "building": "3", "room": "1101"}
    assert (reply.language, reply.form.filled["location"]) == ("zh", home)


@pytest.mark.parametrize(
    "said", ["you know what, forget it, my husband fixed it", "算了，我自己修好了", "cancel that please"]
)
def test_a_clause_that_calls_it_off_is_enough(resident: Any, said: str) -> None:
    resident.says("[锁](object)坏了，[3号楼501](location)", "repair_request")
    assert resident.says(said, "out_of_scope", 0.5).form is None


@pytest.mark.parametrize("said", ["不用了，电话就不留了", "不用修了吗"])
def test_not_every_such_word_does(resident: Any, said: str) -> None:
    resident.says("[锁](object)坏了，[3号楼501](location)，[13800001111](phone)", "repair_request")
    assert resident.says(said, "out_of_scope", 0.5).form is not None


def test_a_wish_before_the_promised_time_is_said_and_not_promised(resident: Any) -> None:
    resident.says("[灯](object)坏了，[3号楼501](location)，[今天](date)[晚上八点](time)", "repair_request")
    reply = resident.says("对", "affirm")
    assert "您希望今天晚上8点，最晚" in reply.answer
    assert reply.order.due > NOW.replace(hour=20)


@pytest.mark.parametrize(
    ("said", "object", "symptom"),
    [
        ("家里灯不亮了，好像是跳闸", "灯", "不亮"),
        ("the oven won't turn on", "oven", "won't turn"),
        ("洗碗机[不](symptom)排水了", None, "不排水"),
    ],
)
def test_thing_and_fault_that_the_model_misses_are_found_by_their_words(
    resident: Any, said: str, object: str | None, symptom: str
) -> None:
    filled = resident.says(said, "repair_request").form.filled
    assert (filled.get("object"), filled["symptom"]) == (object, symptom)


def test_a_complaint_says_what_it_is_about_and_not_that_it_is_one(resident: Any) -> None:
    filled = resident.says("我要投诉，楼上天天半夜蹦迪吵得睡不着，[6号楼](location)", "complaint").form.filled
    assert filled["symptom"] == "楼上天天半夜蹦迪吵得睡不着，6号楼"
    assert resident.says("我住[6号楼902](location)", "complaint").form.filled["location"] == {"building": "6"}


@pytest.mark.parametrize(
    ("said", "sure", "yes"),
    [("越快越好", 0.99, False), ("中通的", 0.89, False), ("as soon as possible", 0.9, False), ("成", 1.0, True),
     ("给我订上吧", 0.3, True), ("that'll do", 0.71, True)],
)  # fmt: skip
def test_only_a_yes_sends_a_form(resident: Any, said: str, sure: float, yes: bool) -> None:
    resident.says("[灯](object)坏了，[3号楼501](location)", "repair_request")
    assert (resident.says(said, "affirm", sure).order is not None) == yes


def test_who_cannot_say_it_is_sent_to_a_human_in_the_end(resident: Any) -> None:
    resident.says("我要报修", "repair_request")
    said = ("怎么说呢", "就是那个", "讲不清")
    assert [bool(resident.says(one, "repeat").handoff) for one in said] == [False, False, True]


def test_a_thing_named_late_is_taken(resident: Any) -> None:
    resident.says("I need something fixed", "out_of_scope")
    filled = resident.says("the bedroom light keeps [flickering](symptom)", "repair_request").form.filled
    assert (filled["object"], filled["symptom"]) == ("light", "flickering")


def test_what_else_is_said_of_the_matter_is_kept_in_its_words(resident: Any) -> None:
    resident.says("check my [parcel](object), [building 3 flat 501](location)", "parcel")
    assert (
        resident.says("SF Express, pickup code 6621", "parcel").form.filled["symptom"] == "SF Express, pickup code 6621"
    )
    assert "symptom" in resident.says("how much is it", "parcel").form.filled
    resident.says("yes", "affirm")
    resident.says("我要装修，[3号楼501](location)，[明天](date)开始", "renovation_moving")
    assert resident.says("换地板和刷墙", "renovation_moving").form.filled["object"] == "换地板和刷墙"


def test_a_question_in_a_form_may_be_about_what_it_is_for(resident: Any) -> None:
    resident.known = ("parking permit",)
    resident.says("I want to rent a bay, plate [沪E12F34](plate)", "parking")
    reply = resident.says("hang on, which is the fee [a month](duration)", "fee_query")
    assert reply.form.filled.keys() == {"plate"}
    assert resident.asked[-1].startswith("parking permit hang on")


def test_a_brief_question_may_be_about_the_one_before(resident: Any) -> None:
    resident.known = ("泳池",)
    resident.says("泳池开放吗", "facility_booking")
    assert resident.says("周末呢", "out_of_scope", 0.5).answer == "An answer."
    assert resident.asked[-1] == "泳池开放吗 周末呢"
    resident.says("我家的快递到了没有请帮我查一下好吗", "lost_found", 0.5)
    assert resident.asked[-1] == "泳池开放吗 我家的快递到了没有请帮我查一下好吗"


def test_who_says_so_complains(resident: Any) -> None:
    assert resident.says("I want to complain about noise", "request_status").form.name == "complaint"


@pytest.mark.parametrize(("said", "intent"), [("从[下周一](date)开始", "repeat"), ("就我一个人", "human_agent")])
def test_an_answer_is_no_act(resident: Any, said: str, intent: str) -> None:
    resident.says("订[会议室](facility)，[明天](date)[三点](time)", "facility_booking")
    before = dict(resident.session.form.filled)
    reply = resident.says(said, intent)
    assert reply.handoff is None
    assert reply.form.filled != before


def test_a_question_is_no_yes(resident: Any) -> None:
    resident.says("[灯](object)坏了，[3号楼501](location)", "repair_request")
    assert resident.says("现在就来行吗", "affirm", 0.99).order is None
