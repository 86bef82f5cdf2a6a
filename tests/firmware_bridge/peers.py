"""The other side of the line in tests and benchmarks: independent slaves, and slaves that misbehave."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from firmware_bridge.modbus.rtu import RtuParser, encode_frame
from hal.sim_pty import SimPty

_SOURCE = Path(__file__).with_name("libmodbus_slave.c")


def libmodbus_missing() -> str:
    """Why the libmodbus slave cannot be built here; empty when it can."""
    if shutil.which("gcc") is None:
        return "gcc is missing"
    if not Path("/usr/include/modbus/modbus.h").exists():
        return "libmodbus-dev is missing"
    return ""


@contextmanager
def libmodbus_slave(core: int | None = None) -> Iterator[str]:
    """Runs the libmodbus slave, pinned to `core`; gives the path of its port."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "slave"
        subprocess.run(
            ["gcc", "-O2", "-Wall", "-I/usr/include/modbus", str(_SOURCE), "-o", str(program), "-lmodbus"],
            check=True, timeout=60,
        )  # fmt: skip
        with subprocess.Popen([str(program)], stdout=subprocess.PIPE, text=True) as process:
            try:
                if core is not None:
                    os.sched_setaffinity(process.pid, {core})
                assert process.stdout is not None
                yield process.stdout.readline().strip()
            finally:
                process.kill()


class _Loop:
    """A thread that calls `_ready(fd)` for every readable pty until it is stopped."""

    def __init__(self, *lines: SimPty) -> None:
        self._lines = lines
        self._wake_r, self._wake_w = os.pipe()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        fds = [line.fd for line in self._lines]
        while True:
            ready, _, _ = select.select([self._wake_r, *fds], [], [])
            if self._wake_r in ready:
                return
            for fd in ready:
                self._ready(fd)

    def _ready(self, fd: int) -> None:
        raise NotImplementedError

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        os.write(self._wake_w, b"x")
        self._thread.join(5)
        for line in self._lines:
            line.close()
        os.close(self._wake_r)
        os.close(self._wake_w)


class PtyPair(_Loop):
    """A null-modem cable: what is written at `a` is read at `b` and the other way round."""

    def __init__(self) -> None:
        self._near, self._far = SimPty(), SimPty()
        super().__init__(self._near, self._far)
        self.a, self.b = self._near.path, self._far.path

    def _ready(self, fd: int) -> None:
        data = os.read(fd, 4096)
        os.write(self._far.fd if fd == self._near.fd else self._near.fd, data)


class ScriptedSlave(_Loop):
    """Calls `script(number, slave, pdu)` for the number-th request and sends what it returns, as it is."""

    def __init__(self, script: Callable[[int, int, bytes], bytes], name: str | None = None) -> None:
        self._pty = SimPty(name)
        super().__init__(self._pty)
        self.path = self._pty.path
        self.requests: list[tuple[int, bytes]] = []
        self._script = script
        self._parser = RtuParser("request")

    def send(self, data: bytes) -> None:
        """Puts bytes on the line at any time."""
        os.write(self._pty.fd, data)

    def _ready(self, fd: int) -> None:
        for slave, pdu in self._parser.feed(os.read(fd, 4096)):
            self.requests.append((slave, pdu))
            answer = self._script(len(self.requests) - 1, slave, pdu)
            if answer:
                os.write(fd, answer)


def registers(slave: int, pdu: bytes, first: int = 0) -> bytes:
    """A right answer to a read of registers: first, first + 1, ..."""
    count = int.from_bytes(pdu[3:5], "big")
    data = b"".join((first + i).to_bytes(2, "big") for i in range(count))
    return encode_frame(slave, bytes([pdu[0], len(data)]) + data)
