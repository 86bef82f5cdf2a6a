"""Learned baselines on the disk: one `<asset>.<mode>.baseline` each, the SHA-256 of a .npz and the .npz."""

from __future__ import annotations

import hashlib
import io
import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agent.config import Asset
from agent.watch.asset import MAX_MODES, detected
from models.faults.detector import Detector, DetectorError

MAX_FILE = 64 * 1024**2
_END = ".baseline"
_POINTS = "points"
_HASH_BYTES = hashlib.sha256().digest_size

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The arrays of one detector at one moment."""

    name: str
    arrays: dict[str, Any]


def snapshot(asset: Asset, mode: int, detector: Detector) -> Snapshot:
    return Snapshot(f"{asset.id}.{mode}{_END}", {_POINTS: fingerprint(asset), **detector.to_arrays()})


def write(folder: Path, snapshots: Iterable[Snapshot]) -> None:
    """Replaces each file whole; what was written is on the disk when this returns. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    for item in snapshots:
        data = io.BytesIO()
        np.savez(data, **item.arrays)
        new = folder / f"{item.name}.new"
        try:
            with new.open("wb") as file:
                file.write(hashlib.sha256(data.getbuffer()).digest())
                file.write(data.getbuffer())
                file.flush()
                os.fsync(file.fileno())
            new.replace(folder / item.name)
        finally:
            new.unlink(missing_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read(folder: Path, asset: Asset) -> dict[int, Detector]:
    """The detectors of an asset by mode. What cannot be used is set aside, and a warning says so. Raises OSError."""
    detectors: dict[int, Detector] = {}
    for path in sorted(folder.glob(f"{asset.id}.*{_END}"))[:MAX_MODES]:
        mode = path.name.removeprefix(f"{asset.id}.").removesuffix(_END)
        try:
            detectors[int(mode)] = _detector(path, asset)
        except (DetectorError, ValueError, KeyError) as error:
            _set_aside(path, error.message if isinstance(error, DetectorError) else f"It cannot be read: {error}.")
    return detectors


def forget(folder: Path, asset: str) -> None:
    """Sets the baselines of an asset aside, so that the next start does not know them. Raises OSError."""
    for path in sorted(folder.glob(f"{asset}.*{_END}")):
        _set_aside(path, "A technician asked for it.")


def fingerprint(asset: Asset) -> NDArray[np.str_]:
    """What must still be the same for a baseline to hold: the points, their units, and where they are read."""
    lines = [f"{point.id} [{point.unit}] {point.modbus.model_dump_json()}" for point in detected(asset)]
    return np.array([f"mode {asset.detector.mode_point}", *lines])


def _detector(path: Path, asset: Asset) -> Detector:
    if path.stat().st_size > MAX_FILE:
        raise DetectorError(f"It is larger than {MAX_FILE} bytes.")
    data = path.read_bytes()
    if hashlib.sha256(data[_HASH_BYTES:]).digest() != data[:_HASH_BYTES]:
        raise DetectorError("It is damaged.")
    with np.load(io.BytesIO(data[_HASH_BYTES:]), allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    if not np.array_equal(arrays.pop(_POINTS), fingerprint(asset)):
        raise DetectorError("Its points are no longer those of gateway.toml.")
    detector = Detector.from_arrays(arrays)
    if not detector.learned and detector.wanted != asset.detector.learn_rows:
        raise DetectorError("learn_rows has changed since.")
    return detector


def _set_aside(path: Path, why: str) -> None:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    target = path.with_name(f"{path.name}.unused-{stamp}")
    path.replace(target)
    log.warning("The baseline %s is learned anew. %s The old one was set aside as %s.", path.name, why, target.name)
