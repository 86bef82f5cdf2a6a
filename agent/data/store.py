"""Durable SQLite files: how they are opened, checked, migrated and, when broken, set aside."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hal.errors import LouguanError

_log = logging.getLogger(__name__)

PAGE_BYTES = 4096
CHECK_BYTES = 64 * 1024 * 1024
"""Files up to this size are checked whole when opened; in a larger one a broken page is found when it is read."""
KEEP_SET_ASIDE = 3
_BUSY_S = 5.0
_NO_SPACE_BYTES = 256 * 1024


class StorageError(LouguanError):
    """A durable file cannot be used as asked."""


class StorageFullError(StorageError):
    """The disk has no room for what should be kept."""


class CorruptDatabaseError(StorageError):
    """The file is no database, or its pages contradict each other."""


class NewerDatabaseError(StorageError):
    """The file was written by a newer version than this one."""


@dataclass(frozen=True, slots=True)
class Schema:
    """What a file holds.

    application_id: SQLite's mark of the file's kind. migrations: step n holds the statements that bring version n to
    n + 1; they are only ever appended to.
    """

    application_id: int
    migrations: tuple[tuple[str, ...], ...]

    @property
    def version(self) -> int:
        return len(self.migrations)


class Store:
    """One SQLite file in WAL mode whose commits are on the disk when they return (synchronous=FULL).

    The connection may be used from any thread, by one at a time: the owner holds the lock.
    Raises StorageError, NewerDatabaseError. A corrupted file does not raise: it is renamed to
    `<name>.corrupt-YYYYmmddTHHMMSS`, a warning says so, `set_aside` names it, and a new file is made.
    """

    def __init__(self, path: Path, schema: Schema, cache_kb: int = 1024, wal_pages: int = 1000) -> None:
        self.path = path
        self.schema = schema
        self.set_aside: Path | None = None
        self._cache_kb = cache_kb
        self._wal_pages = wal_pages
        self._is_open = False
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(
                f"The folder {path.parent} cannot be made: {error.strerror}.", "Check its owner and `paths.state`."
            ) from error
        try:
            self.reopen()
        except CorruptDatabaseError as error:
            self._move_aside(error.message)
            self.reopen()

    def reopen(self) -> None:
        """Opens the file unless it is open: what is left to do where `start_anew` failed half-way.

        Raises StorageError, CorruptDatabaseError.
        """
        if not self._is_open:
            self.connection = self._open()
            self._is_open = True

    def _open(self) -> sqlite3.Connection:
        try:
            fresh = not self.path.exists()
            size = 0 if fresh else self.path.stat().st_size
            log_size = _size(self._beside("-wal"))
        except OSError as error:
            raise StorageError(f"{self.path} cannot be read: {error.strerror}.", "Check its owner.") from error
        if not size and log_size:
            # SQLite would throw away a log without a file.
            raise CorruptDatabaseError(f"{self.path} is empty, but its write-ahead log is not.")
        if not size and not fresh:
            _log.warning("%s was empty; it starts anew.", self.path)
        connection: sqlite3.Connection | None = None
        try:
            connection = sqlite3.connect(self.path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
            self._prepare(connection)
        except (sqlite3.Error, StorageError, UnicodeDecodeError) as error:
            if connection is not None:
                _close_quietly(connection, self.path)
            if isinstance(error, StorageError):
                raise
            if isinstance(error, UnicodeDecodeError):
                # Python failed to decode SQLite's complaint about a garbled table name.
                raise CorruptDatabaseError(f"{self.path} is corrupted: its schema is garbled.") from error
            raise translate(error, self.path) from error
        if fresh:
            _sync_folder(self.path.parent)
        return connection

    def _tune(self, connection: sqlite3.Connection) -> None:
        # Text of a broken page need not be UTF-8.
        connection.text_factory = lambda text: text.decode(errors="replace")
        connection.execute(f"PRAGMA cache_size = -{self._cache_kb}")

    def _prepare(self, connection: sqlite3.Connection) -> None:
        self._tune(connection)
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        kind = int(connection.execute("PRAGMA application_id").fetchone()[0])
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if kind != self.schema.application_id and (kind or tables):
            raise StorageError(f"{self.path} is a database of another kind.", "Move it away or choose another path.")
        if version > self.schema.version:
            raise NewerDatabaseError(
                f"{self.path} has schema version {version}, this program knows up to {self.schema.version}.",
                "Install the newer version again, or move the file away to start with a new one.",
            )
        if version < 0 or (tables and not version):
            raise CorruptDatabaseError(f"{self.path} is corrupted: its schema version is {version}.")
        # Only now: what is refused above is not changed.
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        if mode != "wal":
            raise StorageError(f"{self.path} cannot use a write-ahead log.", "Put it on a local disk.")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA wal_autocheckpoint = {self._wal_pages}")
        connection.execute(f"PRAGMA journal_size_limit = {self._wal_pages * PAGE_BYTES}")
        connection.execute("PRAGMA trusted_schema = OFF")
        if self.path.stat().st_size <= CHECK_BYTES:
            verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if verdict != "ok":
                raise CorruptDatabaseError(f"{self.path} is corrupted: {str(verdict).splitlines()[-1]}.")
        for step in range(version, self.schema.version):
            connection.execute("BEGIN IMMEDIATE")
            for statement in self.schema.migrations[step]:
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {self.schema.application_id}")
            connection.execute(f"PRAGMA user_version = {step + 1}")
            connection.execute("COMMIT")

    def reader(self) -> sqlite3.Connection:
        """Another connection that can only read, and does not wait for writes. Raises StorageError."""
        try:
            connection = sqlite3.connect(self.path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
            self._tune(connection)
            connection.execute("PRAGMA query_only = ON")
        except sqlite3.Error as error:
            raise translate(error, self.path) from error
        return connection

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing; what was written is on the disk when the block ends.

        Raises StorageFullError, CorruptDatabaseError, StorageError, after which nothing was written.
        """
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            yield self.connection
            self.connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._rollback()
            raise translate(error, self.path) from error
        except BaseException:  # whatever ends the block, Ctrl-C too, must not leave the transaction open
            self._rollback()
            raise

    def _rollback(self) -> None:
        if self.connection.in_transaction:
            try:
                self.connection.execute("ROLLBACK")
            except sqlite3.Error as error:
                _log.warning("%s: rollback failed: %s", self.path, error)

    def start_anew(self, reason: str) -> None:
        """Sets a file that turned out to be corrupted aside and opens a new one. The caller closes its readers first.

        Raises StorageError: nothing is open then, and `reopen` tries again.
        """
        self.close()
        self._move_aside(reason)
        self.reopen()

    def _beside(self, ending: str) -> Path:
        return self.path.with_name(self.path.name + ending)

    def _move_aside(self, reason: str) -> None:
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
        target = self.path.with_name(f"{self.path.name}.corrupt-{stamp}")
        number = 1
        while target.exists():
            number += 1
            target = self.path.with_name(f"{self.path.name}.corrupt-{stamp}-{number}")
        try:
            for ending in ("", "-wal"):
                if self._beside(ending).exists():
                    self._beside(ending).rename(target.with_name(target.name + ending))
            self._beside("-shm").unlink(missing_ok=True)
        except OSError as error:
            raise StorageError(
                f"{self.path} is corrupted and cannot be set aside: {error.strerror}.", "Check the disk and its owner."
            ) from error
        _sync_folder(self.path.parent)
        self.set_aside = target
        _log.warning("%s It was set aside as %s and a new one is made.", reason, target.name)
        self._drop_old_set_aside()

    def _drop_old_set_aside(self) -> None:
        found = sorted(
            (p for p in self.path.parent.glob(f"{self.path.name}.corrupt-*") if not p.name.endswith(("-wal", "-shm"))),
            key=lambda p: p.stat().st_mtime_ns,
        )
        for old in [p for p in found if p != self.set_aside][: max(0, len(found) - KEEP_SET_ASIDE)]:
            _log.warning("%s is removed: only the newest %d are kept.", old, KEEP_SET_ASIDE)
            old.unlink(missing_ok=True)
            old.with_name(old.name + "-wal").unlink(missing_ok=True)

    def size_bytes(self) -> int:
        """Of the file, its write-ahead log and its index."""
        return sum(_size(self._beside(ending)) for ending in ("", "-wal", "-shm"))

    def checkpoint(self) -> None:
        """Moves the write-ahead log into the file and empties it, as far as readers allow. Raises StorageError."""
        try:
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.Error as error:
            raise translate(error, self.path) from error

    def close(self) -> None:
        """May be called twice."""
        if self._is_open:
            self._is_open = False
            _close_quietly(self.connection, self.path)


def translate(error: sqlite3.Error, path: Path) -> StorageError:
    """SQLite's error as one of ours. Codes: https://www.sqlite.org/rescode.html"""
    primary = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    # A garbled schema format has no code of its own.
    if primary in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or "unsupported file format" in str(error):
        return CorruptDatabaseError(f"{path} is corrupted: {error}.")
    if primary == sqlite3.SQLITE_FULL or (
        primary in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN) and _free(path) < _NO_SPACE_BYTES
    ):
        return StorageFullError(f"The disk of {path} is full.", "Free some space; nothing more can be kept until then.")
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StorageError(f"{path} is in use by another program.", "Stop the other one.")
    if primary in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return StorageError(f"{path} cannot be opened for writing: {error}.", "Check its owner and permissions.")
    return StorageError(f"{path} failed: {error}.", "Check the disk.")


def _free(path: Path) -> int:
    try:
        return shutil.disk_usage(path.parent).free
    except OSError as error:
        _log.warning("free space beside %s is unknown: %s", path, error)
        return _NO_SPACE_BYTES


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _close_quietly(connection: sqlite3.Connection, path: Path) -> None:
    try:
        connection.close()
    except sqlite3.Error as error:
        _log.warning("%s did not close cleanly: %s", path, error)
