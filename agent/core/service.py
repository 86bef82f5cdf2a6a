"""The core service: buses, history, detectors and alarms, put together and kept going."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sqlite3
import time
from collections.abc import Awaitable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from agent.alarms.engine import Alarms
from agent.api.server import ApiServer
from agent.config import Gateway
from agent.core.buses import make_buses
from agent.core.handlers import STATUSES, Handlers
from agent.core.intake import Intake
from agent.core.latest import Latest
from agent.core.lock import InstanceLock
from agent.core.troubles import Troubles
from agent.data.history import MAX_BUFFER, History
from agent.notify import Notifier
from agent.watch.engine import Watch
from agent.watch.finding import Finding
from hal.clock import Clock
from hal.errors import LouguanError

log = logging.getLogger("agent.core")

PULSE_S = 0.2
COMMIT_S = 5.0
"""Each commit writes about a page of 4 kB a point, so a shorter one wears out the flash of a small box."""
SLOW_S = 20.0
"""A write that takes longer is told as a trouble; it is waited for all the same."""
MAINTAIN_S = 60.0
SAVE_S = 300.0
STOP_S = 4.0
MAX_PENDING_FINDINGS = 10_000


class Core:
    """Owns every part of the service.

    history_thread writes samples and query_thread reads them; `alarms` is used on alarms_thread alone.
    """

    def __init__(self, gateway: Gateway, clock: Clock) -> None:
        self.gateway = gateway
        self.clock = clock
        self.started = clock.now()
        self.troubles = Troubles(clock)
        self.intake = Intake()
        self.latest = Latest()
        self.notifier = Notifier()
        self.stop = asyncio.Event()
        state = gateway.paths.state
        self.history_thread = ThreadPoolExecutor(1, "history")
        self.query_thread = ThreadPoolExecutor(1, "query")
        self.alarms_thread = ThreadPoolExecutor(1, "alarms")
        settings = gateway.history
        self.history = self.history_thread.submit(
            History, state / "history.db", settings.max_mb * 1024**2, settings.raw_days, settings.rollup_days, clock
        ).result()
        self.alarms = self.alarms_thread.submit(Alarms, state / "alarms.db", gateway.alarms, clock).result()
        self.watch = Watch(gateway, state, clock)
        self.alarms_thread.submit(self.alarms.keep_only, self.watch.conditions()).result()
        self.buses = make_buses(gateway, self.intake.put, clock)
        self._pending: list[Finding] = []
        self._next_tick = 0.0
        self._pulse_s = max(0.01, min(PULSE_S, 1.0 / clock.speed))

    async def in_loop(self) -> None:
        """Takes in samples, detects, alarms, every fifth of a second until stopped. The watchdog hangs on it."""
        while not self.stop.is_set():
            await self.pulse()
            self.notifier.watchdog()
            if not len(self.intake):
                await _sleep(self.stop, self._pulse_s)

    async def pulse(self) -> None:
        """One turn of the loop."""
        samples = self.intake.take()
        if self.intake.dropped:
            self.troubles.begin(
                "intake", "Samples come faster than they can be handled; the oldest are dropped.",
                "Poll fewer points, or less often."
            )  # fmt: skip
        findings: list[Finding] = []
        if samples:
            self.history.append(samples)
            self.latest.update(samples)
            findings += self.watch.feed(samples)
        now = self.clock.now()
        tick = now >= self._next_tick or now < self._next_tick - 2
        if tick:
            self._next_tick = now + 1.0
            findings += self.watch.tick(now)
            self._look_at_buses()
        self._pending = (self._pending + findings)[-MAX_PENDING_FINDINGS:]
        if self._pending or tick:
            await self._alarm(now)

    async def _alarm(self, now: float) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self.alarms_thread, self._apply, self._pending, now)
        except (LouguanError, sqlite3.Error) as error:
            self.troubles.begin("alarms", f"Alarms cannot be stored: {error}", "Free space on the disk of paths.state.")
        else:
            self._pending = []
            self.troubles.end("alarms")

    def _apply(self, findings: list[Finding], now: float) -> None:
        for alarm in self.alarms.apply(findings, now):
            log.info("alarm %d %s: %s (%s)", alarm.id, alarm.cause, alarm.state, alarm.priority.name.lower())

    async def storage_loop(self) -> None:
        """Commits samples every few seconds, or when many wait; keeps the database small and the baselines saved."""
        loop = asyncio.get_running_loop()
        maintained = saved = time.monotonic()
        while not self.stop.is_set():
            due = time.monotonic() + COMMIT_S
            while time.monotonic() < due and self.history.waiting < MAX_BUFFER // 4 and not self.stop.is_set():
                await _sleep(self.stop, PULSE_S)
            await self.commit()
            now = time.monotonic()
            if now - maintained > MAINTAIN_S:
                maintained = now
                await self._guarded("history", loop.run_in_executor(self.history_thread, self.history.maintain))
            if now - saved > SAVE_S:
                saved = now
                await self.save_watch()
            self.notifier.status(self._status())

    async def commit(self) -> None:
        """Makes the samples so far durable; a failure is a trouble, not the end."""
        loop = asyncio.get_running_loop()
        if await self._guarded("history", loop.run_in_executor(self.history_thread, self.history.commit)):
            self.troubles.end("history")

    async def _guarded(self, part: str, work: Awaitable[object]) -> bool:
        doing = asyncio.ensure_future(work)
        try:
            while not (await asyncio.wait({doing}, timeout=SLOW_S))[0]:
                message = f"The disk has not answered for {SLOW_S:g} s."
                self.troubles.begin(part, message, "Check the disk of paths.state.")
            doing.result()
        except LouguanError as error:
            self.troubles.begin(part, error.message, error.remedy)
        except (sqlite3.Error, OSError) as error:
            self.troubles.begin(part, f"Storage failed: {error}", "Check the disk of paths.state.")
        else:
            return True
        return False

    async def save_watch(self) -> None:
        """Keeps the learned baselines for the next start."""
        loop = asyncio.get_running_loop()
        work = loop.run_in_executor(self.history_thread, self.watch.write, self.watch.snapshots())
        if await self._guarded("watch", work):
            self.troubles.end("watch")

    async def relearn(self, asset: str) -> None:
        """Lets the detector of an asset learn anew, for equipment that has changed for good. Raises OSError."""
        self._pending += self.watch.relearn(asset, self.clock.now())
        await asyncio.get_running_loop().run_in_executor(self.history_thread, self.watch.forget, asset)

    def _look_at_buses(self) -> None:
        for name, bus in self.buses.items():
            status = bus.status()
            silent = [str(number) for number, slave in status.slaves.items() if not slave.healthy]
            if not status.connected:
                port = next(b.port for b in self.gateway.buses if b.id == name)
                remedy = "Check the cable; `louguan devices` shows what is there."
                self.troubles.begin(f"bus/{name}", f"{port} is not connected.", remedy)
            elif silent:
                message = f"No answer from slave {', '.join(silent)}."
                self.troubles.begin(f"bus/{name}", message, "Check its power, wiring, address and baud rate.")
            else:
                self.troubles.end(f"bus/{name}")

    def _status(self) -> str:
        troubles = len(self.troubles.list())
        return f"{self.intake.taken} samples, " + (f"{troubles} troubles" if troubles else "all well")

    async def close(self) -> None:
        """Stops the buses, takes in what they left, and makes it durable."""
        loop = asyncio.get_running_loop()
        await asyncio.gather(*(loop.run_in_executor(None, bus.stop, 2.0) for bus in self.buses.values()))
        await self.pulse()
        await self.commit()
        await self.save_watch()
        await loop.run_in_executor(self.history_thread, self.history.close)
        await loop.run_in_executor(self.alarms_thread, self.alarms.close)


async def run(gateway: Gateway, config_path: Path, clock: Clock) -> None:
    """Runs the core until SIGTERM or SIGINT. Raises LouguanError when it cannot start at all."""
    paths = gateway.paths
    lock = InstanceLock(paths.state, "core")
    core = Core(gateway, clock)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, core.stop.set)
    server = ApiServer("core", paths.run / "core.sock", Handlers(core).by_name(), STATUSES)
    await server.start()
    for bus in core.buses.values():
        bus.start()
    log.info("%s: %d buses, %d assets", config_path, len(core.buses), len(gateway.assets))
    loops = [asyncio.create_task(core.in_loop()), asyncio.create_task(core.storage_loop())]
    core.notifier.ready("started")
    log.info("ready")
    try:
        await _until_stopped_or_failed(core.stop, loops)
    finally:
        core.notifier.stopping()
        core.stop.set()
        try:
            async with asyncio.timeout(STOP_S):
                await asyncio.gather(*loops, return_exceptions=True)
                await server.stop()
                await core.close()
        except TimeoutError:
            log.error("not everything stopped within %g s", STOP_S)
        for thread in (core.history_thread, core.query_thread, core.alarms_thread):
            thread.shutdown(wait=False, cancel_futures=True)
        lock.release()
    log.info("stopped")


async def _until_stopped_or_failed(stop: asyncio.Event, loops: list[asyncio.Task[None]]) -> None:
    """Returns when `stop` is set; raises what ended a loop, because a service without its loop must be restarted."""
    waiting = asyncio.create_task(stop.wait())
    done, _ = await asyncio.wait([waiting, *loops], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    for task in done:
        if task is not waiting:
            task.result()


async def _sleep(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
