"""A pump room that runs by wall clock: pumps, their slaves on one pty, and the faults injected into them."""

from __future__ import annotations

import dataclasses
import logging
import threading
import time
from random import Random
from typing import Any

from firmware_bridge.modbus.address import Function as Table
from firmware_bridge.modbus.errors import CodecError
from firmware_bridge.modbus.server import PtySlave, RegisterBank
from firmware_bridge.modbus.values import encode_value
from firmware_bridge.plant.demand import Demand
from firmware_bridge.plant.design import PumpDesign
from firmware_bridge.plant.faults import Fault, FaultKind, PlantError, condition
from firmware_bridge.plant.points import READ, RUN, SENSORS, SPEED, PlantPoint
from firmware_bridge.plant.pump import Pump, Quantities

DT_S = 0.1
MAX_PUMPS = 32
MAX_FAULTS = 16
"""At once on one pump."""
_SPAN_DRIFT = 0.25
"""Share of its span by which a sensor of severity 1 is off."""
_CAVITATION_FLUTTER = {"flow": 0.06, "discharge_pressure": 0.03, "current": 0.04, "vibration": 0.25}
"""More noise, relative to the value, of a pump that cavitates fully (chosen)."""
_USUAL_HZ = 45.0
_LATE_S = 1.0
_BANK = 16

_log = logging.getLogger(__name__)


class PumpSlave:
    """One pump and the registers that show it. number: from 1, also the slave's address. hour: of the day at first."""

    def __init__(self, number: int, random: Random, hour: float) -> None:
        self.id = f"pump-{number}"
        self.faults: list[Fault] = []
        self.bank = RegisterBank(number, _BANK, self._may_write)
        self.bank.set(SPEED.address, _USUAL_HZ)
        self.bank.set(RUN.address, 1)
        self._random = random
        self._demand = Demand(random)
        self._pump = Pump(PumpDesign(), _USUAL_HZ, self._demand.step(0.0, hour))
        self._stuck: dict[str, int] = {}
        self.step(DT_S, hour, time.monotonic())

    def step(self, dt: float, hour: float, now: float) -> None:
        """Goes on by `dt` seconds. now: monotonic seconds, for the age of faults."""
        hz = self.bank.get(SPEED.address) if self.bank.get(RUN.address) else 0.0
        inside = condition(self.faults, now)
        true = self._pump.step(dt, hz, self._demand.step(dt, hour), inside)
        drift = {f.sensor: f.level(now) for f in self.faults if f.kind is FaultKind.DRIFTING_SENSOR}
        # All registers change at once, so that no reading mixes two moments.
        self.bank.set_words("input", 0, [self._shown(p, true, drift.get(p.id, 0.0), inside.cavitation) for p in READ])

    def _shown(self, point: PlantPoint, true: Quantities, drift: float, cavitation: float) -> int:
        if point.id in self._stuck:
            return self._stuck[point.id]
        value: float = getattr(true, point.id)
        share = point.share + cavitation * _CAVITATION_FLUTTER.get(point.id, 0.0)
        if true.running:
            value *= 1 + share * self._random.gauss(0, 1)
        value += point.noise * self._random.gauss(0, 1) + drift * _SPAN_DRIFT * point.span
        low, high = point.valid
        return encode_value(point.address, min(high, max(low, value)))[0]

    def inject(self, fault: Fault) -> None:
        """Adds a fault, in place of one of its kind at the same sensor. Raises PlantError."""
        if fault.sensor is not None and fault.sensor not in SENSORS:
            raise PlantError(f"{self.id} has no sensor {fault.sensor!r}.", f"Sensors: {', '.join(SENSORS)}.")
        kept = [other for other in self.faults if (other.kind, other.sensor) != (fault.kind, fault.sensor)]
        if len(kept) >= MAX_FAULTS:
            raise PlantError(f"{self.id} has {MAX_FAULTS} faults.", "Clear some first.")
        if fault.kind is FaultKind.STUCK_SENSOR and fault.sensor is not None:
            address = next(point.address.address for point in READ if point.id == fault.sensor)
            self._stuck[fault.sensor] = self.bank.words("input", address, 1)[0]
        self.faults = [*kept, fault]

    def clear(self) -> None:
        """Mends everything."""
        self.faults = []
        self._stuck = {}

    def values(self) -> dict[str, float]:
        """What a master would read, by point id."""
        return {point.id: round(self.bank.get(point.address), 4) for point in (*READ, SPEED, RUN)}

    def _may_write(self, table: Table, address: int, items: tuple[int, ...]) -> bool:
        for offset, item in enumerate(items):
            for point in (SPEED, RUN):
                if (table, address + offset) == ("holding", point.address.address):
                    low, high = point.valid
                    if not low <= item * point.address.scale <= high:
                        return False
        return True


class Plant:
    """Steps its pumps ten times a second while it serves them as sim://name. Use it in a `with`.

    hour: of the day at the start, 0 to 24. seed: the same seed gives the same noise. Raises PlantError for figures
    out of range, DeviceError when the name is taken.
    """

    def __init__(self, name: str, pumps: int = 2, seed: int = 1, hour: float = 14.0) -> None:
        if not 1 <= pumps <= MAX_PUMPS:
            raise PlantError(f"{pumps} pumps are not between 1 and {MAX_PUMPS}.")
        self.name, self.seed = name, seed
        self._hour = hour
        self._started = time.monotonic()
        self._lock = threading.Lock()
        self.pumps = [PumpSlave(number, Random(f"{seed}/{number}"), hour) for number in range(1, pumps + 1)]
        self._slave = PtySlave([pump.bank for pump in self.pumps], name)
        self.path = self._slave.path
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="plant", daemon=True)

    @property
    def hour(self) -> float:
        """Hour of the day in the plant."""
        return (self._hour + (time.monotonic() - self._started) / 3600) % 24

    def __enter__(self) -> Plant:
        self._slave.start()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(2.0)
        self._slave.stop()

    def inject(self, asset: str, fault: Fault) -> None:
        """Raises PlantError for a pump or a sensor that is not there."""
        pump = self._pump(asset)
        with self._lock:
            pump.inject(fault)

    def clear(self, asset: str | None = None) -> None:
        """Mends one pump, or all. Raises PlantError for a pump that is not there."""
        mended = self.pumps if asset is None else [self._pump(asset)]
        with self._lock:
            for pump in mended:
                pump.clear()

    def status(self) -> dict[str, Any]:
        """Everything about it, fit for JSON."""
        now = time.monotonic()
        with self._lock:
            pumps = [
                {
                    "id": pump.id,
                    "slave": pump.bank.slave,
                    "values": pump.values(),
                    "faults": [
                        {**dataclasses.asdict(fault), "since": now - fault.since, "level": round(fault.level(now), 4)}
                        for fault in pump.faults
                    ],
                }
                for pump in self.pumps
            ]
        uptime = now - self._started
        head = {"name": self.name, "port": f"sim://{self.name}", "pty": self.path, "seed": self.seed}
        return {**head, "hour": round(self.hour, 4), "uptime_s": round(uptime, 1), "pumps": pumps}

    def _pump(self, asset: str) -> PumpSlave:
        for pump in self.pumps:
            if pump.id == asset:
                return pump
        raise PlantError(f"There is no {asset!r}.", f"Pumps: {', '.join(pump.id for pump in self.pumps)}.")

    def _run(self) -> None:
        due = time.monotonic()
        while not self._stop.wait(max(0.0, due - time.monotonic())):
            now = time.monotonic()
            # After a pause of the machine the plant goes on from now and does not race to catch up.
            due = now + DT_S if now - due > _LATE_S else due + DT_S
            with self._lock:
                for pump in self.pumps:
                    try:
                        pump.step(DT_S, self.hour, now)
                    except CodecError as error:
                        _log.error("%s: %s", pump.id, error)
