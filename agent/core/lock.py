"""One core a state folder."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from hal.errors import LouguanError


class StateError(LouguanError):
    """The state or run folder cannot be used."""


class InstanceLock:
    """Held while the process lives; the kernel frees it however the process ends."""

    def __init__(self, folder: Path, name: str) -> None:
        """Raises StateError: another process holds it, or the folder cannot be written."""
        path = folder / f"{name}.lock"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        except OSError as error:
            raise StateError(
                f"{folder} cannot be used: {error.strerror}.", "Check its owner, or set paths.state in gateway.toml."
            ) from error
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(self._handle, 32).decode(errors="replace").strip() or "?"
            os.close(self._handle)
            raise StateError(
                f"Another {name} (process {holder}) uses {folder} already.",
                "Stop it first, or give this one another paths.state.",
            ) from error
        try:
            os.ftruncate(self._handle, 0)
            os.pwrite(self._handle, f"{os.getpid()}\n".encode(), 0)
        except OSError:
            # A full disk: the lock itself holds without the number.
            os.ftruncate(self._handle, 0)

    def release(self) -> None:
        os.close(self._handle)
