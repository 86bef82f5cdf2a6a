"""`louguan demo` as a user sees it: on a terminal with the pump room, in a pipe with a recording, and interrupted."""

from __future__ import annotations

import os
import pty
import re
import select
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from hal.sim_pty import served_target
from tests.leftovers import Leftovers

ROOT = Path(__file__).parents[2]
PROGRAM = Path(sys.executable).with_name("louguan")
_DEMO_S = 150


class Terminal:
    """A program on a terminal of its own; what it prints is gathered by a thread. Use it in a `with`."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self.text = ""
        self._master, follower = pty.openpty()
        self.child = subprocess.Popen(
            command,
            stdin=follower,
            stdout=follower,
            stderr=follower,
            env=environment,
            cwd=ROOT,
            start_new_session=True,
        )
        os.close(follower)
        self._thread = threading.Thread(target=self._gather, daemon=True)

    def __enter__(self) -> Terminal:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.child.kill()
        self.child.wait(10)
        self._thread.join(10)
        os.close(self._master)

    def _gather(self) -> None:
        while self.child.poll() is None or select.select([self._master], [], [], 0)[0]:
            if not select.select([self._master], [], [], 0.1)[0]:
                continue
            try:
                data = os.read(self._master, 4096)
            except OSError:
                return
            self.text += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", data.decode(errors="replace"))

    def until(self, words: str, deadline_s: float) -> None:
        end = time.monotonic() + deadline_s
        while words not in self.text:
            assert time.monotonic() < end, self.text
            assert self.child.poll() is None, self.text
            time.sleep(0.1)


class Home:
    """Environment of one demo, and what it leaves there."""

    def __init__(self) -> None:
        self.leftovers = Leftovers()
        given = {k: v for k, v in self.leftovers.environment.items() if not k.startswith(("LC_", "LANG", "LOUGUAN"))}
        self._sim = tempfile.TemporaryDirectory(prefix="ls-", dir="/tmp")
        self.sim = Path(self._sim.name)
        # Wide enough that no command is cut into two lines.
        self.environment = {**given, "LOUGUAN_SIM_DIR": str(self.sim), "COLUMNS": "160", "TERM": "xterm"}

    def __enter__(self) -> Home:
        return self

    def __exit__(self, *_: object) -> None:
        with self.leftovers, self._sim:
            pass


@pytest.fixture
def home() -> Iterator[Home]:
    with Home() as made:
        yield made


@pytest.fixture(scope="module", autouse=True)
def pump_room() -> Iterator[tuple[Home, Terminal]]:
    """Takes a minute, so it runs beside the other tests."""
    with Home() as made, Terminal([str(PROGRAM), "demo"], made.environment) as shown:
        yield made, shown


def steady_then_faulty(folder: Path) -> Path:
    table = np.random.default_rng(3).normal(size=(500, 3)).round(3) + np.array([20, 5, 1])
    table[350:, 0] -= 8
    path = folder / "pump.csv"
    lines = [f"2024-05-01 08:{n // 60:02d}:{n % 60:02d}," + ",".join(map(str, row)) for n, row in enumerate(table)]
    path.write_text("\n".join(["time,flow,pressure,vibration", *lines]) + "\n")
    return path


def test_in_a_pipe_it_plays_a_recording_and_ends_by_itself(home: Home, tmp_path: Path) -> None:
    path = steady_then_faulty(tmp_path)
    done = subprocess.run(
        [str(PROGRAM), "demo", "--csv", str(path)],
        env={**home.environment, "LANG": "zh_CN.UTF-8"}, cwd=ROOT,
        capture_output=True, text=True, timeout=_DEMO_S, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert f"{path}：500 行、3 个测点" in done.stdout
    alarm = done.stdout[done.stdout.index("报警 1，始于 2024-05-01 08:05:5") :]
    assert alarm.splitlines()[1].startswith("   • flow ")
    assert "检查: " in alarm
    assert "how do I get a parking permit" in done.stdout
    assert "\x1b" not in done.stdout
    assert home.leftovers.found() == []


@pytest.mark.parametrize(
    "moment", ["louguan-demo-*", "*/plant.log", "*/core.log", "*/run/core.sock", "*/state/history.db-wal"]
)
def test_ctrl_c_at_any_moment_leaves_nothing(home: Home, moment: str) -> None:
    with Terminal([str(PROGRAM), "demo"], home.environment) as shown:
        home.leftovers.until(moment)
        shown.child.send_signal(signal.SIGINT)
        assert shown.child.wait(15) == 130, shown.text
        shown._thread.join(5)
        assert "stopped" in shown.text
        assert "Traceback" not in shown.text
        assert home.leftovers.found() == []


def test_even_killed_it_leaves_no_process(home: Home) -> None:
    with Terminal([str(PROGRAM), "demo"], home.environment) as shown:
        shown.until("gateway learns", 40)
        shown.child.kill()
        shown.child.wait(10)
        assert home.leftovers.processes() == []


def test_a_recording_that_is_too_short_is_said(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "short.csv"
    path.write_text("time,flow\n" + "".join(f"2024-05-01 08:00:{n:02d},{n}\n" for n in range(20)))
    done = subprocess.run(
        [str(PROGRAM), "demo", "--csv", str(path)],
        env=home.environment, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.strip() == f"error: {path} has 20 rows, too few to learn from. 200 are needed."


def test_on_a_terminal_it_shows_all_stays_and_its_commands_work_as_printed(pump_room: tuple[Home, Terminal]) -> None:
    home, shown = pump_room
    shown.until("Ctrl-C ends it", _DEMO_S)
    said = shown.text
    assert "sim://demo" in said
    assert "Discharge pressure" in said
    alarm = said[said.index("Alarm, ") :]
    assert re.search(r"#1 Pump 2  high, unacknowledged, since \d\d:\d\d:\d\d", alarm)
    assert len(re.findall(r"•.*\(normally .*\), \d+ %", alarm)) == 3
    assert re.search(r"check: \w+", alarm)
    assert "我家水管漏水了怎么办" in said
    assert "how do I get a parking permit" in said
    assert len(re.findall(r"\d+ ms, \d+ % sure", said)) == 2
    assert "R-1001" in said
    commands = [
        line.strip().split("   ")[0]
        for line in said[said.index("How to go on") :].splitlines()
        if "louguan" in line[:60]
    ]
    results = {
        command.split()[1]: subprocess.run(
            [*shlex.split(command), *(["--once"] if " watch " in command else [])],
            env=home.environment, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False,
        )
        for command in commands
        if " config init" not in command
    }  # fmt: skip
    assert set(results) == {"watch", "alarms", "chat", "orders", "plant"}
    for name, done in results.items():
        assert done.returncode == (1 if name == "alarms" else 0), (name, done.stdout, done.stderr)
    assert "#1 Pump 2" in results["watch"].stdout
    assert "R-1001" in results["orders"].stdout
    shown.child.send_signal(signal.SIGINT)
    assert shown.child.wait(15) == 0
    shown._thread.join(5)
    assert "nothing is left running" in shown.text
    assert home.leftovers.found() == []
    assert served_target(home.sim / "demo") is None
