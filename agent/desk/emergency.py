"""Emergencies, caught by rules before any model.

A rule looks for an event ("smell of gas", "出不来" beside "电梯"), never for a topic word alone, so that a bill or a
drill does not set it off. What is denied, feared, long past or rehearsed is left to the model: the same entries answer
there too, so a rule that stays silent costs a little certainty, while one that fires wrongly sends a resident down the
stairs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from models.language.lexical import normalize

MAX_CHARACTERS = 2000
"""Of a text that are looked at."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The entry that answers what `happens` describes, unless the text is about something else."""

    entry: str
    happens: re.Pattern[str]
    unless: re.Pattern[str]


def _any(*parts: str) -> re.Pattern[str]:
    # ASCII, so that a word of English ends where Chinese begins.
    return re.compile("|".join(parts), re.ASCII)


_ELSEWHERE = _any(
    "演习",
    "演练",
    "培训",
    "讲座",
    "宣传",
    "保险",
    "理赔",
    "赔偿",
    "预防",
    "防止",
    "避免",
    "上次",
    "上个?月",
    "去年",
    "以前",
    "会不会",
    "容易",
    "担心",
    "害怕",
    "怕被?",
    "万一",
    "如果",
    "要是",
    "假如",
    "差点",
    "电影",
    "游戏",
    "新闻",
    "笑话",
    "哪里买",
    r"\bdrills?\b",
    r"\btraining\b",
    r"\blectures?\b",
    r"\binsur",
    r"\bcompensat",
    r"\bprevent",
    r"\bavoid",
    r"\blast (week|month|year)\b",
    r"\b(what )?if\b",
    r"\bin case\b",
    r"\bafraid\b",
    r"\bworried\b",
    r"\bmight\b",
    r"\bmovies?\b",
    r"\bsongs?\b",
    r"\bjokes?\b",
    r"\bnews\b",
    r"\balmost\b",
    r"\bwhere (can|do) i buy\b",
)
"""Rehearsed, denied by circumstance, feared or past: for every rule."""

_GAS = "(煤气|燃气|天然气|液化气|瓦斯)"
_WET = "(漏水|进水|进了水|滴水|渗水|流水|冒水|泡水|浸水|有水|水漏|水漫|水流|水滴|水淋|水溅|淋湿|湿了|湿透)"
_LIVE = "(电箱|配电|插座|插排|插线板|接线板|电表箱|电闸|电线|电路|墙上开关|灯开关|吊灯|顶灯|灯里|灯泡|灯座|电灯)"
_LIFT = "(lift|elevator)s?"
_SOCKET = (
    r"(sockets?|outlets?|fuse ?box|breakers?|electric\w* (panel|box|meter|cabinet)|wiring|wires|"
    r"light (fitting|fixture)|ceiling light|plugs?|power strip|light switch)"
)
_WETS = r"(leak|drip|pour|run|flow|com(es|ing)|spray|splash|soak|seep|got|gets|getting)\w*"
_PERSON = (
    r"(he|she|man|woman|lady|guy|father|mother|dad|mum|mom|grandpa|grandma|husband|wife|neighbou?r|someone|somebody|"
    r"guard|worker|child|kid|person)"
)
_RINGS = r"(ring\w*|rang|going off|goes off|went off|gone off|beep\w*|sound(s|ing)|chirp\w*|blaring|(won't|not) stop)"

RULES = (
    Rule(
        "lift-trapped",
        _any(
            "(困|关|锁|憋|卡)(在|进|到)了?.{0,4}电梯",
            "(困|关)了?.{0,2}电梯",
            "电梯.{0,12}(被困|困住|出不来|出不去|关在里|关里面|里面有人)",
            "电梯.{0,8}(停|卡|不动|不开|打不开|坏).{0,10}(我.{0,3}(在里|还在|被)|里面有|有人在里|人.{0,3}里面)",
            "电梯里.{0,8}(没人理|救命|快来人|打不开|开不了)",
            rf"\b(stuck|trapped|locked|caught|shut) (in|inside)( the| a| an| this| your| that| our)?( \w+)? {_LIFT}\b",
            rf"\b{_LIFT}\b.{{0,40}}\b(trapped|(can't|cannot|can not) get out)\b",
            rf"\b{_LIFT}\b.{{0,40}}\b(people|some(one|body)|me|us|we're|i'm|we are|i am|child)\b.{{0,12}}\binside\b",
            rf"\b(can't|cannot|can not) get out of the {_LIFT}\b",
            rf"\b{_LIFT}\b.{{0,20}}\bwith (people|someone|a child|us) in",
            rf"\binside (the|a) {_LIFT}\b.{{0,30}}\b(stopped|stuck|won't open|not open|doesn't open)\b",
            rf"\b(i|we)('m| am|'re| are) in the {_LIFT}\b.{{0,30}}\b(stopped|stuck|(won't|not|doesn't) open)\b",
        ),
        _any(
            "(卡|钥匙|手机|东西|包|玩具|家具|沙发|柜).{0,3}(卡|掉|落|忘|丢)(在|进|到)",
            "[门禁梯月]卡在",
            "(没有|没|不是)被?(困|关)",
            r"\b(sofa|couch|wardrobe|fridge|furniture|parcel|package|bike|keys?|phone|card)\b.{0,20}\bstuck\b",
            r"\b(not|n't|nobody|no one)( is| was)? (stuck|trapped)\b",
        ),
    ),
    Rule(
        "medical-emergency",
        _any(
            "晕倒",
            "昏倒",
            "昏迷",
            "[晕昏]过去",
            "不省人事",
            "没有?(了)?(呼吸|心跳|意识|知觉)",
            "心脏病.{0,3}(发|犯)",
            "心梗",
            "中风了?",
            "抽搐",
            "大出血",
            "流(了)?(很多|好多|不少|一地|满地|好些)血",
            "血流不止",
            "一直(在)?流血",
            "骨折",
            "摔(断|伤|晕|昏)",
            "(摔|倒).{0,8}(起不来|站不起来|动不了|不能动|头破|流血)",
            "倒在(地|楼|路|大堂|电梯|门)",
            "叫不醒",
            "(叫|打|喊|要)(一?[辆下个])?(救护车|120)",
            "溺水",
            "触电",
            "被电(到|了|击)",
            "(喘不|上不来|透不).{0,2}气",
            "呼吸困难",
            "噎(住|着)",
            "(有人|老人|孩子|小孩|娃|爸|妈|奶奶|爷爷|老伴|保安|工人).{0,8}(受伤|摔(倒|下|了)|晕|倒地|昏|砸伤|被砸)",
            "煤气中毒",
            "跳楼",
            "自杀",
            "不想活",
            "割腕",
            r"\bunconscious\b",
            r"\bpassed out\b",
            r"\bfaint(ed|ing)\b",
            r"\b(not|stopped) breathing\b",
            r"\b(can't|cannot|can not|hardly|trouble) breath",
            r"\bheart attack\b",
            r"\bchest pains?\b",
            r"\b(having|had|has had) a (stroke|seizure)\b",
            r"\bbleeding\b",
            r"\bbroke(n)? (his|her|my|a|an|their) (leg|arm|hip|wrist|ankle|neck)\b",
            rf"\b{_PERSON}\b.{{0,10}}\bcollapsed\b",
            r"\b(fell|fallen|slipped)\b.{0,40}\b((can't|cannot) (get up|move)|not moving|hurt|injured|head|down the)\b",
            r"\b(some(one|body)|badly|seriously|child|kid|man|woman|people|guard) (is |was |got )?(hurt|injured)\b",
            r"\bambulance\b(?! (access|parking|lane))",
            r"\belectrocuted\b",
            r"\belectric shock\b",
            r"\bdrown(ing|ed)\b",
            r"\bchok(ing|ed)\b",
            r"\boverdose",
            r"\bkill myself\b",
            r"\bsuicid",
            r"\bwant to die\b",
        ),
        _any(
            "(没有?|不是|没人)(人)?(受伤|晕倒|昏迷|摔伤)",
            "急救课",
            "急救箱",
            "狗|猫",
            r"\bradiators?\b",
            r"\bfirst aid (kit|course|class)\b",
            r"\b(nobody|no one|not) (is |was |got )?(hurt|injured)\b",
            r"\b(dog|cat|phone|colou?r)\b",
        ),
    ),
    Rule(
        "gas-smell",
        _any(
            f"{_GAS}.{{0,3}}(味|泄漏|泄露|漏|跑)",
            f"(漏|泄漏|泄露|跑)了?.{{0,2}}{_GAS}",
            "漏气了",
            f"闻到.{{0,6}}({_GAS}|臭鸡蛋)",
            "臭鸡蛋.{0,6}(厨房|灶|漏|气)",
            r"gas ?(漏|泄)",
            f"{_GAS}(报警器|警报|探测器).{{0,4}}(响|叫|滴)",
            f"(满屋|屋里|家里|厨房).{{0,4}}(都是|全是|一股){_GAS}",
            r"\bsmell\w*\b.{0,15}\bgas\b",
            r"\bgas\b.{0,12}\b(leak|smell|escap)\w*",
            r"\bleak\w*\b.{0,12}\bgas\b",
            r"\brotten eggs?\b",
            r"\bgas (alarm|detector|sensor)\b.{0,25}\b(beep|ring|going off|goes off|went off|sound)",
            r"\b(full of|fumes of) gas\b",
        ),
        _any(
            f"(没有?|无|不是|闻不到).{{0,4}}{_GAS}.{{0,2}}(味|漏|泄)",
            "(多少钱|怎么装|要装|安装|价格|检测一次|年检)",
            r"\bno (gas )?(smell|leak)",
            r"\b(not|n't) (a gas leak|smell|leaking)",
            r"\b(install|buy|price|cost)\b",
            "轮胎|车胎|空调",
        ),
    ),
    Rule(
        "water-near-electricity",
        _any(
            f"{_WET}.{{0,12}}{_LIVE}",
            f"{_LIVE}.{{0,8}}{_WET}",
            rf"\bwater\b.{{0,30}}\b{_WETS}\b.{{0,25}}\b{_SOCKET}\b",
            rf"\b{_WETS}\b.{{0,25}}\b(on|onto|into|in|over|near|by|through)\b.{{0,12}}\b{_SOCKET}\b",
            rf"\bwater (in|inside|on|near|around|behind) (the |my |a |an )?(\w+ )?{_SOCKET}\b",
            rf"\b{_SOCKET}\b.{{0,20}}\b(wet|drip\w*|leak\w*|soaked|under water)\b",
        ),
        _any(
            "(没有?|不)(漏水|进水|滴水)",
            "防水插座",
            r"\b(no|without) water\b",
            r"\bwaterproof\b",
            r"\b(get|got|getting|come|coming) (an?|my|the) (new )?(socket|plug|outlet)",
        ),
    ),
    Rule(
        "fire",
        _any(
            "(?<!打不)(?<!打)着火",
            "失火",
            "起火",
            "发生火灾",
            "火灾了",
            "冒(出)?(了)?(很多|好多|浓|黑|白)?烟",
            "浓烟",
            "烧起来",
            "烧着了",
            "烧了起来",
            "火苗",
            "冒火",
            "大火",
            "爆炸了",
            "(全是|都是|好多|很多|一股)烟(?![味头灰])",
            "(闻到|有).{0,4}(烧焦|焦糊|糊味)",
            r"\b(on|caught|catching|catches) fire\b",
            r"\bfire (in|at|upstairs|downstairs|outside|next door)\b",
            r"^(help )?(a )?fire( fire)*( help)?$",
            r"\bthere('s| is) a fire\b(?! (drill|extinguisher|door|lane|exit|escape|station|hydrant|alarm|pit))",
            r"\bsmoke (is |was )?(coming|pouring|filling|everywhere|in (the|my|our)|from)\b",
            r"\bfull of smoke\b",
            r"\b(see|seeing|smell|smelling|lots of|thick|black|so much) (of )?(thick |black )?smoke\b",
            r"\b(something|wires?|sockets?|kitchen|bin|balcony|flat|room|building)('s| is| was)?\b.{0,12}\bburning\b",
            r"\b(plastic|stove|oven|car|bike)('s| is| was)?\b.{0,12}\bburning\b",
            r"\bsmell\w*\b.{0,12}\bburn(t|ing)\b",
            r"\bflames\b",
            r"\bexplo(sion|ded)\b",
        ),
        _any(
            "(没有?|不是|没)(发生)?(着火|起火|失火|火灾|冒烟)",
            "抽烟",
            "吸烟",
            "二手烟",
            "香烟",
            "大火锅|火锅",
            r"\b(no|not a|not on|isn't on|isn't a) fire\b",
            r"\bcig",
            r"\bsmok(er|ers|ing)\b",
            r"\btobacco\b",
            r"\bweed\b",
            r"\bcandles?\b",
            r"\bincense\b",
            r"\bfire (in|at) (the )?(pit|fireplace)\b",
        ),
    ),
    Rule(
        "fire-alarm",
        _any(
            "(火警|火灾|消防|烟感|烟雾).{0,5}(一直|老是|老|突然|又|总|在|怎么|刚才|半夜|不停).{0,6}(响|叫|滴)",
            "(火警|火灾|消防|烟感|烟雾)(警报|报警|警铃|铃|报警器|探测器|器|警报器|警笛|铃声)?(声)?(响|叫|滴滴|误报)",
            rf"\b(fire|smoke) ?(alarm|detector|bell|siren)s?\b.{{0,30}}\b{_RINGS}\b",
            r"\b(going|goes|went) off\b.{0,12}\b(fire|smoke) (alarm|detector)\b",
            "(警报|警铃)声?(一直|突然|在|又|老|刚才|刚刚)?响",
            r"\balarm (is |has )?(going off|went off|gone off|ringing|sounding)\b",
        ),
        _any(
            "车|防盗|门铃",
            r"\b(car|burglar|gas) alarm\b",
            "(什么时候|几点|哪天).{0,6}(测试|检测|试验)",
            "(没有?|不)响",
            r"\b(when|what time|which day)\b.{0,20}\btest",
            r"\b(not|never|n't) (ring|go off|beep|sound)",
        ),
    ),
    Rule(
        "security",
        _any(
            "小偷",
            "进贼",
            "遭贼",
            "闹贼",
            "入室",
            "(有人|在).{0,5}撬",
            "(家里|屋里|家).{0,4}(被偷|被盗|遭窃|失窃|被撬)",
            "抢劫",
            "抢(了|走)我",
            "可疑(的)?(人|男|女|陌生|家伙)",
            "鬼鬼祟祟",
            "(尾随|跟踪)",
            "打起来了",
            "(有人|楼下|大堂|保安).{0,6}打架",
            "持刀",
            "拿(着)?(一把)?(菜)?刀",
            r"\bburgl(ed|ar\b|ars\b|ary\b)",
            r"\bbroke(n)? into\b",
            r"\bbreak(ing)? into\b",
            r"\bintruders?\b",
            r"\b(been|got|getting) robbed\b",
            r"\bsuspicious (man|men|person|people|guy|guys|stranger|strangers|woman|character|looking)\b",
            r"\b(following|followed) me\b",
            r"\b(with|has|got|holding) a knife\b",
            r"\bfight(ing)? (in|outside|downstairs|at|going)\b",
            r"\btrying to (open|force|get (in|into|through)) (my|our|the) (front )?(door|flat|apartment)\b",
        ),
        _any(
            "(没有?|不是|防)小?(偷|贼)",
            "防盗(门|窗|网)",
            "安装",
            "猫|狗",
            r"\bburglar (alarm|bars|proof)",
            r"\binstall\b",
            r"\b(car|bike) (key|keys)\b",
            r"\bmy (own )?key\b",
        ),
    ),
    Rule(
        "water-leak",
        _any(
            "爆管",
            "(水管|管子|管道|暖气|热水器|软管|龙头|角阀|阀门).{0,3}(爆|裂|崩|断)(了|开|掉)?",
            "水漫",
            "发大水",
            "(水(?!龙头)|喷).{0,4}(止不住|关不上|关不住|关不掉|停不下来|狂喷|直喷)",
            "喷(得|了).{0,4}(水|到处|满)",
            "(家里|屋里|客厅|厨房|卧室).{0,5}(淹|全是水|都是水)",
            r"\bburst\w*\b.{0,12}\b(pipe|hose|tap|valve)",
            r"\b(pipe|hose|tap|valve|heater|radiator)s?\b.{0,12}\bburst",
            r"\bflood(ed|ing)\b",
            r"\bwater('s| is)? (everywhere|gushing|pouring|spraying|shooting)\b",
            r"\b(can't|cannot|can not|won't) (stop|shut off|turn off) the (water|tap)\b",
        ),
        _any(
            "煤气|燃气|浇|喷头|排水|洗澡",
            "滴水|滴答|滴滴|关不严",
            r"\bdrip",
            "楼上|天花板|屋顶|下雨|暴雨|窗|外墙|下水|马桶|地漏|堵|倒灌|车库|地下室|台风",
            r"\bupstairs\b|\bceiling\b|\brain|\bstorm|\bdrains?\b|\btoilet\b|\bsew|\bblocked\b|\bclogged\b",
            r"\bgarage\b|\bbasement\b|\bwindows?\b|\b(above|roof)\b",
        ),
    ),
)
"""In the order in which they are asked."""

ENTRIES = tuple(rule.entry for rule in RULES)


def emergency(text: str) -> str | None:
    """Id of the entry for the emergency that `text` (zh, en or both) reports; None when it reports none."""
    said = re.sub(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])", "", normalize(text[:MAX_CHARACTERS])).replace(
        "轿厢", "电梯"
    )
    if _ELSEWHERE.search(said):
        return None
    return next((rule.entry for rule in RULES if rule.happens.search(said) and not rule.unless.search(said)), None)
