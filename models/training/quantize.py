"""Small weights for the gateway: int8 by onnxruntime, or blocks of 4 bits with int8 arithmetic."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.training.checkpoint import CheckpointError
from models.training.deps import need

BLOCK = 32
"""Weights along the input dimension that share one scale."""


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


def four_bits(source: Path, out: Path) -> None:
    """Writes the float model at `source` with its word vectors and linear layers in 4 bits.

    The linear layers become MatMulNBits with accuracy level 4 (activations in int8), the word vectors
    GatherBlockQuantized; both are CPU kernels of onnxruntime (domain com.microsoft).

    Raises:
        CheckpointError: the graph has no such weights.
    """
    (onnx,) = need("onnx")
    model = onnx.load(str(source))
    graph, helper = model.graph, onnx.helper
    weights = _constant_weights(graph, onnx)
    added: list[Any] = []
    dropped: set[str] = set()
    nodes: list[Any] = []
    for node in graph.node:
        constant = next((name for name in node.input if name in weights and weights[name].ndim == 2), None)
        if node.op_type == "MatMul" and constant == node.input[1] and weights[constant].shape[0] % BLOCK == 0:
            depth, width = weights[constant].shape
            values, scales = round_blocks(np.ascontiguousarray(weights[constant].T, np.float32))
            packed = _pack((values + 8).astype(np.uint8).reshape(width, depth // BLOCK, BLOCK))
            added += [
                onnx.numpy_helper.from_array(packed, constant + "_q4"),
                onnx.numpy_helper.from_array(scales.reshape(-1), constant + "_scale"),
            ]
            inputs = [node.input[0], constant + "_q4", constant + "_scale"]
            sizes = {"K": depth, "N": width, "bits": 4, "block_size": BLOCK, "accuracy_level": 4}
            nodes.append(
                helper.make_node("MatMulNBits", inputs, list(node.output), node.name, domain="com.microsoft", **sizes)
            )
        elif node.op_type == "Gather" and constant == node.input[0] and "word_embeddings" in constant:
            values, scales = round_blocks(np.ascontiguousarray(weights[constant], np.float32))
            raw = _pack((values & 15).astype(np.uint8)).tobytes()
            added += [
                helper.make_tensor(constant + "_q4", onnx.TensorProto.INT4, values.shape, raw, raw=True),
                onnx.numpy_helper.from_array(scales.astype(np.float16), constant + "_scale"),
            ]
            inputs, half = [constant + "_q4", node.input[1], constant + "_scale"], node.output[0] + "_half"
            sizes = {"block_size": BLOCK, "gather_axis": 0, "quantize_axis": 1}
            nodes.append(
                helper.make_node("GatherBlockQuantized", inputs, [half], node.name, domain="com.microsoft", **sizes)
            )
            nodes.append(helper.make_node("Cast", [half], list(node.output), to=onnx.TensorProto.FLOAT))
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


def eight_bits(source: Path, out: Path) -> None:
    """Writes the float model at `source` in int8, one scale a tensor, activations quantized as they come."""
    (quantization,) = need("onnxruntime.quantization")
    quantization.quantize_dynamic(
        str(source), str(out), weight_type=quantization.QuantType.QInt8, per_channel=False, reduce_range=False
    )
