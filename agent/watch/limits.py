"""Tier 0: what one point's own limits say about its samples."""

from __future__ import annotations

import math
from itertools import chain

from agent.config import Asset, Point
from agent.watch.condition import Condition
from agent.watch.finding import Against, Contribution, Finding, Kind, Priority
from hal.sample import Quality, Sample

GAP_INTERVALS = 10
GAP_LEAST_S = 10.0
LATE_MOST = 3
"""So many samples in a row from the past mean that the clock was set back, not that they came late."""
SENSOR_PRIORITY = Priority.MEDIUM
"""Of what one sensor's repair would end; chosen: the equipment still runs, but is seen less well."""
_KINDS = {-2: Kind.LOW_LOW, -1: Kind.LOW, 1: Kind.HIGH, 2: Kind.HIGH_HIGH}


def usable(sample: Sample) -> bool:
    """Good or uncertain, and a number: better to look once in vain than to trust silence."""
    return sample.quality is not Quality.BAD and math.isfinite(sample.value)


class PointLimits:
    """The conditions of one point: `limits` (its range), `rate`, `stuck`, `gap`.

    What is not configured is not watched, except the gap. Uncertain samples count like good ones. Bad samples and NaN
    change nothing but let the gap grow. Late samples are dropped.
    """

    def __init__(self, asset: Asset, point: Point, now: float) -> None:
        self.id = f"{asset.id}.{point.id}"
        self.gap_after_s = point.limits.gap_after_s or max(GAP_LEAST_S, GAP_INTERVALS * point.interval_s)
        self.value = math.nan
        """Last usable one."""
        self.time = -math.inf
        """Of the last sample that was not late."""
        self.usable_at = now
        """Time of the last usable sample; the start before the first."""
        self._limits = limits = point.limits
        self._late = 0
        self._level = 0
        self._changed_at: float | None = None
        self._reference: tuple[float, float] | None = None
        self._jumped_at = -math.inf
        sensor, process = f"{asset.id}/sensor/{point.id}", f"{asset.id}/process"

        def condition(name: str, cause: str, priority: Priority, kind: Kind, watched: bool) -> Condition | None:
            return Condition(f"{asset.id}/{name}/{point.id}", cause, asset.id, priority, kind) if watched else None

        bounds = (limits.low_low, limits.low, limits.high, limits.high_high)
        self._range = condition("limits", process, asset.priority, Kind.HIGH, any(b is not None for b in bounds))
        self._rate = condition("rate", sensor, SENSOR_PRIORITY, Kind.RATE, limits.rate_per_s is not None)
        self._stuck = condition("stuck", sensor, SENSOR_PRIORITY, Kind.STUCK, limits.stuck_after_s is not None)
        self._gap = Condition(f"{asset.id}/gap/{point.id}", sensor, asset.id, SENSOR_PRIORITY, Kind.GAP)
        self._bounds = [
            (level, bound, math.copysign(1.0, level), abs(bound) or limits.deadband or 1.0)
            for level, bound in zip((-2, 2, -1, 1), (bounds[0], bounds[3], bounds[1], bounds[2]), strict=True)
            if bound is not None
        ]

    def conditions(self) -> list[Condition]:
        return [c for c in (self._range, self._rate, self._stuck, self._gap) if c is not None]

    def accepts(self, sample: Sample) -> bool:
        """Whether the sample is newer than the last, or the clock was set back; then every duration starts anew."""
        if not math.isfinite(sample.time):
            return False
        if sample.time > self.time:
            self._late = 0
        else:
            self._late += 1
            if self._late < LATE_MOST:
                return False
            self._late = 0
            self._changed_at = self._reference = None
        self.time = sample.time
        return True

    def feed(self, sample: Sample, running: bool) -> list[Finding]:
        """An accepted, usable sample. running: whether the asset does, as far as one knows."""
        time, value = sample.time, sample.value
        found: list[list[Finding]] = []
        if self._gap.active is not False:
            found.append(self._gap.over(time))
        if self._range is not None:
            found.append(self._judge_range(self._range, time, value))
        if self._rate is not None and self._limits.rate_per_s is not None:
            found.append(self._judge_rate(self._rate, self._limits.rate_per_s, time, value))
        if self._stuck is not None and self._limits.stuck_after_s is not None:
            found.append(self._judge_stuck(self._stuck, self._limits.stuck_after_s, time, value, running))
        self.value, self.usable_at = value, time
        return list(chain.from_iterable(found))

    def look(self, now: float, link_silent: bool, link_back: float) -> list[Finding]:
        """Judges the gap. A silent link is one cause of its own and not one for each point behind it.

        link_back: when the link began to answer again; a slow point gets its time from then.
        """
        self.usable_at = min(self.usable_at, now)
        if link_silent:
            return self._gap.over(now) if self._gap.active else []
        since = max(self.usable_at, link_back)
        if not self._gap.active and now - since > self.gap_after_s:
            return self._gap.holds(now, (Contribution(self.id, 1.0, math.nan, self.value, Against.LAST),))
        return []

    def _judge_range(self, condition: Condition, time: float, value: float) -> list[Finding]:
        """Only the most severe level of a side holds; one it has entered is left by the deadband."""
        for level, bound, side, scale in self._bounds:
            beyond = (value - bound) * side
            entered = self._level * side >= abs(level)
            if beyond > (-self._limits.deadband if entered else 0.0):
                self._level = level
                urgent = abs(level) == 2 and condition.priority > Priority.CRITICAL
                return condition.holds(
                    time,
                    (Contribution(self.id, 1.0, value, bound, Against.LIMIT),),
                    1.0 + max(0.0, beyond) / scale,
                    _KINDS[level],
                    Priority(condition.priority - 1) if urgent else condition.priority,
                )
        self._level = 0
        return condition.over(time)

    def _judge_rate(self, condition: Condition, most: float, time: float, value: float) -> list[Finding]:
        """Compares with the value of a second ago; a jump is over in a moment, so it holds as long as a gap would."""
        if self._reference is None:
            self._reference = (time, value)
            return []
        then, before = self._reference
        rate = abs(value - before) / max(time - then, 1.0)
        if rate > most:
            self._reference = (time, value)
            self._jumped_at = time
            return condition.holds(time, (Contribution(self.id, 1.0, value, before, Against.BEFORE),), rate / most)
        if time - then >= 1.0:
            self._reference = (time, value)
        if condition.active and 0 <= time - self._jumped_at < self.gap_after_s:
            return []
        return condition.over(time)

    def _judge_stuck(
        self, condition: Condition, after_s: float, time: float, value: float, running: bool
    ) -> list[Finding]:
        """A value that stands still while the asset does not run is no fault, and no proof of the contrary."""
        if value != self.value:
            known = not math.isnan(self.value)
            self._changed_at = time
            return condition.over(time) if known else []
        if not running:
            self._changed_at = None
        elif self._changed_at is None:
            self._changed_at = time
        elif not condition.active and time - self._changed_at >= after_s:
            return condition.holds(time, (Contribution(self.id, 1.0, value, value, Against.ITSELF),))
        return []
