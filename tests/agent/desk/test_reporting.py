"""What the desk does so that an alarm reaches the core, and what it says when it cannot."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.api.client import Client, RefusedError, UnreachableError
from agent.desk import reporting
from agent.desk.reporting import DEADLINE_S, MOST, NOTE, Reporter
from tests.box import Box


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    with Box() as made:
        made.start()
        yield made


@pytest.fixture
def absent() -> Iterator[Client]:
    """Of a core that does not run."""
    with tempfile.TemporaryDirectory(prefix="lg-") as folder:
        yield Client(Path(folder) / "core.sock", DEADLINE_S)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the first try nothing is tried again by itself."""
    monkeypatch.setattr(reporting, "FIRST_PAUSE_S", 600.0)
    monkeypatch.setattr(reporting, "LONGEST_PAUSE_S", 600.0)


def _reporter(box: Box) -> Reporter:
    return Reporter(Client(box.core.path, DEADLINE_S))


def _alarms(box: Box) -> dict[str, dict[str, Any]]:
    return {alarm["cause"]: alarm for alarm in box.core.get("/v1/alarms")["alarms"]}


def test_an_emergency_and_a_surge_become_alarms(box: Box) -> None:
    reporter = _reporter(box)
    reporter.emergency("gas-smell", "整栋楼都有煤气味")
    reporter.surge("noise_upstairs", "9 complaints in 3 days, 1 expected")
    reporter.close()
    alarms = _alarms(box)
    gas, noise = alarms["desk/emergency/gas-smell"], alarms["desk/feedback/noise_upstairs"]
    assert (gas["priority"], gas["note"], gas["state"]) == ("critical", "整栋楼都有煤气味", "unacknowledged")
    assert (noise["priority"], noise["note"]) == ("medium", "9 complaints in 3 days, 1 expected")
    assert reporter.trouble is None


def test_a_note_leaves_the_desk_masked_and_no_longer_than_the_core_takes(box: Box) -> None:
    reporter = _reporter(box)
    reporter.emergency("fire", "着火了，我电话13812345678" + "快来" * NOTE)
    reporter.close()
    note = _alarms(box)["desk/emergency/fire"]["note"]
    assert "13812345678" not in note
    assert note.startswith("着火了")
    assert len(note) <= NOTE


def test_a_core_that_was_down_hears_of_it_when_it_comes_back() -> None:
    with Box() as box:
        reporter = _reporter(box)
        reporter.emergency("lift-trapped", "two people in lift 2")
        trouble = box.until(lambda: reporter.trouble)
        assert trouble.part == "reports"
        assert "takes no reports" in trouble.message
        assert trouble.remedy
        box.start()
        assert box.until(lambda: _alarms(box))["desk/emergency/lift-trapped"]["note"] == "two people in lift 2"
        box.until(lambda: reporter.trouble is None)
        reporter.close()


def test_what_the_core_refuses_is_lost_and_said_and_the_next_one_goes_on(
    box: Box, caplog: pytest.LogCaptureFixture
) -> None:
    reporter = _reporter(box)
    reporter.emergency("No Such Name", "x")
    trouble = box.until(lambda: reporter.trouble)
    assert "emergency/No Such Name is lost" in trouble.message
    assert "report emergency/No Such Name is lost: key" in caplog.text
    reporter.emergency("power-cut", "dark")
    box.until(lambda: reporter.trouble is None)
    assert "desk/emergency/power-cut" in _alarms(box)
    reporter.close()


def test_what_cannot_be_delivered_for_too_long_is_lost_and_said(
    box: Box, absent: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(reporting, "GIVE_UP_S", 0.0)
    reporter = Reporter(absent)
    reporter.surge("noise", "loud")
    assert "feedback/noise is lost: No service answers" in box.until(lambda: reporter.trouble).message
    reporter.close()
    assert caplog.text.count("is lost") == 1


@pytest.mark.usefixtures("patient")
def test_beyond_the_bound_the_oldest_surge_goes_and_emergencies_stay(
    absent: Client, caplog: pytest.LogCaptureFixture
) -> None:
    reporter = Reporter(absent)
    reporter.emergency("fire", "first")
    for number in range(MOST - 1):
        reporter.surge(f"topic-{number}", "loud")
    assert "is lost" not in caplog.text
    reporter.emergency("flood", "last")
    assert caplog.text.count("is lost") == 1
    assert f"feedback/topic-0 is lost: More than {MOST} reports wait" in caplog.text
    reporter.close()
    assert caplog.text.count("is lost") == MOST + 1, "at the end each one that is left is said"


class _Core(Client):
    """Answers each try with the next of `answers`, then takes everything; keeps what it was sent."""

    def __init__(self, *answers: Exception | None) -> None:
        super().__init__(Path("nowhere"))
        self.answers = list(answers)
        self.sent: list[str] = []

    def post(self, path: str, body: dict[str, Any]) -> Any:
        assert path == "/v1/reports"
        self.sent.append(body["key"])
        if self.answers and (error := self.answers.pop(0)):
            raise error
        return {}


@pytest.mark.usefixtures("patient")
def test_an_emergency_overtakes_surges_that_wait(box: Box) -> None:
    core = _Core(UnreachableError("No service answers."))
    reporter = Reporter(core)
    reporter.surge("noise", "loud")
    box.until(lambda: reporter.trouble)
    reporter.emergency("fire", "smoke")
    box.until(lambda: len(core.sent) == 3)
    assert core.sent == ["feedback/noise", "emergency/fire", "feedback/noise"]
    reporter.close()


@pytest.mark.parametrize(("status", "tries"), [(400, 1), (404, 1), (429, 1), (500, 2), (503, 2), (507, 2)])
def test_only_what_may_mend_is_tried_again(box: Box, monkeypatch: pytest.MonkeyPatch, status: int, tries: int) -> None:
    monkeypatch.setattr(reporting, "FIRST_PAUSE_S", 0.01)
    core = _Core(RefusedError(status, "No."))
    reporter = Reporter(core)
    reporter.emergency("fire", "smoke")
    box.until(lambda: not reporter._waiting)
    reporter.close()
    assert len(core.sent) == tries


@pytest.mark.usefixtures("patient")
def test_what_comes_after_the_end_is_said_to_be_lost(absent: Client, caplog: pytest.LogCaptureFixture) -> None:
    reporter = Reporter(absent)
    reporter.close()
    reporter.emergency("fire", "smoke")
    assert "emergency/fire is lost: The desk stops." in caplog.text
    reporter.close()
    assert caplog.text.count("is lost") == 1


def test_without_a_core_nothing_is_said_to_anybody() -> None:
    reporter = Reporter(None)
    reporter.emergency("fire", "smoke")
    reporter.close()
    assert reporter.trouble is None
