"""A recording through a real core: every row once and whole, the alarm where it belongs, nothing left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agent.cli.player import _RowBank
from firmware_bridge.modbus.codec import Function, Request
from firmware_bridge.modbus.master import Exchange, RtuMaster
from firmware_bridge.modbus.server import PtySlave
from hal.serial_port import open_port
from models.faults.detector import Detector
from tests.leftovers import Leftovers

ROOT = Path(__file__).parents[3]
SKAB = ROOT / "../shared/data/skab/valve1/1.csv"
LEARN, ROWS, FAULT = 150, 320, 220


def louguan(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "agent.cli", *arguments],
        env={**os.environ, "LOUGUAN_LANG": "en", **environment}, cwd=ROOT,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def values(points: int = 4) -> np.ndarray:
    """(ROWS, points); from row FAULT on the second point is off by many of its standard deviations."""
    made = np.random.default_rng(5).normal(size=(ROWS, points)).round(4) + 50
    made[FAULT:, 1] += 12
    return made


def written(folder: Path, table: np.ndarray) -> Path:
    path = folder / "pump.csv"
    head = "datetime;" + ";".join(f"p{n}" for n in range(table.shape[1])) + ";anomaly"
    rows = [
        f"2024-03-01 10:{n // 60:02d}:{n % 60:02d};" + ";".join(map(repr, row.tolist())) + f";{int(n >= FAULT)}"
        for n, row in enumerate(table)
    ]
    path.write_text("\n".join([head, *rows]) + "\n")
    return path


def read(master: RtuMaster, address: int, count: int) -> tuple[int, ...]:
    return master.transact(Exchange(1, Request(Function.READ_INPUT, address, count)), 2.0)


def test_each_row_stays_until_it_was_read_and_is_never_mixed_with_another() -> None:
    table = np.arange(12, dtype=float).reshape(4, 3)
    bank = _RowBank(table)
    with PtySlave(bank) as slave, open_port(slave.path) as port:
        master = RtuMaster(port)
        seen = []
        for _ in range(6):
            assert read(master, 0, 2) == read(master, 0, 2), "part of a row does not turn the page"
            words = np.array(read(master, 0, 8), dtype=">u2")
            seen.append((words[:6].view(">f4").tolist(), int(words[6:].view(">u4")[0])))
    assert [row for row, _ in seen[:4]] == table.tolist()
    assert [number for _, number in seen] == [0, 1, 2, 3, 4, 4]
    assert all(np.isnan(row).all() for row, _ in seen[4:])


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    table = values()
    table[170, 2] = np.nan
    path = written(tmp_path_factory.mktemp("replay"), table)
    with Leftovers() as leftovers:
        done = louguan(
            "replay", str(path), "--speed", "100", "--label", "anomaly", "--learn-rows", str(LEARN), "--json",
            **leftovers.environment,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert leftovers.found() == []
    assert done.stderr == ""
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_every_row_and_sample_is_accounted_for(outcome: dict[str, Any]) -> None:
    assert (outcome["rows"], outcome["rows_not_seen"]) == (ROWS, 0)
    assert outcome["samples"] == {"good": ROWS * 4 - 1, "bad": 1}
    assert outcome["points"] == {f"p{n}": f"p{n}" for n in range(4)}
    assert (outcome["start"], outcome["duration_s"]) == ("2024-03-01 10:00:00", ROWS - 1)


def test_the_alarm_names_the_guilty_point_in_the_recordings_time(outcome: dict[str, Any]) -> None:
    alarm = outcome["alarms"][-1]
    assert alarm["contributions"][0]["point"] == "recording.p1"
    assert alarm["contributions"][0]["expected"] == pytest.approx(50, abs=0.5)
    assert alarm["kinds"] == ["anomaly"]
    minute, second = divmod(alarm["row"], 60)
    assert alarm["since"] == f"2024-03-01 10:{minute:02d}:{second:02d}"


def test_figures_are_those_of_the_detector_alone(outcome: dict[str, Any]) -> None:
    """The same rows fed to a detector without line, bus and clock; the core may answer a few rows later."""
    detector = Detector(4, LEARN)
    table = values()
    table[170, 2] = np.nan
    alarmed = [bool((v := detector.feed(row)) is not None and v.score >= 1) for row in table]
    onset = alarmed.index(True, FAULT)
    assert 0 <= outcome["alarms"][-1]["row"] - onset <= 6
    assert (outcome["events"], outcome["events_found"]) == (1, 1)
    assert outcome["tp"] + outcome["fn"] == ROWS - FAULT
    assert outcome["tn"] + outcome["fp"] == FAULT - LEARN
    assert outcome["f1"] >= 0.85
    assert outcome["median_delay_s"] == outcome["alarms"][-1]["row"] - FAULT
    assert f"first {LEARN} rows" in outcome["protocol"]


def test_a_recording_of_more_points_than_one_request_can_read_is_played_whole(tmp_path: Path) -> None:
    path = written(tmp_path, values(100)[:160])
    done = louguan("replay", str(path), "--speed", "100", "--learn-rows", "100", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["rows_not_seen"] == 0
    assert len(found["points"]) == 100
    assert any("anomaly" in note for note in found["notes"])


def test_people_read_it_in_their_language(tmp_path: Path) -> None:
    path = written(tmp_path, values()[:130])
    done = louguan(
        "replay", str(path), "--speed", "1000", "--learn-rows", "100", "--label", "anomaly", LOUGUAN_LANG="zh"
    )
    assert done.returncode == 0, done.stderr
    assert "130 行" in done.stdout
    assert "漏报率" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--label", "fault"], 1, "no column 'fault'"),
        (["--learn-rows", "400"], 1, "Give fewer --learn-rows"),
        (["--delimiter", "ab"], 2, "not one character"),
        (["--speed", "0"], 2, "speed"),
        (["--learn-rows", "5"], 2, "learn-rows"),
    ],
)
def test_what_cannot_be_played_is_one_line(tmp_path: Path, arguments: list[str], code: int, said: str) -> None:
    done = louguan("replay", str(written(tmp_path, values()[:200])), *arguments)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("moment", ["louguan-replay-*", "*/core.log", "*/run/core.sock", "*/state/alarms.db-wal"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_leaves_nothing(tmp_path: Path, moment: str, number: signal.Signals) -> None:
    path = written(tmp_path, values())
    with Leftovers() as leftovers:
        child = subprocess.Popen(
            [sys.executable, "-m", "agent.cli", "replay", str(path), "--speed", "10", "--learn-rows", "100"],
            env=leftovers.environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, start_new_session=True,
        )  # fmt: skip
        leftovers.until(moment)
        child.send_signal(number)
        _, said = child.communicate(timeout=20)
        assert child.returncode == 130, said
        assert "Traceback" not in said
        assert leftovers.found() == []


@pytest.mark.skipif(not SKAB.is_file(), reason=f"{SKAB} is not there")
def test_a_real_recording_gives_figures() -> None:
    done = louguan("replay", str(SKAB), "--speed", "200", "--label", "anomaly", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["rows"], found["rows_not_seen"], found["samples"]["bad"]) == (1145, 0, 0)
    assert found["tp"] + found["fp"] + found["fn"] + found["tn"] == 745
    assert found["f1"] > 0.8
    assert found["events_found"] == 1
