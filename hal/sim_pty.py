"""Simulated serial lines: ptys that another process finds by name, `sim://name`."""

from __future__ import annotations

import fcntl
import os
import re
import time
import tty
from pathlib import Path

from hal.errors import DeviceError

_SYSTEM_DIR = Path("/run/louguan/sim")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_LOCK_PATIENCE_S = 1.0


def sim_dir() -> Path:
    """$LOUGUAN_SIM_DIR, else /run/louguan/sim where it may be written, else a folder of this user."""
    if chosen := os.environ.get("LOUGUAN_SIM_DIR"):
        return Path(chosen)
    if os.access(_SYSTEM_DIR, os.W_OK | os.X_OK):
        return _SYSTEM_DIR
    if runtime := os.environ.get("XDG_RUNTIME_DIR"):
        return Path(runtime) / "louguan" / "sim"
    return Path(f"/tmp/louguan-{os.getuid()}/sim")


def sim_link(name: str) -> Path:
    """The symlink behind `sim://name`. Raises DeviceError for a name that is none."""
    if not _NAME.fullmatch(name):
        raise DeviceError(f"{name!r} is no name of a simulated port.", "Use letters, digits, - and _, at most 64.")
    return sim_dir() / name


def _lock_path(link: Path) -> Path:
    return link.with_name(f".{link.name}.lock")


def served_target(link: Path) -> str | None:
    """The pty behind the link; None without one or when the process that made it has died.

    A link without a lock file was made by hand and is believed.
    """
    try:
        target = str(link.readlink())
    except OSError:
        return None
    return target if _is_served(link) else None


def _is_served(link: Path) -> bool:
    try:
        handle = os.open(_lock_path(link), os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return True
    except PermissionError:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


class SimPty:
    """A raw pty whose near end, `fd`, the simulation holds and whose far end others open by name or path.

    Raises DeviceError when the name is taken. `close()` hangs up the far end, as an unplugged adapter does.
    """

    def __init__(self, name: str | None = None) -> None:
        self._link = sim_link(name) if name is not None else None
        self._lock = self._take_name(self._link) if self._link is not None else None
        self.fd, self._far = os.openpty()
        # Held open so that the near end does not see a hangup while nobody has opened the far end.
        tty.setraw(self._far)
        os.set_blocking(self.fd, False)
        self.path = os.ttyname(self._far)
        """/dev/pts/N of the far end."""
        if self._link is not None:
            if self._link.parent == _SYSTEM_DIR:
                self._lend_to_the_services()
            fresh = self._link.with_name(f".{self._link.name}.{os.getpid()}")
            fresh.unlink(missing_ok=True)
            fresh.symlink_to(self.path)
            fresh.replace(self._link)

    def _lend_to_the_services(self) -> None:
        """The core of an installed gateway is another user: its group, which owns the folder, may open the far end."""
        try:
            os.chown(self.path, -1, _SYSTEM_DIR.stat().st_gid)
            Path(self.path).chmod(0o660)
        except OSError as error:
            self.close()
            raise DeviceError(
                f"{self.path} cannot be lent to the group of {_SYSTEM_DIR}: {error.strerror}.",
                "Add this user to the group louguan, or run it as root.",
            ) from error

    @staticmethod
    def _take_name(link: Path) -> int:
        try:
            link.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
            handle = os.open(_lock_path(link), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise DeviceError(
                f"{link.parent} cannot hold simulated ports: {error.strerror}.", "Set LOUGUAN_SIM_DIR."
            ) from error
        give_up = time.monotonic() + _LOCK_PATIENCE_S
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return handle
            except BlockingIOError as error:
                if time.monotonic() > give_up:
                    os.close(handle)
                    raise DeviceError(
                        f"sim://{link.name} is served by another process.", "Stop it or choose another name."
                    ) from error
                time.sleep(0.02)

    def close(self) -> None:
        """Hangs up and removes the name. May be called twice."""
        if self.fd < 0:
            return
        if self._link is not None and self._link.is_symlink() and str(self._link.readlink()) == self.path:
            self._link.unlink(missing_ok=True)
        os.close(self._far)
        os.close(self.fd)
        self.fd = self._far = -1
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
