"""A resident's report through the core's API, on the command line, and over the core's death."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from agent.alarms.engine import MAX_REPORTS
from agent.api.client import RefusedError
from tests.box import Box

GAS = {"key": "emergency/gas-smell", "priority": "critical", "note": "整栋楼都有煤气味"}


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    with Box() as made:
        made.start()
        yield made


def _report(box: Box, **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = box.core.post("/v1/reports", {**GAS, **more})
    return answer


def test_a_report_is_answered_with_its_alarm(box: Box) -> None:
    alarm = _report(box, key="emergency/fire")
    assert (alarm["state"], alarm["priority"], alarm["active"]) == ("unacknowledged", "critical", True)
    assert (alarm["asset"], alarm["asset_name"]) == ("desk", {"en": "The front desk", "zh": "前台"})
    assert (alarm["kinds"], alarm["note"], alarm["contributions"]) == (["report"], GAS["note"], [])
    assert "119" in alarm["check"]["zh"]
    assert "119" in alarm["check"]["en"]
    assert alarm["id"] in [one["id"] for one in box.core.get("/v1/alarms")["alarms"]]


def test_a_technician_reads_what_was_said(box: Box) -> None:
    _report(box, key="feedback/noise", priority="medium", note="drilling [red]all[/red] night " + "la " * 60)
    number = str(_report(box, key="feedback/noise", priority="medium", note="drilling again")["id"])
    shown = box.louguan("alarms").stdout
    assert "The front desk  medium, unacknowledged" in shown
    assert "reported by a resident, 2 times  (desk/feedback/noise)" in shown
    assert "said: drilling again" in shown
    assert "drilling [red]all[/red] night" in shown
    assert shown.count("la ") + shown.count("la\n") >= 60
    live = box.louguan("watch", "--once", COLUMNS="80").stdout
    assert "said: drilling again" in live
    assert max(map(len, live.splitlines())) <= 80
    assert sum("la la" in line for line in live.splitlines()) == 1
    chinese = box.louguan("alarms", language="zh").stdout
    assert "住户报告, 2 次" in chinese
    assert "住户说" in chinese
    assert box.louguan("ack", number, "--by", "li").returncode == 0
    journal = box.louguan("alarms", "--journal", COLUMNS="160").stdout
    assert "reported by a resident" in journal
    assert "drilling again" in journal


def test_a_report_holds_as_long_as_was_said(box: Box) -> None:
    number = _report(box, key="feedback/short", lasts_s=1)["id"]

    def over() -> bool:
        found = {alarm["id"]: alarm["state"] for alarm in box.core.get("/v1/alarms")["alarms"]}
        return bool(found[number] == "returned_unacknowledged")

    box.until(over)


def test_a_note_is_one_line_that_no_terminal_obeys(box: Box) -> None:
    alarm = _report(box, key="emergency/flood", note="water\n\x1b[31mhere\u2028 \u202e now\x00 ")
    assert alarm["note"] == "water [31mhere now"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"key": "gas"}, "key"),
        ({"key": "Emergency/gas"}, "key"),
        ({"key": "emergency/gas/more"}, "key"),
        ({"key": "emergency/gas\n"}, "key"),
        ({"key": "emergency/" + "x" * 49}, "key"),
        ({"priority": "fatal"}, "priority"),
        ({"note": "x" * 501}, "note"),
        ({"lasts_s": 0}, "lasts_s"),
        ({"lasts_s": 86_401}, "lasts_s"),
        ({"by": "me"}, "by"),
    ],
)
def test_a_wrong_report_is_refused(box: Box, wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(RefusedError, match=said) as caught:
        _report(box, **wrong)
    assert caught.value.status == 400


def test_an_unseen_report_is_there_after_kill_9() -> None:
    with Box() as box:
        child = box.start()
        before = _report(box, lasts_s=2)
        child.send_signal(signal.SIGKILL)
        child.wait()
        box.start()

        def over() -> Any:
            return [a for a in box.core.get("/v1/alarms")["alarms"] if a["state"] == "returned_unacknowledged"]

        (alarm,) = box.until(over)
        assert (alarm["id"], alarm["note"]) == (before["id"], GAS["note"])


def test_with_no_room_left_it_says_what_to_do() -> None:
    with Box() as box:
        box.start()
        for number in range(MAX_REPORTS):
            _report(box, key=f"emergency/{number}")
        with pytest.raises(RefusedError, match="louguan alarms") as caught:
            _report(box)
        assert caught.value.status == 429
        done = box.louguan("alarms", "--json")
        assert len(json.loads(done.stdout)["alarms"]) == MAX_REPORTS
