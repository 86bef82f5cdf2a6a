"""The learned tier inside the watch: rows, modes, freezing, restarts."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agent.watch.asset import FIRST_ROWS, MAX_MODES, SETTLE_ROWS
from agent.watch.engine import BaselineError
from agent.watch.finding import Kind, Priority
from hal.sample import Quality, Sample
from tests.agent.watch.made import Line, asset, point

NAMES = ("flow", "pressure", "current")
KEY = "pump-1/anomaly"


class Pump(Line):
    """Three points that move together around 20, 5 and 12, and a mode point when asked for."""

    def __init__(self, folder: Path, mode: bool = False, limits: dict[str, Any] | None = None, **detector: Any) -> None:
        points = [point(name) for name in NAMES]
        points[0]["limits"] = limits or {}
        if mode:
            points.append(point("run"))
            detector["mode_point"] = "run"
        super().__init__(folder, asset("pump-1", points, detector={"learn_rows": 100, **detector}))
        self._random = np.random.default_rng(7)

    def rows(self, count: int, more: dict[str, float] | None = None, **offsets: float) -> None:
        """offsets: added to a point. more: points beside the three."""
        for _ in range(count):
            common, *own = self._random.normal(size=4) * (0.2, 0.05, 0.05, 0.05)
            usual = zip(NAMES, (20.0, 5.0, 12.0), own, strict=True)
            self.say(
                **{name: mean + common + noise + offsets.get(name, 0.0) for name, mean, noise in usual}, **more or {}
            )


def test_the_baseline_is_learned_and_then_judged(tmp_path: Path) -> None:
    pump = Pump(tmp_path)
    assert pump.watch.scores() == {"pump-1": None}
    pump.rows(99)
    only = pump.watch.baselines()[0]
    assert (only.asset, only.mode, only.state, only.rows, only.wanted) == ("pump-1", 0, "learning", 99, 100)
    pump.rows(200)
    assert pump.watch.baselines()[0].state == "learned"
    score = pump.watch.scores()["pump-1"]
    assert score is not None
    assert score < 1
    assert not pump.active()


def test_a_deviation_names_the_guilty_point_first_with_what_was_expected(tmp_path: Path) -> None:
    pump = Pump(tmp_path)
    pump.rows(150)
    pump.rows(60, pressure=-3)
    found = pump.active()[KEY]
    assert (found.kind, found.cause, found.priority) == (Kind.ANOMALY, "pump-1/process", Priority.HIGH)
    assert found.score >= found.threshold
    first = found.contributions[0]
    assert first.point == "pump-1.pressure"
    assert first.value == pytest.approx(2, abs=1)
    assert first.expected == pytest.approx(5, abs=0.5)
    assert sum(part.share for part in found.contributions) <= 1 + 1e-9
    pump.rows(400)
    assert not pump.active()


def test_sensitivity_divides_the_threshold(tmp_path: Path) -> None:
    scores = []
    for sensitivity in (1, 2):
        pump = Pump(tmp_path / str(sensitivity), sensitivity=sensitivity)
        pump.rows(110)
        scores.append(pump.watch.scores()["pump-1"] or 0)
    assert scores[1] == pytest.approx(2 * scores[0])


def test_nothing_is_learned_while_the_asset_has_a_finding_or_a_bad_sample(tmp_path: Path) -> None:
    pump = Pump(tmp_path, limits={"high": 50})
    pump.rows(50)
    pump.rows(20, flow=100)
    assert "pump-1/limits/flow" in pump.active()
    assert pump.watch.baselines()[0].rows == 50
    pump.rows(1)
    assert pump.watch.baselines()[0].rows == 51
    for _ in range(5):
        pump.say(flow=("bad", "crc"), pressure=5, current=12)
    assert pump.watch.baselines()[0].rows == 51


def test_each_mode_has_a_baseline_of_its_own_after_a_pause(tmp_path: Path) -> None:
    pump = Pump(tmp_path, mode=True)
    pump.rows(60, {"run": 1})
    pump.rows(40, {"run": 0}, flow=-20, pressure=-5, current=-12)
    rows = {baseline.mode: baseline.rows for baseline in pump.watch.baselines()}
    assert rows == {0: 40 - SETTLE_ROWS, 1: 60}
    pump.rows(60, {"run": 1})
    pump.rows(100, {"run": 0}, flow=-20, pressure=-5, current=-12)
    assert {baseline.state for baseline in pump.watch.baselines()} == {"learned"}
    for _ in range(5):
        pump.rows(20, {"run": 1})
        pump.rows(20, {"run": 0}, flow=-20, pressure=-5, current=-12)
    assert KEY not in pump.active()


def test_leaving_the_mode_ends_its_anomaly(tmp_path: Path) -> None:
    pump = Pump(tmp_path, mode=True)
    pump.rows(120, {"run": 1})
    pump.rows(60, {"run": 1}, pressure=-3)
    assert KEY in pump.active()
    pump.rows(1, {"run": 0}, pressure=-5)
    assert KEY not in pump.active()
    assert pump.watch.scores() == {"pump-1": None}


def test_without_a_mode_nothing_is_judged_and_its_return_is_no_change(tmp_path: Path) -> None:
    pump = Pump(tmp_path, mode=True)
    pump.rows(50, {"run": 1})
    for _ in range(5):
        pump.say(flow=20, pressure=5, current=12, run=("bad", "timeout"))
    assert pump.watch.baselines()[0].rows == 50
    pump.rows(1, {"run": 1})
    assert pump.watch.baselines()[0].rows == 51


def test_a_mode_point_that_counts_on_is_said_and_bounded(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    pump = Pump(tmp_path, mode=True)
    with caplog.at_level(logging.WARNING):
        for mode in [*range(30), 1e9, -1e300]:
            pump.rows(SETTLE_ROWS + 1, {"run": mode})
    assert len(pump.watch.baselines()) == MAX_MODES
    assert [record.getMessage() for record in caplog.records if "operating modes" in record.getMessage()] != []
    assert len(caplog.records) == 1


def test_points_of_other_assets_and_detect_false_stay_outside(tmp_path: Path) -> None:
    points = [point("flow"), point("set", detect=False)]
    pump = Line(tmp_path, asset("pump-1", points, detector={"learn_rows": 100}))
    for n in range(10):
        pump.say(flow=n)
    assert pump.watch.baselines()[0].rows == 10
    assert pump.watch.feed([Sample("pump-9.flow", 2000, 1.0)]) == []


def test_a_disabled_detector_learns_nothing(tmp_path: Path) -> None:
    pump = Pump(tmp_path, enabled=False)
    pump.rows(20)
    assert pump.watch.baselines() == []
    assert KEY not in pump.watch.conditions()


def test_a_restart_goes_on_with_what_was_learned(tmp_path: Path) -> None:
    pump = Pump(tmp_path)
    pump.rows(60)
    pump.watch.write(pump.watch.snapshots())
    again = Pump(tmp_path)
    assert again.watch.baselines()[0].rows == 60
    again.rows(60)
    again.watch.write(again.watch.snapshots())
    third = Pump(tmp_path)
    for pump in (again, third):
        pump.clock.time = 5000
        pump.say(flow=20.1, pressure=5.2, current=12)
    assert third.watch.scores() == again.watch.scores() != {"pump-1": None}


def test_after_a_restart_the_first_verdicts_end_what_is_over(tmp_path: Path) -> None:
    pump = Pump(tmp_path)
    pump.rows(120)
    pump.watch.write(pump.watch.snapshots())
    again = Pump(tmp_path)
    again.rows(FIRST_ROWS - 1)
    assert not [finding for finding in again.found if finding.key == KEY]
    again.rows(1)
    assert [finding.active for finding in again.found if finding.key == KEY] == [False]


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:-1],
        lambda data: data[:200] + bytes([data[200] ^ 1]) + data[201:],
        lambda data: np.random.default_rng(3).bytes(5000),
        lambda data: b"x" * (65 * 1024**2),
    ],
    ids=["empty", "cut", "a flipped bit", "noise", "too large"],
)
def test_a_damaged_baseline_is_set_aside_and_said(
    tmp_path: Path, damage: Any, caplog: pytest.LogCaptureFixture
) -> None:
    pump = Pump(tmp_path)
    pump.rows(120)
    pump.watch.write(pump.watch.snapshots())
    path = tmp_path / "baselines" / "pump-1.0.baseline"
    path.write_bytes(damaged := damage(path.read_bytes()))
    again = Pump(tmp_path)
    assert again.watch.baselines()[0].rows == 0
    aside = next(path.parent.glob("*.unused-*"))
    assert aside.read_bytes() == damaged
    assert not path.exists()
    assert aside.name in caplog.text


@pytest.mark.parametrize("change", [{"unit": "l/s"}, {"detect": False}, {"id": "other"}])
def test_a_baseline_of_other_points_is_not_used(tmp_path: Path, change: dict[str, Any]) -> None:
    pump = Pump(tmp_path)
    pump.rows(120)
    pump.watch.write(pump.watch.snapshots())
    points = [point("flow") | change, point("pressure"), point("current")]
    again = Line(tmp_path, asset("pump-1", points, detector={"learn_rows": 100}))
    assert again.watch.baselines()[0].rows == 0
    assert list((tmp_path / "baselines").glob("*.unused-*"))


def test_an_asset_that_changed_for_good_learns_anew_also_after_a_restart(tmp_path: Path) -> None:
    pump = Pump(tmp_path)
    pump.rows(150)
    pump.rows(60, pressure=-3)
    pump.watch.write(pump.watch.snapshots())
    assert KEY in pump.active()
    over = pump.watch.relearn("pump-1", 1e9)
    pump.watch.forget("pump-1")
    assert [(finding.key, finding.active) for finding in over] == [(KEY, False)]
    assert Pump(tmp_path).watch.baselines()[0].rows == 0
    pump.rows(150, pressure=-3)
    score = pump.watch.scores()["pump-1"]
    assert score is not None
    assert score < 1


def test_a_full_or_absent_disk_is_one_clear_error(tmp_path: Path) -> None:
    pump = Pump(tmp_path)
    pump.rows(5)
    (tmp_path / "baselines").write_text("in the way")
    with pytest.raises(BaselineError, match="cannot be saved"):
        pump.watch.write(pump.watch.snapshots())


def test_conditions_are_all_that_can_ever_be_found(tmp_path: Path) -> None:
    pump = Pump(tmp_path, limits={"high": 50, "rate_per_s": 5, "stuck_after_s": 5})
    pump.rows(120)
    pump.rows(60, flow=100)
    for _ in range(12):
        pump.say(flow=20, pressure=5, current=("bad", "exception"))
        pump.tick(0)
    for _ in range(12):
        pump.say(flow=("bad", "port"))
        pump.tick(0)
    found = {finding.key for finding in pump.found}
    assert len(found) > 7
    assert found <= pump.watch.conditions()


def test_uncertain_samples_are_judged_but_not_learned(tmp_path: Path) -> None:
    pump = Pump(tmp_path)
    pump.rows(50)
    for n in range(5):
        samples = [Sample(f"pump-1.{name}", 2000 + n, 1.0, Quality.UNCERTAIN, "held") for name in NAMES]
        pump.watch.feed(samples)
    assert pump.watch.baselines()[0].rows == 50
