"""gateway.toml as frozen models: what the box watches, how it alarms, and what it answers from."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from agent.watch.finding import Priority
from firmware_bridge.modbus.address import ModbusAddress

Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,47}$")]
Seconds = Annotated[float, Field(ge=0, le=31_622_400)]


def _priority(value: Any) -> Any:
    return Priority[value.upper()] if isinstance(value, str) and value.upper() in Priority.__members__ else value


PriorityName = Annotated[Priority, BeforeValidator(_priority)]
"""Written as a name: critical, high, medium, low."""


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{value!r} is not a time zone such as Asia/Shanghai") from error
    return value


class Model(BaseModel):
    """Frozen, and refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(Model):
    """A text that people read, in both languages; a missing one falls back to the other."""

    zh: str = ""
    en: str = ""

    @model_validator(mode="after")
    def _one_at_least(self) -> Text:
        if not (self.zh or self.en):
            raise ValueError("give zh or en, or both")
        return self

    def get(self, language: str) -> str:
        return (self.zh or self.en) if language == "zh" else (self.en or self.zh)


class Site(Model):
    id: Identifier = "site"
    name: Text
    timezone: Annotated[str, AfterValidator(_zone)] = "Asia/Shanghai"

    def now(self) -> datetime:
        """The site's wall clock, without a zone, as residents mean their times."""
        return datetime.now(ZoneInfo(self.timezone)).replace(tzinfo=None)


class Paths(Model):
    state: Path = Path("/var/lib/louguan")
    """History, alarms, learned baselines: what must survive."""
    run: Path = Path("/run/louguan")
    """Sockets; gone after a reboot."""


class Bus(Model):
    """One port and the protocol spoken on it."""

    id: Identifier
    port: str
    """/dev/serial/by-id/..., tcp://host:port, or sim://name (a pty that `louguan plant run --name` made)."""
    protocol: Literal["modbus-rtu", "modbus-tcp"] = "modbus-rtu"
    baudrate: int = Field(default=9600, ge=300, le=4_000_000)
    parity: Literal["N", "E", "O"] = "N"
    stopbits: Literal[1, 2] = 1
    timeout_s: float = Field(default=0.5, gt=0, le=30)
    """Deadline of one request."""
    retries: int = Field(default=1, ge=0, le=5)

    @model_validator(mode="after")
    def _port_fits(self) -> Bus:
        if not (self.port.startswith(("/dev/", "tcp://", "sim://")) or (self.port.startswith("COM"))):
            raise ValueError(f"port {self.port!r} is not /dev/..., tcp://host:port or sim://name")
        if self.protocol == "modbus-tcp" and not self.port.startswith("tcp://"):
            raise ValueError("modbus-tcp needs a tcp://host:port")
        return self


class Limits(Model):
    """Tier 0 limits of one point, in its unit. What is not given is not watched."""

    low_low: float | None = None
    low: float | None = None
    high: float | None = None
    high_high: float | None = None
    deadband: float = Field(default=0.0, ge=0)
    """How far back inside a limit the value must come before the condition clears."""
    rate_per_s: float | None = Field(default=None, gt=0)
    """Largest believable change in one second."""
    stuck_after_s: Seconds | None = Field(default=None, gt=0)
    """A value that has not changed at all for so long, while the asset runs, is stuck."""
    gap_after_s: Seconds | None = Field(default=None, gt=0)
    """No usable (good or uncertain) sample for so long is a gap; by default ten poll intervals, at least 10 s."""

    @model_validator(mode="after")
    def _ordered(self) -> Limits:
        given = [v for v in (self.low_low, self.low, self.high, self.high_high) if v is not None]
        if any(not math.isfinite(v) for v in given) or given != sorted(given):
            raise ValueError("limits must be finite and in order low_low <= low <= high <= high_high")
        below, above = [v for v in (self.low_low, self.low) if v is not None], [self.high, self.high_high]
        if below and any(v is not None and self.deadband > v - below[-1] for v in above):
            raise ValueError("deadband must not be wider than the distance between the low and the high limit")
        return self


class Point(Model):
    """A measured or commanded quantity of an asset."""

    id: Identifier
    name: Text | None = None
    brick: str = Field(default="Point", pattern=r"^[A-Z][A-Za-z0-9_]*$")
    """Brick class, e.g. Water_Flow_Sensor."""
    unit: str = Field(default="", max_length=16)
    modbus: ModbusAddress
    interval_s: float = Field(default=1.0, ge=0.05, le=86_400)
    writable: bool = False
    valid: tuple[float, float] | None = None
    """Physically possible range; a value outside it has bad quality, reason `out_of_range`."""
    limits: Limits = Limits()
    detect: bool = True
    """Whether the asset's multivariate detector looks at it."""

    @model_validator(mode="after")
    def _writable_place(self) -> Point:
        if self.writable and self.modbus.function not in ("coil", "holding"):
            raise ValueError(f"a {self.modbus.function} cannot be written: use a coil or a holding register")
        if self.valid is not None and not self.valid[0] < self.valid[1]:
            raise ValueError("valid must be [lowest, highest]")
        return self


class Detector(Model):
    """Tier 1, the learned baseline of one asset."""

    enabled: bool = True
    mode_point: Identifier | None = None
    """Point of the same asset whose rounded value is the operating mode (0 stopped, 1 running, ...)."""
    learn_rows: int = Field(default=14_400, ge=100, le=1_000_000)
    """Rows of each operating mode that make the baseline before it is used. Four hours at 1 Hz: equipment wanders
    further than minutes show, and a baseline of minutes takes that for a fault."""
    sensitivity: float = Field(default=1.0, gt=0.1, le=10)
    """Divides the shipped threshold: 2 alarms at half the score."""


class Asset(Model):
    """Equipment, and the slave of a bus that speaks for it."""

    id: Identifier
    name: Text
    brick: str = Field(default="Equipment", pattern=r"^[A-Z][A-Za-z0-9_]*$")
    location: str = ""
    bus: Identifier
    slave: int = Field(default=1, ge=1, le=247)
    priority: PriorityName = Priority.HIGH
    """Of its process alarms."""
    points: tuple[Point, ...] = Field(min_length=1, max_length=500)
    detector: Detector = Detector()


class Alarms(Model):
    """ISA-18.2 timing, for every alarm."""

    on_delay_s: Seconds = 5.0
    off_delay_s: Seconds = 30.0
    re_alarm_s: Seconds = 3600.0
    """An acknowledged alarm that is still active asks again after so long; 0 never."""
    latch: bool = False
    """Keep returned alarms until they are acknowledged and reset by hand."""
    max_shelve_s: Seconds = 86_400.0


class History(Model):
    max_mb: int = Field(default=512, ge=1, le=1_000_000)
    raw_days: float = Field(default=14, gt=0, le=3660)
    rollup_days: float = Field(default=730, gt=0, le=36600)


class Contact(Model):
    """The human whom the desk offers."""

    name: Text = Text(zh="物业服务中心", en="the property office")
    phone: str = ""


Hours = Annotated[float, Field(gt=0, le=8784)]


class Orders(Model):
    """Within how many hours an order of each priority is promised to be dealt with."""

    urgent_h: Hours = 0.5
    high_h: Hours = 4
    normal_h: Hours = 24
    low_h: Hours = 72

    @model_validator(mode="after")
    def _ordered(self) -> Orders:
        if not self.urgent_h <= self.high_h <= self.normal_h <= self.low_h:
            raise ValueError("the hours must be in order urgent_h <= high_h <= normal_h <= low_h")
        return self


class Desk(Model):
    enabled: bool = True
    knowledge: Path | None = None
    """Markdown file of questions and answers; the estate's sample when not given."""
    model: Path | None = None
    """Folder of the sentence encoder; the shipped one when not given."""
    threads: int = Field(default=1, ge=1, le=16)
    known_threshold: float | None = Field(default=None, gt=0, lt=1)
    """Below this probability the desk says that it does not know; the model card's when not given."""
    human: Contact = Contact()
    orders: Orders = Orders()


class Gateway(Model):
    """The whole of gateway.toml."""

    site: Site
    paths: Paths = Paths()
    buses: tuple[Bus, ...] = Field(default=(), max_length=64)
    assets: tuple[Asset, ...] = Field(default=(), max_length=1000)
    alarms: Alarms = Alarms()
    history: History = History()
    desk: Desk = Desk()

    @model_validator(mode="after")
    def _consistent(self) -> Gateway:
        for problem in inconsistencies(self.model_dump()):
            raise ValueError(problem.message)
        return self

    def point(self, full_id: str) -> tuple[Asset, Point] | None:
        """The asset and point behind `asset.point`."""
        asset_id, _, point_id = full_id.partition(".")
        for asset in self.assets:
            if asset.id == asset_id:
                for point in asset.points:
                    if point.id == point_id:
                        return asset, point
        return None


class Inconsistency(NamedTuple):
    """Two entries that do not fit together. path: of the guilty key; names: what `wrong` could have been."""

    path: tuple[str | int, ...]
    message: str
    wrong: str = ""
    names: tuple[str, ...] = ()


def inconsistencies(raw: dict[str, Any]) -> Iterator[Inconsistency]:
    """What the types alone cannot tell about a gateway as parsed from TOML; entries of a wrong type are skipped."""
    buses, assets = _tables(raw.get("buses")), _tables(raw.get("assets"))
    yield from _twice(("buses",), buses)
    yield from _twice(("assets",), assets)
    names = tuple(str(bus["id"]) for bus in buses if "id" in bus)
    ports: dict[str, str] = {}
    for number, bus in enumerate(buses):
        port = bus.get("port")
        if isinstance(port, str) and ports.setdefault(port, str(bus.get("id"))) != bus.get("id"):
            yield Inconsistency(("buses", number, "port"), f"{port!r} is the port of bus {ports[port]!r} already")
    for number, asset in enumerate(assets):
        here: tuple[str | int, ...] = ("assets", number)
        bus_id = asset.get("bus")
        if isinstance(bus_id, str) and bus_id not in names:
            yield Inconsistency((*here, "bus"), f"there is no bus {bus_id!r}", bus_id, names)
        points = _tables(asset.get("points"))
        yield from _twice((*here, "points"), points)
        detector = asset.get("detector")
        mode = detector.get("mode_point") if isinstance(detector, dict) else None
        known = tuple(str(point["id"]) for point in points if "id" in point)
        if isinstance(mode, str) and mode not in known:
            message = f"asset {asset.get('id')!r} has no point {mode!r}"
            yield Inconsistency((*here, "detector", "mode_point"), message, mode, known)


def _tables(value: Any) -> list[dict[str, Any]]:
    """Entries of a list of tables; what is no table keeps its place as an empty one."""
    entries = value if isinstance(value, list | tuple) else ()
    return [entry if isinstance(entry, dict) else {} for entry in entries]


def _twice(path: tuple[str | int, ...], entries: list[dict[str, Any]]) -> Iterator[Inconsistency]:
    seen: set[str] = set()
    for number, entry in enumerate(entries):
        name = entry.get("id")
        if isinstance(name, str) and name in seen:
            yield Inconsistency((*path, number, "id"), f"another of the {path[-1]} has the id {name!r}")
        elif isinstance(name, str):
            seen.add(name)
