"""Work orders on the disk: made, numbered, followed, and found again."""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

from agent import config
from agent.data.store import Schema, StorageError, Store, translate
from agent.desk import rules
from agent.desk.rules import Priority
from hal.errors import LouguanError
from models.language.detect import Language
from models.language.understanding import Value

State = Literal["new", "assigned", "in_progress", "done", "cancelled"]
STATES: Final[tuple[State, ...]] = ("new", "assigned", "in_progress", "done", "cancelled")
KEEP = 20_000
"""Orders; beyond them the oldest that are done or cancelled are removed."""
LONGEST_TEXT = 500
LONGEST_SLOTS = 8000
_LISTED = 1000
_LETTERS: Final = {
    "repair": "R", "complaint": "C", "visitor_pass": "V", "parking": "P", "parcel": "D", "booking": "B",
    "renovation": "M",
}  # fmt: skip
_ID = re.compile("([A-Z])-([0-9]{1,9})")
_PHONE_DIGITS = 7

SCHEMA = Schema(
    application_id=0x4C474F52,
    migrations=(
        (
            """CREATE TABLE orders (
                number INTEGER PRIMARY KEY AUTOINCREMENT, form TEXT NOT NULL, category TEXT NOT NULL,
                priority TEXT NOT NULL, state TEXT NOT NULL, phone TEXT NOT NULL, slots TEXT NOT NULL,
                said TEXT NOT NULL, language TEXT NOT NULL, created TEXT NOT NULL, due TEXT NOT NULL)""",
            "CREATE INDEX orders_of_phone ON orders (phone, number)",
            "CREATE INDEX orders_in_state ON orders (state, number)",
            """CREATE TABLE history (
                seq INTEGER PRIMARY KEY AUTOINCREMENT, number INTEGER NOT NULL, time TEXT NOT NULL,
                state TEXT NOT NULL, by TEXT NOT NULL, note TEXT NOT NULL)""",
            "CREATE INDEX history_of_order ON history (number, seq)",
            "INSERT INTO sqlite_sequence (name, seq) VALUES ('orders', 1000)",
        ),
    ),
)
_COLUMNS = "number, form, category, priority, state, slots, said, language, created, due"


class OrderError(LouguanError):
    """An order cannot be made or changed as asked."""


@dataclass(frozen=True, slots=True)
class Order:
    """One piece of work. id: letter of the form, hyphen, running number. said: the resident's own words."""

    id: str
    form: str
    category: str
    priority: Priority
    state: State
    slots: dict[str, Value]
    said: str
    language: Language
    created: datetime
    due: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of an order's history."""

    time: datetime
    state: State
    by: str
    note: str


class Orders:
    """One SQLite file, readable by its owner alone; what `create` returned is on the disk. Safe from any thread."""

    def __init__(self, path: Path, promised: config.Orders | None = None, keep: int = KEEP) -> None:
        """keep: most orders in the file. Raises StorageError."""
        self._promised = promised or config.Orders()
        self._keep = keep
        self._lock = threading.Lock()
        self._store = Store(path, SCHEMA)
        self._protect()

    def create(self, form: str, slots: Mapping[str, Value], language: Language, now: datetime, said: str = "") -> Order:
        """A new order; its category, priority and due time follow from its words.

        form: one of the dialogue's forms. said: kept up to LONGEST_TEXT characters.

        Raises:
            OrderError: unknown form, slots too large, or no room beside the open orders. StorageError: not written.
        """
        if form not in _LETTERS:
            raise OrderError(f"There is no form {form!r}.", f"Use one of {', '.join(_LETTERS)}.")
        said = said[:LONGEST_TEXT]
        order = self._judged(Order("", form, "", "normal", "new", dict(slots), said, language, now, now), now)
        with self._writing() as connection:
            self._make_room(connection)
            number = connection.execute(
                "INSERT INTO orders (category, priority, phone, slots, due, form, state, said, language, created)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*_row(order), form, "new", said, language, now.isoformat()),
            ).lastrowid
            _note(connection, number or 0, now, "new", "desk", "")
        return replace(order, id=f"{_LETTERS[form]}-{number}")

    def amend(self, id: str, slots: Mapping[str, Value], by: str, now: datetime) -> Order:
        """A new order with other slots; category, priority and due time follow, and the history says who did it.

        Raises:
            OrderError: no such order, it is no longer new, or slots too large. StorageError: not written.
        """
        order = self.get(id)
        if order is None or order.state != "new":
            raise _taken_up(id)
        order = self._judged(replace(order, slots=dict(slots)), now)
        with self._writing() as connection:
            written = connection.execute(
                "UPDATE orders SET category = ?, priority = ?, phone = ?, slots = ?, due = ?"
                " WHERE number = ? AND state = 'new'",
                (*_row(order), int(id[2:])),
            )
            if not written.rowcount:
                raise _taken_up(id)
            _note(connection, int(id[2:]), now, "new", by, "changed")
        return order

    def get(self, id: str) -> Order | None:
        """The order of this id (R-1024) or None. Raises StorageError."""
        found = _ID.fullmatch(id)
        order = self.numbered(int(found[2])) if found else None
        return order if order and order.id == id else None

    def numbered(self, number: int) -> Order | None:
        """The order of this running number, whatever its letter. Raises StorageError."""
        return next(iter(self._read("number = ?", number)), None)

    def find_by_phone(self, phone: str) -> Sequence[Order]:
        """Orders that carry this number, newest first. Raises StorageError."""
        digits = _digits(phone)
        return self._read("phone = ?", digits) if len(digits) >= _PHONE_DIGITS else []

    def list(self, state: State | None = None) -> Sequence[Order]:
        """At most 1000 orders in `state`, or in any, newest first. Raises StorageError."""
        return self._read("state = ?", state) if state else self._read("number > ?", 0)

    def set_state(self, id: str, state: State, by: str, note: str, now: datetime) -> Order:
        """Moves an order on and keeps who did it, and why.

        Raises:
            OrderError: no such order, it is in that state already, `by` or `note` too long. StorageError.
        """
        if state not in STATES:
            raise OrderError(f"There is no state {state!r}.", f"Use one of {', '.join(STATES)}.")
        if not by or max(len(by), len(note)) > LONGEST_TEXT:
            raise OrderError(f"Name and note must have 1 to {LONGEST_TEXT} characters.", "Shorten them.")
        order = self.get(id)
        if order is None:
            raise OrderError(f"There is no order {id[:20]}.", "Look at the list of orders.")
        if order.state == state:
            raise OrderError(f"Order {id} is {state} already.", "Nothing is left to do.")
        number = int(id[2:])
        with self._writing() as connection:
            connection.execute("UPDATE orders SET state = ? WHERE number = ?", (state, number))
            _note(connection, number, now, state, by, note)
        return self.get(id) or order

    def history(self, id: str) -> Sequence[Change]:
        """Every state of an order, oldest first. Raises StorageError."""
        found = _ID.fullmatch(id)
        rows = self._rows(
            "SELECT time, state, by, note FROM history WHERE number = ? ORDER BY seq", int(found[2]) if found else 0
        )
        return [Change(datetime.fromisoformat(time), state, by, note) for time, state, by, note in rows]

    def close(self) -> None:
        """May be called twice."""
        with self._lock:
            self._store.close()

    def _judged(self, order: Order, now: datetime) -> Order:
        """With the category, priority and due time of its words."""
        things = " ".join(str(order.slots[name]) for name in ("object", "symptom") if name in order.slots)
        level = rules.priority(order.form, f"{things} {order.said}")
        due = rules.due(self._promised, level, order.slots, now)
        return replace(order, category=rules.category(order.form, things or order.said), priority=level, due=due)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._store.transaction() as connection:
            yield connection

    def _make_room(self, connection: sqlite3.Connection) -> None:
        over = connection.execute("SELECT count(*) FROM orders").fetchone()[0] + 1 - self._keep
        if over <= 0:
            return
        closed = "SELECT number FROM orders WHERE state IN ('done', 'cancelled') ORDER BY number LIMIT ?"
        gone = [number for (number,) in connection.execute(closed, (over,))]
        if len(gone) < over:
            raise OrderError(f"{self._keep} orders are open.", "Close those that are done.")
        connection.executemany("DELETE FROM orders WHERE number = ?", [(number,) for number in gone])
        connection.executemany("DELETE FROM history WHERE number = ?", [(number,) for number in gone])

    def _read(self, where: str, value: object) -> Sequence[Order]:
        rows = self._rows(f"SELECT {_COLUMNS} FROM orders WHERE {where} ORDER BY number DESC LIMIT {_LISTED}", value)
        return [_order(row) for row in rows]

    def _rows(self, query: str, value: object) -> Sequence[tuple[Any, ...]]:
        try:
            with self._lock:
                return self._store.connection.execute(query, (value,)).fetchall()
        except sqlite3.Error as error:
            raise translate(error, self._store.path) from error

    def _protect(self) -> None:
        try:
            for path in self._store.path.parent.glob(f"{self._store.path.name}*"):
                path.chmod(0o600)
        except OSError as error:
            raise StorageError(
                f"{self._store.path} cannot be kept from others: {error.strerror}.", "Check its owner."
            ) from error


def _digits(value: object) -> str:
    """Of a phone number, without the country's."""
    return re.sub("[^0-9]", "", str(value or ""))[-11:]


def _row(order: Order) -> tuple[str, ...]:
    """Category, priority, phone, slots and due time as they are stored."""
    text = json.dumps(order.slots, ensure_ascii=False)
    if len(text) > LONGEST_SLOTS:
        raise OrderError("The order is too large.", "Say less in each part of it.")
    return order.category, order.priority, _digits(order.slots.get("phone")), text, order.due.isoformat()


def _taken_up(id: str) -> OrderError:
    return OrderError(f"Order {id[:20]} is not new.", "Whoever works on it must change it.")


def _note(connection: sqlite3.Connection, number: int, now: datetime, state: State, by: str, note: str) -> None:
    connection.execute(
        "INSERT INTO history (number, time, state, by, note) VALUES (?, ?, ?, ?, ?)",
        (number, now.isoformat(), state, by, note),
    )


def _order(row: tuple[Any, ...]) -> Order:
    number, form, kind, level, state, slots, said, language, created, due = row
    return Order(
        f"{_LETTERS.get(form, 'X')}-{number}", form, kind, level, state, json.loads(slots), said, language,
        datetime.fromisoformat(created), datetime.fromisoformat(due),
    )  # fmt: skip
