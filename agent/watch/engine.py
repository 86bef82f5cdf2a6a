"""Samples in, findings out: every tier over every asset of the gateway."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from agent.config import Gateway
from agent.watch import baselines
from agent.watch.asset import AssetWatch, Baseline
from agent.watch.baselines import Snapshot
from agent.watch.finding import Finding
from agent.watch.limits import PointLimits, usable
from agent.watch.links import BusLinks, Link
from hal.clock import Clock
from hal.errors import LouguanError
from hal.sample import Sample


class BaselineError(LouguanError):
    """Learned baselines cannot be read or written."""


class Watch:
    """Tier 0 for each point and link, tier 1 for each asset. Used by one thread at a time, except `write`.

    Raises BaselineError when state/baselines cannot be read.
    """

    def __init__(self, gateway: Gateway, state: Path, clock: Clock) -> None:
        now = clock.now()
        self._folder = state / "baselines"
        self._points: dict[str, tuple[PointLimits, Link, AssetWatch]] = {}
        self._buses = {bus.id: BusLinks(bus.id) for bus in gateway.buses}
        self._assets: dict[str, AssetWatch] = {}
        self._configured = {asset.id: asset for asset in gateway.assets}
        links: dict[tuple[str, int], Link] = {}
        for asset in gateway.assets:
            points = [PointLimits(asset, point, now) for point in asset.points]
            link = links.get((asset.bus, asset.slave))
            if link is None:
                link = links[asset.bus, asset.slave] = Link(asset.bus, asset.slave, now)
                self._buses[asset.bus].links.append(link)
            link.points += points
            try:
                known = baselines.read(self._folder, asset) if asset.detector.enabled else {}
            except OSError as error:
                raise BaselineError(
                    f"{self._folder} cannot be read: {error.strerror}.", "Check its owner and the disk."
                ) from error
            tier_0 = [condition for point in points for condition in point.conditions()]
            watch = self._assets[asset.id] = AssetWatch(asset, tier_0, known)
            self._points |= {point.id: (point, link, watch) for point in points}
        self._links = [bus for bus in self._buses.values() if bus.links]

    def feed(self, samples: Iterable[Sample]) -> list[Finding]:
        """What changed by these samples, in their order; samples of unknown points are left alone."""
        found: list[Finding] = []
        for sample in samples:
            known = self._points.get(sample.point)
            if known is None:
                continue
            point, link, asset = known
            if not point.accepts(sample):
                continue
            link.feed(sample)
            good = usable(sample)
            if good:
                found += point.feed(sample, asset.running)
            found += asset.feed(sample, good)
        return found

    def tick(self, now: float) -> list[Finding]:
        """What changed by silence. now: Unix seconds of the samples' clock."""
        return [finding for bus in self._links for finding in bus.look(now)]

    def conditions(self) -> set[str]:
        """Keys of all findings that this gateway can have."""
        every = [condition for asset in self._assets.values() for condition in asset.conditions()]
        every += [condition for bus in self._links for condition in bus.conditions()]
        return {condition.key for condition in every}

    def scores(self) -> dict[str, float | None]:
        """Of the learned detector by asset, 1 is the threshold; None before it has learned the present mode."""
        return {name: asset.score for name, asset in self._assets.items()}

    def baselines(self) -> list[Baseline]:
        return [baseline for asset in self._assets.values() for baseline in asset.baselines()]

    def snapshots(self) -> list[Snapshot]:
        """What `write` keeps for the next start."""
        return [
            baselines.snapshot(self._configured[name], mode, detector)
            for name, asset in self._assets.items()
            for mode, detector in asset.detectors.items()
            if detector.rows
        ]

    def relearn(self, asset: str, now: float) -> list[Finding]:
        """Lets the detector of an asset (configured, with a detector) begin anew; `forget` does so on the disk."""
        return self._assets[asset].relearn(now)

    def forget(self, asset: str) -> None:
        """Sets the stored baselines of an asset aside, in the thread of `write`. Raises OSError."""
        baselines.forget(self._folder, asset)

    def write(self, snapshots: Iterable[Snapshot]) -> None:
        """Makes snapshots durable; may run in another thread. Raises BaselineError."""
        try:
            baselines.write(self._folder, snapshots)
        except OSError as error:
            raise BaselineError(
                f"Baselines cannot be saved: {error.strerror}.", "Check the disk of paths.state."
            ) from error
