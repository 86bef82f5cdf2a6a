"""An onnxruntime session that stays within the gateway's memory and threads."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as native

from models.runtime.errors import ModelError
from models.runtime.weights import unpacked

MAX_THREADS = 16
REFUSALS = (
    native.EPFail,
    native.Fail,
    native.InvalidArgument,
    native.InvalidGraph,
    native.InvalidProtobuf,
    native.NoModel,
    native.NoSuchFile,
    native.NotImplemented,
    native.RuntimeException,
    ValueError,
    RuntimeError,
)
"""What onnxruntime raises; its own errors share no base class."""


class Session:
    """A model on the CPU: `threads` threads, no memory arena (onnxruntime would never give it back)."""

    def __init__(self, path: Path, threads: int = 1, weights: Path | None = None) -> None:
        """weights: the model's, where they are packed in a file of their own.

        Raises: ModelError when the file is not a model that this onnxruntime can run.
        """
        if not 1 <= threads <= MAX_THREADS:
            raise ModelError(f"{threads} threads asked for.", remedy=f"Ask for 1 to {MAX_THREADS}.")
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        whole = unpacked(path, weights) if weights else None
        try:
            source = str(path) if whole is None else f"/proc/self/fd/{whole}"
            self._session = ort.InferenceSession(source, options, providers=["CPUExecutionProvider"])
        except REFUSALS as error:
            raise ModelError(f"onnxruntime cannot load {path}: {error}") from error
        finally:
            if whole is not None:
                os.close(whole)
                # What loading took stays with the process otherwise: 20 MB of 60.
                ctypes.CDLL(None).malloc_trim(0)
        self.inputs: tuple[str, ...] = tuple(item.name for item in self._session.get_inputs())

    def run(self, feeds: dict[str, NDArray[np.int64]]) -> NDArray[np.float32]:
        """The model's first output.

        Raises:
            ModelError: the feeds do not fit the model.
        """
        try:
            first: NDArray[np.float32] = self._session.run(None, feeds)[0]
        except REFUSALS as error:
            raise ModelError(f"the model refused its input: {error}") from error
        return first
