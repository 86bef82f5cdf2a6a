"""Points of a bus, the requests that read them, and the samples that come of an answer."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from firmware_bridge.modbus.address import ModbusAddress
from firmware_bridge.modbus.codec import Function, Request
from firmware_bridge.modbus.master import Exchange
from firmware_bridge.modbus.plan import READ_OF, plan
from firmware_bridge.modbus.values import decoder
from hal.sample import Quality, Sample

_NAN = math.nan


@dataclass(frozen=True, slots=True)
class BusPoint:
    """A point as its bus sees it.

    id: full id, `asset.point`. slave: 1 to 247. interval_s: seconds between readings. valid: physically possible range
    in the point's unit; what is outside becomes bad.
    """

    id: str
    slave: int
    address: ModbusAddress
    interval_s: float = 1.0
    valid: tuple[float, float] | None = None
    writable: bool = False


def reading(point: BusPoint, value: float, time: float) -> Sample:
    """The sample of a value that was read; bad, with value NaN, where it cannot be true."""
    if not math.isfinite(value):
        return Sample(point.id, time, _NAN, Quality.BAD, "not_a_number")
    if point.valid is not None and not point.valid[0] <= value <= point.valid[1]:
        return Sample(point.id, time, _NAN, Quality.BAD, "out_of_range")
    return Sample(point.id, time, value)


def failed(points: Sequence[BusPoint], time: float, reason: str) -> list[Sample]:
    """Bad samples of points that could not be read."""
    return [Sample(point.id, time, _NAN, Quality.BAD, reason) for point in points]


class Group:
    """The points that one request reads."""

    def __init__(self, points: Sequence[BusPoint], request: Request) -> None:
        self.points = tuple(points)
        self.slave = points[0].slave
        self.interval_s = points[0].interval_s
        self.exchange = Exchange(self.slave, request)
        self._decoders = [(point, decoder(point.address, request.address)) for point in points]

    def samples(self, items: Sequence[int], time: float) -> list[Sample]:
        """One sample a point, all of one time."""
        return [reading(point, float(decode(items)), time) for point, decode in self._decoders]

    def halves(self) -> list[Group]:
        """Two groups without gaps between their points; the group itself where it has one point."""
        middle = len(self.points) // 2
        if not middle:
            return [self]
        return [
            group for part in (self.points[:middle], self.points[middle:]) for group in _grouped(list(part), gaps=False)
        ]


def _grouped(points: list[BusPoint], gaps: bool) -> list[Group]:
    spans = plan([point.address for point in points], gaps)
    return [Group([points[i] for i in span.members], span.request) for span in spans]


def make_groups(points: Sequence[BusPoint]) -> list[Group]:
    """The fewest requests: points of one slave, interval and neighbourhood share one."""
    key: Callable[[BusPoint], tuple[int, float]] = lambda point: (point.slave, point.interval_s)  # noqa: E731
    groups: list[Group] = []
    for _, same in itertools.groupby(sorted(points, key=key), key):
        groups += _grouped(list(same), gaps=True)
    return groups


def read_of(point: BusPoint) -> Exchange:
    """The exchange that reads one point alone."""
    address = point.address
    return Exchange(point.slave, Request(READ_OF[address.function], address.address, address.words))


def write_of(point: BusPoint, items: tuple[int, ...]) -> Exchange:
    """The exchange that writes the items of one point."""
    if point.address.function == "coil":
        function = Function.WRITE_COIL
    else:
        function = Function.WRITE_REGISTER if len(items) == 1 else Function.WRITE_REGISTERS
    return Exchange(point.slave, Request(function, point.address.address, len(items), items))
