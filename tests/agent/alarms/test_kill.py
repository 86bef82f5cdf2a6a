"""Whatever the engine reported survives kill -9."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import time
from pathlib import Path

from agent.alarms.engine import NotAllowed
from agent.alarms.model import AlarmState
from agent.watch.finding import Priority
from tests.agent.alarms.made import Room, finding, replay

KILLS = 1000 if os.environ.get("LOUGUAN_SOAK") == "1" else 10
SEED = 20_240_607
FILE_KILLS = 50
"""A new file after so many: reading a journal that grows for a thousand takes longer than the kills."""
WHOLE = 1_000_000


def _work(path: Path, out: int, seed: int) -> None:
    """Findings and acts without end; each alarm that was reported as changed is written to `out`."""
    dice = random.Random(seed)
    room = Room(path, on_delay_s=1, off_delay_s=2, re_alarm_s=20)
    room.now = 1e6 * seed
    while True:
        batch = [
            finding(room.now, dice.random() < 0.6, f"k{dice.randrange(3)}", f"cause-{dice.randrange(6)}")
            for _ in range(dice.randrange(4))
        ]
        room.now += dice.choice((0.1, 1, 5))
        changed = room.alarms.apply(batch)
        if dice.random() < 0.2:
            key, note = f"feedback/{dice.randrange(3)}", f"note {dice.randrange(9)}"
            changed.append(room.alarms.report(key, dice.choice(list(Priority)), note, dice.choice((1, 20))))
        for alarm in room.alarms.in_states(AlarmState):
            if dice.random() > 0.2:
                continue
            act = dice.choice(("ack", "shelve", "unshelve", "suppress", "unsuppress"))
            more = {"shelve": (dice.choice((3.0, 60.0)), "li", "why"), "suppress": ("li", "why")}.get(act, ("li",))
            try:
                changed.append(getattr(room.alarms, act)(alarm.id, *more))
            except NotAllowed:
                continue
        for alarm in changed:
            os.write(out, (json.dumps([alarm.id, alarm.changed, alarm.state]) + "\n").encode())


def _until_killed(path: Path, seed: int, after_s: float) -> list[list[object]]:
    """What a child reported before it was killed."""
    reading, writing = os.pipe()
    child = multiprocessing.get_context("fork").Process(target=_work, args=(path, writing, seed), daemon=True)
    child.start()
    os.close(writing)
    with os.fdopen(reading, "rb") as reports:
        heard = reports.readline()
        os.set_blocking(reading, False)
        end = time.monotonic() + after_s
        while time.monotonic() < end:
            heard += reports.read() or b""
            time.sleep(0.002)
        assert child.is_alive()
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)
        child.join(10)
        os.set_blocking(reading, True)
        heard += reports.read()
    return [json.loads(line) for line in heard.decode().splitlines()]


def test_reported_transitions_are_there_after_kill_9_and_the_journal_leads_to_the_states(tmp_path: Path) -> None:
    dice = random.Random(SEED)
    count = 0
    for kill in range(KILLS):
        path = tmp_path / f"alarms-{kill // FILE_KILLS}.db"
        reported = _until_killed(path, kill + 1, dice.uniform(0.01, 0.2))
        count += len(reported)
        room = Room(path)
        entries = room.alarms.journal(limit=WHOLE)
        states = {alarm.id: alarm.state for alarm in room.alarms.in_states(AlarmState)}
        room.alarms.close()
        kept = {(entry.alarm_id, entry.time, entry.to_state.value) for entry in entries}
        assert {tuple(report) for report in reported} <= kept
        assert replay(entries) == states
    assert count > 5 * KILLS
