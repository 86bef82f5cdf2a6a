"""Independent implementations understand us, and we them."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pymodbus.client import ModbusSerialClient, ModbusTcpClient
from pymodbus.server import ModbusSerialServer, ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from firmware_bridge.modbus.codec import Function, Request
from firmware_bridge.modbus.errors import ExceptionAnswerError
from firmware_bridge.modbus.master import Exchange, ModbusMaster, RtuMaster, TcpMaster
from firmware_bridge.modbus.server import PtySlave, RegisterBank, TcpSlave
from hal.serial_port import PortError, open_port
from tests.firmware_bridge.peers import PtyPair, libmodbus_missing, libmodbus_slave


def pymodbus_device() -> SimDevice:
    """holding[i] = i, input[i] = 1000 + i, coil[i] = i odd, discrete[i] = i divisible by 3."""
    coils = [SimData(0, values=[bool(i % 2) for i in range(112)], datatype=DataType.BITS)]
    discrete = [SimData(0, values=[i % 3 == 0 for i in range(112)], datatype=DataType.BITS)]
    holding = [SimData(0, values=list(range(200)), datatype=DataType.REGISTERS)]
    inputs = [SimData(0, values=[1000 + i for i in range(200)], datatype=DataType.REGISTERS)]
    return SimDevice(1, (coils, discrete, holding, inputs))


@contextmanager
def served(make: Callable[[], Coroutine[Any, Any, Any]]) -> Iterator[Any]:
    """Runs a pymodbus server in a loop of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(make(), loop).result(10)
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(server.shutdown(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def ask(master: ModbusMaster, function: Function, address: int, count: int, *values: int) -> tuple[int, ...]:
    return master.transact(Exchange(1, Request(function, address, count, values)), timeout_s=3)


def speaks_all_functions(master: ModbusMaster) -> None:
    assert ask(master, Function.READ_HOLDING, 3, 125) == tuple(range(3, 128))
    assert ask(master, Function.READ_INPUT, 10, 20) == tuple(range(1010, 1030))
    assert ask(master, Function.READ_COILS, 1, 19) == tuple(i % 2 for i in range(1, 20))
    assert ask(master, Function.READ_DISCRETE, 0, 16) == tuple(int(i % 3 == 0) for i in range(16))
    assert ask(master, Function.WRITE_REGISTER, 5, 1, 0xBEEF) == ()
    assert ask(master, Function.WRITE_REGISTERS, 6, 3, 7, 65535, 9) == ()
    assert ask(master, Function.READ_HOLDING, 5, 4) == (0xBEEF, 7, 65535, 9)
    assert ask(master, Function.WRITE_COIL, 2, 1, 1) == ()
    assert ask(master, Function.WRITE_COILS, 3, 10, *[0, 1] * 5) == ()
    assert ask(master, Function.READ_COILS, 2, 11) == (1, *[0, 1] * 5)
    with pytest.raises(ExceptionAnswerError) as caught:
        ask(master, Function.READ_HOLDING, 60_000, 2)
    assert caught.value.code == 2


def test_a_pymodbus_server_on_a_serial_line() -> None:
    async def make() -> ModbusSerialServer:
        server = ModbusSerialServer(pymodbus_device(), port=cable.b, baudrate=115200)
        await server.serve_forever(background=True)
        return server

    with PtyPair() as cable, served(make), open_port(cable.a, 115200) as port:
        speaks_all_functions(RtuMaster(port))


def test_a_pymodbus_server_on_tcp() -> None:
    async def make() -> ModbusTcpServer:
        server = ModbusTcpServer(pymodbus_device(), address=("127.0.0.1", 0))
        await server.serve_forever(background=True)
        return server

    with served(make) as server:
        number = server.transport.sockets[0].getsockname()[1]
        with open_port(f"tcp://127.0.0.1:{number}") as port:
            speaks_all_functions(TcpMaster(port))


@pytest.mark.skipif(bool(libmodbus_missing()), reason=libmodbus_missing() or "there")
def test_a_libmodbus_slave() -> None:
    with libmodbus_slave() as path, open_port(path, 115200) as port:
        speaks_all_functions(RtuMaster(port))


@pytest.fixture
def bank() -> RegisterBank:
    bank = RegisterBank(1, size=200)
    bank.set_words("holding", 0, range(200))
    bank.set_words("input", 0, range(1000, 1200))
    bank.set_words("coil", 0, [i % 2 for i in range(200)])
    bank.set_words("discrete", 0, [int(i % 3 == 0) for i in range(200)])
    return bank


def test_our_slaves_speak_all_functions_with_our_master(bank: RegisterBank) -> None:
    with PtySlave(bank) as slave, open_port(slave.path) as port:
        speaks_all_functions(RtuMaster(port))


def test_our_tcp_slave_speaks_all_functions_with_our_master(bank: RegisterBank) -> None:
    with TcpSlave(bank) as slave, open_port(slave.address) as port:
        speaks_all_functions(TcpMaster(port))


def pymodbus_reads_and_writes(client: ModbusSerialClient | ModbusTcpClient) -> None:
    assert client.connect()
    try:
        assert client.read_holding_registers(3, count=20, device_id=1).registers == list(range(3, 23))
        assert client.read_coils(1, count=3, device_id=1).bits[:3] == [True, False, True]
        assert not client.write_registers(50, [1, 2, 3], device_id=1).isError()
        assert client.read_holding_registers(50, count=3, device_id=1).registers == [1, 2, 3]
        assert client.read_holding_registers(190, count=20, device_id=1).isError()
    finally:
        client.close()


def test_a_pymodbus_client_reads_our_slave(bank: RegisterBank) -> None:
    with PtySlave(bank) as slave:
        pymodbus_reads_and_writes(ModbusSerialClient(slave.path, baudrate=115200, timeout=3))


def test_a_pymodbus_client_reads_our_tcp_slave(bank: RegisterBank) -> None:
    with TcpSlave(bank) as slave:
        pymodbus_reads_and_writes(ModbusTcpClient("127.0.0.1", port=slave.port, timeout=3))


@pytest.mark.skipif(shutil.which("mbpoll") is None, reason="mbpoll is missing")
def test_mbpoll_reads_our_slave(bank: RegisterBank) -> None:
    with PtySlave(bank) as slave:
        shown = subprocess.run(
            ["mbpoll", "-1", "-m", "rtu", "-a1", "-b115200", "-Pnone", "-t4", "-r11", "-c3", slave.path],
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
    assert shown.returncode == 0, shown.stdout + shown.stderr
    read = [line.split() for line in shown.stdout.splitlines() if line.startswith("[")]
    assert read == [["[11]:", "10"], ["[12]:", "11"], ["[13]:", "12"]]


def test_two_masters_cannot_share_a_port(bank: RegisterBank) -> None:
    with PtySlave(bank) as slave, open_port(slave.path), pytest.raises(PortError, match="in use"):
        open_port(slave.path)
