"""The core service from outside: a child process over a real pty, seen through its API and the command line."""

from __future__ import annotations

import csv
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.box import Box


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    """One core for the tests that do not end it: pump-1 alarms when p0 is above 100."""
    with Box(interval_s=0.2) as made:
        for point in range(4):
            made.set(0, point, 10.0 + point)
        made.start()
        made.until(lambda: made.points()["pump-1.p3"]["quality"] == "good")
        yield made


def _json(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def test_a_register_on_the_line_becomes_a_point(box: Box) -> None:
    done = box.louguan("points", "pump-1.p2", "--json")
    assert done.returncode == 0
    point = _json(done)["points"][0]
    assert (point["value"], point["quality"], point["unit"]) == (12.0, "good", "bar")
    assert point["name"] == {"zh": "测点2", "en": "Point 2"}


def test_the_watchdog_is_fed_by_the_loop(box: Box) -> None:
    box.hear("WATCHDOG=1")
    assert "samples" in box.hear("STATUS=")


def test_samples_reach_the_history(box: Box) -> None:
    box.until(lambda: box.core.get("/v1/samples", point="pump-1.p1")["samples"])
    done = box.louguan("points", "pump-1.p1", "--history", "10m", "--json")
    assert {sample["value"] for sample in _json(done)["samples"]} == {11.0}
    shown = box.louguan("points", "pump-1.p1", "--history", "10m")
    assert "lowest 11 bar" in shown.stdout


def test_a_point_is_written_and_read_back(box: Box) -> None:
    done = box.louguan("write", "pump-1.speed", "42", "--by", "zhang", "--json")
    assert (done.returncode, _json(done)["value"]) == (0, 42.0)
    assert box.banks[0].words("holding", 0, 1) == (42,)
    assert "pump-1.speed set to 42 by zhang" in box.log()
    refused = box.louguan("write", "pump-1.speed", "70")
    assert refused.returncode == 1
    assert "outside 0 to 50" in refused.stderr
    assert box.banks[0].words("holding", 0, 1) == (42,)
    not_writable = box.louguan("write", "pump-1.p0", "1")
    assert "writable = true" in not_writable.stderr


def test_a_limit_passed_becomes_an_alarm_that_a_technician_acknowledges(box: Box) -> None:
    assert box.louguan("alarms").stdout == "No open alarms.\n"
    box.set(0, 0, 150.0)
    box.until(lambda: box.core.get("/v1/alarms")["alarms"])
    done = box.louguan("alarms", "--json")
    assert done.returncode == 1
    alarm = _json(done)["alarms"][0]
    assert (alarm["asset"], alarm["state"], alarm["kinds"]) == ("pump-1", "unacknowledged", ["high"])
    assert alarm["contributions"][0]["point"] == "pump-1.p0"
    assert alarm["contributions"][0]["expected"] == 100.0
    assert alarm["check"]["zh"]
    assert alarm["check"]["en"]
    shown = box.louguan("alarms", language="zh").stdout
    assert "1号泵" in shown
    assert "超高限" in shown
    number = str(alarm["id"])
    acked = box.louguan("ack", number, "--by", "li", "--comment", "on my way", "--json")
    assert _json(acked)["alarms"][0]["state"] == "acknowledged"
    shelved = box.louguan("shelve", number, "--minutes", "5", "--reason", "repair", "--by", "li")
    assert "shelved" in shelved.stdout
    assert "acknowledged" in box.louguan("unshelve", number, "--by", "li").stdout
    box.set(0, 0, 10.0)
    box.until(lambda: not box.core.get("/v1/alarms")["alarms"])
    entries = _json(box.louguan("alarms", "--journal", "--json"))["entries"]
    assert "on my way" in [entry["comment"] for entry in entries]
    assert entries[-1]["to_state"] == "normal"


def test_an_asset_learns_anew_when_asked(box: Box) -> None:
    rows = box.until(lambda: _rows(box) > 50 and _rows(box), 30)
    done = box.louguan("relearn", "pump-1", "--by", "li", "--json")
    assert done.returncode == 0, done.stderr
    assert _rows(box) < rows
    assert "pump-1 learns anew, asked by li" in box.log()
    assert "pump-9" in box.louguan("relearn", "pump-9").stderr


def _rows(box: Box) -> int:
    return int(box.core.get("/v1/assets")["assets"][0]["baselines"][0]["rows"])


def test_unknown_things_are_refused_with_a_remedy(box: Box) -> None:
    assert box.louguan("ack", "999").returncode == 1
    assert box.louguan("points", "nothing").returncode == 1
    assert box.louguan("points", "pump-1.p0", "--history", "soon").returncode == 2
    assert box.louguan("run", "cellar").returncode == 2
    assert box.louguan("export", "x.xls").returncode == 2


def test_status_counts_and_its_exit_code_says_whether_all_is_well(box: Box) -> None:
    done = box.louguan("status", "--json")
    health = _json(done)["core"]
    assert health["ok"]
    assert health["buses"][0]["slaves"][0]["requests"] > 0
    assert done.returncode == 1, "the desk does not run"
    assert "bus line on sim://line: connected" in box.louguan("status").stdout


def test_a_frame_of_the_live_view_fits_80_columns(box: Box) -> None:
    for language, title in (("en", "Pump 1"), ("zh", "1号泵")):
        done = box.louguan("watch", "--once", language=language, COLUMNS="80")
        assert done.returncode == 0, done.stderr
        assert title in done.stdout
        assert max(map(len, done.stdout.splitlines())) <= 80


def test_samples_are_exported(box: Box) -> None:
    box.until(lambda: box.core.get("/v1/samples", point="pump-1.p1")["samples"])
    done = box.louguan("export", "out.csv", "--points", "pump-1.p1", "--last", "1h", "--json")
    assert done.returncode == 0, done.stderr
    with (box.folder / "out.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    assert {row["point"] for row in rows} == {"pump-1.p1"}
    assert not list((box.folder / "state").glob("export-*"))


def test_the_description_is_served_and_printed_alike(box: Box) -> None:
    assert _json(box.louguan("api")) == box.core.get("/v1/openapi.json")


def test_the_doctor_finds_the_running_core_well(box: Box) -> None:
    checks = {check["what"]: check for check in _json(box.louguan("doctor", "--json"))["checks"]}
    for what in ("configuration", "state folder", "disk", "port sim://line", "service core"):
        assert checks[what]["state"] in ("ok", "warning"), checks[what]
    assert checks["service core"]["state"] == "ok"
    assert checks["service desk"]["state"] == "warning"
    assert "louguan run desk" in checks["service desk"]["remedy"]


def test_a_second_core_on_the_same_state_is_refused(box: Box) -> None:
    second = box.spawn("core")
    assert second.wait(10) == 1
    assert "Another core" in box.log()


def test_sigterm_ends_it_in_time_and_nothing_uncommitted_is_lost() -> None:
    with Box(interval_s=0.1) as box:
        core = box.start()
        box.until(lambda: box.core.get("/v1/health")["intake"]["taken"] > 20)
        assert box.stop(core) == 0
        box.hear("STOPPING=1")
        assert not (box.folder / "run" / "core.sock").exists()
        assert "well again" not in box.log()
        with sqlite3.connect(box.folder / "state" / "history.db") as database:
            assert database.execute("SELECT count(*) FROM samples").fetchone()[0] > 20


def test_after_kill_9_no_committed_sample_is_missing_and_alarms_keep_their_state() -> None:
    with Box(interval_s=0.1) as box:
        core = box.start()
        box.set(0, 0, 150.0)
        alarm = box.until(lambda: box.core.get("/v1/alarms")["alarms"])[0]
        box.core.post(f"/v1/alarms/{alarm['id']}/ack", {"by": "li"})
        before = box.until(lambda: box.core.get("/v1/samples", point="pump-1.p0")["samples"])
        core.send_signal(signal.SIGKILL)
        core.wait(5)
        box.start()
        after = box.core.get("/v1/samples", point="pump-1.p0")["samples"]
        assert after[: len(before)] == before
        again = box.until(lambda: box.core.get("/v1/alarms")["alarms"])[0]
        assert (again["id"], again["state"], again["since"]) == (alarm["id"], "acknowledged", alarm["since"])


def test_a_port_that_is_absent_and_comes_is_said_and_used() -> None:
    with Box(interval_s=0.2) as box:
        box.unplug()
        box.start()
        health = box.until(lambda: (h := box.core.get("/v1/health"))["troubles"] and h)
        assert health["troubles"][0]["part"] == "bus/line"
        assert "sim://line" in health["troubles"][0]["message"]
        box.until(lambda: box.points()["pump-1.p0"]["reason"] == "port")
        box.plug_in()
        box.until(lambda: box.core.get("/v1/health")["ok"])
        assert box.points()["pump-1.p0"]["quality"] == "good"


def test_a_corrupted_history_is_set_aside_and_said() -> None:
    with Box() as box:
        (box.folder / "state").mkdir()
        (box.folder / "state" / "history.db").write_bytes(b"SQLite format 3\0" + os.urandom(8192))
        box.start()
        kept = box.core.get("/v1/health")["history"]["set_aside"]
        assert "history.db.corrupt-" in kept
        assert f"kept as {kept}" in box.louguan("status").stdout


def test_a_wrong_configuration_ends_every_command_with_2_and_the_line() -> None:
    with Box(extra="[alarms]\n") as box:
        for command in (["status"], ["config", "check"], ["run"]):
            done = box.louguan(*command)
            assert done.returncode == 2
            assert "gateway.toml:" in done.stdout + done.stderr
        assert box.spawn("core").wait(10) == 2


def test_without_a_core_the_commands_end_with_3() -> None:
    with Box() as box:
        for command in (["points"], ["alarms"], ["status"], ["watch", "--once"]):
            done = box.louguan(*command)
            assert done.returncode == 3, command
        assert "louguan run" in done.stderr


def test_run_starts_the_core_again_after_kill_9_and_leaves_nothing() -> None:
    with Box() as box:
        with (box.folder / "run.log").open("w") as log:
            supervisor = subprocess.Popen(
                [sys.executable, "-m", "agent.cli", "run", "core"],
                env={**box.environment, "LOUGUAN_CONFIG": str(box.config)}, stdout=log, stderr=log,
            )  # fmt: skip
        try:
            first = box.until(lambda: box.core.get("/v1/health")["pid"])
            os.kill(first, signal.SIGKILL)
            second = box.until(lambda: (pid := box.core.get("/v1/health")["pid"]) != first and pid)
            supervisor.send_signal(signal.SIGINT)
            assert supervisor.wait(10) == 0
        finally:
            supervisor.kill()
            supervisor.wait(5)
        with pytest.raises(ProcessLookupError):
            os.kill(second, 0)
        assert "core | " in (box.folder / "run.log").read_text()
