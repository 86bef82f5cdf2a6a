"""Modbus RTU frames: checksum, framing, and a parser that finds its way back after garbage.

Source: MODBUS over Serial Line V1.02, section 2.5.1 and appendix B.
"""

from __future__ import annotations

import struct
from array import array
from functools import lru_cache
from typing import Literal, NamedTuple

from firmware_bridge.modbus.codec import BIT_READS, READS, Function

MAX_FRAME = 256
_POLYNOMIAL = 0xA001


def _crc_table() -> array[int]:
    table = [0] * 65536
    for bit in range(16):
        crc = 1 << bit
        for _ in range(16):
            crc = (crc >> 1) ^ (_POLYNOMIAL if crc & 1 else 0)
        step = 1 << bit
        for low in range(step):
            table[step + low] = table[low] ^ crc
    return array("H", table)


_TABLE = _crc_table()


@lru_cache(maxsize=256)
def _words(count: int) -> struct.Struct:
    return struct.Struct(f"<{count}H")


def crc16(data: bytes, length: int | None = None) -> int:
    """CRC-16/MODBUS of the first `length` bytes; it is sent low byte first. Two bytes a step, the CRC is linear."""
    if length is None:
        length = len(data)
    crc = 0xFFFF
    table = _TABLE
    for word in _words(length >> 1).unpack_from(data):
        crc = table[crc ^ word]
    if length & 1:
        crc ^= data[length - 1]
        for _ in range(8):
            crc = (crc >> 1) ^ (_POLYNOMIAL if crc & 1 else 0)
    return crc


def crc_fits(data: bytes, length: int | None = None) -> bool:
    """Whether the first `length` bytes end in their own checksum (the CRC over both is then 0)."""
    return crc16(data, length) == 0


def encode_frame(slave: int, pdu: bytes) -> bytes:
    """slave + PDU + checksum."""
    body = bytes([slave]) + pdu
    return body + crc16(body).to_bytes(2, "little")


class Frame(NamedTuple):
    """A frame whose checksum was right."""

    slave: int
    pdu: bytes


def frame_length(data: bytes | bytearray, start: int, side: Literal["request", "answer"]) -> int | None:
    """Bytes of the frame that starts at `start`; 0 if more are needed to tell, None if none can start there."""
    left = len(data) - start
    if left < 2:
        return 0
    slave, function = data[start], data[start + 1]
    if slave > 247:
        return None
    if side == "answer" and function & 0x80:
        return 5 if _is_function(function & 0x7F) else None
    if not _is_function(function):
        return None
    if side == "request":
        if function not in (Function.WRITE_COILS, Function.WRITE_REGISTERS):
            return 8
        if left < 7:
            return 0
        return 9 + data[start + 6] if 0 < data[start + 6] <= 246 else None
    if function not in READS:
        return 8
    if left < 3:
        return 0
    size = data[start + 2]
    if not 0 < size <= 250 or (size & 1 and function not in BIT_READS):
        return None
    return 5 + size


_FUNCTIONS = frozenset(int(f) for f in Function)


def _is_function(number: int) -> bool:
    return number in _FUNCTIONS


class RtuParser:
    """Takes bytes as they come and gives the frames in them, dropping what is none.

    While a frame may still be incomplete it waits; `idle()` says that the line has fallen silent, so an incomplete
    frame will never be completed and what lies behind its first byte is looked at again.
    """

    def __init__(self, side: Literal["request", "answer"]) -> None:
        self._side = side
        self._buffer = bytearray()
        self.dropped = 0
        """Bytes that belonged to no frame."""

    @property
    def pending(self) -> int:
        """Bytes that wait for the rest of their frame; less than 260."""
        return len(self._buffer)

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that are complete with `data`."""
        self._buffer += data
        return self._take(silent=False)

    def idle(self) -> list[Frame]:
        """The frames that lay behind an incomplete one; nothing is pending afterwards."""
        frames = self._take(silent=True)
        self.dropped += len(self._buffer)
        self._buffer.clear()
        return frames

    def _take(self, silent: bool) -> list[Frame]:
        frames: list[Frame] = []
        buffer = self._buffer
        start = 0
        while start < len(buffer):
            length = frame_length(buffer, start, self._side)
            if length is not None and (length == 0 or start + length > len(buffer)):
                if not silent:
                    break
                length = None
            if length is not None:
                frame = bytes(buffer[start : start + length])
                if crc_fits(frame):
                    frames.append(Frame(frame[0], frame[1:-2]))
                    start += length
                    continue
            start += 1
            self.dropped += 1
        del buffer[:start]
        return frames
