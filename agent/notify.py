"""What a service tells systemd: readiness, status, and that its work goes on (sd_notify(3))."""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Mapping

log = logging.getLogger(__name__)


class Notifier:
    """Sends to $NOTIFY_SOCKET; does nothing where there is none. Never blocks and never raises."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        if self._address.startswith("@"):
            self._address = "\0" + self._address[1:]
        self._last_watchdog = 0.0
        self._told_failure = False
        wanted = environment.get("WATCHDOG_USEC", "")
        for_us = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        self.watchdog_s: float | None = int(wanted) / 1e6 if wanted.isdigit() and int(wanted) and for_us else None
        """Silence, in seconds, after which systemd restarts the service; None when it does not watch."""

    def ready(self, status: str = "") -> None:
        """The service does its work from now on."""
        self._send("READY=1", f"STATUS={status}")

    def status(self, text: str) -> None:
        """One line for `systemctl status`."""
        self._send(f"STATUS={text}")

    def stopping(self) -> None:
        self._send("STOPPING=1", "STATUS=stopping")

    def watchdog(self) -> None:
        """Call it in every turn of the loop that matters; sends at a quarter of the watchdog's time."""
        now = time.monotonic()
        if self.watchdog_s is not None and now - self._last_watchdog >= self.watchdog_s / 4:
            self._last_watchdog = now
            self._send("WATCHDOG=1")

    def _send(self, *lines: str) -> None:
        if not self._address:
            return
        message = "\n".join(line.replace("\n", " ") for line in lines).encode()
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
                sender.setblocking(False)
                sender.sendto(message, self._address)
        except OSError as error:
            if not self._told_failure:
                log.warning("systemd cannot be told: %s", error)
            self._told_failure = True
