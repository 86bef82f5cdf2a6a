"""CSV files as they come: what is found in them, what is left out and said, what is refused."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.cli.recording import RecordingError, point_ids, read_recording
from agent.texts import language

PLAIN = "time,flow,pressure,anomaly\n" + "".join(
    f"2024-03-01 10:00:{n:02d},{10 + n % 7},{2 + n % 3},{int(n > 30)}\n" for n in range(60)
)


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("LOUGUAN_LANG", "en")
    language.cache_clear()
    yield
    language.cache_clear()


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "r.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_numeric_columns_become_points_and_labels_do_not(tmp_path: Path) -> None:
    found = read_recording(written(tmp_path, PLAIN), label="anomaly")
    assert found.names == ("flow", "pressure")
    assert found.values.shape == (60, 2)
    assert found.values[8].tolist() == [11, 4]
    assert found.labels is not None
    assert found.labels.sum() == 29
    assert found.interval_s == 1.0
    assert found.time_text(31) == "2024-03-01 10:00:31"
    assert found.notes == []


def test_a_label_is_left_out_without_being_asked_and_that_is_said(tmp_path: Path) -> None:
    found = read_recording(written(tmp_path, PLAIN.replace("pressure,anomaly", "Pressure,ChangePoint")))
    assert found.names == ("flow", "Pressure")
    assert found.labels is None
    assert any("ChangePoint" in note for note in found.notes)


def test_a_copy_of_the_label_cannot_leak_in(tmp_path: Path) -> None:
    text = "\n".join(line + "," + line.rsplit(",", 1)[1] for line in PLAIN.splitlines()).replace(
        "anomaly,anomaly", "anomaly,twin"
    )
    found = read_recording(written(tmp_path, text), label="anomaly")
    assert found.names == ("flow", "pressure")
    assert any("twin" in note for note in found.notes)


FORMS = {
    "semicolons": lambda text: text.replace(",", ";"),
    "tabs": lambda text: text.replace(",", "\t"),
    "bars": lambda text: text.replace(",", "|"),
    "decimal commas": lambda text: text.replace(",", ";").replace(";11;", ";11,0;"),
    "carriage returns": lambda text: text.replace("\n", "\r\n"),
    "byte order mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "UTF-16": lambda text: text.encode("utf-16"),
    "GB 18030": lambda text: text.replace("flow", "流量").encode("gb18030"),
    "slashes": lambda text: text.replace("2024-03-01", "2024/03/01"),
    "German dates": lambda text: text.replace("2024-03-01", "01.03.2024"),
    "quotes": lambda text: text.replace("flow", '"flow"'),
    "blank lines": lambda text: "\n" + text.replace("\n", "\n\n"),
    "words for labels": lambda text: text.replace(",0\n", ",False\n").replace(",1\n", ",True\n"),
}


@pytest.mark.parametrize("form", [*FORMS, "ISO with zone"])
def test_any_usual_form_of_the_file_gives_the_same_rows(tmp_path: Path, form: str) -> None:
    if form == "ISO with zone":
        lines = [line.replace(" ", "T", 1).replace(",", "+00:00,", 1) for line in PLAIN.splitlines()[1:]]
        text: str | bytes = "time,flow,pressure,anomaly\n" + "\n".join(lines)
    else:
        text = FORMS[form](PLAIN)
    plain = read_recording(written(tmp_path, PLAIN), label="anomaly")
    found = read_recording(written(tmp_path, text), label="anomaly")
    assert found.names[0] == ("流量" if form == "GB 18030" else "flow")
    np.testing.assert_array_equal(found.values, plain.values)
    np.testing.assert_array_equal(found.labels, plain.labels)  # type: ignore[arg-type]
    np.testing.assert_array_equal(found.times, plain.times)


@pytest.mark.parametrize(
    ("name", "stamps", "first", "interval"),
    [
        ("timestamp", [1_700_000_000 + 2 * n for n in range(60)], 1_700_000_000, 2.0),
        ("ts", [1_700_000_000_000 + 500 * n for n in range(60)], 1_700_000_000, 0.5),
        ("time (s)", [0.01 * n for n in range(60)], 0.0, 0.01),
    ],
)
def test_times_may_count_seconds_or_milliseconds(
    tmp_path: Path, name: str, stamps: list[float], first: float, interval: float
) -> None:
    text = f"{name},flow\n" + "".join(f"{stamp},{n % 5}\n" for n, stamp in enumerate(stamps))
    found = read_recording(written(tmp_path, text))
    assert found.names == ("flow",)
    assert found.times[0] == first
    assert found.interval_s == pytest.approx(interval)


def test_without_a_time_column_rows_are_a_second_apart(tmp_path: Path) -> None:
    found = read_recording(written(tmp_path, "a,b\n" + "".join(f"{n},{n % 3}\n" for n in range(20))))
    assert found.names == ("a", "b")
    assert found.times.tolist() == list(range(20))
    assert "1 s apart" in found.notes[0]


def changed(line: int, old: str, new: str) -> str:
    lines = PLAIN.splitlines(keepends=True)
    assert old in lines[line]
    lines[line] = lines[line].replace(old, new, 1)
    return "".join(lines)


@pytest.mark.parametrize(
    ("text", "rows", "said"),
    [
        (changed(45, ",1\n", "\n"), 59, "1 rows do not have 4 cells"),
        (changed(45, "2024-03-01 10:00:44", "soon"), 59, "1 rows without a proper time"),
        (changed(45, "10:00:44", "10:00:05"), 60, "not in order of time (1 steps back)"),
        (changed(45, "10:00:44", "10:00:43"), 60, "1 rows have the time of the row before"),
        (changed(45, ",12,", ",broken,"), 60, "column flow: 1 cells are no numbers"),
        (changed(45, ",12,", ",,"), 60, "1 cells without a value"),
        (changed(45, ",12,", ",NaN,"), 60, "1 cells without a value"),
        (changed(45, ",12,", ",inf,"), 60, "column flow: 1 cells are no numbers"),
        (changed(45, ",1\n", ",\n"), 60, "1 rows without a label"),
        (PLAIN.replace("2024-03-01 10:00:5", "2024-03-01 10:10:5"), 60, "1 gaps in time, the longest 10 min"),
    ],
)
def test_what_is_mended_is_counted_and_said(tmp_path: Path, text: str, rows: int, said: str) -> None:
    found = read_recording(written(tmp_path, text), label="anomaly")
    assert len(found.times) == rows
    assert any(said in note for note in found.notes), found.notes
    assert np.all(np.diff(found.times) >= 0)


def test_columns_of_words_and_constants_are_left_out(tmp_path: Path) -> None:
    lines = PLAIN.splitlines()
    text = "\n".join([lines[0] + ",place,supply", *(line + ",cellar,230" for line in lines[1:])])
    found = read_recording(written(tmp_path, text), label="anomaly", ignore=["pressure"])
    assert found.names == ("flow",)
    assert found.notes == ["left out, not numbers: place", "left out, never changes: supply"]


REFUSED = [
    ("", "is empty"),
    ("\n\n\n", "is empty"),
    ("time,flow\n", "has no rows"),
    ("1,2\n3,4\n", "no line of names"),
    ("time,place\n2024-01-01,x\n2024-01-02,y\n", "no column of changing numbers"),
    ("time,flow\n2024-01-01,1\n2024-01-02,1\n", "no column of changing numbers"),
    (b"a,b\n\x00\x01\x02,\xff\n", "not a text file"),
    ("a,b\n" + "x" * 200_000 + ",1\n", "not a proper CSV"),
    (",".join(f"c{n}" for n in range(1001)) + "\n", "1001 columns"),
    (",".join(f"c{n}" for n in range(121)) + "\n" + "1," * 120 + "1\n" + "2," * 120 + "2\n", "121 numeric columns"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "said"), REFUSED, ids=[row[1] for row in REFUSED])
def test_what_cannot_be_played_is_one_clear_error(tmp_path: Path, content: str | bytes, said: str) -> None:
    with pytest.raises(RecordingError, match=said):
        read_recording(written(tmp_path, content))


def test_a_wrong_column_a_wrong_label_and_a_wrong_file_are_said(tmp_path: Path) -> None:
    path = written(tmp_path, PLAIN)
    with pytest.raises(RecordingError, match=r"no column 'anomoly'. Did you mean 'anomaly'\?"):
        read_recording(path, label="anomoly")
    with pytest.raises(RecordingError, match=r"no column 'zzz'\. Columns: time, flow"):
        read_recording(path, ignore=["zzz"])
    with pytest.raises(RecordingError, match="other things than 0 and 1"):
        read_recording(path, label="flow")
    with pytest.raises(RecordingError, match="is not a file"):
        read_recording(tmp_path)
    with pytest.raises(RecordingError, match="is not a file"):
        read_recording(tmp_path / "absent.csv")


def test_a_file_of_200_mb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    with path.open("wb") as file:
        file.truncate(200 * 1024**2)
    with pytest.raises(RecordingError, match="has 200 MB, more than 64"):
        read_recording(path)


@given(st.lists(st.text(max_size=60), min_size=1, max_size=30))
def test_point_ids_are_unique_and_fit_for_gateway_toml(names: list[str]) -> None:
    ids = point_ids(names)
    assert len(set(ids)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,47}", ident) for ident in ids)


@given(
    st.lists(
        st.tuples(st.floats(-1e6, 1e6, allow_nan=False), st.one_of(st.just(""), st.floats(-9, 9))),
        min_size=2,
        max_size=20,
    )
)
def test_values_survive_the_file(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[float, object]]) -> None:
    folder = tmp_path_factory.mktemp("csv")
    text = "a,b,c\n" + "".join(f"{a!r},{b if b == '' else repr(b)},{n}\n" for n, (a, b) in enumerate(rows))
    found = read_recording(written(folder, text))
    for name, column in zip(found.names, found.values.T, strict=True):
        expected = {
            "a": [a for a, _ in rows],
            "b": [math.nan if b == "" else b for _, b in rows],
            "c": range(len(rows)),
        }
        np.testing.assert_array_equal(column, np.array(list(expected[name]), dtype=float))
