"""What can go wrong between a Modbus master and a slave."""

from __future__ import annotations

from hal.errors import LouguanError

ILLEGAL_FUNCTION = 1
ILLEGAL_ADDRESS = 2
ILLEGAL_VALUE = 3
DEVICE_FAILURE = 4
GATEWAY_CODES = (10, 11)
"""A gateway says that the slave behind it cannot be reached or does not answer."""

EXCEPTION_NAMES = {
    1: "illegal function", 2: "illegal data address", 3: "illegal data value", 4: "device failure", 5: "acknowledge",
    6: "device busy", 8: "memory parity error", 10: "gateway path unavailable", 11: "gateway target does not respond",
}  # fmt: skip
"""Modbus Application Protocol 1.1b3, section 7."""


class ModbusError(LouguanError):
    """A Modbus exchange failed. `reason` is the token that bad samples carry."""

    reason = "modbus"


class CodecError(ModbusError):
    """Bytes or values that do not make a valid PDU. `code` is the exception code that a slave answers with."""

    reason = "codec"

    def __init__(self, message: str, code: int = ILLEGAL_VALUE) -> None:
        super().__init__(message)
        self.code = code


class FrameError(ModbusError):
    """Bytes came, but no whole frame with the right checksum."""

    reason = "crc"


class NoAnswerError(ModbusError):
    """Nothing came before the deadline."""

    reason = "timeout"


class StoppedError(ModbusError):
    """The exchange was given up because the bus stops."""

    reason = "stopped"


class ExceptionAnswerError(ModbusError):
    """The slave answered with an exception; `code` is its number."""

    reason = "exception"

    def __init__(self, function: int, code: int) -> None:
        name = EXCEPTION_NAMES.get(code, "unknown exception")
        super().__init__(f"the slave refused function {function}: {name} ({code}).")
        self.function = function
        self.code = code
