"""Modbus RTU over a pty, 20 registers a transaction, beside four Python masters: same slave, pinned, one run."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import minimalmodbus
import serial
from pymodbus.client import AsyncModbusSerialClient, ModbusSerialClient
from umodbus.client.serial import rtu as umodbus_rtu

from firmware_bridge.modbus.codec import Function, Request
from firmware_bridge.modbus.master import Exchange, RtuMaster
from firmware_bridge.modbus.server import PtySlave, RegisterBank
from hal.serial_port import open_port
from tests.benchmarks.table import Row
from tests.firmware_bridge.peers import libmodbus_missing, libmodbus_slave

REGISTERS = 20
EXPECTED = tuple(range(REGISTERS))
BAUDRATE = 115200
SECONDS = 1.5
ROUNDS = 3
MAX_CPU_US = 100.0

Figure = tuple[float, float]
"""Transactions a second, CPU microseconds a transaction (user and system of the master's process)."""


class WrongAnswerError(Exception):
    """A master read other registers than the slave holds."""


def _checked(registers: object) -> None:
    if tuple(registers) != EXPECTED:  # type: ignore[call-overload]
        raise WrongAnswerError(str(registers))


def _timed(ask: Callable[[], object], seconds: float) -> Figure:
    for _ in range(20):
        _checked(ask())
    count = 0
    cpu, begun = time.process_time(), time.perf_counter()
    while (elapsed := time.perf_counter() - begun) < seconds:
        _checked(ask())
        count += 1
    return count / elapsed, (time.process_time() - cpu) / count * 1e6


def louguan(path: str, seconds: float) -> Figure:
    with open_port(path, BAUDRATE) as port:
        master = RtuMaster(port)
        exchange = Exchange(1, Request(Function.READ_HOLDING, 0, REGISTERS))
        return _timed(lambda: master.transact(exchange), seconds)


def pymodbus_sync(path: str, seconds: float) -> Figure:
    client = ModbusSerialClient(path, baudrate=BAUDRATE, timeout=1)
    client.connect()
    try:
        return _timed(lambda: client.read_holding_registers(0, count=REGISTERS, device_id=1).registers, seconds)
    finally:
        client.close()


def pymodbus_async(path: str, seconds: float) -> Figure:
    async def measure() -> Figure:
        client = AsyncModbusSerialClient(path, baudrate=BAUDRATE, timeout=1)
        await client.connect()
        for _ in range(20):
            _checked((await client.read_holding_registers(0, count=REGISTERS, device_id=1)).registers)
        count = 0
        cpu, begun = time.process_time(), time.perf_counter()
        while (elapsed := time.perf_counter() - begun) < seconds:
            _checked((await client.read_holding_registers(0, count=REGISTERS, device_id=1)).registers)
            count += 1
        figure = count / elapsed, (time.process_time() - cpu) / count * 1e6
        client.close()
        return figure

    return asyncio.run(measure())


def umodbus(path: str, seconds: float) -> Figure:
    with serial.Serial(path, BAUDRATE, timeout=1) as port:
        return _timed(
            lambda: umodbus_rtu.send_message(umodbus_rtu.read_holding_registers(1, 0, REGISTERS), port), seconds
        )


def minimal(path: str, seconds: float) -> Figure:
    with serial.Serial(path, BAUDRATE, timeout=1) as port:
        instrument = minimalmodbus.Instrument(port, 1)
        return _timed(lambda: instrument.read_registers(0, REGISTERS), seconds)


MASTERS: dict[str, Callable[[str, float], Figure]] = {
    "louguan": louguan,
    "pymodbus sync": pymodbus_sync,
    "pymodbus async": pymodbus_async,
    "umodbus": umodbus,
    "minimalmodbus": minimal,
}


@contextmanager
def _own_slave(core: int | None) -> Iterator[str]:
    """Our own slave in a process of its own, where libmodbus cannot be built."""
    command = [sys.executable, "-m", "tests.benchmarks.bench_modbus", "--slave"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True) as process:
        try:
            if core is not None:
                os.sched_setaffinity(process.pid, {core})
            if process.stdout is None:
                raise RuntimeError("the slave process has no output")
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def _serve() -> None:
    bank = RegisterBank(1)
    bank.set_words("holding", 0, range(1000))
    with PtySlave(bank) as slave, suppress(KeyboardInterrupt):
        print(slave.path, flush=True)
        sys.stdin.read()


def measure() -> tuple[dict[str, Figure], str]:
    """The median round of every master, taken in turns, and which slave they spoke to."""
    before = os.sched_getaffinity(0)
    cores = sorted(before)
    pin = len(cores) > 1
    missing = libmodbus_missing()
    slave = (_own_slave if missing else libmodbus_slave)(cores[-1] if pin else None)
    rounds: dict[str, list[Figure]] = {name: [] for name in MASTERS}
    try:
        with slave as path:
            if pin:
                os.sched_setaffinity(0, {cores[0]})
            for _ in range(ROUNDS):
                for name, master in MASTERS.items():
                    rounds[name].append(master(path, SECONDS))
    finally:
        os.sched_setaffinity(0, before)
    figures = {name: sorted(taken)[len(taken) // 2] for name, taken in rounds.items()}
    return figures, f"our own slave ({missing})" if missing else "a libmodbus slave"


def run() -> list[Row]:
    """Transactions a second and CPU a transaction beside each peer."""
    figures, slave = measure()
    rate, cpu = figures["louguan"]
    rows = []
    for name, (peer_rate, peer_cpu) in figures.items():
        if name == "louguan":
            continue
        what = f"Modbus RTU, {REGISTERS} registers, {slave}"
        rows += [
            Row(f"{what}: rate", rate, "transactions/s", name, peer_rate, "ahead of the peer", rate > peer_rate),
            Row(f"{what}: CPU", cpu, "us", name, peer_cpu, f"<= {MAX_CPU_US:.0f} us", cpu <= MAX_CPU_US),
        ]
    return rows


if __name__ == "__main__":
    if "--slave" in sys.argv:
        _serve()
    else:
        for row in run():
            print(f"{row.what}: {row.value:.0f} {row.unit}; {row.peer} {row.peer_value:.0f}; {row.target}: {row.ok}")
