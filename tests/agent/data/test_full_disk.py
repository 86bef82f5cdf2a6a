"""A disk that is really full: a tmpfs of two megabytes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.data.export import export
from agent.data.history import History
from agent.data.store import StorageFullError
from hal.sample import Sample

T = 1_700_000_000.0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root; the test that enters a namespace does it for others")
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"no small disk here: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def fill_up(folder: Path) -> Path:
    path = folder / "ballast"
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return path


def batch(number: int) -> list[Sample]:
    return [Sample(f"a.p{k}", T + number * 100 + i, float(i)) for k in range(10) for i in range(100)]


@pytest.fixture
def history(small_disk: Path) -> Iterator[History]:
    with History(small_disk / "history.db", 1 << 20, 3660, 3660) as opened:
        yield opened


def commit_until_full(history: History) -> int:
    """The number of the last batch, which waits in the buffer."""
    for number in range(1, 50):
        history.append(batch(number))
        try:
            history.commit()
        except StorageFullError:
            return number
    raise AssertionError("the disk took everything")


def values(history: History) -> list[int]:
    return [len(history.query(f"a.p{k}", T, T + 1e6)) for k in range(10)]


def test_samples_wait_while_the_disk_is_full_and_are_written_when_it_is_not(history: History, small_disk: Path) -> None:
    history.append(batch(0))
    assert history.commit() == 1000
    ballast = fill_up(small_disk)
    number = commit_until_full(history)
    written = values(history)
    history.append(batch(number + 1))
    with pytest.raises(StorageFullError):
        history.commit()
    assert values(history) == written, "a failed commit wrote nothing, and reading goes on"
    ballast.unlink()
    assert history.commit() >= 2000
    assert values(history) == [(number + 2) * 100] * 10
    assert history.dropped == 0
    assert history.set_aside is None


def test_maintenance_on_a_full_disk_says_so_and_works_again_after(history: History, small_disk: Path) -> None:
    history.append(batch(0))
    history.commit()
    ballast = fill_up(small_disk)
    number = commit_until_full(history)
    with pytest.raises(StorageFullError, match="full"):
        history.maintain()
    ballast.unlink()
    history.commit()
    assert history.maintain(budget_s=30)
    assert sum(minute.count for minute in history.query("a.p3", T, T + 1e6, resolution="minute")) == 100 * (number + 1)


def test_a_start_on_a_full_disk_is_refused_with_the_reason(small_disk: Path) -> None:
    ballast = fill_up(small_disk)
    with pytest.raises(StorageFullError, match="full"):
        History(small_disk / "history.db", 1 << 20, 3660, 3660)
    ballast.unlink()
    with History(small_disk / "history.db", 1 << 20, 3660, 3660) as history:
        history.append(batch(0))
        assert history.commit() == 1000


@pytest.mark.parametrize("name", ["out.csv", "out.parquet"])
def test_an_export_that_does_not_fit_leaves_nothing(history: History, small_disk: Path, name: str) -> None:
    for number in range(20):
        history.append(batch(number))
        history.commit()
    ballast = fill_up(small_disk)
    with pytest.raises(StorageFullError, match="full"):
        export(history, history.points(), 0, T + 1e6, small_disk / name)
    assert [path.name for path in small_disk.iterdir() if "out" in path.name] == []
    ballast.unlink()
    assert export(history, ["a.p0"], 0, T + 1e6, small_disk / name) == 2000


@pytest.mark.skipif(os.geteuid() == 0, reason="root does it without a namespace")
def test_the_same_as_an_ordinary_user_in_a_namespace(tmp_path: Path) -> None:
    if not shutil.which("unshare") or subprocess.run(["unshare", "-rm", "true"], check=False).returncode:
        pytest.skip("this machine allows no user namespaces")
    pytest_here = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--basetemp", tmp_path / "inside"]
    again = ["unshare", "-rm", *pytest_here, __file__]
    done = subprocess.run(again, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout
