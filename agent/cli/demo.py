"""louguan demo: the whole main job before one's eyes, on a simulated pump room or on a recording."""

from __future__ import annotations

import dataclasses
import os
import shlex
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from agent.api.client import Client
from agent.api.schema import OrderView
from agent.cli.alarms import alarm_block
from agent.cli.children import Children
from agent.cli.common import console, name_of, value_text
from agent.cli.orders import order_table
from agent.cli.plant import local_zone, plant_toml
from agent.cli.replay import INTERRUPTED, ROW, outcome_of, print_alarm, print_causes, print_head
from agent.cli.watch import score_line
from agent.supervisor import service_command
from agent.texts import t
from firmware_bridge.plant.control import ask
from hal.sim_pty import served_target, sim_link

if TYPE_CHECKING:
    from agent.cli.player import Player
    from agent.cli.recording import Recording

PUMPS = 2
POLL_S = 0.2
LEARN_ROWS = 300
"""A minute at five rows a second: thirty times as long as the plant's demand remembers."""
FAULT, ASSET, SEVERITY, RAMP_S = "cavitation", "pump-2", 0.6, 5.0
HOUR = "14:00"
"""In the plant: a time of even demand."""
QUESTIONS = ("我家水管漏水了怎么办", "how do I get a parking permit")
TURNS = ("厨房水龙头关不上了，一直滴水", "三号楼二单元1502", "明天下午三点在家", "对")
_START_S, _LEARN_S, _ALARM_S, _ANSWER_S = 30.0, 120.0, 60.0, 30.0
_LOOK_S = 0.25
_LEAST_ROWS, _PLAY_S, _LONGEST_S = 200, 30.0, 90.0

CsvOption = Annotated[Path | None, typer.Option("--csv", help=t("help.demo.csv"))]
StayOption = Annotated[bool | None, typer.Option("--stay/--no-stay", help=t("help.demo.stay"))]


def demo(csv: CsvOption = None, stay: StayOption = None) -> None:
    out = console()
    recording = _read(csv) if csv is not None else None
    stays = stay if stay is not None else recording is None and out.is_terminal
    over = False
    try:
        with Children("louguan-demo") as children:
            if recording is None:
                name = _pump_room(out, children)
                _residents(out, children)
                _pump_room_next(out, children.home / "gateway.toml", name)
                if not stays:
                    out.print("  " + t("demo.next.stay"), style="dim")
            else:
                _recording(out, recording, children)
            over = True
            if stays:
                out.print(t("demo.stays"), style="bold")
                while True:
                    children.check()
                    time.sleep(1.0)
    except KeyboardInterrupt:
        out.print()
        if not over:
            print(t("interrupted"), file=sys.stderr)
            raise typer.Exit(INTERRUPTED) from None
    out.print(t("demo.done"), style="green")


def _pump_room(out: Console, children: Children) -> str:
    """From the line to the alarm; returns the name of the plant."""
    name = "demo" if served_target(sim_link("demo")) is None else f"demo-{os.getpid()}"
    config = children.home / "gateway.toml"
    config.write_text(plant_toml(name, PUMPS, children.home, POLL_S, LEARN_ROWS), encoding="utf-8")
    louguan = [sys.executable, "-m", "agent.cli"]
    children.start("plant", [*louguan, "plant", "run", "--name", name, "--pumps", str(PUMPS), "--at", HOUR])
    children.until(_START_S, "plant", lambda: served_target(sim_link(name)))
    children.start("core", service_command("core", config))
    children.start("desk", service_command("desk", config))
    core = Client(children.home / "run" / "core.sock")
    children.until(_START_S, "reading", lambda: all(p["quality"] == "good" for p in _points(core)))
    pty = served_target(sim_link(name))
    _title(out, 1, t("demo.plant", pumps=PUMPS, port=f"sim://{name}", pty=pty))
    out.print(_point_table(_points(core)))

    _title(out, 2, t("demo.learning", rows=LEARN_ROWS))
    with _live(out) as show:
        children.until(_LEARN_S, "learned baseline", lambda: _learned(core, show))
    for asset in core.get("/v1/assets")["assets"]:
        out.print(_asset_line(asset))

    _title(out, 3, t("demo.fault", fault=t(f"fault.{FAULT}"), asset=ASSET, severity=f"{100 * SEVERITY:.0f}"))
    ask(name, "fault", asset=ASSET, kind=FAULT, severity=SEVERITY, ramp_s=RAMP_S)
    injected = time.time()
    with _live(out) as show:
        alarm = children.until(_ALARM_S, "alarm", lambda: _alarm(core, show))
    out.print(t("demo.alarm", seconds=f"{max(0.0, alarm['since'] - injected):.0f}"), style="bold")
    out.print(alarm_block(alarm, local_zone(), time.time()))
    return name


def _recording(out: Console, recording: Recording, children: Children) -> None:
    """A recording from its first row to a summary of its alarms."""
    from agent.cli.player import Player

    rows, learn_rows = len(recording.times), min(400, len(recording.times) // 2)
    speed = recording.interval_s * max(20.0, rows / _PLAY_S)
    with Player(recording, children, speed, learn_rows, desk=True) as player:
        children.start("desk", service_command("desk", player.config))
        _title(out, 1, t("demo.recording", file=recording.path, rows=rows, points=len(player.ids),
                         speed=f"{player.speed:.3g}", start=recording.time_text(0)))  # fmt: skip
        children.until(_START_S, "reading", lambda: any(p["quality"] == "good" for p in _points(player.core)))
        out.print(_point_table(_points(player.core)))
        _title(out, 2, t("demo.playing", rows=learn_rows))
        told: set[int] = set()
        with _live(out) as show:
            while not player.over:
                player.wait(_LOOK_S)
                show(_playing(recording, player))
                for alarm in player.core.get("/v1/alarms")["alarms"]:
                    row = player.row_at(alarm["since"])
                    if row is not None and row < rows and alarm["id"] not in told:
                        told.add(alarm["id"])
                        out.print(Text(t("demo.onset", id=alarm["id"], time=recording.time_text(row)), "bold red"))
                        print_causes(out, alarm)
        played = player.result()
        outcome = outcome_of(recording, played, player, learn_rows)
    _title(out, 3, t("demo.found"))
    print_head(out, outcome)
    for alarm in outcome["alarms"]:
        print_alarm(out, alarm, causes=alarm["id"] not in told)
    _residents(out, children)
    file = shlex.quote(str(recording.path))
    _next(out, (f"replay {file} --label COLUMN", "demo.next.label"), ("plant run", "demo.next.plant"),
          ("config init", "demo.next.own"))  # fmt: skip


def _read(file: Path) -> Recording:
    """What can be played while somebody looks on. Raises RecordingError when there is too little to learn from."""
    from agent.cli.player import fastest_row_s
    from agent.cli.recording import RecordingError, read_recording

    recording = read_recording(file)
    rows, most = len(recording.times), int(_LONGEST_S / fastest_row_s(len(recording.names)))
    if rows < _LEAST_ROWS:
        raise RecordingError(f"{recording.path} has {rows} rows, too few to learn from.", f"{_LEAST_ROWS} are needed.")
    if rows <= most:
        return recording
    notes = [*recording.notes, t("demo.shortened", rows=most)]
    return dataclasses.replace(recording, times=recording.times[:most], values=recording.values[:most], notes=notes)


def _residents(out: Console, children: Children) -> None:
    desk = Client(children.home / "run" / "desk.sock", _ANSWER_S)
    _title(out, 4, t("demo.residents"))
    for question in QUESTIONS:
        answer = children.until(_START_S, "answer", partial(desk.post, "/v1/ask", {"text": question}))
        out.print(Text.assemble(("  ? ", "cyan"), (question, "bold")))
        out.print(Padding(Text(answer["answer"]), (0, 0, 0, 4)))
        out.print(
            Text("    " + t("demo.answered", ms=f"{answer['ms']:.0f}", score=f"{100 * answer['score']:.0f}"), "dim")
        )

    _title(out, 5, t("demo.form"))
    for said in TURNS:
        turn = children.until(_START_S, "answer", partial(desk.post, "/v1/chat", {"session": "demo", "text": said}))
        out.print(Text.assemble(("  ? ", "cyan"), (said, "bold")))
        out.print(Padding(Text(turn["answer"]), (0, 0, 0, 4)))
    order_table(out, [OrderView.model_validate(order) for order in desk.get("/v1/orders")["orders"]])


def _pump_room_next(out: Console, config: Path, name: str) -> None:
    given = f"--config {shlex.quote(str(config))}"
    _next(
        out,
        (f"watch {given}", "demo.next.watch"),
        (f"alarms {given}", "demo.next.alarms"),
        (f"chat {given}", "demo.next.chat"),
        (f"orders {given}", "demo.next.orders"),
        (f"plant clear --name {name}", "demo.next.clear"),
        ("config init", "demo.next.own"),
    )


def _next(out: Console, *commands: tuple[str, str]) -> None:
    """Commands that work as printed in another terminal, once it is in this folder."""
    program = Path(sys.argv[0]).absolute()
    here = Path.cwd()
    if program.name == "__main__.py":
        louguan = f"{shlex.quote(sys.executable)} -m agent.cli"
    else:
        louguan = shlex.quote(str(program.relative_to(here) if program.is_relative_to(here) else program))
    _title(out, 6, t("demo.next", folder=here))
    for command, why in commands:
        out.print(Text.assemble("  ", (f"{louguan} {command}", "bold"), ("   " + t(why), "dim")), soft_wrap=True)


def _title(out: Console, number: int, text: str) -> None:
    out.print()
    out.print(Text(f"{number}  {text}", "bold cyan"), soft_wrap=True)


def _points(core: Client) -> list[dict[str, Any]]:
    return [point for point in core.get("/v1/points")["points"] if not point["id"].endswith(f".{ROW}")]


@contextmanager
def _live(out: Console) -> Iterator[Any]:
    """Gives a function that shows a picture in place of the one before; without a terminal it shows none."""
    if not out.is_terminal:
        yield lambda _picture: None
        return
    with Live(console=out, auto_refresh=False, transient=True) as live:
        yield lambda picture: live.update(picture, refresh=True)


def _learned(core: Client, show: Any) -> bool:
    assets = core.get("/v1/assets")["assets"]
    show(_room(core, assets))
    return all(asset["score"] is not None for asset in assets)


def _alarm(core: Client, show: Any) -> dict[str, Any] | None:
    show(_room(core, core.get("/v1/assets")["assets"]))
    for alarm in core.get("/v1/alarms")["alarms"]:
        if alarm["asset"] == ASSET and alarm["active"]:
            found: dict[str, Any] = alarm
            return found
    return None


def _room(core: Client, assets: list[dict[str, Any]]) -> RenderableType:
    return Group(_point_table(_points(core)), *(_asset_line(asset) for asset in assets))


def _playing(recording: Recording, player: Player) -> RenderableType:
    row = min(player.row, len(recording.times) - 1)
    assets = player.core.get("/v1/assets")["assets"]
    head = Text(t("demo.row", time=recording.time_text(row), row=row, rows=len(recording.times)))
    return Group(head, _point_table(_points(player.core)), *(_asset_line(asset) for asset in assets))


def _asset_line(asset: dict[str, Any]) -> Text:
    return Text.assemble((f"  {name_of(asset['name'])}  ", "bold"), score_line(asset))


def _point_table(points: list[dict[str, Any]]) -> Table:
    """A row for each quantity, a column for each asset."""
    assets = list(dict.fromkeys(point["asset"] for point in points))
    by_id = {point["id"]: point for point in points}
    table = Table(box=None, header_style="dim", padding=(0, 2))
    table.add_column("")
    for asset in assets:
        table.add_column(asset, justify="right")
    for ident in dict.fromkeys(point["id"].partition(".")[2] for point in points):
        row = [by_id.get(f"{asset}.{ident}") for asset in assets]
        name = next(name_of(point["name"]) for point in row if point)
        table.add_row(Text(name), *(value_text(point["value"], point["unit"]) if point else "" for point in row))
    return table
