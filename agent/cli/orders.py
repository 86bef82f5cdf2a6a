"""louguan orders: the work orders that came of dialogues, shown and moved on."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from rich.table import Table

from agent.api.client import UnreachableError
from agent.api.schema import OrderList, OrderView
from agent.cli import common
from agent.cli.ask import gateway_or_none
from agent.cli.common import ConfigOption, JsonOption
from agent.config import Gateway
from agent.texts import t

_DEADLINE_S = 10.0


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

        return ordering.changed(self._file(), id, state, common.user(), note, self._now()).model_dump()

    def _asked(self, method: str, path: str, given: dict[str, Any]) -> Any:
        if self._client is None:
            return None
        try:
            return self._client.post(path, given) if method == "POST" else self._client.get(path, **given)
        except UnreachableError:
            return None

    def _now(self) -> datetime:
        return self._gateway.site.now() if self._gateway else datetime.now()

    def _file(self) -> Any:
        from agent.desk.orders import Orders

        return Orders(state_folder(self._gateway) / "orders.db")


def state_folder(gateway: Gateway | None) -> Path:
    """Where the desk keeps what must survive; of the user where there is no gateway.toml."""
    if gateway:
        return gateway.paths.state / "desk"
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "louguan" / "desk"


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
