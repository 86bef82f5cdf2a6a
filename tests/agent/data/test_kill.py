"""kill -9 in the middle of commits: whatever commit() returned for is there afterwards."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from agent.data.history import History
from hal.clock import Clock

ROOT = Path(__file__).parents[3]
KILLS = 10
ROUNDS = 100 if os.environ.get("LOUGUAN_SOAK") else 1
WRITER = """
import sys
from pathlib import Path
from agent.data.history import History
from hal.clock import Clock
from hal.sample import Sample

first = int(sys.argv[2])
history = History(Path(sys.argv[1]), 64 << 20, 3660, 3660, Clock())
for number in range(first, first + 100_000):
    history.append([Sample(f"a.p{k}", 1.7e9 + number * 10 + i, float(number)) for k in range(5) for i in range(4)])
    history.commit()
    # Straight to the file: a line that is out was committed.
    sys.stdout.write(f"{number}\\n")
    sys.stdout.flush()
    if number % 20 == 0:
        history.maintain(budget_s=0.02)
"""


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_no_committed_sample_is_missing_after_kill_9(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    path, said = tmp_path / "history.db", tmp_path / "said"
    last = -1
    for _ in range(KILLS):
        with said.open("w") as out:
            writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path), str(last + 1)], cwd=ROOT, stdout=out)
        try:
            deadline = time.monotonic() + 20
            # One in five is killed while it still starts.
            while dice.random() < 0.998 and not said.read_text() and time.monotonic() < deadline:
                time.sleep(0.002)
            time.sleep(dice.uniform(0, 0.2))
        finally:
            writer.kill()
            writer.wait(5)
        last = max([last, *map(int, said.read_text().split("\n")[:-1])])
        with History(path, 64 << 20, 3660, 3660, Clock()) as history:
            assert history.set_aside is None
            counts = [len(history.query(f"a.p{k}", 0, 1.7e9 + (last + 1) * 10, 100_000)) for k in range(5)]
            newest = {row.value for row in (history.latest(f"a.p{k}") for k in range(5)) if row}
        assert counts == [4 * (last + 1)] * 5
        # A kill between commit() and the line leaves one batch more, never a part of one.
        assert newest <= {float(last)} or newest == {float(last + 1)}
        last = max([last, *map(int, newest)])
    assert last > KILLS
