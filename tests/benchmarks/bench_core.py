"""The core service at 200 points, 1 Hz, detectors on: memory, CPU and time to READY, measured from outside."""

from __future__ import annotations

import math
import time

import psutil

from tests.benchmarks.table import Row
from tests.box import Box

_ASSETS, _POINTS = 25, 7
"""Each asset has a writable point more: 25 x 8 = 200 points."""
_LEARN_S, _MEASURE_S = 105.0, 40.0
_PEER = "thingsboard-gateway, no detectors (published)"


def run() -> list[Row]:
    """Rows of one run; the peer's figures are quoted, because it does not install beside us within the run."""
    with Box(_ASSETS, _POINTS) as box:
        _vary(box, 0)
        began = time.monotonic()
        core = box.start()
        ready_s = time.monotonic() - began
        process = psutil.Process(core.pid)
        learned = time.monotonic() + _LEARN_S
        while time.monotonic() < learned:
            _vary(box, time.monotonic())
            time.sleep(0.5)
        before, written, start = sum(process.cpu_times()[:2]), process.io_counters().write_bytes, time.monotonic()
        while time.monotonic() < start + _MEASURE_S:
            _vary(box, time.monotonic())
            time.sleep(0.5)
        took = time.monotonic() - start
        share = (sum(process.cpu_times()[:2]) - before) / took
        daily = (process.io_counters().write_bytes - written) / took * 86_400 / 1e9
        rss = process.memory_info().rss / 1024**2
        health = box.core.get("/v1/health")
        watching = sum(
            any(mode["rows"] >= mode["wanted"] for mode in asset["baselines"])
            for asset in box.core.get("/v1/assets")["assets"]
        )
        whole = health["points"] == 200 and watching == _ASSETS and not health["intake"]["dropped"]
        box.stop(core)
    return [
        Row("core, 200 points at 1 Hz, detectors on: memory", rss, "MB RSS", _PEER, 65, "<= 80", whole and rss <= 80),
        Row("core, the same: CPU", 100 * share, "% of a core", _PEER, 15, "<= 5", whole and share <= 0.05),
        Row("core, the same: written to the disk", daily, "GB a day"),
        Row("core: start to READY", ready_s, "s", target="<= 2", ok=ready_s <= 2),
    ]


def _vary(box: Box, seconds: float) -> None:
    for asset in range(_ASSETS):
        for point in range(_POINTS):
            box.set(asset, point, 20 + point + math.sin(seconds * (1 + 0.37 * point) + asset))
