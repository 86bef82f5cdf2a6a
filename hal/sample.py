"""One value of one point: what every device, bus and protocol yields."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Quality(StrEnum):
    """Severity part of an OPC UA status code (OPC UA Part 8, 5.3)."""

    GOOD = "good"
    UNCERTAIN = "uncertain"
    BAD = "bad"


class Sample(NamedTuple):
    """A value of a point at a time.

    point: full point id, `asset.point`. time: Unix seconds, UTC. value: in the point's unit, NaN where quality is bad.
    reason: why quality is not good, a short English token such as `timeout`, `crc`, `out_of_range`; empty when good.
    """

    point: str
    time: float
    value: float
    quality: Quality = Quality.GOOD
    reason: str = ""
