"""Alarms and their journal on the disk."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter

from agent.alarms.machine import Record, Transition
from agent.alarms.model import AlarmState
from agent.data.store import Schema, Store, translate

KEEP_ENTRIES = 100_000
"""Of the journal; beyond them only the last entry of each alarm is kept."""
_TRIM_EVERY = 1000
_RECORD: TypeAdapter[Record] = TypeAdapter(Record)

SCHEMA = Schema(
    application_id=0x4C47414C,
    migrations=(
        (
            """CREATE TABLE alarms (
                id INTEGER PRIMARY KEY AUTOINCREMENT, cause TEXT NOT NULL UNIQUE, state TEXT NOT NULL,
                record TEXT NOT NULL)""",
            """CREATE TABLE journal (
                seq INTEGER PRIMARY KEY AUTOINCREMENT, time REAL NOT NULL, alarm_id INTEGER NOT NULL,
                from_state TEXT NOT NULL, to_state TEXT NOT NULL, by TEXT NOT NULL, comment TEXT NOT NULL)""",
            "CREATE INDEX journal_of_alarm ON journal (alarm_id, seq)",
        ),
        ("ALTER TABLE journal ADD COLUMN note TEXT NOT NULL DEFAULT ''",),
    ),
)


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One change of one alarm's state. seq: ascending, never reused. time: Unix seconds.

    by: a person, or `system`; then comment is a kind of finding or a word of agent.alarms.machine. note: what residents
    had said, in entries that alarm and in those of persons.
    """

    seq: int
    time: float
    alarm_id: int
    from_state: AlarmState
    to_state: AlarmState
    by: str
    comment: str
    note: str = ""


class AlarmStore:
    """One SQLite file; what `write` was given is on the disk when it returns.

    A corrupted file is set aside with a warning, and a new one is made. Raises StorageError.
    """

    def __init__(self, path: Path) -> None:
        self._store = Store(path, SCHEMA)
        self._trimmed = 0

    def load(self) -> list[Record]:
        """Every alarm that ever was. Raises StorageError."""
        try:
            rows = self._store.connection.execute("SELECT id, record FROM alarms ORDER BY id").fetchall()
            records = [_RECORD.validate_python(json.loads(text)) for _, text in rows]
        except sqlite3.Error as error:
            raise translate(error, self._store.path) from error
        except ValueError as error:
            self._store.start_anew(f"{self._store.path} holds an alarm that cannot be read: {error}.")
            return []
        return [numbered(record, number) for (number, _), record in zip(rows, records, strict=True)]

    def write(
        self, records: Sequence[Record], transitions: Sequence[Transition], forgotten: int | None = None
    ) -> list[Record]:
        """Keeps records and the transitions that led to them, all or nothing. forgotten: number of an alarm to remove.

        Returns the records, those without a number numbered. Raises StorageError.
        """
        written: list[Record] = []
        with self._store.transaction() as connection:
            for record in records:
                row = (record.alarm.cause, record.alarm.state.value, _text(record))
                number = record.alarm.id
                if number:
                    connection.execute(
                        "UPDATE alarms SET cause = ?, state = ?, record = ? WHERE id = ?", (*row, number)
                    )
                else:
                    number = connection.execute(
                        "INSERT INTO alarms (cause, state, record) VALUES (?, ?, ?)", row
                    ).lastrowid or 0  # fmt: skip
                written.append(numbered(record, number))
            numbers = {record.alarm.cause: record.alarm.id for record in written}
            connection.executemany(
                "INSERT INTO journal (time, alarm_id, from_state, to_state, by, comment, note)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        made.time, numbers[made.cause], made.from_state.value, made.to_state.value, made.by,
                        made.comment, made.note,
                    )
                    for made in transitions
                ],
            )  # fmt: skip
            if forgotten is not None:
                connection.execute("DELETE FROM alarms WHERE id = ?", (forgotten,))
            self._trim(connection)
        return written

    def journal(self, since_seq: int, alarm_id: int | None, limit: int) -> list[JournalEntry]:
        """At most `limit` entries, oldest first: the next after since_seq; 0: the newest. Raises StorageError."""
        order = "ASC" if since_seq else "DESC"
        try:
            rows = self._store.connection.execute(
                "SELECT seq, time, alarm_id, from_state, to_state, by, comment, note FROM journal"
                f" WHERE seq > ? AND (? IS NULL OR alarm_id = ?) ORDER BY seq {order} LIMIT ?",
                (since_seq, alarm_id, alarm_id, limit),
            ).fetchall()
        except sqlite3.Error as error:
            raise translate(error, self._store.path) from error
        return [
            JournalEntry(seq, time, number, AlarmState(before), AlarmState(after), by, comment, note)
            for seq, time, number, before, after, by, comment, note in (rows if since_seq else reversed(rows))
        ]

    def close(self) -> None:
        """May be called twice."""
        self._store.close()

    def _trim(self, connection: sqlite3.Connection) -> None:
        last = connection.execute("SELECT max(seq) FROM journal").fetchone()[0] or 0
        if last - self._trimmed < KEEP_ENTRIES + _TRIM_EVERY:
            return
        connection.execute(
            "DELETE FROM journal WHERE seq <= ? AND seq NOT IN (SELECT max(seq) FROM journal GROUP BY alarm_id)",
            (last - KEEP_ENTRIES,),
        )
        self._trimmed = last - KEEP_ENTRIES


def numbered(record: Record, number: int) -> Record:
    """The record with the number that the file gave it."""
    return record if record.alarm.id == number else replace(record, alarm=replace(record.alarm, id=number))


def _text(record: Record) -> str:
    """Without conditions still in their on-delay: they begin anew after a restart."""
    lasting = {key: replace(held, cleared=None) for key, held in record.held.items() if held.counts}
    return json.dumps(asdict(replace(record, held=lasting)), separators=(",", ":"))
