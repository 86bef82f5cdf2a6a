"""What history forgets: by age, and by bytes when the file grows too large."""

from __future__ import annotations

from dataclasses import dataclass

from agent.data.rollup import HOUR, MINUTE, first_time, get_mark, set_mark
from agent.data.store import Store

_TARGET = 0.95
"""Bytes are freed down to this part of the limit, so that not every call has to."""
_KEEP_RAW_S = HOUR
_ROWS_PER_SLICE = 50_000
_VACUUM_PAGES = 2000
_SLACK = 0.1
_END_OF_TIME = 253_402_300_800.0


@dataclass(slots=True)
class Slices:
    """How long a stretch one transaction deletes, in seconds; grows and shrinks with what it finds."""

    seconds: float = 600.0

    def learn(self, rows: int) -> None:
        if rows < _ROWS_PER_SLICE // 4:
            self.seconds = min(self.seconds * 4, 365 * 86_400.0)
        elif rows > _ROWS_PER_SLICE:
            self.seconds = max(self.seconds / 2, MINUTE)


def _delete(store: Store, table: str, column: str, until: float, bucket: int, slices: Slices) -> bool:
    """Deletes the oldest slice of a table before `until`; whether there was any."""
    with store.transaction() as connection:
        oldest = first_time(connection, table, column, 0.0)
        if oldest is None or oldest >= until:
            return False
        # Whole buckets, at least one: half a minute must never be rolled up again.
        cut = max((oldest + slices.seconds) // bucket * bucket, oldest // bucket * bucket + bucket)
        cut = min(cut, until)
        points = connection.execute("SELECT id FROM points").fetchall()
        rows = 0
        for (point,) in points:
            rows += connection.execute(f"DELETE FROM {table} WHERE point = ? AND {column} < ?", (point, cut)).rowcount
        mark = {"samples": "raw_from", "minutes": "minute_from"}.get(table)
        if mark:
            set_mark(connection, mark, max(cut, get_mark(connection, mark) or 0.0))
        slices.learn(rows)
    return True


def forget_old_slice(store: Store, now: float, raw_days: float, rollup_days: float, slices: Slices) -> bool:
    """Deletes one slice of what is too old; whether there may be more. Raises StorageError."""
    raw_cut = (now - raw_days * 86_400) // MINUTE * MINUTE
    # What is not rolled up yet waits for it.
    raw_cut = min(raw_cut, get_mark(store.connection, "minute_until") or 0.0)
    rollup_cut = (now - rollup_days * 86_400) // HOUR * HOUR
    return (
        _delete(store, "samples", "time", raw_cut, MINUTE, slices)
        or _delete(store, "minutes", "start", rollup_cut, MINUTE, slices)
        or _delete(store, "hours", "start", rollup_cut, HOUR, slices)
    )


def shrink_slice(store: Store, max_bytes: int, shrinking: bool, slices: Slices) -> bool:
    """One step towards the limit in bytes; whether there is more to do. Raises StorageError.

    Order: free pages, the oldest raw samples (all but the newest hour), minutes, hours, and at last any raw sample.
    """
    limit = int(max_bytes * _TARGET) if shrinking else max_bytes
    connection = store.connection
    pages = int(connection.execute("PRAGMA page_count").fetchone()[0])
    free = int(connection.execute("PRAGMA freelist_count").fetchone()[0])
    if store.size_bytes() > limit or free > pages * _SLACK:
        # execute() would step this statement once, which frees one page.
        connection.executescript(f"PRAGMA incremental_vacuum({_VACUUM_PAGES})")
        store.checkpoint()
        if free > _VACUUM_PAGES:
            return True
    if store.size_bytes() <= limit:
        return False
    rolled = get_mark(connection, "minute_until") or 0.0
    return (
        _delete(store, "samples", "time", rolled - _KEEP_RAW_S, MINUTE, slices)
        or _delete(store, "minutes", "start", get_mark(connection, "hour_until") or 0.0, MINUTE, slices)
        or _delete(store, "hours", "start", rolled, HOUR, slices)
        or _delete(store, "samples", "time", _END_OF_TIME, MINUTE, slices)
    )
