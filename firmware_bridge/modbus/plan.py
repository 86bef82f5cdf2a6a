"""Which requests read a set of points: neighbours share one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from firmware_bridge.modbus.address import Function as Table
from firmware_bridge.modbus.address import ModbusAddress
from firmware_bridge.modbus.codec import MAX_COUNT, Function, Request

READ_OF: dict[Table, Function] = {
    "coil": Function.READ_COILS,
    "discrete": Function.READ_DISCRETE,
    "holding": Function.READ_HOLDING,
    "input": Function.READ_INPUT,
}
MAX_GAP_REGISTERS = 8
"""Unused registers that are read along: 16 bytes cost less line time than another request's 13 bytes and turnaround."""
MAX_GAP_BITS = 128


@dataclass(frozen=True, slots=True)
class Span:
    """One read request and the indexes of the addresses that it serves."""

    request: Request
    members: tuple[int, ...]


def plan(addresses: Sequence[ModbusAddress], gaps: bool = True) -> list[Span]:
    """Groups addresses of one slave into read requests. gaps: whether unused items in between may be read along."""
    spans: list[Span] = []
    for table, function in READ_OF.items():
        places = sorted((a.address, a.address + a.words, i) for i, a in enumerate(addresses) if a.function == table)
        bits = function in (Function.READ_COILS, Function.READ_DISCRETE)
        gap = 0 if not gaps else MAX_GAP_BITS if bits else MAX_GAP_REGISTERS
        first = last = 0
        members: list[int] = []
        for start, end, index in places:
            if members and (start - last > gap or max(end, last) - first > MAX_COUNT[function]):
                spans.append(Span(Request(function, first, last - first), tuple(members)))
                members = []
            if not members:
                first, last = start, end
            last = max(last, end)
            members.append(index)
        if members:
            spans.append(Span(Request(function, first, last - first), tuple(members)))
    return spans
