"""What the commands share: configuration, clients, output, times."""

from __future__ import annotations

import getpass
import json
import os
import re
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from agent.api.client import Client
from agent.config import Gateway
from agent.config_file import find, load
from agent.texts import language, t
from agent.watch.finding import Kind

OK, PROBLEM, USAGE, UNREACHABLE = 0, 1, 2, 3

ConfigOption = Annotated[
    Path | None, typer.Option("--config", "-c", help=t("help.option.config"), envvar="LOUGUAN_CONFIG")
]
JsonOption = Annotated[bool, typer.Option("--json", help=t("help.option.json"))]

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "": 1}


def console() -> Console:
    """Where people read; width of the terminal, 100 columns where there is none."""
    known = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(highlight=False, width=None if known else 100)


def fail(message: str, code: int = PROBLEM) -> NoReturn:
    """Says what was wrong on stderr and ends."""
    print(f"{t('error')}: {message}", file=sys.stderr)
    raise typer.Exit(code)


def print_json(data: object) -> None:
    print(json.dumps(data, ensure_ascii=False, indent=2))


def gateway_of(config: Path | None) -> Gateway:
    return load(find(config))


def core_client(gateway: Gateway) -> Client:
    return Client(gateway.paths.run / "core.sock")


def desk_client(gateway: Gateway, deadline_s: float = 5.0) -> Client:
    return Client(gateway.paths.run / "desk.sock", deadline_s)


def user() -> str:
    """Who is at the keyboard; `unknown` for a user without a name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def seconds_of(text: str) -> float:
    """90, 90s, 10m, 6h, 2d in seconds."""
    match = re.fullmatch(r"(\d{1,9}(?:\.\d+)?)([smhd]?)", text.strip())
    if not match:
        fail(t("duration.wrong", text=text), USAGE)
    return float(match[1]) * _UNITS[match[2]]


def name_of(names: dict[str, str]) -> str:
    """A text of the API in the user's language."""
    return names[language()]


def value_text(value: float | None, unit: str = "") -> str:
    """Four significant digits; a dash for no value."""
    if value is None:
        return "-"
    digits = f"{value:.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return f"{digits} {unit}".rstrip()


def age_text(seconds: float | None) -> str:
    """3 s, 4 min, 2 h, 5 d."""
    if seconds is None:
        return "-"
    for size, name in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {name}"
    return f"{seconds:.0f} s"


def time_text(seconds: float, timezone: str, now: float | None = None) -> str:
    """The time of day at the site, with the date when it is not today's."""
    zone = ZoneInfo(timezone)
    moment = datetime.fromtimestamp(seconds, zone)
    today = datetime.fromtimestamp(time.time() if now is None else now, zone)
    return moment.strftime("%H:%M:%S" if moment.date() == today.date() else "%Y-%m-%d %H:%M:%S")


def contribution_text(part: dict[str, Any]) -> str:
    """One guilty point in a line."""
    return t(
        f"against.{part['against']}",
        name=name_of(part["name"]),
        value=value_text(part["value"], part["unit"]),
        expected=value_text(part["expected"], part["unit"]),
        share=f"{100 * part['share']:.0f}",
    )


def kinds_text(alarm: dict[str, Any]) -> str:
    """Why it alarms, and how often residents said so."""
    words = [t(f"kind.{kind}") for kind in alarm["kinds"]]
    if Kind.REPORT in alarm["kinds"] and alarm["count"] > 1:
        words.append(t("alarm.times", count=alarm["count"]))
    return ", ".join(words)
