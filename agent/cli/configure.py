"""louguan config check, louguan config init."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer

from agent.cli import common
from agent.cli.common import ConfigOption, JsonOption
from agent.config import Gateway
from agent.config_file import ConfigError, find, load
from agent.core.buses import bus_points
from agent.texts import t
from firmware_bridge.modbus.codec import Function
from firmware_bridge.readings import make_groups

app = typer.Typer(help=t("help.config"), no_args_is_help=True)

_TURNAROUND_S = 0.01
"""What a slave takes to answer, as common drives and meters do."""
_SILENCE_CHARS = 7
"""3.5 characters of silence after request and after answer (Modbus over serial line 1.02, 2.5.1.1)."""


@dataclass(frozen=True, slots=True)
class BusLoad:
    """requests_per_s: by the plan. busy: share of the line's time, 1 is all of it; None where there is no line."""

    bus: str
    port: str
    points: int
    requests_per_s: float
    busy: float | None


def bus_loads(gateway: Gateway) -> list[BusLoad]:
    """What polling asks of each bus."""
    loads = []
    for bus in gateway.buses:
        points = bus_points(gateway, bus.id)
        groups = make_groups(points)
        bits = 1 + 8 + (bus.parity != "N") + bus.stopbits
        char_s = bits / bus.baudrate
        rate = sum(1 / group.interval_s for group in groups)
        busy = 0.0
        for group in groups:
            request = group.exchange.request
            in_bits = request.function in (Function.READ_COILS, Function.READ_DISCRETE)
            data = (request.count + 7) // 8 if in_bits else 2 * request.count
            busy += ((8 + 5 + data + _SILENCE_CHARS) * char_s + _TURNAROUND_S) / group.interval_s
        on_line = bus.protocol == "modbus-rtu"
        loads.append(BusLoad(bus.id, bus.port, len(points), rate, busy if on_line else None))
    return loads


@app.command("check", help=t("help.config.check"))
def check(file: Annotated[Path | None, typer.Argument()] = None, config: ConfigOption = None,
          as_json: JsonOption = False) -> None:  # fmt: skip
    path = find(file or config)
    try:
        gateway = load(path)
    except ConfigError as error:
        if as_json:
            common.print_json({"ok": False, "path": str(path), "problems": [asdict(p) for p in error.problems]})
        else:
            print(error)
        raise typer.Exit(common.USAGE) from error
    loads = bus_loads(gateway)
    counts = {
        "buses": len(gateway.buses),
        "assets": len(gateway.assets),
        "points": sum(len(asset.points) for asset in gateway.assets),
    }
    if as_json:
        common.print_json({"ok": True, "path": str(path), **counts, "loads": [asdict(load) for load in loads]})
        return
    print(t("config.ok", path=path))
    print(t("config.summary", **counts))
    for load_ in loads:
        given = {"name": load_.bus, "port": load_.port, "points": load_.points, "rate": f"{load_.requests_per_s:.3g}"}
        if load_.busy is None:
            print("  " + t("config.bus.tcp", **given))
            continue
        print("  " + t("config.bus", **given, load=f"{100 * load_.busy:.0f}"))
        if load_.busy > 0.9:
            print(f"  {t('warning')}: " + t("config.busy", name=load_.bus))


@app.command("init", help=t("help.config.init"))
def init(
    file: Annotated[Path, typer.Argument()] = Path("gateway.toml"),
    force: Annotated[bool, typer.Option("--force", help=t("help.option.force"))] = False,
) -> None:
    from agent.cli.example import example_toml

    try:
        with file.open("w" if force else "x", encoding="utf-8") as out:
            out.write(example_toml(file))
    except FileExistsError:
        common.fail(t("config.exists", path=file), common.USAGE)
    except OSError as error:
        common.fail(t("config.unwritable", path=file, why=error.strerror))
    print(t("config.written", path=file))
