"""Tier 1: one asset against what was learned of each of its operating modes."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from agent.config import Asset, Point
from agent.watch.condition import Condition
from agent.watch.finding import Contribution, Finding, Kind
from agent.watch.rows import Row, Rows
from hal.sample import Sample
from models.faults.detector import Detector, Verdict

MAX_MODES = 16
"""Of one asset; a mode point that counts further is no mode point."""
SETTLE_ROWS = 10
"""Rows after a change of mode that are neither learned nor judged: pumps run up, pipes fill."""
FIRST_ROWS = 30
"""After a start the score's moving average must have seen so many rows before it can say that all is well."""
_TOP = 5
_ONLY_MODE = 0
_LARGEST_MODE = 9999

log = logging.getLogger(__name__)

State = Literal["learning", "learned"]


@dataclass(frozen=True, slots=True)
class Baseline:
    """How much is known of an asset in one mode. rows: learned so far, of `wanted`."""

    asset: str
    mode: int
    state: State
    rows: int
    wanted: int


class AssetWatch:
    """The detectors of one asset, one for each operating mode.

    tier_0: the other conditions of the asset. While one of them holds, or a sample of the row is not good, learning
    waits: a fault must not become the norm. A learned baseline is not changed any more.
    """

    def __init__(self, asset: Asset, tier_0: list[Condition], detectors: dict[int, Detector]) -> None:
        mode_point = asset.detector.mode_point
        points = detected(asset)
        self.names = [f"{asset.id}.{point.id}" for point in points]
        self.detectors = detectors
        self.score: float | None = None
        """Of the last judged row, 1 is the threshold; None when the present mode is not learned."""
        self._asset = asset
        self._tier_0 = tier_0
        self._mode_name = f"{asset.id}.{mode_point}" if mode_point else None
        self.mode: int | None = None
        """None while it is unknown."""
        self._last_mode: int | None = None
        self._settled = SETTLE_ROWS
        self._judged = 0
        self._warned = False
        self.anomaly = Condition(
            f"{asset.id}/anomaly", f"{asset.id}/process", asset.id, asset.priority, Kind.ANOMALY
        )  # fmt: skip
        also = [(f"{asset.id}.{p.id}", p.interval_s) for p in asset.points if p.id == mode_point]
        watched = [(name, point.interval_s) for name, point in zip(self.names, points, strict=True)]
        self._rows = Rows(watched, also) if asset.detector.enabled and points else None
        if mode_point is None:
            self.mode = _ONLY_MODE
            if self._rows is not None:
                self._detector(_ONLY_MODE)

    @property
    def running(self) -> bool:
        """An asset without a mode point always does; one whose mode is unknown does not."""
        return self._mode_name is None or bool(self.mode)

    def conditions(self) -> list[Condition]:
        return [*self._tier_0, self.anomaly] if self._rows is not None else self._tier_0

    def baselines(self) -> list[Baseline]:
        return [
            Baseline(
                self._asset.id, mode, "learned" if detector.learned else "learning", detector.rows, detector.wanted
            )
            for mode, detector in sorted(self.detectors.items())
        ]

    def feed(self, sample: Sample, good: bool) -> list[Finding]:
        """good: whether the value can be used. Returns what a row that it closed says."""
        found: list[Finding] = []
        if sample.point == self._mode_name:
            mode = round(sample.value) if good and abs(sample.value) <= _LARGEST_MODE else None
            found = self._enter(mode, sample.time)
        row = self._rows.feed(sample) if self._rows is not None else None
        return found + self._judge(row) if row is not None else found

    def _enter(self, mode: int | None, time: float) -> list[Finding]:
        """An anomaly of the mode that was left is over: nothing could say any more that it is not."""
        self.mode = mode
        if mode is None or mode == self._last_mode:
            return []
        first, self._last_mode = self._last_mode is None, mode
        if first:
            return []
        self._settled = 0
        self.score = None
        return self.anomaly.over(time) if self.anomaly.active else []

    def relearn(self, time: float) -> list[Finding]:
        """Forgets what was learned of every mode; the anomaly is over, for nothing could judge it any more."""
        self.detectors.clear()
        self.score = None
        if self._mode_name is None and self._rows is not None:
            self._detector(_ONLY_MODE)
        return self.anomaly.over(time) if self.anomaly.active else []

    def _judge(self, row: Row) -> list[Finding]:
        if self.mode is None:
            return []
        if self._settled < SETTLE_ROWS:
            self._settled += 1
            return []
        detector = self._detector(self.mode)
        if detector is None:
            return []
        ill = not row.certain or any(condition.active for condition in self._tier_0)
        verdict = detector.feed(row.values, adapt=not ill, sensitivity=self._asset.detector.sensitivity)
        self.score = verdict.score if verdict else None
        if verdict and verdict.score >= 1.0:
            return self.anomaly.holds(row.time, self._guilty(row.values, verdict), verdict.score)
        self._judged += 1
        return self.anomaly.over(row.time) if self._judged >= FIRST_ROWS or self.anomaly.active else []

    def _guilty(self, values: NDArray[np.float64], verdict: Verdict) -> tuple[Contribution, ...]:
        order = np.argsort(-verdict.shares, kind="stable")[:_TOP]
        return tuple(
            Contribution(self.names[n], float(verdict.shares[n]), float(values[n]), float(verdict.expected[n]))
            for n in order
            if verdict.shares[n] > 0
        )

    def _detector(self, mode: int) -> Detector | None:
        detector = self.detectors.get(mode)
        if detector is None:
            if len(self.detectors) >= MAX_MODES:
                if not self._warned:
                    self._warned = True
                    log.warning(
                        "%s: more than %d operating modes; mode %d is not learned. Check its mode_point.",
                        self._asset.id, MAX_MODES, mode,
                    )  # fmt: skip
                return None
            detector = self.detectors[mode] = Detector(len(self.names), self._asset.detector.learn_rows)
        return detector


def detected(asset: Asset) -> list[Point]:
    """The points that the asset's detector looks at."""
    return [point for point in asset.points if point.detect and point.id != asset.detector.mode_point]
