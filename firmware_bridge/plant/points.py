"""The register map of a pump's slave: which quantity lies where, with which resolution and noise."""

from __future__ import annotations

from dataclasses import dataclass

from firmware_bridge.modbus.address import ModbusAddress


@dataclass(frozen=True, slots=True)
class PlantPoint:
    """One register. span: of the sensor, in its unit. noise: standard deviation, in the unit, of a sound sensor.

    share: more noise, relative to the value. valid: physically possible range. limits: as gateway.toml has them.
    """

    id: str
    zh: str
    en: str
    unit: str
    brick: str
    address: ModbusAddress
    valid: tuple[float, float]
    noise: float = 0.0
    share: float = 0.0
    span: float = 0.0
    limits: str = ""
    writable: bool = False

    @property
    def is_sensor(self) -> bool:
        """Whether it can be stuck or drift."""
        return self.span > 0


def _input(address: int, scale: float = 1.0) -> ModbusAddress:
    return ModbusAddress(function="input", address=address, type="int16", scale=scale)


SPEED = PlantPoint(
    "speed", "频率给定", "Speed setpoint", "Hz", "Speed_Setpoint",
    ModbusAddress(function="holding", address=0, type="uint16", scale=0.01), (0, 50), writable=True,
)  # fmt: skip
RUN = PlantPoint(
    "run", "启停命令", "Run command", "", "Start_Stop_Command",
    ModbusAddress(function="holding", address=1, type="uint16"), (0, 1), writable=True,
)  # fmt: skip
READ: tuple[PlantPoint, ...] = (
    PlantPoint("running", "运行状态", "Running", "", "On_Off_Status", _input(0), (0, 1)),
    PlantPoint(
        "frequency", "运行频率", "Frequency", "Hz", "Motor_Speed_Sensor", _input(1, 0.01), (0, 60), 0.01, span=60
    ),
    PlantPoint(
        "flow", "出口流量", "Flow", "m3/h", "Water_Flow_Sensor", _input(2, 0.01), (-1, 60), 0.05, 0.006, span=40
    ),
    PlantPoint(
        "suction_pressure", "进口压力", "Suction pressure", "bar", "Suction_Pressure_Sensor",
        _input(3, 0.001), (-1.1, 6), 0.004, span=4,
    ),
    PlantPoint(
        "discharge_pressure", "出口压力", "Discharge pressure", "bar", "Discharge_Pressure_Sensor",
        _input(4, 0.001), (-1.1, 16), 0.015, span=10,
    ),
    PlantPoint(
        "current", "电机电流", "Motor current", "A", "Motor_Current_Sensor", _input(5, 0.01), (0, 60), 0.02, 0.004,
        span=20, limits="high = 11.5, high_high = 13, deadband = 0.3",
    ),
    PlantPoint(
        "power", "电功率", "Power", "kW", "Electric_Power_Sensor", _input(6, 0.01), (-1, 30), 0.01, 0.004, span=10
    ),
    PlantPoint(
        "vibration", "振动", "Vibration", "mm/s", "Vibration_Sensor", _input(7, 0.01), (0, 50), 0.02, 0.04,
        span=20, limits="high = 6.6, high_high = 9, deadband = 0.5",
    ),
    PlantPoint(
        "bearing_temperature", "轴承温度", "Bearing temperature", "°C", "Bearing_Temperature_Sensor",
        _input(8, 0.1), (-40, 200), 0.3, span=120, limits="high = 80, high_high = 95, deadband = 2",
    ),
    PlantPoint(
        "motor_temperature", "电机温度", "Motor temperature", "°C", "Motor_Temperature_Sensor",
        _input(9, 0.1), (-40, 200), 0.5, span=150, limits="high = 105, high_high = 120, deadband = 2",
    ),
)  # fmt: skip
"""In the order of their registers. Vibration limits: where zone D of ISO 10816-7, category I, begins, and beyond."""
POINTS = (*READ, SPEED, RUN)
SENSORS = tuple(point.id for point in READ if point.is_sensor)
