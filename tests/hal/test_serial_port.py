"""Ports open by every kind of address, keep their deadlines, and say when they are gone."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hal.devices import Device, list_devices
from hal.errors import DeviceError
from hal.serial_port import PortError, SerialPort, open_port, sim_link
from hal.sim_pty import SimPty


@pytest.fixture
def pty() -> Iterator[SimPty]:
    line = SimPty("room")
    yield line
    line.close()


def test_bytes_pass_both_ways_untouched(pty: SimPty) -> None:
    every_byte = bytes(range(256))
    with open_port("sim://room") as port:
        port.write(every_byte, 1)
        assert os.read(pty.fd, 4096) == every_byte
        os.write(pty.fd, every_byte)
        got = b""
        while len(got) < 256:
            got += port.read(100, 1)
        assert got == every_byte


def test_reading_ends_at_its_deadline(pty: SimPty) -> None:
    with open_port("sim://room") as port:
        begun = time.monotonic()
        assert port.read(10, 0.1) == b""
        assert 0.09 < time.monotonic() - begun < 2


def test_writing_ends_at_its_deadline_when_nobody_reads(pty: SimPty) -> None:
    def fill(port: SerialPort) -> None:
        for _ in range(1000):
            port.write(bytes(4096), 0.1)

    with open_port("sim://room") as port, pytest.raises(PortError, match="took no data"):
        fill(port)


def test_flush_drops_what_came_before(pty: SimPty) -> None:
    with open_port("sim://room") as port:
        os.write(pty.fd, b"old")
        assert port.read(1, 1) == b"o"
        port.flush_input()
        os.write(pty.fd, b"new")
        assert port.read(10, 1) == b"new"


def test_an_unplugged_port_is_said_and_opens_again_under_its_name() -> None:
    first = SimPty("room")
    port = open_port("sim://room")
    first.close()
    with pytest.raises(PortError):
        port.read(10, 1)
    port.close()
    with pytest.raises(PortError, match="not running"):
        port.open()
    second = SimPty("room")
    try:
        port.open()
        os.write(second.fd, b"hello")
        assert port.read(10, 1) == b"hello"
    finally:
        port.close()
        second.close()


def test_hanging_up_wakes_a_waiting_reader() -> None:
    line = SimPty("room")
    with open_port("sim://room") as port:
        threading.Timer(0.1, line.close).start()
        begun = time.monotonic()
        with pytest.raises(PortError, match="went away"):
            port.read(10, 30)
        assert time.monotonic() - begun < 5


def test_a_link_left_behind_by_a_killed_process_is_not_opened(sim_dir: Path) -> None:
    child = os.fork()
    if child == 0:
        SimPty("room")
        os._exit(0)
    os.waitpid(child, 0)
    assert (sim_dir / "room").is_symlink()
    with pytest.raises(PortError, match="not running"):
        open_port("sim://room")
    line = SimPty("room")
    open_port("sim://room").close()
    line.close()


def test_a_second_program_is_kept_out(pty: SimPty) -> None:
    with open_port(pty.path), pytest.raises(PortError, match="in use"):
        open_port("sim://room")


def test_a_tcp_address_is_a_port_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        port = open_port(address)
        peer, _ = server.accept()
        port.write(b"ping", 1)
        assert peer.recv(10) == b"ping"
        peer.sendall(b"old")
        assert port.read(1, 1) == b"o"
        port.flush_input()
        assert port.read(10, 0.05) == b""
        peer.close()
        with pytest.raises(PortError, match="went away"):
            port.read(10, 1)
        port.close()
    with pytest.raises(PortError, match="cannot be reached"):
        open_port(address)


@pytest.mark.parametrize(
    "address",
    ["/dev/serial/by-id/none", "tcp://host", "tcp://host:99999", "sim://../etc", "sim://", "COM1", "/dev/null"],
)
def test_a_wrong_address_is_one_clear_error(address: str) -> None:
    with pytest.raises(PortError) as caught:
        open_port(address)
    assert caught.value.message


def test_a_closed_port_says_so(pty: SimPty) -> None:
    port = open_port("sim://room")
    port.close()
    port.close()
    assert not port.is_open
    with pytest.raises(PortError, match="not open"):
        port.read(1, 0)
    with pytest.raises(PortError, match="not open"):
        port.write(b"x", 0)


def test_devices_lists_what_runs(pty: SimPty) -> None:
    assert Device("sim", "sim://room", pty.path) in list_devices()
    pty.close()
    assert not [device for device in list_devices() if device.kind == "sim"]


def test_links_lie_where_the_environment_says(sim_dir: Path) -> None:
    assert sim_link("room") == sim_dir / "room"
    with pytest.raises(DeviceError):
        sim_link("../room")
