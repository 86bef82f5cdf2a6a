"""louguan plant: a simulated pump room to try things on, its faults, and the gateway.toml that fits it."""

from __future__ import annotations

import json
import os
import signal
import threading
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import available_timezones

import typer
from rich.table import Table

from agent.cli import common
from agent.cli.common import JsonOption, console
from agent.texts import language, t
from firmware_bridge.plant.control import Control, ask
from firmware_bridge.plant.faults import FaultKind
from firmware_bridge.plant.plant import MAX_PUMPS, Plant
from firmware_bridge.plant.points import POINTS, SENSORS, PlantPoint
from hal.sim_pty import sim_link

app = typer.Typer(help=t("help.plant"), no_args_is_help=True)

STUCK_READINGS = 20
"""A sensor of the plant is noisier than its resolution: so many equal readings in a row mean that it stands still."""

NameOption = Annotated[str, typer.Option("--name", "-n", help=t("help.plant.name"))]
PumpsOption = Annotated[int, typer.Option("--pumps", help=t("help.plant.pumps"), min=1, max=MAX_PUMPS)]
AssetOption = Annotated[str, typer.Option("--asset", help=t("help.plant.asset"))]


@app.command("run", help=t("help.plant.run"))
def run(
    name: NameOption = "demo",
    pumps: PumpsOption = 2,
    seed: Annotated[int, typer.Option("--seed", help=t("help.plant.seed"))] = 1,
    at: Annotated[str | None, typer.Option("--at", metavar="HH:MM", help=t("help.plant.at"))] = None,
    as_json: JsonOption = False,
) -> None:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    with Plant(name, pumps, seed, _hour(at)) as plant, Control(plant):
        if as_json:
            print(json.dumps(plant.status(), ensure_ascii=False), flush=True)
        else:
            print(t("plant.runs", pumps=pumps, name=name, path=plant.path), flush=True)
        stop.wait()


@app.command("config", help=t("help.plant.config"))
def config(
    name: NameOption = "demo",
    pumps: PumpsOption = 2,
    state: Annotated[Path, typer.Option("--state", help=t("help.plant.state"))] = Path("louguan-plant"),
    as_json: JsonOption = False,
) -> None:
    text = plant_toml(name, pumps, state.resolve())
    if as_json:
        common.print_json({"toml": text})
    else:
        print(text, end="")


@app.command("fault", help=t("help.plant.fault"))
def fault(
    kind: FaultKind,
    asset: AssetOption,
    name: NameOption = "demo",
    severity: Annotated[float, typer.Option("--severity", help=t("help.plant.severity"), max=1)] = 0.6,
    ramp: Annotated[float, typer.Option("--ramp", help=t("help.plant.ramp"), min=0, max=86_400)] = 10.0,
    sensor: Annotated[
        str | None, typer.Option("--sensor", help=t("help.plant.sensor", names=", ".join(SENSORS)))
    ] = None,
    as_json: JsonOption = False,
) -> None:
    status = ask(name, "fault", asset=asset, kind=kind.value, severity=severity, ramp_s=ramp, sensor=sensor)
    if as_json:
        common.print_json(status)
    else:
        print(t("plant.injected", fault=t(f"fault.{kind.value}"), asset=asset))


@app.command("clear", help=t("help.plant.clear"))
def clear(
    name: NameOption = "demo",
    asset: Annotated[str | None, typer.Option("--asset", help=t("help.plant.asset"))] = None,
    as_json: JsonOption = False,
) -> None:
    status = ask(name, "clear", asset=asset)
    if as_json:
        common.print_json(status)
    else:
        print(t("plant.cleared", asset=asset or t("plant.every")))


@app.command("status", help=t("help.plant.status"))
def status(name: NameOption = "demo", as_json: JsonOption = False) -> None:
    found = ask(name, "status")
    if as_json:
        common.print_json(found)
        return
    minutes = int(found["hour"] * 60)
    out = console()
    out.print(t("plant.status", port=found["port"], path=found["pty"], time=f"{minutes // 60:02d}:{minutes % 60:02d}"))
    out.print(_values(found["pumps"]))
    for pump in found["pumps"]:
        for given in pump["faults"]:
            out.print(f"{pump['id']}: {_fault_text(given)}", style="yellow")


def _values(pumps: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column(t("head.point"))
    table.add_column(t("head.name"))
    for pump in pumps:
        table.add_column(pump["id"], justify="right")
    for point in POINTS:
        values = [common.value_text(pump["values"][point.id], point.unit) for pump in pumps]
        table.add_row(point.id, point.zh if language() == "zh" else point.en, *values)
    return table


def _fault_text(given: dict[str, Any]) -> str:
    name = t(f"fault.{given['kind']}") + (f" ({given['sensor']})" if given["sensor"] else "")
    return t("plant.fault", fault=name, level=f"{100 * given['level']:.0f}", severity=f"{100 * given['severity']:.0f}")


def _hour(at: str | None) -> float:
    if at is None:
        moment = datetime.now()
    else:
        try:
            moment = datetime.strptime(at, "%H:%M")
        except ValueError:
            common.fail(t("plant.at.wrong", text=at), common.USAGE)
    return moment.hour + moment.minute / 60 + moment.second / 3600


def plant_toml(name: str, pumps: int, home: Path, interval_s: float = 1.0, learn_rows: int = 400) -> str:
    """The gateway.toml of a plant. home: absolute folder of its state and sockets. Raises DeviceError: a wrong name."""
    sim_link(name)
    lines = [
        "# " + "louguan plant run --name " + name + f" --pumps {pumps}",
        "[site]", 'id = "plant"', 'name = { zh = "模拟泵房", en = "Simulated pump room" }',
        f'timezone = "{local_zone()}"', "",
        "[paths]", f"state = {_quoted(home / 'state')}", f"run = {_quoted(home / 'run')}", "",
        "[[buses]]", 'id = "pump-room"', f'port = "sim://{name}"', "baudrate = 115200", "",
        "[alarms]", f"on_delay_s = {2 * interval_s:g}", "off_delay_s = 10",
    ]  # fmt: skip
    for number in range(1, pumps + 1):
        lines += [
            "", "[[assets]]", f'id = "pump-{number}"', f'name = {{ zh = "{number}号水泵", en = "Pump {number}" }}',
            'brick = "Water_Pump"', 'bus = "pump-room"', f"slave = {number}",
            f'detector = {{ mode_point = "running", learn_rows = {learn_rows} }}',
        ]  # fmt: skip
        for point in POINTS:
            lines += ["", "[[assets.points]]", *_point_toml(point, interval_s)]
    return "\n".join(lines) + "\n"


def local_zone() -> str:
    """This machine's time zone by its name, UTC where it has none."""
    _, _, name = os.path.realpath("/etc/localtime").partition("/zoneinfo/")
    return name if name in available_timezones() else "UTC"


def _point_toml(point: PlantPoint, interval_s: float) -> list[str]:
    place = point.address
    lines = [
        f'id = "{point.id}"', f'name = {{ zh = "{point.zh}", en = "{point.en}" }}',
        f'brick = "{point.brick}"', f'unit = "{point.unit}"', f"interval_s = {interval_s:g}",
        f'modbus = {{ function = "{place.function}", address = {place.address}, type = "{place.type}", '
        f"scale = {place.scale:g} }}",
        f"valid = [{point.valid[0]:g}, {point.valid[1]:g}]",
    ]  # fmt: skip
    limits = [point.limits] if point.limits else []
    if point.is_sensor:
        limits.append(f"stuck_after_s = {STUCK_READINGS * interval_s:g}")
    if limits:
        lines.append(f"limits = {{ {', '.join(limits)} }}")
    if point.writable:
        lines.append("writable = true")
    if not point.is_sensor:
        lines.append("detect = false")
    return lines


def _quoted(path: Path) -> str:
    return json.dumps(str(path), ensure_ascii=False)
