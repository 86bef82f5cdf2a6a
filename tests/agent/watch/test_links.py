"""Silence on the wire is one cause, however many points are behind it."""

from __future__ import annotations

from pathlib import Path

from agent.watch.finding import Kind, Priority
from hal.sample import Sample
from tests.agent.watch.made import Line, asset, point

POINTS = [point("flow"), point("pressure"), point("slow", interval_s=600)]
TIMEOUT, PORT, REFUSED = ("bad", "timeout"), ("bad", "port"), ("bad", "exception")


def neighbour(pump: Line) -> None:
    """pump-2 answers."""
    pump.watch.feed([Sample(f"pump-2.{name}", pump.clock.time, 1.0) for name in ("flow", "pressure")])


def test_a_point_that_was_never_read_becomes_a_gap_of_its_own(tmp_path: Path) -> None:
    pump = Line(tmp_path, asset("pump-1", POINTS))
    for _ in range(11):
        pump.say(flow=1, pressure=REFUSED)
        pump.tick(0)
    assert list(pump.active()) == ["pump-1/gap/pressure"]


def test_ten_intervals_at_least_ten_seconds_make_a_gap(tmp_path: Path) -> None:
    pump = Line(
        tmp_path,
        asset("pump-1", [point("flow"), point("slow", interval_s=20), point("set", limits={"gap_after_s": 30})]),
    )
    began = {}
    for n in range(1, 250):
        pump.say(flow=1)
        for key in pump.tick(0) and pump.active():
            began.setdefault(key, n)
    assert began == {"pump-1/gap/set": 31, "pump-1/gap/slow": 201}


def test_a_silent_slave_among_others_is_one_cause_and_ends_when_it_answers(tmp_path: Path) -> None:
    pump = Line(tmp_path, asset("pump-1", POINTS, slave=1), asset("pump-2", POINTS, slave=2))
    pump.say(flow=1, pressure=1)
    for _ in range(30):
        pump.say(flow=TIMEOUT, pressure=TIMEOUT)
        neighbour(pump)
        pump.tick(0)
    found = pump.active()["bus/line/1"]
    assert list(pump.active()) == ["bus/line/1"]
    assert (found.kind, found.cause, found.asset, found.priority) == (Kind.GAP, "bus/line/1", "line", Priority.HIGH)
    pump.say(flow=1)
    pump.tick(0)
    assert not pump.active(), "the points get their time from now"
    for _ in range(11):
        pump.say(flow=1)
        neighbour(pump)
        pump.tick(0)
    assert list(pump.active()) == ["pump-1/gap/pressure"]


def test_all_slaves_silent_is_the_bus(tmp_path: Path) -> None:
    pump = Line(tmp_path, asset("pump-1", POINTS, slave=1), asset("pump-2", POINTS, slave=2))
    pump.say(flow=1)
    for _ in range(12):
        pump.tick()
    assert list(pump.active()) == ["bus/line"]
    pump.say(flow=1)
    pump.tick(0)
    assert list(pump.active()) == ["bus/line/2"]


def test_a_lost_port_with_one_slave_is_the_bus_and_its_return_without_answer_the_slave(tmp_path: Path) -> None:
    pump = Line(tmp_path, asset("pump-1", POINTS))
    pump.say(flow=1)
    for _ in range(12):
        pump.say(flow=PORT)
        pump.tick(0)
    assert list(pump.active()) == ["bus/line"]
    pump.say(flow=TIMEOUT)
    pump.tick(0)
    assert list(pump.active()) == ["bus/line/1"]
    pump.say(flow=1)
    pump.tick(0)
    assert not pump.active()


def test_a_point_that_was_a_gap_before_its_slave_fell_silent_is_covered_by_it(tmp_path: Path) -> None:
    pump = Line(tmp_path, asset("pump-1", POINTS))
    for _ in range(12):
        pump.say(flow=1, pressure=REFUSED)
        pump.tick(0)
    for _ in range(12):
        pump.tick()
    assert list(pump.active()) == ["bus/line/1"]


def test_two_assets_behind_one_slave_are_one_link(tmp_path: Path) -> None:
    pump = Line(tmp_path, asset("pump-1", POINTS), asset("pump-2", POINTS))
    for _ in range(700):
        pump.say(flow=1)
        pump.tick(0)
    gaps = {"pump-1/gap/pressure", "pump-2/gap/flow", "pump-2/gap/pressure"}
    assert set(pump.active()) == gaps
