"""What a master makes of slaves that misbehave on a real pty or socket."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from firmware_bridge.modbus import tcp
from firmware_bridge.modbus.codec import Function, Request
from firmware_bridge.modbus.errors import ExceptionAnswerError, FrameError, NoAnswerError, StoppedError
from firmware_bridge.modbus.master import Exchange, RtuMaster, TcpMaster
from firmware_bridge.modbus.rtu import encode_frame
from hal.serial_port import open_port
from tests.firmware_bridge.peers import ScriptedSlave, registers

LOW = Exchange(1, Request(Function.READ_HOLDING, 0, 4))
HIGH = Exchange(1, Request(Function.READ_HOLDING, 100, 4))
GOOD = (0, 1, 2, 3)
Script = Callable[[int, int, bytes], bytes]
Line = Callable[[Script], tuple[ScriptedSlave, RtuMaster]]


@pytest.fixture
def line() -> Iterator[Line]:
    opened = []

    def make(script: Script) -> tuple[ScriptedSlave, RtuMaster]:
        slave = ScriptedSlave(script)
        slave.__enter__()
        port = open_port(slave.path)
        opened.append((slave, port))
        return slave, RtuMaster(port, timeout_s=0.3)

    yield make
    for slave, port in opened:
        port.close()
        slave.__exit__(None)


def test_a_wrong_checksum_is_an_error_long_before_the_deadline(line: Line) -> None:
    _, master = line(lambda n, slave, pdu: registers(slave, pdu)[:-1] + b"\0")
    begun = time.monotonic()
    with pytest.raises(FrameError):
        master.transact(LOW, timeout_s=5)
    assert time.monotonic() - begun < 2


def test_a_truncated_answer_is_an_error_and_the_next_is_read(line: Line) -> None:
    _, master = line(lambda n, slave, pdu: registers(slave, pdu)[: 6 if n == 0 else None])
    with pytest.raises(FrameError):
        master.transact(LOW)
    assert master.transact(LOW) == GOOD


def test_garbage_before_and_after_the_answer_is_dropped(line: Line) -> None:
    _, master = line(lambda n, slave, pdu: b"\xff\x00\x01\x03" + registers(slave, pdu) + b"\x01\x03\x08")
    assert [master.transact(LOW) for _ in range(3)] == [GOOD] * 3


def test_an_answer_of_another_slave_is_not_taken(line: Line) -> None:
    _, master = line(lambda n, slave, pdu: registers(2, pdu, 500) + (registers(1, pdu) if n else b""))
    with pytest.raises(FrameError):
        master.transact(LOW)
    assert master.transact(LOW) == GOOD


def test_an_answer_to_another_function_is_not_taken(line: Line) -> None:
    _, master = line(lambda n, slave, pdu: registers(slave, b"\x04" + pdu[1:]))
    with pytest.raises(FrameError):
        master.transact(LOW)


def test_a_silent_slave_is_given_up_at_the_deadline(line: Line) -> None:
    _, master = line(lambda n, slave, pdu: b"")
    begun = time.monotonic()
    with pytest.raises(NoAnswerError):
        master.transact(LOW)
    assert 0.29 < time.monotonic() - begun < 2


def test_an_answer_that_came_between_two_requests_is_flushed(line: Line) -> None:
    slave, master = line(lambda n, slave, pdu: registers(slave, pdu, 7 if n else 0))
    assert master.transact(LOW) == GOOD
    slave.send(registers(1, LOW.pdu, 900))
    time.sleep(0.02)
    assert master.transact(LOW) == (7, 8, 9, 10)


def test_a_late_answer_of_the_same_form_is_never_taken_for_the_next(line: Line) -> None:
    late: list[bytes] = []

    def one_behind(n: int, slave: int, pdu: bytes) -> bytes:
        """A slave that answers in order, but the first answer only when the second request is there."""
        first = int.from_bytes(pdu[1:3], "big")
        if n == 0:
            late.append(registers(slave, pdu, first))
            return b""
        return (late.pop() if late else b"") + registers(slave, pdu, first)

    _, master = line(one_behind)
    with pytest.raises(NoAnswerError):
        master.transact(LOW)
    assert master.transact(HIGH) == (100, 101, 102, 103)
    assert master.transact(LOW) == GOOD


def test_a_refusal_is_told_with_its_code(line: Line) -> None:
    _, master = line(lambda n, slave, pdu: encode_frame(slave, bytes([pdu[0] | 0x80, 2])))
    with pytest.raises(ExceptionAnswerError) as caught:
        master.transact(LOW)
    assert caught.value.code == 2


def test_an_echo_of_a_write_with_another_value_is_not_taken(line: Line) -> None:
    _, master = line(lambda n, slave, pdu: encode_frame(slave, pdu[:-1] + b"\x63"))
    with pytest.raises(FrameError):
        master.transact(Exchange(1, Request(Function.WRITE_REGISTER, 3, 1, (5,))))


def test_endless_noise_ends_at_the_deadline(line: Line) -> None:
    slave, master = line(lambda n, slave, pdu: b"")
    ended = threading.Event()

    def chatter() -> None:
        while not ended.wait(0.002):
            slave.send(b"\x55\xaa\x01\x03")

    talker = threading.Thread(target=chatter, daemon=True)
    talker.start()
    begun = time.monotonic()
    with pytest.raises(FrameError):
        master.transact(LOW)
    ended.set()
    talker.join(5)
    assert time.monotonic() - begun < 2


def test_stop_ends_a_long_wait(line: Line) -> None:
    _, silent = line(lambda n, slave, pdu: b"")
    stop = threading.Event()
    master = RtuMaster(silent.port, timeout_s=30, stop=stop)
    threading.Timer(0.1, stop.set).start()
    begun = time.monotonic()
    with pytest.raises(StoppedError):
        master.transact(LOW)
    assert time.monotonic() - begun < 5


def test_frames_on_a_real_line_are_parted_by_silence(line: Line) -> None:
    _, master = line(lambda n, slave, pdu: registers(slave, pdu))
    master.port.char_s = 11 / 1200
    master.transact(LOW)
    begun = time.monotonic()
    master.transact(LOW)
    assert time.monotonic() - begun >= 3.5 * 11 / 1200


class TcpScript:
    """A Modbus TCP device whose every answer is made by `script(number, frame)`."""

    def __init__(self, script: Callable[[int, tcp.TcpFrame], bytes]) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"tcp://127.0.0.1:{self._listener.getsockname()[1]}"
        self.connections = 0
        self._script = script
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        number = 0
        while True:
            try:
                link, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            parser = tcp.TcpParser()
            with link:
                while data := link.recv(4096):
                    for frame in parser.feed(data):
                        link.sendall(self._script(number, frame))
                        number += 1

    def __enter__(self) -> TcpScript:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


def tcp_answer(frame: tcp.TcpFrame, first: int = 0, transaction: int | None = None) -> bytes:
    pdu = registers(frame.slave, frame.pdu, first)[1:-2]
    return tcp.encode_frame(frame.transaction if transaction is None else transaction, frame.slave, pdu)


def test_tcp_takes_only_the_answer_with_its_own_number() -> None:
    def script(n: int, frame: tcp.TcpFrame) -> bytes:
        return tcp_answer(frame, 500, frame.transaction - 1) + tcp_answer(frame)

    with TcpScript(script) as device, open_port(device.address) as port:
        master = TcpMaster(port, timeout_s=2)
        assert [master.transact(LOW) for _ in range(3)] == [GOOD] * 3
        assert device.connections == 1


@pytest.mark.parametrize(("bad", "error"), [(b"", NoAnswerError), (b"HTTP/1.1 400\r\n\r\n", FrameError)])
def test_tcp_renews_the_connection_after_silence_or_nonsense(bad: bytes, error: type[Exception]) -> None:
    with (
        TcpScript(lambda n, frame: tcp_answer(frame) if n else bad) as device,
        open_port(device.address) as port,
    ):
        master = TcpMaster(port, timeout_s=0.2)
        with pytest.raises(error):
            master.transact(LOW)
        assert master.transact(LOW, timeout_s=2) == GOOD
        assert device.connections == 2
