"""louguan alarms, and what a person does with one: ack, shelve, unshelve, suppress, unsuppress, reset."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group, OverflowMethod, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from agent.alarms.machine import SYSTEM
from agent.cli import common
from agent.cli.common import ConfigOption, JsonOption, console, name_of, time_text
from agent.texts import language, t
from agent.watch.finding import Kind

ByOption = Annotated[str | None, typer.Option("--by", help=t("help.option.by"))]
CommentOption = Annotated[str, typer.Option("--comment", help=t("help.option.comment"))]
ReasonOption = Annotated[str, typer.Option("--reason", help=t("help.option.reason"))]

PRIORITY_STYLE = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan"}
_TOP = 3


def alarms(
    every: Annotated[bool, typer.Option("--all", help=t("help.alarms.all"))] = False,
    journal: Annotated[bool, typer.Option("--journal", help=t("help.alarms.journal"))] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    gateway = common.gateway_of(config)
    client = common.core_client(gateway)
    if journal:
        _journal(client.get("/v1/journal", limit=10_000), gateway.site.timezone, as_json)
        return
    states = "normal,unacknowledged,acknowledged,returned_unacknowledged,shelved,suppressed" if every else None
    answer = client.get("/v1/alarms", state=states)
    found = answer["alarms"]
    if as_json:
        common.print_json(answer)
    elif not found:
        print(t("alarms.none"))
    else:
        out = console()
        for alarm in found:
            out.print(alarm_block(alarm, gateway.site.timezone, answer["now"]))
    open_ones = [a for a in found if a["active"] or a["state"] in ("unacknowledged", "returned_unacknowledged")]
    raise typer.Exit(common.PROBLEM if open_ones else common.OK)


def alarm_block(alarm: dict[str, Any], timezone: str, now: float, short: bool = False) -> Group:
    """An alarm on a few lines: which asset, since when, why, the top three points or what was said, what to check.

    short: a line for each of what was said, three at most, however long it is.
    """
    style = PRIORITY_STYLE[alarm["priority"]] if alarm["active"] else "dim"
    head = Text.assemble(
        (f"#{alarm['id']} {name_of(alarm['asset_name'])}", style),
        f"  {t('priority.' + alarm['priority'])}, {t('state.' + alarm['state'])}, ",
        f"{t('head.since')} {time_text(alarm['since'], timezone, now)}",
    )
    lines: list[RenderableType] = [head, Text(f"   {common.kinds_text(alarm)}  ({alarm['cause']})")]
    lines += [Text(f"   • {common.contribution_text(part)}") for part in alarm["contributions"][:_TOP]]
    overflow: OverflowMethod = "ellipsis" if short else "fold"
    for note in alarm["note"].splitlines()[: _TOP if short else None]:
        said = Text.assemble((t("alarm.note") + ": ", "bold"), note, no_wrap=short, overflow=overflow)
        lines.append(Padding(said, (0, 0, 0, 3)))
    if check := alarm["check"][language()]:
        lines.append(Padding(Text.assemble((t("alarm.check") + ": ", "bold"), check), (0, 0, 0, 3)))
    return Group(*lines)


def _journal(answer: dict[str, Any], timezone: str, as_json: bool) -> None:
    if as_json:
        common.print_json(answer)
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for head in ("head.time", "head.alarm", "head.from", "head.to", "head.by", "head.comment"):
        table.add_column(t(head))
    for entry in answer["entries"]:
        table.add_row(
            time_text(entry["time"], timezone),
            str(entry["alarm_id"]),
            t(f"state.{entry['from_state']}"),
            t(f"state.{entry['to_state']}"),
            escape(entry["by"]),
            escape("\n".join([_comment(entry), *entry["note"].splitlines()]).strip()),
        )
    console().print(table)


def _comment(entry: dict[str, Any]) -> str:
    """What a person wrote, or why the machine changed the state by itself."""
    if entry["by"] != SYSTEM or not entry["comment"]:
        return str(entry["comment"])
    words = entry["comment"].split(",")
    return ", ".join(t(f"{'kind' if word in set(Kind) else 'why'}.{word}") for word in words)


def _change(numbers: list[int], what: str, body: dict[str, Any], config: Path | None, as_json: bool) -> None:
    client = common.core_client(common.gateway_of(config))
    changed = [client.post(f"/v1/alarms/{number}/{what}", body) for number in numbers]
    if as_json:
        common.print_json({"alarms": changed})
        return
    for alarm in changed:
        print(t("alarm.changed", id=alarm["id"], state=t(f"state.{alarm['state']}")))


def ack(
    numbers: list[int], by: ByOption = None, comment: CommentOption = "", config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    _change(numbers, "ack", {"by": by or common.user(), "comment": comment}, config, as_json)


def shelve(
    number: int,
    minutes: Annotated[float, typer.Option("--minutes", "-m", help=t("help.option.minutes"), min=0.1)],
    reason: ReasonOption,
    by: ByOption = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    body = {"by": by or common.user(), "minutes": minutes, "reason": reason}
    _change([number], "shelve", body, config, as_json)


def unshelve(number: int, by: ByOption = None, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    _change([number], "unshelve", {"by": by or common.user()}, config, as_json)


def suppress(
    number: int, reason: ReasonOption, by: ByOption = None, config: ConfigOption = None, as_json: JsonOption = False
) -> None:
    _change([number], "suppress", {"by": by or common.user(), "reason": reason}, config, as_json)


def unsuppress(number: int, by: ByOption = None, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    _change([number], "unsuppress", {"by": by or common.user()}, config, as_json)


def reset(number: int, by: ByOption = None, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    _change([number], "reset", {"by": by or common.user()}, config, as_json)
