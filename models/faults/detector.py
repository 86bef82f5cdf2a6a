"""The causal baseline of one asset in one operating mode, and how far each new row lies from it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hal.errors import LouguanError

Floats = NDArray[np.float64]

_VERSION = 1
_RELEARN = "It has to be learned again."
_MAX_POINTS, _MAX_WANTED = 500, 1_000_000
_MAX_KEPT = 2000
"""Rows that learning keeps; of a longer one every second, third, ... row."""
_BATCHES = 40
"""What a mean over one of so many parts of the learned rows keeps of a point counts as slow."""
_JITTER = 0.05
"""Variance added to every standardized point, so that points which repeat each other can be told apart."""
_HUGE = 1e100
"""A larger magnitude is no measurement: its square would overflow."""
_OF_CONSTANT, _LEAST = 1e-3, 1e-9
"""Standard deviation given to a point that never moved, part of its value, and the least of any in its unit."""


class DetectorError(LouguanError):
    """A detector cannot be made, or a stored one cannot be used."""


class Verdict(NamedTuple):
    """What one row says.

    score: 1.0 is the alarm threshold of this moment.
    shares: (points,) part of the score that each point explains, at least 0, sums to 1.
    expected: (points,) the learned baseline in the points' units, NaN for a point that had no value while learning.
    """

    score: float
    shares: Floats
    expected: Floats


@dataclass(frozen=True, slots=True)
class Settings:
    """How a baseline is judged.

    All were set with the 25 recordings of SKAB's valve1 and other/1-9 in view; to change any one of them by a fifth
    moves the pooled F1 there by 0.02 at most. `louguan-lab benchmark skab` chooses `span_rows`, `slow`, `limit` and
    `recovered` anew without the group that is judged, and reports the difference.
    """

    span_rows: float = 40.0
    """Rows that the moving average spans (a new row weighs 2 / (span + 1)): the delay paid for a steady score."""
    slow: float = 5.0
    """A point that only drifted while learning, in what the others do not explain, counts 1 + slow times less: so short
    a look at a motor's temperature does not show how far it goes."""
    limit: float = 2.5
    """Distance that alarms with up to eight points; with more it grows with their square root, as noise does."""
    headroom: float = 2.0
    """The distance that alarms is at least this multiple of the learned rows' root mean square."""
    ridge: float = 0.6
    """Standard deviations added to every averaged point, so that a small change of a quiet one is no alarm."""
    clip: float = 10.0
    """Standard deviations that one row counts at most: one wild sample moves the average by clip * 2 / (span + 1)."""
    clear: float = 0.8
    """While alarmed the threshold is lowered to this, against flapping ..."""
    recovered: float = 0.4
    """... but not below this part of the worst since the onset: a repaired machine is not quite the old one."""
    rearm: float = 1.5
    """What remains after a recovery alarms when it grows by this factor, or once it lasts about as long as learning."""


class Detector:
    """The baseline of one asset in one operating mode: learned from its first rows, then kept.

    A learned baseline does not follow the asset. One that did would learn a bearing's wear along with the season; where
    an asset has changed for good, drop the detector and learn anew. Points that wander while learning are judged more
    leniently instead (`Settings.slow`). Learning has to last until the asset has been through what is normal for it: a
    pump that is learned cold alarms when it is warm.

    Each row is standardized by point, clipped, averaged over the last rows (EWM), and measured by the Mahalanobis
    distance in the covariance that the averages had while learning, with a ridge. Only past rows count.

    No data raises: a value that is NaN, infinite or beyond 1e100 is no evidence, and stands at what the other points
    let expect.

    Args:
        points: values a row, 1 to 500. learn_rows: rows that make the baseline, 2 to 1 000 000.

    Raises:
        DetectorError: points or learn_rows out of bounds.
    """

    def __init__(self, points: int, learn_rows: int = 400, settings: Settings = Settings()) -> None:
        if not 1 <= points <= _MAX_POINTS or not 2 <= learn_rows <= _MAX_WANTED:
            raise DetectorError(
                f"A detector cannot have {points} points and {learn_rows} rows to learn.",
                f"Give 1 to {_MAX_POINTS} points and 2 to {_MAX_WANTED} rows.",
            )
        self.rows = 0
        """Rows learned so far."""
        self.wanted = learn_rows
        """Rows to learn."""
        self._settings = settings
        self._alpha = 2.0 / (settings.span_rows + 1.0)
        self._stride = -(-learn_rows // _MAX_KEPT)
        self._kept = np.empty((2, -(-learn_rows // self._stride), points))  # rows as they came, and averaged
        self._average = np.full(points, np.nan)  # of rows while learning, of standardized rows afterwards
        self._center = np.full(points, np.nan)
        self._inverse_scale = np.ones(points)
        self._precision = np.zeros((points, points))
        self._level = 1.0
        self._worst = 0.0
        self._known: NDArray[np.bool_] = np.ones(points, dtype=np.bool_)  # which points `_fill` fills the others from
        self._fill: Floats = np.zeros((0, points))

    @property
    def learned(self) -> bool:
        """Whether rows are judged."""
        return self.rows >= self.wanted

    def feed(self, row: Floats, adapt: bool = True, sensitivity: float = 1.0) -> Verdict | None:
        """Learns or judges the next row, shape (points,), in the points' units; None while learning.

        With `adapt` false a row is not learned: the baseline waits. Once learned, `adapt` makes no difference.
        `sensitivity` divides the threshold.
        """
        if self.learned:
            return self._judge(row, sensitivity)
        if adapt:
            self._learn(row)
        return None

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """All that `from_arrays` needs, for one `.npz` without pickle."""
        about = {
            "version": np.array(_VERSION),
            "settings": np.array(astuple(self._settings)),
            "progress": np.array([self.rows, self.wanted]),
            "alarm": np.array([self._level, self._worst]),
        }
        return about | {name: own.copy() for name, own in self._state()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], settings: Settings = Settings()) -> Detector:
        """The detector that `to_arrays` described, which goes on where that one stood.

        Raises:
            DetectorError: arrays are missing, of a wrong shape or not finite, or another version or other settings
                learned them.
        """
        try:
            if int(arrays["version"]) != _VERSION or not np.array_equal(arrays["settings"], astuple(settings)):
                raise DetectorError("The stored baseline was learned by another version or other settings.", _RELEARN)
            rows, wanted = (int(number) for number in arrays["progress"])
            detector = cls(np.asarray(arrays["average"]).size, wanted, settings)
            if not 0 <= rows <= wanted:
                raise DetectorError(f"The stored baseline has {rows} rows of {wanted}.", _RELEARN)
            detector.rows = rows
            for name, own in detector._state():
                stored = np.asarray(arrays[name], dtype=np.float64)
                if stored.shape != own.shape:
                    raise DetectorError(f"{name} of the stored baseline has the shape {stored.shape}.", _RELEARN)
                gaps = np.isnan(stored) if name == "center" or not detector.learned else False
                if not np.all((np.abs(stored) < _HUGE) | gaps):
                    raise DetectorError(f"{name} of the stored baseline holds values that cannot be.", _RELEARN)
                own[...] = stored
            detector._level, detector._worst = (float(number) for number in arrays["alarm"])
            if not (0.0 < detector._level < _HUGE and 0.0 <= detector._worst < _HUGE):
                raise DetectorError("The alarm state of the stored baseline cannot be.", _RELEARN)
        except KeyError as error:
            raise DetectorError(f"The stored baseline lacks {error}.", _RELEARN) from error
        except (TypeError, ValueError, OverflowError) as error:
            raise DetectorError(f"The stored baseline is damaged: {error}.", _RELEARN) from error
        return detector

    def _state(self) -> list[tuple[str, Floats]]:
        """The arrays that last, by name: those of a baseline, or those of one that is still learned."""
        if self.learned:
            baseline = {"center": self._center, "inverse_scale": self._inverse_scale, "precision": self._precision}
            return [("average", self._average), *baseline.items()]
        return [("average", self._average), ("kept", self._kept[:, : -(-self.rows // self._stride)])]

    def _learn(self, row: Floats) -> None:
        known = np.abs(row) < _HUGE
        row = np.where(known, row, np.nan)
        first = known & np.isnan(self._average)
        self._average[first] = row[first]
        step = self._alpha * (row - self._average)
        self._average[known] += step[known]
        if self.rows % self._stride == 0:
            self._kept[:, self.rows // self._stride] = row, self._average
        self.rows += 1
        if self.learned:
            self._fit()

    def _fit(self) -> None:
        """The baseline from the kept rows: centers, scales, covariance of the averages, distance that alarms."""
        s, (rows, averages) = self._settings, self._kept
        points = rows.shape[1]
        for point, column in enumerate(rows.T):
            if len(column := column[np.isfinite(column)]):
                self._center[point] = np.median(column)
                spread = _spread(column) or _OF_CONSTANT * abs(self._center[point])
                self._inverse_scale[point] = 1.0 / max(spread, _LEAST)
        z, averaged = (np.nan_to_num((kept - self._center) * self._inverse_scale) for kept in (rows, averages))
        self._precision[...] = np.linalg.inv(averaged.T @ averaged / len(averaged) + s.ridge**2 * np.eye(points))
        rest = z @ np.linalg.inv(z.T @ z / len(z) + _JITTER * np.eye(points))  # what the others do not explain, scaled
        trust = _BATCHES / (_BATCHES + points)  # enough points explain anything by chance
        discount = 1.0 / (1.0 + s.slow * (trust * _slowness(rest) + (1.0 - trust) * _slowness(z)))
        self._inverse_scale *= discount
        averaged *= discount
        usual = math.sqrt(np.mean(np.einsum("ij,ij->i", averaged @ self._precision, averaged)))
        self._precision /= max(s.limit * math.sqrt(max(points / 8, 1.0)), s.headroom * usual) ** 2
        self._average[...] = averaged[-1]
        self._kept = np.empty((2, 0, points))

    def _judge(self, row: Floats, sensitivity: float) -> Verdict:
        clip = self._settings.clip
        with np.errstate(over="ignore"):
            z = row - self._center
            z *= self._inverse_scale
            if not math.isfinite(z @ z):
                self._fill_in(z)
        np.minimum(z, clip, out=z)
        np.maximum(z, -clip, out=z)
        z -= self._average
        z *= self._alpha
        self._average += z
        parts = self._precision @ self._average
        parts *= self._average
        distance = sensitivity * math.sqrt(max(np.add.reduce(parts), 0.0))
        np.maximum(parts, 0.0, out=parts)
        if whole := float(np.add.reduce(parts)):
            parts /= whole
        else:
            parts += 1.0 / len(parts)
        return Verdict(self._relative(distance), parts, self._center)

    def _relative(self, distance: float) -> float:
        """The distance in thresholds of this moment, which then moves on."""
        s, score = self._settings, distance / self._level
        if score >= 1.0:
            self._worst = max(self._worst, distance)
            self._level = max(s.clear, s.recovered * self._worst)
            return score
        relaxed = math.inf if self._worst else self._level + (1.0 - self._level) / self.wanted
        self._level = min(relaxed, max(1.0, s.rearm * distance))
        self._worst = 0.0
        return score

    def _fill_in(self, z: Floats) -> None:
        """Sets what is not known to its expectation given the rest, so that it adds nothing to the distance."""
        known = np.abs(z) < _HUGE
        if not np.array_equal(known, self._known):
            missing = self._precision[~known]
            self._fill = np.asarray(-np.linalg.solve(missing[:, ~known], missing[:, known]), dtype=np.float64)
            self._known = known
        z[~known] = self._fill @ np.clip(z[known], -self._settings.clip, self._settings.clip)


def _spread(column: Floats) -> float:
    """Standard deviation, at least the smallest step: a coarse point that moves by one has shown nothing yet."""
    steps = np.diff(np.unique(column))
    return max(float(column.std()), float(steps.min())) if len(steps) else 0.0


def _slowness(columns: Floats) -> Floats:
    """Of each column, how much of it is slow: the squared part of its variance that means over 1 / _BATCHES of the rows
    keep; 0 for noise, 1 for a drift and for what never moved."""
    batch = max(len(columns) // _BATCHES, 1)
    whole = columns[: len(columns) // batch * batch]
    slow, variance = whole.reshape(-1, batch, columns.shape[1]).mean(axis=1).var(axis=0), whole.var(axis=0)
    kept = np.divide(slow, variance, out=np.ones_like(variance), where=variance > 0.0)
    return np.asarray(np.minimum(kept, 1.0) ** 2, dtype=np.float64)
