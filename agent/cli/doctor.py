"""louguan doctor: looks at the machine as the services will find it, and says what to do."""

from __future__ import annotations

import grp
import os
import shutil
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import typer
from rich.markup import escape

import models
from agent.api.client import Client, RefusedError, UnreachableError
from agent.cli import common
from agent.cli.common import ConfigOption, JsonOption, console
from agent.config import Bus, Gateway
from agent.config_file import DEFAULT_PATHS, ConfigError, NoConfigError, find, load
from agent.texts import t
from hal.sim_pty import served_target, sim_link
from models.language.heads import Head
from models.language.reader import HEADS
from models.runtime.artifact import Artifact
from models.runtime.errors import ModelError

State = Literal["ok", "warning", "fail"]
_STYLES = {"ok": "green", "warning": "yellow", "fail": "bold red"}
_SHIPPED_MODEL = Path(models.__file__).parent / "artifacts" / "trunk"
_LEAST_FREE_MB = 50
_FIRST_YEAR, _LAST_YEAR = 2025, 2100
_CONNECT_S = 2.0
_COMMAND_S = 3.0


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, how it is, and what to do if it is not well."""

    what: str
    state: State
    message: str
    remedy: str = ""


def doctor(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    checks = list(_checks(config))
    failures = sum(check.state == "fail" for check in checks)
    warnings = sum(check.state == "warning" for check in checks)
    if as_json:
        common.print_json({"ok": not failures, "checks": [asdict(check) for check in checks]})
    else:
        out = console()
        for check in checks:
            mark = f"[{_STYLES[check.state]}]{t(check.state):<8}[/]"
            out.print(f"{mark}{escape(check.what)}: {escape(check.message)}", soft_wrap=True)
            if check.remedy:
                out.print(f"        → {escape(check.remedy)}", soft_wrap=True)
        if failures:
            out.print(t("doctor.end.bad", count=failures))
        else:
            out.print(t("doctor.end.warnings", count=warnings) if warnings else t("doctor.end.ok"))
    raise typer.Exit(common.PROBLEM if failures else common.OK)


def _checks(config: Path | None) -> Iterator[Check]:
    yield Check(t("doctor.python"), "ok", f"{sys.version.split()[0]}, {sys.executable}")
    gateway, path = None, None
    try:
        path = find(config)
        gateway = load(path)
    except NoConfigError as error:
        if config is not None or os.environ.get("LOUGUAN_CONFIG"):
            yield Check(t("doctor.config"), "fail", error.message, t("doctor.no_config.do"))
        else:
            yield Check(t("doctor.config"), "warning", t("doctor.no_config"), t("doctor.no_config.do"))
    except ConfigError as error:
        yield Check(t("doctor.config"), "fail", str(error), t("doctor.config.do"))
    else:
        yield Check(t("doctor.config"), "ok", str(path))
    state = gateway.paths.state if gateway else Path.cwd()
    yield _clock(state)
    if gateway is not None and path is not None:
        yield _folder(t("doctor.state"), gateway.paths.state)
        yield _folder(t("doctor.run"), gateway.paths.run)
        yield _disk(state, gateway.history.max_mb)
        for bus in gateway.buses:
            yield _port(bus)
        yield from _services(gateway, installed=path == DEFAULT_PATHS[-1])
    else:
        yield _disk(state, 0)
    yield _model(gateway)


def _folder(what: str, path: Path) -> Check:
    user = common.user()
    if not path.is_dir():
        parent = _existing(path)
        if os.access(parent, os.W_OK | os.X_OK) and parent.is_dir():
            return Check(what, "ok", t("doctor.folder.absent", path=path))
        return Check(what, "fail", t("doctor.folder.unwritable", path=parent, user=user), t("doctor.folder.do"))
    if os.access(path, os.W_OK | os.X_OK):
        return Check(what, "ok", str(path))
    if _group_name(path) == "louguan":
        return Check(what, "ok", t("doctor.folder.group", path=path, user=user))
    return Check(what, "fail", t("doctor.folder.unwritable", path=path, user=user), t("doctor.folder.do"))


def _disk(path: Path, history_mb: int) -> Check:
    place = _existing(path)
    free = shutil.disk_usage(place).free // 1024**2
    database = path / "history.db"
    used = database.stat().st_size // 1024**2 if os.access(path, os.X_OK) and database.is_file() else 0
    wanted = history_mb - used
    if free < _LEAST_FREE_MB:
        return Check(t("doctor.disk"), "fail", t("doctor.disk.free", free=free, path=place), t("doctor.disk.do"))
    if free < wanted:
        message = t("doctor.disk.history", free=free, path=place, wanted=wanted)
        return Check(t("doctor.disk"), "warning", message, t("doctor.disk.do"))
    return Check(t("doctor.disk"), "ok", t("doctor.disk.free", free=free, path=place))


def _clock(state: Path) -> Check:
    what, remedy = t("doctor.clock"), t("doctor.clock.do")
    now = datetime.now(UTC)
    shown = now.astimezone().strftime("%Y-%m-%d %H:%M:%S %Z")
    if not _FIRST_YEAR <= now.year < _LAST_YEAR:
        return Check(what, "fail", t("doctor.clock.year", now=shown), remedy)
    database = state / "history.db"
    if os.access(state, os.X_OK) and database.is_file():
        ahead = database.stat().st_mtime - time.time()
        if ahead > 60:
            return Check(what, "warning", t("doctor.clock.jump", ahead=f"{ahead:.0f}"), remedy)
    try:
        answer = subprocess.run(
            ["timedatectl", "show", "--property=NTPSynchronized", "--value"],
            capture_output=True, text=True, timeout=_COMMAND_S, check=False,
        ).stdout.strip()  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        answer = ""
    if answer == "no":
        return Check(what, "warning", t("doctor.clock.unsynced", now=shown), remedy)
    return Check(what, "ok", t("doctor.clock.synced" if answer == "yes" else "doctor.clock.unknown", now=shown))


def _port(bus: Bus) -> Check:
    what = t("doctor.port", port=bus.port)
    if bus.port.startswith("tcp://"):
        place = urlsplit(bus.port)
        try:
            socket.create_connection((place.hostname or "", place.port or 502), _CONNECT_S).close()
        except (OSError, ValueError) as error:
            return Check(what, "fail", t("doctor.port.tcp", why=error), t("doctor.port.tcp.do"))
        return Check(what, "ok", t("doctor.service.ok"))
    if bus.port.startswith("sim://"):
        target = served_target(sim_link(bus.port.removeprefix("sim://")))
        if target is None:
            return Check(what, "fail", t("doctor.port.absent"), t("doctor.port.sim.do"))
        return Check(what, "ok", target)
    path = Path(bus.port)
    if not path.exists():
        return Check(what, "fail", t("doctor.port.absent"), t("doctor.port.do"))
    if not stat.S_ISCHR(path.stat().st_mode):
        return Check(what, "fail", t("doctor.port.absent"), t("doctor.port.do"))
    if not os.access(path, os.R_OK | os.W_OK):
        user = common.user()
        remedy = t("doctor.port.denied.do", group=_group_name(path), user=user)
        # On an installed box only the service's own user needs the port.
        state: State = "warning" if shutil.which("systemctl") else "fail"
        return Check(what, state, t("doctor.port.denied", user=user), remedy)
    return Check(what, "ok", str(path.resolve()))


def _services(gateway: Gateway, installed: bool) -> Iterator[Check]:
    for name, client in (("core", common.core_client(gateway)), ("desk", common.desk_client(gateway))):
        what = t("doctor.service", name=name)
        if name == "desk" and not gateway.desk.enabled:
            yield Check(what, "ok", t("status.desk.off"))
            continue
        yield from _service(what, name, client, installed)


def _service(what: str, name: str, client: Client, installed: bool) -> Iterator[Check]:
    if client.path.exists() and not os.access(client.path, os.W_OK):
        message = t("doctor.service.denied", user=common.user())
        yield Check(what, "fail", message, t("doctor.service.denied.do"))
        return
    try:
        health = client.get("/v1/health")
    except (UnreachableError, RefusedError):
        state: State = "fail" if installed else "warning"
        yield Check(what, state, t("doctor.service.absent"), t("doctor.service.do", name=name))
        return
    yield Check(what, "ok", t("doctor.service.ok"))
    for trouble in health.get("troubles", []):
        yield Check(f"{what}, {trouble['part']}", "fail", trouble["message"], trouble["remedy"])


def _model(gateway: Gateway | None) -> Check:
    what = t("doctor.model")
    if gateway is not None and not gateway.desk.enabled:
        return Check(what, "ok", t("status.desk.off"))
    folder = (gateway.desk.model if gateway else None) or _SHIPPED_MODEL
    try:
        trunk = Artifact.load(folder)
        parts = [trunk, *(Head.load(folder.parent / name, trunk).artifact for name in HEADS)]
    except ModelError as error:
        return Check(what, "fail", error.message, t("doctor.model.do"))
    size = sum(listed["bytes"] for part in parts for listed in part.card["files"].values())
    return Check(what, "ok", t("doctor.model.ok", path=folder, size=f"{size / 1e6:.1f}"))


def _existing(path: Path) -> Path:
    while not path.exists() and path != path.parent:
        path = path.parent
    return path


def _group_name(path: Path) -> str:
    number = path.stat().st_gid
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)
