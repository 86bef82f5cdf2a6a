"""What can go wrong with a shipped model."""

from __future__ import annotations

from hal.errors import LouguanError

REINSTALL = "Install the model again: copy the artifact folder from a release, or rebuild it with louguan-lab build."


class ModelError(LouguanError):
    """A model's files are missing, damaged or of the wrong size, or its input is out of bounds."""

    def __init__(self, message: str, remedy: str = REINSTALL) -> None:
        super().__init__(message, remedy)
