"""Registers to values and back, and which registers share a request."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.modbus.address import ModbusAddress
from firmware_bridge.modbus.errors import CodecError
from firmware_bridge.modbus.plan import plan
from firmware_bridge.modbus.values import decode_value, encode_value

WORD = ModbusAddress(address=0)
RANGES = {
    "int16": (-(2**15), 2**15 - 1), "uint16": (0, 2**16 - 1), "int32": (-(2**31), 2**31 - 1),
    "uint32": (0, 2**32 - 1), "int64": (-(2**52), 2**52), "uint64": (0, 2**52),
}  # fmt: skip


@given(st.sampled_from(sorted(RANGES)), st.sampled_from(["big", "little"]), st.data())
def test_every_integer_survives(kind: str, order: str, data: st.DataObject) -> None:
    value = data.draw(st.integers(*RANGES[kind]))
    address = ModbusAddress.model_validate({"address": 0, "type": kind, "word_order": order})
    assert decode_value(address, encode_value(address, value)) == value


@given(st.floats(width=32, allow_nan=False, allow_infinity=False), st.sampled_from(["big", "little"]))
def test_every_float_survives(value: float, order: str) -> None:
    address = ModbusAddress.model_validate({"address": 0, "type": "float32", "word_order": order})
    assert decode_value(address, encode_value(address, value)) == value


def test_word_order_is_that_of_the_words() -> None:
    big = ModbusAddress(address=0, type="float32")
    little = ModbusAddress(address=0, type="float32", word_order="little")
    assert encode_value(big, 1.0) == (0x3F80, 0)
    assert encode_value(little, 1.0) == (0, 0x3F80)


def test_scale_and_offset_are_applied_both_ways() -> None:
    address = ModbusAddress(address=0, type="int16", scale=0.1, offset=-40)
    assert decode_value(address, (653,)) == pytest.approx(25.3)
    assert encode_value(address, 25.3) == (653,)
    assert decode_value(address, (0xFFFF,)) == pytest.approx(-40.1)


def test_a_bit_leaves_its_neighbours_alone() -> None:
    address = ModbusAddress(address=0, type="bool", bit=3)
    assert encode_value(address, 1, present=0xFF00) == (0xFF08,)
    assert encode_value(address, 0, present=0xFFFF) == (0xFFF7,)
    assert decode_value(address, (8,)) == 1


@pytest.mark.parametrize(
    ("address", "value"),
    [
        (WORD, -1), (WORD, 65536), (WORD, math.nan), (ModbusAddress(address=0, scale=1e-300), 1e300),
        (ModbusAddress(address=0, type="float32"), 1e39), (ModbusAddress(address=0, function="coil", type="bool"), 0.5),
    ],
)  # fmt: skip
def test_what_the_register_cannot_hold_is_refused(address: ModbusAddress, value: float) -> None:
    with pytest.raises(CodecError):
        encode_value(address, value)


@given(
    st.lists(
        st.builds(
            ModbusAddress,
            function=st.sampled_from(["holding", "input"]),
            address=st.integers(0, 600),
            type=st.sampled_from(["uint16", "float32", "float64"]),
        ),
        max_size=60,
    ),
    st.booleans(),
)
def test_every_point_is_read_whole_by_one_lawful_request(addresses: list[ModbusAddress], gaps: bool) -> None:
    spans = plan(addresses, gaps)
    assert sorted(i for span in spans for i in span.members) == list(range(len(addresses)))
    for span in spans:
        first, last = span.request.address, span.request.address + span.request.count
        for member in (addresses[i] for i in span.members):
            assert first <= member.address
            assert member.address + member.words <= last


def test_neighbours_share_a_request_and_strangers_do_not() -> None:
    near = [ModbusAddress(address=a) for a in (0, 1, 2, 8)]
    assert len(plan(near)) == 1
    assert len(plan(near, gaps=False)) == 2
    assert len(plan([*near, ModbusAddress(address=500), ModbusAddress(function="input", address=3)])) == 3
