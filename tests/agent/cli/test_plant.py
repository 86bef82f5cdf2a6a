"""louguan plant from outside: run, config, fault, status, clear, and a core that reads it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.cli.plant import plant_toml
from agent.config_file import load
from firmware_bridge.plant.points import POINTS

Louguan = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def louguan() -> Iterator[Louguan]:
    with tempfile.TemporaryDirectory(prefix="lp-", dir="/tmp") as folder:
        environment = {**os.environ, "LOUGUAN_SIM_DIR": f"{folder}/sim", "LOUGUAN_LANG": "en"}

        def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                [sys.executable, "-m", "agent.cli", *arguments],
                env={**environment, **more}, capture_output=True, text=True, timeout=30, check=False,
            )  # fmt: skip

        child = subprocess.Popen(
            [sys.executable, "-m", "agent.cli", "plant", "run", "--name", "room", "--at", "07:30", "--json"],
            env=environment, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert child.stdout is not None
        with child.stdout:
            assert json.loads(child.stdout.readline())["port"] == "sim://room"
            yield run
            child.send_signal(signal.SIGINT)
            assert child.wait(10) == 0
        assert [path.name for path in Path(folder, "sim").iterdir()] == [".room.lock"]


def test_faults_are_injected_shown_and_mended(louguan: Louguan) -> None:
    done = louguan(
        "plant", "fault", "bearing-wear", "--name", "room", "--asset", "pump-2", "--severity", "0.5", "--ramp", "0"
    )
    assert (done.returncode, done.stdout) == (0, "pump-2 now has: bearing wear\n")
    time.sleep(0.3)
    status = json.loads(louguan("plant", "status", "--name", "room", "--json").stdout)
    sound, ill = (pump["values"]["vibration"] for pump in status["pumps"])
    assert ill > 2 * sound
    shown = louguan("plant", "status", "--name", "room", LOUGUAN_LANG="zh").stdout
    assert "泵房时间 07:30" in shown
    assert "轴承磨损，当前 50 %，最终 50 %" in shown
    cleared = json.loads(louguan("plant", "clear", "--name", "room", "--json").stdout)
    assert not any(pump["faults"] for pump in cleared["pumps"])


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["fault", "rust", "--asset", "pump-1"], 2, "rust"),
        (["fault", "dry-run", "--asset", "pump-7"], 1, "Pumps: pump-1, pump-2"),
        (["fault", "dry-run", "--asset", "pump-1", "--severity", "0"], 1, "severity"),
        (["fault", "stuck-sensor", "--asset", "pump-1"], 1, "needs a sensor"),
        (["fault", "stuck-sensor", "--asset", "pump-1", "--sensor", "smell"], 1, "vibration"),
        (["clear", "--asset", "pump-7"], 1, "Pumps: pump-1, pump-2"),
        (["run"], 1, "served by another"),
        (["run", "--pumps", "33"], 2, "pumps"),
        (["run", "--at", "noon"], 2, "14:30"),
    ],
)
def test_what_cannot_be_done_is_one_line(louguan: Louguan, arguments: list[str], code: int, said: str) -> None:
    done = louguan("plant", arguments[0], "--name", "room", *arguments[1:])
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_its_configuration_is_right_and_names_every_register(louguan: Louguan, tmp_path: Path) -> None:
    done = louguan("plant", "config", "--name", "room", "--pumps", "3", "--state", str(tmp_path / "s"))
    path = tmp_path / "gateway.toml"
    path.write_text(done.stdout, encoding="utf-8")
    assert louguan("config", "check", str(path)).returncode == 0
    gateway = load(path)
    assert [asset.slave for asset in gateway.assets] == [1, 2, 3]
    for asset in gateway.assets:
        assert {point.id: point.modbus for point in asset.points} == {point.id: point.address for point in POINTS}
    assert gateway.paths.state == tmp_path / "s" / "state"
    assert gateway.buses[0].port == "sim://room"


def test_a_folder_with_quotes_in_its_name_is_written_as_it_is(tmp_path: Path) -> None:
    home = tmp_path / 'a "quoted" \\ 文件夹'
    path = tmp_path / "gateway.toml"
    path.write_text(plant_toml("room", 1, home), encoding="utf-8")
    assert load(path).paths.run == home / "run"


def test_without_a_plant_the_command_to_start_one_is_said() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "agent.cli", "plant", "status", "--name", "nobody-here"],
        env={**os.environ, "LOUGUAN_LANG": "en"}, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "louguan plant run --name nobody-here" in done.stderr
