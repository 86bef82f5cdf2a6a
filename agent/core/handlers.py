"""What the core does for each route of the API."""

from __future__ import annotations

import asyncio
import logging
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from aiohttp import web

from agent.alarms.engine import NoSuchAlarm, NotAllowed, TooManyReports
from agent.alarms.model import Alarm, AlarmState
from agent.api import schema
from agent.api.openapi import document, product_version
from agent.api.server import ApiError, Handler
from agent.config import Asset, Point
from agent.core.views import alarm_view, names, number, point_view, rollup_view, sample_view
from agent.data.export import export
from agent.data.rollup import Rollup
from agent.data.store import StorageFullError
from agent.watch.finding import Priority
from firmware_bridge.bus import WriteError
from hal.errors import LouguanError
from hal.sample import Sample

if TYPE_CHECKING:
    from agent.core.service import Core

log = logging.getLogger(__name__)
T = TypeVar("T")

STATUSES: dict[type[LouguanError], int] = {
    NoSuchAlarm: 404, NotAllowed: 409, TooManyReports: 429, WriteError: 502, StorageFullError: 507,
}  # fmt: skip
_SHOWN_BY_DEFAULT = [state for state in AlarmState if state is not AlarmState.NORMAL]
WRITE_DEADLINE_S = 3.0


class Handlers:
    """Runs on the core's loop; whatever may block goes to the thread that owns it."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._gateway = core.gateway
        self._assets = {asset.id: asset for asset in core.gateway.assets}
        self._points = {
            f"{asset.id}.{point.id}": (asset, point) for asset in core.gateway.assets for point in asset.points
        }

    def by_name(self) -> dict[str, Handler]:
        return {
            "health": self.health, "points": self.points, "assets": self.assets, "relearn": self.relearn,
            "samples": self.samples,
            "alarms": self.alarms, "journal": self.journal, "ack": self.ack, "shelve": self.shelve,
            "unshelve": self.unshelve, "suppress": self.suppress, "unsuppress": self.unsuppress, "reset": self.reset,
            "report": self.report, "write": self.write, "export": self.export, "openapi": self.openapi,
        }  # fmt: skip

    async def health(self, _id: str, _given: None) -> schema.Health:
        core = self._core
        alarms = await self._with_alarms(lambda: core.alarms.in_states(_SHOWN_BY_DEFAULT))
        size = await self._with_history(core.history.size_bytes)
        troubles = core.troubles.list()
        return schema.Health(
            ok=not troubles,
            version=product_version(),
            pid=os.getpid(),
            site=names(self._gateway.site.name, self._gateway.site.id),
            started=core.started,
            now=core.clock.now(),
            rss_mb=_rss_mb(),
            points=len(self._points),
            buses=[self._bus(name) for name in core.buses],
            intake=schema.IntakeView(waiting=len(core.intake), dropped=core.intake.dropped, taken=core.intake.taken),
            history=schema.HistoryView(
                bytes=size,
                max_bytes=self._gateway.history.max_mb * 1024**2,
                set_aside=str(core.history.set_aside) if core.history.set_aside else None,
                dropped=core.history.dropped,
            ),
            alarms=_counts(alarms),
            troubles=[
                schema.TroubleView(part=t.part, message=t.message, remedy=t.remedy, since=t.since) for t in troubles
            ],
        )

    def _bus(self, name: str) -> schema.BusView:
        status = self._core.buses[name].status()
        return schema.BusView(
            name=name,
            port=next(bus.port for bus in self._gateway.buses if bus.id == name),
            connected=status.connected,
            slaves=[
                schema.SlaveView(
                    slave=number,
                    healthy=slave.healthy,
                    backoff_s=slave.backoff_s,
                    requests=slave.requests,
                    errors=slave.errors,
                    last_error=slave.last_error,
                )
                for number, slave in sorted(status.slaves.items())
            ],
        )

    async def points(self, _id: str, _given: None) -> schema.Points:
        now = self._core.clock.now()
        views = [point_view(asset, point, self._core.latest, now) for asset, point in self._points.values()]
        return schema.Points(now=now, points=views)

    async def assets(self, _id: str, _given: None) -> schema.Assets:
        return schema.Assets(assets=[self._asset(asset) for asset in self._gateway.assets])

    def _asset(self, asset: Asset) -> schema.AssetView:
        return schema.AssetView(
            id=asset.id,
            name=names(asset.name, asset.id),
            brick=asset.brick,
            location=asset.location,
            score=number(self._core.watch.scores()[asset.id]),
            baselines=[
                schema.BaselineView(mode=str(b.mode), state=str(b.state), rows=b.rows, wanted=b.wanted)
                for b in self._core.watch.baselines()
                if b.asset == asset.id
            ],
        )

    async def relearn(self, item: str, given: schema.By) -> schema.AssetView:
        asset = self._assets.get(item)
        if asset is None:
            raise ApiError(404, f"There is no asset {item!r}.", f"There are {', '.join(self._assets)}."[:500])
        if not asset.detector.enabled:
            raise ApiError(409, f"{item} has no detector.", "Set detector.enabled = true for it in gateway.toml.")
        await self._core.relearn(item)
        log.info("%s learns anew, asked by %s", item, given.by)
        return self._asset(asset)

    async def samples(self, _id: str, given: schema.SamplesQuery) -> schema.Samples:
        _, point = self._known(given.point)
        history, start, end, limit = self._core.history, given.start, given.end, given.limit

        def ask() -> tuple[Literal["raw", "minute", "hour"], list[Sample] | list[Rollup]]:
            wanted = given.resolution
            resolution = history.fitting(given.point, start, end, limit) if wanted == "auto" else wanted
            return resolution, history.query(given.point, start, end, limit, resolution)

        resolution, rows = await self._with_history(ask)
        views = [sample_view(row) if isinstance(row, Sample) else rollup_view(row) for row in rows]
        return schema.Samples(point=given.point, unit=point.unit, resolution=resolution, samples=views)

    async def alarms(self, _id: str, given: schema.AlarmsQuery) -> schema.AlarmList:
        states = _states(given.state) if given.state else _SHOWN_BY_DEFAULT
        alarms = await self._with_alarms(lambda: self._core.alarms.in_states(states))
        ordered = sorted(alarms, key=lambda alarm: (not alarm.active, alarm.priority, -alarm.since))
        return schema.AlarmList(
            now=self._core.clock.now(), alarms=[alarm_view(self._gateway, self._assets, alarm) for alarm in ordered]
        )

    async def journal(self, _id: str, given: schema.JournalQuery) -> schema.Journal:
        entries = await self._with_alarms(
            lambda: self._core.alarms.journal(since_seq=given.since, alarm_id=given.alarm, limit=given.limit)
        )
        return schema.Journal(
            entries=[
                schema.JournalView(
                    seq=e.seq,
                    time=e.time,
                    alarm_id=e.alarm_id,
                    from_state=str(e.from_state),
                    to_state=str(e.to_state),
                    by=e.by,
                    comment=e.comment,
                    note=e.note,
                )
                for e in entries
            ]
        )

    async def ack(self, item: str, given: schema.Ack) -> schema.AlarmView:
        return await self._change(item, lambda number: self._core.alarms.ack(number, given.by, given.comment))

    async def shelve(self, item: str, given: schema.Shelve) -> schema.AlarmView:
        seconds = given.minutes * 60
        return await self._change(item, lambda n: self._core.alarms.shelve(n, seconds, given.by, given.reason))

    async def unshelve(self, item: str, given: schema.By) -> schema.AlarmView:
        return await self._change(item, lambda number: self._core.alarms.unshelve(number, given.by))

    async def suppress(self, item: str, given: schema.Because) -> schema.AlarmView:
        return await self._change(item, lambda number: self._core.alarms.suppress(number, given.by, given.reason))

    async def unsuppress(self, item: str, given: schema.By) -> schema.AlarmView:
        return await self._change(item, lambda number: self._core.alarms.unsuppress(number, given.by))

    async def reset(self, item: str, given: schema.By) -> schema.AlarmView:
        return await self._change(item, lambda number: self._core.alarms.reset(number, given.by))

    async def _change(self, item: str, change: Callable[[int], object]) -> schema.AlarmView:
        if not item.isdigit() or len(item) > 15:
            raise ApiError(400, f"{item!r} is not the number of an alarm.", "`louguan alarms` shows them.")

        def changed() -> Alarm:
            change(int(item))
            return self._core.alarms.get(int(item))

        return alarm_view(self._gateway, self._assets, await self._with_alarms(changed))

    async def report(self, _id: str, given: schema.Report) -> schema.AlarmView:
        priority = Priority[given.priority.upper()]
        alarms = self._core.alarms
        alarm = await self._with_alarms(lambda: alarms.report(given.key, priority, given.note, given.lasts_s))
        log.info("alarm %d %s: reported, %s (%s)", alarm.id, alarm.cause, alarm.state, given.priority)
        return alarm_view(self._gateway, self._assets, alarm)

    async def write(self, item: str, given: schema.Write) -> schema.PointView:
        asset, point = self._known(item)
        if not point.writable:
            raise ApiError(409, f"{item} is not writable.", "Set writable = true for it in gateway.toml.")
        bus = self._core.buses[asset.bus]
        loop = asyncio.get_running_loop()
        sample = await loop.run_in_executor(None, bus.write, item, given.value, WRITE_DEADLINE_S)
        log.info("%s set to %g by %s", item, given.value, given.by)
        self._core.latest.update([sample])
        return point_view(asset, point, self._core.latest, self._core.clock.now())

    async def export(self, _id: str, given: schema.ExportQuery) -> web.StreamResponse:
        points = [name for name in given.points.split(",") if name]
        for name in points:
            self._known(name)
        handle, name = tempfile.mkstemp(suffix=f".{given.format}", prefix="export-", dir=self._gateway.paths.state)
        os.close(handle)
        path = Path(name)
        try:
            await self._with_history(lambda: export(self._core.history, points, given.start, given.end, path))
            # The open file outlives its name: nothing is left behind whether or not the client takes it all.
            return web.Response(body=path.open("rb"), content_type="application/octet-stream")
        finally:
            path.unlink(missing_ok=True)

    async def openapi(self, _id: str, _given: None) -> web.StreamResponse:
        return web.json_response(document())

    def _known(self, full_id: str) -> tuple[Asset, Point]:
        known = self._points.get(full_id)
        if known is None:
            raise ApiError(404, f"There is no point {full_id!r}.", "`louguan points` shows them.")
        return known

    async def _with_history(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._core.query_thread, work)

    async def _with_alarms(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._core.alarms_thread, work)


def _states(text: str) -> list[AlarmState]:
    try:
        return [AlarmState(name) for name in text.split(",")]
    except ValueError as error:
        known = ", ".join(state.value for state in AlarmState)
        raise ApiError(400, f"{text!r} is not a list of alarm states.", f"States: {known}.") from error


def _counts(alarms: list[Alarm]) -> schema.AlarmCounts:
    states = [alarm.state for alarm in alarms]
    return schema.AlarmCounts(
        active=sum(alarm.active for alarm in alarms),
        unacknowledged=states.count(AlarmState.UNACKNOWLEDGED) + states.count(AlarmState.RETURNED_UNACKNOWLEDGED),
        shelved=states.count(AlarmState.SHELVED),
        suppressed=states.count(AlarmState.SUPPRESSED),
    )


def _rss_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 1024**2
