"""Live facts, from a core that answers over a real Unix socket."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from agent.api.client import Client
from agent.desk.facts import DEADLINE_S, FRESH_S, Facts


def point(id: str, asset: str, brick: str, value: float | None, unit: str, **more: Any) -> dict[str, Any]:
    names = {"Temperature_Sensor": ("水温", "Water temperature"), "PM2.5_Sensor": ("PM2.5", "PM2.5")}
    zh, en = names.get(brick, (id, id))
    return {
        "id": f"{asset}.{id}", "asset": asset, "name": {"zh": zh, "en": en}, "brick": brick, "unit": unit,
        "value": value, "quality": "good", "age_s": 1.0,
    } | more  # fmt: skip


def asset(id: str, zh: str, en: str, brick: str) -> dict[str, Any]:
    return {"id": id, "name": {"zh": zh, "en": en}, "brick": brick, "location": ""}


class Core:
    """What the core would answer, changed by the tests."""

    def __init__(self) -> None:
        self.points = [
            point("temp", "pool", "Temperature_Sensor", 27.1, "°C"),
            point("pm25", "lobby", "PM2.5_Sensor", 35.0, "µg/m3"),
        ]
        self.assets = [
            asset("pool", "泳池", "Pool", "Swimming_Pool"),
            asset("lobby", "大堂", "Lobby", "Lobby"),
            asset("lift-1", "1号电梯", "Lift 1", "Elevator"),
            asset("lift-2", "2号电梯", "Lift 2", "Elevator"),
        ]
        self.alarms: list[dict[str, Any]] = []
        self.asked = 0


@pytest.fixture
def core() -> Core:
    return Core()


@pytest.fixture
def client(core: Core, tmp_path: Path) -> Iterator[Client]:
    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            core.asked += 1
            name = self.path.rpartition("/")[2]
            body = json.dumps({name: getattr(core, name)}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

        def address_string(self) -> str:
            return "unix"

    class Server(socketserver.ThreadingUnixStreamServer):
        daemon_threads = True

    path = tmp_path / "core.sock"
    with Server(str(path), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Client(path, DEADLINE_S * 4)
        server.shutdown()


@pytest.mark.parametrize(
    ("text", "intent", "language", "wanted"),
    [
        ("泳池水温多少度", "environment_query", "zh", "泳池水温现在是27.1 °C。"),
        ("how warm is the pool", "environment_query", "en", "Pool water temperature is 27.1 °C."),
        ("大堂PM2.5多少", "environment_query", "zh", "大堂PM2.5现在是35 µg/m3。"),
        ("lift two working?", "equipment_status", "en", "Lift 2 is running and has no alarm."),
        ("2号电梯好了吗", "equipment_status", "zh", "2号电梯运行正常，没有报警。"),
    ],
)
def test_what_is_measured_is_told(client: Client, text: str, intent: str, language: Any, wanted: str) -> None:
    assert Facts(client).answer(text, intent, language) == wanted


def test_a_lift_with_an_alarm_is_said_to_have_one_and_no_time_is_promised(core: Core, client: Client) -> None:
    core.alarms = [{"asset": "lift-2", "state": "acknowledged", "active": True, "since": 1_790_000_000.0}]
    told = Facts(client).answer("二号电梯什么时候能修好", "equipment_status", "zh")
    assert told is not None
    assert "报警" in told
    assert "恢复时间暂时没有通知" in told


def test_an_hour_is_told_as_the_clock_of_the_site_shows_it(core: Core, client: Client) -> None:
    core.alarms = [{"asset": "lift-2", "state": "acknowledged", "active": True, "since": 1_790_000_000.0}]
    told = [Facts(client, zone).answer("is lift 2 ok", "equipment_status", "en") for zone in ("UTC", "Asia/Shanghai")]
    assert ["14:13" in str(told[0]), "22:13" in str(told[1])] == [True, True]


def test_a_suppressed_lift_is_under_maintenance(core: Core, client: Client) -> None:
    core.alarms = [{"asset": "lift-2", "state": "suppressed", "active": False, "since": 0.0}]
    assert Facts(client).answer("is lift 2 ok", "equipment_status", "en") == "Lift 2 is out of service for maintenance."


def test_a_value_that_is_old_or_bad_is_not_told(core: Core, client: Client) -> None:
    core.points[0]["age_s"] = 3600.0
    core.points[1]["quality"] = "bad"
    facts = Facts(client)
    assert "没有读数" in str(facts.answer("泳池水温多少度", "environment_query", "zh"))
    assert "no current reading" in str(facts.answer("pm2.5 in the lobby", "environment_query", "en"))


@pytest.mark.parametrize("text", ["3号电梯好了吗", "喷泉怎么停了", "今天几号"])
def test_of_what_the_gateway_does_not_know_it_says_nothing(client: Client, text: str) -> None:
    assert Facts(client).answer(text, "equipment_status", "zh") is None


def test_other_intents_are_no_business_of_the_sensors(client: Client, core: Core) -> None:
    assert Facts(client).answer("泳池水温多少度", "facility_booking", "zh") is None
    assert core.asked == 0


def test_the_core_is_asked_seldom(core: Core, client: Client) -> None:
    now = [0.0]
    facts = Facts(client, monotonic=lambda: now[0])
    for _ in range(5):
        facts.answer("泳池水温多少度", "environment_query", "zh")
    assert core.asked == 3
    now[0] += FRESH_S
    facts.answer("泳池水温多少度", "environment_query", "zh")
    assert core.asked == 6


def test_without_a_core_there_are_no_facts(tmp_path: Path) -> None:
    assert Facts(Client(tmp_path / "none.sock", 0.2)).answer("泳池水温多少度", "environment_query", "zh") is None
    assert Facts(None).answer("泳池水温多少度", "environment_query", "zh") is None
