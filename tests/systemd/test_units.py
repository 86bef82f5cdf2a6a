"""The units as systemd reads them, and the services run as the units say, in the folders the units give them."""

from __future__ import annotations

import configparser
import json
import re
import shlex
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from agent.api.client import Client
from tests.systemd.conftest import ROOT, Installed

SERVICES = ("core", "desk")
EXPOSURE = {"core": 1.7, "desk": 0.5}
"""Highest that `systemd-analyze security` may say, of 10. core needs the network for Modbus TCP, and serial ports."""


def unit(service: str) -> configparser.SectionProxy:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(ROOT / "systemd" / f"louguan-{service}.service", encoding="utf-8")
    return parser["Service"]


def test_systemd_finds_nothing_wrong_with_the_units_where_they_are_installed(installed: Installed) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    folder = "/etc/systemd/system"
    names = [f"{folder}/{name}" for name in ("louguan.target", "louguan-core.service", "louguan-desk.service")]
    assert installed.ask("systemd-analyze", "verify", "--man=no", *names) == (0, "")


@pytest.mark.parametrize("service", SERVICES)
def test_the_sandbox_is_as_tight_as_it_was(service: str) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", ROOT / "systemd" / f"louguan-{service}.service"],
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    found = re.search(r"exposure level for .*: ([0-9.]+)", done.stdout)
    assert found, done.stdout + done.stderr
    assert float(found[1]) <= EXPOSURE[service]


def test_sysusers_and_tmpfiles_do_what_they_say(installed: Installed) -> None:
    for tool in ("systemd-sysusers", "systemd-tmpfiles"):
        if not shutil.which(tool):
            pytest.skip(f"{tool} is not installed")
    # A root of its own, so that the other tests find no users in theirs.
    script = (
        "cp -r /etc /tmp/etc && mkdir -p /tmp/var /tmp/run"
        " && systemd-sysusers --root=/tmp louguan.conf"
        " && grep -c '^louguan:.*nologin' /tmp/etc/passwd && grep -c '^dialout:' /tmp/etc/group"
        " && systemd-tmpfiles --root=/tmp --create louguan.conf"
        " && stat -c '%a %U' /tmp/var/lib/louguan /tmp/run/louguan /tmp/etc/louguan /tmp/etc/louguan/gateway.toml"
    )
    code, output = installed.ask("sh", "-c", script)
    assert code == 0, output
    lines = output.splitlines()
    assert lines[-6:-4] == ["1", "1"], output
    assert [line.split()[0] for line in lines[-4:]] == ["750", "750", "750", "640"]


@contextmanager
def running(installed: Installed, service: str) -> Iterator[tuple[subprocess.Popen[str], socket.socket]]:
    """The unit's ExecStart, with its environment, writable folders and ban on code made at run time."""
    settings = unit(service)
    writable = f"var/lib/{settings['StateDirectory']} run/{settings['RuntimeDirectory']}"
    heard = installed.root / "run" / "louguan" / f"notify-{service}"
    heard.parent.mkdir(parents=True, exist_ok=True)
    assert settings["MemoryDenyWriteExecute"] == "yes"
    # PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN: linux/prctl.h, Linux 6.3; older kernels refuse the call and run on without.
    refuse = "import ctypes, os, sys; ctypes.CDLL(None).prctl(65, 1, 0, 0, 0); os.execv(sys.argv[1], sys.argv[1:])"
    command = ["/usr/bin/python3", "-c", refuse, *shlex.split(settings["ExecStart"])]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(str(heard))
        receiver.settimeout(120)
        process = installed.inside(
            command,
            writable,
            NOTIFY_SOCKET=f"/run/louguan/{heard.name}",
            WATCHDOG_USEC=str(int(settings["WatchdogSec"]) * 100_000),
            **dict(entry.split("=", 1) for entry in settings["Environment"].split()),
        )
        try:
            yield process, receiver
        finally:
            process.kill()
            process.communicate()
            heard.unlink()


def hear(receiver: socket.socket, word: str, deadline_s: float = 30) -> str:
    end = time.monotonic() + deadline_s
    while time.monotonic() < end:
        message = receiver.recv(4096).decode()
        if word in message.splitlines():
            return message
    raise AssertionError(f"no {word}")


@pytest.mark.parametrize("service", SERVICES)
def test_the_installed_service_starts_as_its_unit_says_answers_and_stops(installed: Installed, service: str) -> None:
    with running(installed, service) as (process, receiver):
        try:
            # The desk's first start computes the vectors of its questions.
            hear(receiver, "READY=1", 120)
        except TimeoutError:
            process.kill()
            raise AssertionError(process.communicate()[0]) from None
        health = Client(installed.root / "run" / "louguan" / f"{service}.sock").get("/v1/health")
        assert health["pid"] == process.pid
        assert health["rss_mb"] < int(unit(service)["MemoryHigh"].rstrip("M"))
        hear(receiver, "WATCHDOG=1")
        if service == "core":
            code, output = installed.ask("louguan", "status", "--json")
            assert json.loads(output)["core"]["pid"] == process.pid, (code, output)
        process.terminate()
        hear(receiver, "STOPPING=1")
        output, _ = process.communicate(timeout=10)
        assert process.returncode == 0, output
        assert "telemetry" not in output


def test_every_unit_has_its_watchdog_its_restart_its_user_and_its_limits() -> None:
    for service in SERVICES:
        settings = unit(service)
        assert (settings["Type"], settings["Restart"], settings["User"]) == ("notify", "always", "louguan")
        assert settings["ProtectSystem"] == "strict"
        assert settings["CapabilityBoundingSet"] == ""
        assert int(settings["WatchdogSec"]) <= 30
        assert int(settings["MemoryMax"].rstrip("M")) <= 400
    assert unit("desk")["PrivateNetwork"] == "yes", "the process that hears residents has no way out"
    assert unit("desk")["PrivateDevices"] == "yes"
    devices = [
        line for line in (ROOT / "systemd/louguan-core.service").read_text().splitlines() if "DeviceAllow" in line
    ]
    assert devices
    assert all(re.fullmatch(r"DeviceAllow=char-tty\w+ rw", line) for line in devices), "serial ports only"


def test_names_in_the_udev_rule_do_not_depend_on_the_order_of_plugging() -> None:
    rules = (ROOT / "systemd" / "70-louguan.rules").read_text(encoding="utf-8")
    links = re.findall(r'SYMLINK\+="([^"]+)"', rules)
    assert links
    assert all("ID_SERIAL_SHORT" in link or "ID_PATH" in link for link in links)
    assert set(re.findall(r'GOTO="(\w+)"', rules)) == set(re.findall(r'LABEL="(\w+)"', rules))
