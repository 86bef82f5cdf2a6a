"""An order just made is changed or cancelled by the resident who made it."""

from __future__ import annotations

from typing import Any

import pytest

VISIT = "visitor_pass"


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


def _visit(resident: Any) -> Any:
    resident.says("登记访客，[3号楼501](location)，[明天](date)", VISIT)
    return resident.says("对", "affirm").order
