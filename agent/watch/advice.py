"""What a technician should look at first, from what kind of asset alarms and which quantities went which way."""

from __future__ import annotations

import math
from dataclasses import dataclass

from agent.alarms.model import Alarm
from agent.config import Asset, Point
from agent.watch.finding import Contribution, Kind

_MOST = 3
"""Sentences of one advice."""
_GUILTY_SHARE = 0.1
"""A point that explains less does not name a cause. Chosen."""

_QUANTITIES = (
    ("vibration", ("vibration", "acceleration")),
    ("temperature", ("temperature", "temp")),
    ("suction", ("suction", "inlet", "entering_water_pressure")),
    ("pressure", ("pressure",)),
    ("flow", ("flow",)),
    ("current", ("current", "electric_power", "active_power", "power")),
    ("voltage", ("voltage",)),
    ("speed", ("speed", "frequency", "rpm")),
    ("level", ("level",)),
    ("humidity", ("humidity",)),
    ("gas", ("co2", "co_", "pm2", "pm10", "gas", "tvoc")),
)
"""Words of a Brick class or point id, first match counts."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """signs: guilty quantities with + (above expectation), - (below) or ? (either). equipment: in the Brick class."""

    signs: frozenset[str]
    equipment: str
    en: str
    zh: str


def _rule(signs: str, equipment: str, en: str, zh: str) -> _Rule:
    return _Rule(frozenset(signs.split()), equipment, en, zh)


_RULES = (
    _rule("flow- suction-", "pump",
          "Suction side: inlet valve fully open, strainer clean, water level above the pump.",
          "吸入侧：进口阀是否全开，过滤器是否堵塞，水位是否高于泵。"),
    _rule("flow- pressure- current-", "pump",
          "The pump moves little water: look for a dry run, air in the pump, a blocked strainer, a closed inlet valve.",
          "水泵出水不足：检查是否干转、泵内进气、过滤器堵塞或进口阀关闭。"),
    _rule("vibration+ temperature+", "pump",
          "Bearings: listen at both ends, feel the temperature, check grease and coupling alignment; plan the change.",
          "轴承：听两端异响，测温度，检查润滑和联轴器对中，安排更换。"),
    _rule("vibration+ suction-", "pump",
          "Cavitation: clean the strainer, open the inlet valve, check the water level; the pump rattles like gravel.",
          "汽蚀：清洗过滤器，开大进口阀，检查水位；汽蚀时泵内有砂石般的响声。"),
    _rule("vibration+ flow-", "pump",
          "Cavitation or something in the impeller: check strainer, inlet valve and water level, then the impeller.",
          "可能汽蚀或叶轮有异物：先查过滤器、进口阀和水位，再查叶轮。"),
    _rule("flow- pressure+", "",
          "The way out is narrowed: outlet valve, check valve, a blocked filter downstream.",
          "出口受阻：检查出口阀、止回阀和下游过滤器是否堵塞。"),
    _rule("flow+ pressure-", "",
          "Water goes where it should not: look for a burst or leaking pipe, an open drain or bypass valve.",
          "疑似漏水：检查管道破裂或渗漏，排水阀、旁通阀是否未关。"),
    _rule("flow- pressure-", "pump",
          "Less delivery than the speed should give: check strainer, inlet valve, leaking check valve, worn impeller.",
          "出力低于该转速应有的水平：检查过滤器、进口阀、止回阀内漏、叶轮磨损。"),
    _rule("current+ temperature+", "",
          "The motor works too hard: measure the current of all phases, look for a jammed rotor and blocked cooling.",
          "电机过载：测三相电流，检查转子卡滞、散热是否受阻。"),
    _rule("current+ flow-", "pump",
          "The pump turns heavily: something jams the impeller, or a bearing is seizing.",
          "水泵转动沉重：叶轮卡有异物或轴承将要抱死。"),
    _rule("vibration+", "",
          "Vibration: check bearings, coupling alignment, anchor bolts and balance.",
          "振动偏大：检查轴承、联轴器对中、地脚螺栓和动平衡。"),
    _rule("vibration-", "",
          "Vibration lower than ever: does the machine really run, does its vibration sensor still sit tight?",
          "振动异常偏低：确认设备是否真在运行，振动传感器是否松脱。"),
    _rule("suction-", "pump",
          "Suction pressure is low: strainer, inlet valve, water level or supply pressure.",
          "吸入压力偏低：检查过滤器、进口阀、水位或来水压力。"),
    _rule("temperature+", "",
          "It runs hot: check cooling, ventilation, lubrication and load.",
          "温度偏高：检查冷却、通风、润滑和负载。"),
    _rule("temperature-", "",
          "Colder than usual: check the heating, frost protection, and whether the machine runs at all.",
          "温度偏低：检查加热、防冻，以及设备是否在运行。"),
    _rule("current+", "",
          "Current is high: measure all phases, look for overload, a jam or low voltage.",
          "电流偏高：测各相电流，检查过载、卡滞或电压偏低。"),
    _rule("current-", "",
          "Current is low: check for a dry run, a broken coupling, a lost phase.",
          "电流偏低：检查是否空载、联轴器断开或缺相。"),
    _rule("pressure+", "",
          "Pressure is high: check closed valves downstream, the pressure setpoint, the pressure relief.",
          "压力偏高：检查下游阀门是否关闭、压力设定值、泄压阀。"),
    _rule("pressure-", "",
          "Pressure is low: check for leaks, open valves downstream, and whether the machine runs.",
          "压力偏低：检查是否漏水、下游阀门过开，以及设备是否在运行。"),
    _rule("flow-", "",
          "Flow is low: check valves, filters and whether the machine runs.",
          "流量偏低：检查阀门、过滤器，以及设备是否在运行。"),
    _rule("flow+", "",
          "Flow is high: look for a leak, an open bypass or unusual demand.",
          "流量偏高：检查是否漏水、旁通未关或用量异常。"),
    _rule("speed?", "",
          "Speed is unusual: check the drive's setpoint and its fault display.",
          "转速异常：检查变频器设定值和故障显示。"),
    _rule("voltage?", "",
          "Voltage is unusual: measure all phases at the supply, check fuses and the transformer tap.",
          "电压异常：在进线处测三相电压，检查熔断器和变压器分接头。"),
    _rule("level+", "",
          "Level is high: check the inlet valve, the float switch and whether the drain pump runs; it may overflow.",
          "液位偏高：检查进水阀、浮球开关、排水泵是否运行，谨防溢水。"),
    _rule("level-", "",
          "Level is low: stop pumps that would run dry, check supply and inlet valve, look for a leak.",
          "液位偏低：停止可能干转的水泵，检查来水和进水阀，查找漏点。"),
    _rule("humidity?", "",
          "Humidity is unusual: look for water, check ventilation and the dehumidifier.",
          "湿度异常：查看有无渗水，检查通风和除湿机。"),
    _rule("gas+", "",
          "Air: ventilate before you go in, then check fans and look for the source.",
          "空气质量异常：先通风再进入，检查风机并查找来源。"),
)  # fmt: skip

_BUS = (
    "Nothing comes from this line: check the converter's power, the cable (A and B, both ends) and the port's name.",
    "整条总线无数据：检查转换器供电、通信线（A、B 两端）和端口名称。",
)
_SLAVE = (
    "The device does not answer: check its power, its address and baud rate, and the wiring at its terminals.",
    "设备无应答：检查设备供电、从站地址与波特率、端子接线。",
)
_KINDS = {
    Kind.GAP: (
        "No usable value from {name}: check the sensor's cable and supply, and its register in gateway.toml.",
        "{name} 无有效数据：检查传感器接线和供电，以及 gateway.toml 中的寄存器配置。",
    ),
    Kind.STUCK: (
        "{name} does not move at all: compare with a gauge on site; the sensor or its input may be frozen.",
        "{name} 数值完全不变：与现场仪表比对，传感器或其输入可能已失效。",
    ),
    Kind.RATE: (
        "{name} jumps: check loose terminals, shielding and cable routing before you trust the value.",
        "{name} 数值跳变：先检查端子松动、屏蔽和走线，再判断数值真假。",
    ),
}
_GUILTY = (
    "Compare {names} with gauges on site; they are what differs most.",
    "将 {names} 与现场仪表比对，它们偏离最大。",
)
_EMERGENCY = (
    "Send somebody there now, and see that 119, 120 or 110 is called where it takes them; then acknowledge.",
    "立即派人到现场；需要时确认已拨打 119、120 或 110；然后确认报警。",
)
_REPORTED = (
    "Read what residents say, look into it on site, and tell them what is done.",
    "查看住户反映的内容，到现场核实，并答复处理结果。",
)
_LOOK = ("Look at the asset on site.", "到现场查看设备。")


def advice(asset: Asset | None, alarm: Alarm, language: str) -> str:
    """What to check, in `zh` or `en`: two or three sentences, the most specific first.

    asset: that of the alarm; None for an alarm of a bus or the desk.
    """
    chinese = int(language == "zh")
    if Kind.REPORT in alarm.kinds:
        return (_EMERGENCY if alarm.cause.split("/")[1:2] == ["emergency"] else _REPORTED)[chinese]
    if asset is None:
        return (_SLAVE if alarm.cause.count("/") > 1 else _BUS)[chinese]
    points = {f"{asset.id}.{point.id}": point for point in asset.points}
    guilty = [(points[part.point], part) for part in alarm.contributions if part.point in points]
    sentences = [
        _KINDS[kind][chinese].format(name=_name(guilty[0][0], language))
        for kind in alarm.kinds
        if kind in _KINDS and guilty
    ]
    if any(kind not in _KINDS for kind in alarm.kinds):
        signs = {_sign(*pair) for pair in guilty if pair[1].share >= _GUILTY_SHARE}
        sentences += [rule.zh if chinese else rule.en for rule in _fitting(asset, signs - {""})]
    if Kind.ANOMALY in alarm.kinds and guilty:
        separator = "、" if chinese else ", "
        names = separator.join(_name(point, language) for point, _ in guilty[:_MOST])
        sentences = [*sentences[: _MOST - 1], _GUILTY[chinese].format(names=names)]
    return ("" if chinese else " ").join(sentences[:_MOST] or [_LOOK[chinese]])


def _fitting(asset: Asset, signs: set[str]) -> list[_Rule]:
    """The rules all of whose signs are there; each sign is explained once, by the rule that explains most.

    What one sign alone would mean is left out beside a rule that explains several together.
    """
    either = signs | {sign[:-1] + "?" for sign in signs}
    equipment = asset.brick.lower()
    fitting = [rule for rule in _RULES if rule.signs <= either and rule.equipment in equipment]
    chosen: list[_Rule] = []
    explained: set[str] = set()
    for rule in sorted(fitting, key=lambda rule: -len(rule.signs)):
        if chosen and len(rule.signs) == 1 < len(chosen[0].signs):
            break
        if not rule.signs & explained:
            chosen.append(rule)
            explained |= rule.signs
    return chosen


def _sign(point: Point, part: Contribution) -> str:
    """Quantity and direction of a guilty point, e.g. `flow-`; empty where either is unknown."""
    words = f"{point.brick} {point.id}".lower()
    quantity = next((name for name, hints in _QUANTITIES if any(hint in words for hint in hints)), "")
    distance = part.value - part.expected
    if not quantity or not math.isfinite(distance) or distance == 0:
        return ""
    return f"{quantity}{'+' if distance > 0 else '-'}"


def _name(point: Point, language: str) -> str:
    return point.name.get(language) if point.name else point.id
