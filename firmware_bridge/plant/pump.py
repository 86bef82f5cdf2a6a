"""One pump set in time: speed ramp, hydraulics, current, heat and vibration. True values; sensors add their noise."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

from firmware_bridge.plant.design import METRES_PER_BAR, PumpDesign
from firmware_bridge.plant.hydraulics import SOUND, Condition, OperatingPoint, cavitation_at, operating_point

_VAPOUR_LAG_S = 1.0
"""Vapour builds up and collapses within about a second (chosen)."""


class Quantities(NamedTuple):
    """What a perfect instrument would show; the field names are the ids of the points."""

    running: float
    """1 while the shaft turns."""
    frequency: float
    """Hz at the motor."""
    flow: float
    """m3/h through the pump."""
    suction_pressure: float
    """bar, gauge."""
    discharge_pressure: float
    """bar, gauge."""
    current: float
    """A."""
    power: float
    """kW from the mains."""
    vibration: float
    """mm/s RMS at the drive-end bearing."""
    bearing_temperature: float
    """degrees C."""
    motor_temperature: float
    """degrees C, winding."""


def motor(design: PumpDesign, shaft_kw: float, n: float) -> tuple[float, float]:
    """(current in A, power in kW) of the motor for a shaft power at a speed n relative to rated."""
    if n <= 0:
        return 0.0, 0.0
    torque = shaft_kw / n / design.motor_kw
    power = shaft_kw + design.fixed_loss_kw * n + design.copper_loss_kw * torque**2
    active = power * 1000 / (math.sqrt(3) * design.voltage * n)
    return math.hypot(active, design.magnetising_current), power


def vibration(design: PumpDesign, point: OperatingPoint, n: float, condition: Condition) -> float:
    """mm/s RMS: independent sources add by their squares. Worn bearing, vapour, dry seal: chosen to end in zone D."""
    off_design = abs(1 - point.flow / (n * design.rated_flow)) if n > 0 else 0.0
    sources = (
        design.unbalance_mm_s * n**2,
        design.off_design_mm_s * off_design * n**2,
        8.0 * condition.bearing * n,
        7.0 * condition.cavitation * n**2,
        5.0 * condition.dry * n,
    )
    return math.hypot(*sources)


class Pump:
    """Starts at rest or, warm, as if it had run for hours with this demand."""

    def __init__(self, design: PumpDesign, hz: float = 0.0, demand: float = 1.0) -> None:
        self._design = design
        self._hz = hz
        self._vapour = 0.0
        self._bearing = self._motor = design.ambient_c
        if hz > 0:
            self._bearing, self._motor = self._steady_heat(self._point(demand, SOUND), SOUND)

    def step(self, dt: float, hz: float, demand: float, condition: Condition = SOUND) -> Quantities:
        """Values after `dt` seconds with the drive commanded to `hz`."""
        design = self._design
        most = design.ramp_hz_s * dt
        self._hz += min(most, max(-most, hz - self._hz))
        n = self._hz / design.rated_hz
        vapour = max(condition.cavitation, self._vapour)
        condition = replace(condition, cavitation=vapour)
        point = self._point(demand, condition)
        starved = cavitation_at(design, self._point(demand, replace(condition, cavitation=0.0)), n)
        self._vapour += (starved - self._vapour) * (1 - math.exp(-dt / _VAPOUR_LAG_S))
        current, power = motor(design, point.shaft_kw, n)
        bearing, winding = self._steady_heat(point, condition)
        self._bearing += (bearing - self._bearing) * (1 - math.exp(-dt / design.bearing_lag_s))
        self._motor += (winding - self._motor) * (1 - math.exp(-dt / design.motor_lag_s))
        return Quantities(
            running=float(n > 0),
            frequency=self._hz,
            flow=point.flow,
            suction_pressure=point.suction / METRES_PER_BAR,
            discharge_pressure=point.discharge / METRES_PER_BAR,
            current=current,
            power=power,
            vibration=vibration(design, point, n, condition),
            bearing_temperature=self._bearing,
            motor_temperature=self._motor,
        )

    def _point(self, demand: float, condition: Condition) -> OperatingPoint:
        return operating_point(self._design, self._hz / self._design.rated_hz, demand, condition)

    def _steady_heat(self, point: OperatingPoint, condition: Condition) -> tuple[float, float]:
        design = self._design
        n = self._hz / design.rated_hz
        # Chosen: a worn bearing ends 45 K hotter, a seal without water 40 K.
        bearing = (
            design.ambient_c + design.bearing_rise_k * n + (45 * condition.bearing + 40 * condition.dry) * min(n, 1)
        )
        current, _ = motor(design, point.shaft_kw, n)
        return bearing, design.ambient_c + design.motor_rise_k * (current / design.rated_current) ** 2
