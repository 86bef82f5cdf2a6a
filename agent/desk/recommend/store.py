"""Who opted in, and what they did, under random tokens; forgetting a token leaves nothing of it on the disk."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from agent.data.store import Schema
from agent.desk.feedback import PrivateFile
from hal.errors import LouguanError
from models.recommend.items import ITEM_KINDS, STRENGTH, Act, Event, Item

MOST_ITEMS: Final = 300
MOST_RESIDENTS: Final = 5000
MOST_EVENTS: Final = 200
"""Of one resident; the oldest go first."""
KEEP_DAYS: Final = 730
LONGEST_TEXT: Final = 300
_LONGEST_TOKEN: Final = 64
_DAY_S: Final = 86400.0

SCHEMA = Schema(
    application_id=0x4C475243,
    migrations=(
        (
            "CREATE TABLE residents (token TEXT PRIMARY KEY, asked INTEGER NOT NULL)",
            """CREATE TABLE items (
                id TEXT PRIMARY KEY, kind TEXT NOT NULL, zh TEXT NOT NULL, en TEXT NOT NULL, once INTEGER NOT NULL)""",
            """CREATE TABLE events (
                seq INTEGER PRIMARY KEY AUTOINCREMENT, token TEXT NOT NULL, item TEXT NOT NULL, act TEXT NOT NULL,
                time REAL NOT NULL)""",
            "CREATE INDEX events_of_token ON events (token, seq)",
        ),
    ),
)


class RecommendError(LouguanError):
    """Items, events or a token cannot be taken as given."""


class RecommendStore:
    """One SQLite file; what was written or erased is so on the disk when a call returns. Safe from any thread."""

    def __init__(self, path: Path) -> None:
        """Raises StorageError."""
        self._file = PrivateFile(path, SCHEMA)

    def opt_in(self, token: str | None = None) -> str:
        """From now on this resident's events are kept; without a token, a new one. Gives the token.

        Raises:
            RecommendError: a token that was not given here, or too many residents. StorageError.
        """
        if token is not None and not self._known(token):
            raise RecommendError("There is no such token.", "Opt in without one to get a new one.")
        chosen = token or secrets.token_hex(16)
        with self._file.writing() as connection:
            if token is None and connection.execute("SELECT count(*) FROM residents").fetchone()[0] >= MOST_RESIDENTS:
                raise RecommendError(f"{MOST_RESIDENTS} residents opted in.", "Forget those who moved away.")
            connection.execute("INSERT OR REPLACE INTO residents VALUES (?, 1)", (chosen,))
        return chosen

    def opt_out(self, token: str) -> None:
        """Nothing more is kept or recommended; what there is stays until `forget`. Raises StorageError."""
        with self._file.writing() as connection:
            connection.execute("UPDATE residents SET asked = 0 WHERE token = ?", (token,))

    def forget(self, token: str) -> bool:
        """Erases a token and its events, on the disk too; whether there was one. Raises StorageError."""
        with self._file.writing() as connection:
            connection.execute("DELETE FROM events WHERE token = ?", (token,))
            gone = connection.execute("DELETE FROM residents WHERE token = ?", (token,)).rowcount
        self._file.flush()
        return gone > 0

    def opted_in(self, token: str) -> bool:
        """Whether this resident wants recommendations. Raises StorageError."""
        return bool(self._file.rows("SELECT 1 FROM residents WHERE token = ? AND asked", token[:_LONGEST_TOKEN]))

    def set_items(self, items: Sequence[Item]) -> None:
        """Replaces all items; events of those that are gone stay, unseen, until they are too old.

        Raises:
            RecommendError: two items of one id, an unknown kind, no text, too long or too many. StorageError.
        """
        if len(items) > MOST_ITEMS:
            raise RecommendError(f"{len(items)} items.", f"Keep at most {MOST_ITEMS}.")
        if len({item.id for item in items}) < len(items):
            raise RecommendError("Two items have the same id.", "Give each its own.")
        for item in items:
            if item.kind not in ITEM_KINDS:
                raise RecommendError(
                    f"Item {item.id[:40]!r} is a {item.kind[:40]!r}.", f"Use one of {', '.join(ITEM_KINDS)}."
                )
            if not item.id or not (item.zh and item.en) or max(map(len, (item.id, item.zh, item.en))) > LONGEST_TEXT:
                raise RecommendError(
                    f"Item {item.id[:40]!r} needs an id and both texts, of at most {LONGEST_TEXT} characters.",
                    "Write zh and en.",
                )
        with self._file.writing() as connection:
            connection.execute("DELETE FROM items")
            connection.executemany(
                "INSERT INTO items VALUES (?, ?, ?, ?, ?)",
                [(item.id, item.kind, item.zh, item.en, item.once) for item in items],
            )

    def items(self) -> list[Item]:
        """In the order of their ids. Raises StorageError."""
        rows = self._file.rows("SELECT id, kind, zh, en, once FROM items ORDER BY id")
        return [Item(id, kind, zh, en, bool(once)) for id, kind, zh, en, once in rows]

    def record(self, token: str, item: str, act: Act, now: float) -> bool:
        """Keeps what a resident did; whether it was kept: only of those who opted in, only with known items.

        now: Unix seconds. Raises RecommendError: an unknown act; StorageError.
        """
        if act not in STRENGTH:
            raise RecommendError(f"There is no act {act[:40]!r}.", f"Use one of {', '.join(STRENGTH)}.")
        if not self.opted_in(token) or not self._file.rows("SELECT 1 FROM items WHERE id = ?", item):
            return False
        with self._file.writing() as connection:
            # In the same transaction as the check: a token that was forgotten meanwhile must not come back.
            kept = connection.execute(
                "INSERT INTO events (token, item, act, time)"
                " SELECT token, ?, ?, ? FROM residents WHERE token = ? AND asked",
                (item, act, now, token),
            ).rowcount
            connection.execute("DELETE FROM events WHERE time < ?", (now - KEEP_DAYS * _DAY_S,))
            connection.execute(
                "DELETE FROM events WHERE token = ? AND seq NOT IN"
                " (SELECT seq FROM events WHERE token = ? ORDER BY seq DESC LIMIT ?)",
                (token, token, MOST_EVENTS),
            )
        return kept > 0

    def events(self) -> list[Event]:
        """Of all residents with all known items, ascending in time. Raises StorageError."""
        rows = self._file.rows(
            "SELECT token, item, act, time FROM events WHERE item IN (SELECT id FROM items) ORDER BY time, seq"
        )
        return [Event(*row) for row in rows]

    def close(self) -> None:
        """May be called twice."""
        self._file.close()

    def _known(self, token: str) -> bool:
        return bool(self._file.rows("SELECT 1 FROM residents WHERE token = ?", token[:_LONGEST_TOKEN]))
