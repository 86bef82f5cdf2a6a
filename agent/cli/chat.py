"""louguan chat: a dialogue with the desk, typed."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from agent.api.schema import TurnView
from agent.cli import common
from agent.cli.ask import gateway_or_none
from agent.cli.common import ConfigOption, JsonOption
from agent.cli.orders import state_folder
from agent.config import Gateway
from agent.texts import t

_LONGEST = 20_000
"""Characters of a line; the API takes no more."""
Turn = Callable[[str], TurnView]


def chat(
    fresh: Annotated[bool, typer.Option("--fresh", help=t("help.chat.fresh"))] = False,
    explain: Annotated[bool, typer.Option("--explain", help=t("help.chat.explain"))] = False,
    resident: Annotated[str | None, typer.Option("--resident", metavar="TOKEN", help=t("help.chat.resident"))] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    with _here(gateway_or_none(config), fresh, resident) as turn:
        if sys.stdin.isatty() and not as_json:
            print(t("chat.begin"))
        for line in _lines():
            view = turn(line)
            if as_json:
                print(view.model_dump_json(), flush=True)
                continue
            print(view.answer)
            if view.order:
                print(f"  [{view.order.id} {view.order.category} {view.order.priority} {view.order.due}]")
            if explain:
                _why(view)


@contextmanager
def _here(gateway: Gateway | None, fresh: bool, resident: str | None) -> Iterator[Turn]:
    """The desk in this process, with the orders of the gateway or, afresh, with none."""
    from agent.config import Desk as Settings
    from agent.desk.answers import Desk
    from agent.desk.conversations import Conversations
    from agent.desk.facts import Facts
    from agent.desk.orders import Orders
    from agent.desk.records import Records
    from agent.desk.reporting import Reporter

    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "louguan" / "vectors.npz"
    facts = Facts(common.core_client(gateway), gateway.site.timezone) if gateway else None
    desk = Desk(gateway.desk if gateway else Settings(), cache, facts=facts)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) if fresh else state_folder(gateway)
        folder.mkdir(parents=True, exist_ok=True)
        held = Orders(folder / "orders.db", gateway.desk.orders if gateway else None)
        records = Records(folder, gateway.site.timezone if gateway else "Asia/Shanghai", Reporter(None))
        try:
            records.offer(desk.knowledge)
            conversations = Conversations(desk, held, gateway.site.now if gateway else datetime.now, records)
            yield lambda text: conversations.turn("chat", text, resident=resident)
        finally:
            held.close()
            records.close()


def _lines() -> Iterator[str]:
    """Lines of standard input, cut at _LONGEST characters, until an empty one at a terminal or the end."""
    shown = sys.stdin.isatty()
    while True:
        if shown:
            print("> ", end="", flush=True)
        raw = sys.stdin.buffer.readline(4 * _LONGEST)
        if not raw:
            return
        while not raw.endswith(b"\n") and (rest := sys.stdin.buffer.readline(4 * _LONGEST)):
            if rest.endswith(b"\n"):
                break
        line = raw.decode("utf-8", "replace").strip()[:_LONGEST]
        if not line and shown:
            return
        if line:
            yield line


def _why(view: TurnView) -> None:
    slots = ", ".join(f"{name}={slot.value}" for name, slot in view.slots.items())
    print(f"  ({view.intent} {view.confidence:.2f}; {slots or '-'}; {view.ms:.0f} ms)")
