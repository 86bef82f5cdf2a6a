"""Database files that are corrupted, foreign, newer or older."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.data import store as store_module
from agent.data.history import SCHEMA, History
from agent.data.store import KEEP_SET_ASIDE, NewerDatabaseError, Schema, StorageError, Store
from hal.sample import Sample

T = 1_700_000_000.0
SHELF = Schema(1, (("CREATE TABLE things (name TEXT)",),))


def fill(history: History) -> None:
    for batch in range(10):
        history.append([Sample(f"a.p{k}", T + batch * 100 + i, float(i)) for k in range(5) for i in range(100)])
        history.commit()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.db"


@pytest.fixture(params=["checked when opened", "found when read"])
def checking(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small files are checked whole; large ones, as the second kind here, are not."""
    if request.param == "found when read":
        monkeypatch.setattr(store_module, "CHECK_BYTES", 0)


def overwritten(data: bytes, at: int, by: bytes) -> bytes:
    return data[:at] + by + data[at + len(by) :]


SPOILERS: dict[str, Callable[[bytes], bytes]] = {
    "garbage": lambda data: random.Random(1).randbytes(len(data)),
    "text": lambda data: b"not a database\n" * 100,
    "garbage behind a good header": lambda data: data[:100] + random.Random(2).randbytes(len(data) - 100),
    "cut in half": lambda data: data[: len(data) // 2],
    "cut inside the first page": lambda data: data[:1000],
    "zeros in the middle": lambda data: overwritten(data, len(data) // 2 // 4096 * 4096, bytes(8192)),
    "points page flipped": lambda data: overwritten(data, 4096 * 2, bytes(b ^ 0xFF for b in data[8192:12288])),
}


@pytest.mark.usefixtures("checking")
@pytest.mark.parametrize("spoil", SPOILERS.values(), ids=SPOILERS.keys())
def test_a_corrupted_file_is_set_aside_whole_said_and_replaced(
    open_history: Callable[..., History], path: Path, spoil: Callable[[bytes], bytes], caplog: pytest.LogCaptureFixture
) -> None:
    first = open_history()
    fill(first)
    first.close()
    spoiled = spoil(path.read_bytes())
    path.write_bytes(spoiled)
    history = open_history()
    for point in history.points():
        history.query(point, 0, T + 1e6)
    history.append([Sample("a.p0", T + 5000, 7.0)])
    history.commit()
    assert [sample.value for sample in history.query("a.p0", T + 5000, T + 6000)] == [7.0]
    assert history.set_aside is not None
    assert history.set_aside.name.startswith("history.db.corrupt-")
    assert history.set_aside.read_bytes()[4096:] == spoiled[4096:]
    assert "set aside as history.db.corrupt-" in caplog.text


@pytest.mark.usefixtures("checking")
def test_wherever_a_page_is_broken_the_history_goes_on(open_history: Callable[..., History], path: Path) -> None:
    first = open_history()
    fill(first)
    first.close()
    whole = path.read_bytes()
    dice = random.Random(3)
    for page in range(len(whole) // 4096):
        # The header says what kind and version the file is, and no check can tell a flipped one from a true one.
        begin = page * 4096 + (100 if page == 0 else 0)
        path.write_bytes(overwritten(whole, begin + dice.randrange(200), dice.randbytes(64)))
        history = open_history()
        for point in history.points():
            history.query(point, 0, T + 1e6)
        history.maintain()
        history.append([Sample("a.p0", T + 5000, 7.0)])
        assert history.commit() == 1
        history.close()


@pytest.fixture
def spoiled_while_open(open_history: Callable[..., History], path: Path, monkeypatch: pytest.MonkeyPatch) -> History:
    first = open_history()
    fill(first)
    first.close()
    # Neither the check nor a query has read the pages yet.
    monkeypatch.setattr(store_module, "CHECK_BYTES", 0)
    history = open_history()
    with path.open("r+b") as file:
        file.seek(8192)
        file.write(random.Random(4).randbytes(path.stat().st_size - 8192))
    history.append([Sample("a.p0", T + 5000, 7.0)])
    return history


def test_corruption_while_running_is_healed_for_readers_and_the_writer(spoiled_while_open: History) -> None:
    history = spoiled_while_open
    assert history.query("a.p0", 0, T + 1e6) == []
    assert history.set_aside is not None
    assert history.commit() == 1
    assert [sample.value for sample in history.query("a.p0", 0, T + 1e6)] == [7.0]


def test_where_the_new_file_cannot_be_made_the_samples_wait_until_it_can(
    spoiled_while_open: History, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = spoiled_while_open

    def full(*_: object, **__: object) -> sqlite3.Connection:
        raise sqlite3.OperationalError("no room")

    with monkeypatch.context() as patch:
        patch.setattr(sqlite3, "connect", full)
        for _ in range(2):
            with pytest.raises(StorageError, match="no room"):
                history.commit()
    assert history.commit() == 1
    assert len(list(path.parent.glob("history.db.corrupt-*"))) == 1


def test_a_log_without_its_file_is_set_aside_too(open_history: Callable[..., History], path: Path) -> None:
    first = open_history()
    fill(first)
    log = path.with_name("history.db-wal")
    kept = log.read_bytes()
    first.close()
    log.write_bytes(kept)
    path.unlink()
    second = open_history()
    assert second.set_aside is not None
    assert second.set_aside.with_name(second.set_aside.name + "-wal").read_bytes() == kept


def test_an_empty_file_starts_anew_and_says_so(
    open_history: Callable[..., History], path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path.touch()
    fill(open_history())
    assert "was empty" in caplog.text


def test_only_the_newest_few_set_aside_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "things.db"
    names = []
    for number in range(KEEP_SET_ASIDE + 2):
        path.write_bytes(b"garbage %d" % number * 100)
        store = Store(path, SHELF)
        store.close()
        assert store.set_aside is not None
        names.append(store.set_aside.name)
    kept = {found.name for found in tmp_path.glob("things.db.corrupt-*")}
    assert kept == set(names[-KEEP_SET_ASIDE:])


def test_a_file_of_a_newer_version_is_refused_and_untouched(tmp_path: Path) -> None:
    path = tmp_path / "things.db"
    newer = Schema(SHELF.application_id, (*SHELF.migrations, ("CREATE TABLE more (name TEXT)",)))
    Store(path, newer).close()
    before = path.read_bytes()
    with pytest.raises(NewerDatabaseError, match=r"version 2.*up to 1.*Install the newer"):
        Store(path, SHELF)
    assert path.read_bytes() == before


def test_a_database_of_another_program_is_refused_and_untouched(path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE photos (name TEXT)")
    before = path.read_bytes()
    with pytest.raises(StorageError, match="another kind"):
        Store(path, SCHEMA)
    assert path.read_bytes() == before


def test_a_place_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder.db").mkdir()
    for place in (tmp_path / "file" / "history.db", tmp_path / "folder.db"):
        with pytest.raises(StorageError):
            Store(place, SHELF)


@pytest.fixture
def old_file(path: Path) -> Iterator[Path]:
    """A history as version 1 wrote it, made from its SQL."""
    rollup = (
        "(point INTEGER NOT NULL, start INTEGER NOT NULL, count INTEGER NOT NULL, mean REAL, low REAL, high REAL,"
        " bad INTEGER NOT NULL, PRIMARY KEY (point, start)) WITHOUT ROWID"
    )
    database = sqlite3.connect(path)
    database.executescript(
        f"""
        PRAGMA auto_vacuum = INCREMENTAL;
        PRAGMA journal_mode = WAL;
        CREATE TABLE points (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
        CREATE TABLE reasons (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
        CREATE TABLE samples (point INTEGER NOT NULL, time REAL NOT NULL, value REAL, quality INTEGER NOT NULL,
            reason INTEGER NOT NULL, PRIMARY KEY (point, time)) WITHOUT ROWID;
        CREATE TABLE minutes {rollup};
        CREATE TABLE hours {rollup};
        CREATE TABLE late (point INTEGER NOT NULL, minute INTEGER NOT NULL, PRIMARY KEY (point, minute)) WITHOUT ROWID;
        CREATE TABLE marks (name TEXT PRIMARY KEY, value REAL NOT NULL) WITHOUT ROWID;
        INSERT INTO reasons VALUES (0, ''), (1, 'timeout');
        INSERT INTO points VALUES (1, 'pump-1.flow');
        INSERT INTO samples VALUES (1, 1700000000.25, 12.5, 0, 0), (1, 1700000001.25, NULL, 2, 1);
        INSERT INTO minutes VALUES (1, 1699999980, 1, 12.5, 12.5, 12.5, 1);
        INSERT INTO marks VALUES ('minute_until', 1700000040.0);
        PRAGMA application_id = {0x4C474831};
        PRAGMA user_version = 1;
        """
    )
    database.close()
    return path


def test_a_history_of_version_1_is_read_and_gone_on_with(old_file: Path, open_history: Callable[..., History]) -> None:
    history = open_history()
    first, second = history.query("pump-1.flow", 0, T + 100)
    assert (first.time, first.value) == (T + 0.25, 12.5)
    assert second.reason == "timeout"
    assert history.query("pump-1.flow", 0, T + 100, resolution="minute")[0].bad == 1
    history.append([Sample("pump-1.flow", T + 2, 13.0)])
    assert history.commit() == 1
    history.maintain()
    assert history.query("pump-1.flow", 0, T + 100, resolution="minute")[0].count == 2
    assert history.set_aside is None


def test_migrations_bring_an_old_file_up_step_by_step_and_a_failing_one_leaves_it_as_it_was(
    old_file: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    shutil.copy(old_file, copy)
    steps = (*SCHEMA.migrations, ("ALTER TABLE points ADD COLUMN unit TEXT NOT NULL DEFAULT ''",))
    store = Store(old_file, Schema(SCHEMA.application_id, (*steps, ("UPDATE points SET unit = 'm3/h'",))))
    assert store.connection.execute("SELECT name, unit FROM points").fetchall() == [("pump-1.flow", "m3/h")]
    assert store.connection.execute("PRAGMA user_version").fetchone() == (3,)
    store.close()
    with pytest.raises(StorageError):
        Store(copy, Schema(SCHEMA.application_id, (*steps, ("UPDATE points SET unit = 'x'", "SELECT nonsense"))))
    with sqlite3.connect(copy) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (2,)
        assert database.execute("SELECT unit FROM points").fetchone() == ("",)
