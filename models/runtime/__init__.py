"""Loading a shipped model: checked files, then a bounded onnxruntime session."""

import os

# Set before it is loaded: onnxruntime otherwise reports its use to its maker over the internet.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
