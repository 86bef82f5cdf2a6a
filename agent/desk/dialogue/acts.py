"""What a turn does in a dialogue: agrees, denies, calls off, corrects, goes on."""

from __future__ import annotations

import re
from typing import Final

from agent.desk.dialogue.reading import LONGEST_VALUE, SOME, plain, substance
from agent.desk.patterns import any_of
from models.language.detect import Language
from models.language.understanding import Understanding

_ACT: Final = 40
"""Characters of the longest bare yes or no."""
_UNMISTAKABLE: Final = 0.98
"""Confidence from which a yes is believed without its words."""
_YES = any_of(
    "(对|是|好|行|可以|没错|没有?问题|嗯|恩|确认|确定|正确|就这样|就这么办|提交"
    "|的|了|啊|吧|呀|呢|请|谢谢|都|ok|[ ,，。])+",
    r"((yes|yeah|yep|yup|sure|ok|okay|right|correct|fine|exactly|perfect|good|great|please|do|go ahead|send it|submit|"
    r"confirm(ed)?|that is|that's|it is|thanks|thank you|all)[ ,.]*)+",
)
_YES_CORE = any_of(
    "对|是|好|行|可以|没错|问题|嗯|恩|确认|确定|正确|就这|提交|ok",
    r"\b(yes|yeah|yep|yup|sure|ok|okay|right|correct|fine|exactly|perfect|good|great)\b",
    r"\b(go ahead|send|submit|confirm\w*)\b",
)
"""Without one of these, "thanks" and "please" agree to nothing."""
_NOT_GOOD = any_of("越.越好", "最好", "好像", "好了吗", r"\bas soon as possible\b")
"""Where 好 is no yes."""
_MAY = any_of("(行|可以|好)吗$")
"""A question, however much it sounds like a yes."""
_NO = any_of(
    "(不|不对|不是|错|不行|没有|不要|有误|不正确|啊|了|的|吧|嗯|哦|[ ,，。])+",
    r"((no|nope|nah|wrong|not right|incorrect|not correct|that's|that is|it's|is|not quite|sorry)[ ,.]*)+",
)
_NO_CORE = any_of("不|错|没有|有误", r"\b(no|nope|nah|wrong|not|incorrect)\b")
_FINE = any_of(
    "不用改", "没什么要改", "没有?问题", "不用留", "不留了", "就这些", "(订|登记|报|办|约)上?吧$",
    r"\bthat's (fine|all|it)\b", r"\bthat'll do\b", r"\bworks for me\b",
    r"\bsounds (good|fine|great)\b", r"\b(it's|all) (fine|good)\b",
    r"\bnothing (to change|else|more)\b", r"\bno (change|phone|number)s?\b",
)  # fmt: skip
"""A no that agrees: nothing is to be changed, nothing to be added."""
_CANCEL = any_of(
    "取消", "算了", "不用了", "不报了", "不办了", "不要了", "不弄了", "不需要了", "作罢",
    "改天再", "以后再", "下次再", "明天再", "先不(报|办|弄|管|登记|订)", "先放(一放|着)", "不来了", "不用来了",
    r"\bcancel\b", r"\bnever ?mind\b", r"\b(forget|drop|leave|scrap|skip) (it|that|about|the|this)\b",
    r"\bstop (it|this)?$", r"\bdon'?t bother\b", r"\banother (day|time)\b",
)  # fmt: skip
_GOES_ON = any_of(
    "继续", "先把.{1,6}(弄完|办完|报完|登记完)", "接着", "刚才", "还是要", "还没弄完",
    r"\b(carry on|go on|continue|back to|go ahead|proceed|resume|please do)\b", r"^(so )?what about\b",
)  # fmt: skip
_ONLY: Final = 3
"""Characters of substance that hold no second matter."""
_OVER = any_of(
    "救护车(来|到)了", "火灭了", "^(我|我们|人|都|已经)?出来了", "没事了", "关好了", "已经关",
    "(阀门?|总闸|水|电|气)(已经)?[关断](掉|上|好)?了", "没危险", "人没事",
    r"\b(ambulance|fire brigade|police)('s| is| are) (here|there)\b",
    r"\b(i'm|we're|it's|it is|he's|she's) (out(?! of)|safe|ok|fine)\b",
    r"\bfire is out\b", r"\b(valve|power|breaker|gas|water)('s| is)? (off|closed)\b", r"\bsafe now\b",
)  # fmt: skip
_SWITCH: Final[dict[Language, re.Pattern[str]]] = {
    "en": any_of("(说|讲|换|用|会)(成|个)?(英语|英文)", r"\b(speak|talk|switch|in|into|to|use)( in| to)? english\b",
               r"^english( please)?$"),
    "zh": any_of("(说|讲|换|用|会)(成|个|回)?(中文|汉语|普通话|国语|华语)", r"^中文",
               r"\b(speak|talk|switch|in|into|to|use)( in| to)? (chinese|mandarin)\b",
               r"^(chinese|mandarin)( please)?$"),
}  # fmt: skip
_CORRECTS = any_of(
    "不对", "不是", "错了", "改成", "改为", "改到", "换成", "换到", "应该是", "我说的是", "说错", "更正",
    r"^no\b", r"\b(i mean\w*|meant|actually|instead|rather|wrong|change (it|that)? ?to|make (it|that)|correct(ion)?)\b",
)  # fmt: skip
_SPARED = any_of(
    "不用", "不要", "不留", "别留", "不约", "不定", "去掉", "删掉", "不需要", "就不",
    r"\b(no need|don't|do not|without|no|skip|leave out|remove|forget|drop)\b",
)  # fmt: skip
_ANY_TIME = any_of("随时", "什么时候都(行|可以)", "哪天都(行|可以)", r"\b(any ?time|whenever|any day)\b")
_ALSO = any_of("还有", "另外", "也", "再加", r"\b(also|too|as well|and another|another thing)\b")
_KEEPS_TO_SELF = any_of(
    "不方便", "不想说", "不告诉", "保密", "匿名", "不知道", "不清楚", "说不上", "随便",
    r"\b(rather not|prefer not|don't want to|not say|anonymous|don't know|not sure|no idea|private)\b",
)  # fmt: skip
_WONDERS = any_of("什么", "吗$", "呢$", "谁", "为啥", "怎么", r"\b(what|who|why|how|where|when|which)\b")
_MOVES = any_of(
    "(改|换)(成|到|为|个|一下)", r"\breschedule\b", r"\bchange (it|that|the|my)\b", r"\bcan (it|that|we) be\b",
    r"\b(move|make) it\b", r"\binstead\b",
)  # fmt: skip
_OFF = re.compile(
    "(我想|那|还是|哦|唉|嗯)?(算了吧?|不用了|不用修了|不用来了|取消吧?|不弄了|不报了)"
    r"|(actually |just |oh |please )?(forget it|never ?mind|cancel (it|that|this)|scrap that|leave it)( please| then)?",
    re.ASCII | re.IGNORECASE,
)
"""A clause that calls the matter off whatever stands beside it."""
_CLAUSES = re.compile("[,，。;；.!！]+")
_COMES_WITHOUT = any_of(
    "不开车", "没(有)?(开)?车", "打车", "坐(地铁|公交)", "走路", r"\b(no car|not driving|without a car|on foot)\b",
    r"\bby (taxi|bus|metro|bike|train)\b",
)  # fmt: skip
_LOOKS_UP = any_of("查", "进度", r"\b(check|look|status|find)\b")
_NAMES_TODAY = any_of(
    "今天", "今晚", "今早", "今儿", r"\btoday\b", r"\btonight\b", r"\bthis (morning|afternoon|evening)\b"
)
_WITHDRAWS = any_of("取消", "撤(销|回)", "不用(来|修)了", r"\bcancel\b")
_KEEPS = any_of("(不|别)(要|用)?取消", "留着", "保留", r"\bkeep\b", r"\b(don't|do not|not) cancel\b")
_WHO = any_of(
    "你是(谁|机器人|真人|人工|什么)", "你叫(什么|啥)", "你(会|能)(干|做|帮)?(什么|啥|哪些)",
    "(能|会)帮我(做|干)?(什么|啥)", r"\b(who|what) are you\b", r"\byour name\b",
    r"\bare you (a |an )?(robot|human|real|bot|machine|person|ai)\b",
    r"\bwhat can (you|i) (do|ask)\b",
)  # fmt: skip
_FORBIDDEN = any_of(
    "电话", "手机号", "住(哪|在|几[号栋楼层单室])", "谁家", "业主", "名单", "信息", "身份证", "监控",
    "录像", "密码", "行踪", "欠费",
    "打开", "关掉", "关闭", "开门", "停(掉|止|下)", "启动", "重启", "开锁", "解锁", "调(高|低|到)", "删", "指令",
    "管理员",
    r"\b(phone|number|address|who (lives|is in|owns)|whose|names?|footage|cctv|camera)\b",
    r"\b(password|records?|bills?|owes?)\b",
    r"\b(open|close|unlock|lock|turn|switch|stop|start|shut|restart|disable|enable|set|delete|override|instructions?|"
    r"admin\w*|system|mode)\b",
)  # fmt: skip
_FIELDS: Final = (
    (
        "location",
        any_of("地址", "地点", "位置", "房号", "楼号", "楼", r"\b(address|location|place|building|flat|room)\b"),
    ),
    ("date", any_of("日期", "哪天", "日子", r"\b(date|day)\b")),
    ("time", any_of("时间", "几点", "钟点", r"\b(time|hour)\b")),
    ("phone", any_of("电话", "手机", "号码", r"\b(phone|mobile)\b")),
    ("plate", any_of("车牌", r"\b(plate|licen[cs]e)\b")),
    ("person", any_of("姓名", "名字", "访客", r"\b(name|visitor|guest)\b")),
    ("facility", any_of("场地", "设施", r"\b(facility)\b")),
    ("object", any_of("东西", "故障", "问题", "内容", r"\b(thing|problem|issue|object)\b")),
)


def _yes(said: str) -> bool:
    return len(said) <= _ACT and bool(_YES.fullmatch(said) and _YES_CORE.search(said))


def _no(said: str) -> bool:
    return len(said) <= _ACT and bool(_NO.fullmatch(said) and _NO_CORE.search(said))


def agrees(heard: Understanding) -> bool:
    """Whether the turn says yes."""
    said = _NOT_GOOD.sub("", plain(heard.text))
    if not said or _no(said) or _CANCEL.search(said) or _MAY.search(said):
        return False
    if _yes(said) or (len(said) <= _ACT and _FINE.search(said)):
        return True
    # "As soon as possible" and "just him" look like a yes to the model, too.
    enough = SOME if _YES_CORE.search(said) else _UNMISTAKABLE
    return heard.intent == "affirm" and heard.confidence >= enough and not _CORRECTS.search(said)


def denies(heard: Understanding) -> bool:
    """Whether the turn says no."""
    said = plain(heard.text)
    if _yes(said):
        return False
    return _no(said) or (heard.intent == "deny" and heard.confidence >= SOME)


def gives_up(heard: Understanding) -> bool:
    """Whether the turn calls the matter off."""
    said = plain(heard.text)
    if spared(said):
        return False
    if any(_OFF.fullmatch(clause.strip()) for clause in _CLAUSES.split(said)):
        return True
    return bool(_CANCEL.search(said)) and (heard.intent == "deny" or len(said) <= 12 or len(said.split()) in (2, 3, 4))


def spared(text: str) -> tuple[str, ...]:
    """The slots that need not be: "no phone number", "come any time"."""
    said = plain(text)
    if _ANY_TIME.search(said):
        return "date", "time"
    if len(said) > _ACT or not _SPARED.search(said):
        return ()
    named = [name for name, pattern in _FIELDS if name in ("date", "time", "phone", "plate") and pattern.search(said)]
    return ("date", "time") if "time" in named else tuple(named)


def comes_without(text: str) -> bool:
    """Whether a visitor brings no car."""
    return bool(_COMES_WITHOUT.search(plain(text)))


def looks_up(text: str) -> bool:
    """Whether something is to be looked up."""
    return bool(_LOOKS_UP.search(plain(text)))


def names_today(text: str) -> bool:
    return bool(_NAMES_TODAY.search(plain(text)))


def corrects(text: str) -> bool:
    return bool(_CORRECTS.search(plain(text)))


def drops(text: str) -> bool:
    """Whether it calls something off, however long it is."""
    return bool(_CANCEL.search(plain(text)))


def alters(text: str) -> bool:
    """Whether it wants what was just recorded to be changed or cancelled."""
    said = plain(text)
    return len(said) <= LONGEST_VALUE and bool(_MOVES.search(said) or _WITHDRAWS.search(said))


def moves(text: str) -> bool:
    """Whether it wants something to be otherwise, not gone."""
    return bool(_MOVES.search(plain(text)))


def keeps(text: str) -> bool:
    """Whether it wants what was recorded to stay."""
    return bool(_KEEPS.search(plain(text)))


def asks_who(text: str) -> bool:
    """Whether it asks who speaks here, or what for."""
    return bool(_WHO.search(plain(text)))


def over(text: str) -> bool:
    """Whether it says that a danger is over."""
    return bool(_OVER.search(plain(text)))


def without_end(text: str) -> str:
    """What it says beside that a danger is over."""
    return _OVER.sub("", plain(text))


def passed(text: str) -> bool:
    """Whether it says that a danger is over and nothing else, or takes up or drops what was left for it: "she is ok"
    may be followed by another danger."""
    only = len(substance(without_end(text))) <= _ONLY
    return over(text) and (goes_on(text) or drops(text) or only)


def forbidden(text: str) -> bool:
    """Whether it asks for other people's data, or for equipment to be moved."""
    return bool(_FORBIDDEN.search(plain(text)))


def goes_on(text: str) -> bool:
    """Whether it takes up again what was left."""
    return bool(_GOES_ON.search(plain(text)))


def language_wished(text: str) -> Language | None:
    """The language that a turn asks for, where it asks for little else."""
    said = plain(text)
    if len(said) > LONGEST_VALUE:
        return None
    return next((language for language, pattern in _SWITCH.items() if pattern.search(said)), None)


def adds(text: str) -> bool:
    """Whether it comes on top of what was said before."""
    return bool(_ALSO.search(plain(text)))


def wonders(text: str) -> bool:
    """Whether it is a question of any kind."""
    return bool(_WONDERS.search(plain(text))) or text.rstrip().endswith(("?", "？"))


def keeps_to_self(text: str) -> bool:
    return bool(_KEEPS_TO_SELF.search(plain(text)))


def field_named(text: str) -> str | None:
    """The slot whose name is said: what "the address" is about."""
    said = plain(text)
    return next((name for name, pattern in _FIELDS if pattern.search(said)), None) if len(said) <= 30 else None
