"""Durable rows a second beside plain sqlite3 with the same pragmas, on the same disk, in turns."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from agent.data.history import History
from agent.data.store import Schema, Store
from hal.sample import Sample
from tests.benchmarks.table import Row

_POINTS = 200
_BATCHES, _SINGLES, _ROUNDS = 15, 100, 21
_PEER = "plain sqlite3, WAL, synchronous=FULL"
_JOURNAL = "CREATE TABLE journal (seq INTEGER PRIMARY KEY, time REAL, alarm INTEGER, state TEXT)"
_INSERT = "INSERT INTO journal (time, alarm, state) VALUES (?, ?, ?)"


def run() -> list[Row]:
    """The median of 21 rounds each; ours and the peer take turns."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        samples = _plain(folder / "samples.db")
        samples.execute(
            "CREATE TABLE samples (point INTEGER, time REAL, value REAL, quality INTEGER, reason INTEGER,"
            " PRIMARY KEY (point, time)) WITHOUT ROWID"
        )
        journal = _plain(folder / "journal.db")
        journal.execute(_JOURNAL)
        store = Store(folder / "store.db", Schema(1, ((_JOURNAL,),)))
        with History(folder / "history.db", 512 << 20, 14, 730) as history:
            batch, plain_batch = _in_turns(
                lambda second: _commit(history, second), lambda second: _commit_plain(samples, second), _BATCHES
            )
        single, plain_single = _in_turns(
            lambda number: _note(store, number), lambda number: _note_plain(journal, number), _SINGLES
        )
        store.close()
        samples.close()
        journal.close()
    return [
        Row("history: samples, 200 a commit", batch * _POINTS, "durable rows/s", _PEER, plain_batch * _POINTS),
        Row("alarm journal: one row a commit", single, "durable rows/s", _PEER, plain_single),
    ]


def _plain(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def _in_turns(ours: Callable[[int], None], theirs: Callable[[int], None], times: int) -> tuple[float, float]:
    """Calls a second of both."""
    rates: tuple[list[float], list[float]] = ([], [])
    for turn in range(_ROUNDS):
        for work, found in zip((ours, theirs), rates, strict=True):
            began = time.perf_counter()
            for number in range(turn * times, (turn + 1) * times):
                work(number)
            found.append(times / (time.perf_counter() - began))
    return median(rates[0]), median(rates[1])


def _commit(history: History, second: int) -> None:
    history.append(
        [Sample(f"asset-{point // 8}.p{point % 8}", 1.7e9 + second, second + 0.5) for point in range(_POINTS)]
    )
    history.commit()


def _commit_plain(database: sqlite3.Connection, second: int) -> None:
    rows = [(point, 1.7e9 + second, second + 0.5, 0, 0) for point in range(_POINTS)]
    database.execute("BEGIN IMMEDIATE")
    database.executemany("INSERT INTO samples VALUES (?, ?, ?, ?, ?)", rows)
    database.execute("COMMIT")


def _note(store: Store, number: int) -> None:
    with store.transaction() as connection:
        connection.execute(_INSERT, (1.7e9 + number, number % 50, "unacknowledged"))


def _note_plain(database: sqlite3.Connection, number: int) -> None:
    database.execute("BEGIN IMMEDIATE")
    database.execute(_INSERT, (1.7e9 + number, number % 50, "unacknowledged"))
    database.execute("COMMIT")
