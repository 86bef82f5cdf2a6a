"""Serial ports: real ones by pyserial, remote ones by TCP, simulated ones by pty, all with deadlines."""

from __future__ import annotations

import errno
import os
import select
import socket
import termios
import time
from abc import ABC, abstractmethod
from pathlib import Path
from urllib.parse import urlsplit

import serial

from hal.errors import DeviceError
from hal.sim_pty import served_target, sim_link

__all__ = ["PortError", "SerialPort", "open_port", "sim_link"]

CONNECT_DEADLINE_S = 2.0
MAX_WRITE = 4096
_READ_CHUNK = 4096
_GONE = select.POLLHUP | select.POLLERR | select.POLLNVAL


class PortError(DeviceError):
    """The port cannot be opened, or went away while it was used: close it and open it again."""


class SerialPort(ABC):
    """A byte line with deadlines. Used by one thread at a time. Every deadline is in seconds from the call."""

    def __init__(self, address: str, char_s: float = 0.0) -> None:
        self.address = address
        self.char_s = char_s
        """Seconds that one character takes on the line; 0 where there is no line (pty, socket)."""
        self._fd = -1
        self._poll_in = select.poll()
        self._poll_out = select.poll()

    @property
    def is_open(self) -> bool:
        return self._fd >= 0

    @abstractmethod
    def _connect(self) -> int:
        """Opens the device and returns its non-blocking file descriptor. Raises PortError."""

    @abstractmethod
    def _disconnect(self) -> None:
        """Closes what `_connect` opened."""

    @abstractmethod
    def flush_input(self) -> None:
        """Drops what came and was not read. Raises PortError."""

    def open(self) -> None:
        """Opens the device behind the address, resolved anew. Does nothing when open. Raises PortError."""
        if self.is_open:
            return
        self._fd = self._connect()
        self._poll_in = select.poll()
        self._poll_in.register(self._fd, select.POLLIN)
        self._poll_out = select.poll()
        self._poll_out.register(self._fd, select.POLLOUT)

    def close(self) -> None:
        """Closes it; may be called twice."""
        if self.is_open:
            self._fd = -1
            self._disconnect()

    def read(self, max_bytes: int, deadline_s: float) -> bytes:
        """What came, at most `max_bytes`; b"" when nothing did before the deadline. Raises PortError."""
        if self._fd < 0:
            raise self._closed()
        events = self._poll_in.poll(max(0.0, deadline_s) * 1000)
        if not events:
            return b""
        try:
            data = os.read(self._fd, max_bytes)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise self._gone(error) from error
        # A readable descriptor that yields nothing has been hung up.
        if not data:
            raise self._gone(OSError(errno.EIO, "hung up"))
        return data

    def write(self, data: bytes, deadline_s: float) -> None:
        """Hands all of `data` (at most 4096 bytes) to the device. Raises PortError, also when the deadline passes."""
        if self._fd < 0:
            raise self._closed()
        if len(data) > MAX_WRITE:
            raise PortError(f"{len(data)} bytes are too many for one write to {self.address}.")
        end = 0.0
        while True:
            try:
                sent = os.write(self._fd, data)
            except BlockingIOError:
                sent = 0
            except OSError as error:
                raise self._gone(error) from error
            if sent == len(data):
                return
            data = data[sent:]
            now = time.monotonic()
            end = end or now + deadline_s
            events = self._poll_out.poll(max(0.0, end - now) * 1000)
            if not events:
                raise PortError(f"{self.address} took no data for {deadline_s:g} s.", "Check the cable.")
            if events[0][1] & _GONE:
                raise self._gone(OSError(errno.EIO, "hung up"))

    def _closed(self) -> PortError:
        return PortError(f"{self.address} is not open.")

    def _gone(self, error: OSError) -> PortError:
        return PortError(f"{self.address} went away: {error.strerror or error}.", "Check that it is plugged in.")

    def __enter__(self) -> SerialPort:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class TtyPort(SerialPort):
    """A real UART, a USB adapter, or a pty. Opened and configured by pyserial under an exclusive lock."""

    def __init__(self, address: str, baudrate: int = 9600, parity: str = "N", stopbits: int = 1) -> None:
        super().__init__(address)
        self._baudrate, self._parity, self._stopbits = baudrate, parity, stopbits
        self._serial: serial.Serial | None = None

    def _device(self) -> str:
        return os.path.realpath(self.address)

    def _connect(self) -> int:
        device = self._device()
        try:
            port = serial.Serial(
                device, self._baudrate, parity=self._parity, stopbits=self._stopbits, timeout=0, exclusive=True
            )
        except (OSError, ValueError, termios.error) as error:
            raise self._refused(device, error) from error
        self._serial = port
        bits = 1 + 8 + (self._parity != "N") + self._stopbits
        self.char_s = 0.0 if device.startswith("/dev/pts/") else bits / self._baudrate
        return int(port.fileno())

    def _refused(self, device: str, error: Exception) -> PortError:
        number = getattr(error, "errno", None)
        if number in (errno.ENOENT, errno.ENXIO, errno.ENODEV) or not Path(device).exists():
            return PortError(f"{self.address} is not there.", "Plug it in; `louguan devices` lists what is there.")
        if number == errno.EACCES:
            return PortError(f"{self.address} may not be opened by this user.", "Add the user to the group dialout.")
        if number in (errno.EAGAIN, errno.EBUSY) or "lock" in str(error):
            return PortError(f"{self.address} is in use by another program.", "Stop that program.")
        return PortError(f"{self.address} cannot be opened: {error}.", "Check the port and its settings.")

    def _disconnect(self) -> None:
        port, self._serial = self._serial, None
        if port is None:
            return
        try:
            port.close()
        except (OSError, termios.error) as error:
            raise PortError(f"{self.address} could not be closed: {error}.") from error

    def flush_input(self) -> None:
        if self._fd < 0:
            raise self._closed()
        try:
            termios.tcflush(self._fd, termios.TCIFLUSH)
        except termios.error as error:
            raise self._gone(OSError(*error.args)) from error


class SimPort(TtyPort):
    """`sim://name`: the pty that a simulation offers under a name."""

    def __init__(self, address: str, baudrate: int = 9600, parity: str = "N", stopbits: int = 1) -> None:
        super().__init__(address, baudrate, parity, stopbits)
        self._name = address.removeprefix("sim://")

    def _device(self) -> str:
        try:
            target = served_target(sim_link(self._name))
        except DeviceError as error:
            raise PortError(error.message, error.remedy) from error
        if target is None:
            raise PortError(f"{self.address} is not running.", f"Start it: `louguan plant run --name {self._name}`.")
        return target


class TcpPort(SerialPort):
    """`tcp://host:port`: a serial server, or a Modbus TCP device."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        parts = urlsplit(address)
        try:
            host, number = parts.hostname, parts.port
        except ValueError as error:
            raise PortError(f"{address} has no valid port number.", "Write tcp://host:port.") from error
        if parts.scheme != "tcp" or not host or not number or parts.path or parts.query:
            raise PortError(f"{address} is no network address.", "Write tcp://host:port.")
        self._host, self._number = host, number
        self._socket: socket.socket | None = None

    def _connect(self) -> int:
        try:
            link = socket.create_connection((self._host, self._number), timeout=CONNECT_DEADLINE_S)
        except (OSError, UnicodeError) as error:
            raise PortError(f"{self.address} cannot be reached: {error}.", "Check the network.") from error
        link.setblocking(False)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = link
        return link.fileno()

    def _disconnect(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def flush_input(self) -> None:
        for _ in range(64):
            if not self.read(_READ_CHUNK, 0):
                return
        raise PortError(f"{self.address} sends without end.", "Check what it is.")


def open_port(address: str, baudrate: int = 9600, parity: str = "N", stopbits: int = 1) -> SerialPort:
    """The open port behind /dev/..., tcp://host:port or sim://name. 8 data bits. Raises PortError."""
    port = make_port(address, baudrate, parity, stopbits)
    port.open()
    return port


def make_port(address: str, baudrate: int = 9600, parity: str = "N", stopbits: int = 1) -> SerialPort:
    """Like open_port, but still closed."""
    if address.startswith("sim://"):
        return SimPort(address, baudrate, parity, stopbits)
    if address.startswith("tcp://"):
        return TcpPort(address)
    if address.startswith("/dev/"):
        return TtyPort(address, baudrate, parity, stopbits)
    raise PortError(f"{address!r} is no port.", "Write /dev/..., tcp://host:port or sim://name.")
