"""A gateway of one's own: a folder with gateway.toml, slaves on real ptys, and services as child processes."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from agent.api.client import Client, UnreachableError
from firmware_bridge.modbus.address import ModbusAddress
from firmware_bridge.modbus.server import PtySlave, RegisterBank

READY_S = 20.0
STOP_S = 5.0


class Box:
    """Use it in a `with`: everything it started is ended and its folder removed.

    assets: how many, one slave each on one bus. points: of each asset, float32 input registers from 0, all 1 Hz.
    """

    def __init__(self, assets: int = 1, points: int = 4, extra: str = "", interval_s: float = 1.0) -> None:
        # Unix sockets allow some 100 characters: pytest's own folders are too deep.
        self.folder = Path(tempfile.mkdtemp(prefix="lg-"))
        self.config = self.folder / "gateway.toml"
        self.config.write_text(_config(assets, points, interval_s) + extra, encoding="utf-8")
        self.banks = [RegisterBank(number + 1) for number in range(assets)]
        self.environment = {
            **{
                k: v
                for k, v in os.environ.items()
                if not k.startswith(("LOUGUAN", "LC_", "LANG", "NOTIFY", "WATCHDOG"))
            },
            "LOUGUAN_SIM_DIR": str(self.folder / "sim"),
            "LOUGUAN_LANG": "en",
        }
        self.core = Client(self.folder / "run" / "core.sock")
        self.slave: PtySlave | None = None
        self._children: list[subprocess.Popen[str]] = []
        self._notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._notify.bind(str(self.folder / "notify"))

    def __enter__(self) -> Box:
        self.plug_in()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in self._children:
            if child.poll() is None:
                child.kill()
            child.wait(STOP_S)
        self.unplug()
        self._notify.close()
        shutil.rmtree(self.folder)

    def plug_in(self) -> None:
        """Serves the banks at sim://line."""
        before = os.environ.get("LOUGUAN_SIM_DIR")
        os.environ["LOUGUAN_SIM_DIR"] = self.environment["LOUGUAN_SIM_DIR"]
        try:
            self.slave = PtySlave(self.banks, "line").start()
        finally:
            if before is None:
                del os.environ["LOUGUAN_SIM_DIR"]
            else:
                os.environ["LOUGUAN_SIM_DIR"] = before

    def unplug(self) -> None:
        if self.slave is not None:
            self.slave.stop()
            self.slave = None

    def set(self, asset: int, point: int, value: float) -> None:
        """What the slave will answer for a point from now on."""
        address = ModbusAddress(function="input", address=2 * point, type="float32")
        self.banks[asset].set(address, value)

    def start(self, service: str = "core", *more: str, watchdog_s: float = 4.0) -> subprocess.Popen[str]:
        """Starts a service and waits until it says READY=1."""
        child = self.spawn(service, *more, watchdog_s=watchdog_s)
        self.hear("READY=1", READY_S)
        return child

    def spawn(self, service: str, *more: str, watchdog_s: float = 4.0) -> subprocess.Popen[str]:
        """Starts a service; its words go to `<folder>/<service>.log`."""
        environment = {
            **self.environment,
            "NOTIFY_SOCKET": str(self.folder / "notify"),
            "WATCHDOG_USEC": str(int(watchdog_s * 1e6)),
        }
        with (self.folder / f"{service}.log").open("a") as log:
            child = subprocess.Popen(
                [sys.executable, "-m", "agent", service, "--config", str(self.config), *more],
                env=environment, stdout=log, stderr=log, text=True,
            )  # fmt: skip
        self._children.append(child)
        return child

    def hear(self, word: str, deadline_s: float = READY_S) -> str:
        """The next message to systemd that has a line `word`. Raises AssertionError when none comes."""
        end = time.monotonic() + deadline_s
        heard: list[str] = []
        while (left := end - time.monotonic()) > 0:
            self._notify.settimeout(left)
            try:
                message = self._notify.recv(4096).decode()
            except TimeoutError:
                break
            if any(line.startswith(word) for line in message.splitlines()):
                return message
            heard.append(message)
        raise AssertionError(f"no {word} within {deadline_s} s, but {heard}; log: {self.log()}")

    def stop(self, child: subprocess.Popen[str]) -> int:
        """SIGTERM; returns the exit code, or raises TimeoutExpired after 5 s."""
        child.send_signal(signal.SIGTERM)
        return child.wait(STOP_S)

    def log(self, service: str = "core") -> str:
        path = self.folder / f"{service}.log"
        return path.read_text() if path.exists() else ""

    def until(self, look: Any, deadline_s: float = 15.0) -> Any:
        """The first true result of `look`, asked again until then."""
        end = time.monotonic() + deadline_s
        last: object = None
        while time.monotonic() < end:
            try:
                if last := look():
                    return last
            except UnreachableError as error:
                last = error
            time.sleep(0.05)
        raise AssertionError(f"still {last!r} after {deadline_s} s; log: {self.log()}")

    def points(self) -> dict[str, dict[str, Any]]:
        """Points of the core by id."""
        return {point["id"]: point for point in self.core.get("/v1/points")["points"]}

    def louguan(self, *arguments: str, language: str = "en", **environment: str) -> subprocess.CompletedProcess[str]:
        """Runs the command line as a user would, with LOUGUAN_CONFIG set to this box."""
        return subprocess.run(
            [sys.executable, "-m", "agent.cli", *arguments],
            env={
                **self.environment,
                "LOUGUAN_CONFIG": str(self.config),
                "LOUGUAN_LANG": language,
                "PYTHONUTF8": "1",
                **environment,
            },
            cwd=self.folder, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip


def _config(assets: int, points: int, interval_s: float) -> str:
    lines = [
        "[site]", 'name = { zh = "测试小区", en = "Test yard" }',
        "[paths]", 'state = "state"', 'run = "run"',
        "[[buses]]", 'id = "line"', 'port = "sim://line"', "baudrate = 115200",
        "[alarms]", "on_delay_s = 0.5", "off_delay_s = 0.5",
    ]  # fmt: skip
    for number in range(1, assets + 1):
        lines += [
            "[[assets]]", f'id = "pump-{number}"', f'name = {{ zh = "{number}号泵", en = "Pump {number}" }}',
            'brick = "Water_Pump"', 'bus = "line"', f"slave = {number}",
            "[assets.detector]", "learn_rows = 100",
        ]  # fmt: skip
        for point in range(points):
            lines += [
                "[[assets.points]]", f'id = "p{point}"', f'name = {{ zh = "测点{point}", en = "Point {point}" }}',
                'unit = "bar"', f"interval_s = {interval_s}",
                f'modbus = {{ function = "input", address = {2 * point}, type = "float32" }}',
            ]  # fmt: skip
            if point == 0:
                lines.append("limits = { high = 100, deadband = 1 }")
        lines += [
            "[[assets.points]]", 'id = "speed"', "writable = true", "valid = [0, 50]",
            f"interval_s = {interval_s}", "detect = false",
            'modbus = { function = "holding", address = 0, type = "uint16" }',
        ]  # fmt: skip
    return "\n".join(lines) + "\n"
