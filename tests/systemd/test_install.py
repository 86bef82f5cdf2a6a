"""What `make install` puts where, again and again, and what of it stays."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.systemd.conftest import ROOT, Installed, install

UNITS = ("louguan.target", "louguan-core.service", "louguan-desk.service")
PLACES = (
    *(f"etc/systemd/system/{unit}" for unit in UNITS),
    "etc/sysusers.d/louguan.conf",
    "etc/tmpfiles.d/louguan.conf",
    "etc/modules-load.d/louguan.conf",
    "etc/udev/rules.d/70-louguan.rules",
    "etc/louguan/gateway.toml",
    "opt/louguan/bin/python",
    "opt/louguan/bin/louguan",
)


def packages(installed: Installed) -> dict[str, str]:
    done = subprocess.run(
        [installed.root / "opt/louguan/bin/python", "-m", "pip", "list", "--format=freeze"],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return dict(line.lower().replace("_", "-").split("==") for line in done.stdout.splitlines())


def test_everything_is_in_its_place_and_nothing_knows_where_it_was_staged(installed: Installed) -> None:
    missing = [place for place in PLACES if not (installed.root / place).exists()]
    assert not missing
    assert (installed.root / "usr/local/bin/louguan").readlink() == Path("/opt/louguan/bin/louguan")
    found = subprocess.run(
        ["grep", "-rlIF", str(installed.root), installed.root / "etc", installed.root / "opt"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.stdout == ""


def test_it_carries_what_the_lock_names_and_no_torch(installed: Installed) -> None:
    lock = (ROOT / "requirements" / "gateway.txt").read_text().lower().replace("_", "-").splitlines()
    locked = dict(line.partition(";")[0].strip().split("==") for line in lock)
    there = packages(installed)
    assert "torch" not in there
    assert {name: number for name, number in there.items() if name in locked} == locked
    assert there.keys() - locked.keys() <= {"louguan", "pip", "setuptools"}


def test_the_configuration_is_the_example_for_its_place_and_not_for_everyone(installed: Installed) -> None:
    config = installed.root / "etc/louguan/gateway.toml"
    assert 'state = "/var/lib/louguan"\nrun = "/run/louguan"\n' in config.read_text(encoding="utf-8")
    assert config.stat().st_mode & 0o777 == 0o640
    assert installed.ask("/usr/local/bin/louguan", "config", "check", "/etc/louguan/gateway.toml")[0] == 0


def test_a_second_run_builds_nothing_and_keeps_an_edited_configuration(installed: Installed) -> None:
    config = installed.root / "etc/louguan/gateway.toml"
    before, version = config.read_text(encoding="utf-8"), (installed.root / "opt/louguan").readlink()
    edited = before.replace('id = "site"', 'id = "north-yard"')
    try:
        config.write_text(edited, encoding="utf-8")
        done = installed.install()
        assert done.returncode == 0, done.stderr
        assert "built already" in done.stdout
        assert f"Kept {config}" in done.stdout
        assert config.read_text(encoding="utf-8") == edited
        assert (installed.root / "opt/louguan").readlink() == version
        assert len(list((installed.root / "opt/louguan-versions").iterdir())) == 1
        assert "已安装" in installed.install(LANG="zh_CN.UTF-8").stdout
    finally:
        config.write_text(before, encoding="utf-8")


def test_a_configuration_that_the_new_version_refuses_stops_before_anything_changes(installed: Installed) -> None:
    config = installed.root / "etc/louguan/gateway.toml"
    unit = installed.root / "etc/systemd/system/louguan-core.service"
    before, unit_before = config.read_text(encoding="utf-8"), unit.stat().st_mtime_ns
    try:
        config.write_text(before.replace("[history]", "[histroy]"), encoding="utf-8")
        done = installed.install()
        assert done.returncode == 1
        assert "histroy" in done.stderr
        assert "Correct it and run this again" in done.stderr
        assert unit.stat().st_mtime_ns == unit_before
    finally:
        config.write_text(before, encoding="utf-8")


def test_uninstall_takes_the_program_and_keeps_configuration_and_data(installed: Installed, tmp_path: Path) -> None:
    copy = Installed(tmp_path / "root", ROOT)
    for part in ("etc", "usr/local/bin"):
        shutil.copytree(installed.root / part, copy.root / part, symlinks=True)
    version = copy.root / "opt/louguan-versions/0.1.0-x"
    version.mkdir(parents=True)
    (copy.root / "opt/louguan").symlink_to("louguan-versions/0.1.0-x")
    (copy.root / "opt/other").mkdir()
    (copy.root / "var/lib/louguan").mkdir(parents=True)
    (copy.root / "var/lib/louguan/history.db").write_text("samples")
    for _ in range(2):
        done = copy.install("--uninstall")
        assert done.returncode == 0, done.stderr
        left = {str(path.relative_to(copy.root)) for path in copy.root.rglob("*") if not path.is_dir()}
        assert left == {"etc/louguan/gateway.toml", "var/lib/louguan/history.db"}
        assert (copy.root / "opt/other").exists()


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"PYTHON": "/nowhere/python3"}, "apt install python3.11"),
        ({"PREFIX": "opt/louguan"}, "absolute path"),
        ({"PREFIX": "/opt/lou guan"}, "absolute path"),
        ({"PREFIX": "/"}, "absolute path"),
        ({"DESTDIR": "stage"}, "begins with a slash"),
    ],
)
def test_what_cannot_be_done_is_said_with_a_remedy(environment: dict[str, str], said: str, tmp_path: Path) -> None:
    done = install(**{"DESTDIR": str(tmp_path), **environment})
    assert done.returncode == 1
    assert said in done.stderr
    assert not (tmp_path / "etc").exists()


def test_a_place_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "opt/louguan").mkdir(parents=True)
    done = install(DESTDIR=str(tmp_path))
    assert done.returncode == 1
    assert "is not ours" in done.stderr


def test_an_unknown_option_is_refused() -> None:
    done = install("--remove", DESTDIR="/nowhere")
    assert done.returncode == 1
    assert "--uninstall" in done.stderr


def test_only_root_installs_on_this_machine() -> None:
    as_nobody = [] if os.geteuid() else ["setpriv", "--reuid=65534", "--clear-groups", "--"]
    if as_nobody and not shutil.which("setpriv"):
        pytest.skip("no setpriv to become an ordinary user with")
    # From its text, because a checkout need not be readable to others.
    script = (ROOT / "systemd" / "install.sh").read_text(encoding="utf-8")
    done = subprocess.run(
        [*as_nobody, "sh", "-s"],
        input=script, env={"PATH": os.environ["PATH"]}, cwd="/",
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "sudo make install" in done.stderr


def test_the_scripts_have_no_warnings() -> None:
    if not shutil.which("shellcheck"):
        pytest.skip("shellcheck is not installed")
    done = subprocess.run(
        ["shellcheck", *sorted((ROOT / "systemd").glob("*.sh"))], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
