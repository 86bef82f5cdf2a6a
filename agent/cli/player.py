"""Plays a recording into a core of its own: rows -> Modbus slave -> pty -> bus -> detector -> alarms.

Lockstep: a row stays in the registers until it has been read, then the next one is there, whole. So each row is read
exactly once, however fast or slow the machine is, and a point that carries the row's number proves it. Alarm times are
brought back to rows by that point's history, so gaps in the recording cost no waiting and its own times are reported.
"""

from __future__ import annotations

import json
import time
from bisect import bisect_left
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agent.api.client import Client
from agent.cli.children import ChildError, Children
from agent.cli.recording import Recording, point_ids
from agent.cli.replay import ROW
from agent.supervisor import service_command
from firmware_bridge.modbus.codec import decode_request
from firmware_bridge.modbus.errors import CodecError
from firmware_bridge.modbus.server import PtySlave, RegisterBank

_ROWS_PER_S, _SAMPLES_PER_S = 200, 4000
"""At most: what a core on a two-core box takes in with a reserve."""
ASSET = "recording"
_WORDS = 2
_START_S = 30.0
_TURN_S = 0.1
_STALLED_S = 20.0
_SETTLE_S = 20.0
_PAGE, _JOURNAL_PAGE = 100_000, 10_000
_SHORTEST_S, _LONGEST_S = 0.05, 50.0
_HEAD_START_S = 1.5
"""What a core takes to its first poll, so that its clock then shows about the time of the first row."""
_EVERY_STATE = "normal,unacknowledged,acknowledged,returned_unacknowledged,shelved,suppressed"
_ACTIVE_STATES = ("unacknowledged", "acknowledged")


def fastest_row_s(points: int) -> float:
    """Real seconds that a row of so many points takes at least."""
    return max(1 / _ROWS_PER_S, points / _SAMPLES_PER_S)


class _RowBank(RegisterBank):
    """Float32 input registers for the points, then the row's number as uint32; reading that number turns the page."""

    def __init__(self, values: NDArray[np.float64]) -> None:
        rows, points = values.shape
        self._mark = _WORDS * points
        super().__init__(1, self._mark + _WORDS)
        with np.errstate(over="ignore"):
            # One more row, of NaN, stays when the recording is over.
            held = np.vstack([values, np.full((1, points), np.nan)]).astype(">f4")
        numbers = np.arange(rows + 1, dtype=">u4").reshape(-1, 1)
        self._words = np.hstack([held.view(">u2"), numbers.view(">u2")]).astype(np.uint16)
        self.rows: int = rows
        self.row = 0
        """The row in the registers; `rows` when all have been read."""
        self.set_words("input", 0, self._words[0].tolist())

    def answer(self, pdu: bytes) -> bytes:
        with self._lock:
            reply = super().answer(pdu)
            if self.row < self.rows and reply and not reply[0] & 0x80 and self._turns(pdu):
                self.row += 1
                self.set_words("input", 0, self._words[self.row].tolist())
            return reply

    def _turns(self, pdu: bytes) -> bool:
        try:
            request = decode_request(pdu)
        except CodecError:
            return False
        return request.is_read and request.address <= self._mark < request.address + request.count


@dataclass(frozen=True, slots=True)
class Episode:
    """Rows from `first` on, before `end`, in which an alarm was active."""

    first: int
    end: int


@dataclass(frozen=True, slots=True)
class Played:
    """What came of it.

    seen: (rows,) whether the core saw the row. alarms: as the API shows them, by number. episodes: of each alarm.
    """

    seen: NDArray[np.bool_]
    alarms: list[dict[str, Any]]
    episodes: dict[int, list[Episode]]

    def alarmed(self, rows: int) -> NDArray[np.bool_]:
        """(rows,) whether any alarm was active."""
        on = np.zeros(rows, dtype=bool)
        for episodes in self.episodes.values():
            for episode in episodes:
                on[episode.first : episode.end] = True
        return on


class Player:
    """One playing of a recording. Use it in a `with` inside that of `children`, where the core is started.

    speed: times the recording's. learn_rows: 100 at least. desk: whether the configuration has one.
    """

    def __init__(
        self, recording: Recording, children: Children, speed: float, learn_rows: int, desk: bool = False
    ) -> None:
        self._recording = recording
        self._children = children
        self._bank = _RowBank(recording.values)
        self._slave = PtySlave(self._bank)
        real_s = max(fastest_row_s(len(recording.names)), recording.interval_s / speed)
        self.speed = recording.interval_s / real_s
        """Really: not faster than the box can follow."""
        # The core's own clock need not be the recording's: rows are brought back by their number.
        self._shown_s = min(_LONGEST_S, max(_SHORTEST_S, recording.interval_s))
        self._clock_speed = self._shown_s / real_s
        self.ids = point_ids(recording.names)
        self.config = children.home / "gateway.toml"
        self.config.write_text(self._toml(children.home, learn_rows, desk), encoding="utf-8")
        self.core = Client(children.home / "run" / "core.sock")
        self._journal: list[dict[str, Any]] = []
        self._last_seq = 0
        self._times: list[float] = []
        self._numbers: list[int] = []
        self._moved = (0, time.monotonic())

    def __enter__(self) -> Player:
        shown = float(self._recording.times[0])
        clock = f"{self._clock_speed},{time.time() + _HEAD_START_S},{max(shown, 1e9)}"
        self._slave.start()
        self._children.start("core", service_command("core", self.config, ["--clock", clock, "--log", "WARNING"]))
        self._children.until(_START_S, "core", lambda: self.core.get("/v1/health"))
        return self

    def __exit__(self, *_: object) -> None:
        self._slave.stop()

    @property
    def row(self) -> int:
        """Rows that have been read so far."""
        return self._bank.row

    @property
    def over(self) -> bool:
        return self.row >= self._bank.rows

    def row_at(self, time: float) -> int | None:
        """The row that the core saw at a time of its own clock, or next; None while that is not known yet."""
        at = bisect_left(self._times, time)
        return self._numbers[at] if at < len(self._numbers) else None

    def wait(self, seconds: float) -> None:
        """Lets it play on. Raises ChildError when the core has ended, or no row has been read for a long time."""
        end = time.monotonic() + seconds
        while not self.over and time.monotonic() < end:
            time.sleep(min(_TURN_S, seconds))
            self._children.check()
            now = time.monotonic()
            if self.row != self._moved[0]:
                self._moved = (self.row, now)
            elif now > self._moved[1] + _STALLED_S + self._shown_s / self._clock_speed:
                raise ChildError(f"The core has read no row after row {self.row}.", "Is the machine overloaded?")
        # Taken along on the way: journal and history are bounded and forget their oldest part.
        self._read_journal()
        self._read_rows()

    def _read_journal(self) -> None:
        while page := self.core.get("/v1/journal", since=self._last_seq, limit=_JOURNAL_PAGE)["entries"]:
            self._journal += page
            self._last_seq = page[-1]["seq"]

    def _read_rows(self) -> None:
        """When each row was seen."""
        while True:
            after = self._times[-1] if self._times else 0.0
            page = self.core.get("/v1/samples", point=f"{ASSET}.{ROW}", start=after, limit=_PAGE)["samples"]
            fresh = [(s["time"], round(s["value"])) for s in page if s["value"] is not None and s["time"] > after]
            self._times.extend(moment for moment, _ in fresh)
            self._numbers.extend(number for _, number in fresh)
            if len(page) < _PAGE:
                return

    def result(self) -> Played:
        """Once it is over; waits until the core has stored the last row. Raises ChildError."""
        last = len(self._recording.times) - 1

        def stored() -> bool:
            self._read_rows()
            return bool(self._numbers) and self._numbers[-1] >= last

        self._children.until(_SETTLE_S, "sign of the last row", stored)
        seen = np.zeros(last + 1, dtype=bool)
        seen[[number for number in self._numbers if number <= last]] = True
        alarms = sorted(self.core.get("/v1/alarms", state=_EVERY_STATE)["alarms"], key=lambda alarm: int(alarm["id"]))
        return Played(seen, alarms, self._episodes(last + 1))

    def _episodes(self, rows: int) -> dict[int, list[Episode]]:
        self._read_journal()
        began: dict[int, int] = {}
        episodes: dict[int, list[Episode]] = {}
        for entry in self._journal:
            known = self.row_at(entry["time"])
            row = rows if known is None else min(rows, known)
            alarm, active = entry["alarm_id"], entry["to_state"] in _ACTIVE_STATES
            if active:
                began.setdefault(alarm, row)
            elif alarm in began:
                episodes.setdefault(alarm, []).append(Episode(began.pop(alarm), row))
        for alarm, row in began.items():
            episodes.setdefault(alarm, []).append(Episode(row, rows))
        return {alarm: [e for e in found if e.first < rows] for alarm, found in episodes.items()}

    def _toml(self, home: Path, learn_rows: int, desk: bool) -> str:
        name = _quoted(self._recording.path.stem or "recording")
        interval = f"interval_s = {self._shown_s!r}"
        lines = [
            "[site]", f"name = {{ zh = {name}, en = {name} }}", 'timezone = "UTC"',
            "[paths]", f"state = {_quoted(home / 'state')}", f"run = {_quoted(home / 'run')}",
            "[[buses]]", 'id = "replay"', f"port = {_quoted(self._slave.path)}", "baudrate = 115200", "timeout_s = 10",
            # What is counted is the detector's own word, so alarms neither wait nor linger.
            "[alarms]", "on_delay_s = 0", "off_delay_s = 0", "re_alarm_s = 0",
            "[history]", "max_mb = 64", "raw_days = 3660",
            "[desk]", f"enabled = {str(desk).lower()}",
            "[[assets]]", f'id = "{ASSET}"', f"name = {{ zh = {name}, en = {name} }}", 'bus = "replay"',
            f"detector = {{ learn_rows = {learn_rows} }}",
        ]  # fmt: skip
        for number, (ident, column) in enumerate(zip(self.ids, self._recording.names, strict=True)):
            shown = _quoted(column)
            lines += [
                "[[assets.points]]", f'id = "{ident}"', f"name = {{ zh = {shown}, en = {shown} }}", interval,
                f'modbus = {{ function = "input", address = {_WORDS * number}, type = "float32" }}',
                # Its clock runs fast: a pause of the machine is no gap of the recording.
                "limits = { gap_after_s = 31622400 }",
            ]  # fmt: skip
        lines += [
            "[[assets.points]]", f'id = "{ROW}"', interval, "detect = false",
            f'modbus = {{ function = "input", address = {_WORDS * len(self.ids)}, type = "uint32" }}',
            "limits = { gap_after_s = 31622400 }",
        ]  # fmt: skip
        return "\n".join(lines) + "\n"


def _quoted(text: str | Path) -> str:
    return json.dumps(str(text), ensure_ascii=False)
