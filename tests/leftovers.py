"""What a command left behind: processes of its own and files in the temporary directory."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

import psutil

_PATIENCE_S = 3.0


class Leftovers:
    """Use it in a `with` around a command that was given `environment`, which sets a TMPDIR of its own."""

    def __init__(self) -> None:
        # Short, for the sockets below it.
        self._folder = tempfile.TemporaryDirectory(prefix="lo-", dir="/tmp")
        self.environment = {**os.environ, "TMPDIR": self._folder.name, "LOUGUAN_LANG": "en"}

    def __enter__(self) -> Leftovers:
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()

    def until(self, pattern: str, deadline_s: float = 30.0) -> None:
        """Waits until something in that TMPDIR matches; so a test can step in at a moment of its choice."""
        end = time.monotonic() + deadline_s
        while not list(Path(self._folder.name).glob(pattern)):
            assert time.monotonic() < end, f"no {pattern}"
            time.sleep(0.002)

    def processes(self) -> list[str]:
        """Command lines of processes that carry that TMPDIR; those that are ending are waited for."""
        end = time.monotonic() + _PATIENCE_S
        while (left := self._carriers()) and time.monotonic() < end:
            time.sleep(0.05)
        return left

    def found(self) -> list[str]:
        """The processes, and names of what lies in that TMPDIR."""
        return self.processes() + [path.name for path in Path(self._folder.name).iterdir()]

    def _carriers(self) -> list[str]:
        left = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("TMPDIR") == self._folder.name:
                    left.append(" ".join(process.cmdline()))
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
        return left
