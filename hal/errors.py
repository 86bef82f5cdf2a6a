"""The root of every error that Louguan raises on purpose."""

from __future__ import annotations


class LouguanError(Exception):
    """Something went wrong that a person can act on.

    `message` says what was wrong, `remedy` what to do about it (may be empty); both are one sentence.
    """

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".rstrip()


class DeviceError(LouguanError):
    """A device (serial port, camera, microphone) is missing or failed."""
