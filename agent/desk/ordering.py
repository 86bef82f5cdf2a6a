"""Orders for those who do the work: listed, looked at, moved on. For the desk's API and for the command line alike."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

from agent.api.schema import ChangeView, OrderDetail, OrderList
from agent.desk.conversations import order_view
from agent.desk.orders import OrderError, Orders, State
from agent.desk.rules import PRIORITIES

OPEN: Final[tuple[State, ...]] = ("new", "assigned", "in_progress")


def listed(orders: Orders, all_: bool) -> OrderList:
    """The open ones (or all), the most urgent first, then the earliest due. Raises StorageError."""
    found = list(orders.list()) if all_ else [order for state in OPEN for order in orders.list(state)]
    found.sort(key=lambda order: (order.state not in OPEN, -PRIORITIES.index(order.priority), order.due))
    return OrderList(orders=[order_view(order) for order in found])


def detail(orders: Orders, id: str) -> OrderDetail:
    """One order with its history. Raises: OrderError when there is none; StorageError."""
    order = orders.get(id.upper()) or (orders.numbered(int(id)) if id.isdecimal() and len(id) < 10 else None)
    if order is None:
        raise OrderError(f"There is no order {id}.", "louguan orders --all lists them.")
    history = [
        ChangeView(time=change.time.isoformat(timespec="seconds"), state=change.state, by=change.by, note=change.note)
        for change in orders.history(order.id)
    ]
    return OrderDetail(order=order_view(order), history=history)


def changed(
    orders: Orders,
    id: str,
    state: Literal["assigned", "in_progress", "done", "cancelled"],
    by: str,
    note: str,
    now: datetime,
) -> OrderDetail:
    """The order after it was moved to `state`. now: the site's wall clock. Raises: OrderError, StorageError."""
    order = detail(orders, id).order
    orders.set_state(order.id, state, by, note, now)
    return detail(orders, order.id)
