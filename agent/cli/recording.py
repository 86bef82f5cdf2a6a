"""A recording in a CSV file of any make: its delimiter, time column and numeric columns are found, not configured."""

from __future__ import annotations

import csv
import io
import math
import re
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from agent.cli.common import age_text
from agent.texts import t
from hal.errors import LouguanError

MAX_BYTES = 64 * 1024**2
MAX_ROWS = 1_000_000
MAX_COLUMNS = 120
_MAX_CELLS = 1000
"""Columns of any kind."""
_PEEK = 40
"""Rows that are looked at to find the delimiter and the time column."""
_DELIMITERS = ",;\t|"
_LABEL = re.compile(r"labels?|(is_)?anomaly|changepoint|.*ground[ _]truth.*")
"""Columns of these names say what happened; no sensor measures them."""
_NO_VALUE = frozenset({"", "-", "--", "nan", "null", "none", "na", "n/a", "#n/a"})
_WORDS = {"true": 1.0, "false": 0.0}
_TIME_NAMES = frozenset(
    {"datetime", "timestamp", "time", "date", "ts", "t", "seconds", "elapsed", "时间", "日期", "时刻"}
)
_FORMATS = (
    "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M",
    "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%Y年%m月%d日 %H:%M:%S", "%Y年%m月%d日 %H时%M分%S秒",
)  # fmt: skip
_MILLISECONDS = 1e11
"""A number above it that counts from 1970 counts milliseconds, as seconds it would be the year 5138."""
_LONG_GAP = 5.0
"""Median distances of rows."""
_LARGEST = 3.4e38
"""What a float32 register holds."""

TimeParser = Callable[[str], float]


class RecordingError(LouguanError):
    """The file cannot be played."""


@dataclass(frozen=True, slots=True)
class Recording:
    """Rows in order of time.

    names: of the columns that become points, as the file has them. times: seconds, Unix where the file has a calendar
    time. values: (rows, points), NaN where a cell was empty or no number. labels: 1 anomalous, 0 not, NaN unknown.
    interval_s: median distance of rows. notes: what was left out or mended, for the user.
    """

    path: Path
    names: tuple[str, ...]
    times: NDArray[np.float64]
    values: NDArray[np.float64]
    labels: NDArray[np.float64] | None
    interval_s: float
    notes: list[str] = field(default_factory=list)

    def time_text(self, row: int) -> str:
        """When a row was recorded, as a reader of the file knows it."""
        moment = datetime.fromtimestamp(float(self.times[row]), UTC)
        return moment.strftime("%Y-%m-%d %H:%M:%S") + (
            f".{moment.microsecond // 1000:03d}" if self.interval_s < 1 else ""
        )


def read_recording(
    path: Path, label: str | None = None, ignore: Sequence[str] = (), delimiter: str | None = None
) -> Recording:
    """label: column that marks anomalous rows with 1. ignore: columns to leave out. delimiter: found when not given.

    Raises RecordingError for what cannot be played.
    """
    text = _text(path)
    chosen = delimiter or _delimiter(text)
    try:
        return _Reader(path, csv.reader(io.StringIO(text, newline=""), delimiter=chosen), chosen, label, ignore).read()
    except csv.Error as error:
        raise RecordingError(f"{path} is not a proper CSV file: {error}.") from error


def _text(path: Path) -> str:
    try:
        if not path.is_file():
            raise RecordingError(f"{path} is not a file.", "Name a CSV file.")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise RecordingError(
                f"{path} has {size / 1024**2:.0f} MB, more than {MAX_BYTES // 1024**2}.", "Cut it into shorter ones."
            )
        data = path.read_bytes()
    except OSError as error:
        raise RecordingError(f"{path} cannot be read: {error.strerror}.") from error
    # GB 18030 is what spreadsheets in Chinese write without being asked.
    for encoding in ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise RecordingError(f"{path} is not a text file.", "Save it as CSV in UTF-8.")


def _delimiter(text: str) -> str:
    lines = [line for line in text[:65_536].splitlines()[:_PEEK] if line.strip()]
    widths = {}
    for candidate in _DELIMITERS:
        counts = [len(cells) for cells in csv.reader(lines, delimiter=candidate)]
        same = sum(count == counts[0] for count in counts) if counts else 0
        widths[candidate] = counts[0] if counts and same >= 0.8 * len(counts) else 0
    return max(_DELIMITERS, key=lambda candidate: widths[candidate])


class _Reader:
    def __init__(
        self, path: Path, rows: Iterator[list[str]], delimiter: str, label: str | None, ignore: Sequence[str]
    ) -> None:
        self._path, self._rows = path, rows
        self._comma = delimiter != ","
        self._label, self._ignore = label, set(ignore)
        self._notes: list[str] = []

    def read(self) -> Recording:
        header = self._header()
        peeked = [row for row in (next(self._rows, []) for _ in range(_PEEK)) if row]
        at, parse = self._time_column(header, peeked)
        columns, garbage, times = self._columns(header, peeked, at, parse)
        if not times:
            raise RecordingError(f"{self._path} has no rows.", "It needs a line of names and rows below it.")
        order, stamps = self._ordered(np.array(times))
        labels = None
        if self._label is not None:
            labels = self._labels(columns.pop(self._label), garbage.pop(self._label))[order]
        arrays = {name: np.array(column)[order] for name, column in columns.items()}
        names = self._points(arrays, garbage, labels)
        steps = np.diff(stamps)
        steps = steps[steps > 0]
        interval = float(np.median(steps)) if len(steps) else 1.0
        if gaps := int((steps > _LONG_GAP * interval).sum()):
            self._note("replay.gaps", count=gaps, longest=age_text(float(steps.max())))
        values = np.column_stack([arrays[name] for name in names])
        if empty := int(np.isnan(values).sum()) - sum(garbage[name] for name in names):
            self._note("replay.empty", count=empty)
        return Recording(self._path, tuple(names), stamps, values, labels, interval, self._notes)

    def _note(self, key: str, **values: object) -> None:
        self._notes.append(t(key, **values))

    def _header(self) -> list[str]:
        cells = next((row for row in self._rows if any(cell.strip() for cell in row)), [])
        if not cells:
            raise RecordingError(f"{self._path} is empty.", "It needs a line of names and rows below it.")
        if len(cells) > _MAX_CELLS:
            raise RecordingError(f"{self._path} has {len(cells)} columns, more than {_MAX_CELLS}.")
        if all(math.isfinite(self._number(cell)[0]) for cell in cells):
            raise RecordingError(f"{self._path} has no line of names.", "Put one name a column into its first line.")
        names: list[str] = []
        for number, cell in enumerate(cells, 1):
            name = cell.strip()[:80] or f"column {number}"
            names.append(name if name not in names else f"{name} ({number})")
        for wanted in [*self._ignore, *([self._label] if self._label is not None else [])]:
            if wanted not in names:
                near = get_close_matches(wanted, names, n=1, cutoff=0.5)
                hint = f"Did you mean {near[0]!r}?" if near else f"Columns: {', '.join(names)}."
                raise RecordingError(f"{self._path} has no column {wanted!r}.", hint)
        return names

    def _time_column(self, header: list[str], peeked: list[list[str]]) -> tuple[int | None, TimeParser]:
        for at, name in enumerate(header):
            cells = [row[at] for row in peeked if len(row) == len(header)]
            if name == self._label or name in self._ignore or not cells:
                continue
            for parse in _time_parsers(name):
                if not any(math.isnan(_parsed(parse, cell)) for cell in cells):
                    return at, parse
        self._note("replay.no_time")
        return None, float

    def _columns(
        self, header: list[str], peeked: list[list[str]], at: int | None, parse: TimeParser
    ) -> tuple[dict[str, array[float]], dict[str, int], list[float]]:
        """Numbers by column, how many cells of each were something else, and the times."""
        left_out = {name for name in header if name != self._label and _LABEL.fullmatch(name.lower())} - self._ignore
        for name in sorted(left_out):
            self._note("replay.label_column", name=name)
        skipped = left_out | self._ignore
        kept = [n for n, name in enumerate(header) if n != at and name not in skipped]
        columns, garbage, times = [array("d") for _ in kept], [0] * len(kept), array("d")
        bad = untimed = 0
        for row in self._every(peeked):
            if len(row) != len(header):
                bad += any(cell.strip() for cell in row)
                continue
            stamp = float(len(times)) if at is None else _parsed(parse, row[at])
            if math.isnan(stamp):
                untimed += 1
                continue
            if len(times) >= MAX_ROWS:
                raise RecordingError(f"{self._path} has more than {MAX_ROWS} rows.", "Cut it into shorter ones.")
            times.append(stamp)
            for n, column in enumerate(kept):
                value, wrong = self._number(row[column])
                columns[n].append(value)
                garbage[n] += wrong
        if bad:
            self._note("replay.bad_rows", count=bad, columns=len(header))
        if untimed:
            self._note("replay.untimed", count=untimed)
        names = [header[n] for n in kept]
        return dict(zip(names, columns, strict=True)), dict(zip(names, garbage, strict=True)), list(times)

    def _every(self, peeked: list[list[str]]) -> Iterator[list[str]]:
        yield from peeked
        yield from self._rows

    def _ordered(self, times: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        order = np.argsort(times, kind="stable")
        if backwards := int((np.diff(times) < 0).sum()):
            self._note("replay.unsorted", count=backwards)
        ordered = times[order]
        if twice := int((np.diff(ordered) == 0).sum()):
            self._note("replay.twice", count=twice)
        return order, ordered

    def _labels(self, column: array[float], garbage: int) -> NDArray[np.float64]:
        labels = np.array(column)
        found = set(np.unique(labels[np.isfinite(labels)]).tolist())
        if garbage or not found or not found <= {0.0, 1.0}:
            raise RecordingError(f"Column {self._label!r} holds other things than 0 and 1.", "Name another --label.")
        if unknown := int(np.isnan(labels).sum()):
            self._note("replay.unlabelled", count=unknown)
        return labels

    def _points(
        self, arrays: dict[str, NDArray[np.float64]], garbage: dict[str, int], labels: NDArray[np.float64] | None
    ) -> list[str]:
        names: list[str] = []
        words: list[str] = []
        constant: list[str] = []
        for name, column in arrays.items():
            finite = column[np.isfinite(column)]
            if garbage[name] > len(finite):
                words.append(name)
            elif len(finite) == 0 or finite.min() == finite.max():
                constant.append(name)
            elif labels is not None and np.array_equal(column, labels, equal_nan=True):
                self._note("replay.label_twin", name=name)
            else:
                if garbage[name]:
                    self._note("replay.garbage", name=name, count=garbage[name])
                names.append(name)
        if words:
            self._note("replay.words", names=", ".join(words))
        if constant:
            self._note("replay.constant", names=", ".join(constant))
        if not names:
            raise RecordingError(f"{self._path} has no column of changing numbers.", "Is this a recording?")
        if len(names) > MAX_COLUMNS:
            raise RecordingError(
                f"{self._path} has {len(names)} numeric columns, more than {MAX_COLUMNS}.",
                "Leave some out by --ignore.",
            )
        return names

    def _number(self, cell: str) -> tuple[float, bool]:
        """The value, NaN for none, and whether the cell held something else than a number."""
        word = cell.strip().lower()
        if word in _NO_VALUE:
            return math.nan, False
        try:
            value = _WORDS[word] if word in _WORDS else float(word.replace(",", ".") if self._comma else word)
        except ValueError:
            return math.nan, True
        return (value, False) if abs(value) < _LARGEST else (math.nan, True)


def _time_parsers(name: str) -> Iterator[TimeParser]:
    yield _iso
    for pattern in _FORMATS:
        yield lambda cell, pattern=pattern: _seconds(datetime.strptime(cell, pattern))  # type: ignore[misc]
    if re.split(r"[\s(\[_]", name.lower())[0] in _TIME_NAMES:
        yield _count


def _iso(cell: str) -> float:
    # fromisoformat also takes 20200309 and 2020-W10, which are as often plain numbers.
    if not re.match(r"\d{4}[-/]\d", cell):
        raise ValueError(cell)
    return _seconds(datetime.fromisoformat(cell.replace("/", "-")))


def _seconds(moment: datetime) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _count(cell: str) -> float:
    value = float(cell)
    if not math.isfinite(value):
        raise ValueError(cell)
    return value / 1000 if abs(value) > _MILLISECONDS else value


def _parsed(parse: TimeParser, cell: str) -> float:
    """Seconds, NaN for what is no time."""
    try:
        return parse(cell.strip())
    except (ValueError, OverflowError):
        return math.nan


_UNSAFE = re.compile(r"[^a-z0-9]+")


def point_ids(names: Sequence[str]) -> list[str]:
    """An id for gateway.toml for each column: from its letters and digits, else by its place."""
    ids: list[str] = []
    for number, name in enumerate(names, 1):
        base = plain = _UNSAFE.sub("-", name.lower()).strip("-")[:40].strip("-") or f"c{number}"
        while plain in ids:
            plain = f"{base}-{number}"
            number += 1
        ids.append(plain)
    return ids
