"""Weights are unpacked to what they were, and make one model with their graph."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.runtime import weights
from models.runtime.artifact import Artifact
from models.runtime.errors import ModelError

SHIPPED = Path(__file__).parents[3] / "models" / "artifacts" / "trunk"


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 8), st.integers(1, 4))
def test_unpacked_weights_are_those_that_were_packed(seed: int, outputs: int, blocks: int) -> None:
    chance = np.random.default_rng(seed)
    whole = chance.integers(-8, 8, (outputs, blocks * 32))
    scale = chance.uniform(0.01, 1, (outputs, blocks)).astype(np.float16)
    channels = chance.uniform(0.1, 3, blocks * 32).astype(np.float32)
    wanted = whole * np.repeat(scale.astype(np.float32), 32, axis=1) * channels
    values, scales = weights.eight_bits(_packed(whole, blocks), scale, channels)
    assert values.shape == (blocks * 32, outputs)
    assert (np.abs(values.T * scales[:, None] - wanted) <= scales[:, None] * 0.501).all()


def test_a_layer_of_nothing_but_zeros_is_one() -> None:
    values, scales = weights.eight_bits(np.full((2, 1, 16), 0x88, np.uint8), np.zeros((2, 1), np.float16))
    assert not values.any()
    assert (scales > 0).all()


def test_the_file_in_memory_is_the_graph_with_what_it_lacked() -> None:
    graph, packed = SHIPPED / "model.onnx", SHIPPED / "weights.npz"
    file = weights.unpacked(graph, packed)
    try:
        with open(file, "rb", closefd=False) as whole:
            whole.seek(0)
            assert whole.read(graph.stat().st_size) == graph.read_bytes()
            assert len(whole.read()) > 21e6
    finally:
        os.close(file)


def test_weights_that_are_not_all_there_are_one_error(tmp_path: Path) -> None:
    with np.load(SHIPPED / "weights.npz") as arrays:
        name = arrays.files[0]
        np.savez(tmp_path / "weights.npz", **{name: arrays[name]})
    before = _open_files()
    with pytest.raises(ModelError, match="make no model"):
        os.close(weights.unpacked(SHIPPED / "model.onnx", tmp_path / "weights.npz"))
    assert _open_files() == before


def test_no_file_stays_open_for_a_model_that_runs() -> None:
    before = _open_files()
    Artifact.load(SHIPPED).session()
    assert _open_files() == before


def _packed(whole: NDArray[np.int64], blocks: int) -> NDArray[np.uint8]:
    halves = (whole + 8).astype(np.uint8).reshape(len(whole), blocks, 16, 2)
    return halves[..., 0] | halves[..., 1] << 4


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))
