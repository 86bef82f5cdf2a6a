"""What kind of work an order is, how urgent, and when it is due."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Final, Literal

from agent import config
from agent.desk.patterns import any_of
from models.language.understanding import Value

Priority = Literal["low", "normal", "high", "urgent"]
PRIORITIES: Final[tuple[Priority, ...]] = ("low", "normal", "high", "urgent")
PARTS_OF_DAY: Final = {"morning": 9, "noon": 12, "afternoon": 14, "evening": 19, "night": 21}
"""The hour at which each begins."""
_CLOSING = time(18)
"""Of a day that was named without an hour."""


_OBJECTS: Final = (
    ("lift", any_of("电梯(?!口|厅|间|旁|门口)", "梯厢", r"\b(lift|elevator)s?\b")),
    (
        "heating_cooling",
        any_of(
            "空调", "暖气", "地暖", "供暖", "锅炉", "新风", "热水器",
            r"\b(heat\w*|radiator|boiler|air ?con\w*|a/?c)\b",
        ),
    ),
    (
        "plumbing",
        any_of(
            "水管", "水龙头", "龙头", "马桶", "下水", "地漏", "水槽", "水池", "花洒", "漏水", "渗水", "堵", "没水",
            "热水",             r"\b(pipes?|taps?|faucets?|toilets?|drains?|sinks?|showers?|plumbing|leak\w*|water)\b",
        ),
    ),
    (
        "electrical",
        any_of(
            "插座", "开关", "电闸", "跳闸", "没电", "停电", "电线", "灯", "电表",
            r"\b(lights?|lamps?|sockets?|outlets?|switch\w*|breakers?|power|wiring|electric\w*|bulbs?)\b",
        ),
    ),
    ("appliance", any_of("洗衣机", "冰箱", "油烟机", "灶", r"\b(fridge|washer|washing machine|oven|hob|stove)\b")),
    ("doors", any_of("门", "锁", "窗", "闸机", r"\b(doors?|locks?|locked|windows?|gates?|intercom|keys?)\b")),
    ("parking", any_of("车位", "道闸", "停车", "充电桩", r"\b(parking|bays?|barrier|charg(er|ing))\b")),
    ("noise", any_of("吵", "噪音", "噪声", "音乐", r"\b(nois\w*|loud|music|shout\w*|bark\w*)\b")),
    ("cleaning", any_of("垃圾", "脏", "臭", "卫生", r"\b(rubbish|trash|garbage|dirty|smell\w*|clean\w*|filthy)\b")),
    ("security", any_of("保安", "陌生人", "监控", "小偷", r"\b(security|guards?|strangers?|cameras?|theft|stolen)\b")),
    (
        "public_area",
        any_of("大堂", "走廊", "楼道", "楼梯", "花园", "路面",
               r"\b(lobby|corridor|hall\w*|stair\w*|garden|path|road)\b"),
    ),
)  # fmt: skip
_NO_THING = any_of(
    "漏水|渗水|堵|没水|热水|没电|停电|跳闸|吵|噪|音乐|垃圾|脏|臭|卫生|下水$|大堂|走廊|楼道|楼梯|花园|停车|小偷|陌生人",
    r"\b(leak\w*|water|power|nois\w*|loud|music|shout\w*|dirty|smell\w*|clean\w*|filthy|locked|electric\w*)\b",
    r"\b(lobby|corridor|hall\w*|garden|heat\w*|parking|stolen|theft|plumbing|wiring)\b",
)  # fmt: skip
"""Of those words, the ones that name no thing to mend."""
_FAULT = any_of(
    "坏了", "坏掉", "又坏", "不亮", "不(排水|下水|出水|加热|通电|工作|响)", "跳闸", "不制冷", "不热", "不冷",
    "失灵", "没反应",
    "[打刷开关按锁]不[开上了动]", "漏水", "堵了", "不转", "不动了",
    "爆", "喷水", r"\b(burst\w*|gushing|broken|out of order|leak\w*|stuck|faulty|blocked|clogged)\b",
    r"\b(isn't|is not|aren't|not|stopped|doesn't|does not|won't|can't|cannot) "
    r"(work|cool|heat|open|clos|turn|flush|charg|light|drain|lock|start)\w*",
    r"\b(lights?|power|bulb|hot water)('s| is| are)? (out|off|gone|dead)\b",
)  # fmt: skip
_OF_FORM: Final = {
    "visitor_pass": "security", "parking": "parking", "parcel": "parcel", "booking": "facility", "renovation": "other",
}  # fmt: skip
CATEGORIES: Final = (*(name for name, _ in _OBJECTS), "parcel", "facility", "other")
_SEVERE = any_of("爆", "喷水", "淹", "漫", "水漫", "哗哗", r"\b(burst|flood\w*|gush\w*|pouring|everywhere)\b")
_PRESSING = any_of(
    "漏水", "漏得", "没电", "停电", "跳闸", "电梯.{0,8}(停|不动|坏|不走)", "(停|坏).{0,4}电梯", "锁在", "进不去",
    "进不了", "打不开门", "门打不开", r"\bleak", r"\bno (power|electricity)\b", r"\bpower is out\b",
    r"\b(lift|elevator)\b.{0,30}\b(stop\w*|stuck|broken|not work\w*|won't|out)\b",
    r"\block(ed)? out\b", r"\bcan't get in\b",
)  # fmt: skip
_FRAIL = any_of(
    "老人", "孩子", "小孩", "婴儿", "宝宝", "孕妇", "奶奶", "爷爷", "残疾", "轮椅",
    r"\b(baby|babies|child\w*|kids?|infant|elderly|pregnant|grand(ma|pa|mother|father)|wheelchair|disabled)\b",
)  # fmt: skip
_MINOR = any_of("掉漆", "划痕", "裂纹", "油漆", "松动", r"\b(paint|scratch\w*|cosmetic|loose|squeak\w*)\b")


def due(promised: config.Orders, priority: Priority, slots: Mapping[str, Value], now: datetime) -> datetime:
    """When at the latest: what the estate promised, or the appointment that was asked for, when that is later."""
    hours = {"urgent": promised.urgent_h, "high": promised.high_h, "normal": promised.normal_h, "low": promised.low_h}
    latest, wished = now + timedelta(hours=hours[priority]), appointment(slots, now)
    return max(latest, wished) if wished else latest


def appointment(slots: Mapping[str, Value], now: datetime) -> datetime | None:
    """The moment that slots date and time name, in the zone of `now`; None when they name none."""
    day, hour = first_day(slots.get("date")), first_time(slots.get("time"))
    if day is None and hour is None:
        return None
    return datetime.combine(day or now.date(), hour or _CLOSING, now.tzinfo)


def first_day(value: Value | None) -> date | None:
    """The first day of a date's normal form; None for words that are none."""
    try:
        return date.fromisoformat(value.split("/")[0]) if isinstance(value, str) else None
    except ValueError:
        return None


def first_time(value: Value | None) -> time | None:
    """The first moment of a time's normal form; None for words that are none."""
    if not isinstance(value, str):
        return None
    if value in PARTS_OF_DAY:
        return time(PARTS_OF_DAY[value])
    try:
        return time.fromisoformat(value.split("-")[0])
    except ValueError:
        return None


def thing(words: str) -> str | None:
    """The first thing that `words` name, as they name it; None when they name none."""
    found = [match for _, pattern in _OBJECTS for match in pattern.finditer(words) if not _NO_THING.search(match[0])]
    return min(found, key=lambda match: match.start())[0] if found else None


def fault(words: str) -> str | None:
    """What `words` say is wrong with a thing; None when they say nothing of the kind."""
    found = _FAULT.search(words)
    return found[0] if found else None


def category(form: str, words: str) -> str:
    """One of CATEGORIES for what `words` (object first, then symptom) say."""
    return _OF_FORM.get(form) or next((name for name, pattern in _OBJECTS if pattern.search(words)), "other")


def priority(form: str, words: str) -> Priority:
    """How urgent `words`, all that the resident said, make it; children and the old raise it by one."""
    level = PRIORITIES.index("normal")
    if form == "repair":
        level += 2 if _SEVERE.search(words) else 1 if _PRESSING.search(words) else -1 if _MINOR.search(words) else 0
        level += bool(_FRAIL.search(words))
    elif form in ("visitor_pass", "parking"):
        level += 1
    return PRIORITIES[min(level, len(PRIORITIES) - 1)]
