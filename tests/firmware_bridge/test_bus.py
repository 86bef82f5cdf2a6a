"""A bus polls, writes, and lives with slaves and ports that come and go."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from firmware_bridge import link_state
from firmware_bridge.bus import Bus, BusPoint, WriteError
from firmware_bridge.modbus.address import ModbusAddress
from firmware_bridge.modbus.rtu import encode_frame
from firmware_bridge.modbus.server import PtySlave, RegisterBank, TcpSlave
from hal.clock import Clock
from hal.errors import DeviceError
from hal.sample import Quality, Sample
from hal.serial_port import make_port
from tests.firmware_bridge.peers import ScriptedSlave, registers

PATIENCE_S = 10.0


class Readings:
    """What a bus gave, and a way to wait for what must come."""

    def __init__(self) -> None:
        self.lists: list[list[Sample]] = []
        self._changed = threading.Condition()

    def __call__(self, samples: list[Sample]) -> None:
        with self._changed:
            self.lists.append(samples)
            self._changed.notify_all()

    def wait(self, wanted: Callable[[Sample], bool], since: int = 0) -> Sample:
        """The first sample that is wanted, not counting the first `since` lists."""

        def found() -> Sample | None:
            return next((s for samples in self.lists[since:] for s in samples if wanted(s)), None)

        with self._changed:
            self._changed.wait_for(lambda: found() is not None, PATIENCE_S)
            sample = found()
        assert sample is not None, f"it did not come within {PATIENCE_S} s: {self.lists[-3:]}"
        return sample


@pytest.fixture(autouse=True)
def short_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firmware_bridge.link_state.SLAVE_BACKOFF_S", (0.05, 0.4))
    monkeypatch.setattr("firmware_bridge.bus.PORT_BACKOFF_S", (0.05, 0.2))


@pytest.fixture
def readings() -> Readings:
    return Readings()


@pytest.fixture
def run(readings: Readings) -> Iterator[Callable[..., Bus]]:
    buses: list[Bus] = []

    def make(address: str, points: list[BusPoint], protocol: Any = "modbus-rtu", **more: Any) -> Bus:
        more = {"timeout_s": 0.3, "retries": 0} | more
        bus = Bus("plant", lambda: make_port(address), protocol, points, readings, **more)
        bus.start()
        buses.append(bus)
        return bus

    yield make
    for bus in buses:
        assert bus.stop(PATIENCE_S)


def point(name: str, address: int = 0, slave: int = 1, **more: Any) -> BusPoint:
    place = {key: more.pop(key) for key in list(more) if key in ModbusAddress.model_fields}
    return BusPoint(name, slave, ModbusAddress(address=address, **place), **({"interval_s": 0.05} | more))


def test_points_arrive_in_their_units_with_one_time_a_request(run: Callable[..., Bus], readings: Readings) -> None:
    bank = RegisterBank(1)
    points = [
        point("pump.flow", 0, type="float32"),
        point("pump.temperature", 2, type="int16", scale=0.1),
        point("pump.running", 3, type="bool", bit=2),
    ]
    for each, value in zip(points, (12.5, -4.2, 1), strict=True):
        bank.set(each.address, value)
    with PtySlave(bank, "room"):
        run("sim://room", points)
        readings.wait(lambda s: s.point == "pump.flow", since=2)
    first = readings.lists[0]
    assert {s.point: pytest.approx(s.value) for s in first} == {
        "pump.flow": 12.5, "pump.temperature": -4.2, "pump.running": 1.0,
    }  # fmt: skip
    assert len({s.time for s in first}) == 1
    assert {s.quality for s in first} == {Quality.GOOD}


def test_impossible_values_are_bad(run: Callable[..., Bus], readings: Readings) -> None:
    bank = RegisterBank(1)
    bank.set_words("holding", 0, [0x7FC0, 0, 0x7F80, 0, 900])
    with PtySlave(bank, "room"):
        run("sim://room", [
            point("p.nan", 0, type="float32"), point("p.inf", 2, type="float32"), point("p.far", 4, valid=(0, 100)),
        ])  # fmt: skip
        readings.wait(lambda s: s.point == "p.far")
    reasons = {s.point: s.reason for s in readings.lists[0]}
    assert reasons == {"p.nan": "not_a_number", "p.inf": "not_a_number", "p.far": "out_of_range"}
    assert all(s.quality is Quality.BAD and math.isnan(s.value) for s in readings.lists[0])


def test_a_silent_slave_backs_off_alone(
    run: Callable[..., Bus], readings: Readings, caplog: pytest.LogCaptureFixture
) -> None:
    healthy, late = RegisterBank(1), RegisterBank(2)
    caplog.set_level(logging.DEBUG, "firmware_bridge")
    with PtySlave([healthy], "room") as plant:
        bus = run("sim://room", [point("a.x", slave=1), point("b.x", slave=2), point("b.y", 500, slave=2)])
        readings.wait(lambda s: s.point == "b.x" and s.reason == "timeout")
        readings.wait(lambda s: s.point == "b.y" and s.reason == "timeout")
        while bus.status().slaves[2].backoff_s < 0.4:
            readings.wait(lambda s: s.point == "a.x" and s.quality is Quality.GOOD, since=len(readings.lists))
        state = bus.status()
        assert state.slaves[1].healthy
        assert state.slaves[1].errors == 0
        assert state.slaves[1].requests > state.slaves[2].requests
        plant.banks[2] = late
        readings.wait(lambda s: s.point == "b.x" and s.quality is Quality.GOOD)
        readings.wait(lambda s: s.point == "b.y" and s.quality is Quality.GOOD)
        assert bus.status().slaves[2].healthy
    warnings = [r for r in caplog.records if r.levelno == logging.WARNING and "slave 2" in r.getMessage()]
    assert len(warnings) == 1


def test_a_port_that_disappears_comes_back(
    run: Callable[..., Bus], readings: Readings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "firmware_bridge")
    bank = RegisterBank(1)
    with PtySlave(bank, "room"):
        bus = run("sim://room", [point("a.x")])
        readings.wait(lambda s: s.quality is Quality.GOOD)
    readings.wait(lambda s: s.reason == "port")
    assert not bus.status().connected
    assert "room" in bus.status().last_error
    with PtySlave(bank, "room"):
        readings.wait(lambda s: s.quality is Quality.GOOD, since=len(readings.lists))
        assert bus.status().connected
        assert bus.status().last_error == ""
    assert len([r for r in caplog.records if r.levelno == logging.WARNING and "went away" in r.getMessage()]) == 1


def test_a_port_that_is_not_there_yet_is_waited_for(run: Callable[..., Bus], readings: Readings) -> None:
    bus = run("sim://room", [point("a.x", writable=True)])
    readings.wait(lambda s: s.reason == "port")
    with pytest.raises(WriteError, match="not running"):
        bus.write("a.x", 1)
    with PtySlave(RegisterBank(1), "room"):
        readings.wait(lambda s: s.quality is Quality.GOOD)


def test_one_bad_register_does_not_kill_its_neighbours(run: Callable[..., Bus], readings: Readings) -> None:
    with PtySlave(RegisterBank(1, size=10), "room"):
        bus = run("sim://room", [point(f"a.p{i}", i) for i in range(7, 12)])
        for name in ("a.p7", "a.p8", "a.p9"):
            readings.wait(lambda s, name=name: s.point == name and s.quality is Quality.GOOD)
        for name in ("a.p10", "a.p11"):
            readings.wait(lambda s, name=name: s.point == name and s.reason == "exception")
        assert bus.status().slaves[1].healthy


def test_a_wrong_checksum_is_retried_and_then_said(run: Callable[..., Bus], readings: Readings) -> None:
    def every_other(n: int, slave: int, pdu: bytes) -> bytes:
        good = registers(slave, pdu)
        return good if n % 2 else good[:-1] + bytes([good[-1] ^ 1])

    with ScriptedSlave(every_other, "room"):
        bus = run("sim://room", [point("a.x")], retries=1)
        readings.wait(lambda s: s.quality is Quality.GOOD)
        assert bus.status().slaves[1].errors >= 1
        assert all(s.quality is Quality.GOOD for samples in readings.lists for s in samples)
    with ScriptedSlave(lambda n, slave, pdu: registers(slave, pdu)[:-1] + b"\0", "noisy"):
        run("sim://noisy", [point("b.x")])
        readings.wait(lambda s: s.point == "b.x" and s.reason == "crc")


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ({"type": "uint16"}, 77),
        ({"type": "float32", "word_order": "little"}, 1.5),
        ({"type": "int16", "scale": 0.1}, -3.3),
        ({"type": "bool", "bit": 3}, 1),
        ({"function": "coil", "type": "bool"}, 1),
    ],
)
def test_a_commanded_value_is_written_and_read_back(
    run: Callable[..., Bus], readings: Readings, place: dict[str, Any], value: float
) -> None:
    bank = RegisterBank(1)
    bank.set_words("holding", 5, [0xF0F0])
    target = point("a.x", 5, writable=True, **place)
    with PtySlave(bank, "room"):
        sample = run("sim://room", [target], retries=1).write("a.x", value, PATIENCE_S)
        assert sample.value == pytest.approx(value)
        assert bank.get(target.address) == pytest.approx(value)
        readings.wait(lambda s: s == sample)
    if place.get("bit"):
        assert bank.words("holding", 5, 1) == (0xF0F8,)


def test_a_refused_write_is_an_error(run: Callable[..., Bus]) -> None:
    bank = RegisterBank(1, on_write=lambda table, address, items: False)
    with PtySlave(bank, "room"):
        bus = run("sim://room", [point("a.x", writable=True)])
        with pytest.raises(WriteError, match="device failure"):
            bus.write("a.x", 5)
        assert bank.words("holding", 0, 1) == (0,)


def test_a_value_that_reads_back_otherwise_is_an_error(run: Callable[..., Bus]) -> None:
    def deaf(n: int, slave: int, pdu: bytes) -> bytes:
        return registers(slave, pdu, 3) if pdu[0] == 3 else encode_frame(slave, pdu)

    with ScriptedSlave(deaf, "room"):
        bus = run("sim://room", [point("a.x", writable=True)])
        with pytest.raises(WriteError, match="reads back 3"):
            bus.write("a.x", 5)


@pytest.mark.parametrize(("name", "value"), [("a.x", 101), ("a.x", math.nan), ("a.read", 1), ("a.no", 1), ("a.y", -1)])
def test_a_write_that_cannot_be_meant_is_refused_at_once(run: Callable[..., Bus], name: str, value: float) -> None:
    with PtySlave(RegisterBank(1), "room"):
        bus = run("sim://room", [
            point("a.x", writable=True, valid=(0, 100)), point("a.y", 1, writable=True), point("a.read", 2),
        ])  # fmt: skip
        with pytest.raises(WriteError):
            bus.write(name, value)


def test_a_write_to_a_silent_slave_fails_by_its_deadline(run: Callable[..., Bus]) -> None:
    with ScriptedSlave(lambda n, slave, pdu: b"", "room"):
        bus = run("sim://room", [point("a.x", writable=True)], timeout_s=30.0)
        begun = time.monotonic()
        with pytest.raises(WriteError):
            bus.write("a.x", 1, deadline_s=0.3)
        assert time.monotonic() - begun < 5
        begun = time.monotonic()
        assert bus.stop(PATIENCE_S)
        assert time.monotonic() - begun < 5
        with pytest.raises(WriteError, match="does not run"):
            bus.write("a.x", 1)


def test_the_clock_gives_times_and_shortens_intervals(run: Callable[..., Bus], readings: Readings) -> None:
    clock = Clock(speed=100, origin=(time.time(), 1_000_000_000.0))
    with PtySlave(RegisterBank(1), "room"):
        run("sim://room", [point("a.x", interval_s=10.0)], clock=clock)
        readings.wait(lambda s: s.time > 1_000_000_050)
    times = [samples[0].time for samples in readings.lists if samples[0].quality is Quality.GOOD]
    gaps = sorted(b - a for a, b in pairwise(times))
    assert 5 < gaps[len(gaps) // 2] < 20


def test_modbus_tcp_survives_a_restart_of_the_device(run: Callable[..., Bus], readings: Readings) -> None:
    bank = RegisterBank(1)
    with TcpSlave(bank) as slave:
        number = slave.port
        bus = run(slave.address, [point("a.x", writable=True)], protocol="modbus-tcp", timeout_s=1.0)
        assert bus.write("a.x", 5).value == 5
        readings.wait(lambda s: s.value == 5)
    readings.wait(lambda s: s.reason == "port")
    with TcpSlave(bank, port=number):
        readings.wait(lambda s: s.value == 5, since=len(readings.lists))


def test_an_idle_bus_costs_nothing(run: Callable[..., Bus], readings: Readings) -> None:
    with PtySlave(RegisterBank(1), "room"):
        bus = run("sim://room", [point("a.x", interval_s=3600.0)])
        readings.wait(lambda s: s.quality is Quality.GOOD)
        begun = time.process_time()
        time.sleep(0.3)
        assert time.process_time() - begun < 0.1
        assert bus.status().slaves[1].requests == 1


def test_the_backoff_doubles_up_to_its_cap() -> None:
    backoff = link_state.Backoff(1.0, 30.0)
    assert [backoff.failed() for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]
    assert backoff.succeeded()
    assert not backoff.succeeded()


def test_a_name_is_served_once(sim_dir: Path) -> None:
    with PtySlave(RegisterBank(1), "room"), pytest.raises(DeviceError, match="another process"):
        PtySlave(RegisterBank(1), "room")
    assert not (sim_dir / "room").exists()


def test_a_slave_that_takes_only_short_requests_is_read_in_parts(run: Callable[..., Bus], readings: Readings) -> None:
    def short_sighted(n: int, slave: int, pdu: bytes) -> bytes:
        if int.from_bytes(pdu[3:5], "big") > 4:
            return encode_frame(slave, bytes([pdu[0] | 0x80, 3]))
        return registers(slave, pdu, int.from_bytes(pdu[1:3], "big"))

    with ScriptedSlave(short_sighted, "room"):
        run("sim://room", [point(f"a.p{i}", i) for i in range(20)])
        for i in range(20):
            readings.wait(lambda s, i=i: s.point == f"a.p{i}" and s.value == i)
    assert not [s for samples in readings.lists for s in samples if s.quality is not Quality.GOOD]
