"""More sentences from the hand-written ones: templates filled, slots exchanged, misheard as a recognizer does."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

from models.language.detect import Language
from models.training.corpus import Said, Template
from models.training.data import Span

HAN = "零一二三四五六七八九"
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
ORDINALS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
]
PLATE = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
ALIKE = (
    "在再", "的地得", "他她它", "做作坐", "座坐", "修休", "楼搂", "电店", "票飘", "卡咖", "车扯",
    "快块", "费废", "梯题", "门们",
    "漏露", "报抱", "停庭", "号耗", "物误", "业页", "管馆", "户护", "水睡", "闸炸", "递第",
    "员圆", "是事", "已以", "公工", "进近",
)  # fmt: skip
"""Characters that a recognizer takes for one another, as they sound alike."""
HEARD = {
    "lift": "left", "there": "their", "their": "there", "water": "what a", "leak": "leek", "flat": "flap",
    "floor": "for",
    "parking": "barking", "pass": "past", "key": "kee", "bill": "bell", "fee": "free", "your": "you're", "to": "two",
    "four": "for", "weak": "week", "heating": "eating", "pool": "pull", "gym": "jim", "parcel": "partial",
    "tower": "tour",
}  # fmt: skip
FILLERS: dict[Language, tuple[str, ...]] = {
    "zh": ("嗯 ", "那个 ", "就是说 ", "呃 ", "哎 ", "你好 ", "请问 ", "麻烦问一下 ", "喂 "),
    "en": ("um ", "uh ", "so ", "hi ", "hello ", "excuse me ", "well ", "like ", "ok so "),
}
Generator = Callable[[random.Random], str]


def fill(templates: Sequence[Template], said: Sequence[Said], each: int, seed: int = 0) -> list[Said]:
    """`each` sentences of every template; all of one template are one group."""
    chance = random.Random(seed)
    values: dict[tuple[str, str, str], list[str]] = {}
    for sentence in said:
        for span in sentence.spans:
            values.setdefault((sentence.intent, sentence.language, span.name), []).append(
                sentence.text[span.start : span.end]
            )
    found = []
    for number, template in enumerate(templates):
        for _ in range(each):
            made = _filled(template, values, chance)
            if made:
                found.append(replace(made, group=f"template-{template.intent}-{template.language}-{number}"))
    return found


def _filled(template: Template, values: dict[tuple[str, str, str], list[str]], chance: random.Random) -> Said | None:
    text, spans = "", []
    rest = template.text
    for hole in template.holes:
        before, _, rest = rest.partition("{" + hole + "}")
        text += before
        drawn = values.get((template.intent, template.language, hole), [])
        made = GENERATORS[template.language].get(hole)
        if made is None and not drawn:
            return None
        value = made(chance) if made and (not drawn or chance.random() < 0.7) else chance.choice(drawn)
        spans.append(Span(hole, len(text), len(text) + len(value)))
        text += value
    return Said(text + rest, template.language, template.intent, tuple(spans), template.sentiment)


def exchange(said: Sequence[Said], each: int, seed: int = 0) -> list[Said]:
    """`each` copies of every sentence with slots, their places, times and codes said otherwise; of the same group."""
    chance = random.Random(seed)
    found = []
    for sentence in said:
        makers = GENERATORS[sentence.language]
        if not any(span.name in makers for span in sentence.spans):
            continue
        for _ in range(each):
            text, spans, last = "", [], 0
            for span in sentence.spans:
                text += sentence.text[last : span.start]
                old = sentence.text[span.start : span.end]
                fits = span.name in makers and (span.name != "location" or any(c.isdigit() or c in HAN for c in old))
                value = makers[span.name](chance) if fits and chance.random() < 0.8 else old
                spans.append(Span(span.name, len(text), len(text) + len(value)))
                text += value
                last = span.end
            text += sentence.text[last:]
            found.append(replace(sentence, text=text, spans=tuple(spans), group=sentence.group or sentence.text))
    return found


def noisy(said: Sequence[Said], share: float, seed: int = 0) -> list[Said]:
    """Copies of about `share` of the sentences as a recognizer would have written them; of the same group."""
    chance = random.Random(seed)
    picked = [sentence for sentence in said if chance.random() < share]
    return [_misheard(sentence, chance) for sentence in picked]


def _misheard(sentence: Said, chance: random.Random) -> Said:
    chars = [(char, place) for place, char in enumerate(sentence.text)]
    if sentence.language == "zh":
        rate = 0.06
        chars = [(_alike(char, chance) if chance.random() < rate else char, place) for char, place in chars]
        if chance.random() < 0.6:
            chars = [(" " if char in "，。！？、；：" else char, place) for char, place in chars]
    else:
        if chance.random() < 0.8:
            chars = [(char.lower(), place) for char, place in chars if char not in ",.!?;:"]
        chars = _heard(chars, chance)
    if chance.random() < 0.4:
        filler = chance.choice(FILLERS[sentence.language])
        chars = [(char, -1) for char in filler] + chars
    if sentence.language == "zh" and len(chars) > 6 and chance.random() < 0.15:
        at = chance.randrange(2, len(chars))  # a stammer
        chars = chars[:at] + [(char, -1) for char, _ in chars[at - 1 : at]] + chars[at:]
    text = "".join(char for char, _ in chars)
    spans = []
    for span in sentence.spans:
        inside = [i for i, (_, place) in enumerate(chars) if span.start <= place < span.end]
        if inside:
            spans.append(Span(span.name, inside[0], inside[-1] + 1))
    return replace(sentence, text=text, spans=tuple(spans), group=sentence.group or sentence.text)


def _alike(char: str, chance: random.Random) -> str:
    same = [group for group in ALIKE if char in group]
    return chance.choice([other for other in same[0] if other != char]) if same else char


def _heard(chars: list[tuple[str, int]], chance: random.Random) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    word: list[tuple[str, int]] = []
    for item in [*chars, (" ", -2)]:
        if item[0].isalpha() or item[0] == "'":
            word.append(item)
            continue
        spelled = "".join(char for char, _ in word)
        if spelled.lower() in HEARD and chance.random() < 0.1:
            found += [(char, word[0][1]) for char in HEARD[spelled.lower()]]
        else:
            found += word
        word = []
        if item[1] != -2:
            found.append(item)
    return found


def han(number: int) -> str:
    """1 to 99 in Chinese characters."""
    tens, ones = divmod(number, 10)
    return (("" if tens == 1 else HAN[tens]) + "十" if tens else "") + (HAN[ones] if ones or not tens else "")


def _digits_zh(text: str) -> str:
    return "".join(HAN[int(char)] if char.isdigit() else char for char in text)


def _digits_en(text: str) -> str:
    said = []
    for char in text:
        said.append("oh" if char == "0" else WORDS[int(char)] if char.isdigit() else char)
    return " ".join(said)


def _room(chance: random.Random) -> str:
    return f"{chance.randint(1, 33)}{chance.randint(0, 1)}{chance.randint(1, 9)}"


def _place_zh(chance: random.Random) -> str:
    number = chance.randint(1, 30)
    building = chance.choice([f"{number}号楼", f"{han(number)}号楼", f"{number}栋", f"{han(number)}幢", f"{number}#",
                              chance.choice("ABCDEF") + "座", f"{han(number)}栋", f"{number}号"])  # fmt: skip
    unit = chance.randint(1, 4)
    stair = chance.choice([f"{unit}单元", f"{han(unit)}单元"])
    room = _room(chance)
    spoken = chance.choice([room, _digits_zh(room), room + "室", room + "房", _digits_zh(room) + "室"])
    floor = chance.randint(1, 33)
    story = chance.choice(
        [f"{floor}楼", f"{han(floor)}楼", f"{han(floor)}层", f"{floor}层", "负一层", "负二层", "B1", "B2"]
    )
    form = chance.random()
    if form < 0.3:
        return building + stair + spoken
    if form < 0.45:
        return building + spoken
    if form < 0.55:
        return f"{number}-{unit}-{room}"
    if form < 0.7:
        return building + chance.choice([stair, story])
    if form < 0.85:
        return chance.choice([spoken, building])
    return story


def _place_en(chance: random.Random) -> str:
    number = chance.randint(1, 12)
    name = chance.choice([str(number), WORDS[number], chance.choice("abcdef")])
    building = chance.choice(["building", "tower", "block"]) + " " + name
    room = _room(chance)
    flat = chance.choice(["flat", "apartment", "room", "unit", "apt", "number"]) + " "
    flat += chance.choice([room, room, _digits_en(room)])
    stair = f"unit {chance.randint(1, 4)}"
    floor = chance.randint(1, 20)
    ordinal = ORDINALS[floor - 1] if floor <= 12 else f"{floor}th"
    story = chance.choice([f"the {ordinal} floor", f"floor {floor}", f"level {floor}", "basement two", "B1"])
    form = chance.random()
    if form < 0.3:
        return f"{building} {flat}"
    if form < 0.45:
        return f"{building} {stair} {chance.choice([room, flat])}"
    if form < 0.55:
        return f"{number}-{chance.randint(1, 4)}-{room}"
    if form < 0.7:
        return f"{building} {story}" if chance.random() < 0.4 else building
    if form < 0.85:
        return chance.choice([flat, room])
    return story


def _time_zh(chance: random.Random) -> str:
    hour = chance.randint(1, 12)
    spoken = "两" if hour == 2 else han(hour)
    base = chance.choice([f"{spoken}点", f"{hour}点", f"{spoken}点半", f"{hour}点半", f"{spoken}点一刻", f"{hour}:30",
                          f"{hour}:{chance.randint(10, 59)}",
                          f"{spoken}点{han(chance.randint(1, 5) * 10)}"])  # fmt: skip
    part = chance.choice(["早上", "上午", "中午", "下午", "晚上", "傍晚"])
    return chance.choice([base, part + base, part + base, part, f"{spoken}点到{han(min(12, hour + 2))}点"])


def _time_en(chance: random.Random) -> str:
    hour = chance.randint(1, 12)
    word = WORDS[hour]
    base = chance.choice([f"{hour} {chance.choice(['am', 'pm'])}", f"{word} o'clock", f"half past {word}",
                          f"half {word}",
                          f"quarter to {word}", f"{hour}:{chance.choice(['15', '30', '45'])}", f"{word} thirty",
                          f"{hour}{chance.choice(['am', 'pm'])}", word])  # fmt: skip
    return chance.choice([base, base, base, chance.choice(["noon", "the morning", "the afternoon", "the evening"]),
                          f"{base} to {WORDS[min(12, hour + 2)]}"])  # fmt: skip


def _date_zh(chance: random.Random) -> str:
    day = chance.randint(1, 28)
    month = chance.randint(1, 12)
    week = chance.choice("一二三四五六日天")
    return chance.choice(["今天", "明天", "后天", "大后天", f"周{week}", f"星期{week}", f"下周{week}",
                          f"礼拜{week}", "这周末", "周末",
                          f"{month}月{day}号", f"{han(month)}月{han(day)}号", f"{day}号",
                          f"{month}月{day}日", "月底"])  # fmt: skip


def _date_en(chance: random.Random) -> str:
    day = chance.choice(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])
    month = chance.choice(
        ["january", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"]
    )
    number = chance.randint(1, 28)
    return chance.choice(["today", "tomorrow", "the day after tomorrow", day, f"next {day}", f"this {day}",
                          "this weekend",
                          f"{month} {number}", f"the {number}th of {month}", f"{number} {month}", f"{month} {number}th",
                          "next week"])  # fmt: skip


def _phone(chance: random.Random) -> str:
    return f"1{chance.choice('3578')}{chance.randint(0, 999_999_999):09d}"


def _phone_zh(chance: random.Random) -> str:
    number = _phone(chance)
    return chance.choice([number, f"{number[:3]} {number[3:7]} {number[7:]}", _digits_zh(number),
                          _digits_zh(number).replace("一", "幺")])  # fmt: skip


def _phone_en(chance: random.Random) -> str:
    number = _phone(chance)
    return chance.choice([number, f"{number[:3]} {number[3:7]} {number[7:]}",
                          f"{number[:3]}-{number[3:7]}-{number[7:]}",
                          _digits_en(number)])  # fmt: skip


def _plate(chance: random.Random) -> str:
    province = chance.choice("京沪粤苏浙川渝鲁豫闽津")
    letter = chance.choice("ABCDEF")
    rest = "".join(chance.choice(PLATE) for _ in range(chance.choice([5, 5, 6])))
    mark = chance.choice(["", "", " ", "·"])
    text = f"{province}{letter}{mark}{rest}"
    return text.lower() if chance.random() < 0.15 else text


def _duration_zh(chance: random.Random) -> str:
    number = chance.randint(1, 9)
    spoken = chance.choice([str(number), "两" if number == 2 else han(number)])
    return chance.choice(["半小时", "半天", "一整天", f"{spoken}个小时", f"{spoken}天", f"{spoken}个半小时",
                          f"{spoken}小时",
                          f"{number * 10}分钟", f"{spoken}个月", f"{spoken}周"])  # fmt: skip


def _duration_en(chance: random.Random) -> str:
    number = chance.randint(2, 9)
    return chance.choice(["half an hour", "an hour and a half", "an hour", f"{WORDS[number]} hours", f"{number} hours",
                          f"{number * 10} minutes", f"{WORDS[number]} days", f"{number} weeks", "a month"])  # fmt: skip


def _count_zh(chance: random.Random) -> str:
    number = chance.randint(1, 10)
    return chance.choice([str(number), "两" if number == 2 else han(number)]) + chance.choice(
        ["个人", "位", "个", "人"]
    )


def _count_en(chance: random.Random) -> str:
    number = chance.randint(2, 10)
    return chance.choice([str(number), WORDS[number]]) + chance.choice([" people", " guests", " of us", " visitors"])


def _amount_zh(chance: random.Random) -> str:
    number = chance.choice([50, 80, 100, 150, 200, 300, 350, 500, 1000, 2000])
    return chance.choice([f"{number}块", f"{number}元", f"{number}块钱", "两百块", "三百五", "一千块钱", "两千元"])


def _amount_en(chance: random.Random) -> str:
    number = chance.choice([50, 80, 100, 150, 200, 300, 350, 500, 1000, 2000])
    return chance.choice(
        [f"{number} yuan", f"{number} rmb", "two hundred yuan", "three hundred and fifty yuan", "¥200"]
    )


GENERATORS: dict[Language, dict[str, Generator]] = {
    "zh": {
        "location": _place_zh, "time": _time_zh, "date": _date_zh, "phone": _phone_zh, "plate": _plate,
        "duration": _duration_zh, "count": _count_zh, "amount": _amount_zh,
    },
    "en": {
        "location": _place_en, "time": _time_en, "date": _date_en, "phone": _phone_en, "plate": _plate,
        "duration": _duration_en, "count": _count_en, "amount": _amount_en,
    },
}  # fmt: skip
