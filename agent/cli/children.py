"""Child processes of one command: none outlives it, whatever happens."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, TypeVar

from agent.api.client import RefusedError, UnreachableError
from agent.supervisor import die_with_parent
from hal.errors import LouguanError

STOP_S = 8.0
_LOOK_S = 0.2
_LOG_TAIL = 4096
_LOG_HEAD = re.compile(r"^\S+ [A-Z]+ +\S+: ")
_T = TypeVar("_T")


class ChildError(LouguanError):
    """A child process ended by itself, or did not do its part in time."""


class Children:
    """Use it in a `with`: at its end all children are stopped, the last one first, and their folder is removed.

    Within it SIGTERM and SIGHUP raise KeyboardInterrupt, as SIGINT does. name: begins the name of the folder.
    """

    _SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def __init__(self, name: str) -> None:
        self._name = name
        self.home = Path()
        """The folder, in the system's temporary one; `<name>.log` has what a child said."""
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._before: dict[signal.Signals, Any] = {}
        self._starting = True
        self._interrupted = False

    def __enter__(self) -> Children:
        for number in self._SIGNALS:
            # Under nohup a hangup stays ignored.
            if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._interrupt)
        self.home = Path(tempfile.mkdtemp(prefix=f"{self._name}-"))
        self._starting = False
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A second Ctrl-C must not stop the stopping.
        for number in self._SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        try:
            for child in reversed(self._running.values()):
                _signal(child, signal.SIGTERM)
            deadline = time.monotonic() + STOP_S
            for child in reversed(self._running.values()):
                try:
                    child.wait(max(0.0, deadline - time.monotonic()))
                except subprocess.TimeoutExpired:
                    _signal(child, signal.SIGKILL)
                    child.wait(STOP_S)
            shutil.rmtree(self.home)
        finally:
            for number, handler in self._before.items():
                signal.signal(number, handler)

    def start(self, name: str, command: Sequence[str]) -> None:
        """Starts one. Raises ChildError when the machine cannot."""
        parent = os.getpid()
        self._starting = True
        try:
            with (self.home / f"{name}.log").open("ab") as log:
                self._running[name] = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, process_group=0,
                    preexec_fn=lambda: die_with_parent(parent),
                )  # fmt: skip
        except OSError as error:
            raise ChildError(f"{name} cannot be started: {error.strerror}.") from error
        finally:
            self._starting = False
        self.check()

    def check(self) -> None:
        """Raises ChildError, with its last words, when one has ended, and KeyboardInterrupt when that was swallowed."""
        if self._interrupted:
            raise KeyboardInterrupt
        for name, child in self._running.items():
            if (code := child.poll()) is not None:
                raise ChildError(f"{name} ended with code {code}: {self._last_words(name)}")

    def until(self, deadline_s: float, what: str, look: Callable[[], _T | None]) -> _T:
        """The first true result of `look`; a service that does not answer yet is waited for. Raises ChildError."""
        end = time.monotonic() + deadline_s
        last = ""
        while time.monotonic() < end:
            self.check()
            try:
                if found := look():
                    return found
            except (UnreachableError, RefusedError) as error:
                last = f" {error}"
            time.sleep(_LOOK_S)
        raise ChildError(f"No {what} within {deadline_s:.0f} s.{last}")

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        # Not while a child or the folder is made: nobody would know of it.
        # Elsewhere too the exception may be lost, in a callback; `check` remembers.
        self._interrupted = True
        if not self._starting:
            raise KeyboardInterrupt

    def _last_words(self, name: str) -> str:
        with (self.home / f"{name}.log").open("rb") as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - _LOG_TAIL))
            lines = log.read().decode(errors="replace").strip().splitlines()
        return _LOG_HEAD.sub("", lines[-1]) if lines else "it said nothing."


def _signal(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    if child.poll() is None:
        os.killpg(child.pid, number)
