"""What the command line says to people, in English and Chinese."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache

TEXTS: dict[str, tuple[str, str]] = {
    # help of the commands
    "help.app": (
        "Louguan watches a building's equipment and answers its residents.\n\n"
        "Exit codes: 0 all well, 1 a problem was found, 2 wrong use or configuration, 3 the service does not answer.",
        "楼管：照看楼宇设备，回答住户问题。\n\n退出码：0 正常，1 发现问题，2 用法或配置有误，3 服务无应答。",
    ),
    "help.run": (
        "Run services as child processes until Ctrl-C. Exit codes: 0 stopped as asked, 1 a service could not be run.",
        "以子进程方式运行服务，按 Ctrl-C 停止。退出码：0 正常停止，1 服务无法运行。",
    ),
    "help.run.services": ("core, desk; both when none is named", "core、desk；不写则两者都运行"),
    "help.status": (
        "Whether the services do their work. Exit codes: 0 all well, 1 troubles or open alarms, 3 no core.",
        "服务是否正常。退出码：0 正常，1 有故障或未处理的报警，3 core 无应答。",
    ),
    "help.points": (
        "Last values of all points, or of those whose id begins so.",
        "全部测点的当前值，或编号以此开头的测点。",
    ),
    "help.points.history": ("show the last 10m, 6h, 2d of one point", "显示该测点最近 10m、6h、2d 的历史"),
    "help.watch": (
        "Live view of points, scores and alarms; Ctrl-C leaves it.",
        "实时显示测点、评分与报警；按 Ctrl-C 退出。",
    ),
    "help.watch.once": ("print one frame and end", "只输出一屏"),
    "help.alarms": (
        "Alarms that are not normal: since when, why, what to check. Exit codes: 0 none is open, 1 some are.",
        "未恢复正常的报警：起始时间、原因、检查建议。退出码：0 无，1 有。",
    ),
    "help.alarms.all": ("also those that are normal again", "包括已恢复正常的"),
    "help.alarms.journal": ("every change of every alarm", "每条报警的每次变化"),
    "help.ack": ("Acknowledge alarms: somebody has seen them.", "确认报警：已有人知晓。"),
    "help.shelve": ("Silence an alarm for a time.", "搁置报警一段时间。"),
    "help.unshelve": ("End the silence before its time.", "提前结束搁置。"),
    "help.suppress": ("Take an alarm out of service until `unsuppress`.", "停用报警，直到 unsuppress。"),
    "help.unsuppress": ("Take an alarm back into service.", "恢复启用报警。"),
    "help.reset": ("Let go of a latched alarm whose condition has cleared.", "复位条件已消失的锁存报警。"),
    "help.relearn": (
        "Let an asset's detector forget what is normal and learn anew, after a repair or a change of equipment.",
        "让设备的检测器忘掉旧基线、重新学习，用于维修或更换设备之后。",
    ),
    "help.write": ("Command a point; the value is read back.", "写入测点，并回读校验。"),
    "help.export": (
        "Write samples to FILE.csv or FILE.parquet.",
        "把历史数据写入 FILE.csv 或 FILE.parquet。",
    ),
    "help.devices": ("List ports to use in gateway.toml.", "列出可写入 gateway.toml 的端口。"),
    "help.doctor": (
        "Check configuration, ports, disk, clock, models and services. Exit codes: 0 all well, 1 something is wrong.",
        "检查配置、端口、磁盘、时钟、模型和服务。退出码：0 正常，1 有问题。",
    ),
    "help.api": ("Print the OpenAPI description of the local API.", "输出本地 API 的 OpenAPI 描述。"),
    "help.config": ("Check gateway.toml, or make one.", "检查或生成 gateway.toml。"),
    "help.config.check": (
        "Say all that is wrong in gateway.toml. Exit codes: 0 nothing, 2 something.",
        "指出 gateway.toml 的全部错误。退出码：0 无误，2 有误。",
    ),
    "help.config.init": ("Write a commented gateway.toml.", "生成带注释的 gateway.toml。"),
    "help.demo": (
        "The whole main job before your eyes: a pump room, a fault, its alarm, two residents' questions.",
        "完整演示：泵房、故障、报警，以及两位住户的提问。",
    ),
    "help.demo.csv": ("play this recording instead of the simulated pump room", "改为播放此录制文件，不用模拟泵房"),
    "help.demo.stay": (
        "keep running at the end until Ctrl-C (by default on a terminal, without --csv)",
        "结束后继续运行直到 Ctrl-C（在终端且无 --csv 时为缺省）",
    ),
    "help.replay": (
        "Play a CSV recording through a simulated line, the bus, the detectors and the alarms. Exit codes: 0 played, "
        "1 it cannot be played, 130 stopped.",
        "把 CSV 录制数据经模拟线路、总线、检测器和报警完整回放。退出码：0 已回放，1 无法回放，130 被中止。",
    ),
    "help.replay.file": (
        "CSV file; delimiter, time column and numeric columns are found",
        "CSV 文件；分隔符、时间列和数值列自动识别",
    ),
    "help.replay.speed": ("times faster than it was recorded", "相对录制时的倍速"),
    "help.replay.label": (
        "column that is 1 where something was wrong; figures are printed",
        "异常行为 1 的标签列；给出后输出评估指标",
    ),
    "help.replay.ignore": ("column to leave out; may be given again", "忽略的列，可多次给出"),
    "help.replay.learn": ("rows at the beginning that are only learned from", "开头仅用于学习的行数"),
    "help.replay.delimiter": ("the character between columns, or auto", "列分隔符，或 auto"),
    "help.plant": (
        "A simulated pump room on a real pty, to try things on.",
        "模拟泵房：真实 pty 上的 Modbus RTU，供试用。",
    ),
    "help.plant.run": (
        "Serve a pump room as sim://NAME until Ctrl-C.",
        "以 sim://NAME 提供模拟泵房，按 Ctrl-C 停止。",
    ),
    "help.plant.config": ("Print the gateway.toml that fits it.", "输出与之配套的 gateway.toml。"),
    "help.plant.fault": ("Let a fault develop in a running plant.", "向运行中的模拟泵房注入故障。"),
    "help.plant.clear": ("Mend one pump, or all.", "清除一台或全部水泵的故障。"),
    "help.plant.status": ("What the pumps really do, and their faults.", "各泵的实际状态与故障。"),
    "help.plant.name": ("name of the plant and of its port", "模拟泵房及其端口的名称"),
    "help.plant.pumps": ("how many pumps, one Modbus slave each", "水泵台数，每台一个 Modbus 从站"),
    "help.plant.asset": ("which pump: pump-1, pump-2, ...", "哪台泵：pump-1、pump-2……"),
    "help.plant.seed": ("the same seed gives the same noise", "种子相同则噪声相同"),
    "help.plant.at": ("time of day in the plant at the start; now when not given", "泵房起始时刻；缺省为当前时间"),
    "help.plant.state": ("folder for the gateway's data and sockets", "网关数据与套接字的目录"),
    "help.plant.severity": ("how bad it gets, above 0 and at most 1", "严重程度，大于 0 且不超过 1"),
    "help.plant.ramp": ("seconds until it is that bad", "发展到该程度所需秒数"),
    "help.plant.sensor": (
        "for stuck-sensor and drifting-sensor, one of {names}",
        "用于 stuck-sensor 与 drifting-sensor，可选 {names}",
    ),
    "help.option.config": ("gateway.toml to use", "使用的 gateway.toml"),
    "help.option.json": ("print JSON", "输出 JSON"),
    "help.option.by": ("who does it", "操作人"),
    "help.option.comment": ("a note for the journal", "记入日志的备注"),
    "help.option.reason": ("why", "原因"),
    "help.option.minutes": ("for how long, in minutes", "时长（分钟）"),
    "help.option.force": ("replace the file that is there", "覆盖已有文件"),
    "help.option.points": (
        "ids or beginnings of ids, parted by commas; all when not given",
        "测点编号或其开头，逗号分隔；缺省为全部",
    ),
    "help.option.last": ("how far back: 10m, 6h, 2d", "时间跨度：10m、6h、2d"),
    # words
    "error": ("error", "错误"),
    "ok": ("ok", "正常"),
    "warning": ("warning", "注意"),
    "fail": ("FAIL", "故障"),
    "interrupted": ("stopped", "已停止"),
    "none": ("none", "无"),
    "yes": ("yes", "是"),
    "no": ("no", "否"),
    "score": ("score", "评分"),
    "learning": ("learning {rows}/{wanted}", "学习中 {rows}/{wanted}"),
    "stale": ("no sample yet", "尚无数据"),
    # table heads
    "head.point": ("point", "测点"),
    "head.name": ("name", "名称"),
    "head.value": ("value", "数值"),
    "head.quality": ("quality", "质量"),
    "head.age": ("age", "时间"),
    "head.trend": ("trend", "趋势"),
    "head.alarm": ("no.", "编号"),
    "head.asset": ("asset", "设备"),
    "head.state": ("state", "状态"),
    "head.priority": ("priority", "级别"),
    "head.since": ("since", "起始"),
    "head.why": ("why", "原因"),
    "head.kind": ("kind", "类型"),
    "head.address": ("port", "端口"),
    "head.description": ("description", "说明"),
    "head.time": ("time", "时间"),
    "head.from": ("from", "原状态"),
    "head.to": ("to", "新状态"),
    "head.by": ("by", "操作人"),
    "head.comment": ("comment", "备注"),
    # states, priorities, kinds, qualities, as people read them
    "state.normal": ("normal", "正常"),
    "state.unacknowledged": ("unacknowledged", "未确认"),
    "state.acknowledged": ("acknowledged", "已确认"),
    "state.returned_unacknowledged": ("returned, unacknowledged", "已恢复未确认"),
    "state.shelved": ("shelved", "已搁置"),
    "state.suppressed": ("suppressed", "已停用"),
    "priority.critical": ("critical", "紧急"),
    "priority.high": ("high", "高"),
    "priority.medium": ("medium", "中"),
    "priority.low": ("low", "低"),
    "kind.high_high": ("far too high", "超高高限"),
    "kind.high": ("too high", "超高限"),
    "kind.low": ("too low", "低于低限"),
    "kind.low_low": ("far too low", "低于低低限"),
    "kind.rate": ("changes too fast", "变化过快"),
    "kind.stuck": ("value is stuck", "数值不变"),
    "kind.gap": ("no data", "数据中断"),
    "kind.anomaly": ("unlike its normal running", "偏离正常运行"),
    "why.re_alarm": ("still there long after it was acknowledged", "确认后长时间未恢复"),
    "why.more_urgent": ("became more urgent", "级别升高"),
    "why.shelving_over": ("time of shelving is over", "搁置到期"),
    "quality.good": ("good", "良好"),
    "quality.uncertain": ("uncertain", "可疑"),
    "quality.bad": ("bad", "无效"),
    "quality.none": ("no data", "无数据"),
    # status and alarms
    "status.core": (
        "core runs since {since}, {points} points, {rss} MB",
        "core 自 {since} 运行，{points} 个测点，{rss} MB",
    ),
    "status.core.absent": ("core does not answer: {message}", "core 无应答：{message}"),
    "status.desk": ("desk answers", "desk 正常应答"),
    "status.desk.ill": ("desk runs, but not well", "desk 在运行，但状态不正常"),
    "status.desk.absent": ("desk does not answer", "desk 无应答"),
    "status.desk.off": ("desk is switched off in gateway.toml", "gateway.toml 中已关闭 desk"),
    "status.bus": ("bus {name} on {port}: {state}", "总线 {name}（{port}）：{state}"),
    "status.bus.connected": ("connected", "已连接"),
    "status.bus.absent": ("not connected", "未连接"),
    "status.slave": (
        "slave {slave}: {requests} requests, {errors} errors",
        "从站 {slave}：{requests} 次请求，{errors} 次错误",
    ),
    "status.alarms": (
        "alarms: {active} active, {unacknowledged} not acknowledged, {shelved} shelved, {suppressed} suppressed",
        "报警：{active} 条持续中，{unacknowledged} 条未确认，{shelved} 条搁置，{suppressed} 条停用",
    ),
    "status.intake": (
        "samples: {taken} taken, {waiting} waiting, {dropped} dropped",
        "采样：已处理 {taken}，等待 {waiting}，丢弃 {dropped}",
    ),
    "status.history": ("history: {used} of {limit} MB", "历史库：{used} / {limit} MB"),
    "status.history.set_aside": (
        "the history database was corrupt and is kept as {path}",
        "历史数据库已损坏，原文件保存为 {path}",
    ),
    "alarms.none": ("No open alarms.", "没有未恢复的报警。"),
    "against.normal": (
        "{name} {value} (normally {expected}), {share} %",
        "{name} {value}（正常约 {expected}），占 {share} %",
    ),
    "against.limit": ("{name} {value} (limit {expected})", "{name} {value}（限值 {expected}）"),
    "against.before": ("{name} {value} (a second before: {expected})", "{name} {value}（一秒前为 {expected}）"),
    "against.last": ("{name}: no value, last {expected}", "{name}：无数据，上次为 {expected}"),
    "against.itself": ("{name} stays at {value}", "{name} 一直为 {value}"),
    "alarm.check": ("check", "检查"),
    "alarm.changed": ("alarm {id} is now {state}", "报警 {id} 现为：{state}"),
    "points.none": ("No point has an id that begins with {prefix}.", "没有编号以 {prefix} 开头的测点。"),
    "points.one": ("--history needs the full id of one point.", "--history 需要一个测点的完整编号。"),
    "history.none": ("No samples in that time.", "该时段没有数据。"),
    "history.summary": (
        "{count} samples, lowest {low}, mean {mean}, highest {high}",
        "{count} 个数据，最低 {low}，平均 {mean}，最高 {high}",
    ),
    "write.done": ("{point} now reads {value}", "{point} 现读数为 {value}"),
    "relearn.done": ("{name} learns anew what is normal.", "{name} 正在重新学习正常状态。"),
    "export.done": ("{size} bytes written to {path}", "已写入 {path}，共 {size} 字节"),
    "export.format": ("{path} must end in .csv or .parquet.", "{path} 必须以 .csv 或 .parquet 结尾。"),
    "devices.none": ("No serial port and no simulated one.", "没有串口，也没有模拟端口。"),
    "watch.title": ("{site}   {now}   Ctrl-C leaves", "{site}   {now}   按 Ctrl-C 退出"),
    "watch.more": ("... {count} more", "……另有 {count} 项"),
    "watch.lost": ("The core does not answer; trying again.", "core 无应答，正在重试。"),
    # config
    "config.ok": ("{path} is right.", "{path} 无误。"),
    "config.summary": (
        "{buses} buses, {assets} assets, {points} points",
        "{buses} 条总线，{assets} 台设备，{points} 个测点",
    ),
    "config.bus": (
        "bus {name} ({port}): {points} points, {rate} requests/s, line {load} % busy",
        "总线 {name}（{port}）：{points} 个测点，每秒 {rate} 次请求，线路占用 {load} %",
    ),
    "config.bus.tcp": (
        "bus {name} ({port}): {points} points, {rate} requests/s",
        "总线 {name}（{port}）：{points} 个测点，每秒 {rate} 次请求",
    ),
    "config.busy": (
        "bus {name} cannot be read as often as wanted: raise interval_s or baudrate",
        "总线 {name} 来不及按要求轮询：请增大 interval_s 或 baudrate",
    ),
    "config.written": (
        "{path} written. Next: edit it, then `louguan config check`.",
        "已生成 {path}。下一步：修改后运行 `louguan config check`。",
    ),
    "config.exists": ("{path} is there already. Use --force to replace it.", "{path} 已存在。加 --force 可覆盖。"),
    "config.unwritable": ("{path} cannot be written: {why}.", "{path} 无法写入：{why}。"),
    # desk: what residents hear
    "desk.unknown": (
        "I am sorry, I do not know that. Shall I call a human for you ({human})?",
        "抱歉，这个我不知道。要帮您转人工吗（{human}）？",
    ),
    "desk.empty": ("I did not catch a question. Please say it again.", "我没有听清您的问题，请再说一遍。"),
    "desk.long": (
        "That was too long for me. Please ask in one sentence, or talk to a human: {human}",
        "您说得有点长，我没听明白。请用一句话问我，或者联系人工：{human}",
    ),
    "desk.urgent": (
        "Get yourself safe first. Call 119 for fire, 120 for an injury, 110 for crime, then {human}.",
        "请先确保自身安全：火灾打 119，有人受伤打 120，治安打 110，然后联系{human}。",
    ),
    # ask
    "help.ask": (
        "Answer a resident's question, by the running desk or, without one, in this process. "
        "Exit codes: 0 answered (also when the answer is that the desk does not know), 1 the model or the knowledge "
        "file is damaged, 2 wrong use or configuration.",
        "回答住户的问题：有运行中的 desk 则由它回答，否则在本进程内回答。"
        "退出码：0 已回答（包括回答“不知道”），1 模型或知识文件损坏，2 用法或配置有误。",
    ),
    "help.ask.text": ("the question; - reads it from standard input", "问题；- 表示从标准输入读取"),
    "help.ask.language": (
        "zh or en: answer in this language (default: that of the question)",
        "zh 或 en：用这种语言回答（缺省与问题相同）",
    ),
    "ask.alternatives": ("Did you mean:", "您是不是想问："),
    "ask.uncached": ("The vectors cannot be kept for the next time: {why}.", "向量无法保存供下次使用：{why}。"),
    # run
    "run.desk_off": ("The desk is switched off in gateway.toml.", "gateway.toml 中已关闭 desk。"),
    "run.started": ("started, process {pid}", "已启动，进程 {pid}"),
    "run.ended": ("ended with code {code}; starts again in {pause} s", "以代码 {code} 结束；{pause} 秒后重启"),
    "run.config": ("does not start again: its configuration is wrong", "配置有误，不再重启"),
    "run.stopping": ("stopping", "正在停止"),
    "run.killed": ("did not stop in time and was killed", "未及时停止，已强制结束"),
    # replay
    "replay.delimiter.wrong": ("{text} is not one character, nor auto.", "{text} 不是单个字符，也不是 auto。"),
    "replay.summary": (
        "{file}: {rows} rows, {points} points, {start} to {end}; played {speed} times faster, in {took} s",
        "{file}：{rows} 行，{points} 个测点，{start} 至 {end}；{speed} 倍速，用时 {took} 秒",
    ),
    "replay.samples": (
        "samples: {good} good, {bad} bad; rows not seen: {unseen}",
        "采样：有效 {good}，无效 {bad}；未读到的行：{unseen}",
    ),
    "replay.no_alarms": ("No alarm.", "没有报警。"),
    "replay.alarm": ("alarm {id} at row {row}", "报警 {id}，第 {row} 行"),
    "replay.alarm.head": (
        "alarm {id} since {since}, {onsets} times, {active} in all",
        "报警 {id}，始于 {since}，共 {onsets} 次，累计 {active}",
    ),
    "replay.f1": ("F1", "F1"),
    "replay.far": ("false alarms, share of normal rows", "误报率（占正常行）"),
    "replay.mar": ("missed, share of anomalous rows", "漏报率（占异常行）"),
    "replay.counts": ("rows tp / fp / fn / tn", "行数 tp / fp / fn / tn"),
    "replay.events": ("events found", "发现的事件"),
    "replay.delay": ("median delay", "延迟中位数"),
    "replay.onsets": ("alarm onsets per hour", "每小时报警次数"),
    "replay.protocol": (
        "The first {rows} rows are learned from and not counted. Each later row counts once: alarmed or not, labelled "
        "or not. Alarms neither wait nor linger (on-delay and off-delay 0).",
        "前 {rows} 行仅用于学习，不计入。其后每行计一次：是否报警、是否标为异常。"
        "报警不延时、不滞留（on/off delay 为 0）。",
    ),
    "replay.no_time": ("no time column: rows count as 1 s apart", "没有时间列：按每行 1 秒计"),
    "replay.label_column": ("column {name} is left out: it is a label", "列 {name} 是标签，未采用"),
    "replay.label_twin": ("column {name} is left out: it equals the label", "列 {name} 与标签相同，未采用"),
    "replay.words": ("left out, not numbers: {names}", "非数值列，未采用：{names}"),
    "replay.constant": ("left out, never changes: {names}", "数值不变的列，未采用：{names}"),
    "replay.garbage": (
        "column {name}: {count} cells are no numbers and count as missing",
        "列 {name}：{count} 个单元格不是数值，按缺失处理",
    ),
    "replay.empty": ("{count} cells without a value count as bad samples", "{count} 个单元格没有数值，按无效采样处理"),
    "replay.bad_rows": (
        "{count} rows do not have {columns} cells and are left out",
        "{count} 行的列数不是 {columns}，已跳过",
    ),
    "replay.untimed": ("{count} rows without a proper time are left out", "{count} 行没有有效时间，已跳过"),
    "replay.unsorted": (
        "rows were not in order of time ({count} steps back) and are sorted",
        "行未按时间排序（{count} 处倒退），已重排",
    ),
    "replay.twice": (
        "{count} rows have the time of the row before; all are played",
        "{count} 行与前一行时间相同，均已播放",
    ),
    "replay.gaps": (
        "{count} gaps in time, the longest {longest}, are played without waiting",
        "时间上有 {count} 处间断，最长 {longest}，播放时不等待",
    ),
    "replay.unlabelled": ("{count} rows without a label are not counted", "{count} 行没有标签，不计入"),
    # demo
    "demo.plant": (
        "A pump room: {pumps} pumps answer Modbus RTU on {port} ({pty}). What the gateway reads:",
        "模拟泵房：{pumps} 台水泵在 {port}（{pty}）上应答 Modbus RTU。网关读到：",
    ),
    "demo.learning": (
        "The gateway learns how each pump normally runs, {rows} readings ...",
        "网关学习每台泵的正常运行状态，共 {rows} 次读数……",
    ),
    "demo.fault": (
        "A fault is injected: {fault} on {asset}, growing to {severity} % ...",
        "注入故障：{asset} {fault}，逐渐发展到 {severity} %……",
    ),
    "demo.alarm": ("Alarm, {seconds} s after the fault:", "故障发生 {seconds} 秒后报警："),
    "demo.recording": (
        "{file}: {rows} rows of {points} points from {start} on, played {speed} times faster as a Modbus slave. "
        "What the gateway reads:",
        "{file}：{rows} 行、{points} 个测点，始于 {start}，以 {speed} 倍速作为 Modbus 从站播放。网关读到：",
    ),
    "demo.playing": (
        "The gateway learns from the first {rows} rows and watches the others ...",
        "网关用前 {rows} 行学习，并监视其后各行……",
    ),
    "demo.row": ("{time}   row {row} of {rows}", "{time}   第 {row} 行，共 {rows} 行"),
    "demo.onset": ("alarm {id} since {time}", "报警 {id}，始于 {time}"),
    "demo.found": ("What it found", "发现的问题"),
    "demo.shortened": ("only the first {rows} rows are played here", "此处只播放前 {rows} 行"),
    "demo.residents": ("Two residents ask; a small model on this box answers", "两位住户提问，由本机的小模型回答"),
    "demo.answered": ("{ms} ms, {score} % sure", "{ms} 毫秒，把握 {score} %"),
    "demo.next": ("How to go on, from another terminal in {folder}", "接下来，在另一个终端进入 {folder}"),
    "demo.next.watch": ("the live view", "实时画面"),
    "demo.next.alarms": ("the alarm and what to check", "报警与检查建议"),
    "demo.next.ask": ("ask the desk yourself", "自己提个问题"),
    "demo.next.clear": ("mend the pump; the alarm returns by itself", "修好水泵，报警会自行恢复"),
    "demo.next.stay": (
        "All but the last need a demo that stays: run it in a terminal, or with --stay.",
        "除最后一条外，都需要演示仍在运行：请在终端里运行，或加 --stay。",
    ),
    "demo.next.own": ("begin with your own equipment", "从自己的设备开始"),
    "demo.next.label": ("figures, where a column of 0 and 1 says what was wrong", "若有 0/1 标签列，输出评估指标"),
    "demo.next.plant": ("a pump room to try things on", "可供试验的模拟泵房"),
    "demo.stays": ("The demo keeps running; Ctrl-C ends it.", "演示继续运行，按 Ctrl-C 结束。"),
    "demo.done": ("The demo has ended; nothing is left running.", "演示结束，没有留下任何进程。"),
    # plant
    "plant.runs": (
        "{pumps} pumps answer Modbus RTU on sim://{name} ({path}), slaves 1 to {pumps}. Ctrl-C stops them.",
        "{pumps} 台水泵在 sim://{name}（{path}）上应答 Modbus RTU，从站 1 至 {pumps}。按 Ctrl-C 停止。",
    ),
    "plant.injected": ("{asset} now has: {fault}", "{asset} 已注入故障：{fault}"),
    "plant.cleared": ("{asset}: mended", "{asset}：故障已清除"),
    "plant.every": ("all pumps", "全部水泵"),
    "plant.status": ("{port} on {path}, time in the plant {time}", "{port}（{path}），泵房时间 {time}"),
    "plant.fault": ("{fault}, {level} % now, {severity} % at the end", "{fault}，当前 {level} %，最终 {severity} %"),
    "plant.at.wrong": ("{text} is not a time of day such as 14:30.", "{text} 不是 14:30 这样的时刻。"),
    "fault.bearing-wear": ("bearing wear", "轴承磨损"),
    "fault.cavitation": ("cavitation", "汽蚀"),
    "fault.blocked-strainer": ("blocked strainer", "过滤器堵塞"),
    "fault.dry-run": ("dry run", "干转"),
    "fault.leaking-valve": ("leaking valve", "阀门内漏"),
    "fault.stuck-sensor": ("stuck sensor", "传感器卡死"),
    "fault.drifting-sensor": ("drifting sensor", "传感器漂移"),
    # doctor
    "doctor.config": ("configuration", "配置"),
    "doctor.state": ("state folder", "数据目录"),
    "doctor.run": ("run folder", "运行目录"),
    "doctor.disk": ("disk", "磁盘"),
    "doctor.clock": ("clock", "时钟"),
    "doctor.port": ("port {port}", "端口 {port}"),
    "doctor.model": ("language model", "语言模型"),
    "doctor.service": ("service {name}", "服务 {name}"),
    "doctor.python": ("Python", "Python"),
    "doctor.no_config": ("no gateway.toml yet", "还没有 gateway.toml"),
    "doctor.no_config.do": ("louguan config init", "运行 louguan config init"),
    "doctor.config.do": ("mend the lines named above", "按上面指出的行修改"),
    "doctor.folder.absent": ("{path} is not there yet; the service makes it", "{path} 尚不存在；服务启动时会创建"),
    "doctor.folder.unwritable": ("{path} cannot be written by {user}", "用户 {user} 无法写入 {path}"),
    "doctor.folder.do": (
        "chown it to the user of the service, or set another one under [paths]",
        "把它的属主改为服务用户，或在 [paths] 中另设目录",
    ),
    "doctor.folder.group": (
        "{path} belongs to the service; {user} may only read it",
        "{path} 属于服务；用户 {user} 只能读取",
    ),
    "doctor.disk.free": ("{free} MB free at {path}", "{path} 剩余 {free} MB"),
    "doctor.disk.do": ("free space, or lower history.max_mb", "清理磁盘，或减小 history.max_mb"),
    "doctor.disk.history": (
        "{free} MB free at {path}, less than history may grow by ({wanted} MB)",
        "{path} 剩余 {free} MB，少于历史库还可增长的 {wanted} MB",
    ),
    "doctor.clock.year": ("the clock says {now}, which cannot be", "系统时间 {now} 不合理"),
    "doctor.clock.do": ("set it: timedatectl set-ntp true", "校准时间：timedatectl set-ntp true"),
    "doctor.clock.jump": (
        "the last sample lies {ahead} s in the future: the clock was set back",
        "最后一条数据在 {ahead} 秒之后：时钟被调回过",
    ),
    "doctor.clock.unsynced": ("{now}, not synchronised by NTP", "{now}，未经 NTP 同步"),
    "doctor.clock.unknown": ("{now}; whether NTP sets it cannot be told here", "{now}；无法得知是否经 NTP 同步"),
    "doctor.clock.synced": ("{now}, synchronised", "{now}，已同步"),
    "doctor.port.absent": ("not there", "不存在"),
    "doctor.port.do": (
        "plug it in; `louguan devices` lists what is there",
        "请接上设备；`louguan devices` 可列出现有端口",
    ),
    "doctor.port.sim.do": ("start the simulated plant: `louguan plant run`", "启动模拟机房：`louguan plant run`"),
    "doctor.port.denied": ("{user} may not open it", "用户 {user} 无权打开"),
    "doctor.port.denied.do": (
        "add the user to group {group}: usermod -aG {group} {user}",
        "把用户加入 {group} 组：usermod -aG {group} {user}",
    ),
    "doctor.port.tcp": ("no answer within 2 s: {why}", "2 秒内无应答：{why}"),
    "doctor.port.tcp.do": ("check its address and cable", "检查地址与网线"),
    "doctor.model.ok": ("{path}, {size} MB", "{path}，{size} MB"),
    "doctor.model.do": ("install it again, or set desk.model", "重新安装，或设置 desk.model"),
    "doctor.service.ok": ("answers", "正常应答"),
    "doctor.service.absent": ("does not answer", "无应答"),
    "doctor.service.do": (
        "start it: louguan run {name}, or systemctl start louguan-{name}",
        "启动：louguan run {name}，或 systemctl start louguan-{name}",
    ),
    "doctor.service.denied": ("{user} may not speak to it", "用户 {user} 无权访问"),
    "doctor.service.denied.do": ("add the user to group louguan and log in again", "把用户加入 louguan 组后重新登录"),
    "doctor.end.ok": ("All well.", "一切正常。"),
    "doctor.end.warnings": ("No failure; {count} to look at.", "没有故障；有 {count} 处需留意。"),
    "doctor.end.bad": ("{count} failures.", "{count} 处故障。"),
    "duration.wrong": ("{text} is not a time such as 90s, 10m, 6h or 2d.", "{text} 不是 90s、10m、6h、2d 这样的时长。"),
}


def language_of(environment: Mapping[str, str]) -> str:
    """`zh` or `en`, by LOUGUAN_LANG, else LC_ALL, LC_MESSAGES, LANG: the first that is set."""
    for name in ("LOUGUAN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environment.get(name):
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


@cache
def language() -> str:
    """The language of this process."""
    return language_of(os.environ)


def t(key: str, **values: object) -> str:
    """The text of `key` in the language of this process."""
    text = TEXTS[key][language() == "zh"]
    return text.format(**values) if values else text
