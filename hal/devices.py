"""What is plugged into this machine."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from serial.tools import list_ports

from hal.sim_pty import served_target, sim_dir

_BY_ID = Path("/dev/serial/by-id")


@dataclass(frozen=True, slots=True)
class Device:
    """One thing to talk to. kind: `serial` or `sim`. address: what gateway.toml takes as a port."""

    kind: str
    address: str
    description: str


def list_devices() -> list[Device]:
    """Serial ports (by their stable name where they have one) and the simulated ones that run."""
    devices: list[Device] = []
    stable: set[str] = set()
    if _BY_ID.is_dir():
        for link in sorted(_BY_ID.iterdir()):
            target = os.path.realpath(link)
            stable.add(target)
            devices.append(Device("serial", str(link), target))
    for port in sorted(list_ports.comports(), key=lambda found: str(found.device)):
        if port.device not in stable:
            devices.append(Device("serial", str(port.device), str(port.description)))
    folder = sim_dir()
    if folder.is_dir():
        for link in sorted(folder.iterdir()):
            pty = None if link.name.startswith(".") else served_target(link)
            if pty is not None:
                devices.append(Device("sim", f"sim://{link.name}", pty))
    return devices
