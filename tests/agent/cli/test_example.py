"""The file that `louguan config init` writes: right, in both languages, and fit for a real line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

from agent.cli.example import example_toml
from agent.config_file import load
from firmware_bridge.plant.points import POINTS


def louguan(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "agent.cli", *arguments],
        env={**os.environ, "LOUGUAN_LANG": "en"}, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip


def test_it_is_written_once_and_checks_as_right(tmp_path: Path) -> None:
    path = tmp_path / "gateway.toml"
    written = louguan("config", "init", str(path))
    assert written.returncode == 0, written.stderr
    checked = json.loads(louguan("config", "check", str(path), "--json").stdout)
    assert (checked["ok"], checked["buses"], checked["assets"]) == (True, 1, 1)
    assert louguan("config", "init", str(path)).returncode == 2
    assert louguan("config", "init", str(path), "--force").returncode == 0


def test_its_points_are_registers_of_the_simulated_plant(tmp_path: Path) -> None:
    path = tmp_path / "gateway.toml"
    path.write_text(example_toml(path), encoding="utf-8")
    asset = load(path).assets[0]
    simulated = {point.id: point.address for point in POINTS}
    assert len(asset.points) > 4
    for point in asset.points:
        assert point.modbus == simulated[point.id]


def test_every_comment_that_explains_is_in_both_languages(tmp_path: Path) -> None:
    text = example_toml(tmp_path / "gateway.toml")
    chinese = [line for line in text.splitlines() if any("\u4e00" <= letter <= "\u9fff" for letter in line)]
    assert len(chinese) > 30
    assert all(point.name is None or (point.name.zh and point.name.en) for point in _points(tmp_path))


def _points(folder: Path) -> list:  # type: ignore[type-arg]
    path = folder / "g.toml"
    path.write_text(example_toml(path), encoding="utf-8")
    return list(load(path).assets[0].points)


def test_the_system_file_uses_the_systems_folders_and_others_their_own() -> None:
    system = tomllib.loads(example_toml(Path("/etc/louguan/gateway.toml")))
    assert system["paths"] == {"state": "/var/lib/louguan", "run": "/run/louguan"}
    assert tomllib.loads(example_toml(Path("gateway.toml")))["paths"]["state"] == "louguan-data"
