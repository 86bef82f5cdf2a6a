"""Faults that can be injected: what kinds there are, and how far one has developed."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from firmware_bridge.plant.hydraulics import Condition
from hal.errors import LouguanError


class PlantError(LouguanError):
    """The plant cannot do what it is asked."""


class FaultKind(StrEnum):
    BEARING_WEAR = "bearing-wear"
    CAVITATION = "cavitation"
    BLOCKED_STRAINER = "blocked-strainer"
    DRY_RUN = "dry-run"
    LEAKING_VALVE = "leaking-valve"
    STUCK_SENSOR = "stuck-sensor"
    DRIFTING_SENSOR = "drifting-sensor"

    @property
    def of_sensor(self) -> bool:
        return self in (FaultKind.STUCK_SENSOR, FaultKind.DRIFTING_SENSOR)


_FIELDS = {
    FaultKind.BEARING_WEAR: "bearing",
    FaultKind.CAVITATION: "cavitation",
    FaultKind.BLOCKED_STRAINER: "strainer",
    FaultKind.DRY_RUN: "dry",
    FaultKind.LEAKING_VALVE: "leak",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """severity: 0 to 1, reached in a straight line within ramp_s. sensor: id of the point that a sensor fault hits.

    since: monotonic seconds of the injection.
    """

    kind: FaultKind
    severity: float = 0.6
    ramp_s: float = 10.0
    sensor: str | None = None
    since: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        if not 0 < self.severity <= 1:
            raise PlantError(f"severity {self.severity:g} is not above 0 and at most 1.")
        if not 0 <= self.ramp_s <= 86_400:
            raise PlantError(f"ramp {self.ramp_s:g} s is not between 0 and a day.")
        if self.kind.of_sensor != (self.sensor is not None):
            need = "needs a sensor" if self.kind.of_sensor else "takes no sensor"
            raise PlantError(f"{self.kind} {need}.")

    def level(self, now: float) -> float:
        """How far it has developed, 0 to severity."""
        passed = max(0.0, now - self.since)
        return self.severity if passed >= self.ramp_s else self.severity * passed / self.ramp_s


def condition(faults: Iterable[Fault], now: float) -> Condition:
    """What the process faults among them make of a pump; the worst of a kind counts."""
    levels = dict.fromkeys(_FIELDS.values(), 0.0)
    for fault in faults:
        if name := _FIELDS.get(fault.kind):
            levels[name] = max(levels[name], fault.level(now))
    return Condition(**levels)
