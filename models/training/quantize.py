"""Small weights for the gateway: int8 by onnxruntime, or blocks of 4 bits that are unpacked to int8."""

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
nearest to those in float."""
USUAL = 0.95
_LAST_AXIS = "last_axis"


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


def _constant_weights(graph: Any, onnx: Any) -> dict[str, NDArray[Any]]:
    return {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in graph.initializer}


def four_bits(source: Path, out: Path, samples: Sequence[Sequence[int]]) -> None:
    """Writes the float model at `source` with its word vectors and linear layers in 4 bits.

    The linear layers become DynamicQuantizeMatMul (activations in int8), whose weights lie in a file of their own
    beside `out` and are unpacked when the model is loaded (models/runtime/weights.py); the word vectors become
    GatherBlockQuantized. Both are CPU kernels of onnxruntime (domain com.microsoft). One scale serves all activations
    of a layer, so those of normalized states are first evened out between channels (SmoothQuant, Xiao et al. 2023), by
    what `samples`, token ids of texts, need; and those of a narrowing layer between tokens.

    Raises:
        CheckpointError: the graph has no such weights.
    """
    (onnx,) = need("onnx")
    model = onnx.load(str(source))
    graph, helper = model.graph, onnx.helper
    weights = _constant_weights(graph, onnx)
    normalized = {node.output[0] for node in graph.node if node.op_type == "LayerNormalization"}
    linear = [node for node in graph.node if _is_linear(node, weights)]
    users: dict[str, list[NDArray[Any]]] = {}
    for node in linear:
        users.setdefault(node.input[0], []).append(weights[node.input[1]])
    ranges = _ranges(source, [name for name in users if name in normalized], samples)
    added: list[Any] = [onnx.numpy_helper.from_array(np.array([-1], np.int64), _LAST_AXIS)]
    apart: dict[str, NDArray[Any]] = {}
    dropped: set[str] = set()
    nodes: list[Any] = []
    evened: dict[str, NDArray[np.float32]] = {}

    def add(op: str, *inputs: str, output: str, **more: Any) -> str:
        nodes.append(helper.make_node(op, list(inputs), [output], **more))
        return output

    for node in graph.node:
        constant = next((name for name in node.input if name in weights and weights[name].ndim == 2), "")
        if _is_linear(node, weights):
            given, (depth, width) = node.input[0], weights[constant].shape
            values, scales = round_blocks(np.ascontiguousarray(weights[constant].T, np.float32))
            apart[constant + runtime.PACKED] = _pack(
                (values + 8).astype(np.uint8).reshape(width, depth // BLOCK, BLOCK)
            )
            apart[constant + runtime.SCALE] = scales.astype(np.float16)
            if given in ranges:
                if given not in evened:
                    evened[given] = _evened(ranges[given], users[given])
                    added.append(onnx.numpy_helper.from_array(1 / evened[given], given + "_inverse"))
                    add("Mul", given, given + "_inverse", output=given + "_even")
                apart[constant + runtime.CHANNELS] = evened[given]
                given += "_even"
            largest = ""
            if depth > width:
                size = add("Abs", given, output=given + "_size")
                largest = add("ReduceMax", size, _LAST_AXIS, output=given + "_largest", keepdims=1)
                given = add("Div", given, largest, output=given + "_even")
            product = node.output[0] + ("_even" if largest else "")
            inputs = (given, constant, constant + runtime.SCALES)
            add("DynamicQuantizeMatMul", *inputs, output=product, name=node.name, domain="com.microsoft")
            if largest:
                add("Mul", product, largest, output=node.output[0])
        elif node.op_type == "Gather" and constant == node.input[0] and "word_embeddings" in constant:
            values, scales = round_blocks(np.ascontiguousarray(weights[constant], np.float32))
            raw = _pack((values & 15).astype(np.uint8)).tobytes()
            added += [
                helper.make_tensor(constant + "_q4", onnx.TensorProto.INT4, values.shape, raw, raw=True),
                onnx.numpy_helper.from_array(scales.astype(np.float16), constant + "_scale"),
            ]
            inputs, half = (constant + "_q4", node.input[1], constant + "_scale"), node.output[0] + "_half"
            sizes = {"block_size": BLOCK, "gather_axis": 0, "quantize_axis": 1}
            add("GatherBlockQuantized", *inputs, output=half, name=node.name, domain="com.microsoft", **sizes)
            add("Cast", half, output=node.output[0], to=onnx.TensorProto.FLOAT)
        else:
            nodes.append(node)
            continue
        dropped.add(constant)
    if not dropped:
        raise CheckpointError(f"{source} has no weights that can be stored in 4 bits.")
    kept = [tensor for tensor in graph.initializer if tensor.name not in dropped]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend(kept + added)
    del model.opset_import[:]
    model.opset_import.extend([helper.make_opsetid("", 21), helper.make_opsetid("com.microsoft", 1)])
    model.ir_version = 10
    onnx.save(model, str(out))
    np.savez(out.with_name(WEIGHTS), allow_pickle=False, **apart)


def _is_linear(node: Any, weights: Mapping[str, NDArray[Any]]) -> bool:
    if node.op_type != "MatMul" or node.input[1] not in weights:
        return False
    shape = weights[node.input[1]].shape
    return len(shape) == 2 and shape[0] % BLOCK == 0


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


def _evened(sizes: NDArray[np.float32], layers: list[NDArray[Any]]) -> NDArray[np.float32]:
    """What each channel is divided by before a layer, and its weights are multiplied by."""
    weights = np.max([np.abs(layer).max(axis=1) for layer in layers], axis=0)
    shares = np.maximum(sizes, 1e-3) ** SHIFT / np.maximum(weights, 1e-4) ** (1 - SHIFT)
    evened: NDArray[np.float32] = np.maximum(shares / shares.mean(), 0.02).astype(np.float32)
    return evened


def eight_bits(source: Path, out: Path) -> None:
    """Writes the float model at `source` in int8, one scale a tensor, activations quantized as they come."""
    (quantization,) = need("onnxruntime.quantization")
    quantization.quantize_dynamic(
        str(source), str(out), weight_type=quantization.QuantType.QInt8, per_channel=False, reduce_range=False
    )
