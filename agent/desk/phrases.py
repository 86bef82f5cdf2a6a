"""What the resident hears from the dialogue, in English and Chinese."""

from __future__ import annotations

from typing import Final

from models.language.detect import Language

PHRASES: Final[dict[str, tuple[str, str]]] = {
    "greeting": (
        "Hello! I can log repairs and complaints, arrange visitors, parking and bookings, or answer a question. "
        "What can I do for you?",
        "您好！报修、投诉、访客、停车、预订场地，或者想问点什么，都可以跟我说。有什么可以帮您？",
    ),
    "goodbye": ("You are welcome. Have a good day!", "不客气，祝您生活愉快！"),
    "affirm": ("Good. Just tell me if you need anything.", "好的，有需要您随时说。"),
    "deny": ("All right. Tell me if there is anything else.", "好的，没关系，有别的事您再说。"),
    "nothing_said": ("I have not said anything yet. What can I do for you?", "我还没说什么呢，有什么可以帮您？"),
    "long": (
        "That was a lot at once. Could you tell me the main point?",
        "您说得有点多，能先用一两句话告诉我最要紧的吗？",
    ),
    "calm": ("I am sorry this has been so annoying; I will help.", "让您不愉快了，很抱歉，我来帮您。"),
    "scope": (
        "I am sorry, I cannot help with that here. I can log repairs and requests and answer questions about the "
        "estate.",
        "抱歉，这个我帮不上忙。报修、登记和小区的问题，您可以找我。",
    ),
    "who": (
        "I am the estate's front desk, a program. I log repairs, complaints, visitors, parking, parcels, bookings and "
        "renovations, and answer questions about the estate.",
        "我是小区的前台助手，是个程序。报修、投诉、访客、停车、快递、预订、装修登记，还有小区的问题，都可以找我。",
    ),
    "urgent.perhaps": (
        "If somebody is in danger, call 119 or 120 right now.",
        "如果有人有危险，请马上打119或120。",
    ),
    "language": ("Yes, let us speak English.", "好的，我们说中文。"),
    "scope.private": (
        "I am sorry, I cannot do that: I may not give out other people's details or operate equipment. "
        "I can log repairs and requests and answer questions about the estate.",
        "抱歉，这个我办不了：别人的信息我不能透露，设备也不能由我来操作。报修、登记和小区的问题，您可以找我。",
    ),
    "how": ("What can I do for you?", "您有什么事要办？"),
    "human": ("Of course. Here is whom to call: {human}.", "好的，请您联系：{human}。"),
    "clarify": (
        "Sorry, I did not quite get that. Could you put it another way?",
        "不好意思，我没太明白，您能换个说法吗？",
    ),
    "clarify.offer": (
        "Sorry, I did not quite get that. Is it about {offers}? Or put it another way.",
        "不好意思，我没太明白。您是想说{offers}吗？也可以换个说法。",
    ),
    "unsure": (
        "I am sorry, I still do not understand. A colleague can help you: {human}.",
        "抱歉，我还是没听明白，请联系工作人员：{human}。",
    ),
    "again": ("Sorry, I missed that.", "不好意思，没听清。"),
    "before_you_go": ("One moment, your {form} is not sent yet.", "请稍等，您的{form}还没提交呢。"),
    "urgent.kept": ("Your {form} is kept for afterwards.", "刚才的{form}我先给您留着。"),
    "one_by_one": ("I will get to that right after this.", "这件我们办完马上说。"),
    "resume": ("Shall we go on with your {form}?", "刚才的{form}，我们接着办吗？"),
    "cancelled": (
        "All right, I have dropped the {form}; nothing was recorded.",
        "好的，{form}不办了，没有留下任何记录。",
    ),
    "change": ("What should I change?", "哪里要改，您说。"),
    "gave_up": (
        "I am sorry, I cannot get this right. Please call {human}. So far I have: {summary}.",
        "抱歉，我没能弄清楚，请联系{human}。目前记到的是：{summary}。",
    ),
    "gave_up.empty": (
        "I am sorry, I cannot get this right. Please call {human}.",
        "抱歉，我没能弄清楚，请您联系{human}。",
    ),
    "not_recorded": (
        "I am sorry, I could not record that: something is wrong on my side. Please call {human} now.",
        "非常抱歉，系统出了问题，这件事没有记录成功，请您直接联系{human}。",
    ),
    # confirmation
    "confirm": ("Let me read that back. {form}: {summary}. Is that right?", "跟您核对一下，{form}：{summary}。对吗？"),
    "confirm.hint": (
        "Let me read that back. {form}: {summary}. Is that right? You can add a phone number or a time.",
        "跟您核对一下，{form}：{summary}。对吗？要留电话或约时间请直接说。",
    ),
    "confirm.phone": (
        "Let me read that back. {form}: {summary}. Is that right? You can add a phone number.",
        "跟您核对一下，{form}：{summary}。对吗？要留电话请直接说。",
    ),
    "confirm.changed": ("So now it is {summary}. Is that right?", "那就是：{summary}。这样对吗？"),
    "confirm.carried": ("I took the place from before.", "地点我先按刚才的记。"),
    # questions for what is missing
    "ask.repair.object": ("What needs fixing?", "是什么坏了呢？"),
    "ask.repair.location": ("Where is it? Which building and flat?", "在哪里呢？几号楼几室？"),
    "ask.complaint.object": ("What happened?", "是什么事呢？您说。"),
    "ask.complaint.location": (
        "Where is it? You need not say if you prefer not to.",
        "在什么位置？不方便说也没关系。",
    ),
    "ask.visitor_pass.location": ("Which building and flat will they visit?", "客人要到几号楼几室？"),
    "ask.visitor_pass.date": ("Which day are they coming?", "客人哪天来？"),
    "ask.parking.location": ("Which bay is it, or what is the car's plate?", "是哪个车位，或者车牌是多少？"),
    "ask.parking_permit.plate": ("What is the car's plate?", "车牌号是多少？"),
    "ask.parking_permit.location": ("Which building and flat do you live in?", "您住几号楼几室？"),
    "ask.parcel.phone": ("Which phone number or flat is the parcel for?", "快递留的电话或者房号是多少？"),
    "ask.booking.facility": ("Which place would you like to book?", "您想订哪个场地？"),
    "ask.booking.date": ("For which day?", "订哪一天？"),
    "ask.booking.time": ("At what time?", "几点开始？"),
    "ask.renovation.location": ("Which building and flat is it for?", "是几号楼几室？"),
    "ask.renovation.date": ("Which day does it start?", "哪天开始？"),
    "ask.phone": ("Which phone number?", "电话是多少？"),
    "ask.plate": ("Which plate?", "车牌是多少？"),
    "ask.person": ("Which name?", "姓名是什么？"),
    "ask.object": ("What is it about?", "是什么事？"),
    "ask.facility": ("Which place?", "哪个场地？"),
    "ask.date": ("Which day?", "哪一天？"),
    "ask.time": ("What time?", "几点？"),
    "ask.location": ("Which building and flat?", "几号楼几室？"),
    "ask.part.building": ("And which building is that?", "请问是几号楼？"),
    "ask.part.room": ("And which flat?", "请问是几室？"),
    "ask.part.flat": ("And which building and flat is that?", "请问是几号楼几室？"),
    "need.location": ("I need the place to send somebody.", "要知道地点才好安排。"),
    # orders
    "done": (
        "Thank you, it is recorded. Your number is {number}; we will deal with it by {due}.",
        "好的，已经记下了。单号是{number}，我们会在{due}之前处理。",
    ),
    "done.appointed": (
        "Thank you, it is recorded for {due}. Your number is {number}.",
        "好的，已经记下了，时间是{due}。单号是{number}。",
    ),
    "done.wished": (
        "Thank you, it is recorded with your wish for {wished}; at the latest we deal with it by {due}. Your number is "
        "{number}.",
        "好的，已经记下了，您希望{wished}，最晚{due}之前处理。单号是{number}。",
    ),
    "done.booking": (
        "Thank you, your request is recorded under number {number}; a colleague will confirm the place.",
        "好的，预订申请已经记下了，单号是{number}，场地由工作人员确认。",
    ),
    "done.visitor_pass": (
        "Thank you, the visit is recorded under number {number}; the gatehouse will see to it.",
        "好的，访客登记已经记下了，单号是{number}，由门岗办理。",
    ),
    "order.alter": (
        "{number} is recorded and I cannot change it from here: {human} will do it for you.",
        "{number}已经登记，我这里改不了，请联系{human}，马上给您改。",
    ),
    "done.changed": (
        "Thank you, {number} is changed.",
        "好的，{number}已经改好了。",
    ),
    "withdraw": ("Shall I cancel order {number}?", "要取消{number}吗？"),
    "withdrawn": ("Order {number} is cancelled. Anything else?", "{number}已经取消了。还有什么可以帮您？"),
    "unchanged": ("All right, {number} stays as it is.", "好的，{number}不动。"),
    "urgent.stay": (
        "Please do as I said and call {human}. Tell me once you are safe.",
        "请先按刚才说的做，并联系{human}。安全了再告诉我。",
    ),
    "urgent.form": (
        "I have begun an urgent repair for you: once you are safe, tell me and we finish it.",
        "我先给您开了一张紧急报修，安全了跟我说一声，我们接着登记。",
    ),
    "offer": ("Shall I register it for you?", "要我帮您登记吗？"),
    "more": ("Anything else?", "还有什么可以帮您？"),
    "status.ask": ("What is the order's number, or the phone number left with it?", "请说一下单号，或者登记的电话。"),
    "status.none": (
        "I found no order for that. What is the number again, or the phone number left with it?",
        "没有查到。麻烦再说一下单号，或者登记的电话。",
    ),
    "status.lost": (
        "I am sorry, I cannot find that order. Please call {human}.",
        "抱歉，没能查到这个单子，请您联系{human}。",
    ),
    "status.one": ("Order {number}, {category}: {state}.", "{number}，{category}：{state}。"),
    "status.due": ("Order {number}, {category}: {state}, due by {due}.", "{number}，{category}：{state}，最晚{due}。"),
    "status.fails": (
        "I am sorry, I cannot look that up right now. Please call {human}.",
        "抱歉，现在查不了，请您联系{human}。",
    ),
    "state.new": ("recorded, not yet assigned", "已登记，等待安排"),
    "state.assigned": ("somebody is assigned", "已安排人员"),
    "state.in_progress": ("being worked on", "正在处理"),
    "state.done": ("done", "已完成"),
    "state.cancelled": ("cancelled", "已取消"),
    # names
    "form.repair": ("repair", "报修"),
    "form.complaint": ("complaint", "投诉"),
    "form.visitor_pass": ("visitor registration", "访客登记"),
    "form.parking": ("parking request", "停车事项"),
    "form.parking_permit": ("parking permit", "停车办理"),
    "form.parcel": ("parcel request", "快递查询"),
    "form.booking": ("booking", "场地预订"),
    "form.renovation": ("renovation or move", "装修搬家登记"),
    "category.plumbing": ("plumbing", "水路"),
    "category.electrical": ("electrical", "电路"),
    "category.lift": ("lift", "电梯"),
    "category.doors": ("doors and windows", "门窗"),
    "category.heating_cooling": ("heating and cooling", "冷暖"),
    "category.appliance": ("appliance", "电器"),
    "category.public_area": ("public area", "公共区域"),
    "category.cleaning": ("cleaning", "保洁"),
    "category.noise": ("noise", "噪音"),
    "category.security": ("security", "安保"),
    "category.parking": ("parking", "停车"),
    "category.parcel": ("parcel", "快递"),
    "category.facility": ("facility", "场地"),
    "category.other": ("other", "其他"),
    "topic.repair_request": ("a repair", "报修"),
    "topic.complaint": ("a complaint", "投诉"),
    "topic.fee_query": ("fees", "费用"),
    "topic.visitor_pass": ("a visitor", "访客登记"),
    "topic.parking": ("parking", "停车"),
    "topic.parcel": ("a parcel", "快递"),
    "topic.facility_booking": ("a booking", "预订场地"),
    "topic.notice_query": ("a notice", "通知"),
    "topic.contact_query": ("a phone number", "联系电话"),
    "topic.access_card": ("door cards", "门禁卡"),
    "topic.renovation_moving": ("renovation or moving", "装修搬家"),
    "topic.utility_usage": ("your meters", "水电用量"),
    "topic.environment_query": ("air and temperature", "空气和温度"),
    "topic.equipment_status": ("how equipment is running", "设备运行情况"),
    "topic.lost_found": ("something lost or found", "失物招领"),
    "topic.request_status": ("an earlier request", "查进度"),
    "topic.suggestion_praise": ("a suggestion", "建议"),
    "topic.human_agent": ("talking to a person", "找人工"),
    # values
    "part.morning": ("morning", "上午"),
    "part.noon": ("noon", "中午"),
    "part.afternoon": ("afternoon", "下午"),
    "part.evening": ("evening", "晚上"),
    "part.night": ("night", "夜里"),
    "unknown_place": ("place not given", "地点未说明"),
    "person": ("visitor {value}", "{value}"),
    "plate": ("plate {value}", "车牌{value}"),
    "phone": ("phone {value}", "电话{value}"),
    "count": ("{value} in all", "一共{value}个"),
}


def say(key: str, language: Language, **values: object) -> str:
    """The sentence in that language. Raises KeyError for a key that is not there."""
    return PHRASES[key][language == "zh"].format(**values)


def join(*sentences: str, language: Language) -> str:
    """Sentences one after another, the empty ones left out."""
    return ("" if language == "zh" else " ").join(sentence for sentence in sentences if sentence)
