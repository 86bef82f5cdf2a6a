"""Labelled recordings in the form of the SKAB benchmark: one CSV a run, `;` between columns, a label a row."""

from __future__ import annotations

import glob
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hal.errors import LouguanError

TRAIN_ROWS = 400
"""Of each recording; the rest is test (SKAB leaderboard, https://github.com/waico/SKAB)."""
_MAX_BYTES = 64 * 1024**2
_MAX_FILES = 1000
_TIME, _LABEL, _OTHER = "datetime", "anomaly", "changepoint"
_FAULT_FREE = "anomaly-free"


class RecordingError(LouguanError):
    """A recording is missing or not of the form."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One run of one machine.

    group: name of its folder. seconds: (rows,) Unix time, never falling. values: (rows, points) in the points' units.
    anomalous: (rows,) the label.
    """

    path: Path
    group: str
    points: tuple[str, ...]
    seconds: NDArray[np.float64]
    values: NDArray[np.float64]
    anomalous: NDArray[np.bool_]


def find(data: Path | None, pattern: str | None) -> list[Recording]:
    """All recordings that `pattern` names below `data` (or below the working directory), else the labelled ones in the
    folders of `data`, with the same points in each.

    Raises:
        RecordingError: there is none, one is not of the form, or their points differ.
    """
    if pattern is not None:
        wanted = str(data / pattern) if data else pattern
        paths = sorted(Path(name) for name in glob.glob(wanted, recursive=True))  # noqa: PTH207
    elif data is not None:
        wanted = str(data / "*" / "*.csv")
        paths = sorted(path for path in data.glob("*/*.csv") if path.parent.name != _FAULT_FREE)
    else:
        raise RecordingError("No recordings were named.", "Give --data DIR or --files GLOB.")
    paths = [path for path in paths if path.is_file()]
    if not paths:
        raise RecordingError(f"No file matches {wanted}.", "Check the folder and the pattern.")
    if len(paths) > _MAX_FILES:
        raise RecordingError(f"{wanted} matches {len(paths)} files.", f"Name at most {_MAX_FILES}.")
    recordings = [load(path) for path in paths]
    first = recordings[0]
    for other in recordings:
        if differing := set(first.points) ^ set(other.points):
            name = min(differing)
            lacking, having = (other, first) if name in first.points else (first, other)
            raise RecordingError(
                f"{lacking.path} lacks the column {name} that {having.path} has.", "Evaluate them apart."
            )
    return recordings


def fault_free(data: Path) -> list[Recording]:
    """The runs without a fault in `data`, which have no label; they may be absent.

    Raises:
        RecordingError: one is not of the form.
    """
    return [load(path, labelled=False) for path in sorted(data.glob(f"{_FAULT_FREE}/*.csv"))]


def load(path: Path, labelled: bool = True) -> Recording:
    """Reads one file; without a label none of its rows is anomalous.

    Raises:
        RecordingError: it cannot be read, is too large or too short, or a column or a value is not of the form.
    """
    lines = _text(path).rstrip().splitlines()
    header = [name.strip() for name in lines[0].split(";")] if lines else []
    for name in (_TIME, _LABEL) if labelled else (_TIME,):
        if name not in header:
            raise RecordingError(f"{path} has no column {name}.", "Its first line has to name it, with ; between.")
    if len(set(header)) < len(header):
        raise RecordingError(f"{path} names a column twice.", "Rename one.")
    points = [name for name in header if name not in (_TIME, _LABEL, _OTHER)]
    if not points:
        raise RecordingError(f"{path} has no column of a sensor.", "Its first line has to name one at least.")
    if len(lines) - 1 <= TRAIN_ROWS:
        raise RecordingError(
            f"{path} has {len(lines) - 1} rows.", f"The first {TRAIN_ROWS} are learned, so it needs one more at least."
        )
    seconds, table = np.empty(len(lines) - 1), np.zeros((len(lines) - 1, len(points) + 1))
    columns = [(name, header.index(name)) for name in ([*points, _LABEL] if labelled else points)]
    for index, line in enumerate(lines[1:]):
        cells, where = line.split(";"), f"{path}, line {index + 2}"
        if len(cells) != len(header):
            raise RecordingError(f"{where}: {len(cells)} values for {len(header)} columns.", "Mend the line.")
        seconds[index] = _time(cells[header.index(_TIME)], where)
        for place, (name, column) in enumerate(columns):
            table[index, place] = _number(cells[column], name, where)
        if index and seconds[index] < seconds[index - 1]:
            raise RecordingError(f"{where}, column {_TIME}: earlier than the line before.", "Sort the rows by time.")
    label = table[:, -1]
    if wrong := np.flatnonzero((label != 0) & (label != 1)).tolist():
        raise RecordingError(f"{path}, line {wrong[0] + 2}, column {_LABEL}: neither 0 nor 1.", "Mend the label.")
    return Recording(path, path.resolve().parent.name, tuple(points), seconds, table[:, :-1], label == 1)


def _text(path: Path) -> str:
    try:
        if (size := path.stat().st_size) > _MAX_BYTES:
            raise RecordingError(f"{path} has {size / 1024**2:.0f} MB.", f"At most {_MAX_BYTES // 1024**2} are read.")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise RecordingError(f"{path} cannot be read: {error.strerror}.", "Check the path and its rights.") from error
    except UnicodeDecodeError as error:
        raise RecordingError(f"{path} is not UTF-8 text.", "Save it as a CSV in UTF-8.") from error


def _time(cell: str, where: str) -> float:
    try:
        time = datetime.fromisoformat(cell.strip())
    except ValueError as error:
        raise RecordingError(
            f"{where}, column {_TIME}: {cell[:40]!r} is no date and time.", "Write ISO 8601."
        ) from error
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()


def _number(cell: str, name: str, where: str) -> float:
    try:
        return float(cell)
    except ValueError as error:
        raise RecordingError(f"{where}, column {name}: {cell[:40]!r} is no number.", "Mend the value.") from error
