"""What a turn means beside what came before: hours of the evening, days within times, danger that has passed."""

from __future__ import annotations

from typing import Any

import pytest

from agent.desk.dialogue import meant, reading, status
from models.language.understanding import Understanding
from tests.agent.desk.dialogue.conftest import NOW, understanding

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


@pytest.mark.parametrize("said", ["刚才那个取消吧，不来了", "撤销刚才的", "can I cancel that order?"])
def test_what_was_just_recorded_is_cancelled_after_a_yes(resident: Any, said: str) -> None:
    made = _visit(resident)
    assert resident.says(said, VISIT).order is None
    assert resident.orders.get(made.id).state == "new"
    assert resident.says("对", "affirm").form is None
    assert resident.orders.get(made.id).state == "cancelled"


@pytest.mark.parametrize("said", ["不取消了", "no keep it", "算了，留着吧"])
def test_what_was_just_recorded_stays_when_the_resident_thinks_again(resident: Any, said: str) -> None:
    made = _visit(resident)
    resident.says("取消刚才那个", "deny")
    assert resident.says(said, "deny").form is None
    assert resident.orders.get(made.id).state == "new"


def test_what_was_just_recorded_is_changed_after_it_is_read_back(resident: Any) -> None:
    made = _visit(resident)
    assert "下午" in resident.says("能不能改成明天[下午](time)", "renovation_moving").answer
    changed = resident.says("对", "affirm").order
    assert (changed.id, changed.slots["time"]) == (made.id, "afternoon")
    assert resident.orders.get(made.id).slots["time"] == "afternoon"
    assert len(resident.orders.list()) == 1


def test_what_somebody_works_on_is_changed_by_a_human(resident: Any) -> None:
    made = _visit(resident)
    resident.orders.set_state(made.id, "assigned", "gate", "", resident.now)
    reply = resident.says("能不能改成明天[下午](time)", "renovation_moving")
    assert reply.handoff
    assert reply.form is None


def test_a_question_after_that_one_is_answered(resident: Any) -> None:
    _visit(resident)
    resident.says("取消刚才那个", "deny")
    assert "300" in resident.says("how much is parking", "fee_query").answer


def test_a_burst_pipe_is_an_urgent_repair_once_the_danger_is_over(resident: Any) -> None:
    resident.dialogue._emergency = lambda text: "water-leak" if "爆" in text else None
    reply = resident.says("[厨房](location)[水管](object)爆了，[3号楼1502](location)", "emergency")
    assert reply.emergency == "water-leak"
    assert reply.form.name == "repair"
    assert "水管" in resident.says("好的，[阀门](object)关了", "repair_request").answer
    order = resident.says("对", "affirm").order
    assert (order.priority, order.slots["object"], order.slots["symptom"]) == ("urgent", "水管", "爆")


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


def test_this_evening_is_today(resident: Any) -> None:
    reply = resident.says(
        "fix my [tap](object), [building 3 room 501](location), this [evening](time)", "repair_request"
    )
    assert reply.form.filled["date"] == "2026-11-24"


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


def test_a_thing_named_late_is_taken(resident: Any) -> None:
    resident.says("I need something fixed", "out_of_scope")
    filled = resident.says("the bedroom light keeps [flickering](symptom)", "repair_request").form.filled
    assert (filled["object"], filled["symptom"]) == ("light", "flickering")


def test_a_number_of_no_order_is_not_found(resident: Any) -> None:
    assert "no order" in resident.says("the number's R20261117099", "contact_query").answer


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


@pytest.mark.parametrize(("said", "intent"), [("从[下周一](date)开始", "repeat"), ("就我一个人", "human_agent")])
def test_an_answer_is_no_act(resident: Any, said: str, intent: str) -> None:
    resident.says("订[会议室](facility)，[明天](date)[三点](time)", "facility_booking")
    before = dict(resident.session.form.filled)
    reply = resident.says(said, intent)
    assert reply.handoff is None
    assert reply.form.filled != before


@pytest.mark.parametrize(
    "said", ["人没事，楼上着火了", "水关了 里面着火了", "火灭了，刚才楼上又着火了", "we're out, it's on fire"]
)
def test_a_danger_told_in_a_breath_with_the_end_of_another_is_one(resident: Any, said: str) -> None:
    resident.says("着火了", "emergency")
    assert resident.says(said, "out_of_scope", 0.5).emergency == "fire"


def test_a_question_is_no_yes(resident: Any) -> None:
    resident.says("[灯](object)坏了，[3号楼501](location)", "repair_request")
    assert resident.says("现在就来行吗", "affirm", 0.99).order is None


def _visit(resident: Any) -> Any:
    resident.says("登记访客，[3号楼501](location)，[明天](date)", VISIT)
    return resident.says("对", "affirm").order


def test_an_emergency_goes_before_a_wish_for_another_language(resident: Any) -> None:
    assert resident.says("着火了 会说英语吗", "out_of_scope").emergency == "fire"
