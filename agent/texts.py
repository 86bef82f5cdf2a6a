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
    "alarm.contribution": (
        "{name} {value} (normally {expected}), {share} %",
        "{name} {value}（正常约 {expected}），占 {share} %",
    ),
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
    # run
    "run.desk_off": ("The desk is switched off in gateway.toml.", "gateway.toml 中已关闭 desk。"),
    "run.started": ("started, process {pid}", "已启动，进程 {pid}"),
    "run.ended": ("ended with code {code}; starts again in {pause} s", "以代码 {code} 结束；{pause} 秒后重启"),
    "run.config": ("does not start again: its configuration is wrong", "配置有误，不再重启"),
    "run.stopping": ("stopping", "正在停止"),
    "run.killed": ("did not stop in time and was killed", "未及时停止，已强制结束"),
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
