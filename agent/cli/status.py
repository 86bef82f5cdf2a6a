"""louguan status, points, devices, api, write, export: asked once, printed once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from agent.api.client import Client, RefusedError, UnreachableError
from agent.cli import common
from agent.cli.common import ConfigOption, JsonOption, age_text, console, name_of, time_text, value_text
from agent.config import Gateway
from agent.texts import t

_ARROWS = {"up": "↗", "down": "↘", "steady": "→"}
_QUALITY_STYLE = {"good": "", "uncertain": "yellow", "bad": "red", "none": "dim"}
_BARS = "▁▂▃▄▅▆▇█"


def _desk_state(gateway: Gateway) -> dict[str, Any]:
    if not gateway.desk.enabled:
        return {"state": "off"}
    try:
        health = common.desk_client(gateway).get("/v1/health")
    except (UnreachableError, RefusedError) as error:
        return {"state": "absent", "message": error.message}
    return {"state": "ok" if health.get("ok", True) else "ill", "health": health}


def status(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    gateway = common.gateway_of(config)
    desk = _desk_state(gateway)
    try:
        core = common.core_client(gateway).get("/v1/health")
    except UnreachableError as error:
        if as_json:
            common.print_json({"core": None, "desk": desk, "error": error.message})
        else:
            print(t("status.core.absent", message=error))
            _print_desk(desk)
        raise typer.Exit(common.UNREACHABLE) from error
    if as_json:
        common.print_json({"core": core, "desk": desk})
    else:
        _print_status(core, desk, gateway)
    well = core["ok"] and not core["alarms"]["unacknowledged"] and desk["state"] in ("ok", "off")
    raise typer.Exit(common.OK if well else common.PROBLEM)


def _print_status(core: dict[str, Any], desk: dict[str, Any], gateway: Gateway) -> None:
    since = time_text(core["started"], gateway.site.timezone, core["now"])
    print(name_of(core["site"]))
    print(t("status.core", since=since, points=core["points"], rss=f"{core['rss_mb']:.0f}"))
    for bus in core["buses"]:
        state = t("status.bus.connected" if bus["connected"] else "status.bus.absent")
        print("  " + t("status.bus", name=bus["name"], port=bus["port"], state=state))
        for slave in bus["slaves"]:
            line = t("status.slave", slave=slave["slave"], requests=slave["requests"], errors=slave["errors"])
            print(f"    {line}" + ("" if slave["healthy"] else f"  {slave['last_error']}"))
    print("  " + t("status.intake", **core["intake"]))
    history = core["history"]
    print("  " + t("status.history", used=f"{history['bytes'] / 1e6:.1f}", limit=f"{history['max_bytes'] / 1e6:.0f}"))
    if history["set_aside"]:
        print("  " + t("status.history.set_aside", path=history["set_aside"]))
    print("  " + t("status.alarms", **core["alarms"]))
    for trouble in core["troubles"]:
        print(f"  {t('fail')} {trouble['part']}: {trouble['message']} {trouble['remedy']}")
    _print_desk(desk)


def _print_desk(desk: dict[str, Any]) -> None:
    key = {"ok": "status.desk", "ill": "status.desk.ill", "absent": "status.desk.absent", "off": "status.desk.off"}
    print(t(key[desk["state"]]))


def points(
    prefix: Annotated[str, typer.Argument()] = "",
    history: Annotated[str | None, typer.Option("--history", help=t("help.points.history"))] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    gateway = common.gateway_of(config)
    client = common.core_client(gateway)
    if history is not None:
        _history(client, gateway, prefix, common.seconds_of(history), as_json)
        return
    answer = client.get("/v1/points")
    shown = [point for point in answer["points"] if point["id"].startswith(prefix)]
    if not shown:
        common.fail(t("points.none", prefix=repr(prefix)))
    if as_json:
        common.print_json({"now": answer["now"], "points": shown})
        return
    console().print(points_table(shown))


def points_table(shown: list[dict[str, Any]]) -> Table:
    """Points by asset, narrow enough for 80 columns."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column(t("head.point"), overflow="ellipsis", no_wrap=True, max_width=26)
    table.add_column(t("head.name"), overflow="ellipsis", no_wrap=True, max_width=20)
    table.add_column(t("head.value"), justify="right", no_wrap=True, min_width=10)
    table.add_column("", no_wrap=True, width=1)
    table.add_column(t("head.quality"), overflow="ellipsis", no_wrap=True, max_width=14)
    table.add_column(t("head.age"), justify="right", no_wrap=True, min_width=5)
    for point in shown:
        quality = t(f"quality.{point['quality']}") + (f" {point['reason']}" if point["reason"] else "")
        table.add_row(
            point["id"],
            escape(name_of(point["name"])),
            escape(value_text(point["value"], point["unit"])),
            _ARROWS[point["trend"]] if point["value"] is not None else "",
            quality,
            age_text(point["age_s"]),
            style=_QUALITY_STYLE[point["quality"]],
        )
    return table


def _history(client: Client, gateway: Gateway, point: str, seconds: float, as_json: bool) -> None:
    if "." not in point:
        common.fail(t("points.one"), common.USAGE)
    now = client.get("/v1/health")["now"]
    answer = client.get("/v1/samples", point=point, start=now - seconds, end=now + 1, limit=100_000, resolution="auto")
    if as_json:
        common.print_json(answer)
        return
    values = [s["value"] for s in answer["samples"] if s["value"] is not None]
    if not values:
        common.fail(t("history.none"))
    print(sparkline(values, 72))
    low, mean, high = min(values), sum(values) / len(values), max(values)
    unit = answer["unit"]
    print(
        t(
            "history.summary",
            count=len(values),
            low=value_text(low, unit),
            mean=value_text(mean, unit),
            high=value_text(high, unit),
        )
    )
    for sample in answer["samples"][-20:]:
        moment = time_text(sample["time"], gateway.site.timezone, now)
        quality = f"{t('quality.' + sample['quality'])} {sample['reason']}"
        print(f"{moment}  {value_text(sample['value'], unit):>14}  {quality}".rstrip())


def sparkline(values: list[float], width: int) -> str:
    """Means of `width` equal parts as bars."""
    parts = min(width, len(values))
    means = []
    for number in range(parts):
        part = values[number * len(values) // parts : (number + 1) * len(values) // parts]
        means.append(sum(part) / len(part))
    low, high = min(means), max(means)
    span = high - low
    return "".join(_BARS[min(7, int(8 * (mean - low) / span)) if span > 0 else 3] for mean in means)


def write(
    point: str,
    value: float,
    by: Annotated[str | None, typer.Option("--by", help=t("help.option.by"))] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    gateway = common.gateway_of(config)
    answer = common.core_client(gateway).post(f"/v1/points/{point}/write", {"value": value, "by": by or common.user()})
    if as_json:
        common.print_json(answer)
    else:
        print(t("write.done", point=point, value=value_text(answer["value"], answer["unit"])))


def relearn(
    asset: str,
    by: Annotated[str | None, typer.Option("--by", help=t("help.option.by"))] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    gateway = common.gateway_of(config)
    answer = common.core_client(gateway).post(f"/v1/assets/{asset}/relearn", {"by": by or common.user()})
    if as_json:
        common.print_json(answer)
    else:
        print(t("relearn.done", name=name_of(answer["name"])))


def export(
    file: Path,
    points: Annotated[str, typer.Option("--points", help=t("help.option.points"))] = "",
    last: Annotated[str, typer.Option("--last", help=t("help.option.last"))] = "1d",
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    kind = file.suffix.lstrip(".")
    if kind not in ("csv", "parquet"):
        common.fail(t("export.format", path=file), common.USAGE)
    gateway = common.gateway_of(config)
    client = common.core_client(gateway)
    prefixes = [prefix for prefix in points.split(",") if prefix] or [""]
    answer = client.get("/v1/points")
    chosen = [p["id"] for p in answer["points"] if any(p["id"].startswith(prefix) for prefix in prefixes)]
    if not chosen:
        common.fail(t("points.none", prefix=repr(points)))
    start = answer["now"] - common.seconds_of(last)
    try:
        size = client.download(
            "/v1/export", file, points=",".join(chosen), start=start, end=answer["now"] + 1, format=kind
        )
    except OSError as error:
        common.fail(t("config.unwritable", path=file, why=error.strerror))
    if as_json:
        common.print_json({"path": str(file), "bytes": size, "points": chosen})
    else:
        print(t("export.done", size=size, path=file))


def devices(as_json: JsonOption = False) -> None:
    from hal.devices import list_devices

    found = list_devices()
    if as_json:
        common.print_json([{"kind": d.kind, "address": d.address, "description": d.description} for d in found])
        return
    if not found:
        print(t("devices.none"))
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for head in ("head.kind", "head.address", "head.description"):
        table.add_column(t(head), overflow="fold")
    for device in found:
        table.add_row(device.kind, escape(device.address), escape(device.description))
    console().print(table)


def api() -> None:
    from agent.api.openapi import document

    common.print_json(document())
