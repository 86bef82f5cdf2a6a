"""louguan replay: a recording through the same line, bus, detectors and alarms as a live plant, faster."""

from __future__ import annotations

import dataclasses
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from agent.cli import common
from agent.cli.alarms import PRIORITY_STYLE
from agent.cli.children import Children
from agent.cli.common import JsonOption, console, name_of
from agent.texts import t

if TYPE_CHECKING:
    from agent.cli.player import Episode, Played, Player
    from agent.cli.recording import Recording

INTERRUPTED = 130
ROW = "replay-row"
"""Point that carries the number of the row."""
_TOP = 3
_LOOK_S = 0.5


def replay(
    file: Annotated[Path, typer.Argument(help=t("help.replay.file"))],
    speed: Annotated[float, typer.Option("--speed", help=t("help.replay.speed"), min=0.01, max=1e6)] = 50.0,
    label: Annotated[str | None, typer.Option("--label", help=t("help.replay.label"))] = None,
    ignore: Annotated[list[str] | None, typer.Option("--ignore", help=t("help.replay.ignore"))] = None,
    learn_rows: Annotated[int, typer.Option("--learn-rows", help=t("help.replay.learn"), min=100, max=1_000_000)] = 400,
    delimiter: Annotated[str, typer.Option("--delimiter", help=t("help.replay.delimiter"))] = "auto",
    as_json: JsonOption = False,
) -> None:
    # numpy is behind these: no other command should wait for it.
    from agent.cli.player import Player
    from agent.cli.recording import RecordingError, read_recording

    if delimiter != "auto" and len(delimiter) != 1:
        common.fail(t("replay.delimiter.wrong", text=repr(delimiter)), common.USAGE)
    recording = read_recording(file, label, ignore or (), None if delimiter == "auto" else delimiter)
    rows = len(recording.times)
    if rows <= learn_rows:
        raise RecordingError(
            f"{file} has {rows} rows, and the first {learn_rows} are only learned from.", "Give fewer --learn-rows."
        )
    try:
        with Children("louguan-replay") as children:
            began = time.monotonic()
            with Player(recording, children, speed, learn_rows) as player:
                _follow(player, rows, recording)
                played = player.result()
            took = time.monotonic() - began
    except KeyboardInterrupt:
        print(t("interrupted"), file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from None
    outcome = {**outcome_of(recording, played, player, learn_rows), "took_s": round(took, 1)}
    if as_json:
        common.print_json(outcome)
    else:
        _print(outcome)


def _follow(player: Player, rows: int, recording: Recording) -> None:
    """Plays to the end; shows a bar, and each alarm as it comes, where somebody watches."""
    with _progress(rows) as bar:
        told: set[int] = set()
        while not player.over:
            player.wait(_LOOK_S)
            if bar is None:
                continue
            for alarm in player.core.get("/v1/alarms")["alarms"]:
                if alarm["id"] not in told:
                    told.add(alarm["id"])
                    bar.console.print(f"[red]{t('replay.alarm', id=alarm['id'], row=player.row)}[/red]")
            bar.update(bar.task_ids[0], completed=player.row, time=recording.time_text(min(player.row, rows - 1)))


@contextmanager
def _progress(rows: int) -> Iterator[Progress | None]:
    if not sys.stderr.isatty():
        yield None
        return
    columns = (TextColumn("{task.fields[time]}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True) as bar:
        bar.add_task("", total=rows, time="")
        yield bar


def outcome_of(recording: Recording, played: Played, player: Player, learn_rows: int) -> dict[str, Any]:
    """All that is told about a playing, fit for JSON; figures where the recording has labels."""
    import numpy as np

    from agent.cli.figures import figures

    rows = len(recording.times)
    seen = played.seen
    missing = int(np.isnan(recording.values[seen]).sum())
    alarms = [
        _alarm(alarm, played.episodes[alarm["id"]], recording)
        for alarm in played.alarms
        if played.episodes.get(alarm["id"])
    ]
    outcome: dict[str, Any] = {
        "file": str(recording.path),
        "rows": rows,
        "learn_rows": learn_rows,
        "points": dict(zip(player.ids, recording.names, strict=True)),
        "start": recording.time_text(0),
        "end": recording.time_text(rows - 1),
        "duration_s": float(recording.times[-1] - recording.times[0]),
        "interval_s": recording.interval_s,
        "speed": round(player.speed, 3),
        "rows_not_seen": rows - int(seen.sum()),
        "samples": {"good": int(seen.sum()) * recording.values.shape[1] - missing, "bad": missing},
        "alarms": alarms,
        "notes": recording.notes,
    }
    if recording.labels is None:
        return outcome
    counted = seen & np.isfinite(recording.labels)
    counted[:learn_rows] = False
    found = figures(played.alarmed(rows), recording.labels == 1, recording.times, counted)
    return {**outcome, **dataclasses.asdict(found), "protocol": t("replay.protocol", rows=learn_rows)}


def _alarm(alarm: dict[str, Any], episodes: list[Episode], recording: Recording) -> dict[str, Any]:
    kept = ("id", "cause", "priority", "kinds", "asset_name", "score", "threshold", "contributions", "check")
    return {
        **{key: alarm[key] for key in kept},
        "since": recording.time_text(episodes[0].first),
        "row": episodes[0].first,
        "onsets": len(episodes),
        "active_s": sum(_lasted(episode, recording) for episode in episodes),
    }


def _lasted(episode: Episode, recording: Recording) -> float:
    return float(recording.times[min(episode.end, len(recording.times) - 1)] - recording.times[episode.first])


def _print(outcome: dict[str, Any]) -> None:
    out = console()
    counts = {"rows": outcome["rows"], "points": len(outcome["points"]), "took": f"{outcome['took_s']:.0f}"}
    span = {"start": outcome["start"], "end": outcome["end"], "speed": f"{outcome['speed']:g}"}
    out.print(t("replay.summary", file=outcome["file"], **counts, **span), style="bold", markup=False, soft_wrap=True)
    print_head(out, outcome)
    for alarm in outcome["alarms"]:
        print_alarm(out, alarm)
    if "f1" in outcome:
        out.print(_figures_table(outcome))
        out.print(outcome["protocol"], style="dim", markup=False)


def print_head(out: Console, outcome: dict[str, Any]) -> None:
    """What was left out, how many samples came, and whether there was no alarm."""
    for note in outcome["notes"]:
        out.print(f"  {note}", style="dim", markup=False)
    out.print(t("replay.samples", unseen=outcome["rows_not_seen"], **outcome["samples"]))
    if not outcome["alarms"]:
        out.print(t("replay.no_alarms"), style="green")


def print_alarm(out: Console, alarm: dict[str, Any], causes: bool = True) -> None:
    """An alarm of an outcome: since when, how often, and with `causes` why."""
    active = common.age_text(alarm["active_s"])
    head = t("replay.alarm.head", id=alarm["id"], since=alarm["since"], onsets=alarm["onsets"], active=active)
    out.print(Text(head, PRIORITY_STYLE[alarm["priority"]]))
    if causes:
        print_causes(out, alarm)


def print_causes(out: Console, alarm: dict[str, Any]) -> None:
    """The top three points of an alarm, and what to check."""
    for part in alarm["contributions"][:_TOP]:
        out.print(Text(f"   • {common.contribution_text(part)}"))
    if check := name_of(alarm["check"]):
        out.print(Padding(Text(f"{t('alarm.check')}: {check}"), (0, 0, 0, 3)))


def _figures_table(outcome: dict[str, Any]) -> Table:
    def share(value: float | None) -> str:
        return "-" if value is None else f"{100 * value:.1f} %"

    def number(value: float | None, digits: int, unit: str = "") -> str:
        return "-" if value is None else f"{value:.{digits}f}{unit}"

    table = Table(box=None, pad_edge=False, show_header=False)
    rows = (
        ("replay.f1", number(outcome["f1"], 3)),
        ("replay.far", share(outcome["far"])),
        ("replay.mar", share(outcome["mar"])),
        ("replay.counts", " / ".join(str(outcome[key]) for key in ("tp", "fp", "fn", "tn"))),
        ("replay.events", f"{outcome['events_found']} / {outcome['events']}"),
        ("replay.delay", number(outcome["median_delay_s"], 0, " s")),
        ("replay.onsets", number(outcome["onsets_per_hour"], 1)),
    )
    for key, value in rows:
        table.add_row(t(key), value)
    return table
