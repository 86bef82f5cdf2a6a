"""louguan review: a person says what turns meant that the desk was not sure of."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from agent.cli import common
from agent.cli.common import ConfigOption, JsonOption, console, time_text
from agent.cli.feedback import kept_file
from agent.desk.review import ReviewQueue, Turn
from agent.texts import t
from models.language.understanding import INTENTS

FILE = "review.db"


def review(
    following: Annotated[bool, typer.Option("--next", help=t("help.review.next"))] = False,
    label: Annotated[
        tuple[int, str] | None, typer.Option("--label", metavar="ID INTENT", help=t("help.review.label"))
    ] = None,
    note: Annotated[str, typer.Option("--note", help=t("help.review.note"))] = "",
    drop: Annotated[int | None, typer.Option("--drop", metavar="ID", help=t("help.review.drop"))] = None,
    export: Annotated[Path | None, typer.Option("--export", metavar="FILE.jsonl", help=t("help.review.export"))] = None,
    every: Annotated[bool, typer.Option("--all", help=t("help.review.all"))] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    if sum((following, label is not None, drop is not None, export is not None)) > 1:
        common.fail(t("review.one"), common.USAGE)
    gateway = common.gateway_of(config)
    queue = ReviewQueue(kept_file(gateway.paths.state, FILE))
    zone = gateway.site.timezone
    try:
        if label is not None:
            _label(queue, *label, note, zone, as_json)
        elif drop is not None:
            queue.drop(drop)
            waiting, _ = queue.counts()
            _say({"dropped": drop, "waiting": waiting}, t("review.dropped", id=drop, waiting=waiting), as_json)
        elif export is not None:
            _export(queue, export, every, as_json)
        elif following:
            _next(queue, zone, as_json)
        else:
            _list(queue, every, as_json)
    finally:
        queue.close()


def _say(data: object, text: str, as_json: bool) -> None:
    if as_json:
        common.print_json(data)
    else:
        print(text)


def _label(queue: ReviewQueue, number: int, intent: str, note: str, zone: str, as_json: bool) -> None:
    turn = queue.label(number, intent, note)
    waiting, _ = queue.counts()
    _say(asdict(turn), t("review.labelled", id=number, label=intent, waiting=waiting), as_json)
    if waiting and not as_json:
        print()
        _next(queue, zone, as_json)


def _export(queue: ReviewQueue, path: Path, every: bool, as_json: bool) -> None:
    lines = queue.export(every)
    try:
        path.write_text(lines, "utf-8")
    except OSError as error:
        common.fail(t("config.unwritable", path=path, why=error.strerror))
    count = lines.count("\n")
    _say({"path": str(path), "rows": count}, t("review.exported", count=count, path=path), as_json)


def _next(queue: ReviewQueue, zone: str, as_json: bool) -> None:
    turn = queue.next()
    if turn is None:
        _say(None, t("review.none", labelled=queue.counts()[1]), as_json)
        return
    second = t("review.second", second=turn.second) if turn.second else ""
    shown = t(
        "review.next", id=turn.id, time=time_text(turn.time, zone, time.time()), why=t(f"review.kind.{turn.kind}"),
        text=turn.text, intent=turn.intent, confidence=f"{100 * turn.confidence:.0f}", second=second,
    )  # fmt: skip
    used = ", ".join(filter(None, (turn.entry, turn.form)))
    used = "\n" + t("review.used", used=used) if used else ""
    names = textwrap.fill(", ".join(INTENTS), 92, initial_indent="  ", subsequent_indent="  ")
    _say(asdict(turn), f"{shown}{used}\n{t('review.prompt', id=turn.id, intents=names)}", as_json)


def _list(queue: ReviewQueue, every: bool, as_json: bool) -> None:
    turns, (waiting, labelled) = queue.list(every), queue.counts()
    if as_json:
        common.print_json({"waiting": waiting, "labelled": labelled, "turns": [asdict(turn) for turn in turns]})
    elif not turns:
        print(t("review.none", labelled=labelled))
    else:
        print(t("review.title", waiting=waiting, labelled=labelled))
        console().print(_table(turns, every))


def _table(turns: Sequence[Turn], every: bool) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column(t("review.head.id"), justify="right", no_wrap=True)
    table.add_column(t("review.head.kind"), no_wrap=True)
    table.add_column(t("review.head.text"), overflow="fold", ratio=1)
    table.add_column(t("review.head.guess"), no_wrap=True)
    if every:
        table.add_column(t("review.head.label"), no_wrap=True)
    for turn in turns:
        guess = f"{turn.intent} {100 * turn.confidence:.0f} %"
        row = [str(turn.id), t(f"review.kind.{turn.kind}"), escape(turn.text), guess]
        table.add_row(*row, *([turn.label or ""] if every else []))
    return table
