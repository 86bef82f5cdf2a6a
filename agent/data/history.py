"""The samples of all points, kept as long as the disk allows, and asked by point and time."""

from __future__ import annotations

import logging
import math
import sqlite3
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Lock, RLock
from time import monotonic
from typing import Any, Literal, TypeVar, overload

from agent.data.retention import Slices, forget_old_slice, shrink_slice
from agent.data.rollup import HOUR, MINUTE, MINUTES_OF_RAW, Rollup, get_mark, merge, roll_up_slice
from agent.data.store import PAGE_BYTES, CorruptDatabaseError, Schema, StorageError, Store, translate
from hal.clock import Clock
from hal.sample import Quality, Sample

_log = logging.getLogger(__name__)

Resolution = Literal["raw", "minute", "hour", "auto"]
MAX_LIMIT = 100_000
MAX_BUFFER = 20_000
"""Samples that wait for a commit; when more come, the oldest are dropped and counted."""
_LAST_TIME = 253_402_300_799.0
_MAX_REASON = 64
_MAX_REASONS = 1000

_QUALITIES = (Quality.GOOD, Quality.UNCERTAIN, Quality.BAD)
_NUMBER = {quality: number for number, quality in enumerate(_QUALITIES)}

_ROLLUP_COLUMNS = (
    "point INTEGER NOT NULL, start INTEGER NOT NULL, count INTEGER NOT NULL, mean REAL, low REAL, high REAL,"
    " bad INTEGER NOT NULL, PRIMARY KEY (point, start)"
)
SCHEMA = Schema(
    application_id=0x4C474831,
    migrations=(
        (
            "CREATE TABLE points (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
            "CREATE TABLE reasons (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE)",
            "INSERT INTO reasons VALUES (0, '')",
            "CREATE TABLE samples (point INTEGER NOT NULL, time REAL NOT NULL, value REAL, quality INTEGER NOT NULL,"
            " reason INTEGER NOT NULL, PRIMARY KEY (point, time)) WITHOUT ROWID",
            f"CREATE TABLE minutes ({_ROLLUP_COLUMNS}) WITHOUT ROWID",
            f"CREATE TABLE hours ({_ROLLUP_COLUMNS}) WITHOUT ROWID",
            "CREATE TABLE late (point INTEGER NOT NULL, minute INTEGER NOT NULL, PRIMARY KEY (point, minute))"
            " WITHOUT ROWID",
            "CREATE TABLE marks (name TEXT PRIMARY KEY, value REAL NOT NULL) WITHOUT ROWID",
        ),
    ),
)

_Result = TypeVar("_Result")


class History:
    """Keeps samples in one SQLite file.

    One thread appends and commits, others may query at the same time: queries use a connection of their own and never
    hold up a commit. max_bytes: of the file with its write-ahead log. raw_days, rollup_days: how long samples, and
    minutes and hours, are kept. Every change to the disk touches about a page a point, so commit every few seconds.
    Raises StorageError, NewerDatabaseError; a corrupted file is set aside (see `set_aside`) and a new one begun.
    """

    def __init__(
        self, path: Path, max_bytes: int, raw_days: float, rollup_days: float, clock: Clock | None = None
    ) -> None:
        self._clock = clock or Clock()
        self._max_bytes = max_bytes
        self._raw_days, self._rollup_days = raw_days, rollup_days
        wal_pages = max(64, min(1000, max_bytes // 8 // PAGE_BYTES))
        self._store = Store(path, SCHEMA, wal_pages=wal_pages)
        self._write_lock, self._read_lock, self._buffer_lock = RLock(), Lock(), Lock()
        self._buffer: deque[Sample] = deque()
        self._warned_time = self._half_open = False
        self.dropped = 0
        """Samples that the bounded buffer gave up since the start."""
        self.rejected = 0
        """Samples without a usable time since the start."""
        try:
            self._load()
        except CorruptDatabaseError as error:
            # A large file is not checked whole when it is opened.
            self._start_anew(error.message)

    @property
    def set_aside(self) -> Path | None:
        """Where the last corrupted file of this process went."""
        return self._store.set_aside

    def _load(self) -> None:
        try:
            connection = self._store.connection
            self._points: dict[str, int] = dict(connection.execute("SELECT name, id FROM points"))
            self._reasons: dict[str, int] = dict(connection.execute("SELECT text, id FROM reasons"))
            self._rolled = get_mark(connection, "minute_until") or 0.0
            self._reader = self._store.reader()
            self._half_open = False
        except sqlite3.Error as error:
            raise translate(error, self._store.path) from error

    @property
    def waiting(self) -> int:
        """Samples in the buffer."""
        return len(self._buffer)

    def append(self, samples: Sequence[Sample]) -> None:
        """Takes samples into the bounded buffer; `commit` writes them. Never touches the disk."""
        with self._buffer_lock:
            for sample in samples:
                if 0 <= sample.time <= _LAST_TIME:
                    self._buffer.append(sample)
                else:
                    self.rejected += 1
            self._trim()
        if self.rejected and not self._warned_time:
            self._warned_time = True
            _log.warning("History refuses samples whose time is not a time; the first of %d now.", self.rejected)

    def _trim(self) -> None:
        extra = len(self._buffer) - MAX_BUFFER
        for _ in range(extra):
            self._buffer.popleft()
        self.dropped += max(0, extra)

    def commit(self) -> int:
        """Writes the buffer; returns the new rows, which are on the disk then. Duplicates are ignored.

        Raises StorageFullError or StorageError: the samples stay in the buffer and the next commit tries again.
        """
        with self._write_lock:
            with self._buffer_lock:
                batch, self._buffer = self._buffer, deque()
            if not batch:
                return 0
            try:
                return self._healing(lambda: self._write(batch))
            except StorageError:
                with self._buffer_lock:
                    batch.extend(self._buffer)
                    self._buffer = batch
                    self._trim()
                raise

    def _write(self, batch: Sequence[Sample]) -> int:
        points, reasons = dict(self._points), dict(self._reasons)
        with self._store.transaction() as connection:
            rows: list[tuple[int, float, float | None, int, int]] = []
            for name, time, value, quality, reason in batch:
                point = points.get(name)
                if point is None:
                    point = points[name] = _intern(connection, "points", "name", name)
                if not math.isfinite(value):
                    rows.append((point, time, None, 2, self._reason(connection, reasons, reason or "nan")))
                elif reason:
                    rows.append((point, time, value, _NUMBER[quality], self._reason(connection, reasons, reason)))
                else:
                    rows.append((point, time, value, _NUMBER[quality], 0))
            before = connection.total_changes
            connection.executemany("INSERT OR IGNORE INTO samples VALUES (?, ?, ?, ?, ?)", rows)
            written = connection.total_changes - before
            late = {(row[0], int(row[1] // MINUTE) * MINUTE) for row in rows if row[1] < self._rolled}
            if late:
                connection.executemany("INSERT OR IGNORE INTO late VALUES (?, ?)", sorted(late))
        self._points, self._reasons = points, reasons
        return written

    @staticmethod
    def _reason(connection: sqlite3.Connection, reasons: dict[str, int], text: str) -> int:
        text = text[:_MAX_REASON]
        number = reasons.get(text)
        if number is None:
            if len(reasons) >= _MAX_REASONS:
                text = "other"
            number = reasons[text] = reasons.get(text) or _intern(connection, "reasons", "text", text)
        return number

    def _healing(self, work: Callable[[], _Result]) -> _Result:
        """Does the work; when it meets corruption, sets the file aside and does it once more on a new one."""
        connection = self._store.connection
        try:
            if self._half_open:
                with self._write_lock, self._read_lock:
                    self._store.reopen()
                    self._load()
            return self._tried(work)
        except CorruptDatabaseError as error:
            with self._write_lock, self._read_lock:
                # Another thread may have met it first.
                if self._store.connection is connection:
                    self._reader.close()
                    self._start_anew(error.message)
            return self._tried(work)

    def _tried(self, work: Callable[[], _Result]) -> _Result:
        try:
            return work()
        except sqlite3.Error as error:
            raise translate(error, self._store.path) from error

    def _start_anew(self, reason: str) -> None:
        self._half_open = True
        self._store.start_anew(reason)
        self._load()

    def _rows(self, sql: str, parameters: dict[str, Any]) -> list[Any]:
        def read() -> list[Any]:
            with self._read_lock:
                return self._reader.execute(sql, parameters).fetchall()

        return self._healing(read)

    def points(self) -> list[str]:
        """Full ids of all points that were ever committed, sorted."""
        return sorted(self._points)

    def latest(self, point: str) -> Sample | None:
        """The newest committed sample."""
        rows = self._rows(
            "SELECT s.time, s.value, s.quality, r.text FROM samples s LEFT JOIN reasons r ON r.id = s.reason"
            " WHERE s.point = :point AND s.time <= :end ORDER BY s.time DESC LIMIT 1",
            {"point": self._points.get(point, -1), "end": _LAST_TIME},
        )
        return _sample(point, rows[0]) if rows else None

    @overload
    def query(
        self, point: str, start: float, end: float, limit: int = ..., resolution: Literal["raw"] = ...
    ) -> list[Sample]: ...

    @overload
    def query(
        self, point: str, start: float, end: float, limit: int = ..., *, resolution: Literal["minute", "hour"]
    ) -> list[Rollup]: ...

    @overload
    def query(
        self, point: str, start: float, end: float, limit: int = ..., resolution: Resolution = ...
    ) -> list[Sample] | list[Rollup]: ...

    def query(
        self, point: str, start: float, end: float, limit: int = 10_000, resolution: Resolution = "raw"
    ) -> list[Sample] | list[Rollup]:
        """Committed samples or rollups with start <= time < end, oldest first, at most `limit` (1 to 100000).

        A rollup counts when its bucket overlaps `start`. What is not rolled up yet is computed on the way. `auto` takes
        the finest resolution that reaches back to `start` and fits into `limit`. An unknown point has none.
        Raises StorageError.
        """
        if not 1 <= limit <= MAX_LIMIT:
            raise StorageError(f"A limit of {limit} is not within 1 to {MAX_LIMIT}.", "Ask for less at once.")
        if math.isnan(start) or math.isnan(end):
            raise StorageError("The start or end of the query is not a time.", "Give Unix seconds.")
        start, end = max(0.0, start), min(_LAST_TIME, end)
        number = self._points.get(point)
        if number is None or start >= end:
            return []
        if resolution == "auto":
            resolution = self._fitting(number, start, end, limit)
        if resolution == "raw":
            return self._raw(point, number, start, end, limit)
        if resolution == "minute":
            return self._minutes(point, number, start, end, limit)
        return self._hours(point, number, start, end, limit)

    def _mark(self, name: str) -> float:
        rows = self._rows("SELECT value FROM marks WHERE name = :name", {"name": name})
        return float(rows[0][0]) if rows else 0.0

    def fitting(self, point: str, start: float, end: float, limit: int) -> Literal["raw", "minute", "hour"]:
        """What `auto` takes for this query. Raises StorageError."""
        number = self._points.get(point)
        return "raw" if number is None else self._fitting(number, max(0.0, start), min(_LAST_TIME, end), limit)

    def _fitting(self, number: int, start: float, end: float, limit: int) -> Literal["raw", "minute", "hour"]:
        where = {"point": number, "start": start, "end": end, "limit": limit + 1}
        oldest = self._rows("SELECT min(start) FROM minutes WHERE point = :point", {"point": number})[0][0]
        reaches = oldest is None or max(start, oldest) >= self._mark("raw_from")
        raw = self._rows(
            "SELECT count(*) FROM (SELECT 1 FROM samples WHERE point = :point AND time >= :start AND time < :end"
            " LIMIT :limit)",
            where,
        )
        if reaches and raw[0][0] <= limit:
            return "raw"
        minutes = self._rows(
            "SELECT count(*) FROM (SELECT 1 FROM minutes WHERE point = :point AND start >= :start AND start < :end"
            " LIMIT :limit)",
            where,
        )
        fresh = max(0.0, end - max(start, self._rolled)) / MINUTE
        span = min(fresh, limit) if raw[0][0] else 0
        oldest_hour = self._rows("SELECT min(start) FROM hours WHERE point = :point", {"point": number})[0][0]
        covered = oldest_hour is None or max(start, oldest_hour) // HOUR * HOUR >= self._mark("minute_from")
        return "minute" if covered and minutes[0][0] + span <= limit else "hour"

    def _raw(self, point: str, number: int, start: float, end: float, limit: int) -> list[Sample]:
        rows = self._rows(
            "SELECT s.time, s.value, s.quality, r.text FROM samples s LEFT JOIN reasons r ON r.id = s.reason"
            " WHERE s.point = :point AND s.time >= :start AND s.time < :end ORDER BY s.time LIMIT :limit",
            {"point": number, "start": start, "end": end, "limit": limit},
        )
        return [_sample(point, row) for row in rows]

    def _minutes(self, point: str, number: int, start: float, end: float, limit: int) -> list[Rollup]:
        rolled = self._rolled
        where = {"point": number, "start": start // MINUTE * MINUTE, "end": min(end, rolled), "limit": limit}
        sql = "SELECT {} FROM {} WHERE point = :point AND start >= :start AND start < :end ORDER BY start LIMIT :limit"
        rows = self._rows(sql.format("*", "minutes"), where)
        if len(rows) < limit and end > rolled:
            where |= {"start": max(where["start"], rolled), "end": end, "limit": limit - len(rows)}
            rows += self._rows(f"{MINUTES_OF_RAW} WHERE p.id = :point GROUP BY 1, 2 ORDER BY 2 LIMIT :limit", where)
        return [_rollup(point, row) for row in rows]

    def _hours(self, point: str, number: int, start: float, end: float, limit: int) -> list[Rollup]:
        rolled = self._mark("hour_until")
        start = start // HOUR * HOUR
        rows = self._rows(
            "SELECT * FROM hours WHERE point = :point AND start >= :start AND start < :end ORDER BY start LIMIT :limit",
            {"point": number, "start": start, "end": min(end, rolled), "limit": limit},
        )
        hours = [_rollup(point, row) for row in rows]
        if len(hours) < limit and end > rolled:
            left = min(MAX_LIMIT, (limit - len(hours)) * (HOUR // MINUTE))
            hours += merge(self._minutes(point, number, max(start, rolled), end, left), HOUR)
        return hours

    def iterate(self, point: str, start: float, end: float, chunk: int = 5000) -> Iterator[list[Sample]]:
        """All samples with start <= time < end in lists of at most `chunk`; holds no lock between them."""
        while samples := self.query(point, start, end, limit=chunk):
            yield samples
            start = math.nextafter(samples[-1].time, math.inf)

    def maintain(self, budget_s: float = 1.0) -> bool:
        """Rolls up, then forgets by age and by bytes, in short transactions; whether all was done.

        Call it about once a minute. Stops after `budget_s`, so that samples do not wait long for their commit, and goes
        on in the next call. Raises StorageError.
        """
        end = monotonic() + budget_s
        now = self._clock.now()
        slices = Slices()
        shrinking = False

        def shrink() -> bool:
            nonlocal shrinking
            more = shrink_slice(self._store, self._max_bytes, shrinking, slices)
            shrinking = shrinking or more
            return more

        def roll_up() -> bool:
            more = roll_up_slice(self._store, now)
            self._rolled = get_mark(self._store.connection, "minute_until") or 0.0
            return more

        steps: tuple[Callable[[], bool], ...] = (
            roll_up,
            lambda: forget_old_slice(self._store, now, self._raw_days, self._rollup_days, slices),
            shrink,
        )
        for step in steps:
            more = True
            while more:
                with self._write_lock:
                    more = self._healing(step)
                if more and monotonic() > end:
                    return False
        return True

    def size_bytes(self) -> int:
        """Of the file, its write-ahead log and its index."""
        return self._store.size_bytes()

    def close(self) -> None:
        """Commits nothing; may be called twice."""
        with self._write_lock, self._read_lock:
            self._reader.close()
            self._store.close()

    def __enter__(self) -> History:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _intern(connection: sqlite3.Connection, table: str, column: str, text: str) -> int:
    number = connection.execute(f"INSERT INTO {table} ({column}) VALUES (?) RETURNING id", (text,)).fetchone()[0]
    return int(number)


def _sample(point: str, row: tuple[float, float | None, int, str | None]) -> Sample:
    time, value, quality, reason = row
    if not isinstance(value, float | None) or quality not in _NUMBER.values():
        return Sample(point, time, math.nan, Quality.BAD, "corrupted")
    return Sample(point, time, math.nan if value is None else value, _QUALITIES[quality], reason or "")


def _rollup(point: str, row: tuple[int, int, int, float | None, float | None, float | None, int]) -> Rollup:
    _, start, count, mean, low, high, bad = row
    nan = math.nan
    return Rollup(
        point,
        float(start),
        count,
        nan if mean is None else mean,
        nan if low is None else low,
        nan if high is None else high,
        bad,
    )
