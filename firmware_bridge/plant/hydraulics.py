"""Where the pump's curve meets the building's, and what it takes to turn the shaft there. Pure functions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from firmware_bridge.plant.design import ATMOSPHERE_M, DENSITY, GRAVITY, VAPOUR_M, PumpDesign

_HALVINGS = 40
_NPSH_MARGIN_M = 0.5
"""Above NPSH required cavitation begins to be heard (chosen; NPSH3 is where head has already fallen by 3 %)."""
_NPSH_SPAN_M = 3.0
"""Further below, the pump cavitates fully (chosen)."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What is wrong inside the pump and its pipes, each 0 (sound) to 1 (as bad as it gets)."""

    bearing: float = 0.0
    """Raceway worn: vibration, heat, friction."""
    cavitation: float = 0.0
    """Vapour in the impeller eye: head and flow break down, everything flutters."""
    strainer: float = 0.0
    """1 blocks 92 % of the strainer's area."""
    dry: float = 0.0
    """Share of air in the casing."""
    leak: float = 0.0
    """Opening of a valve that should be closed, beside the way to the building."""


SOUND = Condition()


class OperatingPoint(NamedTuple):
    """flow: m3/h through the pump. suction, discharge: m of water, gauge, at the flanges. shaft_kw: power taken."""

    flow: float
    suction: float
    discharge: float
    shaft_kw: float

    @property
    def head(self) -> float:
        """m between the flanges."""
        return self.discharge - self.suction


def pump_head(design: PumpDesign, flow: float, n: float, condition: Condition = SOUND) -> float:
    """m at a flow in m3/h and a speed n relative to rated: n^2 H0 - a Q^2, so that flow ~ n means head ~ n^2."""
    return _shutoff(design, n, condition) - _curve(design, condition) * flow**2


def shaft_kw(design: PumpDesign, flow: float, head: float, n: float, condition: Condition = SOUND) -> float:
    """rho g Q H / efficiency, with efficiency a parabola over x = Q/(n Qr) that is 0 at x = 0: ~ n^3 along flow ~ n."""
    if n <= 0:
        return 0.0
    x = min(flow / (n * design.rated_flow), 1.9)
    at_best = design.efficiency * (1 - 0.15 * condition.cavitation)
    # Q / efficiency written so that it stays finite at no flow: Q / (best (2x - x^2)) = n Qr / (best (2 - x)).
    per_efficiency = n * design.rated_flow / 3600 / (at_best * (2 - x))
    hydraulic = DENSITY * GRAVITY * max(head, 0.0) * per_efficiency / 1000
    # Bearing and seal friction that remains when the casing holds air; chosen: 6 % of the motor, 5 % more if worn.
    friction = design.motor_kw * n**3 * (0.06 * condition.dry + 0.05 * condition.bearing)
    return hydraulic + friction


def operating_point(design: PumpDesign, n: float, demand: float, condition: Condition = SOUND) -> OperatingPoint:
    """Where pump and building agree. demand: how far taps are open, 1 gives rated flow at rated speed."""
    top = design.tank_head * (1 - condition.dry) + _shutoff(design, n, condition)
    inner = _curve(design, condition) + strainer_curve(design, condition)
    rated = design.tank_head + design.rated_head - design.strainer_loss
    pipe = (rated - design.static_head) / design.rated_flow**2 / max(demand, 0.01) ** 2
    # A fully open leak passes 60 % of rated flow at rated pressure (chosen).
    leak = 0.6 * condition.leak * design.rated_flow / math.sqrt(rated)

    def surplus(discharge: float) -> float:
        out = math.sqrt(max(0.0, discharge - design.static_head) / pipe) + leak * math.sqrt(max(0.0, discharge))
        return math.sqrt(max(0.0, top - discharge) / inner) - out

    low, high = 0.0, max(top, 0.0)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if surplus(middle) > 0 else (low, middle)
    discharge = (low + high) / 2
    flow = math.sqrt(max(0.0, top - discharge) / inner) if n > 0 else 0.0
    suction = design.tank_head * (1 - condition.dry) - strainer_curve(design, condition) * flow**2
    # Vapour stands at the suction flange as a lower pressure (chosen: 1.5 m when it cavitates fully).
    suction -= 1.5 * condition.cavitation * min(1.0, n)
    suction = max(suction, VAPOUR_M - ATMOSPHERE_M)
    return OperatingPoint(flow, suction, discharge, shaft_kw(design, flow, discharge - suction, n, condition))


def cavitation_at(design: PumpDesign, point: OperatingPoint, n: float) -> float:
    """How far the pump cavitates for want of suction head, 0 to 1."""
    if n <= 0 or point.flow <= 0:
        return 0.0
    available = ATMOSPHERE_M - VAPOUR_M + point.suction
    required = design.npsh_required * (n**2 + (point.flow / design.rated_flow) ** 2)
    return min(1.0, max(0.0, (required + _NPSH_MARGIN_M - available) / _NPSH_SPAN_M))


def strainer_curve(design: PumpDesign, condition: Condition) -> float:
    """m per (m3/h)2: loss goes with the inverse square of the free area."""
    return design.strainer_loss / design.rated_flow**2 / (1 - 0.92 * condition.strainer) ** 2


def _shutoff(design: PumpDesign, n: float, condition: Condition) -> float:
    # Chosen: a pump that cavitates fully loses a fifth of its head before the curve breaks off; air carries none.
    return design.shutoff_head * n**2 * (1 - 0.2 * condition.cavitation) * (1 - condition.dry)


def _curve(design: PumpDesign, condition: Condition) -> float:
    return design.curve * (1 + 2.0 * condition.cavitation)
