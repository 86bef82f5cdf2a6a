"""Phone numbers and licence plates, dictated or written."""

from __future__ import annotations

import re
from typing import Final

from models.language.normal.hours import alternatives
from models.language.normal.line import Found, Line

PROVINCES: Final = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PINYIN: Final = {
    "jing": "京", "jin": "津", "hu": "沪", "yu": "渝", "ji": "冀", "yun": "云", "liao": "辽", "hei": "黑",
    "xiang": "湘", "wan": "皖", "lu": "鲁", "xin": "新", "su": "苏", "zhe": "浙", "gan": "赣", "e": "鄂", "gui": "桂",
    "meng": "蒙", "shan": "陕", "min": "闽", "yue": "粤", "qing": "青", "zang": "藏", "chuan": "川", "ning": "宁",
    "qiong": "琼",
}  # fmt: skip
"""One province for a sound that several share."""
_PHONE: Final = re.compile(r"(?:00)?(?:86)?(?:1[3-9][0-9]{9}|0(?:10|2[0-9]|[3-9][0-9]{2})[2-9][0-9]{6,7})|400[0-9]{7}")
_LOCAL: Final = re.compile("[2-9][0-9]{6,7}")
_ASKED: Final = re.compile(r"(?:电话|号码|手机|座机|打|拨|call|number|phone|mobile|tel|dial|ring|reach me)[^ND]{0,12}$")
_LETTER: Final = "[a-hj-np-z]"
_PLATE: Final = re.compile(
    rf"(?:(?P<han>[{PROVINCES}])|\b(?P<latin>{alternatives(_PINYIN)})[ -]?(?=[a-z][^a-z]))[ ·.\-]?(?P<city>[a-z])"
    rf"(?P<rest>(?:[ ·.\-]{{0,2}}(?:[ND]|{_LETTER}(?![a-z]))|{_LETTER}{{2}}(?![a-z])){{1,7}}[学警挂港澳领]?)",
    re.ASCII,
)
_BODY: Final = re.compile("[A-Z0-9]{5}|[A-Z0-9]{4}[学警挂港澳领]|[A-Z][A-Z0-9][0-9]{4}|[0-9]{5}[A-Z]")
_JOINED: Final = re.compile("[ -]{0,3}|, ?|\\) ?")


def phones(line: Line, expected: bool) -> list[Found]:
    """Phone numbers of the line; expected: seven or eight digits are one too."""
    found: list[Found] = []
    for run in _runs(line):
        first = 0
        while first < len(run):
            wanted = expected or bool(_ASKED.search(line.text[max(0, run[first] - 24) : run[first]]))
            last = _longest(line, run, first, wanted)
            if last is None:
                first += 1
                continue
            start, end = run[first], run[last] + 1
            plus = start > 0 and line.text[start - 1] == "+"
            found.append(Found("phone", start - plus, end, "+" * plus + line.digits(start, end)))
            first = last + 1
    return found


def _runs(line: Line) -> list[list[int]]:
    """Places of numbers with nothing but a pause between them."""
    runs: list[list[int]] = []
    for at in line.numbers:
        if line.text[at] not in "ND":
            continue
        if runs and _JOINED.fullmatch(line.text[runs[-1][-1] + 1 : at]):
            runs[-1].append(at)
        else:
            runs.append([at])
    return runs


def _longest(line: Line, run: list[int], first: int, local: bool) -> int | None:
    digits, best = "", None
    for place in range(first, len(run)):
        digits += line.number(run[place]).digits
        if len(digits) > 16:
            break
        if _PHONE.fullmatch(digits) or (local and _LOCAL.fullmatch(digits)):
            best = place
    return best


def plates(line: Line) -> list[Found]:
    """Licence plates with their province, which may be said in pinyin."""
    found = []
    for match in _PLATE.finditer(line.text):
        province = match["han"] or _PINYIN[match["latin"]]
        body, best = "", None
        for at in range(*match.span("rest")):
            number = line.numbers.get(at)
            char = line.text[at].upper()
            body += number.digits if number else char if char.isalnum() else ""
            if len(body) > 6:
                break
            if _BODY.fullmatch(body) and sum(char.isdigit() for char in body) > 1:
                best = (at + 1, body)
        if best:
            found.append(Found("plate", match.start(), best[0], f"{province}{match['city'].upper()}{best[1]}"))
    return found
