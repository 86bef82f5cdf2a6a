"""louguan chat: a dialogue with the desk, typed; and louguan orders: what came of such dialogues."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from rich.table import Table

from agent.api.client import UnreachableError
from agent.api.schema import OrderList, OrderView, TurnView
from agent.cli import common
from agent.cli.ask import gateway_or_none
from agent.cli.common import ConfigOption, JsonOption
from agent.config import Gateway
from agent.texts import t

_LONGEST = 20_000
"""Characters of a line; the API takes no more."""
_DEADLINE_S = 10.0
Turn = Callable[[str], TurnView]


def chat(
    fresh: Annotated[bool, typer.Option("--fresh", help=t("help.chat.fresh"))] = False,
    explain: Annotated[bool, typer.Option("--explain", help=t("help.chat.explain"))] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    with _here(gateway_or_none(config), fresh) as turn:
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


def orders(
    order: Annotated[str | None, typer.Argument(help=t("help.orders.id"))] = None,
    state: Annotated[
        Literal["assigned", "in_progress", "done", "cancelled"] | None, typer.Option("--set", help=t("help.orders.set"))
    ] = None,
    note: Annotated[str, typer.Option("--note", help=t("help.orders.note"))] = "",
    all_: Annotated[bool, typer.Option("--all", help=t("help.orders.all"))] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    gateway = gateway_or_none(config)
    held = _Held(gateway)
    if order is None:
        found = held.list(all_)
        if as_json:
            common.print_json(found.model_dump())
            return
        order_table(common.console(), found.orders)
        return
    detail = held.change(order, state, note) if state else held.detail(order)
    if as_json:
        common.print_json(detail)
        return
    view = OrderView.model_validate(detail["order"])
    order_table(common.console(), [view])
    print(view.said)
    for change in detail["history"]:
        print(f"  {change['time']}  {change['state']}  {change['by']}  {change['note']}".rstrip())


class _Held:
    """The orders, of the running desk or in its file."""

    def __init__(self, gateway: Gateway | None) -> None:
        self._gateway = gateway
        self._client = common.desk_client(gateway, _DEADLINE_S) if gateway else None

    def list(self, all_: bool) -> OrderList:
        found = self._asked("GET", "/v1/orders", {"all": "true" if all_ else "false"})
        if found is not None:
            return OrderList.model_validate(found)
        from agent.desk import ordering

        return ordering.listed(self._file(), all_)

    def detail(self, id: str) -> dict[str, Any]:
        found = self._asked("GET", f"/v1/orders/{id}", {})
        if found is not None:
            return dict(found)
        from agent.desk import ordering

        return ordering.detail(self._file(), id).model_dump()

    def change(
        self, id: str, state: Literal["assigned", "in_progress", "done", "cancelled"], note: str
    ) -> dict[str, Any]:
        body = {"by": common.user(), "state": state, "note": note}
        found = self._asked("POST", f"/v1/orders/{id}", body)
        if found is not None:
            return dict(found)
        from agent.desk import ordering

        return ordering.changed(self._file(), id, state, common.user(), note).model_dump()

    def _asked(self, method: str, path: str, given: dict[str, Any]) -> Any:
        if self._client is None:
            return None
        try:
            return self._client.post(path, given) if method == "POST" else self._client.get(path, **given)
        except UnreachableError:
            return None

    def _file(self) -> Any:
        from agent.desk.orders import Orders

        return Orders(state_folder(self._gateway) / "orders.db")


def state_folder(gateway: Gateway | None) -> Path:
    """Where the desk keeps what must survive; of the user where there is no gateway.toml."""
    if gateway:
        return gateway.paths.state / "desk"
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "louguan" / "desk"


@contextmanager
def _here(gateway: Gateway | None, fresh: bool) -> Iterator[Turn]:
    """The desk in this process, with the orders of the gateway or, afresh, with none."""
    from agent.config import Desk as Settings
    from agent.desk.answers import Desk
    from agent.desk.conversations import Conversations
    from agent.desk.facts import Facts
    from agent.desk.orders import Orders
    from agent.desk.records import Records
    from agent.desk.reporting import Reporter

    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "louguan" / "vectors.npz"
    facts = Facts(common.core_client(gateway) if gateway else None)
    desk = Desk(gateway.desk if gateway else Settings(), cache, facts=facts)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) if fresh else state_folder(gateway)
        folder.mkdir(parents=True, exist_ok=True)
        held = Orders(folder / "orders.db")
        records = Records(folder, gateway.site.timezone if gateway else "Asia/Shanghai", Reporter(None))
        try:
            conversations = Conversations(desk, held, datetime.now, records)
            yield lambda text: conversations.turn("chat", text)
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


def order_table(out: Console, found: list[OrderView]) -> None:
    """Shows work orders, one a line."""
    if not found:
        out.print(t("orders.none"))
        return
    table = Table(*(t(f"orders.{name}") for name in ("id", "state", "priority", "category", "due", "what")), box=None)
    for order in found:
        what = ", ".join(str(_flat(value)) for value in order.slots.values())
        table.add_row(order.id, t(f"orders.state.{order.state}"), t(f"orders.priority.{order.priority}"),
                      order.category, order.due.replace("T", " ")[:16], what)  # fmt: skip
    out.print(table)


def _flat(value: Any) -> str:
    """A slot in a table's cell; a location as 3-2-1502, then floor and place."""
    if not isinstance(value, dict):
        return str(value)
    flat = "-".join(value[part] for part in ("building", "unit", "room") if part in value)
    return " ".join(filter(None, (flat, f"{value['floor']}F" if "floor" in value else "", value.get("place", ""))))
