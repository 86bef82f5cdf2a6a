"""What systemd hears, over a real datagram socket."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.notify import Notifier


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, socket.socket]]:
    name = str(tmp_path / "notify") if request.param == "path" else f"@louguan-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(name.replace("@", "\0") if name[0] == "@" else name)
        receiver.settimeout(2.0)
        yield name, receiver


def test_readiness_status_and_stop_are_told(manager: tuple[str, socket.socket]) -> None:
    name, receiver = manager
    notifier = Notifier({"NOTIFY_SOCKET": name})
    notifier.ready("3 buses")
    notifier.status("line 1\nREADY=0")
    notifier.stopping()
    assert receiver.recv(200) == b"READY=1\nSTATUS=3 buses"
    assert receiver.recv(200) == b"STATUS=line 1 READY=0"
    assert receiver.recv(200).startswith(b"STOPPING=1")


def test_the_watchdog_is_fed_not_more_often_than_needed(manager: tuple[str, socket.socket]) -> None:
    name, receiver = manager
    notifier = Notifier({"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "20000000"})
    assert notifier.watchdog_s == 20
    notifier.watchdog()
    notifier.watchdog()
    notifier.stopping()
    assert receiver.recv(200) == b"WATCHDOG=1"
    assert receiver.recv(200).startswith(b"STOPPING=1")


def test_a_watchdog_meant_for_another_process_or_none_is_not_fed() -> None:
    assert Notifier({"WATCHDOG_USEC": "1000000", "WATCHDOG_PID": "1"}).watchdog_s is None
    assert Notifier({"WATCHDOG_USEC": "0"}).watchdog_s is None
    assert Notifier({}).watchdog_s is None


def test_a_lost_socket_never_raises_and_is_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    notifier = Notifier({"NOTIFY_SOCKET": str(tmp_path / "gone")})
    notifier.ready()
    notifier.status("x")
    assert len(caplog.records) == 1
