"""louguan watch: the live view for a technician's terminal."""

from __future__ import annotations

import contextlib
import time
from typing import Annotated, Any

import typer
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.rule import Rule
from rich.text import Text

from agent.api.client import Client, RefusedError, UnreachableError
from agent.cli import common
from agent.cli.alarms import alarm_block
from agent.cli.common import ConfigOption, JsonOption, console, name_of, time_text
from agent.cli.status import points_table
from agent.texts import language, t

_REFRESH_S = 1.0
_BAR_CELLS = 24
_BAR_FULL = 2.0
"""Score at which the bar is full; its middle is the alarm threshold."""
_ALARM_LINES = 6


def watch(
    once: Annotated[bool, typer.Option("--once", help=t("help.watch.once"))] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    gateway = common.gateway_of(config)
    client = common.core_client(gateway)
    zone = gateway.site.timezone
    title = gateway.site.name.get(language())
    if as_json:
        common.print_json(_ask(client))
        return
    out = console()
    if once:
        out.print(frame(_ask(client), title, zone, None))
        return
    with contextlib.suppress(KeyboardInterrupt):
        _live(client, out, title, zone)


def _live(client: Client, out: Console, title: str, zone: str) -> None:
    first = frame(_ask(client), title, zone, out.height)
    with Live(first, console=out, screen=out.is_terminal, auto_refresh=False) as live:
        while True:
            time.sleep(_REFRESH_S)
            try:
                shown: RenderableType = frame(_ask(client), title, zone, out.height)
            except (UnreachableError, RefusedError):
                shown = Text(t("watch.lost"), style="red")
            live.update(shown, refresh=True)


def _ask(client: Client) -> dict[str, Any]:
    points = client.get("/v1/points")
    return {
        "now": points["now"],
        "points": points["points"],
        "assets": client.get("/v1/assets")["assets"],
        "alarms": client.get("/v1/alarms")["alarms"],
    }


def frame(data: dict[str, Any], title: str, zone: str, height: int | None) -> Group:
    """One picture: alarms first, then each asset with its score and points. height: lines to keep to, or None."""
    now = data["now"]
    parts: list[RenderableType] = [
        Text(t("watch.title", site=title, now=time_text(now, zone, now)), style="bold", no_wrap=True)
    ]
    left = height - 2 if height is not None else 1_000_000
    alarms = data["alarms"]
    fitting = max(1, left // 2 // _ALARM_LINES)
    for alarm in alarms[:fitting]:
        parts.append(alarm_block(alarm, zone, now, short=True))
    if not alarms:
        parts.append(Text(t("alarms.none"), style="green"))
    elif len(alarms) > fitting:
        parts.append(Text(t("watch.more", count=len(alarms) - fitting), style="dim"))
    left -= min(len(alarms), fitting) * _ALARM_LINES + 1
    for number, asset in enumerate(data["assets"]):
        points = [point for point in data["points"] if point["asset"] == asset["id"]]
        rows = min(len(points), left - 4)
        if rows < 1 and height is not None:
            parts.append(Text(t("watch.more", count=len(data["assets"]) - number), style="dim"))
            break
        parts.append(Rule(name_of(asset["name"]), align="left", style="dim"))
        parts += [score_line(asset), points_table(points[:rows])]
        if rows < len(points):
            parts.append(Text(t("watch.more", count=len(points) - rows), style="dim"))
        left -= rows + 4
    return Group(*parts)


def score_line(asset: dict[str, Any]) -> Text:
    """A bar whose middle mark is the alarm threshold, or how far the learning is."""
    learning = [b for b in asset["baselines"] if b["state"] == "learning"]
    score = asset["score"]
    line = Text(f"{t('score')} ")
    if score is None and learning:
        rows, wanted = max((b["rows"], b["wanted"]) for b in learning)
        cells = int(_BAR_CELLS * min(1.0, rows / max(1, wanted)))
        line.append("▒" * cells + "·" * (_BAR_CELLS - cells), style="cyan")
        return line.append(" " + t("learning", rows=rows, wanted=wanted))
    if score is None:
        return line.append(t("none"), style="dim")
    cells = int(_BAR_CELLS * min(1.0, score / _BAR_FULL))
    style = "red" if score >= 1 else "yellow" if score >= 0.7 else "green"
    bar = "█" * cells + "·" * (_BAR_CELLS - cells)
    middle = _BAR_CELLS // 2
    line.append(bar[:middle], style=style).append("|", style="bold").append(bar[middle:], style=style)
    return line.append(f" {score:.2f}")
