"""Minute and hour rollups: made little by little from the raw samples, repaired when late samples come."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from agent.data.store import Store

MINUTE = 60
HOUR = 3600
GRACE_S = 30.0
"""A minute is rolled up so long after its end; samples that come later repair it."""
_SLICE_S = 600
_LATE_BATCH = 1000

USABLE = "CASE WHEN quality < 2 THEN value END"
"""A sample counts in the mean unless its quality is bad."""


@dataclass(frozen=True, slots=True)
class Rollup:
    """The samples of one point in one minute or hour.

    start: Unix seconds of the bucket's start. count: usable values, over which mean, min and max go (NaN when 0).
    bad: samples without a usable value.
    """

    point: str
    start: float
    count: int
    mean: float
    min: float
    max: float
    bad: int


MINUTES_OF_RAW = (
    f"SELECT s.point, CAST(s.time / 60 AS INTEGER) * 60 AS start, count({USABLE}), avg({USABLE}), min({USABLE}),"
    f" max({USABLE}), count(*) - count({USABLE}) FROM points p CROSS JOIN samples s"
    " ON s.point = p.id AND s.time >= :start AND s.time < :end"
)
_HOURS_OF_MINUTES = (
    "SELECT m.point, m.start / 3600 * 3600 AS hour, sum(m.count), sum(m.mean * m.count) / sum(m.count), min(m.low),"
    " max(m.high), sum(m.bad) FROM points p CROSS JOIN minutes m"
    " ON m.point = p.id AND m.start >= :start AND m.start < :end"
)


def get_mark(connection: sqlite3.Connection, name: str) -> float | None:
    """A remembered time: minute_until and hour_until (rolled up so far), raw_from and minute_from (kept since)."""
    row = connection.execute("SELECT value FROM marks WHERE name = ?", (name,)).fetchone()
    return None if row is None else float(row[0])


def set_mark(connection: sqlite3.Connection, name: str, value: float) -> None:
    connection.execute("INSERT OR REPLACE INTO marks VALUES (?, ?)", (name, value))


def first_time(connection: sqlite3.Connection, table: str, column: str, since: float) -> float | None:
    """The earliest time in a table at or after `since`, over all points."""
    row = connection.execute(
        f"SELECT min(t) FROM (SELECT (SELECT min({column}) FROM {table} WHERE point = p.id AND {column} >= ?) AS t"
        " FROM points p)",
        (since,),
    ).fetchone()
    return None if row[0] is None else float(row[0])


def roll_up_slice(store: Store, now: float) -> bool:
    """One bounded piece of work in one transaction; whether there may be more. Raises StorageError."""
    with store.transaction() as connection:
        return _minutes(connection, now) or _hours(connection) or _repair(connection)


def _minutes(connection: sqlite3.Connection, now: float) -> bool:
    target = int((now - GRACE_S) // MINUTE) * MINUTE
    done = get_mark(connection, "minute_until") or 0.0
    first = first_time(connection, "samples", "time", done)
    if first is None or first >= target:
        return False
    start = max(done, first // MINUTE * MINUTE)
    end = min(start + _SLICE_S, target)
    connection.execute(f"INSERT OR REPLACE INTO minutes {MINUTES_OF_RAW} GROUP BY 1, 2", {"start": start, "end": end})
    set_mark(connection, "minute_until", end)
    return True


def _hours(connection: sqlite3.Connection) -> bool:
    target = int((get_mark(connection, "minute_until") or 0.0) // HOUR) * HOUR
    done = get_mark(connection, "hour_until") or 0.0
    first = first_time(connection, "minutes", "start", done)
    if first is None or first >= target:
        return False
    start = max(done, first // HOUR * HOUR)
    end = min(start + 24 * HOUR, target)
    connection.execute(f"INSERT OR REPLACE INTO hours {_HOURS_OF_MINUTES} GROUP BY 1, 2", {"start": start, "end": end})
    set_mark(connection, "hour_until", end)
    return True


def _repair(connection: sqlite3.Connection) -> bool:
    late = connection.execute("SELECT point, minute FROM late LIMIT ?", (_LATE_BATCH,)).fetchall()
    raw_from = get_mark(connection, "raw_from") or 0.0
    minute_from = get_mark(connection, "minute_from") or 0.0
    hour_until = get_mark(connection, "hour_until") or 0.0
    hours: set[tuple[int, int]] = set()
    for point, minute in late:
        connection.execute("DELETE FROM late WHERE point = ? AND minute = ?", (point, minute))
        # Where the raw samples are gone, what is left of them must not replace the whole minute.
        if minute < raw_from:
            continue
        bounds = {"start": minute, "end": minute + MINUTE, "point": point}
        connection.execute(f"INSERT OR REPLACE INTO minutes {MINUTES_OF_RAW} WHERE p.id = :point GROUP BY 1, 2", bounds)
        hour = minute // HOUR * HOUR
        if minute_from <= hour < hour_until:
            hours.add((point, hour))
    for point, hour in sorted(hours):
        bounds = {"start": hour, "end": hour + HOUR, "point": point}
        connection.execute(
            f"INSERT OR REPLACE INTO hours {_HOURS_OF_MINUTES} WHERE p.id = :point GROUP BY 1, 2", bounds
        )
    return len(late) == _LATE_BATCH


def merge(rollups: Iterable[Rollup], seconds: int) -> Iterator[Rollup]:
    """Rollups of one point, in order, as longer ones."""
    for start, group in groupby(rollups, key=lambda r: r.start // seconds * seconds):
        parts = list(group)
        used = [p for p in parts if p.count]
        count = sum(p.count for p in used)
        nan = float("nan")
        yield Rollup(
            parts[0].point,
            start,
            count,
            sum(p.mean * p.count for p in used) / count if count else nan,
            min((p.min for p in used), default=nan),
            max((p.max for p in used), default=nan),
            sum(p.bad for p in parts),
        )
