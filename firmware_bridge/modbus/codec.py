"""Modbus PDUs to values and back, for both sides, without I/O.

Source: MODBUS Application Protocol Specification V1.1b3, section 6.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

from firmware_bridge.modbus.errors import ILLEGAL_ADDRESS, ILLEGAL_FUNCTION, CodecError, ExceptionAnswerError


class Function(IntEnum):
    """The function codes that are spoken here."""

    READ_COILS = 1
    READ_DISCRETE = 2
    READ_HOLDING = 3
    READ_INPUT = 4
    WRITE_COIL = 5
    WRITE_REGISTER = 6
    WRITE_COILS = 15
    WRITE_REGISTERS = 16


BIT_READS = (Function.READ_COILS, Function.READ_DISCRETE)
READS = (*BIT_READS, Function.READ_HOLDING, Function.READ_INPUT)
BIT_WRITES = (Function.WRITE_COIL, Function.WRITE_COILS)
SINGLE_WRITES = (Function.WRITE_COIL, Function.WRITE_REGISTER)

MAX_COUNT = {
    Function.READ_COILS: 2000, Function.READ_DISCRETE: 2000, Function.READ_HOLDING: 125, Function.READ_INPUT: 125,
    Function.WRITE_COIL: 1, Function.WRITE_REGISTER: 1, Function.WRITE_COILS: 1968, Function.WRITE_REGISTERS: 123,
}  # fmt: skip
MAX_PDU = 253
_COIL_ON = 0xFF00


@dataclass(frozen=True, slots=True)
class Request:
    """What a master asks: `count` bits or registers from `address` on; `values` where it writes (bits are 0 or 1).

    Raises CodecError where the specification forbids it.
    """

    function: Function
    address: int
    count: int
    values: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.function not in MAX_COUNT:
            raise CodecError(f"function {self.function} is not spoken here.", ILLEGAL_FUNCTION)
        if not 1 <= self.count <= MAX_COUNT[self.function]:
            raise CodecError(f"function {self.function} takes 1 to {MAX_COUNT[self.function]} items, not {self.count}.")
        if not 0 <= self.address <= 65536 - self.count:
            raise CodecError(f"{self.count} items from {self.address} run past address 65535.", ILLEGAL_ADDRESS)
        if len(self.values) != (0 if self.function in READS else self.count):
            raise CodecError(f"function {self.function} with count {self.count} takes no {len(self.values)} values.")
        top = 1 if self.function in BIT_WRITES else 0xFFFF
        if self.values and not 0 <= min(self.values) <= max(self.values) <= top:
            raise CodecError(f"values must be within 0 to {top}.")

    @property
    def is_read(self) -> bool:
        return self.function in READS


def pack_bits(bits: tuple[int, ...]) -> bytes:
    """Bits to bytes, the first bit in the least significant place of the first byte."""
    number = 0
    for position, bit in enumerate(bits):
        if bit:
            number |= 1 << position
    return number.to_bytes((len(bits) + 7) // 8, "little")


def unpack_bits(data: bytes, count: int) -> tuple[int, ...]:
    """The first `count` bits of `data`."""
    number = int.from_bytes(data, "little")
    return tuple([(number >> position) & 1 for position in range(count)])


def encode_request(request: Request) -> bytes:
    """The PDU that a master sends."""
    function = request.function
    if function is Function.WRITE_COIL:
        return struct.pack(">BHH", function, request.address, _COIL_ON if request.values[0] else 0)
    if function is Function.WRITE_REGISTER:
        return struct.pack(">BHH", function, request.address, request.values[0])
    head = struct.pack(">BHH", function, request.address, request.count)
    if function is Function.WRITE_COILS:
        data = pack_bits(request.values)
    elif function is Function.WRITE_REGISTERS:
        data = struct.pack(f">{request.count}H", *request.values)
    else:
        return head
    return head + bytes([len(data)]) + data


def decode_request(pdu: bytes) -> Request:
    """The request in a PDU that a slave received. Raises CodecError, whose `code` is the fit exception."""
    if not pdu:
        raise CodecError("the request is empty.", ILLEGAL_FUNCTION)
    try:
        function = Function(pdu[0])
    except ValueError as error:
        raise CodecError(f"function {pdu[0]} is not spoken here.", ILLEGAL_FUNCTION) from error
    if len(pdu) < 5 or (len(pdu) != 5 and function not in (Function.WRITE_COILS, Function.WRITE_REGISTERS)):
        raise CodecError(f"a request of function {function} cannot be {len(pdu)} bytes long.")
    address, count = struct.unpack_from(">HH", pdu, 1)
    if function is Function.WRITE_COIL:
        if count not in (0, _COIL_ON):
            raise CodecError(f"a coil is written with 0x0000 or 0xFF00, not {count:#06x}.")
        return Request(function, address, 1, (1 if count else 0,))
    if function is Function.WRITE_REGISTER:
        return Request(function, address, 1, (count,))
    if function in READS:
        return Request(function, address, count)
    size = (count + 7) // 8 if function is Function.WRITE_COILS else 2 * count
    if not 1 <= count <= MAX_COUNT[function] or len(pdu) != 6 + size or pdu[5] != size:
        raise CodecError(f"function {function} for {count} items does not fit {len(pdu)} bytes.")
    if function is Function.WRITE_COILS:
        return Request(function, address, count, unpack_bits(pdu[6:], count))
    return Request(function, address, count, struct.unpack_from(f">{count}H", pdu, 6))


def answer_length(request: Request) -> int:
    """Bytes of the PDU that answers `request` when the slave accepts it; an exception has 2."""
    if request.function in BIT_READS:
        return 2 + (request.count + 7) // 8
    return 2 + 2 * request.count if request.is_read else 5


def encode_answer(request: Request, values: tuple[int, ...] = ()) -> bytes:
    """The PDU with which a slave accepts `request`; `values` are what a read found. Raises CodecError."""
    function = request.function
    if not request.is_read:
        return encode_request(request) if function in SINGLE_WRITES else encode_request(request)[:5]
    if len(values) != request.count:
        raise CodecError(f"the answer needs {request.count} values, not {len(values)}.")
    if function in BIT_READS:
        data = pack_bits(values)
    else:
        if not 0 <= min(values) <= max(values) <= 0xFFFF:
            raise CodecError("registers must be within 0 to 65535.")
        data = struct.pack(f">{len(values)}H", *values)
    return bytes([function, len(data)]) + data


def encode_exception(function: int, code: int) -> bytes:
    """The PDU with which a slave refuses."""
    return bytes([(function & 0x7F) | 0x80, code & 0xFF])


def decode_answer(request: Request, pdu: bytes) -> tuple[int, ...]:
    """What the slave read, or () for an accepted write. Raises ExceptionAnswerError, CodecError."""
    if len(pdu) == 2 and pdu[0] == request.function | 0x80:
        raise ExceptionAnswerError(request.function, pdu[1])
    if len(pdu) != answer_length(request) or pdu[0] != request.function:
        raise CodecError(f"the answer to function {request.function} has the wrong form.")
    if not request.is_read:
        if pdu != encode_answer(request):
            raise CodecError("the answer to the write names another address or value.")
        return ()
    if pdu[1] != len(pdu) - 2:
        raise CodecError("the byte count in the answer is wrong.")
    if request.function in BIT_READS:
        return unpack_bits(pdu[2:], request.count)
    return struct.unpack_from(f">{request.count}H", pdu, 2)
