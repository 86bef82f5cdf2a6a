"""Small weights for the gateway: int8, or blocks of 4 bits that are unpacked to int8."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.runtime import weights as runtime
from models.runtime.artifact import WEIGHTS
from models.training.checkpoint import CheckpointError
from models.training.deps import need

BLOCK = 32
"""Weights along the input dimension that share one scale."""
SHIFT = 0.7
"""How much of the range of activations moves into the weights: of .5, .6, .7, .75 and .85 the one that left the states
nearest to those in float on property-dev.md."""
USUAL = 0.95
"""Share of the samples whose range counts: a few are wilder than all others."""


def round_blocks(weights: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Rows of 4-bit integers (-8..7) and one scale a block, as Q4_0 of ggml does: the scale is the block's largest
    value by magnitude, sign included, over -8, in half precision. Weights already on that grid come back unchanged."""
    rows, columns = weights.shape
    blocks = weights.reshape(rows, columns // BLOCK, BLOCK)
    extreme = np.take_along_axis(blocks, np.abs(blocks).argmax(-1, keepdims=True), -1)
    scale = (extreme / -8.0).astype(np.float16).astype(np.float32)
    steps = np.divide(blocks, scale, out=np.zeros_like(blocks), where=scale != 0)
    return np.clip(np.rint(steps), -8, 7).astype(np.int8).reshape(rows, columns), scale[..., 0]


def _pack(low_first: NDArray[np.uint8]) -> NDArray[np.uint8]:
    flat = low_first.reshape(*low_first.shape[:-1], -1, 2)
    return (flat[..., 0] | (flat[..., 1] << 4)).astype(np.uint8)


def quantize(source: Path, out: Path, bits: int, samples: Sequence[Sequence[int]]) -> None:
    """Writes the float model at `source` with its vectors of words and places and its linear layers in 8 or 4 bits.

    The linear layers become DynamicQuantizeMatMul, which computes in int8; in 4 bits their weights lie in a file of
    their own beside `out` and are unpacked when the model is loaded (models/runtime/weights.py). One scale serves all
    activations of a layer, so those of normalized states are first evened out between channels (SmoothQuant, Xiao et
    al. 2023), by what `samples`, token ids of texts, need; and those of a narrowing layer between tokens.

    Raises:
        CheckpointError: the graph has no such weights.
    """
    (onnx,) = need("onnx")
    model = onnx.load(str(source))
    small = _Small(model.graph, bits, onnx)
    small.evened = _evened(source, small.layers, samples)
    for node in model.graph.node:
        small.take(node)
    if not small.dropped:
        raise CheckpointError(f"{source} has no weights that can be stored in {bits} bits.")
    kept = [tensor for tensor in model.graph.initializer if tensor.name not in small.dropped]
    del model.graph.node[:], model.graph.initializer[:], model.opset_import[:]
    model.graph.node.extend(small.nodes)
    model.graph.initializer.extend([*kept, *small.added.values()])
    model.opset_import.extend([onnx.helper.make_opsetid("", 21), onnx.helper.make_opsetid("com.microsoft", 1)])
    model.ir_version = 10
    onnx.save(model, str(out))
    if small.apart:
        np.savez(out.with_name(WEIGHTS), allow_pickle=False, **small.apart)


class _Small:
    """A graph while it is written anew with small weights, node by node."""

    def __init__(self, graph: Any, bits: int, onnx: Any) -> None:
        self._bits, self._onnx = bits, onnx
        self._weights = {
            tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in graph.initializer if len(tensor.dims) == 2
        }
        normalized = {node.output[0] for node in graph.node if node.op_type == "LayerNormalization"}
        self.layers: dict[str, list[NDArray[Any]]] = {}
        """The weights of the layers that each normalized state goes into."""
        for node in filter(self._is_layer, graph.node):
            if node.input[0] in normalized:
                self.layers.setdefault(node.input[0], []).append(self._weights[node.input[1]])
        self.evened: dict[str, NDArray[np.float32]] = {}
        self.nodes: list[Any] = []
        self.added: dict[str, Any] = {}
        self.apart: dict[str, NDArray[Any]] = {}
        self.dropped: set[str] = set()

    def take(self, node: Any) -> None:
        if self._is_layer(node):
            self.dropped.add(node.input[1])
            self._layer(node)
        elif node.op_type == "Gather" and node.input[0] in self._weights and "_embeddings" in node.input[0]:
            self.dropped.add(node.input[0])
            (self._vectors_in_4 if self._bits == 4 and "word" in node.input[0] else self._vectors_in_8)(node)
        else:
            self.nodes.append(node)

    def _is_layer(self, node: Any) -> bool:
        weights = self._weights.get(node.input[1]) if node.op_type == "MatMul" else None
        return weights is not None and weights.shape[0] % BLOCK == 0

    def _layer(self, node: Any) -> None:
        given, name, product = node.input[0], node.input[1], node.output[0]
        weights = self._weights[name]
        depth, width = weights.shape
        channels = self.evened.get(given)
        if channels is not None:
            if given + "_inverse" not in self.added:
                self._add("Mul", given, self._constant(given + "_inverse", 1 / channels), output=given + "_even")
            given += "_even"
        if self._bits == 4:
            values, scales = round_blocks(np.ascontiguousarray(weights.T, np.float32))
            halves = (values + 8).astype(np.uint8).reshape(width, depth // BLOCK, BLOCK)
            self.apart |= {name + runtime.PACKED: _pack(halves), name + runtime.SCALE: scales.astype(np.float16)}
            if channels is not None:
                self.apart[name + runtime.CHANNELS] = channels
        else:
            rounded, scale = runtime.rounded(weights.T * (1 if channels is None else channels))
            self._constant(name, rounded)
            self._constant(name + runtime.SCALES, scale)
        largest = ""
        if depth > width:
            size = self._add("Abs", given, output=given + "_size")
            axis = self._constant("last_axis", np.array([-1], np.int64))
            largest = self._add("ReduceMax", size, axis, output=given + "_largest", keepdims=1)
            given = self._add("Div", given, largest, output=given + "_even")
            product += "_even"
        inputs = (given, name, name + runtime.SCALES)
        self._add("DynamicQuantizeMatMul", *inputs, output=product, name=node.name, domain="com.microsoft")
        if largest:
            self._add("Mul", product, largest, output=node.output[0])

    def _vectors_in_4(self, node: Any) -> None:
        name, half = node.input[0], node.output[0] + "_half"
        values, scales = round_blocks(np.ascontiguousarray(self._weights[name], np.float32))
        raw = _pack((values & 15).astype(np.uint8)).tobytes()
        packed = self._onnx.helper.make_tensor(name + "_q4", self._onnx.TensorProto.INT4, values.shape, raw, raw=True)
        self.added[packed.name] = packed
        inputs = (packed.name, node.input[1], self._constant(name + "_scale", scales.astype(np.float16)))
        sizes = {"block_size": BLOCK, "gather_axis": 0, "quantize_axis": 1}
        self._add("GatherBlockQuantized", *inputs, output=half, name=node.name, domain="com.microsoft", **sizes)
        self._add("Cast", half, output=node.output[0], to=self._onnx.TensorProto.FLOAT)

    def _vectors_in_8(self, node: Any) -> None:
        name, out = node.input[0], node.output[0]
        values, scales = runtime.rounded(self._weights[name])
        table = self._constant(name + "_q8", np.ascontiguousarray(values.T))
        scale = self._constant(name + "_scale", scales[:, None].astype(np.float16))
        whole = self._add("Gather", table, node.input[1], output=out + "_whole")
        steps = self._add("Cast", whole, output=out + "_steps", to=self._onnx.TensorProto.FLOAT)
        half = self._add("Gather", scale, node.input[1], output=out + "_half")
        sizes = self._add("Cast", half, output=out + "_sizes", to=self._onnx.TensorProto.FLOAT)
        self._add("Mul", steps, sizes, output=out)

    def _constant(self, name: str, values: NDArray[Any]) -> str:
        self.added[name] = self._onnx.numpy_helper.from_array(values, name)
        return name

    def _add(self, op: str, *inputs: str, output: str, **more: Any) -> str:
        self.nodes.append(self._onnx.helper.make_node(op, list(inputs), [output], **more))
        return output


def _evened(
    source: Path, layers: Mapping[str, list[NDArray[Any]]], samples: Sequence[Sequence[int]]
) -> dict[str, NDArray[np.float32]]:
    """What each channel of each of these states is divided by, and the weights that it meets are multiplied by."""
    found = {}
    for name, sizes in _ranges(source, list(layers), samples).items():
        weights = np.max([np.abs(layer).max(axis=1) for layer in layers[name]], axis=0)
        shares = np.maximum(sizes, 1e-3) ** SHIFT / np.maximum(weights, 1e-4) ** (1 - SHIFT)
        found[name] = np.maximum(shares / shares.mean(), 0.02).astype(np.float32)
    return found


def _ranges(source: Path, names: list[str], samples: Sequence[Sequence[int]]) -> dict[str, NDArray[np.float32]]:
    """The size that each channel of each of these states reaches in `USUAL` of the samples."""
    onnx, ort = need("onnx", "onnxruntime")
    model = onnx.load(str(source))
    model.graph.output.extend(onnx.helper.make_tensor_value_info(name, 1, None) for name in names)
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    sizes: dict[str, list[NDArray[np.float32]]] = {name: [] for name in names}
    for sample in samples:
        ids = np.array([sample], np.int64)
        feeds = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        seen = session.run(names, {one.name: feeds[one.name] for one in session.get_inputs()})
        for name, states in zip(names, seen, strict=True):
            sizes[name].append(np.abs(states[0]).max(axis=0))
    return {name: np.quantile(found, USUAL, axis=0).astype(np.float32) for name, found in sizes.items() if found}
