"""The master side: one request and its answer on a port, with a deadline, never taking another's answer for ours."""

from __future__ import annotations

import struct
import threading
import time
from abc import ABC, abstractmethod
from typing import NamedTuple

from firmware_bridge.modbus import rtu, tcp
from firmware_bridge.modbus.codec import BIT_READS, Function, Request, answer_length, decode_answer, encode_request
from firmware_bridge.modbus.errors import CodecError, ExceptionAnswerError, FrameError, NoAnswerError, StoppedError
from hal.serial_port import SerialPort

SILENT_CHARS = 3.5
FAST_SILENCE_S = 0.00175
"""Modbus over Serial Line V1.02, 2.5.1.1: above 19200 baud the silence between frames is 1.75 ms."""
_FAST_CHAR_S = 11 / 19200
_QUIET_S = 0.05
"""A frame of the right length with bad checksum is given up after so much silence; USB adapters pause up to 16 ms."""
_STOP_CHECK_S = 0.2
_READ_CHUNK = 1024
_MAX_NOISE = 4096
_FENCE_S = 2.0
"""How long after a timeout a late answer is still expected."""


class Exchange:
    """A request to one slave with all that can be computed beforehand; made once, used for every poll."""

    __slots__ = ("frame", "header", "is_registers", "length", "pdu", "refusal", "request", "slave", "unpack")

    def __init__(self, slave: int, request: Request) -> None:
        if not 1 <= slave <= 247:
            raise CodecError(f"slave {slave} is not within 1 to 247.")
        self.slave = slave
        self.request = request
        self.pdu = encode_request(request)
        self.frame = rtu.encode_frame(slave, self.pdu)
        self.length = answer_length(request) + 3
        """Bytes of the RTU frame that accepts the request."""
        head = bytes([slave, request.function])
        if request.is_read:
            self.header = head + bytes([self.length - 5])
        else:
            self.header = head + self.pdu[1:5]
        self.refusal = bytes([slave, request.function | 0x80])
        self.is_registers = request.is_read and request.function not in BIT_READS
        self.unpack = struct.Struct(f">{request.count}H" if self.is_registers else ">").unpack_from


class _Lost(NamedTuple):
    """A request that was not answered, until when its answer may come late, and how many fences failed since."""

    exchange: Exchange
    until: float
    attempt: int


def _fence(lost: _Lost) -> Exchange:
    """A read whose answer is as long as neither that of the lost request nor that of the fence before."""
    request = lost.exchange.request
    function = request.function if request.is_read else Function.READ_HOLDING
    sizes = [size for size in range(1, 10) if 5 + 2 * size != lost.exchange.length]
    count = sizes[lost.attempt % 8]
    if function in BIT_READS:
        count *= 16
    return Exchange(lost.exchange.slave, Request(function, min(request.address, 65536 - count), count))


class ModbusMaster(ABC):
    """Speaks to the slaves behind one open port. For one thread. `stop` gives up a running exchange within 0.2 s."""

    def __init__(self, port: SerialPort, timeout_s: float = 0.5, stop: threading.Event | None = None) -> None:
        self.port = port
        self.timeout_s = timeout_s
        self._stop = stop or threading.Event()

    @abstractmethod
    def transact(self, exchange: Exchange, timeout_s: float | None = None) -> tuple[int, ...]:
        """The registers or bits that were read, () for an accepted write.

        timeout_s: deadline from the end of sending; the time that the bytes take on the line is added to it.
        Raises NoAnswerError, FrameError (bytes, but no valid answer), ExceptionAnswerError, StoppedError, PortError.
        """

    def _wait(self, max_bytes: int, end: float) -> bytes:
        """What comes next, b"" when `end` (monotonic) passed. Raises StoppedError, PortError."""
        while True:
            if self._stop.is_set():
                raise StoppedError("the bus stops.")
            left = end - time.monotonic()
            data = self.port.read(max_bytes, min(left, _STOP_CHECK_S))
            if data or left <= _STOP_CHECK_S:
                return data


class RtuMaster(ModbusMaster):
    """Modbus RTU, on a serial line or through a serial server.

    RTU answers carry no number. So after a timeout the slave is fenced: before the next request it is asked something
    whose answer has another form; slaves answer in order, so once that has come, no late answer is still on its way.
    """

    def __init__(self, port: SerialPort, timeout_s: float = 0.5, stop: threading.Event | None = None) -> None:
        super().__init__(port, timeout_s, stop)
        self._unanswered: dict[int, _Lost] = {}
        self._busy_until = 0.0

    def transact(self, exchange: Exchange, timeout_s: float | None = None) -> tuple[int, ...]:
        timeout_s = self.timeout_s if timeout_s is None else timeout_s
        if self._unanswered and exchange.slave in self._unanswered:
            self._pass_fence(exchange.slave, timeout_s)
        return self._exchange(exchange, timeout_s)

    def _pass_fence(self, slave: int, timeout_s: float) -> None:
        lost = self._unanswered.pop(slave)
        if time.monotonic() > lost.until:
            return
        try:
            self._exchange(_fence(lost), timeout_s)
        except ExceptionAnswerError:
            # Refusing is answering, and what a late refusal would hide is an error, never a wrong value.
            return
        except (NoAnswerError, FrameError):
            self._unanswered[slave] = _Lost(lost.exchange, self._fence_until(timeout_s), lost.attempt + 1)
            raise

    @staticmethod
    def _fence_until(timeout_s: float) -> float:
        return time.monotonic() + max(_FENCE_S, 4 * timeout_s)

    def _exchange(self, exchange: Exchange, timeout_s: float) -> tuple[int, ...]:
        port = self.port
        char_s = port.char_s
        if char_s:
            self._keep_silence(char_s)
        port.flush_input()
        port.write(exchange.frame, timeout_s)
        if char_s:
            timeout_s += char_s * (len(exchange.frame) + exchange.length)
        end = time.monotonic() + timeout_s
        data = port.read(_READ_CHUNK, timeout_s if timeout_s < _STOP_CHECK_S else _STOP_CHECK_S)
        if not (
            len(data) == exchange.length and data.startswith(exchange.header) and not rtu.crc16(data, exchange.length)
        ):
            data = self._gather(exchange, data, end)
        if char_s:
            self._busy_until = time.monotonic()
        if exchange.is_registers:
            return exchange.unpack(data, 3)
        return decode_answer(exchange.request, data[1:-2])

    def _keep_silence(self, char_s: float) -> None:
        silence = SILENT_CHARS * char_s if char_s >= _FAST_CHAR_S else FAST_SILENCE_S
        left = self._busy_until + silence - time.monotonic()
        if left > 0:
            time.sleep(left)

    def _gather(self, exchange: Exchange, data: bytes, end: float) -> bytes:
        """The answer once it is whole, wherever it begins in what comes until `end`."""
        whole = False
        while True:
            found = _find(exchange, data)
            if found is not None:
                if len(found) == 5 and found[1] & 0x80:
                    self._busy_until = time.monotonic()
                    raise ExceptionAnswerError(exchange.request.function, found[2])
                return found
            whole = data.startswith(exchange.header) and len(data) >= exchange.length
            limit = min(end, time.monotonic() + _QUIET_S) if whole else end
            more = self._wait(_READ_CHUNK, limit)
            if not more or len(data) > _MAX_NOISE:
                break
            data += more
        self._busy_until = time.monotonic()
        if not whole:
            self._unanswered[exchange.slave] = _Lost(exchange, self._fence_until(self.timeout_s), 0)
        if data:
            raise FrameError(f"slave {exchange.slave}: {len(data)} bytes came, but no valid answer among them.")
        raise NoAnswerError(f"slave {exchange.slave} did not answer in time.")


def _find(exchange: Exchange, data: bytes) -> bytes | None:
    """The first valid answer to `exchange` in `data`, an exception answer included."""
    for header, length in ((exchange.header, exchange.length), (exchange.refusal, 5)):
        at = data.find(header)
        while at >= 0:
            frame = data[at : at + length]
            if len(frame) == length and rtu.crc_fits(frame):
                return frame
            at = data.find(header, at + 1)
    return None


class TcpMaster(ModbusMaster):
    """Modbus TCP. After a timeout or broken framing the connection is renewed."""

    def __init__(self, port: SerialPort, timeout_s: float = 0.5, stop: threading.Event | None = None) -> None:
        super().__init__(port, timeout_s, stop)
        self._transaction = 0
        self._parser = tcp.TcpParser()

    def transact(self, exchange: Exchange, timeout_s: float | None = None) -> tuple[int, ...]:
        timeout_s = self.timeout_s if timeout_s is None else timeout_s
        if not self.port.is_open:
            self._parser = tcp.TcpParser()
            self.port.open()
        self._transaction = (self._transaction + 1) & 0xFFFF
        self.port.write(tcp.encode_frame(self._transaction, exchange.slave, exchange.pdu), timeout_s)
        end = time.monotonic() + timeout_s
        while True:
            try:
                data = self._wait(_READ_CHUNK, end)
                frames = self._parser.feed(data)
            except CodecError as error:
                self.port.close()
                raise FrameError(f"{self.port.address}: {error.message}") from error
            for frame in frames:
                if frame.transaction == self._transaction and frame.slave == exchange.slave:
                    try:
                        return decode_answer(exchange.request, frame.pdu)
                    except CodecError as error:
                        raise FrameError(f"slave {exchange.slave}: {error.message}") from error
            if not data or time.monotonic() > end:
                self.port.close()
                raise NoAnswerError(f"slave {exchange.slave} did not answer in time.")
