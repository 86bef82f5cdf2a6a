"""What a technician is told to check."""

from __future__ import annotations

from typing import Any

import pytest

from agent.alarms.model import Alarm, AlarmState
from agent.config import Asset
from agent.watch.advice import advice
from agent.watch.finding import Contribution, Kind, Priority

PUMP = Asset.model_validate(
    {
        "id": "pump-1",
        "name": {"zh": "1号泵", "en": "Pump 1"},
        "brick": "Water_Pump",
        "bus": "line",
        "points": [
            {"id": name, "brick": brick, "name": {"zh": zh, "en": en}, "modbus": {"function": "input", "address": n}}
            for n, (name, brick, zh, en) in enumerate(
                [
                    ("flow", "Water_Flow_Sensor", "流量", "flow"),
                    ("suction", "Pressure_Sensor", "进口压力", "suction pressure"),
                    ("outlet", "Discharge_Pressure_Sensor", "出口压力", "outlet pressure"),
                    ("amps", "Electric_Current_Sensor", "电流", "current"),
                    ("shake", "Vibration_Sensor", "振动", "vibration"),
                    ("bearing", "Bearing_Temperature_Sensor", "轴承温度", "bearing temperature"),
                    ("mystery", "Point", "未知量", "mystery"),
                ]
            )
        ],
    }
)


def alarm(*kinds: Kind, cause: str = "pump-1/process", **parts: float) -> Alarm:
    """parts: how far each guilty point is from its expectation of 10, the first one most guilty."""
    contributions = tuple(
        Contribution(f"pump-1.{name}", 0.9 / len(parts), 10 + off, 10.0) for name, off in parts.items()
    )
    state, high = AlarmState.UNACKNOWLEDGED, Priority.HIGH
    return Alarm(1, cause, "pump-1", state, high, True, 0.0, 0.0, kinds, contributions, 1.0, 1.0)


@pytest.mark.parametrize(
    ("parts", "english", "chinese"),
    [
        ({"shake": 4, "bearing": 9}, "Bearings", "轴承"),
        ({"shake": 4, "suction": -3}, "Cavitation", "汽蚀"),
        ({"flow": -4, "suction": -3}, "strainer", "过滤器"),
        ({"flow": -4, "outlet": -3, "amps": -2}, "dry run", "干转"),
        ({"flow": -4, "outlet": 3}, "outlet valve", "出口阀"),
        ({"flow": 4, "outlet": -3}, "leaking", "漏水"),
        ({"amps": 4, "bearing": 3}, "motor", "电机"),
        ({"mystery": 4}, "gauges on site", "现场仪表"),
    ],
)
def test_what_went_which_way_says_where_to_look(parts: dict[str, Any], english: str, chinese: str) -> None:
    found = alarm(Kind.ANOMALY, **parts)
    assert english in advice(PUMP, found, "en")
    assert chinese in advice(PUMP, found, "zh")


def test_the_most_guilty_points_are_named() -> None:
    text = advice(PUMP, alarm(Kind.ANOMALY, shake=4, flow=-2, mystery=1), "en")
    assert "vibration, flow, mystery" in text


def test_what_belongs_together_is_not_explained_apart() -> None:
    text = advice(PUMP, alarm(Kind.ANOMALY, shake=4, suction=-3, outlet=-2), "en")
    assert "Cavitation" in text
    assert "Pressure is low" not in text


def test_a_limit_is_explained_by_its_direction() -> None:
    assert "Flow is low" in advice(PUMP, alarm(Kind.LOW, flow=-4), "en")
    assert "温度偏高" in advice(PUMP, alarm(Kind.HIGH_HIGH, bearing=4), "zh")


@pytest.mark.parametrize(
    ("kind", "english", "chinese"),
    [(Kind.GAP, "No usable value from flow", "流量 无"), (Kind.STUCK, "flow does not move", "流量 数值完全不变"),
     (Kind.RATE, "flow jumps", "流量 数值跳变")],
)  # fmt: skip
def test_a_sensor_s_fault_is_sought_at_the_sensor(kind: Kind, english: str, chinese: str) -> None:
    found = alarm(kind, cause="pump-1/sensor/flow", flow=float("nan"))
    assert english in advice(PUMP, found, "en")
    assert chinese in advice(PUMP, found, "zh")


def test_a_silent_line_and_a_silent_device_are_told_apart() -> None:
    line, device = (advice(None, alarm(Kind.GAP, cause=cause), "en") for cause in ("bus/line", "bus/line/3"))
    assert "converter" in line
    assert "address and baud rate" in device


def test_a_report_of_an_emergency_sends_somebody_and_one_of_complaints_asks_to_look() -> None:
    emergency, complaints = (alarm(Kind.REPORT, cause=f"desk/{key}") for key in ("emergency/fire", "feedback/noise"))
    assert "Send somebody there now" in advice(None, emergency, "en")
    assert "立即派人" in advice(None, emergency, "zh")
    assert "what residents say" in advice(None, complaints, "en")
    assert "住户反映" in advice(None, complaints, "zh")


def test_there_is_always_something_to_do() -> None:
    for kind in Kind:
        for language in ("zh", "en"):
            assert advice(PUMP, alarm(kind), language)
            assert advice(PUMP, alarm(kind, mystery=3, bearing=1e-9), language)
