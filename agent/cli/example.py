"""The gateway.toml that `louguan config init` writes: small, commented in both languages, and ready to run."""

from __future__ import annotations

import os
from pathlib import Path

_SYSTEM = Path("/etc/louguan")

_TEXT = """\
# gateway.toml: what this box watches. Everything not written here has a default.
# 本网关的配置。未写出的项目均有缺省值。
# Check it / 检查：      louguan config check {file}
# Run it / 运行：        louguan run --config {file}
# Ports here / 本机端口： louguan devices

[site]
id = "site"
name = {{ zh = "示例小区", en = "Example estate" }}
timezone = "Asia/Shanghai"

# Where data and sockets go; relative paths are meant from this file's folder.
# 数据与套接字的目录；相对路径从本文件所在目录算起。
[paths]
state = "{state}"
run = "{run}"

# One bus is one serial line or one Modbus TCP device. Several slaves share a line.
# 一条总线对应一个串口或一台 Modbus TCP 设备；一条线上可有多个从站。
[[buses]]
id = "pump-room"
# A simulated line to try with; start it by: louguan plant run --name demo
# 供试用的模拟线路，先启动：louguan plant run --name demo
# Real ones / 实际端口： "/dev/serial/by-id/usb-..."   "tcp://192.168.1.20:502"
port = "sim://demo"
protocol = "modbus-rtu"       # or / 或 "modbus-tcp" (port = "tcp://...")
baudrate = 9600
parity = "N"                  # N, E, O
stopbits = 1
timeout_s = 0.5               # wait for one answer / 单次应答时限

# One asset is one piece of equipment, with the slave address that speaks for it.
# 一个 asset 是一台设备，slave 是它的从站地址。
[[assets]]
id = "pump-1"
name = {{ zh = "1号水泵", en = "Pump 1" }}
brick = "Water_Pump"          # Brick class / Brick 类别
location = "B1"
bus = "pump-room"
slave = 1
priority = "high"             # critical, high, medium, low

# The learned baseline: how all points normally go together, for each operating mode.
# 自动学习的基线：各测点正常时如何相互关联，按运行模式分别学习。
[assets.detector]
mode_point = "running"        # 0 stopped, 1 running / 0 停止，1 运行
learn_rows = 14400            # readings before it judges, hours of them / 学习多少次读数后开始判断，数小时为宜
sensitivity = 1.0             # 2 alarms at half the deviation / 2 表示偏离一半即报警

[[assets.points]]
id = "running"
name = {{ zh = "运行状态", en = "Running" }}
brick = "On_Off_Status"
modbus = {{ function = "input", address = 0, type = "int16" }}
detect = false                # shown, but not judged by the baseline / 只显示，不参与基线判断

[[assets.points]]
id = "flow"
name = {{ zh = "出口流量", en = "Flow" }}
brick = "Water_Flow_Sensor"
unit = "m3/h"
interval_s = 1.0              # how often it is read / 轮询周期（秒）
# address counts from 0: 40001 of a manual is holding 0, 30003 is input 2.
# 地址从 0 算起：手册中的 40001 是 holding 0，30003 是 input 2。
# type: int16 uint16 int32 uint32 float32 int64 uint64 float64 bool; word_order: "big" or "little".
# value = raw * scale + offset / 数值 = 原始值 * scale + offset
modbus = {{ function = "input", address = 2, type = "int16", scale = 0.01 }}
valid = [-1, 60]              # outside is a bad reading / 超出即为无效读数

[[assets.points]]
id = "discharge_pressure"
name = {{ zh = "出口压力", en = "Discharge pressure" }}
brick = "Discharge_Pressure_Sensor"
unit = "bar"
modbus = {{ function = "input", address = 4, type = "int16", scale = 0.001 }}
valid = [-1.1, 16]

[[assets.points]]
id = "current"
name = {{ zh = "电机电流", en = "Motor current" }}
brick = "Motor_Current_Sensor"
unit = "A"
modbus = {{ function = "input", address = 5, type = "int16", scale = 0.01 }}
# Fixed limits; give only those you want. low_low <= low <= high <= high_high.
# 固定限值，按需填写。low_low <= low <= high <= high_high。
limits = {{ high = 11.5, high_high = 13, deadband = 0.3 }}

[[assets.points]]
id = "vibration"
name = {{ zh = "振动", en = "Vibration" }}
brick = "Vibration_Sensor"
unit = "mm/s"
modbus = {{ function = "input", address = 7, type = "int16", scale = 0.01 }}
limits = {{ high = 6.6, high_high = 9, deadband = 0.5, stuck_after_s = 600 }}

[[assets.points]]
id = "bearing_temperature"
name = {{ zh = "轴承温度", en = "Bearing temperature" }}
brick = "Bearing_Temperature_Sensor"
unit = "°C"
modbus = {{ function = "input", address = 8, type = "int16", scale = 0.1 }}
valid = [-40, 200]
limits = {{ high = 80, high_high = 95, deadband = 2, rate_per_s = 5 }}

# A point that may be commanded: louguan write pump-1.speed 45
# 可写测点：louguan write pump-1.speed 45
[[assets.points]]
id = "speed"
name = {{ zh = "频率给定", en = "Speed setpoint" }}
brick = "Speed_Setpoint"
unit = "Hz"
modbus = {{ function = "holding", address = 0, type = "uint16", scale = 0.01 }}
valid = [0, 50]
writable = true
detect = false

[alarms]
on_delay_s = 5                # must last so long / 持续多久才报警
off_delay_s = 30              # must be well so long / 恢复多久才解除
re_alarm_s = 3600             # remind while it lasts; 0 never / 持续未恢复时再次提醒；0 为不提醒

[history]
max_mb = 512
raw_days = 14                 # every reading / 原始数据
rollup_days = 730             # minute and hour means / 分钟与小时均值

# The desk answers residents. Copy the sample file of questions and answers and make it yours:
# 客服台回答住户提问。复制示例问答文件并改成自己小区的：
# knowledge = "estate.md"
[desk]
enabled = true
human = {{ name = {{ zh = "物业服务中心", en = "the property office" }}, phone = "" }}

# Within how many hours work orders are promised to be done / 工单承诺多少小时内处理
[desk.orders]
urgent_h = 0.5
high_h = 4
normal_h = 24
low_h = 72
"""


def example_toml(file: Path) -> str:
    """A commented gateway.toml for `file`; one in /etc/louguan uses the system's folders, others one beside them."""
    system = file.resolve().parent == _SYSTEM
    state, run = ("/var/lib/louguan", "/run/louguan") if system else ("louguan-data", "louguan-data/run")
    return _TEXT.format(file=os.fspath(file), state=state, run=run)
