"""Sums of money and counts of people and things."""

from __future__ import annotations

import re
from typing import Final

from models.language.normal.line import Found, Line

_UNIT: Final = r"(?:(?:chinese )?yuan|rmb|renminbi|kuai|cny|bucks)\b"
_MONEY: Final = re.compile(
    rf"(?P<sign>[¥$]|\b(?:rmb|cny) ?)?(?P<main>[NDP])(?P<k>k\b)?[多来几]?(?:(?P<unit>块钱?|元钱?|圆|人民币| ?{_UNIT})"
    r"(?:零?(?P<jiao>D)(?:毛|角)?(?![Na-z个号点月天年人位块元]|D(?!平))钱?)?|(?P<dime>毛钱?|角钱)|(?P<none>))",
    re.ASCII,
)
_PAID: Final = re.compile(
    "(?:[费金]|交[了的]?|付[了的]?|充值?|充上|存了?|收了?我?|扣了?|罚了?|退了?|涨了?|就是|怎么|卡"
    "|(?:paid|overpaid|overpaid by|prepaid|owe|owed|costs?|charged|charged me|shows|price of|deposit of|fee of) )$"
)
_MEASURE: Final = re.compile(
    r"[年月日号点个位人户家辆件斤吨平度层栋室间米公克级楼\w](?<![的吧吗呢啊了太就还也都])", re.ASCII
)
_PEOPLE: Final = (
    "people|persons?|guests?|visitors?|adults?|kids?|children|child|friends?|men|women|workers?|movers?|relatives"
    "|colleagues|engineers|players|residents|neighbou?rs|students|tenants|times"
)
_THINGS: Final = (
    "cars?|vehicles?|vans?|trucks?|bikes?|scooters?|box(?:es)?|parcels?|packages?|deliveries|letters?|bags?|suitcases?"
    "|cards?|keys|fobs?|tickets?|chairs?|tables?|bays?|spaces?|spots?|permits?|passes|lifts|elevators|lights|lamps"
    "|pieces|items|sets"
)
_ZH_COUNT: Final = re.compile(
    r"(?<![第同小老])(?P<number>[ND])[多来几]?(?P<measure>个人|口人?|人(?![民工间份])|位(?![置于])|名(?!字)|辆车?|台|部|箱|件"
    r"|包(?![括含])|袋|张|把|盒|只|条|扇|次|回(?![来去])|盏|套|根|趟|吨"
    r"|个(?!半|小时|钟|月|星期|礼拜|单元|头))"
)
_ONE_TOO: Final = "张箱件"
"""Measure words whose 一 is a count and not an article."""
_BIG_SMALL: Final = re.compile("(?P<big>D)大(?P<small>D)小")
_WE: Final = re.compile("(?<=[我咱他她你]们)(?:(?P<two>俩)|仨)")
_EN_COUNT: Final = re.compile(
    r"\b(?P<party>(?:party|group) of )?(?:[ND] (?:to|or) |[ND]-)?(?P<number>[ND]|a couple of)"
    r"(?:(?P<us> of (?:us|them|you)\b)"
    rf"|(?P<people> (?:(?:more|other|of my|adult|old|young|small|little) )?(?:{_PEOPLE})\b))?",
    re.ASCII,
)
_EN_THINGS: Final = re.compile(
    r" (?:(?:more|other|of my|old|small|big|parking|access|door|key|moving|cardboard) )?"
    rf"(?:{_THINGS})\b",
    re.ASCII,
)


def amounts(line: Line, expected: bool) -> list[Found]:
    """Sums of money, in yuan; expected: a number without a unit is one too."""
    found = []
    for match in _MONEY.finditer(line.text):
        number = line.number(match.start("main"))
        if match["none"] is not None and not (match["sign"] or expected or _elliptic(line, match)):
            continue
        if match["unit"] == "块" and number.written == "一" and not (match["jiao"] or expected):
            continue
        value: int | float = number.value
        if match["k"]:
            value *= 1000
        if match["dime"]:
            value = value / 10
        if match["jiao"]:
            value += line.number(match.start("jiao")).value / 10
        value = round(value, 2)
        found.append(Found("amount", *match.span(), int(value) if float(value).is_integer() else value))
    return found


def _elliptic(line: Line, match: re.Match[str]) -> bool:
    """三百五 and 1.5万 are money unless something is counted by them."""
    end = line.ends[match.end() - 1]
    paid = match["main"] == "N" and _PAID.search(line.text[max(0, match.start() - 12) : match.start()])
    return bool(line.number(match.start("main")).short or paid) and not _MEASURE.match(line.original, end)


def counts(line: Line, expected: bool) -> list[Found]:
    """Counts of people, vehicles and things; expected: a bare number is one too."""
    found = []
    for match in _ZH_COUNT.finditer(line.text):
        number = line.number(match.start("number"))
        article = number.value == 1 and match["measure"] not in _ONE_TOO and not expected
        again = match["measure"] == "次" and number.written == "二"
        if not article and not again and number.value < 10000 and not number.short:
            found.append(Found("count", *match.span(), number.amount))
    for match in _BIG_SMALL.finditer(line.text):
        total = line.number(match.start("big")).value + line.number(match.start("small")).value
        found.append(Found("count", *match.span(), total))
    found += [Found("count", *match.span(), 2 if match["two"] else 3) for match in _WE.finditer(line.text)]
    for match in _EN_COUNT.finditer(line.text):
        things = _EN_THINGS.match(line.text, match.end())
        if match["party"] or match["us"] or match["people"] or things or expected:
            value = 2 if match["number"] == "a couple of" else line.number(match.start("number")).amount
            if value < 10000:
                found.append(Found("count", *match.span(), value))
    return found
