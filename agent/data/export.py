"""History as a file for other programs: CSV or Parquet, written in chunks."""

from __future__ import annotations

import csv
import errno
import math
import os
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agent.data.history import History
from agent.data.store import StorageError, StorageFullError
from hal.sample import Sample


class _Sink(ABC):
    @abstractmethod
    def write(self, samples: Sequence[Sample], unit: str) -> None: ...

    @abstractmethod
    def close(self) -> None: ...


class _Csv(_Sink):
    """UTF-8; time in ISO 8601 UTC; an unusable value is empty; the unit column only where units are known."""

    def __init__(self, path: Path, with_unit: bool) -> None:
        self._file = path.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file, lineterminator="\n")
        self._with_unit = with_unit
        self._writer.writerow(["time", "point", "value", *(["unit"] if with_unit else []), "quality", "reason"])

    def write(self, samples: Sequence[Sample], unit: str) -> None:
        units = [unit] if self._with_unit else []
        self._writer.writerows(
            [iso_time(s.time), s.point, "" if math.isnan(s.value) else repr(s.value), *units, s.quality.value, s.reason]
            for s in samples
        )

    def close(self) -> None:
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
        finally:
            self._file.close()


class _Parquet(_Sink):
    """Time as timestamp[us, UTC]; an unusable value is null; one row group a chunk."""

    def __init__(self, path: Path, with_unit: bool) -> None:
        try:
            import pyarrow as pa
            import pyarrow.parquet as pq
        except ImportError as error:
            raise StorageError(
                "Parquet export needs pyarrow, which is not installed.",
                "Install it with `pip install louguan[parquet]`, or export to a .csv file.",
            ) from error
        self._pa: Any = pa
        word = pa.dictionary(pa.int32(), pa.string())
        fields = [("time", pa.timestamp("us", tz="UTC")), ("point", word), ("value", pa.float64())]
        self._schema: Any = pa.schema([*fields, *([("unit", word)] if with_unit else []), *_words(word)])
        self._with_unit = with_unit
        self._path = path
        self._writer: Any = pq.ParquetWriter(path, self._schema)

    def write(self, samples: Sequence[Sample], unit: str) -> None:
        columns: list[Any] = [
            [round(s.time * 1e6) for s in samples],
            [s.point for s in samples],
            [None if math.isnan(s.value) else s.value for s in samples],
            *([[unit] * len(samples)] if self._with_unit else []),
            [s.quality.value for s in samples],
            [s.reason for s in samples],
        ]
        arrays = [self._pa.array(c, type=f.type) for c, f in zip(columns, self._schema, strict=True)]
        self._writer.write_batch(self._pa.record_batch(arrays, schema=self._schema))

    def close(self) -> None:
        self._writer.close()
        with self._path.open("rb") as file:
            os.fsync(file.fileno())


def _words(word: Any) -> list[tuple[str, Any]]:
    return [("quality", word), ("reason", word)]


def iso_time(time: float) -> str:
    """Unix seconds as 2026-01-31T08:15:00.250000Z."""
    return datetime.fromtimestamp(time, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def export(
    history: History,
    points: Sequence[str],
    start: float,
    end: float,
    path: Path,
    units: Mapping[str, str] | None = None,
) -> int:
    """Writes the raw samples with start <= time < end, point by point, oldest first; returns the rows.

    The ending of `path` chooses the format: .csv or .parquet. units: unit by full point id; adds the column `unit`.
    The file appears whole or not at all. Raises StorageError, StorageFullError.
    """
    kinds: dict[str, type[_Csv] | type[_Parquet]] = {".csv": _Csv, ".parquet": _Parquet}
    kind = kinds.get(path.suffix.lower())
    if kind is None:
        raise StorageError(f"{path.name} is neither a .csv nor a .parquet file.", "Choose one of these endings.")
    known = set(history.points())
    if unknown := [p for p in points if p not in known]:
        raise StorageError(f"History has no point {unknown[0]!r}.", "`louguan points` lists the points.")
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    rows = 0
    try:
        sink: _Sink = kind(partial, units is not None)
        try:
            for point in dict.fromkeys(points):
                for samples in history.iterate(point, start, end):
                    sink.write(samples, (units or {}).get(point, ""))
                    rows += len(samples)
        finally:
            sink.close()
        partial.replace(path)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFullError(f"The disk of {path} is full.", "Export less, or to another disk.") from error
        raise StorageError(f"{path} cannot be written: {error.strerror or error}.", "Check the folder.") from error
    finally:
        partial.unlink(missing_ok=True)
    return rows
