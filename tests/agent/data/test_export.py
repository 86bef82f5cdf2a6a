"""History as CSV and Parquet, whole or not at all."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from agent.data.export import export
from agent.data.history import History
from agent.data.store import StorageError
from hal.sample import Quality, Sample

T = 1_700_000_000.0


@pytest.fixture
def filled(history: History) -> History:
    history.append([Sample("a.x", T + i / 4, i / 3) for i in range(12_000)])
    history.append([Sample("a.y", T, math.nan, Quality.BAD, "timeout"), Sample("a.y", T + 1, 2.5)])
    history.commit()
    return history


def test_csv_gives_every_sample_back_exactly(filled: History, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    assert export(filled, ["a.x", "a.y"], T, T + 1e6, path, {"a.x": "m³/h"}) == 12_002
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["value"]) for row in rows[:12_000]] == [i / 3 for i in range(12_000)]
    assert rows[1] == {
        "time": "2023-11-14T22:13:20.250000Z", "point": "a.x", "value": repr(1 / 3), "unit": "m³/h",
        "quality": "good", "reason": "",
    }  # fmt: skip
    assert rows[12_000] == {
        "time": "2023-11-14T22:13:20.000000Z", "point": "a.y", "value": "", "unit": "", "quality": "bad",
        "reason": "timeout",
    }  # fmt: skip


def test_parquet_gives_every_sample_back_with_types(filled: History, tmp_path: Path) -> None:
    path = tmp_path / "out.parquet"
    assert export(filled, ["a.y", "a.x"], T, T + 1e6, path) == 12_002
    table = pq.read_table(path)
    assert table.schema.field("time").type == pa.timestamp("us", tz="UTC")
    assert table.column_names == ["time", "point", "value", "quality", "reason"]
    rows = table.to_pylist()
    assert (rows[0]["point"], rows[0]["value"], rows[0]["quality"], rows[0]["reason"]) == (
        "a.y",
        None,
        "bad",
        "timeout",
    )
    assert [row["value"] for row in rows[2:]] == [i / 3 for i in range(12_000)]
    assert rows[3]["time"].timestamp() == T + 0.25


def test_only_the_time_asked_for_is_written(filled: History, tmp_path: Path) -> None:
    assert export(filled, ["a.x"], T + 1, T + 2, tmp_path / "out.csv") == 4
    assert export(filled, ["a.x"], T - 9, T - 8, tmp_path / "empty.parquet") == 0
    assert pq.read_table(tmp_path / "empty.parquet").num_rows == 0


@pytest.mark.parametrize("name", ["out.csv", "out.parquet"])
def test_a_failure_half_way_leaves_the_file_before_and_no_piece(
    filled: History, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "to").mkdir()
    path = tmp_path / "to" / name
    path.write_text("the one before")

    def broken(*_: object) -> Iterator[list[Sample]]:
        yield [Sample("a.x", T, 1.0)]
        raise StorageError("The disk failed.")

    monkeypatch.setattr(filled, "iterate", broken)
    with pytest.raises(StorageError, match="failed"):
        export(filled, ["a.x"], T, T + 1e6, path)
    assert [p.name for p in path.parent.iterdir()] == [name]
    assert path.read_text() == "the one before"


def test_what_cannot_be_exported_is_said(filled: History, tmp_path: Path) -> None:
    for points, name, said in (
        (["a.x"], "out.xls", "neither a .csv nor a .parquet"),
        (["a.z"], "out.csv", "no point 'a.z'"),
        (["a.x"], "missing/out.csv", "cannot be written"),
        (["a.x"], "missing/out.parquet", "cannot be written"),
    ):
        with pytest.raises(StorageError, match=said):
            export(filled, points, T, T + 9, tmp_path / name)
