"""Commanded values: written, read back, compared."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

from firmware_bridge.modbus.errors import CodecError
from firmware_bridge.modbus.master import Exchange
from firmware_bridge.modbus.values import decode_value, encode_value
from firmware_bridge.readings import BusPoint, read_of, reading, write_of
from hal.clock import Clock
from hal.errors import DeviceError, LouguanError
from hal.sample import Sample


class WriteError(DeviceError):
    """A commanded value was not taken, or nobody can say whether it was."""


class Command:
    """A commanded value on its way. value: in the point's unit. deadline: monotonic seconds."""

    def __init__(self, point: BusPoint, value: float, deadline: float) -> None:
        self.point, self.value, self.deadline = point, value, deadline
        self.done: Future[Sample] = Future()

    def failure(self, error: LouguanError) -> WriteError:
        """The error that the commander sees."""
        if isinstance(error, WriteError):
            return error
        explained = WriteError(f"{self.point.id} was not confirmed: {error.message}", error.remedy)
        explained.__cause__ = error
        return explained


def write_and_check(command: Command, ask: Callable[[Exchange], tuple[int, ...]], clock: Clock) -> Sample:
    """Writes the value, reads it back, and compares what the wire carries, not the rounded value.

    Raises WriteError where the point cannot hold the value or reads back otherwise, and what `ask` raises.
    """
    point, address = command.point, command.point.address
    read = read_of(point)
    present = ask(read)[0] if address.bit is not None else 0
    try:
        wanted = encode_value(address, command.value, present)
    except CodecError as error:
        raise WriteError(f"{point.id} cannot take the value: {error.message}") from error
    ask(write_of(point, wanted))
    found = ask(read)
    value = decode_value(address, found)
    # Other bits of the register belong to other points and may have changed meanwhile.
    same = value == command.value if address.bit is not None else found == wanted
    if not same:
        raise WriteError(
            f"{point.id} was set to {command.value:g} but reads back {value:g}.", "Is the device in local mode?"
        )
    return reading(point, value, clock.now())
