"""The desk service: answers over its socket, watches the knowledge file, and proves to systemd that the model works."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from agent.api.client import Client
from agent.api.openapi import product_version
from agent.api.schema import (
    AnswerView,
    DeskHealth,
    OrderChange,
    OrderDetail,
    OrderList,
    OrdersQuery,
    Question,
    TroubleView,
    Turn,
    TurnView,
)  # fmt: skip
from agent.api.server import ApiError, ApiServer, Handler
from agent.config import Gateway
from agent.core.troubles import Troubles
from agent.desk import ordering, reporting
from agent.desk.answers import Desk
from agent.desk.conversations import Conversations
from agent.desk.explain import explain
from agent.desk.facts import DEADLINE_S, Facts
from agent.desk.orders import OrderError, Orders
from agent.desk.records import Records
from agent.desk.reporting import Reporter
from agent.notify import Notifier
from hal.clock import Clock
from hal.errors import LouguanError

log = logging.getLogger("agent.desk")

ANSWER_S = 5.0
"""Deadline of one answer."""
WAITING = 16
"""Questions that may wait for the model; the next one is told to come back."""
LOOK_S = 1.0
"""How often the knowledge file is looked at."""
PROBE_S = 5.0
"""How often the model is asked something, at the longest."""
STOP_S = 4.0
SWEEP_S = 10.0
SURGES_S = 300.0

T = TypeVar("T")


class Service:
    """Owns the desk. `_model` is the thread that answers, `_files` the one that reads the knowledge file."""

    def __init__(self, gateway: Gateway, stop: asyncio.Event) -> None:
        self.notifier = Notifier()
        self._gateway = gateway
        self._stop = stop
        self._cancel = threading.Event()
        self._troubles = Troubles(Clock())
        self._model = ThreadPoolExecutor(1, "model")
        self._files = ThreadPoolExecutor(1, "files")
        self._waiting = 0
        self._desk: Desk | None = None
        self._conversations: Conversations | None = None
        self._orders: Orders | None = None
        self._records: Records | None = None
        self._reporter: Reporter | None = None

    async def load(self) -> None:
        """Raises ModelError, KnowledgeError, StorageError."""
        folder = self._gateway.paths.state / "desk"
        core = self._gateway.paths.run / "core.sock"
        facts = Facts(Client(core, DEADLINE_S), self._gateway.site.timezone)

        def open_all() -> tuple[Desk, Orders, Records]:
            folder.mkdir(parents=True, exist_ok=True)
            desk = Desk(self._gateway.desk, folder / "vectors.npz", self._cancel, facts)
            self._reporter = Reporter(Client(core, reporting.DEADLINE_S))
            records = Records(folder, self._gateway.site.timezone, self._reporter)
            records.offer(desk.knowledge)
            return desk, Orders(folder / "orders.db", self._gateway.desk.orders), records

        desk, orders, records = await asyncio.get_running_loop().run_in_executor(self._files, open_all)
        self._desk, self._orders, self._records = desk, orders, records
        self._conversations = Conversations(desk, orders, self._gateway.site.now, records)
        await self._keep_cache(desk)

    @property
    def desk(self) -> Desk:
        return _ready(self._desk)

    async def ask(self, _: str, question: Question) -> AnswerView:
        """Handler of a resident's question."""
        if self._waiting >= WAITING:
            raise ApiError(503, f"{WAITING} questions are waiting already.", "Ask again in a few seconds.")
        desk = _ready(self._desk)

        def work() -> AnswerView:
            view = desk.answer(question.text, question.language)
            return (
                view.model_copy(update={"why": explain(desk, question.text, question.language)})
                if question.explain
                else view
            )

        return await self._in_model(work)

    async def chat(self, _: str, turn: Turn) -> TurnView:
        """Handler of a turn of a dialogue."""
        conversations = _ready(self._conversations)
        return await self._in_model(lambda: conversations.turn(turn.session, turn.text, turn.language, turn.resident))

    async def orders(self, _: str, query: OrdersQuery) -> OrderList:
        """Handler of the list of orders."""
        held = _ready(self._orders)
        return await self._in_model(lambda: ordering.listed(held, query.all))

    async def order(self, id: str, _: object) -> OrderDetail:
        """Handler of one order."""
        held = _ready(self._orders)
        return await self._in_model(lambda: ordering.detail(held, id))

    async def set_order(self, id: str, change: OrderChange) -> OrderDetail:
        """Handler of an order's next state."""
        held = _ready(self._orders)
        return await self._in_model(
            lambda: ordering.changed(held, id, change.state, change.by, change.note, self._gateway.site.now())
        )

    async def _in_model(self, work: Callable[[], T]) -> T:
        self._waiting += 1
        running = asyncio.get_running_loop().run_in_executor(self._model, work)
        # Counted until the thread is done with it: giving up on an answer does not free the model.
        running.add_done_callback(self._done)
        try:
            return await asyncio.wait_for(asyncio.shield(running), ANSWER_S)
        except TimeoutError as error:
            raise ApiError(504, f"No answer within {ANSWER_S:g} s.", "Ask again; see the log of the desk.") from error

    def _done(self, finished: asyncio.Future[T]) -> None:
        self._waiting -= 1
        if not finished.cancelled():
            finished.exception()

    async def health(self, _: str, __: object) -> DeskHealth:
        """Handler of the health route."""
        troubles = [
            TroubleView(part=trouble.part, message=trouble.message, remedy=trouble.remedy, since=trouble.since)
            for trouble in self._troubles.list()
        ]
        return DeskHealth(
            ok=not troubles, version=product_version(), pid=os.getpid(), knowledge=str(self.desk.path),
            entries=self.desk.entries, rss_mb=_rss_mb(), troubles=troubles,
        )  # fmt: skip

    async def watch_feedback(self) -> None:
        """Looks for surges of complaints, wipes the dialogues of those who left, and tells what could not be kept."""
        conversations, records = _ready(self._conversations), _ready(self._records)
        looked = 0.0
        while not self._stop.is_set():
            await self._pause(SWEEP_S)
            with contextlib.suppress(ApiError):
                await self._in_model(conversations.sweep)
            if (now := asyncio.get_running_loop().time()) - looked > SURGES_S:
                looked = now
                await asyncio.get_running_loop().run_in_executor(self._files, records.watch)
            trouble = self._reporter.trouble if self._reporter else None
            self._tell("records", records.trouble, "Free space on the disk; answers are given all the same.")
            self._tell("reports", trouble.message if trouble else "", trouble.remedy if trouble else "")

    def _tell(self, part: str, message: str, remedy: str) -> None:
        if message:
            self._troubles.begin(part, message, remedy)
        else:
            self._troubles.end(part)

    async def watch_knowledge(self) -> None:
        """Takes a changed knowledge file within seconds; a wrong one is a trouble until it is mended."""
        loop = asyncio.get_running_loop()
        while not self._stop.is_set():
            await self._pause(LOOK_S)
            if not await loop.run_in_executor(self._files, self.desk.changed):
                continue
            try:
                await loop.run_in_executor(self._files, self.desk.reload)
            except LouguanError as error:
                if not self._stop.is_set():
                    remedy = f"{error.remedy} Until then the last good version answers."
                    self._troubles.begin("knowledge", error.message, remedy)
                continue
            self._troubles.end("knowledge")
            await loop.run_in_executor(self._files, _ready(self._records).offer, self.desk.knowledge)
            log.info("%s: %d entries", self.desk.path, self.desk.entries)
            self.notifier.status(f"{self.desk.entries} entries")
            await self._keep_cache(self.desk)

    async def prove(self) -> None:
        """Asks the model something, again and again; only its answer feeds the watchdog."""
        every = min(PROBE_S, (self.notifier.watchdog_s or 4 * PROBE_S) / 4)
        while not self._stop.is_set():
            try:
                await self._in_model(self.desk.probe)
            except ApiError as error:
                self._troubles.begin("model", error.message, "systemd restarts the desk if this goes on.")
            else:
                self._troubles.end("model")
                self.notifier.watchdog()
            await self._pause(every)

    async def _keep_cache(self, desk: Desk) -> None:
        try:
            await asyncio.get_running_loop().run_in_executor(self._files, desk.save_cache)
        except OSError as error:
            message = f"{self._gateway.paths.state / 'desk'} cannot be written: {error.strerror}."
            self._troubles.begin("cache", message, "Check its owner and the disk; starting takes longer without it.")
        else:
            self._troubles.end("cache")

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)

    def close(self) -> None:
        """Ends what the threads do as soon as they can."""
        self._cancel.set()
        for thread in (self._model, self._files):
            thread.shutdown(wait=False, cancel_futures=True)
        for part in (self._reporter, self._orders, self._records):
            if part:
                part.close()


def _ready(part: T | None) -> T:
    if part is None:
        raise ApiError(503, "The desk is still loading.", "Ask again in a few seconds.")
    return part


async def serve(gateway: Gateway, config_path: Path) -> None:
    """Runs the desk until SIGTERM or SIGINT. Raises LouguanError when it cannot start, or can no longer work."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    service = Service(gateway, stop)
    handlers: dict[str, Handler] = {
        "ask": service.ask, "chat": service.chat, "orders": service.orders, "order": service.order,
        "set_order": service.set_order, "desk_health": service.health,
    }  # fmt: skip
    server = ApiServer("desk", gateway.paths.run / "desk.sock", handlers, {OrderError: 409})
    tasks: list[asyncio.Task[None]] = []
    serving = False
    try:
        if not await _unless(stop, asyncio.create_task(service.load())):
            return
        await server.start()
        serving = True
        tasks += [
            asyncio.create_task(service.watch_knowledge()),
            asyncio.create_task(service.prove()),
            asyncio.create_task(service.watch_feedback()),
        ]
        log.info("%s: %s, %d entries", config_path, service.desk.path, service.desk.entries)
        service.notifier.ready(f"{service.desk.entries} entries")
        await _unless(stop, *tasks)
    finally:
        service.notifier.stopping()
        stop.set()
        service.close()
        try:
            async with asyncio.timeout(STOP_S):
                await asyncio.gather(*tasks, return_exceptions=True)
                if serving:
                    await server.stop()
        except TimeoutError:
            log.error("not everything stopped within %g s", STOP_S)
    log.info("stopped")


async def _unless(stop: asyncio.Event, *tasks: asyncio.Task[None]) -> bool:
    """Waits for the first of `tasks`, raising what ended it, or for `stop`; returns whether a task was first."""
    stopped = asyncio.create_task(stop.wait())
    done, _ = await asyncio.wait([stopped, *tasks], return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    ended = [task for task in tasks if task in done]
    for task in ended:
        task.result()
    return bool(ended)


def _rss_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1024**2, 1)
