"""The slave side: a bank of registers, the answer to a frame, and slaves that serve a pty or a socket."""

from __future__ import annotations

import contextlib
import logging
import os
import select
import socket
import threading
from abc import ABC, abstractmethod
from array import array
from collections.abc import Callable, Iterable

from firmware_bridge.modbus import tcp
from firmware_bridge.modbus.address import Function as Table
from firmware_bridge.modbus.address import ModbusAddress
from firmware_bridge.modbus.codec import (
    BIT_WRITES,
    Function,
    Request,
    decode_request,
    encode_answer,
    encode_exception,
)
from firmware_bridge.modbus.errors import DEVICE_FAILURE, ILLEGAL_ADDRESS, CodecError
from firmware_bridge.modbus.rtu import RtuParser, crc_fits, encode_frame
from firmware_bridge.modbus.values import decode_value, encode_value
from hal.errors import DeviceError
from hal.sim_pty import SimPty

_log = logging.getLogger(__name__)
_TABLE_OF: dict[Function, Table] = {
    Function.READ_COILS: "coil",
    Function.READ_DISCRETE: "discrete",
    Function.READ_HOLDING: "holding",
    Function.READ_INPUT: "input",
}
_IDLE_S = 0.02
_MAX_CLIENTS = 16

WriteHook = Callable[[Table, int, tuple[int, ...]], bool]
"""Called with (table, address, items) before a master's write is taken; False refuses it with `device failure`."""


class RegisterBank:
    """What one slave holds: `size` items in each of the four tables, from address 0. Safe from several threads."""

    def __init__(self, slave: int = 1, size: int = 1024, on_write: WriteHook | None = None) -> None:
        if not 1 <= slave <= 247 or not 1 <= size <= 65536:
            raise ValueError(f"slave {slave} must be 1 to 247 and size {size} 1 to 65536")
        self.slave = slave
        self.on_write = on_write
        self._lock = threading.RLock()
        names: tuple[Table, ...] = ("coil", "discrete", "holding", "input")
        self._tables: dict[Table, array[int]] = {name: array("H", bytes(2 * size)) for name in names}

    def words(self, table: Table, address: int, count: int) -> tuple[int, ...]:
        """`count` items from `address` on. Raises CodecError beyond the bank."""
        with self._lock:
            items = self._tables[table]
            if not 0 <= address <= address + count <= len(items):
                raise CodecError(f"{table} {address} is not in the bank.", ILLEGAL_ADDRESS)
            return tuple(items[address : address + count])

    def set_words(self, table: Table, address: int, items: Iterable[int]) -> None:
        """Puts items from `address` on. Raises CodecError beyond the bank."""
        fresh = array("H", items)
        with self._lock:
            held = self._tables[table]
            if not 0 <= address <= address + len(fresh) <= len(held):
                raise CodecError(f"{table} {address} is not in the bank.", ILLEGAL_ADDRESS)
            held[address : address + len(fresh)] = fresh

    def get(self, address: ModbusAddress) -> float:
        """The value that a master would read there, in the point's unit."""
        return decode_value(address, self.words(address.function, address.address, address.words))

    def set(self, address: ModbusAddress, value: float) -> None:
        """Puts a value in the point's unit. Raises CodecError for what the type cannot hold."""
        with self._lock:
            present = self.words(address.function, address.address, 1)[0]
            self.set_words(address.function, address.address, encode_value(address, value, present))

    def answer(self, pdu: bytes) -> bytes:
        """The PDU that answers a request PDU; an exception where it is refused. Never raises for bad bytes."""
        try:
            return self._answer(decode_request(pdu))
        except CodecError as error:
            return encode_exception(pdu[0] if pdu else 0, error.code)

    def _answer(self, request: Request) -> bytes:
        if request.is_read:
            return encode_answer(request, self.words(_TABLE_OF[request.function], request.address, request.count))
        table: Table = "coil" if request.function in BIT_WRITES else "holding"
        with self._lock:
            self.words(table, request.address, request.count)
            if self.on_write is not None and not self.on_write(table, request.address, request.values):
                raise CodecError("the write is refused.", DEVICE_FAILURE)
            self.set_words(table, request.address, request.values)
        return encode_answer(request)


def answer(bank: RegisterBank, adu: bytes) -> bytes | None:
    """The RTU frame that answers the RTU frame `adu`; None for another slave, a broadcast (done), no frame."""
    if len(adu) < 4 or not crc_fits(adu):
        return None
    if adu[0] == 0:
        bank.answer(adu[1:-2])
        return None
    if adu[0] != bank.slave:
        return None
    return encode_frame(bank.slave, bank.answer(adu[1:-2]))


class _Served(ABC):
    """A daemon thread that serves until it is stopped."""

    def __init__(self, banks: RegisterBank | Iterable[RegisterBank]) -> None:
        several = [banks] if isinstance(banks, RegisterBank) else list(banks)
        self.banks = {bank.slave: bank for bank in several}
        self._wake_r, self._wake_w = os.pipe()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=type(self).__name__, daemon=True)

    @abstractmethod
    def _run(self) -> None:
        """What the thread does until `_stopping` is set."""

    def _join(self, deadline_s: float) -> None:
        self._stopping.set()
        if self._wake_w >= 0:
            os.write(self._wake_w, b"x")
        if self._thread.is_alive():
            self._thread.join(deadline_s)
        if not self._thread.is_alive() and self._wake_w >= 0:
            os.close(self._wake_r)
            os.close(self._wake_w)
            self._wake_r = self._wake_w = -1


class PtySlave(_Served):
    """Slaves that answer Modbus RTU on a pty, found as `sim://name` or by `path`.

    Raises DeviceError when the name is served already. delay_s: how long every answer waits.
    """

    def __init__(
        self, banks: RegisterBank | Iterable[RegisterBank], name: str | None = None, delay_s: float = 0.0
    ) -> None:
        super().__init__(banks)
        self._pty = SimPty(name)
        self.path = self._pty.path
        """/dev/pts/N, where a master opens it."""
        self.delay_s = delay_s
        self.requests = 0
        """Frames for one of the slaves so far."""

    def start(self) -> PtySlave:
        self._thread.start()
        return self

    def stop(self, deadline_s: float = 2.0) -> None:
        """Ends the thread, hangs up the pty and removes the name. May be called twice."""
        self._join(deadline_s)
        self._pty.close()

    def __enter__(self) -> PtySlave:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _run(self) -> None:
        parser = RtuParser("request")
        poll = select.poll()
        poll.register(self._pty.fd, select.POLLIN)
        poll.register(self._wake_r, select.POLLIN)
        while not self._stopping.is_set():
            if not poll.poll(_IDLE_S * 1000 if parser.pending else None):
                frames = parser.idle()
            else:
                try:
                    frames = parser.feed(os.read(self._pty.fd, 4096))
                except BlockingIOError:
                    continue
                except OSError as error:
                    _log.warning("%s stopped serving: %s", self.path, error)
                    return
            for slave, pdu in frames:
                self._serve(slave, pdu)

    def _serve(self, slave: int, pdu: bytes) -> None:
        if slave == 0:
            for bank in self.banks.values():
                bank.answer(pdu)
            return
        bank_of = self.banks.get(slave)
        if bank_of is None:
            return
        self.requests += 1
        reply = encode_frame(slave, bank_of.answer(pdu))
        if self.delay_s and self._stopping.wait(self.delay_s):
            return
        # A full buffer means that nobody reads: as on a wire, the answer is lost.
        with contextlib.suppress(BlockingIOError):
            os.write(self._pty.fd, reply)


class TcpSlave(_Served):
    """Slaves that answer Modbus TCP. port 0 takes a free one. Raises DeviceError when the port is taken."""

    def __init__(self, banks: RegisterBank | Iterable[RegisterBank], host: str = "127.0.0.1", port: int = 0) -> None:
        super().__init__(banks)
        try:
            self._listener = socket.create_server((host, port), backlog=_MAX_CLIENTS)
        except OSError as error:
            raise DeviceError(f"{host}:{port} cannot be served: {error.strerror}.", "Choose another port.") from error
        self._listener.setblocking(False)
        self.port = int(self._listener.getsockname()[1])
        self.address = f"tcp://{host}:{self.port}"
        self._clients: dict[int, tuple[socket.socket, tcp.TcpParser]] = {}

    def start(self) -> TcpSlave:
        self._thread.start()
        return self

    def stop(self, deadline_s: float = 2.0) -> None:
        """Ends the thread and closes every connection. May be called twice."""
        self._join(deadline_s)
        for link, _ in self._clients.values():
            link.close()
        self._clients.clear()
        self._listener.close()

    def __enter__(self) -> TcpSlave:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _run(self) -> None:
        poll = select.poll()
        poll.register(self._listener, select.POLLIN)
        poll.register(self._wake_r, select.POLLIN)
        while not self._stopping.is_set():
            for fd, _ in poll.poll():
                if fd == self._listener.fileno():
                    self._accept(poll)
                elif fd in self._clients and not self._serve(*self._clients[fd]):
                    poll.unregister(fd)
                    self._clients.pop(fd)[0].close()

    def _accept(self, poll: select.poll) -> None:
        try:
            link, _ = self._listener.accept()
        except OSError as error:
            _log.debug("a connection was lost while it was accepted: %s", error)
            return
        if len(self._clients) >= _MAX_CLIENTS:
            link.close()
            return
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link.settimeout(1.0)
        self._clients[link.fileno()] = (link, tcp.TcpParser())
        poll.register(link, select.POLLIN)

    def _serve(self, link: socket.socket, parser: tcp.TcpParser) -> bool:
        try:
            data = link.recv(4096)
            if not data:
                return False
            for frame in parser.feed(data):
                bank = self.banks.get(frame.slave)
                if bank is not None:
                    link.sendall(tcp.encode_frame(frame.transaction, frame.slave, bank.answer(frame.pdu)))
        except (OSError, CodecError) as error:
            _log.debug("%s dropped a client: %s", self.address, error)
            return False
        return True
