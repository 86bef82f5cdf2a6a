"""The words of locations: what buildings, units, floors and rooms are called, and which places a building has."""

from __future__ import annotations

import re
from typing import Final

_ZH_PLACES: Final = (
    "地下车库|地下停车场|地下室|地库|自行车库|立体车库|车库|停车场|大堂|大厅|门厅|服务中心|电梯口|电梯厅|电梯间"
    "|电梯前室|电梯井|楼梯间|楼梯口|(?:消防)?楼梯|楼道|走廊|走道|过道|连廊|架空层|设备层|避难层|天台|楼顶|屋顶|顶楼"
    "|露台|大门口|单元门口|小区门口|小区大门|厨房|卫生间|洗手间|厕所|[男女]厕|浴室|淋浴房|淋浴间|主卫|客卫|阳台"
    "|客厅|卧室|主卧|次卧|儿童房|书房|餐厅|玄关|储藏室|储物间|衣帽间|茶水间|更衣室|母婴室|配电[房室间]|水泵房|泵房"
    "|弱电间|强电间|管道井|[强弱]?电井|水井间|机房|锅炉房|监控室|消防通道|安全通道|安全出口|垃圾房|垃圾站|驿站"
    "|自行车棚|电动车棚|非机动车库|车棚|充电区|[车地]库[入出]口|车库坡道|中心花园|花园|院子|中庭|凉亭|草坪|绿化带"
    "|儿童乐园|游乐区|游乐场|沙坑|健身区|[东南西北](?:边的?|侧)?(?:大门|小门|门)口?|[正前侧]门口?"
    "|(?<![以之])后门口?|大门|门口|[东南西北a-h]区"
)
_EN_PLACES: Final = (
    "underground (?:car ?park|garage|parking)|parking (?:lot|garage)|car ?park|garage|basement"
    "|(?:main |lift |elevator )?lobby|entrance hall|mail ?room|parcel room|bike (?:shed|room|storage)|bin room"
    "|(?:rubbish|garbage|trash|refuse) (?:room|area|chute)|loading (?:bay|dock)|lift shaft"
    "|(?:east |west |fire )?stair(?:well|case)?s?|fire lane|corridor|hallway|landing"
    "|roof(?:top)?(?: terrace| garden)?|courtyard|(?:central |rose )?garden|lawn|playground|pavilion|pond|ramp|terrace"
    "|(?:en ?suite |guest |master )?bathroom|(?:master |second |guest )?bedroom|kitchen|living room|dining room"
    "|balcony|storage room|store ?room|utility room|shower room|pump (?:room|house)|boiler room|server room|plant room"
    "|switch room|changing rooms?|pantry|fire exit|emergency exit"
    "|(?:north|south|east|west|main|front|back|rear|side) (?:gate|entrance|exit|wing)|entrance"
)
_LETTERED: Final = r"(?:[ND]|[a-hj-np-z]D?(?![a-zND]))"
_DIGITS: Final = r"(?:[ND](?:[ -]?[ND]){0,3}(?:(?:[a-h]| [b-h])(?![a-z']))?)"
_NUMBER: Final = r"(?:number |no\.? ?)?"
PART: Final = re.compile(
    r"第?(?P<zh_building>[a-z]?[ND]|(?<![a-z])[a-z])(?:号院?楼(?![梯道])|栋楼?|幢楼?|座(?![位机椅谈])|号(?=[ND]单元)"
    r"|#楼?(?=[ND]|楼))"
    r"|(?P<zh_unit>[ND]|(?<![a-z])[a-z])(?:单元(?!门禁)|号门洞?(?=[ND]))"
    r"|(?:(?P<below>负|地下|-|b)|第|地上)?(?<![哪每多爬加隔])(?P<zh_floor>[ND])(?:楼(?![梯道宇])|层(?!楼))"
    r"|负(?P<zh_minus>[ND])(?![ND度])"
    r"|(?P<zh_room>[ND]{1,4})(?:室(?![内外友])|号?房(?![间租产子价门])|号房间?|房间)"
    r"|(?P<three_building>[a-h]?[ND])[-杠](?P<three_unit>[ND])[-杠](?P<three_room>[ND]{1,4})"
    r"|(?P<two_building>[a-h]?[ND]|(?<![a-z])[a-h])[-杠](?P<two_room>[ND]{1,4})"
    rf"|\b(?:building|tower|block|bldg)\.? {_NUMBER}(?!a (?:lot|bit|few|while|day|week)\b)(?P<en_building>{_LETTERED})"
    r"|\bhouse (?P<house>[ND])"
    r"|(?P<nth_building>O) (?:building|tower|block)\b"
    r"|\b(?P<front_building>[b-h]) (?:tower|block|building)\b(?! [NDb-h]\b)"
    rf"|\b(?:stairwell|staircase|entrance|unit) {_NUMBER}(?P<en_unit>{_DIGITS}|[b-h]\b)"
    r"|(?P<nth_floor>O) (?:floor|storey)\b|(?P<short_floor>[ND])/?f\b|\b(?P<ground>ground floor)\b"
    r"|\b(?:floor|level|storey) (?:number )?(?P<en_below>b ?|minus |-)?(?P<en_floor>[ND])"
    r"|\bbasement (?:level |floor )?(?P<basement>[ND])|(?<![a-z])b(?P<b_floor>D)(?![ND栋座幢号])层?\b"
    rf"|\b(?:room|flat|apartment|apt|suite|office|villa|condo)\.? (?:{_NUMBER}|#)(?P<en_room>{_DIGITS}|[b-h]\b)"
    r"|#(?P<hash_room>N)(?![ND])|(?<![a-z])(?P<letter_building>[a-h])(?P<letter_room>N)(?![\w号])"
    r"|(?P<gate>\bgate (?:[ND]|[a-h]\b)|[ND]号门)"
    rf"|(?P<place>{_ZH_PLACES}|\b(?:{_EN_PLACES})\b)"
    rf"|(?<![:/.+\-])(?P<weak>{_DIGITS})(?![:/.+%]|-[ND])",
    re.ASCII,
)
"""Any one part of a location in a Line's text; the last named group tells which."""
JOIN: Final = re.compile(r",? ?(?:(?:of|in|on|at|by) )?(?:the )?|'s |-|/|,? ?的", re.ASCII)
"""What may stand between two parts of one location."""
JOIN_NUMBER: Final = re.compile(r",? ?(?:(?:of|in) )?|-|/|的", re.ASCII)
"""What may stand between a part and a bare number that is a room."""
HOME: Final = re.compile("厨|卫|厕|浴|淋|阳台|厅$|卧|房$|^(?:.*(?:room|kitchen|balcony|toilet|study)|nursery)$")
"""Rooms of a flat, of which none is in another."""
BESIDE: Final = ("门口", "entrance")
"""Places that are none without a building, unit or floor."""
HOME_BEFORE: Final = re.compile(
    r"(?:住在?|家在?|我是|我们?|这里?是?|在|到|去|来|房号是?|房间号?是?|门牌号?是?|地址是?|业主"
    r"|\b(?:at|in|from|of|outside|above|below|opposite|near|under|next to|number|no\.?|address is|this is|i'm|i am"
    r"|we're|we are|live|owner) (?:number )?)$"
)
HOME_AFTER: Final = re.compile(
    "室|房|号房|户|家|的(?:业主|住户|租户|租客|邻居|人家|房子)|业主|住户|这户|那户|门口|楼上|楼下|隔壁"
)
MEASURED: Final = re.compile(
    r"[年月日号点元块个位人分度%时天周万千k](?!天)| ?(?:yuan|rmb|kuai|am|pm|people|minutes|hours|days|o'?clock)\b"
)
EDGE: Final = re.compile(
    r"^(?:[\W_]|(?:the|my|our|in|at|on|of|by|near|it's|is|i|live|a)\b|我们?家?|在|住|的|是|家)+"
    r"|(?:[\W_]|\b(?:in|at|on|of|the|by|is)\b|的|那边|这边|这里|那里|里面?)+$",
    re.IGNORECASE,
)
"""What is around a place's words but not of them."""
