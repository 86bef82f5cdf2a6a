"""Live facts for residents: what the gateway's own points and alarms say about air, water and equipment right now."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from agent.api.client import Client, RefusedError, UnreachableError
from agent.desk.patterns import any_of
from models.language.detect import Language

FRESH_S: Final = 2.0
"""How long what the core said is used again."""
DEADLINE_S: Final = 0.5
STALE_S: Final = 900.0
"""A value older than this is no fact any more."""
TOLD: Final = 3
"""Facts in one answer; more cannot be kept in mind when heard."""
TRIED: Final = 5.0
"""Seconds without asking a core that did not answer."""


class Kind(NamedTuple):
    """A quantity or sort of equipment: the words for it, and what its Brick class contains."""

    words: re.Pattern[str]
    brick: re.Pattern[str]


QUANTITIES: Final = (
    Kind(any_of("pm ?2[.点]?5", "pm 2 point 5", "雾霾", "颗粒物"), any_of("PM2", "Particulate")),
    Kind(
        any_of("空气质量", "空气怎么样", "空气好", r"\bair quality\b"),
        any_of("PM2", "Particulate", "CO2", "Air_Quality"),
    ),
    Kind(any_of("二氧化碳", r"\bco2\b", "carbon dioxide", "闷不闷"), any_of("CO2")),
    Kind(any_of("湿度", "潮不潮", r"\bhumid(ity)?\b", r"\bdamp\b"), any_of("Humidity")),
    Kind(any_of("水压", "压力", r"\bpressure\b"), any_of("Pressure")),
    Kind(any_of("噪音", "分贝", r"\bnoise level\b", r"\bdecibels?\b"), any_of("Noise", "Sound")),
    Kind(any_of("水位", r"\bwater level\b"), any_of("Level")),
    Kind(
        any_of(
            "温度", "水温", "几度", "多少度", "冷不冷", "热不热", "暖和",
            r"\btemp(erature)?\b", r"\bhow (warm|cold|hot|cool)\b", r"\bdegrees?\b",
        ),
        any_of("Temperature"),
    ),
)  # fmt: skip
EQUIPMENT: Final = (
    Kind(any_of("电梯", "升降机", r"\blifts?\b", r"\belevators?\b"), any_of("Elevator", "Lift")),
    Kind(any_of("水泵", "泵房", "加压泵", r"\bpumps?\b"), any_of("Pump")),
    Kind(
        any_of("空调", "新风", "风机", r"\bair ?con\w*\b", r"\bac\b", "ventilation", "air handler"),
        any_of("AHU", "Air_Handler", "HVAC", "Fan", "Chiller"),
    ),
    Kind(
        any_of("锅炉", "暖气", "供暖", "地暖", "热水", r"\bboilers?\b", r"\bheating\b", "hot water"),
        any_of("Boiler", "Heat", "Hot_Water"),
    ),
    Kind(any_of("泳池", "游泳池", r"\bpool\b"), any_of("Pool")),
    Kind(any_of("充电桩", r"\bcharg(er|ing)\b"), any_of("Charg")),
    Kind(any_of("道闸", "车库门", "大门", r"\bbarrier\b", r"\bgates?\b"), any_of("Gate", "Barrier", "Door")),
    Kind(any_of("喷泉", r"\bfountain\b"), any_of("Fountain")),
)  # fmt: skip

_NUMBER: Final = re.compile(r"\d+|[一二两三四五六七八九十]|\b(?:one|two|three|four|five|six)\b", re.ASCII)
_VALUE: Final = {c: str(i) for i, c in enumerate("零一二三四五六七八九")} | {"两": "2", "十": "10"} | {
    word: str(i) for i, word in enumerate(("one", "two", "three", "four", "five", "six"), 1)
}  # fmt: skip
PHRASES: Final[dict[str, tuple[str, str]]] = {
    "value": ("{name} is {value}", "{name}现在是{value}"),
    "fine": ("{name} is running and has no alarm", "{name}运行正常，没有报警"),
    "alarm": (
        "{name} has had an alarm since {since}; the technicians have it on their screen",
        "{name}从{since}起有报警，值班人员的屏幕上已显示",
    ),
    "service": ("{name} is out of service for maintenance", "{name}正在停用检修"),
    "silent": ("{name} gives no current reading", "{name}暂时没有读数"),
    "when": (" I have no time yet for when it is back.", "恢复时间暂时没有通知。"),
    "join": ("; ", "；"),
    "end": (".", "。"),
}  # fmt: skip
_WHEN: Final = any_of("什么时候", "几点", "多久", "何时", r"\bwhen\b", r"\bhow long\b")


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the core said last."""

    points: list[dict[str, Any]]
    assets: dict[str, dict[str, Any]]
    alarms: list[dict[str, Any]]


class Facts:
    """Asks the core, seldom and briefly; without one there are no facts."""

    def __init__(
        self,
        client: Client | None,
        timezone: str = "Asia/Shanghai",
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """timezone: in which an hour is told."""
        self._client, self._zone, self._monotonic = client, ZoneInfo(timezone), monotonic
        self._seen: _Seen | None = None
        self._next = 0.0

    def answer(self, text: str, intent: str, spoken: Language) -> str | None:
        """What is measured of what a resident asks about; None where the gateway knows nothing of it."""
        if intent not in ("environment_query", "equipment_status"):
            return None
        seen = self._look()
        if seen is None:
            return None
        told, troubled = _values(seen, text, spoken), False
        if not told and intent == "equipment_status":
            states = _states(seen, text, spoken, self._zone)
            told, troubled = [said for said, _ in states], any(down for _, down in states)
        if not told:
            return None
        zh = spoken == "zh"
        wait = PHRASES["when"][zh] if troubled and _WHEN.search(text) else ""
        return PHRASES["join"][zh].join(told) + PHRASES["end"][zh] + wait

    def _look(self) -> _Seen | None:
        now = self._monotonic()
        if self._client is None or now < self._next:
            return self._seen
        try:
            points = self._client.get("/v1/points")["points"]
            assets = {asset["id"]: asset for asset in self._client.get("/v1/assets")["assets"]}
            self._seen = _Seen(points, assets, self._client.get("/v1/alarms")["alarms"])
            self._next = now + FRESH_S
        except (UnreachableError, RefusedError, KeyError, TypeError):
            self._seen = None
            self._next = now + TRIED
        return self._seen


def _values(seen: _Seen, text: str, spoken: Language) -> list[str]:
    kind = next((kind for kind in QUANTITIES if kind.words.search(text)), None)
    if kind is None:
        return []
    fitting = [point for point in seen.points if kind.brick.search(point["brick"])]
    best = _nearest(fitting, text, lambda point: _names(point, seen.assets.get(point["asset"])))
    return [_value(point, seen.assets.get(point["asset"]), spoken) for point in best[:TOLD]]


def _states(seen: _Seen, text: str, spoken: Language, zone: ZoneInfo) -> list[tuple[str, bool]]:
    """What is said of each, and whether it is down."""
    kind = next((kind for kind in EQUIPMENT if kind.words.search(text)), None)
    if kind is None:
        return []
    fitting = [asset for asset in seen.assets.values() if kind.brick.search(asset["brick"])]
    best = _nearest(fitting, text, lambda asset: _names(asset, None))
    return [_state(asset, seen.alarms, spoken, zone) for asset in best[:TOLD]]


def _nearest(
    things: Sequence[dict[str, Any]], text: str, names: Callable[[dict[str, Any]], str]
) -> list[dict[str, Any]]:
    """Those whose names share most with the text; a number in the text must be theirs."""
    wanted = _numbers(text)
    scored = []
    for thing in things:
        name = names(thing)
        if wanted and not wanted & _numbers(name):
            continue
        grams = {name[i : i + 2] for i in range(len(name) - 1)}
        words = set(re.findall(r"[a-z]{3,}", name, re.ASCII))
        scored.append(
            (sum(gram in text for gram in grams if not gram.isascii()) + sum(w in text.lower() for w in words), thing)
        )
    if not scored:
        return []
    most = max(score for score, _ in scored)
    return [thing for score, thing in scored if score == most]


def _numbers(text: str) -> set[str]:
    return {_VALUE.get(found, found.lstrip("0") or "0") for found in _NUMBER.findall(text.lower().replace("pm2.5", ""))}


def _names(thing: dict[str, Any], asset: dict[str, Any] | None) -> str:
    parts = [thing["name"]["zh"], thing["name"]["en"].lower()]
    for owner in (asset, thing):
        if owner and "location" in owner:
            parts += [owner["location"].lower(), owner["name"]["zh"], owner["name"]["en"].lower()]
    return " ".join(parts)


def _value(point: dict[str, Any], asset: dict[str, Any] | None, spoken: Language) -> str:
    zh = spoken == "zh"
    name = point["name"][spoken]
    if asset and asset["name"][spoken].lower() not in name.lower():
        name = f"{asset['name'][spoken]}{'' if zh else ' '}{name if zh else name[:1].lower() + name[1:]}"
    if point["value"] is None or point["quality"] not in ("good", "uncertain") or (point["age_s"] or 0) > STALE_S:
        return PHRASES["silent"][zh].format(name=name)
    return PHRASES["value"][zh].format(name=name, value=f"{point['value']:.4g} {point['unit']}".strip())


def _state(
    asset: dict[str, Any], alarms: Sequence[dict[str, Any]], spoken: Language, zone: ZoneInfo
) -> tuple[str, bool]:
    zh, name = spoken == "zh", asset["name"][spoken]
    own = [alarm for alarm in alarms if alarm["asset"] == asset["id"]]
    if any(alarm["state"] in ("suppressed", "out_of_service") for alarm in own):
        return PHRASES["service"][zh].format(name=name), True
    if active := [alarm for alarm in own if alarm["active"]]:
        since = datetime.fromtimestamp(min(alarm["since"] for alarm in active), zone).strftime("%H:%M")
        return PHRASES["alarm"][zh].format(name=name, since=since), True
    return PHRASES["fine"][zh].format(name=name), False
