"""Registers to engineering values and back, as a ModbusAddress says."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Sequence

from firmware_bridge.modbus.address import ModbusAddress
from firmware_bridge.modbus.errors import CodecError

_FORMATS = {
    "int16": ">h", "uint16": ">H", "int32": ">i", "uint32": ">I", "float32": ">f",
    "int64": ">q", "uint64": ">Q", "float64": ">d",
}  # fmt: skip

Decoder = Callable[[Sequence[int]], float]


def decoder(address: ModbusAddress, start: int) -> Decoder:
    """A function from the items of an answer, the first of which has the address `start`, to the value."""
    at = address.address - start
    scale, offset = address.scale, address.offset
    if address.function in ("coil", "discrete"):
        return lambda items: items[at] * scale + offset
    if address.bit is not None:
        bit = address.bit
        return lambda items: (items[at] >> bit & 1) * scale + offset
    if address.type == "uint16":
        return lambda items: items[at] * scale + offset
    if address.type == "int16":
        return lambda items: (items[at] - ((items[at] & 0x8000) << 1)) * scale + offset
    words = address.words
    places = list(range(at, at + words))
    if address.word_order == "little":
        places.reverse()
    pack = struct.Struct(f">{words}H").pack
    unpack = struct.Struct(_FORMATS[address.type]).unpack

    def wide(items: Sequence[int]) -> float:
        return float(unpack(pack(*[items[place] for place in places]))[0] * scale + offset)

    return wide


def decode_value(address: ModbusAddress, items: Sequence[int]) -> float:
    """The value in the items (registers or bits) that the point occupies; NaN and infinity pass through."""
    return float(decoder(address, address.address)(items))


def encode_value(address: ModbusAddress, value: float, present: int = 0) -> tuple[int, ...]:
    """The items that hold `value`. present: the register whose other bits a single bit must keep.

    Raises CodecError for what the type cannot hold.
    """
    if not math.isfinite(value):
        raise CodecError(f"{value} cannot be written.")
    raw = (value - address.offset) / address.scale
    if address.type == "bool":
        if raw not in (0.0, 1.0):
            raise CodecError(f"{value:g} is neither of the two states.")
        if address.bit is None:
            return (int(raw),)
        mask = 1 << address.bit
        return ((present | mask) if raw else (present & ~mask),)
    try:
        number: float | int = raw if address.type.startswith("float") else round(raw)
        data = struct.pack(_FORMATS[address.type], number)
    except (struct.error, OverflowError) as error:
        raise CodecError(f"{value:g} does not fit {address.type} with scale {address.scale:g}.") from error
    words = struct.unpack(f">{address.words}H", data)
    return words[::-1] if address.word_order == "little" else words
