"""Tier 0 of the wire: slaves and ports that have gone silent, one cause for all points behind them."""

from __future__ import annotations

from agent.watch.condition import Condition
from agent.watch.finding import Finding, Kind, Priority
from agent.watch.limits import PointLimits
from hal.sample import Quality, Sample

_VALUE_CAME = frozenset({"out_of_range", "not_a_number"})
"""Reasons of bad samples for which the slave did answer."""
PRIORITY = Priority.HIGH
"""Chosen: whatever is behind a silent link is not watched at all."""


class Link:
    """A slave of a bus and its points."""

    def __init__(self, bus: str, slave: int, now: float) -> None:
        name = f"bus/{bus}/{slave}"
        self.condition = Condition(name, name, bus, PRIORITY, Kind.GAP)
        self.points: list[PointLimits] = []
        self.port_lost = False
        self.silent = False
        self.heard = False
        self.heard_at = now
        self.back_at = now

    def feed(self, sample: Sample) -> None:
        if sample.quality is not Quality.BAD or sample.reason in _VALUE_CAME:
            self.heard = True
            self.heard_at = sample.time
            self.port_lost = False
            if self.silent:
                self.silent = False
                self.back_at = sample.time
        else:
            self.port_lost = sample.reason == "port"

    def look(self, now: float) -> None:
        """Silent is a slave from which nothing came for as long as makes a gap of its fastest point."""
        self.heard_at = min(self.heard_at, now)
        self.back_at = min(self.back_at, now)
        self.silent = now - self.heard_at > min(point.gap_after_s for point in self.points)


class BusLinks:
    """The links of one bus. All silent at once is the bus's fault: its cable, its port, its converter."""

    def __init__(self, bus: str) -> None:
        self.condition = Condition(f"bus/{bus}", f"bus/{bus}", bus, PRIORITY, Kind.GAP)
        self.links: list[Link] = []

    def conditions(self) -> list[Condition]:
        return [self.condition, *(link.condition for link in self.links)]

    def look(self, now: float) -> list[Finding]:
        """Judges the bus, its slaves, and the gap of every point."""
        for link in self.links:
            link.look(now)
        whole = all(link.silent for link in self.links) and (
            len(self.links) > 1 or all(link.port_lost for link in self.links)
        )
        found: list[Finding] = []
        if whole:
            found += self.condition.holds(now)
        elif self.condition.active or any(link.heard and not link.silent for link in self.links):
            found += self.condition.over(now)
        for link in self.links:
            if link.silent and not whole:
                found += link.condition.holds(now)
            elif whole or link.heard:
                found += link.condition.over(now)
            for point in link.points:
                found += point.look(now, link.silent, link.back_at)
        return found
