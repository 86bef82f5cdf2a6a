"""What residents complain about and praise, kept masked on the disk, and the surges in it."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from agent.data.store import Schema, StorageError, Store, translate
from agent.desk import surge
from agent.desk.masking import mask
from models.language.detect import Language
from models.language.understanding import TOPICS, Understanding

INTENTS: Final = ("complaint", "suggestion_praise", "repair_request")
KEEP: Final = 50_000
"""Turns; the oldest go first."""
KEEP_DAYS: Final = 400
EXAMPLES: Final = 3
_HISTORY_DAYS: Final = 160
"""Enough to learn a baseline and to judge a season by it."""
_DAY_S: Final = 86400.0
_HOUR_S: Final = 3600.0
_LONGEST_ID: Final = 20

SCHEMA = Schema(
    application_id=0x4C474642,
    migrations=(
        (
            """CREATE TABLE feedback (
                id INTEGER PRIMARY KEY AUTOINCREMENT, time REAL NOT NULL, topic TEXT NOT NULL,
                sentiment TEXT NOT NULL, confidence REAL NOT NULL, language TEXT NOT NULL, text TEXT NOT NULL,
                order_id TEXT NOT NULL)""",
            "CREATE INDEX feedback_at ON feedback (time)",
            "CREATE TABLE watched (hour INTEGER PRIMARY KEY)",
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Feedback:
    """One turn. time: Unix seconds. confidence: of its intent. text: masked. order: the order it made, or empty."""

    time: float
    topic: str
    sentiment: str
    confidence: float
    language: Language
    text: str
    order: str = ""


@dataclass(frozen=True, slots=True)
class Surge:
    """More negative turns about a topic than usual, until it ends.

    since: Unix seconds of the start of its first day. expected: how many the topic's baseline makes of that time.
    examples: the newest, masked. arl: mean days between false surges of this topic.
    """

    topic: str
    since: float
    count: int
    expected: float
    examples: tuple[str, ...]
    arl: float


class PrivateFile:
    """A SQLite file about residents, readable by its owner alone, safe from any thread. Raises StorageError."""

    def __init__(self, path: Path, schema: Schema) -> None:
        self._lock = threading.Lock()
        self._store = Store(path, schema)
        try:
            # Erased rows are to be gone from the file too.
            self._store.connection.execute("PRAGMA secure_delete = ON")
            for file in path.parent.glob(f"{path.name}*"):
                file.chmod(0o600)
        except sqlite3.Error as error:
            raise translate(error, path) from error
        except OSError as error:
            raise StorageError(f"{path} cannot be kept from others: {error.strerror}.", "Check its owner.") from error

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """All or nothing, on the disk when the block ends. Raises StorageError."""
        with self._lock, self._store.transaction() as connection:
            yield connection

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Raises StorageError."""
        try:
            with self._lock:
                return self._store.connection.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise translate(error, self._store.path) from error

    def flush(self) -> None:
        """Leaves nothing in the write-ahead log, what was erased neither. Raises StorageError."""
        with self._lock:
            self._store.checkpoint()

    def close(self) -> None:
        """May be called twice."""
        with self._lock:
            self._store.close()


class FeedbackStore:
    """One SQLite file of feedback, bounded in rows and age; what `add` took is on the disk."""

    def __init__(self, path: Path, timezone: str, keep: int = KEEP) -> None:
        """timezone: of the site, whose midnight parts the days. keep: most turns in the file. Raises StorageError."""
        self._zone = ZoneInfo(timezone)
        self._keep = keep
        self._hour = -1
        self._file = PrivateFile(path, SCHEMA)

    def add(self, heard: Understanding, now: float, order: str = "") -> bool:
        """Keeps a turn, masked; whether it was one of INTENTS. now: Unix seconds. Raises StorageError."""
        if heard.intent not in INTENTS:
            return False
        topic = heard.topic if heard.topic in TOPICS else "other"
        text = mask(heard.text, heard.slots)
        row = (now, topic, heard.sentiment, heard.confidence, heard.language, text, order[:_LONGEST_ID])
        with self._file.writing() as connection:
            connection.execute(
                "INSERT INTO feedback (time, topic, sentiment, confidence, language, text, order_id)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                row,
            )
            connection.execute(
                "DELETE FROM feedback WHERE time < ? OR id <= (SELECT max(id) FROM feedback) - ?",
                (now - KEEP_DAYS * _DAY_S, self._keep),
            )
        return True

    def alive(self, now: float) -> None:
        """Notes that the desk runs in this hour; call it every few minutes. A gap in it is no quiet time.

        Raises StorageError.
        """
        hour = int(now // _HOUR_S)
        if hour == self._hour:
            return
        with self._file.writing() as connection:
            connection.execute("INSERT OR IGNORE INTO watched VALUES (?)", (hour,))
            connection.execute("DELETE FROM watched WHERE hour < ?", (hour - KEEP_DAYS * 24,))
        self._hour = hour

    def list(self, since: float, topic: str | None = None) -> Sequence[Feedback]:
        """Turns from `since` on, oldest first. Raises StorageError."""
        rows = self._file.rows(
            "SELECT time, topic, sentiment, confidence, language, text, order_id FROM feedback"
            " WHERE time >= ? AND (? IS NULL OR topic = ?) ORDER BY id",
            since, topic, topic,
        )  # fmt: skip
        return [Feedback(*row) for row in rows]

    def surges(self, now: float) -> Sequence[Surge]:
        """The surges that last at `now`, one a topic at most; the same `since` until it ends. Raises StorageError."""
        today = self.day(now)
        first = today - timedelta(days=_HISTORY_DAYS - 1)
        start = self._midnight(first)
        negative = self._file.rows(
            "SELECT topic, time FROM feedback WHERE sentiment = 'negative' AND time >= ? AND time <= ?", start, now
        )
        counts = Counter((topic, self.day(time)) for topic, time in negative)
        watched = self._watched(first, now)
        days = [first + timedelta(days=number) for number in range(_HISTORY_DAYS)]
        opened = next((number for number, day in enumerate(days) if watched[day]), len(days))
        found = []
        for topic in sorted({topic for topic, _ in counts}):
            judged = [surge.Day(counts[topic, day], watched[day], day != today) for day in days[opened:]]
            if last := surge.last_excess(judged):
                since = self._midnight(days[opened + last.first])
                found.append(
                    Surge(topic, since, last.count, last.expected, self._examples(topic, since, now), last.run_length)
                )
        return found

    def day(self, time: float) -> date:
        """The site's day of a Unix time."""
        return datetime.fromtimestamp(time, self._zone).date()

    def close(self) -> None:
        """May be called twice."""
        self._file.close()

    def _midnight(self, day: date) -> float:
        return datetime(day.year, day.month, day.day, tzinfo=self._zone).timestamp()

    def _watched(self, first: date, now: float) -> dict[date, float]:
        """Share of each day that the desk ran; of today, also what is left of it."""
        start, today = self._midnight(first), self.day(now)
        spoken = self._file.rows("SELECT DISTINCT CAST(time / 3600 AS INTEGER) FROM feedback WHERE time >= ?", start)
        noted = self._file.rows("SELECT hour FROM watched WHERE hour >= ?", int(start // _HOUR_S))
        hours = {int(hour) for (hour,) in [*spoken, *noted]}
        shares = Counter(self.day(hour * _HOUR_S) for hour in hours if hour * _HOUR_S <= now)
        watched = {day: min(1.0, count / 24) for day, count in shares.items()}
        left = 1 - (now - self._midnight(today)) / _DAY_S
        watched[today] = min(1.0, watched.get(today, 0.0) + max(0.0, left))
        return {first + timedelta(days=n): watched.get(first + timedelta(days=n), 0.0) for n in range(_HISTORY_DAYS)}

    def _examples(self, topic: str, since: float, now: float) -> tuple[str, ...]:
        rows = self._file.rows(
            "SELECT text FROM feedback WHERE sentiment = 'negative' AND topic = ? AND time >= ? AND time <= ?"
            " GROUP BY text ORDER BY max(id) DESC LIMIT ?",
            topic, since, now, EXAMPLES,
        )  # fmt: skip
        return tuple(text for (text,) in rows)
