"""What emergencies are told with, in classes of words, and what else those words are said of."""

from __future__ import annotations

import re


def words(*tables: str) -> re.Pattern[str]:
    """One pattern of tables of alternatives, parted by | or, anywhere, by a new line. ~ stands for up to 6 characters,
    … for up to 20; a Latin table is of whole words, and * after a letter or bracket ends one that goes on."""
    return re.compile("|".join(_table(table) for table in tables), re.ASCII)


def _table(table: str) -> str:
    pattern = "|".join(line.strip() for line in table.strip().splitlines())
    if not re.match(r"[(]*[a-z]", pattern):
        return pattern.replace("~", ".{0,6}").replace("…", ".{0,20}")
    pattern = re.sub(r"(?<=[a-z)])\*", r"\\w*", pattern).replace("…", r"\b.{0,20}\b")
    return rf"\b(?=\w)(?:{pattern})\b"


SAME = {
    "煤气": "煤汽|媒气|媒汽|没汽|美气|霉气|没气(?=味)",
    "燃气": "燃汽|然气|染气",
    "电梯": "轿厢|电题|电提|电体|垫梯|店梯|升降机|货梯|客梯",
    "插座": "插排|插线板|接线板|排插",
    "孩子": "小朋友|小孩|娃娃|娃儿|娃|宝宝|婴儿|细路|孙子|孙女",
    "着火": "着咗火|火着了|起咗火|走火|着起来|烧着",
    "没有": "冇",
    " gas leak": r"\bgas (leek|leke|lick)\b",
    " lift": r"(?<=in the )left\b|(?<=in a )left\b",
    "": "不是演习吧?|不是开玩笑|不是误报|不是闹着玩|"
    r"\b(not|isnt|aint|no) (a |the )?(drill|joke|test|prank|false alarm)\b",
}
"""What is heard or said for a word of the tables, and what only affirms."""

ELSEWHERE = words(
    """
    演习|演练|培训|讲座|宣传|保险|理赔|赔偿|索赔|预防|防止|避免|电影|游戏|新闻|笑话|小说|电视剧|哪里买|课程|证书
    考试|上次|上个?(月|周|星期|礼拜)|去年|前年|以前|那天|嗰日|前几天|前两天|前天|当时|那次|昨(天|晚|日)
    差(一)?点(?!.{0,14}还在)|会不会(?!电到|爆|漏电)|容易|担心|(?<!好)(?<!害)怕(被|着火|起火|漏电|爆炸)|万一|如果
    要是|假如|假设|一旦|真(要|的要)?(着|起|失)火|真出了?事|迟早|早晚(要|会)|出了事~谁
    (着火|起火|失火|火灾)了?(谁|咋整|往哪|怎么跑|可怎么|后果)|摔了(算|谁)|后果|隐患|表扬|感谢|多谢|多亏|锦旗
    致谢|点赞|勇敢|好评|夸
    """,
    """
    drills?|training|lectures?|insur*|compensat*|prevent*|avoid*|movies?|films?|songs?|jokes?|news|novel|almost
    nearly|last (week|month|year|time|night|summer|winter)|yesterday|(the )?other day|days ago|weeks? ago
    months? ago|years? ago|hero|(what )?if (theres?|there|explode|a|an|the|someone|somebody)|in case|might
    would happen|could have|hypothetical*|afraid of|worried (about|that)|where (can|do) i buy|policy|procedure
    rules?|used to|hazard|thank (him|her|them|the|your|you (to|for))|to thank|gratitude|grateful|praise|kudos
    credit to|commend*|appreciate*|compliment*
    """,
)
"""Rehearsed, feared, past or praised: for every rule."""

CRY = words(
    """
    救命|救人|救救|来救(?!护)|快来人(?!修|查|看|检)|来人[啊呀哪]|(求|呼)救|(?<!怎么)救我|快救|绑架|被抓走
    有人被困|困住了?|被困
    """,
    """
    help (me )?(please )?help|sos
    (please |^)(someone |somebody )?help me (please )?(i |im |were |help|hurry|quick)*|help me please help
    save (me|us|him|her)|mayday|may day|call (the )?(119|120|110|911|999|police|ambulance)|emergency emergency
    kidnap*|taken hostage|(were|im|are|am|is|hes|shes|got|theyre|someones|people|been) trapped
    (were|we are|theyre|weve been) stuck|(shut|locked) in and cant
    (some one|someone|somebody|person) (trapped|stuck)
    (calling|shouting|screaming|yelling|crying) (out )?for help
    """,
)
CRY_ALONE = re.compile(
    "((please )?(someone |somebody )?help( me)?( please)?( help)*|sos|help help|please help|"
    "救命|快来人|来人|来人啊|着火|快来)"
)

PERSON = words(
    """
    人|孩子|儿|女|爸|妈|爷|奶|外婆|外公|姥|娘|老伴|老公|老婆|老头|老太|大爷|阿姨|阿婆|阿公|叔|保安|师傅|骑手
    外卖员|室友|朋友|学生|乘客|他|她|我|俺|宝|仔|弟|哥|姐|妹|老爷子|同事|保姆
    """,
    """
    i|im|me|my|we|were|us|he|hes|she|shes|they|theyre|him|her|man|men|woman|women|lady|guys?|bloke|lad|fella
    fellow|father|mother|dad|mum|mom|nan|gran*|husband|wife|neighbo*|someone*|somebody*|guard|workers?|child*
    kids?|persons?|people|baby|toddler*|infant|son|daughter|brother|sister|girl*|boy*|friend*|flatmate|roommate
    colleague|employee|rider|driver|old (man|woman)|passenger*|uncle|aunt*
    """,
)
YOUNG = words(
    "孩子|儿子|女儿|一岁|两岁|三岁|四岁|五岁|小男孩|小女孩|小女儿|弟弟|妹妹|小宝|小家伙",
    """
    baby|babies|infant|toddler*|child|children|kids?|kiddo|son|daughter|little (boy|girl|one)|boy|girl|grandson
    granddaughter|nephew|niece|(two|three|four|five|one) year old
    """,
)

# The lift
LIFT = words(
    "电梯(?!卡(在哪|多少|丢|不见|坏|没))",
    "lifts?|elevators?",
)
SHUT_IN = words(
    """
    (?<!月)(?<!禁)困(在|住|了|到|人|进)|被困|关(在|进)了?|被关|锁(在|里)|出不(来|去|嚟|到)|关里
    (关|困|卡|锁)电梯里|卡(人|里)|卡(在)?电梯|电梯里(卡|停)|有人(被)?(困|卡|关)
    """,
    """
    trapped|cant get (us |me |him |her )?out|(shut|locked|stuck|caught|closed) (in|inside)|(im|am) left in
    get (me|us|them|him|her) out|wont let (me|us) out|entrap*
    """,
)
IN_DISTRESS = words(
    """
    拍门|敲门|砸门|哭|喊|尖叫|幽闭|喘|晕(倒|过|了过)|头晕|没信号|信号也不|没氧|缺氧|闷死|救|害怕|吓|呻吟
    报警铃没|没人理|没人应|求助
    """,
    """
    cry*|scream*|yell*|shout*|bang(ing|s)? (on|inside)|pound*|knocking|claustrophob*|dizzy|no air|oxygen|breath*
    panick*|panic attack|scared|terrified|help|faint*|moan*|asthma
    """,
)
STUCK = words(
    """
    停(在|了|住|电)|卡(住|在|了|着|死)|(?<!走)不动|(打|开)不(开|了)|不开门|坠|失控|忽上忽下|往下掉
    掉了(一下|几|两|三|下)|下滑|急降|哐当|一下子?停|灯(灭|黑)|半空|中间|夹层
    """,
    """
    stuck|stopped|stop|stops|dropped|drops|jammed|wont (open|move|budge)|isnt moving|not (moving|move|open)
    doesnt (open|move)|dont open|dead|dark|between|died|jolt*|halted|froze*|broke(n)?
    """,
)
INSIDE = words(
    r"""
    里(面|头|边)?(还|就|好像)?(有|是|困|关|还).{0,5}(人|孩子|老|孕|爸|妈|我)
    我(们|俩)?(还|正|一个人|和[^ ]{1,5}|跟[^ ]{1,5}|现在|几个)?在(里|电梯)
    [一二两三四五六七八九十几\d](个|口|位)(大?人|老|孩子|孕)|俩人|孕妇|我妈|我爸|我女儿|我儿子|我奶|我爷|老太太
    我跟|困人|人在里|里有人|轮椅
    """,
    r"""
    inside|in (it|here|there)|with (me|us|my|a|an|two|three|four|five|some|people|someone|somebody|kids?)… in\b
    people in|persons?|in the (lift|elevator)|(one|two|three|four|five|six|seven|eight|\d) of us|of us
    with (me|us)|were (in|six|five|four|three|two)|we are|i am in|im in
    my (kid|son|daughter|mother|mom|mum|dad|father|wife|husband|grand*) is|alone|pregnant|i was going
    """,
)
LIFT_FALL = words(
    "(突然|一下)~(坠|掉|往下)|往下(坠|掉|冲|滑)|坠了|下坠|急坠|自由落体|掉进|停在~(之间|中间|楼和)",
    """
    dropped|plung*|plummet*|free ?fall*|cable snapped|fell (a|two|three|several|down)|stuck between
    stopped between|fell into|falling
    """,
)
BETWEEN_FLOORS = words(
    "卡在.{1,10}楼.{0,4}(中间|之间|当中)",
    "between (floors|the floors|(two|three|four|five|six|seven|eight|nine|ten) and)",
)
LIFT_SHAFT_HEARD = words(
    "电梯(井|门|厢)?里?~(有人|人)~(喊|叫|拍|敲|哭)",
    """
    (bang*|pound*|knock*)… (lift|elevator) (shaft|doors?)|claustrophob*
    (inside|in|from) (of )?the (lift|elevator)… (cry*|bang*|scream*|shout*|yell*|knock*)
    """,
)
LIFT_UNLESS = words(
    """
    (卡|钥匙|手机|东西|包|玩具|家具|沙发|柜|车)~(卡|掉|落|忘|丢)(在|进|到)|[门禁月]卡(在|刷)|(?<!电)梯卡
    里面没人|锁在一楼|广告|金毛|狗|风扇|(没有?|不是)被?(困|关)|刷没反应|刷卡|困不困|对讲|多少钱|没人困|里没人
    空(的|梯)
    """,
    """
    (sofa|couch|wardrobe|fridge|furniture|parcel|package|bike|keys?|phone|card|glasses|sunglasses|wallet|trolley
    ring|airpods?)… (stuck|fell|dropped|down)
    dropped (my|a|the)|(isnt|not|nobody|no one|noone)( is| was)? (stuck|trapped|inside|in it)|empty|dogs?|leash
    shepherd|jumping|melting|carries on|squeezed out|laundry|music|advert*|screen
    """,
)

# Body
COLLAPSE = words(
    """
    晕(倒|厥|过去|菜)|晕咗|昏(倒|迷|厥|过去)|不省人事|休克|没有?了?(呼吸|心跳|意识|知觉|脉|生命)
    (?<!呼)(叫|喊|推|摇|拍)(他|她|也|都|了|半天){0,3}没反应|有人晕|晕(低|在|了过|死)|快晕了|吐血|咳血|流着血|割伤|有人坠|摔下(来|去|楼)|毒气
    (吸不上|呼吸不)(气|过来)|昏睡不醒|没了?呼吸|(呼吸|心跳|心脏)(停|骤停|没了)|心脏病~(发|犯|突|打滚)
    心脏病(担|要|快)|心梗|中风了|脑梗了|脑溢血|脑出血|抽搐|抽风|抽过去|在抽|抽筋~(沉|水)|癫痫|羊癫疯|羊角风|羊痫
    大出血|流(了|咗)?(很多|好多|不少|一地|满地|好些|一身|满脸)~血|血流(不止|满|一地)|血(止不住|喷)|全是血|都是血
    满(脸|头|地|身|手)(是|都是|的)?血|流血不止|止不住血|出血了|头破血流|一(滩|摊)血|骨折了|摔(断|伤|晕|昏|成|破)
    (叫|喊|推|摇)(都|也|咋|怎么)?~不(醒|应|答应)|叫不醒|溺水|触电|被~电(到|了|击|打|倒|晕)|电倒|电到了?人
    喘不(过|上|到)?气|上不来气|透不过气|呼吸(困难|不了|急促)|不能呼吸|噎(住|着|到)|卡(到|住)?(喉咙|嗓子|气管)
    异物卡|煤气中毒|一氧化碳中毒|中(了)?(煤气|毒)|食物中毒|口吐白沫|吐白沫|翻白眼|眼睛往上翻
    (嘴|唇|脸)(色|都|上)?~(发青|发紫|发黑|紫了|青了|黑了|白了|惨白|铁青|苍白)|直翻白|没气了|快没气|断气|快不行
    (人|妈|爸|奶奶|爷爷|老公|老婆|他|她|老伴|老人)(真)?(快)?不行了
    (胸口|心口|胸|心脏|心窝)(好|很|突然|特别|一直|绞|剧|口)?(疼|痛|绞痛|闷|难受)|胸闷|心绞痛|脸朝下|一动不动
    倒在(地|楼|路|大堂|电梯|门|血|厕所|浴室|花园|车|雪|走廊|过道|健身)|倒地不
    (躺|趴|倒|栽|瘫)~(地|楼|路|大堂|花园|雪|车道|桌|走廊)~(不动|不醒|不起来|没反应|没动静|不应)
    (躺|趴|瘫|倒)~(不动|没反应|没动静|起不来)|一头栽|栽(倒|下去)|倒下(了|去)|说着话就倒|动弹不得|站不起来
    爬不起来|轮椅翻|躺在(车道|路中|马路)|羊水|要生了|临盆|宫缩|孩子(快)?出来了|临产
    吞(了|下)~(药|电池|硬币|针|扣|片|瓶|东西|玻璃|弹珠)|误食|误服|喝错药|吃错药
    喝(了)?(农药|洁厕|消毒|漂白|百草枯)|安眠药|吃了一?(整)?瓶|服毒|吃(多|过量)了?药|药吃多|过量|吸毒
    针头~(躺|人)|(喉咙|嗓子|舌头|脸|嘴)(都)?肿|过敏性?休克|严重过敏|蛇咬|毒蛇|马蜂~(蜇|叮|咬)|被~(蜂|蛇)(蜇|叮|咬)
    烫(伤|着了|到了)|烧伤|开水(浇|泼|烫|倒)|油泼|(?<!车)被(砸|撞|轧|压|捅|刺|砍|扎)(到|中|伤|了|住|着)?
    砸(到|中|着|伤)(了)?(一个)?(人|孩子|头|我|老|骑|她|他|路)
    压(到|住|着|在)(了)?(一个|几个)?(人|孩子|我|腿|骑|工)|人(被)?压(在|住)|压住(了)?(脖|腿|人|一个|我)|卧推|杠铃
    撞(到|了|着|伤)(个|一个)?(人|孩子|老|小学|骑|行)|被车(撞|轧|碾|压)|车撞|骑车撞|受伤了
    割(到|破|断|伤)(了)?(动脉|手|腿|脖|喉)|动脉|大面积|夹断|切断了?手|断了~指|勒(住|着)(脖|了)|勒脖|上吊|吊死
    跳(楼|下去|湖|河|水里没)|要跳(?!.{0,2}(舞|操|槽|绳|过))|想跳楼|轻生|自(杀|残)|不想活|活不下去|割腕|寻死
    想死了?(?!你)|遗书|脑袋~(地|血)|后脑勺|头(着地|撞|磕)~(血|地|晕|破)|磕(破|到)(了)?(头|脑)|说胡话
    半边~(麻|动不了|没知觉)|半身(麻|不)|嘴歪|口齿不清|口眼歪斜|面瘫|手麻~(电|嘴|说)|呛(水|晕|倒)|窒息|憋死
    憋(不住|得)~气|哮喘(发作|犯)|低血糖|胰岛素(休克)?|高血压~(晕|犯)|中暑(了|晕|倒)|热射病|失温|担架
    (AED|aed|除颤).{0,4}快|心肺复苏|(叫|喊|派|来|快)~救护车|(打|叫|拨)~120|有人受伤|有死人|尸体|死人了
    """,
    """
    unconscious|lifeless|concussion|(vomiting|coughing|throwing) (up )?blood|in (terrible|a lot of) pain
    (fell|fallen|collapsed) on (me|him|her|my)|(stuck|trapped) under
    (he|she|man|person|kid|child|woman|baby)… (isnt|not|cant) (moving|move)|cut… (deep|badly)|passed out
    pass(es|ing) out|faint(ed|ing|s)?|(not|isnt|stopped|stop|barely|hardly|nt) breath*
    (cant|hardly|trouble|struggling to|difficulty|short of) breath*|no (pulse|breath|heartbeat)
    heart (attack|stopped|has stopped|failure)|hearts? stopped|cardiac
    (chest|heart)( really| is)? (pains?|hurts?|tight*|is (tight|burning|killing))
    pains? in (his|her|my|the) chest
    (having|had|has had|has|getting) (a|some) (kind of )?(stroke|seizure|fit|heart*)|strokes?|seizures?|convuls*
    having (a )?fits?|epilep*|foaming|bleed(ing|s)?|blood (everywhere|all over|pouring|on the floor|gushing)
    (lot|lots|so much|much|full|pool) (of )?blood|has blood|(head|face|arm|hand|leg)… blood|covered in blood
    gushing blood|slit|slashed|cut (his|her|my|their)(self| wrists?| artery)|cut (my|him|her)self
    broke(n)? (his|her|my|a|an|their|the) (leg|arm|hip|wrist|ankle|neck|bone|back)
    (hip|leg|arm|wrist|ankle|neck)( is|s)? (broken|broke)|bone sticking|keeled over|collapsed
    (fell|fallen|slipped|tripped|fall)… (cant|dont|not) (get up|move|moving|stand)|cant (get|stand) up(?! to)
    (wont|not|cant|isnt|doesnt|dont|didnt|not be) (wake|waking|respond*|react*|awake)( up)?|unrespons*
    knocked out
    (lying|laying|lies|slumped|face down|down) (on|at|in|by|near)… (floor|ground|foot|pool|lobby|ramp|stairs?
    landing|stairwell|path|snow|driveway|grass|street|bottom|garage|hall*)
    lying… (not|isnt|doesnt|wont|never) (mov*|wak*|respond*|answer*|react*)|man down|person down|floating face
    face ?down|drown*|went under|going under|sank|under the water|choking|choked|overdos*
    (swallowed|took|taken|ate|drank)… (pills?|tablets?|battery|bleach|something|poison|detergent|coin|magnet|whole)
    too (much|many) (of )?(something|pills|tablets|medic*)|poisoned|electrocuted
    (electric|massive|bad|an?) shock|(got|get|gets|getting) (a |an )?(zapped|shocked|electrocuted|shock)
    cant let go|threw me across|struck by|ambulance|paramedic*|defib*|cpr|aed|epipen|anaphyla*|allergic reaction
    (throat|face|tongue|lips?|airway)( is|s| are)?( all| whole)? (closing|swelling|swollen|swelled|blue|purple)
    swollen… (talk|breathe)|turn(ed|ing) (blue|purple|grey|gray)|lips (are )?blue|snake ?bit*|stung… (face
    swollen|throat|talk|breath*)
    (burn*|scald*|boiling|hot (soup|water|oil))… (all over|on) (him|her|my|me|himself|herself)
    boiling (soup|water|oil)|scalded|(in|into|gone into) labou?r|waters? (has |have |just )?broke|contractions
    baby( is|s) coming|shes pushing|giving birth|having the baby
    (hit|ran over|run over|knocked down|struck) (by )?(a |the )?(kid|child|someone|somebody|man|woman|lady|car
    person|pedestrian|boy|girl|van|truck|motorbike|taxi)
    been hit|pinned|crushed|impaled
    (badly|seriously|is|are|was|got|been|people|someone|somebody|hes|shes|im) (hurt|injured|wounded)|hurt bad*
    head injury|hit (his|her|my) head|kill (my|him|her)self|suicid*|want(s)? to (die|end it)|end it all
    dont want to live|(wants?|threatening|trying|going|about|gonna|thinks?|wanna)( to)? jump
    jump(ing|ed)? (off|from|out)|(edge|ledge) of… (roof|building)|roof edge|hang(ed|ing) (him|her|my)self
    self harm|(hes|shes|man|dad|mum|mom|people|someone) dying|dying here|(man|he|she|someone|guy|woman) is dead
    dead body|a body in|going (numb|grey|gray|black)|gone numb
    (arm|face|side|body|hand|leg|legs)( is|s| has)?( gone| are)? numb|slurr*|words come out
    cant feel (my|his|her)|delirious|heat ?stroke|hypotherm*|diabetic|asthma attack|half (my|his|her) body
    dropped a barbell|barbell on
    (fell|fallen|fell down|falling)… (head|hip|stairs|scaffold*|ladder|manhole|pit|hole|shaft)
    (worker|man|child|kid|boy|girl|toddler|baby|lady|woman|someone|somebody)… (fell|fallen|falls|dropped) (off|from
    out|into|in|through)
    fell… (not moving|bad|hard and)|have stopped breathing|blacked out
    """,
)
FALL = words(
    "(摔|跌|掉|坠|滚|滑)(了|倒|下|落|进|到|咗|一跤|在)|踩空|落水|滑下去|掉水|失足|跳水",
    "fell|fallen|falls|slipped|tripped|tumbled",
)
FALL_GRAVE = words(
    """
    起不(来|了)|不能动|动不了|头破|血|不动|站不|昏|晕|不哭|后脑|腰|断了|骨|窗(户)?|阳台
    (二|三|四|五|六|七|八|九|十)楼|楼顶|楼上摔|楼上掉下|井|化粪|脚手架|坑|天台|高处|水里|湖|河|池|喷泉|救
    """,
    """
    cant|not moving|hurt|injured|head|blood|hip|wont|window|balcony|scaffold*|roof|ladder|manhole|hole|shaft
    pond|pool|lake|river|fountain|well|storey|story|headfirst
    """,
)
ASHORE = words(
    """
    有人|个人|孩子|儿子|女儿|老人|老太|老头|大爷|阿(婆|公|姨|叔)|叔|奶奶|爷爷|女孩|男孩|他(?!们)|她|女的|男的
    学生|保安
    """,
    """
    he|hes|she|shes|m[ae]n|wom[ae]n|lady|guys?|someone*|somebody*|child*|kids?|person|people|baby|toddler*|boys?
    girls?|son|daughter|friend|swimmer|fella|lad
    """,
)
WATERS = words(
    "水里|湖|河里|池|喷泉|水沟|水塘|鱼塘|井|深水",
    "pool|pond|lake|river|fountain|water feature|canal|hot tub|jacuzzi",
)
DROWNS = words(
    "沉|扑腾|挣扎|漂|浮着|没(有)?(上来|出来|动)|掉|落|滑下|跌进|淹|脸朝下|溺|捞|不会游|呛",
    """
    drown*|float*|face ?down|went under|going under|sink*|sank|fell in*|fallen in*|didnt come (back )?up
    not (moving|swimming)|cant swim|cannot swim|slipped into|splashing|motionless|unresponsive|lying
    under the water|bottom of
    """,
)
LIMB = words(
    "手|脚|腿|胳膊|手臂|(?<![里外后前木石])头|脖|身子|人|孩子|我妈|爸|老|轮椅",
    "hands?|fingers?|arms?|legs?|foot|feet|heads?|neck|toes?|wheelchair|hair|ankle",
)
GRIPPED = words(
    """
    夹(电梯|伸缩|旋转)?门|夹(住|了|着|断|在|进|到|伤)|卡(在|住|进|到)~(里|栏|扶梯|中间|缝|门|住|出不|拔不|拿不)
    拔不出|抽不出|取不出|绞(进|住|到)|卷(进|入|到)|压(住|着|在|了)|轧
    """,
    "caught|trapped|stuck|jammed|pinned|wedged|crushed|pressing|sucked|pulled in",
)
GRIPPED_BY = words(
    "门|扶梯|电梯|栏杆|护栏|伸缩|闸|机器|柜|车|滑梯|缝|桌|床|树|墙|货架",
    """
    lifts?|elevators?|gates?|doors?|escalators?|rail*|barrier|machine|shutter|fence|drain|wardrobe|cabinet
    treadmill|slide|swing|gap|car|bars?|bollard|wheel
    """,
)
BITTEN = words(
    "(狗|犬|猫|蛇|老鼠)~(咬|扑)|咬人|咬(到|伤|了)|恶犬|被(狗|犬|蛇|猫)~咬",
    """
    (dog|pitbull|snake|rat|monkey)… (attack*|bit|bites|biting|bitten|maul*|lunging)|attacked by
    (?<!a )bit… (child|kid|me|her|him|baby|face)
    """,
)
BITTEN_GRAVE = words(
    "血|脖|脸|孩子|腿|正|追着|快|喉|晕|肿",
    "blood|face|neck|child|kid|throat|attack*|now|people|leg|hand|arm|bad|baby|me|him|her",
)
UNSEEN = words(
    "(好几天|两天|三天|几天|好久|一直|敲门|打电话).{0,10}(没|不|冇)(见|出|应|开|人接|接|回|动静)|呻吟",
    """
    (hasnt|hasnt been|no|not|doesnt|never|wont|didnt|havent) (answer*|seen|opened|open|pick* up|come out|respond*
    been seen)
    moaning|groaning
    """,
)
UNSEEN_GRAVE = words(
    "呻吟|老(人|爷|太|头)|奶奶|爷爷|独居|怕出事|屋里有味|敲门|洗澡|出事",
    r"""
    moan*|groan*|(two|three|four|several|\d|few|couple of) days|elderly|old (man|lady|fella|woman)|grand*|nan
    gran|smell|on the floor|door locked|ringing inside|shower|bath*|tv|telly
    """,
)
BODY_UNLESS = words(
    """
    (没有?|不是|没人|无)(人)?(受伤|晕倒|昏迷|摔伤|被砸|出血)|急救课|急救箱|药箱|急救包|路灯|房贷
    (?<!心脏)(?<!心)病都快|喘不过气来?的?(贷|压力|房租)|压得喘|压力|吓(死|出|得)~心脏
    心脏病~(快|都|要)~(犯|吓|出)|气(晕|死|出|得)|热死|困死|笑死|吵死|烦死|冻死了?吧|累死|停车|车位
    快递(?!小哥|员)|包裹|帽子|手机(?!.{0,6}百分)|眼镜|戒指|卡(掉|被)|门禁|扣(掉|子)|假牙|瓶子|无人机|鸽|鸟
    只受伤|我怕~(掉|砸)|救护的?车(常|都)|消防通道|前台|阴阳|诀窍|换气|气压|刷脸|轮胎|闭门器|弹簧|丢了
    救生员一直玩|高空抛物|水费|电费|充值|晕车|睡不着|噪音|吵|救护车(位|通道|进)
    (哪里|哪儿|借).{0,6}(轮椅|担架|血压计)|轮椅(借|能|可以)|轮椅坡道|救生员~(几点|时间)
    """,
    r"""
    radiators?|cord|remote|button|gate remote|table|menu|box is|bag|bin|flowerpot|ash|split|guests?|control number
    first aid (kit|course|class|box)|(nobody|no one|noone|not|isnt|no) (is |was |got |one )?(hurt|injured)
    batter(y|ies) (dead|dying|died)|ambulance (access|parking|lane|space|bay)
    phones? (is |s |was )?(dead|dying|died)|nose( is|s)? (is )?bleed*|nosebleed*|humid*|dry|air quality|pm ?\d+
    paint fumes|stinky|smok(ing|er|ers)|cig*|cooking|dying to|died of boredom|bored to death|scared to death
    heart attack from|noise|parking|parked|music|plants?|keys?|key ring|wallet|sunglasses|glasses|cards?
    earbuds?|airpods?|parcel|package|internet|wifi|signal|is (the )?(air|pool) even|colou?r|bill|laundry|socks?
    towel|teddy|toy|balloon|ball
    """,
)

# Fire
BURNING = words(
    """
    (?<!打不)(?<!打)(?<!点不)着(了)?(大)?火(?!灾险)|失火|起火|火灾(了|！)|发生火灾
    冒(出|着|起)?(了|来)?(很多|好多|浓|黑|白|青|一股)?(黑|白|浓|焦)?烟|浓烟|黑烟|烟雾(腾腾|弥漫|很)|白烟|焦烟
    烧(起来|着|了起来|焦|得)|火苗|火焰|烟滚滚|滚滚.{0,2}烟|起烟|冒火|(?<!发)大火(?!锅)|爆炸|爆燃|炸了一声|火光
    明火|(?<!抽)(全|都)是烟(?![味头灰])|(好多|很多|有|一股|好大)烟(?![味头灰囱道花感机民])
    烟(很|好|太|越来越)(浓|大|呛)|(闻到|有|一股).{0,6}(烧焦|焦糊|糊味|焦味|胶皮味|烧.{0,3}味)|焦(糊|煳|臭)?味
    烧(焦|糊|煳|塑料|电线|胶皮)(的)?味
    (锅|垃圾桶?|窗帘|电瓶|被子|床|沙发|衣服|纸箱|草|油烟机|棚)(里|都|正在?|已经)?(着|烧)(了|起|着)(?!没)|点着了
    烧了起来|四楼火|火火(?!锅|车|龙)|救火|呲火|喷火|窜火|起明火|还在烧|在燃烧|燃烧
    火(大|势|越|很大)(了|很)?(?!锅)|看(到|见)(有)?火|有火光|(栋|楼|号|层|区|室)(阳台|厨房|房)?(着|起)?火[了！]?$
    泼汽油|汽油味|汽油.{0,6}(漏|流|一地|滩)|漏(了)?汽油|打火花|还打火|在打火|火花|冒火星|火星|电弧|噼里?啪啦?
    噼啪|(插座|开关|电箱|配电|电表|电瓶|墙|充电|线路|电线|变压器).{0,8}(冒(烟|火)|焦|烧起|烧着|炸|熔|化了|爆|火)
    电瓶.{0,8}(鼓|响|烧|炸)|(充电宝|电池|电瓶|罐|高压锅|换电柜|变压器|配电箱?)(都)?(爆|炸|鼓包|冒)
    """,
    r"""
    call the fire (brigade|department|service)|(there|it) is smoke|smelling smoke|melting plastic
    (on|caught|catching|catches|caught on) fire
    fires? (in|at|upstairs|downstairs|outside|next door|on|block|building|tower|floor|flat|unit|room|please|help
    fire|\d+|inside|everywhere|spreading)
    fire fire|(a|real|see|little|big|like|small|the|theres) fire (and|in|on|at|now|is)|theres (a )?(real )?fire
    see (a )?(little |real |big )?(fire|flames?)|i see fire|wall… like fire
    smoke (is |was )?(coming|pouring|filling|everywhere|in|from|billow*|comes|corridor|out|smoke|under|and)
    full of smoke
    (see|seeing|seen|smell|smelling|lots? of|thick|black|so much|real|white|heavy|some|theres
    of) (thick |black |real |white )?smoke
    smokes|smok(ing|y)… (batter*|socket|outlet|charger|hallway|panel|plug)
    (batter*|socket|outlet|charger|scooter|ebike|bike|plug|panel|dryer|heater|cooker|oven|transformer room|corridor
    room|car|wire*|box|fan|motor)… (smok(e|es|ing|ed)|on fire)
    (something|wires?|sockets?|kitchen|bin|balcony|flat|room|building|plastic|stove|oven|car|bike|bed|curtains?
    hedge|oil|pan|ev|scooter|power bank|hallway|rubbish|trash|sofa|battery|bush|tree|roof|house|garage|grill|it|pot
    is|are|still)( is|s| was| are)?( been)?… burning
    burning (down|in|on|now)|(smell|stink*|reek*)… burn(t|ing)
    burn(t|ing) (smell|plastic|rubber|wire*|electrical|stench|hair)|flames?|explo(sion|ded|ding|des?)
    (chip )?pan( has|s)? caught|curtains? (has |s )?(gone up|caught)|ablaze|blaze|in flames|goes? up in
    (electrical|awful) (burn*) smell|spark(s|ing|ed)?|arcing|crackl*
    (socket|outlet|plug|wall|switch|panel|breaker|wire|box|transformer|meter)… (glow*|melt*|buzz*|hot|flash(es
    ing)?|hiss*|popping)
    blue flash*|(petrol|gasoline|fuel|diesel)… (stairs|spread*|puddle|leak*|pour*|smell)
    (puddle of|pouring|smell of|leaking) (petrol|gasoline|fuel)
    batter(y|ies)… (swell*|hiss*|bulg*|burn*|explod*|smok*|hot)|gone bang
    """,
)
FIRE_ONLY = re.compile(r"(help )?(a )?(fire|着火|火)( fire| 火)*( help| please)?")
BURNING_UNLESS = words(
    """
    (没有?|不是|没|未)(发生)?(着火|起火|失火|火灾|冒烟|火花)|抽烟|吸烟|二手烟|香烟|烟味|烟头|抽(的)?水烟|火锅
    油烟(味|大|太|倒)|炒菜|锅炉(?!房)|暖气|供暖|群里|报警器响|手抄报|逃生|烧烤|烧香|烧纸|鞭炮|烟花|蜡烛|打不着
    点不着|吸油|上火|发火|火大|恼火|火气|着急上火|消防(通道|车道|门)|灭火器(过期|在哪|哪|几|有没有|没|压力|年检)
    (刷|门)卡|蓝牙|充电(多少|怎么)|跳闸(了|怎么|$)|灯(一闪|闪|滋滋|嗡嗡)|打火(灶|不|慢|费劲|困难)
    电表.{0,4}(数|读|走)|响声|噪音|吵|有火没|火车|放炮|物业费|(?<!火)爆(满|表|料|款)|炸(鸡|串|薯)|火警电话
    """,
    r"""
    (no|not a|not on|isnt on|isnt a|without) (fire|smoke)|cig*|smoker|smokers
    smoking (in|on|again|at|by|near|room|area|outside|is)|someone smoking|smokes in|tobacco|weed|candles?
    incense
    fire (pit|fireplace|lane|door|extinguisher|exit|escape|station|hydrant|alarm|drill|inspection|route|sale|alarms
    stick|works?)
    hot water|make fire|paper|phone line|they smoke|guy next door|who is burning|bbq|unplugged|fireworks?
    firecrackers?|barbecue|grill(ing)?|cooking|fireplace|wildfires?|straw|pm ?\d+|air quality|neighbou?rs? smok*
    chest|hookah|hot (in|out)|intercom|speaker|tv|chirp*|warm|fired|sparkl*|calor*|burn* (calories|out)|pops? up
    popcorn
    """,
)
SMOKE_STAYS = words(
    "真(的)?(冒|有)烟|浓烟|火光|着了|汽油|(?<!有)(?<!没)(?<!不)(?<!是)(着|起|冒)火了|烧起来|火花|着起来",
    "real (smoke|fire)|on fire|flames?|petrol|caught|(is|its|are) burning|batter(y|ies)… (smokes?|smoking)",
)

# Gas
GAS = words(
    "煤气|燃气|天然气|液化气|瓦斯|沼气|煤气罐|气罐|煤气管",
    "gas|propane|butane|lpg",
)
GAS_OUT = words(
    """
    味(?!道(怎|如))|(好|很|太)重|刺鼻|呛|没拧紧|泄漏|泄露|漏|跑气|跑了|嘶嘶|呲呲|咝咝|嗤嗤|挖断|打穿|挖破|咬破
    破了|冒气|喷|没点着|没关(?!系)|忘(了|记)关|开了一(晚|夜|整)|头疼|头晕|恶心|爆炸|同归于尽
    """,
    """
    smell*|leak*|escap*|hiss*|stinks?|stench|whiff|reek*|ruptur*|punctur*|drilled
    (hit|cut|broke|struck|dug) (a |the )?gas|dizzy|headache|fumes|left… on (all|over)|full of|strong|knocked out
    nause*|whistl*
    """,
)
GAS_ALONE = words(
    """
    臭鸡蛋|漏气了|一氧化碳(中毒|泄)|一氧化碳.{0,5}(响|叫)|氯气|(满屋|屋里|家里|厨房)~(都是|全是|一股)(煤气|燃气)
    (煤气|燃气)(报警器|警报|探测器)~(响|叫|滴)|烧着?炭|开着炭|炭(火)?盆|消毒(水|液).{0,12}(呛|混)
    化学品?(泄漏|气味)|氨气|(刺鼻|刺激性).{0,8}(气|味|晕|咳)|煤烟
    """,
    """
    rotten eggs?|gas (alarm|detector|sensor)… (beep*|ring*|going off|goes off|went off|sound*)|carbon monoxide
    co (alarm|detector)|monoxide|(chlorine|ammonia)… (leak*|cough*|everyone|eyes are)
    chemical (leak|spill|smell)|(hob|stove|burner|cooker) on without|fumes… (cough*|dizzy|eyes)|eyes are burning
    everyone… (sick|dizzy|sleepy)|bleach… (mix*|fumes)|hissing by the meter
    """,
)
GAS_UNLESS = words(
    """
    (没有?|无|不是|闻不到)~(煤气|燃气|天然气)~(味|漏|泄)|多少钱|怎么装|要装|安装|价格|检测一次|年检|轮胎|车胎
    空调|充气|加气|(煤气|燃气|天然气)费|气费|气表|抄表|停气|燃气卡|几点|过期|灶(打|点)不|改(造|管)
    (煤气|燃气)公司|泳池.{0,6}氯|水.{0,4}氯|氯味|正常|超标|浓度|高不高|数据|闷不闷|废气|没有味
    """,
    """
    no (gas )?(smell|leak)|in the pool|normal|within limits|measure*
    (not|isnt|nt|doesnt) (a gas leak|smell|leaking)|install*|buy|price|cost|bill|gas station|meter reading
    gas card|tap water|water smells|levels?|ppm|reading|(what|hows|how) (is )?(the )?(carbon|co2|chlorine)
    dioxide|gas company|sensor installed|on my card|cubic
    """,
)

# Water and current
WET = words(
    """
    漏水|进水|进了水|滴水|渗水|流水|冒水|泡水|浸水|水漏|水漫|水流|水滴|水淋|水溅|淋湿|湿了|湿透|泡在?水|在水里
    水坑|水.{0,6}(淹|浇|流|灌|滴|漫|漏|泼|喷|进|渗|涌)|水淹|淹(到|了|没)|地上(有|都是|全是)水|浇在|滴下|往下滴
    往里灌|灌进
    """,
    """
    water… (leak|drip|pour|run|flow|com(e|es|ing)|spray|splash|soak|seep|got|gets|getting|reach|ris|rush|gush|up|in
    into|through|on|over|all|around|near|behind|inside)*
    (leak|drip|pour|flood|soak|spray)*|wet|puddle|under water|submerged|burst pipe
    """,
)
LIVE = words(
    """
    电箱|配电|插座|插孔|电表箱|电闸|电线|电缆|电路|墙上开关|开关盒|灯开关|吊灯|顶灯|灯里|顺着灯|灯泡|灯座|电灯|强电
    弱电井|电井|变压器|空开|带电|配电房
    """,
    """
    sockets?|outlets?|fuse ?box|breakers?|electric* (panel|box|meter|cabinet|room|cupboard)|switch ?board|wiring
    wires?|cables?|light (fitting|fittings|fixture|fixtures|switch)|lights|ceiling light|plugs?|power strip
    extension (lead|cord)|meter (cupboard|box|room)|transformer|electrics|live wire|power (room|line|box)
    consumer unit
    """,
)
CHARGED = words(
    """
    漏电(?!保护)|带电(?!脑|动|子|池|话|视|梯|饭|瓶)|裸(露)?~(线|电)|电线(掉|断|垂|耷)|电缆(掉|断)
    线(掉|断)(在|了)?(地|水|路)|冒电|(一|刚)(摸|碰)~(麻|电人|弹|打了)|麻(手|了一下)|手.{0,2}麻|电死|电人
    """,
    r"""
    live (wire|cable)|(its|is|was|be|are) live\b(?! (in|here|near|at|on|there|stream|music))|bare (wire|cable)
    exposed (wire|cable|wiring)s?
    (wire|cable|power ?line)s? (is |are )?(down (on|in)|fell|snapped|on the ground|lying)
    (get|got|gets|gives?|giving|getting)( me)?( a| an)? (shock*|electrocut*|zap*|tingle*)
    electric* (hit|shock)|(touch*|tap|shower)… (shock*|bites|zap*|tingl*|electricity)|stuck a (fork|knife)
    fork in
    """,
)
WET_UNLESS = words(
    "(没有?|不)(漏水|进水|滴水)|防水|热水器(预约|不|怎么)|电费|水费|漏电(保护|开关|跳)|几天|(?<!正)(?<!现)在哪",
    """
    (no|without) water|waterproof
    (get|got|getting|come|coming|need|want) (an?|my|the) (new )?(socket|plug|outlet)
    (slow|just a|tap|faucet|hose|no bulb)… drip|no bulb|drip, slow|slow one|plugs? hole|sink plug
    heater (doesnt|not)|bill|reading|lights? (is|are)? out|garden lights
    """,
)

# Violence
INTRUDER = words(
    """
    小偷|进贼|遭贼|闹贼|有贼|抓贼|歹徒|劫匪|入室|(有人|在|正|谁).{0,8}撬|撬(我|门|锁|开)
    (家里|屋里|家).{0,4}(被偷|被盗|遭窃|失窃|被撬)|抢劫|抢(了|走)?我(的)?(包|手机|钱|东西|金)|抢包
    抢(东西|钱|手机)
    (可疑|陌生|生面|蒙面|不认识)(的)?(人|男|女|陌生|家伙)?.{0,8}(撬|孩子|跟着我|抱|试|翻|砸|门口不走)|鬼鬼祟祟
    尾随我|跟踪(我|她)|跟(着|踪)我|翻(窗|墙|阳台)(户)?(进|入)|爬(窗|阳台)|蒙面|试门把
    (里面|屋里|家里)有(动静|脚步|陌生)|有人(进|闯)(我家|来|屋|了家)|闯(进|入)|不让我走|(男|人|他)~跟着我
    躲(在|进)~(厕所|衣柜|房|床|柜|卫生间)
    """,
    """
    burgl(ed|ar|ars|ary|ing)|broke(n)? in(to)?(?! (half|pieces|two))|breaking in(to)?
    break(s|ing)? (down (my|the|our|her) door|the door)|breaking (in|down|the)|intruders?
    (been|got|getting|just got|was|being) (robbed|mugged)|mugg(ed|ing|ers?)|thie(f|ves)|robber*
    suspicious (man|men|person|people|guy|guys|stranger|strangers|woman|character|looking|bag|package)
    (following|followed|follows|stalking|chasing) (me|her|us|my)|masked|armed (man|men|robb*)|attacked|knifed
    forced entry|shot (at|him|her|me|someone)|(stranger|someone|somebody|someones) (is )?inside (my|the)
    (someone|somebody|stranger|man|guy|person|he|hes)… (in|inside) my (house|home|flat|unit|apartment|living room
    room|bedroom|kitchen)
    (try*|kick*|smash*|forc*|bang*|pound*|beat*)… (my|our|the|her|every|his|neighbou?rs?) (front )?(door|doors|flat
    apartment|window|lock|handle)( handle)?
    (door|lock)s?( is| has|s)?( been)? (forced|kicked in)|(kick*|smash*)… door|trying (every )?(door|handle)
    trying to (open|force|get (in|into|through))|open my door|crowbar|hiding (in|under|from)|footsteps inside
    hear (somebody|someone|footsteps) inside|climbing (up|over|in|through)… (balcon*|window)|prowler|peeping
    dragg*… (girl|woman|child|into)|dragging|abduct*|stranger… (girl|boy|child|kid|son|daughter|baby)
    pulled… into a van
    """,
)
VIOLENCE = words(
    """
    打起来|打(人|架|老婆|女的|孩子)|(正在|在|往死里)打(我|他|她|人|老|女)|要打我|打(得|的).{0,4}(凶|狠|血|惨)
    被(人)?打(?!扰|断|通|电话|开|扫)|互殴|斗殴|群殴|家暴|动手(了|打)|持刀
    拿(着)?(一把)?(菜|水果|砍)?(刀|棍|砖|酒瓶|锤|铁|灭火器砸|斧)|有刀(?!具|片|架|闸)|动刀|捅(人|了|伤)
    砍(人|伤|我)|刺伤|杀人|(弄|砍|掐|捅)死|打死(我|她|他|人)|要杀
    (砸|踢|撞|撬|拧)(我|她|他)?(家|的)?(的)?(门|锁)|砸(窗|玻璃)|行凶|伤人|有人冲进|(?<!来)砸(人|我(?!车))|(踹|踢)门
    掐(我|她|脖)|威胁|扬言|挟持|劫持|绑架|人质|炸弹|爆炸物|枪(声|响)|开枪|惨叫|性侵|强奸|猥亵|非礼
    (硬|强行)(拉|拽|拖)|抱走|拐(走|卖)|抢孩子|扔(酒瓶|砖|玻璃|刀)|高空抛物.{0,8}(还在|正|砸)|还在扔|持械
    发疯|拦住她|歹徒
    """,
    """
    (with|has|got|holding|have|carrying|and a|pulled|waving) (a |an |his |big )?(knife|gun|weapon|bat|hammer|machete
    crowbar|axe|blade|pistol|bottle)s?
    stab*|guns?|gunshots?|gunfire|gunman|shots fired|shooting (at|in the|outside|people)
    fight(ing)? (with|in|outside|downstairs|at|going|bottles|blood)|fighting bottles
    (beat*|hitting|punch*|attack*|strangl*|chok*|threaten*|assault*|hurting|slapp*
    grabb*) (up )?(a |an |his |the |my |our )?(me|him|her|us|someone|somebody|people|wife|girlfriend|guard|man|woman
    kid|child|security|lad|old|guy|dog|door|things|lady|staff|mother|mom)
    beating (her|him|on)|hes (beating|hitting|hurting|killing)
    (will|going to|gonna|said hell|hell|says hell) kill|kill me|screaming (next|for|and|in)
    (woman|girl|someone|somebody|lady|people) (is |are )?(screaming|crying and)|domestic (violence|abuse)|rape*
    molest*|bomb|ticking|throwing (bottles|bricks|things|glass|stuff|knives)|hostage|violent|coming after me
    murder*|brawl|riot
    """,
)
SECURITY_UNLESS = words(
    """
    (没有?|不是|防|抓到|拘)小?(偷|贼)|防盗(门|窗|网)|安装|猫|打扰|打(扫|羽毛球|乒乓|篮球|麻将|牌|太极|电话)
    打人(的)?保安|威胁.{0,4}安全|门卫|借|快递|包裹|外卖(被|丢)|自行车被|车被(刮|划|砸)
    (电动车|单车|头盔|车|电瓶).{0,6}(被偷|丢|被盗)|监控|装修|电钻|敲(墙|打)|噪音|吵|施工|密码|门禁|麻将
    抢(车位|课|不到|票|充电|号)|玩具枪|水枪|洗车|拐(弯|角|杖)|刀(具|片)?(磨|租|落|丢)|雕刻|小品|月亮|泰迪|大孩子
    家里(只有|有人)|机器人|卡(丢|坏)|广播|喊话
    """,
    """
    cant open|over the line|every (night|weekend)|weekends?|like (a )?(bomb|gun|thief|burglar)|as if|opener
    fobs?|daylight|generator|path|my (ring|wedding)|burglar (alarm|bars|proof)|install*|(car|bike) (key|keys)
    my (own )?key|fitness|class*|boxing|taekwondo|noise|noisy|music|drilling|renovat*|hammering|table|tennis
    squash|basketball|shots? of|flu|vaccin*|screenshots?|headshots?|passport|photo*|nail gun|heat gun|water gun
    visitor|guest|parcel|package|locker|compartment|bikes? (was|were|got|been)? ?stolen|stolen (from|bike)|wifi
    broken into pieces|drill*|cctv footage|record*|broadcast|announce|mosquito|gunk|parking|my spot
    like a burglar|card|fob|app|bat(h|tery)|bill|cat|fight (over|about|with)|shoots?|photo shoot|booking|book
    """,
)
SECURITY_STAYS = words(
    """
    持刀|砍|捅|撬(我|门)|抢(包|劫)|救命|家暴|打(老婆|我)|弄死|报警|砸我|拿着?(刀|锤)|打起来|枪声|蒙面|炸弹|正在
    抱走|绑架
    """,
    """
    knife|stabb*|crowbar|weapon|with a gun|got a gun|gunshots?|mugged|masked|kill|bleeding
    in my (house|home|flat|unit|living room)|right now|screaming|hiding|bomb
    """,
)

# Danger without an entry of its own
SHUT = words(
    "反锁|锁(在|住|屋|里|了|阳台|车)|(门)?(带|关)上了|关在|困(在|住)|自动?关门|出不(来|去)|打不开|推不开",
    "lock*|shut|slammed|stuck|trapped|cant get (out|in)|wont open|dont open|closed",
)
SHUT_PLACE = words(
    """
    卫生间|浴室|厕所|屋|房间|房里|车(里|内|上)|阳台|洗手间|桑拿|机房|储藏|地下室|地库|楼道|家里|里面|车库|冷库
    天台|仓库|淋浴|更衣
    """,
    """
    bath*|toilet|room|car|balcony|sauna|steam room|storage|inside|basement|garage|roof|cupboard|closet|flat
    house|apartment|kitchen|freezer|shower|stairwell
    """,
)
SHUT_GRAVE = words(
    "哭|灶|火上|开着火|炖|煤气|太阳|太热|闷|没动静|零度|晒|晕|有烟|没衣服|缺氧|洗澡|倒计时|百分之|救|水(到|淹|涨)",
    """
    cry*|stove|oven|hob|sun|hot|heat|freez*|minus|cold|water|alone|smoke|screaming|breathe|pounding|on her own
    on his own|by (him|her)self|dark|help|air|i can(t)? (take|stand)|scared|panic*|running|cooking|gas
    fire
    """,
)
YOUNG_SHUT = words(
    "反锁|锁(在|屋|车|房|家|里)|带上了|关在|出不来|卡住|卡在(栏|窗|滑|里|中)|头卡|一个人在(屋|里|车)",
    """
    locked (in|inside|on|himself|herself|themselves)|trapped|(is|are) (still )?inside|stuck (in|between)|shut in
    alone in|jammed in
    """,
)
HEIGHT = words(
    "(窗|阳台|楼顶|天台|栏杆|护栏|晾衣|空调外机|外墙|楼边)",
    "ledge|window ?sill|window|balcon*|rooftop|roof|railings?|rail|rope|scaffold*|drainpipe|roof edge",
)
DANGLES = words(
    """
    (挂|吊|悬|趴|爬|站|坐|翻)(在|着|到|上|出|过)?~(窗|阳台|楼顶|天台|栏|护|外|边|半空|晾衣)
    (窗|阳台|楼顶|天台|栏杆|外墙)[户台]?(上|外|边)~(站|坐|爬|趴|挂|吊)|半个身子|探出|身子(都)?在外|快掉|要跳
    """,
    """
    hanging|dangl*|climb(s|ed|ing)?( out| over| on)?|(standing|stands|sitting|sits) on|leaning out
    out on|slipping|one rope|wrong side|on the (ledge|edge)
    """,
)
HEIGHT_WHO = words(
    "孩子|有人|个人|男|女|老(人|太|头)|工人|师傅|她|学生|保洁|儿子",
    """
    (a |the |my )?(child|kid|toddler*|boy|girl|man|woman|person|someone*|somebody*|worker|son|daughter|cleaner
    washer*|he|hes|she|shes|old man|guy|lady|baby|teenager|washer|cleaner)
    """,
)
HANGS_LOOSE = words(
    """
    (快|要|正|往下|马上)(在)?~(掉|塌|倒|落|砸)(下|了|来|去)?|掉下来~(玻璃|砖|瓷砖|窗)|悬(空|在)
    塌(了|下|方|陷|着)|垮|倒(了|下来)~(压|砸|人)|往下掉|晃得|绳(子)?断|吊篮|脚手架|咔咔
    掉(了)?(玻璃|瓷砖|砖|窗|石)|裂缝.{0,6}(越来越|变大)|坍塌|松动要掉|吹(掉|落|飞|倒)
    """,
    """
    collaps*|cav* in|coming down|came down|come down|comes down|c(o|a)mes? down|gave way|giving way
    falling (off|down|onto|from|out)|fell (from|on|onto|off)|swaying|hanging (by|off|over)
    about to (fall|collapse|come)|raining down|blew (out|off)|toppl*|rope broke|tipping|sinkhole|loose… over
    """,
)
STRUCTURE = words(
    """
    天花板|天棚|吊顶|外墙|瓷砖|墙(砖|体|皮)?|玻璃|外机|广告牌|招牌|树|脚手架|吊篮|窗|阳台|围墙|砖|幕墙|井盖
    化粪池|地面|楼板|塔吊|雨棚|灯(架|杆)|路面|滑梯|石头|花盆
    """,
    """
    ceilings?|walls?|glass|windows?|tree|scaffold*|air ?con*|ac( unit)?|billboard|sign|tiles?|bricks?|roof
    balcony|manhole|lamp ?post|facade|cladding|panel|slab|crane|pane|wardrobe|shelf|front|concrete|awning
    """,
)
BELOW = words(
    "有人|人(都|在|从|被)|行人|孩子|底下|下面|下头|人行道|砸(到|中|着)|压(到|住|着|在)|工人|学生",
    """
    people|kids?|person|child*|someone|somebody|on (me|us|him|her)|(flat|room)mate|walking|path|pram|pavement|sidewalk
    underneath|lady|woman|man|car|in (it|the gym)|worker|everyone|below|playground
    """,
)
OPEN_HOLE = words(
    "(井盖|化粪池|窨井).{0,10}有人|踩空|掉(进|到|下)(去)?(了)?~(井|坑|化粪|沟|洞)|井里掉",
    """
    (manhole|drain cover|septic)… (missing|open|fell|in|gone)
    fell (in|into|down) (a |the |an )?(manhole|pit|hole|lift shaft|elevator shaft|shaft|well|drain|septic)
    """,
)
CRASH = words(
    "(车|摩托|电动车|出租).{0,6}(撞(到|了|上|进|翻)|翻(了|车)|着火|轧|冲进)|车祸|撞人|被车",
    """
    (car|van|truck|taxi|bike|scooter)… (crashed|hit|hits|flipped|ran over|ploughed|plowed|rammed)|ran over
    run over|hit and run|car crash
    """,
)
CRASH_GRAVE = words(
    "孩子|血|受伤|压(住|在)|不动|大堂|老人|骑车|行人|撞人",
    "people|kid|child|someone|somebody|man|woman|hurt|inside|trapped|lobby|bleeding|pinned|rider|boy|girl|lady",
)
MISSING = words(
    "(孩子|儿子|女儿|老人|我妈|我爸|奶奶|爷爷)(突然|现在|一转眼)?(不见|丢了|找不到了|走丢了|失踪|没影)",
    """
    (son|daughter|child|kid|boy|girl|toddler|baby|grandma|grandpa|mother|father|mom|mum
    dad)(s| is| has)?( now| just)? (missing|gone|disappeared|vanished)
    now (hes|shes) gone|cant find my (son|daughter|child|kid|boy|girl|toddler|little|mother|mom|dad|grand*)
    """,
)
FLOODED = words(
    """
    (淹|洪水|进水|水(已经)?(到|没|涨)).{0,14}(车里|有人|困|腰|胸|脖)|(车里|有人|困).{0,14}(淹|洪水|水(到|没))
    车开进水
    """,
    """
    (water|flood*)… (chest|waist|neck|knee|people|someone|in the car|trapped|rising)
    (basement|garage)… flood*… (people|someone|car|stuck|trapped)
    """,
)
DANGER_UNLESS = words(
    """
    (自行车|电动车|电瓶车|单车)(锁|被锁)|打不开(了)?(门锁|信箱)?|钥匙(断|忘|丢|落)|维修|修一下|检修|报修|开锁
    换锁|失物|打扫|衣服|被子|晾|玩具|快递|包裹|眼镜|玩偶|安抚|兔|泰迪|狗|猫|乌龟|婴儿车|花盆|叶子|喊麦|走失过
    派人(上去)?看|停车|预约|预定|投诉|建议
    """,
    """
    (my |the )?(keys?|phone|parcel|package|card|fob|cat|dog|wallet|washing|laundry|clothes|flag|toy|ball|drone|shoes?)
    book*|reserv*|permit|guest|visitor|leak*|drip*|mould|mold|paint|repair*|fix|window cleaning|cleaner come
    schedule|locksmith|bike lock|complain*|suggest*|picture
    """,
)

# Alarms and water
ALARM = words(
    """
    (火警|火灾|消防|烟感|烟雾)(警报|报警|警铃|铃|报警器|探测器|器|警报器|警笛|铃声)?(声)?|警报|警铃|smoke alarm
    fire alarm
    """,
    "(fire|smoke) ?(alarm|detector|bell|siren)s?|alarm",
)
RINGS = words(
    "(一直|老是|老|突然|又|总|怎么|半夜|不停|在|都|已经)~(响|叫|滴)|响(了|个|起|不停|着)|误报|(?<!不)(?<!没)响",
    """
    ring*|rang|going off|goes off|went off|gone off|go off|beep*|sound(s|ing)|blaring|wailing|screaming
    (wont|not) stop|keeps? (on )?(going|ringing)
    """,
)
ALARM_UNLESS = words(
    """
    车(?!库)|防盗|门铃|(什么时候|几点|哪天|是不是|是)~(测试|检测|试验)|测试|试(铃|响|鸣)|(没有?|不)响|误报|校|泵
    电池|换电|滴滴|手机|闹钟|电梯报警|门禁
    """,
    r"""
    (car|burglar|gas|bike|door|intruder) alarm|(when|what time|which day)… test*
    (not|never|nt|didnt|doesnt|dont|wont) (ring|go off|beep|sound)|chirp*|batter*|is it a (test|drill)|test*
    alarm clock|every (minute|\d+|thirty|forty|few)|low batt*|replace|parking
    """,
)
POURS = words(
    """
    爆管|(水管|管子|管道|暖气|热水器|软管|龙头|角阀|阀门)~(爆|裂|崩|断)(了|开|掉)?|水漫|发大水
    (水(?!龙头)|喷)~(止不住|关不上|关不住|关不掉|停不下来|狂喷|直喷)|喷(得|了)~(水|到处|满)
    (家里|屋里|客厅|厨房|卧室).{0,5}(淹|全是水|都是水)
    """,
    """
    burst*… (pipe|hose|tap|valve)|(pipe|hose|tap|valve|heater|radiator)s?… burst*|flood(ed|ing)
    water( is)? (everywhere|gushing|pouring|spraying|shooting)
    (cant|wont) (stop|shut off|turn off) the (water|tap)
    """,
)
POURS_UNLESS = words(
    """
    煤气|燃气|浇|喷头|喷灌|灌溉|排水|洗澡|滴水|滴答|滴滴|关不严|楼上|天花板|屋顶|下雨|暴雨|窗|外墙|下水|马桶
    地漏|堵|倒灌|车库|地下室|台风|关了|草坪|群里
    """,
    """
    drip*|upstairs|ceiling|rain*|storm*|drains?|toilet|sew*|blocked|clogged|garage|basement|windows?|above|roof
    gutter|turned off|closed the|shut the valve|off (the )?main|official|group chat|booked|balcony|valve so
    """,
)
DANGER_STAYS = words(
    "反锁|快掉|锁在",
    "locked in (a|the) (hot )?car|hot car|trapped|hanging|collapsed",
)
