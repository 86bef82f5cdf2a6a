"""Frames are found again after garbage and however the bytes were cut."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.modbus import tcp
from firmware_bridge.modbus.codec import Function, Request, encode_answer, encode_request
from firmware_bridge.modbus.errors import CodecError
from firmware_bridge.modbus.rtu import RtuParser, crc16, crc_fits, encode_frame
from firmware_bridge.modbus.server import RegisterBank, answer

READ = encode_request(Request(Function.READ_HOLDING, 0, 20))
WRITE = encode_request(Request(Function.WRITE_REGISTERS, 5, 3, (1, 2, 3)))
COILS = encode_request(Request(Function.WRITE_COILS, 5, 9, (1,) * 9))
ANSWER = encode_answer(Request(Function.READ_INPUT, 0, 4), (1, 2, 3, 4))
GARBAGE = st.binary(max_size=12)


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted({cut % (len(data) + 1) for cut in cuts}), len(data)]
    return [data[a:b] for a, b in pairwise(edges)]


def test_the_checksum_is_the_published_one() -> None:
    assert crc16(b"123456789") == 0x4B37
    assert encode_frame(1, bytes.fromhex("0300000014")).hex() == "01030000001445c5"


@given(st.binary(min_size=1, max_size=254), st.integers(0, 8 * 254 - 1))
def test_the_checksum_notices_every_flipped_bit(body: bytes, place: int) -> None:
    frame = bytearray(encode_frame(body[0], body[1:]))
    assert crc_fits(frame)
    place %= 8 * len(frame)
    frame[place // 8] ^= 1 << place % 8
    assert not crc_fits(frame)


@given(st.lists(st.sampled_from([READ, WRITE, COILS]), max_size=5), st.lists(st.integers(0, 100), max_size=8))
def test_requests_are_found_however_they_are_cut(pdus: list[bytes], cuts: list[int]) -> None:
    parser = RtuParser("request")
    line = b"".join(encode_frame(7, pdu) for pdu in pdus)
    frames = [frame for piece in pieces(line, cuts) for frame in parser.feed(piece)]
    assert [frame.pdu for frame in frames] == pdus
    assert parser.dropped == 0
    assert parser.pending == 0


@given(st.lists(st.tuples(GARBAGE, st.sampled_from([READ, WRITE])), max_size=4), st.lists(st.integers(0, 200)))
def test_frames_between_garbage_are_all_found_once_the_line_is_silent(
    parts: list[tuple[bytes, bytes]], cuts: list[int]
) -> None:
    parser = RtuParser("request")
    line = b"".join(garbage + encode_frame(7, pdu) for garbage, pdu in parts)
    frames = [frame for piece in pieces(line, cuts) for frame in parser.feed(piece)] + parser.idle()
    assert [frame.pdu for frame in frames if frame.slave == 7] == [pdu for _, pdu in parts]
    assert parser.pending == 0


@given(st.lists(st.binary(max_size=300), max_size=5))
def test_noise_never_raises_and_never_piles_up(chunks: list[bytes]) -> None:
    for side in ("request", "answer"):
        parser = RtuParser(side)
        for chunk in chunks:
            parser.feed(chunk)
            assert parser.pending < 260


def test_an_answer_and_an_exception_are_told_apart() -> None:
    parser = RtuParser("answer")
    frames = parser.feed(encode_frame(1, ANSWER) + encode_frame(2, b"\x83\x02"))
    assert [(frame.slave, frame.pdu) for frame in frames] == [(1, ANSWER), (2, b"\x83\x02")]


@given(st.binary(max_size=300))
def test_a_slave_is_silent_to_what_is_no_frame_for_it(data: bytes) -> None:
    bank = RegisterBank(3)
    assert answer(bank, encode_frame(4, READ)) is None
    if not crc_fits(data):
        assert answer(bank, data) is None


@given(st.lists(st.integers(0, 100), max_size=6))
def test_tcp_frames_are_found_however_they_are_cut(cuts: list[int]) -> None:
    parser = tcp.TcpParser()
    line = tcp.encode_frame(1, 9, READ) + tcp.encode_frame(65535, 9, WRITE)
    frames = [frame for piece in pieces(line, cuts) for frame in parser.feed(piece)]
    assert frames == [(1, 9, READ), (65535, 9, WRITE)]


def test_a_stream_that_is_not_modbus_is_refused() -> None:
    with pytest.raises(CodecError):
        tcp.TcpParser().feed(b"HTTP/1.1 400 Bad Request")
