"""The plant from outside: registers on the line, commands, faults by the control socket."""

from __future__ import annotations

import itertools
import shutil
import socket
import statistics
import subprocess
import time
from collections.abc import Iterator
from random import Random

import pytest
from pymodbus.client import ModbusSerialClient

from firmware_bridge.plant.control import Control, NoPlantError, ask, control_path
from firmware_bridge.plant.demand import Demand, daily
from firmware_bridge.plant.faults import Fault, FaultKind, PlantError, condition
from firmware_bridge.plant.plant import Plant, PumpSlave
from firmware_bridge.plant.points import READ, RUN, SENSORS, SPEED
from firmware_bridge.plant.pump import Quantities
from hal.errors import DeviceError


@pytest.fixture
def plant() -> Iterator[Plant]:
    with Plant("room", pumps=2, seed=7) as made, Control(made):
        yield made


def until(look: object, deadline_s: float = 10.0) -> None:
    end = time.monotonic() + deadline_s
    while not look():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.02)


def test_registers_are_those_of_the_pumps_quantities() -> None:
    assert tuple(point.id for point in READ) == Quantities._fields
    assert [point.address.address for point in READ] == list(range(len(READ)))


def test_pymodbus_reads_both_slaves_and_commands_a_speed(plant: Plant) -> None:
    client = ModbusSerialClient(plant.path, baudrate=115200, timeout=3)
    assert client.connect()
    try:
        for slave in (1, 2):
            registers = client.read_input_registers(0, count=len(READ), device_id=slave).registers
            assert registers[0] == 1
            assert registers[1] / 100 == pytest.approx(45, abs=0.2)
            assert 5 < registers[2] / 100 < 20
        assert not client.write_register(0, 4000, device_id=1).isError()
        until(lambda: client.read_input_registers(1, count=1, device_id=1).registers[0] < 4010)
        assert client.write_register(0, 5100, device_id=1).isError()
        assert client.read_holding_registers(0, count=1, device_id=1).registers == [4000]
        assert not client.write_register(1, 0, device_id=2).isError()
        until(lambda: client.read_input_registers(1, count=1, device_id=2).registers[0] < 4000)
    finally:
        client.close()


@pytest.mark.skipif(shutil.which("mbpoll") is None, reason="mbpoll is missing")
def test_mbpoll_reads_a_pump(plant: Plant) -> None:
    shown = subprocess.run(
        ["mbpoll", "-1", "-m", "rtu", "-a2", "-b115200", "-Pnone", "-t3", "-r1", "-c10", plant.path],
        capture_output=True, text=True, timeout=20, check=False,
    )  # fmt: skip
    assert shown.returncode == 0, shown.stdout + shown.stderr
    values = [int(line.split()[1]) for line in shown.stdout.splitlines() if line.startswith("[")]
    assert len(values) == 10
    assert values[0] == 1
    assert values[1] / 100 == pytest.approx(45, abs=0.2)


def test_one_seed_gives_one_noise() -> None:
    def run(seed: int) -> list[float]:
        pump = PumpSlave(1, Random(seed), 14.0)
        seen = []
        for _ in range(50):
            pump.step(0.1, 14.0, 0.0)
            seen.append(pump.values()["flow"])
        return seen

    assert run(1) == run(1)
    assert run(1) != run(2)


def stepped(pump: PumpSlave, now: float, steps: int = 200) -> dict[str, list[float]]:
    seen: dict[str, list[float]] = {point.id: [] for point in READ}
    for _ in range(steps):
        pump.step(0.1, 14.0, now)
        for name in seen:
            seen[name].append(pump.values()[name])
    return seen


def test_a_stuck_sensor_stays_while_the_others_live() -> None:
    pump = PumpSlave(1, Random(1), 14.0)
    pump.inject(Fault(FaultKind.STUCK_SENSOR, sensor="flow"))
    seen = stepped(pump, time.monotonic())
    assert len(set(seen["flow"])) == 1
    assert len(set(seen["current"])) > 10
    pump.clear()
    assert len(set(stepped(pump, time.monotonic())["flow"])) > 10


def test_a_drifting_sensor_moves_alone_and_by_its_severity() -> None:
    pump = PumpSlave(1, Random(1), 14.0)
    sound = {name: statistics.fmean(values) for name, values in stepped(pump, 0.0).items()}
    pump.inject(Fault(FaultKind.DRIFTING_SENSOR, 0.8, 100.0, "discharge_pressure", since=0.0))
    half = {name: statistics.fmean(values) for name, values in stepped(pump, 50.0).items()}
    full = {name: statistics.fmean(values) for name, values in stepped(pump, 100.0).items()}
    assert half["discharge_pressure"] - sound["discharge_pressure"] == pytest.approx(1.0, abs=0.15)
    assert full["discharge_pressure"] - sound["discharge_pressure"] == pytest.approx(2.0, abs=0.15)
    assert full["current"] == pytest.approx(sound["current"], rel=0.05)


def test_cavitation_makes_readings_flutter() -> None:
    pump = PumpSlave(1, Random(1), 14.0)
    calm = statistics.stdev(stepped(pump, 0.0)["vibration"])
    pump.inject(Fault(FaultKind.CAVITATION, 1.0, 0.0, since=0.0))
    assert statistics.stdev(stepped(pump, 0.0)["vibration"]) > 3 * calm


def test_a_fault_grows_in_a_straight_line_and_the_worst_of_a_kind_counts() -> None:
    fault = Fault(FaultKind.LEAKING_VALVE, 0.8, 10.0, since=100.0)
    assert [fault.level(now) for now in (90.0, 100.0, 105.0, 110.0, 500.0)] == [0, 0, 0.4, 0.8, 0.8]
    worse = Fault(FaultKind.LEAKING_VALVE, 1.0, 0.0, since=100.0)
    assert condition([fault, worse], 105.0).leak == 1.0
    assert condition([fault], 105.0).cavitation == 0.0


WRONG = [
    ({"kind": "rust"}, "rust"),
    ({"kind": "dry-run", "severity": 0}, "severity"),
    ({"kind": "dry-run", "severity": 1.5}, "severity"),
    ({"kind": "dry-run", "ramp_s": -1}, "ramp"),
    ({"kind": "dry-run", "sensor": "flow"}, "takes no sensor"),
    ({"kind": "stuck-sensor"}, "needs a sensor"),
    ({"kind": "stuck-sensor", "sensor": "smell"}, "flow"),
    ({"kind": "stuck-sensor", "sensor": "running"}, "no sensor"),
    ({"kind": "dry-run", "asset": "pump-3"}, "pump-1, pump-2"),
    ({"kind": "dry-run", "severity": "bad"}, "not understood"),
    ({"kind": "dry-run", "colour": "red"}, "not understood"),
]


@pytest.mark.parametrize(("given", "said"), WRONG)
def test_a_wrong_fault_is_refused_and_said(plant: Plant, given: dict[str, object], said: str) -> None:
    with pytest.raises(PlantError, match=said):
        ask("room", "fault", **{"asset": "pump-1", **given})
    assert not any(pump["faults"] for pump in ask("room", "status")["pumps"])


def test_faults_come_and_go_by_the_socket(plant: Plant) -> None:
    for sensor in SENSORS[:2]:
        ask("room", "fault", asset="pump-2", kind="stuck-sensor", sensor=sensor)
    ask("room", "fault", asset="pump-2", kind="cavitation", severity=0.3, ramp_s=0)
    status = ask("room", "fault", asset="pump-2", kind="cavitation", severity=0.5, ramp_s=0)
    faults = {pump["id"]: pump["faults"] for pump in status["pumps"]}
    assert faults["pump-1"] == []
    assert [(f["kind"], f["sensor"]) for f in faults["pump-2"]] == [
        ("stuck-sensor", SENSORS[0]), ("stuck-sensor", SENSORS[1]), ("cavitation", None),
    ]  # fmt: skip
    assert faults["pump-2"][-1]["level"] == 0.5
    assert not any(pump["faults"] for pump in ask("room", "clear", asset="pump-2")["pumps"])
    assert status["port"] == "sim://room"
    assert set(status["pumps"][0]["values"]) == {point.id for point in (*READ, SPEED, RUN)}


@pytest.mark.parametrize(
    "sent", [b"[]\n", b"{}\n", b"\n", b"\xff\xfe\n", b'{"do": "dance"}\n', b"x" * 10_000, b"[" * 4000 + b"\n"]
)
def test_garbage_on_the_socket_is_answered_or_dropped_and_the_plant_goes_on(plant: Plant, sent: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(5)
        link.connect(str(control_path("room")))
        link.sendall(sent)
        link.shutdown(socket.SHUT_WR)
        try:
            answer = link.recv(4096)
        except ConnectionResetError:
            answer = b""
    assert answer == b"" or b'"ok": false' in answer
    assert ask("room", "status")["name"] == "room"


def test_without_a_plant_the_way_to_start_one_is_said() -> None:
    with pytest.raises(NoPlantError, match="louguan plant run --name attic"):
        ask("attic", "status")
    with pytest.raises(DeviceError, match="no name"):
        ask("../x", "status")


def test_a_name_is_served_once_and_free_again_afterwards(plant: Plant) -> None:
    with pytest.raises(DeviceError, match="served by another"):
        Plant("room")
    with Plant("cellar", pumps=1) as first, Control(first):
        assert ask("cellar", "status")["pty"] == first.path
    with pytest.raises(NoPlantError):
        ask("cellar", "status")
    with Plant("cellar", pumps=1) as second, Control(second):
        assert ask("cellar", "status")["pty"] == second.path


@pytest.mark.parametrize("pumps", [0, 33])
def test_an_impossible_number_of_pumps_is_refused(pumps: int) -> None:
    with pytest.raises(PlantError, match="between 1 and 32"):
        Plant("many", pumps)


def test_demand_has_a_quiet_night_two_peaks_and_flickers_around_the_mean() -> None:
    hours = [daily(minute / 60) for minute in range(24 * 60)]
    assert hours.index(min(hours)) / 60 < 5
    peaks = [h for h in range(1, 23) if daily(h) > daily(h - 1) and daily(h) > daily(h + 1)]
    assert {8, 20} <= set(peaks)
    assert max(abs(a - b) for a, b in itertools.pairwise(hours)) < 0.03
    demand = Demand(Random(3))
    seen = [demand.step(0.1, 14.0) for _ in range(20_000)]
    assert statistics.fmean(seen) == pytest.approx(daily(14.0), rel=0.03)
    assert statistics.stdev(seen) / daily(14.0) == pytest.approx(0.12, rel=0.2)
