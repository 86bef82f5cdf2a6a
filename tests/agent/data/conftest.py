from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.data.history import History
from hal.clock import Clock


class StillClock(Clock):
    """Shows `time` until a test sets another."""

    time = 1_700_000_000.0

    def now(self) -> float:
        return self.time


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def open_history(tmp_path: Path, clock: StillClock) -> Iterator[Callable[..., History]]:
    """Opens `history.db` of the test's folder; 64 MB, 14 and 730 days unless told; closed after the test."""
    opened: list[History] = []

    def open_it(max_bytes: int = 64 << 20, raw_days: float = 14, rollup_days: float = 730) -> History:
        opened.append(History(tmp_path / "history.db", max_bytes, raw_days, rollup_days, clock))
        return opened[-1]

    yield open_it
    for history in opened:
        history.close()


@pytest.fixture
def history(open_history: Callable[..., History]) -> History:
    return open_history()
