"""The pump's physics against the affinity laws, energy, and what each fault does in a textbook."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.plant.design import DENSITY, GRAVITY, PumpDesign
from firmware_bridge.plant.hydraulics import SOUND, Condition, cavitation_at, operating_point, pump_head, shaft_kw
from firmware_bridge.plant.pump import Pump, Quantities, motor

DESIGN = PumpDesign()
NO_LIFT = replace(DESIGN, static_head=0.0, tank_head=0.0, strainer_loss=1e-9)
"""A circuit of friction alone, where the affinity laws hold for the operating point itself."""

speeds = st.floats(0.3, 1.2)
flows = st.floats(0.0, 30.0)


@given(flows, speeds)
def test_head_goes_with_the_square_and_power_with_the_cube_of_speed(flow: float, n: float) -> None:
    head = pump_head(DESIGN, flow, 1.0)
    assert pump_head(DESIGN, flow * n, n) == pytest.approx(head * n**2, rel=1e-9, abs=1e-9)
    expected = shaft_kw(DESIGN, flow, head, 1.0) * n**3
    assert shaft_kw(DESIGN, flow * n, head * n**2, n) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@given(speeds, st.floats(0.2, 1.5))
def test_where_there_is_only_friction_the_flow_goes_with_speed(n: float, demand: float) -> None:
    full, slow = operating_point(NO_LIFT, 1.0, demand), operating_point(NO_LIFT, n, demand)
    assert slow.flow == pytest.approx(full.flow * n, rel=1e-6)
    assert slow.head == pytest.approx(full.head * n**2, rel=1e-6)
    assert slow.shaft_kw == pytest.approx(full.shaft_kw * n**3, rel=1e-6)


def test_at_rated_speed_and_demand_it_stands_at_its_rated_point() -> None:
    point = operating_point(DESIGN, 1.0, 1.0)
    assert point.flow == pytest.approx(DESIGN.rated_flow, rel=1e-3)
    assert point.head == pytest.approx(DESIGN.rated_head, rel=1e-3)
    hydraulic = DENSITY * GRAVITY * point.flow / 3600 * point.head / 1000
    assert hydraulic / point.shaft_kw == pytest.approx(DESIGN.efficiency, rel=1e-3)


@given(speeds, st.floats(0.05, 2.0))
def test_the_operating_point_lies_on_the_pumps_curve_and_on_the_buildings(n: float, demand: float) -> None:
    point = operating_point(DESIGN, n, demand)
    if point.flow < 0.01:
        assert point.discharge <= DESIGN.static_head + 1e-3
        return
    assert point.head == pytest.approx(pump_head(DESIGN, point.flow, n), abs=1e-3)
    at_rated = (57.5 - DESIGN.static_head) * (point.flow / DESIGN.rated_flow / demand) ** 2
    assert point.discharge == pytest.approx(DESIGN.static_head + at_rated, abs=1e-3)


def test_too_slow_for_the_static_head_it_delivers_nothing() -> None:
    assert operating_point(DESIGN, 0.6, 1.0).flow == pytest.approx(0.0, abs=1e-3)


@given(speeds, st.floats(0.1, 1.5), st.floats(0.0, 1.0))
def test_no_fault_makes_energy(n: float, demand: float, severity: float) -> None:
    for name in ("bearing", "cavitation", "strainer", "dry", "leak"):
        point = operating_point(DESIGN, n, demand, Condition(**{name: severity}))
        hydraulic = DENSITY * GRAVITY * point.flow / 3600 * point.head / 1000
        assert 0 <= hydraulic <= point.shaft_kw + 1e-9
        assert all(math.isfinite(value) for value in point)


def test_the_motor_takes_more_than_the_shaft_gives_and_its_rated_current_at_rated_power() -> None:
    current, power = motor(DESIGN, DESIGN.motor_kw, 1.0)
    assert current == pytest.approx(DESIGN.rated_current)
    assert DESIGN.motor_kw / power == pytest.approx(0.891, abs=0.002)
    assert power * 1000 / (math.sqrt(3) * DESIGN.voltage * current) == pytest.approx(0.87, abs=0.01)
    assert motor(DESIGN, 0.0, 0.0) == (0.0, 0.0)


def settled(condition: Condition = SOUND, hz: float = 45.0, seconds: int = 600) -> Quantities:
    pump = Pump(DESIGN, hz, 0.8)
    for _ in range(seconds):
        last = pump.step(1.0, hz, 0.8, condition)
    return last


def moved(fault: Condition) -> dict[str, str]:
    """up, down or flat by quantity; flat is less than half a percent of the sound value."""
    sound, ill = settled()._asdict(), settled(fault)._asdict()
    return {
        name: "flat"
        if abs(ill[name] - sound[name]) < 0.005 * abs(sound[name])
        else "up"
        if ill[name] > sound[name]
        else "down"
        for name in sound
    }


TEXTBOOK = [
    ("bearing", "vibration up, bearing_temperature up, current up, flow flat, discharge_pressure flat"),
    ("cavitation", "flow down, discharge_pressure down, suction_pressure down, power down, vibration up"),
    ("strainer", "suction_pressure down, flow down, discharge_pressure down, power down, bearing_temperature flat"),
    ("dry", "flow down, discharge_pressure down, current down, power down, bearing_temperature up, vibration up"),
    ("leak", "flow up, discharge_pressure down, power up, current up, bearing_temperature flat"),
]


@pytest.mark.parametrize(("name", "expected"), TEXTBOOK, ids=[row[0] for row in TEXTBOOK])
@pytest.mark.parametrize("severity", [0.7, 1.0])
def test_a_fault_moves_what_a_textbook_names(name: str, expected: str, severity: float) -> None:
    found = moved(Condition(**{name: severity}))
    for quantity, way in (part.split() for part in expected.split(", ")):
        assert found[quantity] == way, quantity


@pytest.mark.parametrize("name", [row[0] for row in TEXTBOOK])
def test_a_worse_fault_moves_more(name: str) -> None:
    quantity = {"bearing": "vibration", "strainer": "suction_pressure"}.get(name, "discharge_pressure")
    sound = getattr(settled(), quantity)
    steps = [abs(getattr(settled(Condition(**{name: severity})), quantity) - sound) for severity in (0.2, 0.5, 0.8)]
    assert 0 < steps[0] < steps[1] < steps[2]


def test_a_blocked_strainer_ends_in_cavitation() -> None:
    blocked = operating_point(DESIGN, 1.0, 1.0, Condition(strainer=0.95))
    assert cavitation_at(DESIGN, blocked, 1.0) > 0
    assert cavitation_at(DESIGN, operating_point(DESIGN, 1.0, 1.0), 1.0) == 0
    assert settled(Condition(strainer=1.0), hz=50.0).vibration > 2 * settled(hz=50.0).vibration


def test_temperatures_follow_with_their_lags_and_cool_when_it_stands() -> None:
    pump = Pump(DESIGN, 45.0, 0.8)
    before = pump.step(0.1, 45.0, 0.8)
    worn = Condition(bearing=1.0)
    after = [pump.step(1.0, 45.0, 0.8, worn).bearing_temperature for _ in range(240)]
    # One time constant: 63 % of the way.
    assert (after[-1] - before.bearing_temperature) / (45 * 0.9) == pytest.approx(0.632, abs=0.02)
    for _ in range(20_000):
        stopped = pump.step(1.0, 0.0, 0.8)
    assert stopped.motor_temperature == pytest.approx(DESIGN.ambient_c, abs=0.1)
    assert (stopped.flow, stopped.current, stopped.vibration, stopped.running) == (0, 0, 0, 0)


def test_the_drive_ramps() -> None:
    pump = Pump(DESIGN, 0.0)
    seen = [pump.step(0.1, 50.0, 1.0).frequency for _ in range(60)]
    assert seen[0] == pytest.approx(1.0)
    assert seen[-1] == 50.0
    assert seen == sorted(seen)
