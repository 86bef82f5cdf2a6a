"""Weights that lie on the disk in 4 bits and are computed with in 8: half the size, at twice the speed of 4 bits."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.runtime.errors import ModelError

PACKED, SCALE, CHANNELS = ".q4", ".scale", ".channels"
"""Ends of the names of a layer's arrays: uint8 of shape (outputs, blocks, bytes of a block), the lower half of a byte
first, each half a value plus 8; the scale of each block, float16 of shape (outputs, blocks); and, where the graph evens
out the channels of the layer's input, what each is divided by, float32 of shape (inputs,)."""
SCALES = "_scale"
"""End of the name of what whole columns are scaled by in the graph."""
_GRAPH, _INITIALIZER, _DIMS, _TYPE, _NAME, _RAW = 7, 5, 1, 2, 8, 9
"""Numbers of the fields in onnx.proto: of a model, a graph, and a tensor (https://onnx.ai/onnx/api/classes.html)."""
_TYPES = {"float32": 1, "int8": 3}


def unpacked(graph: Path, weights: Path) -> int:
    """A file in memory with the model at `graph`, completed by its weights in int8; the caller closes it.

    Raises:
        ModelError: a file cannot be read, or the weights are not what this program packs.
    """
    file = os.memfd_create(graph.name)
    try:
        _write(file, graph.read_bytes())
        for name, values in _layers(weights):
            # Messages of protobuf that stand one after another are one, with the lists of both.
            _write(file, _field(_GRAPH, _field(_INITIALIZER, _tensor(name, values))))
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as error:
        os.close(file)
        raise ModelError(f"{graph} and {weights.name} beside it make no model: {error}.") from error
    return file


def eight_bits(
    packed: NDArray[np.uint8], scale: NDArray[np.float16], channels: NDArray[np.float32] | float = 1.0
) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """A layer's weights, shape (inputs, outputs), and the scale of each of its outputs.

    packed, scale, channels: as PACKED, SCALE and CHANNELS say.
    """
    outputs, blocks, half = packed.shape
    values = np.empty((outputs, blocks, 2 * half), np.float32)
    values[..., 0::2], values[..., 1::2] = packed & 15, packed >> 4
    values = ((values - 8) * scale.astype(np.float32)[..., None]).reshape(outputs, -1) * channels
    return rounded(values)


def rounded(values: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """`values`, shape (outputs, inputs), in int8, shape (inputs, outputs), and the scale of each output."""
    scales = (np.maximum(np.abs(values).max(axis=1), 1e-9) / 127).astype(np.float32)
    return np.ascontiguousarray(np.rint(values / scales[:, None]).astype(np.int8).T), scales


def _layers(weights: Path) -> Iterator[tuple[str, NDArray[np.int8] | NDArray[np.float32]]]:
    with np.load(weights) as arrays:
        for name in arrays.files:
            if name.endswith(PACKED):
                layer = name.removesuffix(PACKED)
                channels = arrays.get(layer + CHANNELS, 1.0)
                values, scales = eight_bits(arrays[name], arrays[layer + SCALE], channels)
                yield layer, values
                yield layer + SCALES, scales


def _tensor(name: str, values: NDArray[np.int8] | NDArray[np.float32]) -> bytes:
    sizes = b"".join(_varint(_DIMS << 3) + _varint(size) for size in values.shape)
    kind = _varint(_TYPE << 3) + _varint(_TYPES[values.dtype.name])
    return sizes + kind + _field(_NAME, name.encode()) + _field(_RAW, values.tobytes())


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def _write(file: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(file, left) :]
