"""The tier-1 detector on made-up plants: what alarms, who is named, what never raises, what survives a restart."""

from __future__ import annotations

import io
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from models.faults.detector import Detector, DetectorError, Settings, Verdict

LEARN = 400
Floats = NDArray[np.float64]


def plant(rows: int, seed: int = 0, points: int = 6, period: float = 94.0) -> Floats:
    """A load that all points follow, each with noise of its own."""
    random = np.random.default_rng(seed)
    load = np.sin(2 * np.pi * np.arange(rows) / period)[:, None] + 0.1 * random.normal(size=(rows, 1))
    gains = np.linspace(1.0, 3.0, points)
    return 50 + load * gains + 0.2 * random.normal(size=(rows, points))


def taught(rows: Floats, learn: int = LEARN) -> Detector:
    detector = Detector(rows.shape[1], learn)
    for row in rows[:learn]:
        assert detector.feed(row) is None
    return detector


def judged(detector: Detector, rows: Floats) -> list[Verdict]:
    verdicts = [detector.feed(row) for row in rows]
    return [verdict for verdict in verdicts if verdict is not None]


def scores(detector: Detector, rows: Floats) -> Floats:
    return np.array([verdict.score for verdict in judged(detector, rows)])


def test_learns_the_wanted_rows_then_judges_each() -> None:
    rows = plant(LEARN + 50)
    detector = taught(rows)
    assert detector.learned
    assert detector.rows == detector.wanted == LEARN
    assert len(judged(detector, rows[LEARN:])) == 50


def test_normal_running_does_not_alarm() -> None:
    rows = plant(LEARN + 3000, seed=1)
    assert scores(taught(rows), rows[LEARN:]).max() < 1.0


@pytest.mark.parametrize("points", [1, 8, 40, 200])
def test_many_slowly_varying_points_do_not_alarm(points: int) -> None:
    random = np.random.default_rng(points)
    rows = np.zeros((LEARN + 1000, points))
    for index in range(1, len(rows)):
        rows[index] = 0.95 * rows[index - 1] + random.normal(size=points)
    assert scores(taught(rows), rows[LEARN:]).max() < 1.0


@pytest.mark.parametrize("guilty", range(6))
def test_a_deviation_of_one_of_several_correlated_points_names_it(guilty: int) -> None:
    rows = plant(LEARN + 300, seed=2)
    rows[LEARN + 100 :, guilty] += 8.0
    verdicts = judged(taught(rows), rows[LEARN:])
    assert max(verdict.score for verdict in verdicts[:100]) < 1.0
    last = verdicts[-1]
    assert last.score > 1.0
    assert last.shares.argmax() == guilty
    assert last.shares[guilty] > 0.6
    assert last.expected[guilty] == pytest.approx(50, abs=0.5)


def test_a_broken_correlation_alarms_although_each_point_stays_in_its_range() -> None:
    rows = plant(2400, seed=3, points=3, period=600.0)
    rows[1800:, 0] = 100 - rows[1800:, 0]
    verdicts = judged(taught(rows, 1200), rows[1200:])
    assert max(verdict.score for verdict in verdicts[:600]) < 1.0
    loudest = max(verdicts, key=lambda verdict: verdict.score)
    assert loudest.score > 1.0
    assert loudest.shares.argmax() == 0


def test_shares_add_up_and_are_never_negative() -> None:
    rows = plant(LEARN + 200, seed=4)
    rows[LEARN + 50 :, :2] += (6.0, -4.0)
    for verdict in judged(taught(rows), rows[LEARN:]):
        assert verdict.shares.min() >= 0.0
        assert verdict.shares.sum() == pytest.approx(1.0)


def test_a_future_row_never_changes_a_past_score() -> None:
    rows = plant(LEARN + 200, seed=5)
    other = rows.copy()
    other[LEARN + 100 :] += 100.0
    assert np.array_equal(scores(taught(rows), rows[LEARN : LEARN + 100]), scores(taught(other), other[LEARN:])[:100])


def test_a_slow_drift_is_found_because_the_baseline_does_not_follow() -> None:
    rows = plant(LEARN + 20_000, seed=6)
    rows[LEARN:, 2] += np.linspace(0, 30, 20_000)
    detector = taught(rows)
    before = detector.to_arrays()
    found = scores(detector, rows[LEARN:])
    assert (found[-5000:] >= 1.0).all()
    after = detector.to_arrays()
    for name in ("center", "inverse_scale", "precision"):
        assert np.array_equal(before[name], after[name])


def test_a_row_not_to_be_adapted_to_is_not_learned() -> None:
    rows = plant(LEARN, seed=7)
    plain, interrupted = Detector(6, LEARN), Detector(6, LEARN)
    for row in rows:
        assert interrupted.feed(row + 1000, adapt=False) is None
        plain.feed(row)
        interrupted.feed(row)
    assert interrupted.rows == LEARN
    for name, array in plain.to_arrays().items():
        assert np.array_equal(array, interrupted.to_arrays()[name])


def test_one_wild_row_does_not_alarm_and_is_forgotten() -> None:
    rows = plant(LEARN + 400, seed=8)
    rows[LEARN + 100, 1] = 1e9
    found = scores(taught(rows), rows[LEARN:])
    undisturbed = scores(taught(rows), plant(LEARN + 400, seed=8)[LEARN:])
    assert found.max() < 1.0
    assert found[-1] == pytest.approx(undisturbed[-1], abs=1e-3)


def test_after_a_repair_a_small_remainder_clears_and_alarms_again_when_it_grows_or_stays() -> None:
    rows = plant(LEARN + 3000, seed=9)
    rows[LEARN + 100 : LEARN + 300, 0] += 60.0
    rows[LEARN + 300 :, 0] += 3.0
    alarmed = scores(taught(rows), rows[LEARN:]) >= 1.0
    assert alarmed[250]
    assert not alarmed[400]
    assert alarmed[1500:].any()
    rows[LEARN + 400 :, 0] += 20.0
    assert (scores(taught(rows), rows[LEARN:]) >= 1.0)[480]


def test_an_alarm_near_the_threshold_does_not_flap() -> None:
    rows = plant(LEARN + 1000, seed=10, points=2)
    rows[LEARN + 200 :, 0] += 2.0

    def onsets(clear: float) -> int:
        detector = Detector(2, LEARN, Settings(clear=clear, recovered=0.0))
        alarmed = np.array([bool(v and v.score >= 1.0) for v in map(detector.feed, rows)])
        return int((np.diff(alarmed.astype(int)) == 1).sum())

    assert onsets(1.0) > 1
    assert onsets(Settings().clear) == 1


def test_sensitivity_divides_the_threshold() -> None:
    rows = plant(LEARN + 50, seed=11)
    dull, keen = taught(rows), taught(rows)
    for row in rows[LEARN:]:
        one, two = dull.feed(row), keen.feed(row, sensitivity=0.5)
        assert one
        assert two
        assert two.score == pytest.approx(one.score / 2)


def test_a_missing_value_is_no_evidence_and_the_others_still_alarm() -> None:
    rows = plant(LEARN + 600, seed=12)
    rows[LEARN:, 3] = np.nan
    detector = taught(rows)
    assert scores(detector, rows[LEARN : LEARN + 400]).max() < 1.0
    rows[LEARN + 400 :, 0] += 8.0
    last = judged(detector, rows[LEARN + 400 :])[-1]
    assert last.score > 1.0
    assert last.shares.argmax() == 0
    assert last.shares[3] < 0.05


def test_gaps_while_learning_and_a_point_that_never_answers() -> None:
    rows = plant(LEARN + 300, seed=13)
    rows[np.random.default_rng(0).random(rows.shape) < 0.2] = np.nan
    rows[:, 4] = np.nan
    detector = taught(rows)
    verdicts = judged(detector, rows[LEARN:])
    assert max(verdict.score for verdict in verdicts) < 1.0
    assert np.isnan(verdicts[0].expected[4])
    assert np.isfinite(np.delete(verdicts[0].expected, 4)).all()


def test_a_constant_point_may_move_by_its_resolution_but_not_by_much() -> None:
    rows = plant(LEARN + 200, seed=14)
    rows[:, 5] = 25.0
    rows[LEARN:, 5] = 25.1
    detector = taught(rows)
    assert scores(detector, rows[LEARN:]).max() < 1.0
    rows[LEARN:, 5] = 30.0
    last = judged(detector, rows[LEARN:])[-1]
    assert last.score > 1.0
    assert last.shares.argmax() == 5


def test_a_coarse_point_may_move_by_one_step() -> None:
    rows = plant(LEARN + 200, seed=15)
    rows[:, 5] = 25.0
    rows[17, 5] = 25.5
    rows[LEARN:, 5] = 25.5
    assert scores(taught(rows), rows[LEARN:]).max() < 1.0


@settings(max_examples=60, deadline=None)
@given(
    arrays(
        np.float64,
        st.tuples(st.integers(25, 40), st.integers(1, 5)),
        elements=st.one_of(
            st.floats(allow_nan=True, allow_infinity=True), st.sampled_from([0.0, 1.0, 1e99, -1e99, 1e-300])
        ),
    )
)
def test_no_data_raises_warns_or_gives_a_score_that_is_no_number(rows: Floats) -> None:
    detector = Detector(rows.shape[1], 20)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for row in rows:
            if verdict := detector.feed(row):
                assert 0.0 <= verdict.score < 1e6
                assert verdict.shares.sum() == pytest.approx(1.0)
                assert verdict.shares.min() >= 0.0


def test_five_hundred_points_are_learned_and_judged() -> None:
    rows = np.random.default_rng(16).normal(size=(130, 500))
    rows[120:, ::2] = np.nan
    assert scores(taught(rows, 100), rows[100:]).max() < 1.0


def test_long_learning_is_bounded_in_memory() -> None:
    detector = Detector(3, 50_000)
    for row in plant(50_000, seed=17, points=3):
        detector.feed(row)
        if detector.rows == 49_999:
            assert detector.to_arrays()["kept"].nbytes <= 2 * 2000 * 3 * 8
    assert detector.learned
    assert scores(detector, plant(500, seed=18, points=3)).max() < 1.0


@pytest.mark.parametrize("stop", [0, 1, 57, LEARN - 1, LEARN, LEARN + 1, LEARN + 130])
def test_a_restart_changes_no_verdict(stop: int) -> None:
    rows = plant(LEARN + 300, seed=19)
    rows[LEARN + 100 : LEARN + 200, 1] += 9.0
    rows[LEARN + 20, 3] = np.nan
    straight, before = Detector(6, LEARN), Detector(6, LEARN)
    expected = [straight.feed(row) for row in rows]
    for row in rows[:stop]:
        before.feed(row)
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **before.to_arrays())
    file.seek(0)
    with np.load(file, allow_pickle=False) as stored:
        after = Detector.from_arrays(dict(stored))
    assert (after.rows, after.wanted, after.learned) == (before.rows, before.wanted, before.learned)
    for row, want in zip(rows[stop:], expected[stop:], strict=True):
        got = after.feed(row)
        assert (got is None) == (want is None)
        if got and want:
            assert got.score == want.score
            assert np.array_equal(got.shares, want.shares)
            assert np.array_equal(got.expected, want.expected)


def _without(name: str) -> dict[str, NDArray[np.float64]]:
    return {key: value for key, value in taught(plant(LEARN)).to_arrays().items() if key != name}


@pytest.mark.parametrize("name", list(taught(plant(LEARN)).to_arrays()))
def test_stored_arrays_that_lack_one_are_refused(name: str) -> None:
    with pytest.raises(DetectorError, match=name):
        Detector.from_arrays(_without(name))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("version", np.array(99)),
        ("version", np.array("one")),
        ("version", np.array([])),
        ("settings", np.zeros(3)),
        ("progress", np.array([5])),
        ("progress", np.array([-1, LEARN])),
        ("progress", np.array([10, 5])),
        ("progress", np.array([np.nan, 5])),
        ("progress", np.array([10**8, 10**8])),
        ("average", np.zeros(5)),
        ("average", np.zeros(0)),
        ("average", np.zeros((1, 6))),
        ("average", np.full(6, np.nan)),
        ("center", np.full(6, np.inf)),
        ("center", np.array(["a"] * 6)),
        ("inverse_scale", np.full(6, np.nan)),
        ("precision", np.full((6, 6), np.nan)),
        ("precision", np.zeros((6, 5))),
        ("alarm", np.array([np.nan, 0.0])),
        ("alarm", np.array([0.0, 0.0])),
        ("alarm", np.array([1.0, -1.0])),
        ("alarm", np.array([1.0])),
    ],
)
def test_damaged_stored_arrays_are_refused(name: str, value: NDArray[np.float64]) -> None:
    with pytest.raises(DetectorError):
        Detector.from_arrays(_without(name) | {name: value})


def test_a_baseline_learned_with_other_settings_is_refused() -> None:
    with pytest.raises(DetectorError, match="other settings"):
        Detector.from_arrays(taught(plant(LEARN)).to_arrays(), Settings(span_rows=20.0))


def test_infinite_values_in_stored_learning_are_refused() -> None:
    detector = Detector(2, 10)
    detector.feed(np.zeros(2))
    with pytest.raises(DetectorError, match="kept"):
        Detector.from_arrays(detector.to_arrays() | {"kept": np.full((2, 1, 2), np.inf)})


@pytest.mark.parametrize(("points", "learn"), [(0, 400), (501, 400), (8, 1), (8, 1_000_001)])
def test_a_detector_out_of_bounds_is_refused(points: int, learn: int) -> None:
    with pytest.raises(DetectorError):
        Detector(points, learn)
