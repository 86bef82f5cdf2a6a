"""Runs services as child processes where there is no systemd, and leaves none behind."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from agent.texts import t

_PR_SET_PDEATHSIG = 1
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0
STEADY_S = 60.0
"""A service that ran so long starts again at once and its pauses begin anew."""
STOP_S = 8.0
CONFIG_IS_WRONG = 2
_LINE_LIMIT = 4096

_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(parent: int) -> None:
    """For a preexec_fn: the child is killed when the thread that started it ends. parent: pid of that process."""
    # Runs in the child between fork and exec: only async-signal-safe work.
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


class _Child:
    """One service: its process, its log lines, and when it may start again."""

    def __init__(self, name: str, command: Sequence[str], say: Callable[[str, str], None]) -> None:
        self.name = name
        self.exit_code: int | None = None
        self.given_up = False
        self._command = list(command)
        self._say = say
        self._pause_s = FIRST_PAUSE_S
        self._started = 0.0
        self._due = 0.0
        self.process: subprocess.Popen[str] | None = None

    def look(self) -> None:
        """Starts the process when it is due, and notices its end."""
        now = time.monotonic()
        if self.process is None and not self.given_up and now >= self._due:
            self._start(now)
        elif self.process is not None and (code := self.process.poll()) is not None:
            self._ended(code, now)

    def _start(self, now: float) -> None:
        parent = os.getpid()
        self.process = subprocess.Popen(
            self._command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            bufsize=1,
            process_group=0,
            preexec_fn=lambda: die_with_parent(parent),
        )
        self._started = now
        self._say(self.name, t("run.started", pid=self.process.pid))
        if self.process.stdout is not None:
            threading.Thread(target=self._copy, args=(self.process.stdout,), daemon=True).start()

    def _copy(self, lines: IO[str]) -> None:
        with lines:
            while line := lines.readline(_LINE_LIMIT):
                self._say(self.name, line.rstrip("\n"))

    def _ended(self, code: int, now: float) -> None:
        self.process, self.exit_code = None, code
        if code == CONFIG_IS_WRONG:
            self.given_up = True
            self._say(self.name, t("run.config"))
            return
        if now - self._started >= STEADY_S:
            self._pause_s = FIRST_PAUSE_S
        self._due = now + self._pause_s
        self._say(self.name, t("run.ended", code=code, pause=f"{self._pause_s:g}"))
        self._pause_s = min(LONGEST_PAUSE_S, self._pause_s * 2)

    def ask_to_stop(self) -> None:
        self._signal(signal.SIGTERM)

    def make_stop(self, deadline: float) -> None:
        """Waits until `deadline` (monotonic), then kills the whole process group."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._say(self.name, t("run.killed"))
        self._signal(signal.SIGKILL)
        self.process.wait(5.0)
        self.process = None

    def _signal(self, number: signal.Signals) -> None:
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            return


class Supervisor:
    """commands: by service name. out: where prefixed log lines go."""

    def __init__(self, commands: dict[str, Sequence[str]], out: IO[str] = sys.stderr) -> None:
        self._out = out
        self._lock = threading.Lock()
        self._width = max((len(name) for name in commands), default=0)
        self._stop = threading.Event()
        self._children = [_Child(name, command, self._say) for name, command in commands.items()]

    def stop(self, *_: object) -> None:
        """Ends `run`; also fit as a signal handler."""
        self._stop.set()

    def run(self) -> int:
        """Runs until `stop`, or until every service has given up. 0 when stopped as asked, else 1."""
        try:
            while not self._stop.is_set() and not all(child.given_up for child in self._children):
                for child in self._children:
                    child.look()
                self._stop.wait(0.1)
        finally:
            self._end_children()
        return 0 if self._stop.is_set() else 1

    def _end_children(self) -> None:
        deadline = time.monotonic() + STOP_S
        for child in self._children:
            if child.process is not None:
                self._say(child.name, t("run.stopping"))
            child.ask_to_stop()
        for child in self._children:
            child.make_stop(deadline)

    def _say(self, name: str, line: str) -> None:
        with self._lock:
            try:
                print(f"{name:<{self._width}} | {line}", file=self._out, flush=True)
            except (BrokenPipeError, ValueError):
                # Nobody reads any more: the services matter more than their words.
                self._stop.set()


def service_command(name: str, config: Path, extra: Sequence[str] = ()) -> list[str]:
    """The command line of one service."""
    return [sys.executable, "-m", "agent", name, "--config", str(config), *extra]
