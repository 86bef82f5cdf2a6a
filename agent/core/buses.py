"""The buses that gateway.toml describes, ready to start."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from agent import config
from firmware_bridge.bus import Bus, BusPoint
from hal.clock import Clock
from hal.sample import Sample
from hal.serial_port import open_port


def bus_points(gateway: config.Gateway, bus_id: str) -> list[BusPoint]:
    """What one bus has to read."""
    return [
        BusPoint(
            id=f"{asset.id}.{point.id}",
            slave=asset.slave,
            address=point.modbus,
            interval_s=point.interval_s,
            valid=point.valid,
            writable=point.writable,
        )
        for asset in gateway.assets
        if asset.bus == bus_id
        for point in asset.points
    ]


def make_buses(gateway: config.Gateway, on_samples: Callable[[list[Sample]], None], clock: Clock) -> dict[str, Bus]:
    """By bus id; a bus without points is left out."""
    buses: dict[str, Bus] = {}
    for bus in gateway.buses:
        points = bus_points(gateway, bus.id)
        if points:
            port = partial(open_port, bus.port, bus.baudrate, bus.parity, bus.stopbits)
            buses[bus.id] = Bus(
                bus.id, port, bus.protocol, points, on_samples, clock, timeout_s=bus.timeout_s, retries=bus.retries
            )
    return buses
