"""louguan feedback: what residents said by topic, sentiment and day, and what surges."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from agent.cli import common
from agent.cli.common import ConfigOption, JsonOption, console, time_text
from agent.desk.feedback import KEEP_DAYS, Feedback, FeedbackStore, Surge
from agent.texts import t
from models.language.understanding import SENTIMENTS, TOPICS

FILE = "feedback.db"
_BARS = " ▁▂▃▄▅▆▇█"
_WIDTH = 60
"""Bars of a topic at most; beyond it a bar is several days."""
_NEWEST = 20
_DAY_S = 86400.0


def feedback(
    days: Annotated[int, typer.Option("--days", help=t("help.feedback.days"), min=1, max=KEEP_DAYS)] = 30,
    topic: Annotated[str | None, typer.Option("--topic", help=t("help.feedback.topic"))] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    if topic is not None and topic not in TOPICS:
        common.fail(t("feedback.topic.wrong", topic=repr(topic), known=", ".join(TOPICS)), common.USAGE)
    gateway = common.gateway_of(config)
    store = FeedbackStore(kept_file(gateway.paths.state, FILE), gateway.site.timezone)
    now = time.time()
    try:
        today = store.day(now)
        shown = [today - timedelta(days=days - 1 - number) for number in range(days)]
        turns = [
            turn for turn in store.list(now - (days + 1) * _DAY_S, topic) if shown[0] <= store.day(turn.time) <= today
        ]
        surges = [surge for surge in store.surges(now) if topic in (None, surge.topic)]
        said_on = [store.day(turn.time) for turn in turns]
    finally:
        store.close()
    if as_json:
        common.print_json(_report(turns, said_on, shown, surges))
    elif not turns:
        print(t("feedback.none", days=days))
    else:
        print(t("feedback.title", count=len(turns), days=days, first=shown[0].isoformat(), last=today.isoformat()))
        console().print(_table(turns, said_on, shown, surges))
        if topic is not None:
            _newest(turns, gateway.site.timezone, now)
    if not as_json:
        _surges(surges, gateway.site.timezone, now)
    raise typer.Exit(common.PROBLEM if surges else common.OK)


def kept_file(state: Path, name: str) -> Path:
    """A file of the desk; ends the command where the desk never made it."""
    path = state / "desk" / name
    if not path.exists():
        common.fail(t("feedback.absent", path=path))
    return path


def bars(counts: Sequence[int], most: int, width: int = _WIDTH) -> str:
    """One bar for each count, from nothing to `most`; beyond `width` counts, for the highest of neighbours."""
    size = -(-len(counts) // width)
    highest = [max(counts[at : at + size]) for at in range(0, len(counts), size)]
    return "".join(_BARS[-(-8 * count // max(1, most))] for count in highest)


def _counted(turns: Sequence[Feedback]) -> list[tuple[str, Counter[str]]]:
    """Topics with their sentiments, most negative first."""
    by: dict[str, Counter[str]] = {}
    for turn in turns:
        by.setdefault(turn.topic, Counter())[turn.sentiment] += 1
    return sorted(by.items(), key=lambda one: (-one[1]["negative"], -one[1].total(), one[0]))


def _negative(turns: Sequence[Feedback], said_on: Sequence[date]) -> Counter[tuple[str, date]]:
    return Counter((turn.topic, day) for turn, day in zip(turns, said_on, strict=True) if turn.sentiment == "negative")


def _table(turns: Sequence[Feedback], said_on: Sequence[date], shown: Sequence[date], surges: Sequence[Surge]) -> Table:
    negative = _negative(turns, said_on)
    surging = {surge.topic for surge in surges}
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column(t("feedback.head.topic"), no_wrap=True)
    for sentiment in SENTIMENTS:
        table.add_column(t(f"feedback.head.{sentiment}"), justify="right", no_wrap=True)
    table.add_column(t("feedback.head.days"), no_wrap=True, overflow="crop")
    table.add_column("", no_wrap=True)
    for topic, counts in _counted(turns):
        by_day = [negative[topic, day] for day in shown]
        table.add_row(
            t(f"topic.{topic}"),
            *(str(counts[sentiment]) for sentiment in SENTIMENTS),
            bars(by_day, max(by_day)),
            t("feedback.mark") if topic in surging else "",
            style="bold red" if topic in surging else "",
        )
    return table


def _newest(turns: Sequence[Feedback], timezone: str, now: float) -> None:
    for turn in turns[-_NEWEST:]:
        line = f"{time_text(turn.time, timezone, now)}  {t(f'sentiment.{turn.sentiment}')}  {turn.text}  {turn.order}"
        console().print(escape(line.rstrip()))


def _surges(surges: Sequence[Surge], timezone: str, now: float) -> None:
    for surge in surges:
        line = t(
            "feedback.surge", topic=t(f"topic.{surge.topic}"), since=time_text(surge.since, timezone, now),
            count=surge.count, expected=f"{surge.expected:.1f}", arl=f"{surge.arl:.0f}",
        )  # fmt: skip
        console().print(escape(line), style="bold red")
        for text in surge.examples:
            console().print(f"   • {escape(text)}")


def _report(
    turns: Sequence[Feedback], said_on: Sequence[date], shown: Sequence[date], surges: Sequence[Surge]
) -> dict[str, object]:
    negative = _negative(turns, said_on)
    return {
        "days": [day.isoformat() for day in shown],
        "topics": {
            topic: {
                **{sentiment: counts[sentiment] for sentiment in SENTIMENTS},
                "negative_by_day": [negative[topic, day] for day in shown],
            }
            for topic, counts in _counted(turns)
        },
        "surges": [asdict(surge) for surge in surges],
    }
