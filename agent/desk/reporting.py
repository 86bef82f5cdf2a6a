"""Carries what the desk must raise an alarm about to the core, without a dialogue ever waiting for it."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field
from typing import Any, Final

from agent.api.client import Client, RefusedError, UnreachableError
from agent.core.troubles import Trouble
from agent.desk.masking import mask

DEADLINE_S: Final = 2.0
"""Of the client, for one try."""
MOST: Final = 32
"""Reports that may wait."""
NOTE: Final = 500
"""Characters of a note that the core takes."""
EMERGENCY_S, SURGE_S = 600.0, 86_400.0
"""How long a report holds unless it comes again; its alarm stays until somebody acknowledges it."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 15.0
GIVE_UP_S = 600.0
"""How long a report is tried; later the core would tell of the past as of now."""
_MENDABLE: Final = 500
"""From this status on the core may take the same report later."""
_STOPS: Final = "The desk stops."

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Waiting:
    urgent: bool
    body: dict[str, Any]
    since: float = field(default_factory=time.monotonic)


class Reporter:
    """client: of the core, with DEADLINE_S; without one nobody is told.

    A report that finds no core is tried again for GIVE_UP_S, emergencies first. `trouble` says what hinders; it ends
    with the next report that is taken.
    """

    def __init__(self, client: Client | None) -> None:
        self.trouble: Trouble | None = None
        self._client = client
        self._waiting: list[_Waiting] = []
        self._news = threading.Condition()
        self._closing = False
        self._thread: threading.Thread | None = None
        if client is not None:
            self._thread = threading.Thread(target=self._carry, args=(client,), name="reports", daemon=True)
            self._thread.start()

    def emergency(self, name: str, note: str) -> None:
        """Alarms on an emergency: the name of its rule or entry, and the words that told of it."""
        self._put(True, f"emergency/{name}", "critical", note, EMERGENCY_S)

    def surge(self, topic: str, note: str) -> None:
        """Alarms on a topic that residents complain about more often than they used to."""
        self._put(False, f"feedback/{topic}", "medium", note, SURGE_S)

    def close(self) -> None:
        """Tries once more what waits, for DEADLINE_S at the longest. May be called twice."""
        with self._news:
            self._closing = True
            self._news.notify()
        if self._thread is not None:
            self._thread.join(DEADLINE_S)
        with self._news:
            left, self._waiting = self._waiting, []
        for one in left:
            self._lost(one, _STOPS, "")

    def _put(self, urgent: bool, key: str, priority: str, note: str, lasts_s: float) -> None:
        if self._client is None:
            return
        body = {"key": key, "priority": priority, "note": mask(note)[:NOTE], "lasts_s": lasts_s}
        lost: list[_Waiting] = []
        with self._news:
            self._waiting.append(_Waiting(urgent, body))
            if self._closing:
                lost = [self._waiting.pop()]
            elif len(self._waiting) > MOST:
                lost = [min(self._waiting, key=lambda one: one.urgent)]
                self._waiting.remove(lost[0])
            self._news.notify()
            why = _STOPS if self._closing else f"More than {MOST} reports wait for the core."
        for one in lost:
            self._lost(one, why, "See `louguan status`.")

    def _carry(self, client: Client) -> None:
        pause = FIRST_PAUSE_S
        while (one := self._next()) is not None:
            try:
                client.post("/v1/reports", one.body)
            except (UnreachableError, RefusedError) as error:
                final = isinstance(error, RefusedError) and error.status < _MENDABLE
                if final or self._closing or time.monotonic() - one.since >= GIVE_UP_S:
                    if self._taken(one):
                        self._lost(one, error.message, error.remedy)
                    continue
                self._begin(f"The core takes no reports: {error.message}", error.remedy)
                with self._news:
                    if not self._closing:
                        self._news.wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE_S)
            else:
                self._taken(one)
                pause = FIRST_PAUSE_S
                if self.trouble is not None:
                    log.info("the core takes reports again")
                    self.trouble = None

    def _next(self) -> _Waiting | None:
        """The first emergency, else the first; waits for one, and is None when all are done at the end."""
        with self._news:
            self._news.wait_for(lambda: self._waiting or self._closing)
            return max(self._waiting, key=lambda one: one.urgent) if self._waiting else None

    def _taken(self, one: _Waiting) -> bool:
        """Takes it out; whether it still waited."""
        with self._news:
            if one not in self._waiting:
                return False
            self._waiting.remove(one)
            return True

    def _lost(self, one: _Waiting, why: str, remedy: str) -> None:
        log.error("report %s is lost: %s %s", one.body["key"], why, remedy)
        self.trouble = Trouble("reports", f"The report {one.body['key']} is lost: {why}", remedy, time.time())

    def _begin(self, message: str, remedy: str) -> None:
        known = self.trouble
        if known is None:
            log.warning("%s %s", message, remedy)
            self.trouble = Trouble("reports", message, remedy, time.time())
