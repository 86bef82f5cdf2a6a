"""The core service through faults: silent slaves, lost ports, broken files, full and hung disks, kill -9."""

from __future__ import annotations

import contextlib
import math
import os
import random
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.box import Box

SHOWN = 1_700_000_000.0
SPEED = 20.0


def trouble(box: Box, part: str) -> str | None:
    """What health says of a part, None when it is well."""
    troubles = box.core.get("/v1/health")["troubles"]
    return next((found["message"] for found in troubles if found["part"] == part), None)


def samples(box: Box, point: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = box.core.get("/v1/samples", point=point, limit=100_000)["samples"]
    return found


@contextlib.contextmanager
def mounted(folder: Path, *what: str) -> Iterator[None]:
    """Skips the test where this user or this kernel does not mount it."""
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0:
        pytest.skip("mounting a disk of the test's own needs root")
    done = subprocess.run(["mount", *what, folder], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no such disk here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def test_a_slave_that_falls_silent_backs_off_alone_and_is_back_when_it_answers() -> None:
    with Box(assets=2, interval_s=0.2) as box:
        box.start()
        box.until(lambda: box.points()["pump-2.p0"]["quality"] == "good")
        assert box.slave is not None
        silenced = box.slave.banks.pop(2)
        box.until(lambda: trouble(box, "bus/line") == "No answer from slave 2.")
        silent = box.until(lambda: (point := box.points()["pump-2.p0"])["quality"] == "bad" and point)
        assert silent["reason"] == "timeout"
        box.set(0, 0, 33.0)
        box.until(lambda: box.points()["pump-1.p0"]["value"] == 33.0)
        box.slave.banks[2] = silenced
        box.until(lambda: trouble(box, "bus/line") is None)
        assert box.points()["pump-2.p0"]["quality"] == "good"


def test_a_port_that_disappears_and_comes_back_is_said_and_the_gap_is_in_the_history() -> None:
    with Box(interval_s=0.2) as box:
        box.set(0, 1, 21.0)
        box.start()
        box.until(lambda: box.points()["pump-1.p1"]["value"] == 21.0)
        box.unplug()
        box.until(lambda: trouble(box, "bus/line"))
        box.until(lambda: box.points()["pump-1.p1"]["quality"] == "bad")
        box.set(0, 1, 22.0)
        box.plug_in()
        box.until(lambda: trouble(box, "bus/line") is None)
        box.until(lambda: box.points()["pump-1.p1"]["value"] == 22.0)
        found = box.until(lambda: (rows := samples(box, "pump-1.p1")) and rows[-1]["value"] == 22.0 and rows)
        course = [row["value"] if row["quality"] == "good" else row["reason"] for row in found]
        assert [value for value, before in zip(course, [None, *course], strict=False) if value != before] == [
            21.0,
            "port",
            22.0,
        ]


def test_databases_corrupted_while_the_core_was_down_are_set_aside_and_the_core_runs() -> None:
    with Box(interval_s=0.2) as box:
        core = box.start()
        box.until(lambda: samples(box, "pump-1.p0"))
        box.stop(core)
        state = box.folder / "state"
        history, alarms = (state / name for name in ("history.db", "alarms.db"))
        halved, garbage = history.read_bytes()[:10_000], random.Random(1).randbytes(alarms.stat().st_size)
        history.write_bytes(halved)
        alarms.write_bytes(garbage)
        box.start()
        box.until(lambda: samples(box, "pump-1.p0"))
        for file, spoiled in ((history, halved), (alarms, garbage)):
            (aside,) = (path for path in state.glob(f"{file.name}.corrupt-*") if not path.name.endswith("-wal"))
            assert aside.read_bytes()[4096:] == spoiled[4096:]
            assert f"set aside as {aside.name}" in box.log()


def test_on_a_full_disk_the_core_goes_on_says_so_and_loses_nothing_when_there_is_space_again() -> None:
    with Box(interval_s=0.1) as box, mounted(box.folder / "state", "-t", "tmpfs", "-o", "size=4m", "tmpfs"):
        core = box.start()
        box.until(lambda: samples(box, "pump-1.p0"))
        ballast = box.folder / "state" / "ballast"
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
            while file.write(bytes(4096)):
                pass
        message = box.until(lambda: trouble(box, "history"))
        assert "full" in message
        box.set(0, 2, 77.0)
        box.until(lambda: box.points()["pump-1.p2"]["value"] == 77.0)
        assert "full" in box.louguan("status").stdout
        box.set(0, 0, 150.0)
        time.sleep(1.0)
        ballast.unlink()
        box.until(lambda: trouble(box, "history") is None and trouble(box, "alarms") is None)
        alarm = box.until(lambda: box.core.get("/v1/alarms")["alarms"])[0]
        assert "high" in alarm["kinds"], "beside it an anomaly, where the baseline was learned by then"
        assert box.stop(core) == 0
        box.start()
        times = [row["time"] for row in samples(box, "pump-1.p2")]
        gaps = sorted(after - before for before, after in pairwise(times))
        assert gaps[-2] < 1.0, "only the restart left a gap"


def test_a_disk_that_hangs_stops_the_watchdog_and_the_core_goes_on_when_it_answers() -> None:
    with Box(interval_s=0.2) as box:
        image = box.folder / "image"
        if not shutil.which("mkfs.ext4") or not shutil.which("fsfreeze"):
            pytest.skip("needs mkfs.ext4 and fsfreeze")
        with image.open("wb") as file:
            file.truncate(16 << 20)
        subprocess.run(["mkfs.ext4", "-q", image], check=True)
        state = box.folder / "state"
        with mounted(state, "-o", "loop", str(image)):
            core = box.start(watchdog_s=2.0)
            box.until(lambda: box.points()["pump-1.p0"]["quality"] == "good")
            box.hear("WATCHDOG=1")
            subprocess.run(["fsfreeze", "-f", state], check=True)
            try:
                box.set(0, 0, 150.0)
                # Pings already sent, and what came before the alarm was to be stored.
                time.sleep(3.0)
                with contextlib.suppress(AssertionError):
                    while True:
                        box.hear("WATCHDOG=1", 0.05)
                with pytest.raises(AssertionError, match="no WATCHDOG=1"):
                    box.hear("WATCHDOG=1", 2.5)
            finally:
                subprocess.run(["fsfreeze", "-u", state], check=True)
            box.hear("WATCHDOG=1")
            box.until(lambda: box.core.get("/v1/alarms")["alarms"])
            assert box.stop(core) == 0


def test_kill_9_in_mid_replay_leaves_every_committed_sample_and_each_alarm_in_its_state() -> None:
    """A recording's time, twenty times as fast, goes on through three kills at seeded moments."""
    dice = random.Random(5)
    clock = f"{SPEED},{time.time()},{SHOWN}"
    points = [f"pump-{asset}.p{point}" for asset in (1, 2, 3) for point in range(4)]
    over = threading.Event()

    with Box(assets=3) as box:

        def play() -> None:
            row = 0
            while not over.wait(1 / SPEED):
                row += 1
                for asset in range(3):
                    box.set(asset, 0, 150.0)
                    for point in range(1, 4):
                        box.set(asset, point, 20 + 5 * math.sin(row / (10 + point)) + asset)

        player = threading.Thread(target=play)
        player.start()
        try:
            core = box.start("core", "--clock", clock)
            box.until(lambda: len(box.core.get("/v1/alarms")["alarms"]) == 3)
            numbers = {alarm["asset"]: alarm["id"] for alarm in box.core.get("/v1/alarms")["alarms"]}
            box.core.post(f"/v1/alarms/{numbers['pump-2']}/ack", {"by": "li", "comment": "seen"})
            shelve = {"by": "li", "minutes": 600, "reason": "repair"}
            box.core.post(f"/v1/alarms/{numbers['pump-3']}/shelve", shelve)
            for _ in range(3):
                before = {point: box.until(lambda point=point: samples(box, point)) for point in points}
                alarms = {alarm["id"]: alarm for alarm in box.core.get("/v1/alarms")["alarms"]}
                time.sleep(dice.uniform(0, 1.0))
                core.send_signal(signal.SIGKILL)
                core.wait(5)
                core = box.start("core", "--clock", clock)
                for point in points:
                    assert samples(box, point)[: len(before[point])] == before[point]
                newest = before[points[0]][-1]["time"]
                box.until(lambda: samples(box, points[0])[-1]["time"] > newest + SPEED)  # noqa: B023
                after = {alarm["id"]: alarm for alarm in box.core.get("/v1/alarms")["alarms"]}
                kept = ("asset", "state", "since", "acked_by", "shelved_until")
                assert {i: [a[key] for key in kept] for i, a in after.items()} == {
                    i: [a[key] for key in kept] for i, a in alarms.items()
                }
            states = {alarm["asset"]: alarm["state"] for alarm in box.core.get("/v1/alarms")["alarms"]}
            assert states == {"pump-1": "unacknowledged", "pump-2": "acknowledged", "pump-3": "shelved"}
            journal = box.core.get("/v1/journal")["entries"]
            assert [entry["seq"] for entry in journal] == sorted({entry["seq"] for entry in journal})
        finally:
            over.set()
            player.join(5)
