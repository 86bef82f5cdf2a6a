"""PDUs survive the way there and back, and wild bytes raise nothing but the codec's own errors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.modbus.codec import (
    BIT_READS,
    BIT_WRITES,
    MAX_COUNT,
    READS,
    Function,
    Request,
    answer_length,
    decode_answer,
    decode_request,
    encode_answer,
    encode_exception,
    encode_request,
)
from firmware_bridge.modbus.errors import CodecError, ExceptionAnswerError
from firmware_bridge.modbus.server import RegisterBank


@st.composite
def requests(draw: st.DrawFn) -> Request:
    function = draw(st.sampled_from(Function))
    count = draw(st.integers(1, MAX_COUNT[function]))
    address = draw(st.integers(0, 65536 - count))
    if function in READS:
        return Request(function, address, count)
    top = 1 if function in BIT_WRITES else 0xFFFF
    seed = draw(st.lists(st.integers(0, top), min_size=1, max_size=20))
    return Request(function, address, count, tuple(seed[i % len(seed)] for i in range(count)))


@given(requests())
def test_a_request_survives_the_wire(request: Request) -> None:
    pdu = encode_request(request)
    assert len(pdu) <= 253
    assert decode_request(pdu) == request


@given(requests(), st.integers(0, 0xFFFF))
def test_an_answer_survives_the_wire(request: Request, seed: int) -> None:
    top = 2 if request.function in BIT_READS else 65536
    values = tuple((seed + i) % top for i in range(request.count)) if request.is_read else ()
    pdu = encode_answer(request, values)
    assert len(pdu) == answer_length(request)
    assert decode_answer(request, pdu) == values


@given(requests(), st.integers(1, 255))
def test_a_refusal_is_raised_with_its_code(request: Request, code: int) -> None:
    with pytest.raises(ExceptionAnswerError) as caught:
        decode_answer(request, encode_exception(request.function, code))
    assert caught.value.code == code


@given(st.binary(max_size=300))
def test_wild_bytes_as_a_request_raise_only_the_codecs_error(data: bytes) -> None:
    try:
        request = decode_request(data)
    except CodecError:
        return
    assert encode_request(request)[:5] == data[:5]


@given(requests(), st.binary(max_size=300))
def test_wild_bytes_as_an_answer_raise_only_the_codecs_errors(request: Request, data: bytes) -> None:
    try:
        values = decode_answer(request, data)
    except (CodecError, ExceptionAnswerError):
        return
    assert len(values) == (request.count if request.is_read else 0)


@given(st.binary(max_size=300))
def test_a_bank_answers_whatever_comes(data: bytes) -> None:
    answer = RegisterBank(1, size=10).answer(data)
    assert 2 <= len(answer) <= 253


@pytest.mark.parametrize(
    ("request_hex", "answer_hex"),
    [
        # The worked examples of MODBUS Application Protocol V1.1b3, 6.1, 6.3, 6.6.
        ("0100130013", "0103cd6b05"),
        ("03006b0003", "0306022b00000064"),
        ("0600010003", "0600010003"),
    ],
)
def test_the_examples_of_the_specification(request_hex: str, answer_hex: str) -> None:
    request = decode_request(bytes.fromhex(request_hex))
    values = decode_answer(request, bytes.fromhex(answer_hex))
    assert encode_answer(request, values).hex() == answer_hex
    if request.function is Function.READ_HOLDING:
        assert values == (0x022B, 0, 0x64)
    if request.function is Function.READ_COILS:
        assert values[:8] == (1, 0, 1, 1, 0, 0, 1, 1)


@pytest.mark.parametrize(
    ("function", "address", "count", "values"),
    [
        (Function.READ_HOLDING, 0, 126, ()),
        (Function.READ_HOLDING, 65535, 2, ()),
        (Function.READ_COILS, 0, 2001, ()),
        (Function.READ_HOLDING, 0, 1, (1,)),
        (Function.WRITE_REGISTER, 0, 1, (65536,)),
        (Function.WRITE_COIL, 0, 1, (2,)),
        (Function.WRITE_REGISTERS, 0, 2, (1,)),
    ],
)
def test_a_forbidden_request_cannot_be_made(
    function: Function, address: int, count: int, values: tuple[int, ...]
) -> None:
    with pytest.raises(CodecError):
        Request(function, address, count, values)
