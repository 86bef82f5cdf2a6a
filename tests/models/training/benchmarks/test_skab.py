"""The SKAB benchmark: its figures by hand, its refusals, its protocol, and the claim on the data itself."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.faults.detector import Settings
from models.training.benchmarks import skab_floors as floors
from models.training.benchmarks.pointwise import Tally, pooled, tally
from models.training.benchmarks.recordings import TRAIN_ROWS, Recording, RecordingError, find, load
from models.training.benchmarks.skab import GRID, detector_score, evaluate, skab

SKAB = Path(__file__).parents[3] / "../shared/data/skab"


def line(index: int, values: str = "1.5;2", label: str = "0.0") -> str:
    time = datetime(2020, 3, 9, tzinfo=UTC).replace(tzinfo=None) + timedelta(seconds=index)
    return f"{time};{values};{label};0.0"


def recording(folder: Path, name: str, seed: int, rows: int = 520, fault: float = 8.0) -> Path:
    """A made-up file of the form: two points, and a fault from row 440 to row 500."""
    random = np.random.default_rng(seed)
    values = 10 + random.normal(size=(rows, 2))
    values[440:500, 0] += fault
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    lines = ["datetime;Pressure;Flow;anomaly;changepoint"]
    lines += [line(i, f"{a:.4f};{b:.4f}", str(float(440 <= i < 500))) for i, (a, b) in enumerate(values)]
    path.write_text("\n".join(lines) + "\n")
    return path


def bools(text: str) -> np.ndarray[Any, np.dtype[np.bool_]]:
    return np.array([char == "#" for char in text])


def test_figures_of_a_small_case_by_hand() -> None:
    one = tally(bools("..##.#...#"), bools("...##....."), np.arange(10.0))
    assert (one.hits, one.false, one.missed, one.quiet) == (1, 3, 1, 5)
    assert one.f1 == pytest.approx(2 / 6)
    assert one.far == pytest.approx(3 / 8)
    assert one.mar == pytest.approx(1 / 2)
    assert one.onsets == 3
    assert one.hours == pytest.approx(9 / 3600)


@pytest.mark.parametrize(
    ("alarmed", "delays"),
    [
        (".....#....", (2.0,)),
        ("...#######", (0.0,)),
        ("..########", ()),
        ("..###.#...", ()),
        ("..#.#.....", (1.0,)),
        (".........#", ()),
        ("..........", ()),
    ],
)
def test_an_event_is_found_by_an_onset_within_it(alarmed: str, delays: tuple[float, ...]) -> None:
    one = tally(bools(alarmed), bools("...####..."), np.arange(10.0))
    assert one.events == 1
    assert one.delays == delays


def test_delays_are_in_seconds_and_tallies_add_up() -> None:
    seconds = np.array([0.0, 1.0, 5.0, 9.0])
    one = tally(bools("..##"), bools(".###"), seconds)
    other = tally(bools("#..."), bools("####"), seconds)
    both = pooled([one, other])
    assert both.delays == (4.0, 0.0)
    assert both.figures()["median_delay_s"] == 2.0
    assert (both.hits, both.missed, both.events, both.onsets) == (3, 4, 2, 2)


def test_figures_of_nothing_are_no_division_by_zero() -> None:
    assert Tally().figures()["f1"] == 0.0
    assert Tally().figures()["median_delay_s"] is None
    assert Tally().figures()["onsets_per_hour"] is None


def test_a_file_is_read_as_it_stands(tmp_path: Path) -> None:
    read = load(recording(tmp_path / "valve1", "0.csv", 0))
    assert read.group == "valve1"
    assert read.points == ("Pressure", "Flow")
    assert read.values.shape == (520, 2)
    assert read.anomalous.sum() == 60
    assert read.seconds[-1] - read.seconds[0] == 519


HEAD = "datetime;Pressure;Flow;anomaly;changepoint"
GOOD = [line(i) for i in range(TRAIN_ROWS + 20)]


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([], "no column datetime"),
        (["datetime;Pressure;Flow;changepoint", *GOOD], "no column anomaly"),
        (["Pressure;Flow;anomaly", *GOOD], "no column datetime"),
        (["datetime;anomaly", *GOOD], "no column of a sensor"),
        (["datetime;Flow;Flow;anomaly;changepoint", *GOOD], "twice"),
        ([HEAD, *GOOD[:TRAIN_ROWS]], "400 rows"),
        ([HEAD, *GOOD, line(500, "1.5;wet")], "line 422, column Flow: 'wet'"),
        ([HEAD, *GOOD, line(500, "1.5")], "line 422: 4 values for 5"),
        ([HEAD, *GOOD, line(500, label="2")], "line 422, column anomaly"),
        ([HEAD, *GOOD, line(500, label="nan")], "line 422, column anomaly"),
        ([HEAD, *GOOD, "yesterday;1;2;0;0"], "line 422, column datetime"),
        ([HEAD, *GOOD, line(3)], "line 422, column datetime: earlier"),
    ],
)
def test_a_file_not_of_the_form_is_refused_naming_line_and_column(tmp_path: Path, lines: list[str], says: str) -> None:
    path = tmp_path / "wrong.csv"
    path.write_text("\n".join(lines))
    with pytest.raises(RecordingError, match=says) as refused:
        load(path)
    assert "wrong.csv" in refused.value.message
    assert refused.value.remedy


def test_binary_huge_absent_and_differing_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RecordingError, match="UTF-8"):
        load(tmp_path / "binary.csv")
    with (tmp_path / "huge.csv").open("wb") as file:
        file.truncate(65 * 1024**2)
    with pytest.raises(RecordingError, match="65 MB"):
        load(tmp_path / "huge.csv")
    with pytest.raises(RecordingError, match="cannot be read"):
        load(tmp_path / "absent.csv")
    with pytest.raises(RecordingError, match="No file matches"):
        find(tmp_path / "nowhere", None)
    with pytest.raises(RecordingError, match="--data"):
        find(None, None)
    recording(tmp_path / "a", "0.csv", 0)
    other = recording(tmp_path / "a", "1.csv", 0)
    other.write_text(other.read_text().replace("Flow", "Level"))
    with pytest.raises(RecordingError, match=r"1\.csv lacks the column Flow"):
        find(tmp_path, None)


def test_the_settings_of_a_group_are_chosen_without_looking_at_it(tmp_path: Path) -> None:
    for group, fault in (("a", 8.0), ("b", 2.0)):
        recording(tmp_path / group, "0.csv", len(group), fault=fault)
    recordings = find(tmp_path, None)
    report = evaluate(recordings)
    held = recordings[0]
    shuffled = Recording(held.path, held.group, held.points, held.seconds, held.values, ~held.anomalous)
    again = evaluate([shuffled, recordings[1]])
    assert report["chosen"]["a"] == again["chosen"]["a"]
    assert report["chosen"]["b"] != again["chosen"]["b"]


def test_the_shipped_settings_can_be_chosen() -> None:
    assert Settings() in GRID


def test_json_has_the_promised_keys(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for group in ("a", "b"):
        recording(tmp_path / group, "0.csv", 1)
    skab(tmp_path, None, as_json=True)
    report = json.loads(capsys.readouterr().out)
    keys = {"f1", "far", "mar", "events", "events_found", "median_delay_s", "onsets_per_hour"}
    assert keys <= report.keys()
    for floor in ("always_alarm", "t2_q", "isolation_forest"):
        assert keys <= report["floors"][floor].keys()
    assert report["groups"].keys() == report["chosen"].keys() == {"a", "b"}
    assert keys <= report["groups"]["a"].keys() & report["shipped"].keys()
    assert report["events"] == 2
    assert "a, b" in report["protocol"]


@pytest.mark.parametrize(("language", "word"), [("en", "FAR %"), ("zh", "误报率")])
def test_files_are_judged_with_the_shipped_settings_in_both_languages(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    language: str,
    word: str,
) -> None:
    monkeypatch.setenv("LOUGUAN_LANG", language)
    recording(tmp_path / "pump", "0.csv", 1)
    skab(None, str(tmp_path / "*" / "*.csv"), as_json=False)
    assert word in capsys.readouterr().out
    skab(None, str(tmp_path / "*" / "*.csv"), as_json=True)
    report = json.loads(capsys.readouterr().out)
    assert report["settings"]["span_rows"] == Settings().span_rows
    assert "chosen" not in report
    assert report["f1"] == report["shipped"]["f1"]


def test_a_run_without_a_fault_needs_no_label_and_is_judged_after_each_length_of_learning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for group in ("a", "b"):
        recording(tmp_path / group, "0.csv", 1)
    free = recording(tmp_path / "anomaly-free", "0.csv", 2, rows=1400, fault=0.0)
    free.write_text("\n".join(";".join(line.split(";")[:3]) for line in free.read_text().splitlines()))
    skab(tmp_path, None, as_json=True)
    report = json.loads(capsys.readouterr().out)
    assert list(report["fault_free"]) == ["400", "1000", "2000", "4000"]
    assert report["fault_free"]["1000"] == {"far": 0.0, "onsets_per_hour": 0.0}
    assert report["fault_free"]["4000"]["onsets_per_hour"] is None
    assert len(report["files"]) == 2


def test_floors_take_gaps_and_constant_points(tmp_path: Path) -> None:
    read = load(recording(tmp_path / "a", "0.csv", 2))
    read.values[::7, 0] = np.nan
    read.values[:, 1] = 3.0
    for score in (
        floors.t2_q(read, floors.Smoothed()),
        floors.isolation_forest(floors.isolation_scores(read), floors.Smoothed()),
        detector_score(read, Settings()),
    ):
        assert score.shape == (520,)
        assert np.isfinite(score).all()


def test_on_skab_the_shipped_detector_beats_every_floor() -> None:
    if not SKAB.is_dir():
        pytest.skip(f"{SKAB} is not there: the recordings are not part of Louguan")
    report = evaluate(find(SKAB, None), choose=False)
    assert report["f1"] >= 0.80
    assert report["far"] <= 0.20
    for name, floor in report["floors"].items():
        assert floor["f1"] < report["f1"], name
    for group, figures in report["groups"].items():
        assert figures["f1"] >= 0.75, group
