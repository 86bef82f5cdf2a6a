"""A bus: one port, one thread, the points behind it, and the order in which they are read and written."""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as FutureTimeoutError
from functools import partial
from typing import Literal

from firmware_bridge.commands import Command, WriteError, write_and_check
from firmware_bridge.link_state import PORT_BACKOFF_S, Backoff, BusStatus, SlaveLink
from firmware_bridge.modbus.errors import (
    GATEWAY_CODES,
    ILLEGAL_ADDRESS,
    ILLEGAL_VALUE,
    ExceptionAnswerError,
    FrameError,
    ModbusError,
    NoAnswerError,
    StoppedError,
)
from firmware_bridge.modbus.master import Exchange, ModbusMaster, RtuMaster, TcpMaster
from firmware_bridge.readings import BusPoint, Group, failed, make_groups
from hal.clock import Clock
from hal.errors import DeviceError
from hal.sample import Sample
from hal.serial_port import PortError, SerialPort

__all__ = ["Bus", "BusPoint", "BusStatus", "WriteError"]

Protocol = Literal["modbus-rtu", "modbus-tcp"]
MAX_WAITING_WRITES = 64
_MASTERS: dict[str, type[ModbusMaster]] = {"modbus-rtu": RtuMaster, "modbus-tcp": TcpMaster}
_log = logging.getLogger(__name__)


class Bus:
    """Reads its points in their intervals and writes commanded ones, in a thread of its own.

    port: makes the port, called at every connect. on_samples: called from the bus thread with the samples of one
    request, all of one time; it must return soon. timeout_s: deadline of one request, line time comes on top. clock:
    gives sample times and stretches intervals; backoffs and deadlines are real seconds.
    """

    def __init__(
        self,
        name: str,
        port: Callable[[], SerialPort],
        protocol: Protocol,
        points: Sequence[BusPoint],
        on_samples: Callable[[list[Sample]], None],
        clock: Clock | None = None,
        timeout_s: float = 0.5,
        retries: int = 1,
    ) -> None:
        if protocol not in _MASTERS:
            raise ValueError(f"protocol {protocol!r} is none of {', '.join(_MASTERS)}")
        self.name = name
        self._make_port, self._protocol = port, protocol
        self._points = {point.id: point for point in points}
        self._on_samples = on_samples
        self._clock = clock or Clock()
        self._timeout_s, self._retries = timeout_s, retries
        self._slaves = {point.slave: SlaveLink() for point in points}
        self._parked: dict[int, list[Group]] = {}
        self._heap: list[tuple[float, int, Group]] = []
        self._order = itertools.count()
        self._writes: deque[Command] = deque()
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._master: ModbusMaster | None = None
        self._port_backoff = Backoff(*PORT_BACKOFF_S)
        self._address = ""
        self._last_error = ""

    def start(self) -> None:
        """Starts the thread; it opens the port. Raises RuntimeError when it runs already."""
        if self._thread is not None:
            raise RuntimeError(f"bus {self.name} was started already")
        self._thread = threading.Thread(target=self._run, name=f"bus-{self.name}", daemon=True)
        self._thread.start()

    def stop(self, deadline_s: float = 5.0) -> bool:
        """Ends the thread and closes the port; returns whether that was done before the deadline."""
        self._stop.set()
        with self._changed:
            self._changed.notify_all()
        if self._thread is None:
            return True
        self._thread.join(deadline_s)
        return not self._thread.is_alive()

    def write(self, point_id: str, value: float, deadline_s: float = 2.0) -> Sample:
        """Writes a value (in the point's unit) ahead of all polls, reads it back, and returns what was read.

        Raises WriteError when the slave refuses, reads back otherwise, is silent, or the deadline passes.
        """
        point = self._points.get(point_id)
        if point is None or not point.writable:
            raise WriteError(f"{point_id} is not a writable point of bus {self.name}.", "Set writable = true for it.")
        if point.valid is not None and not point.valid[0] <= value <= point.valid[1]:
            raise WriteError(f"{value:g} is outside {point.valid[0]:g} to {point.valid[1]:g}, the range of {point_id}.")
        job = Command(point, value, time.monotonic() + deadline_s)
        with self._changed:
            if self._thread is None or self._stop.is_set() or not self._thread.is_alive():
                raise WriteError(f"bus {self.name} does not run.", "Start the core service.")
            if len(self._writes) >= MAX_WAITING_WRITES:
                raise WriteError(f"bus {self.name} has {MAX_WAITING_WRITES} writes waiting.", "Try again later.")
            self._writes.append(job)
            self._changed.notify_all()
        try:
            return job.done.result(deadline_s)
        except FutureTimeoutError as error:
            if job.done.cancel():
                raise WriteError(f"{point_id} was not written: bus {self.name} was too busy.", "Try again.") from error
            raise WriteError(
                f"{point_id} may or may not have been written: no confirmation within {deadline_s:g} s.", "Read it."
            ) from error
        except CancelledError as error:
            raise WriteError(f"{point_id} was not written: bus {self.name} stopped.") from error

    def status(self) -> BusStatus:
        """The state of the port and of each slave; safe from any thread."""
        master = self._master
        running = self._thread is not None and self._thread.is_alive()
        slaves = {number: link.status() for number, link in self._slaves.items()}
        return BusStatus(self.name, self._address, master is not None, running, self._last_error, slaves)

    # The rest runs in the bus thread.

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                if self._master is None and not self._connect():
                    self._pause(self._port_backoff.failed())
                    continue
                try:
                    self._step()
                except StoppedError:
                    break
                except PortError as error:
                    self._lost(error)
        finally:
            self._disconnect()
            with self._changed:
                self._stop.set()
                while self._writes:
                    self._writes.popleft().done.cancel()

    def _step(self) -> None:
        """Does the next write or the next due poll, or waits for one."""
        with self._changed:
            job = self._writes.popleft() if self._writes else None
            if job is None:
                left = self._heap[0][0] - time.monotonic() if self._heap else None
                if left is None or left > 0:
                    if not self._stop.is_set():
                        self._changed.wait(left)
                    return
        if job is not None:
            self._perform(job)
            return
        due, _, group = heapq.heappop(self._heap)
        self._poll(due, group)

    def _push(self, due: float, group: Group) -> None:
        heapq.heappush(self._heap, (due, next(self._order), group))

    def _poll(self, due: float, group: Group) -> None:
        link = self._slaves[group.slave]
        probing = link.backoff.pause_s > 0
        try:
            items = self._ask(group.exchange, 0 if probing else self._retries)
        except ExceptionAnswerError as error:
            if error.code in GATEWAY_CODES:
                self._silent(group, error)
                return
            self._answered(group.slave)
            if error.code in (ILLEGAL_ADDRESS, ILLEGAL_VALUE) and len(group.points) > 1:
                _log.info("bus %s: slave %d refuses %s; read in parts", self.name, group.slave, group.exchange.request)
                for part in group.halves():
                    self._push(due, part)
                return
            self._on_samples(failed(group.points, self._clock.now(), error.reason))
        except (NoAnswerError, FrameError) as error:
            self._silent(group, error)
            return
        else:
            self._answered(group.slave)
            self._on_samples(group.samples(items, self._clock.now()))
        self._again(due, group)

    def _again(self, due: float, group: Group) -> None:
        interval = self._clock.real_seconds(group.interval_s)
        missed = (time.monotonic() - due) // interval
        self._push(due + interval * (1 + max(0.0, missed)), group)

    def _ask(self, exchange: Exchange, retries: int, until: float | None = None) -> tuple[int, ...]:
        """One exchange with its retries. until: monotonic deadline. Raises ModbusError, PortError."""
        master = self._master
        if master is None:
            raise PortError(f"bus {self.name} is not connected.", self._last_error)
        link = self._slaves[exchange.slave]
        while True:
            timeout_s = self._timeout_s
            if until is not None:
                timeout_s = min(timeout_s, until - time.monotonic())
                if timeout_s <= 0:
                    raise NoAnswerError(f"slave {exchange.slave} did not answer in time.")
            link.requests += 1
            try:
                items = master.transact(exchange, timeout_s)
                self._port_works()
                return items
            except StoppedError:
                raise
            except (ModbusError, PortError) as error:
                link.errors += 1
                link.last_error = error.message
                if not isinstance(error, PortError):
                    self._port_works()
                if not isinstance(error, NoAnswerError | FrameError) or retries <= 0:
                    raise
                retries -= 1
                _log.debug("bus %s: %s Asked again.", self.name, error)

    def _silent(self, group: Group, error: ModbusError) -> None:
        """Marks every point of the slave bad and leaves one group as the probe that runs after the pause."""
        link = self._slaves[group.slave]
        first = link.backoff.pause_s == 0
        pause = link.backoff.failed()
        _log.log(
            logging.WARNING if first else logging.DEBUG,
            "bus %s: slave %d is silent, next try in %.0f s: %s",
            self.name, group.slave, pause, error.message,
        )  # fmt: skip
        parked = self._parked.setdefault(group.slave, [])
        parked += [waiting for _, _, waiting in self._heap if waiting.slave == group.slave]
        self._heap = [entry for entry in self._heap if entry[2].slave != group.slave]
        heapq.heapify(self._heap)
        self._push(time.monotonic() + pause, group)
        now, reason = self._clock.now(), getattr(error, "reason", "timeout")
        for affected in (group, *parked):
            self._on_samples(failed(affected.points, now, reason))

    def _answered(self, slave: int) -> None:
        if self._slaves[slave].backoff.succeeded():
            _log.info("bus %s: slave %d answers again", self.name, slave)
            now = time.monotonic()
            for group in self._parked.pop(slave, []):
                self._push(now, group)

    def _perform(self, job: Command) -> None:
        if not job.done.set_running_or_notify_cancel():
            return
        try:
            sample = write_and_check(job, partial(self._ask, retries=self._retries, until=job.deadline), self._clock)
        except (ModbusError, WriteError) as error:
            job.done.set_exception(job.failure(error))
            if isinstance(error, StoppedError):
                raise
        except PortError as error:
            job.done.set_exception(job.failure(error))
            raise
        else:
            job.done.set_result(sample)
            self._on_samples([sample])

    def _connect(self) -> bool:
        try:
            port = self._make_port()
            self._address = port.address
            port.open()
        except DeviceError as error:
            self._report(error)
            return False
        self._master = _MASTERS[self._protocol](port, self._timeout_s, self._stop)
        self._parked.clear()
        now = time.monotonic()
        self._heap = [(now, next(self._order), group) for group in make_groups(list(self._points.values()))]
        for link in self._slaves.values():
            link.backoff.succeeded()
        return True

    def _port_works(self) -> None:
        # Opening proves little: an adapter without power opens and fails at the first write.
        if self._last_error:
            self._last_error = ""
            self._port_backoff.succeeded()
            _log.info("bus %s: %s is back", self.name, self._address)

    def _lost(self, error: PortError) -> None:
        self._disconnect()
        self._report(error)
        self._pause(self._port_backoff.failed())

    def _report(self, error: DeviceError) -> None:
        first = self._port_backoff.pause_s == 0
        _log.log(logging.WARNING if first else logging.DEBUG, "bus %s: %s", self.name, error)
        self._last_error = str(error)
        now = self._clock.now()
        for group in make_groups(list(self._points.values())):
            self._on_samples(failed(group.points, now, "port"))

    def _disconnect(self) -> None:
        master, self._master = self._master, None
        if master is not None:
            try:
                master.port.close()
            except PortError as error:
                _log.debug("bus %s: %s", self.name, error)

    def _pause(self, seconds: float) -> None:
        """Waits before the next attempt to open the port; writes that come meanwhile fail at once."""
        end = time.monotonic() + seconds
        while not self._stop.is_set() and (left := end - time.monotonic()) > 0:
            with self._changed:
                if not self._writes:
                    self._changed.wait(left)
                waiting = list(self._writes)
                self._writes.clear()
            for job in waiting:
                if job.done.set_running_or_notify_cancel():
                    job.done.set_exception(WriteError(f"{job.point.id} was not written: {self._last_error}"))
