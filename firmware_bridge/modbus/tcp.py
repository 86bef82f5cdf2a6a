"""Modbus TCP frames: the MBAP header before the PDU, and a parser of the stream.

Source: MODBUS Messaging on TCP/IP Implementation Guide V1.0b, section 3.1.3.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from firmware_bridge.modbus.codec import MAX_PDU
from firmware_bridge.modbus.errors import CodecError

HEADER = struct.Struct(">HHHB")


class TcpFrame(NamedTuple):
    """One PDU and the transaction it belongs to."""

    transaction: int
    slave: int
    pdu: bytes


def encode_frame(transaction: int, slave: int, pdu: bytes) -> bytes:
    """MBAP header + PDU."""
    return HEADER.pack(transaction & 0xFFFF, 0, len(pdu) + 1, slave) + pdu


class TcpParser:
    """Takes bytes as they come and gives the frames in them.

    A stream that lost its framing cannot be found again: `feed` raises CodecError and the connection must be renewed.
    """

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, data: bytes) -> list[TcpFrame]:
        """The frames that are complete with `data`. Raises CodecError."""
        self._buffer += data
        frames: list[TcpFrame] = []
        while len(self._buffer) >= HEADER.size:
            transaction, protocol, length, slave = HEADER.unpack_from(self._buffer)
            if protocol != 0 or not 2 <= length <= MAX_PDU + 1:
                self._buffer = b""
                raise CodecError("the bytes are not Modbus TCP.")
            end = 6 + length
            if len(self._buffer) < end:
                break
            frames.append(TcpFrame(transaction, slave, self._buffer[HEADER.size : end]))
            self._buffer = self._buffer[end:]
        return frames
