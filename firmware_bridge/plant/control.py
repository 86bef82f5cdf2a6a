"""Speaks to a running plant: one JSON line there and one back over a Unix socket beside the sim link."""

from __future__ import annotations

import json
import logging
import os
import socket
import threading
from pathlib import Path
from typing import Any

from firmware_bridge.plant.faults import Fault, FaultKind, PlantError
from firmware_bridge.plant.plant import Plant
from hal.errors import DeviceError
from hal.sim_pty import sim_link

MAX_REQUEST = 4096
MAX_ANSWER = 256 * 1024
DEADLINE_S = 2.0
_MAX_PATH = 107
"""Bytes that a Unix socket's path may have (man 7 unix)."""
_log = logging.getLogger(__name__)


class NoPlantError(DeviceError):
    """No plant of that name runs."""


def control_path(name: str) -> Path:
    """Where the plant `name` listens. Raises DeviceError for a name that is none."""
    link = sim_link(name)
    path = link.with_name(f".{link.name}.control")
    if len(os.fsencode(path)) > _MAX_PATH:
        raise DeviceError(f"{path} is too long for a socket.", "Choose a shorter name or LOUGUAN_SIM_DIR.")
    return path


class Control:
    """Serves the commands of `ask` in a thread of its own. Use it in a `with` inside the plant's."""

    def __init__(self, plant: Plant) -> None:
        self._plant = plant
        self._path = control_path(plant.name)
        self._stop = threading.Event()
        # The plant holds the name's lock: what lies there was left by a dead one.
        self._path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(self._path))
        self._path.chmod(0o660)
        self._listener.listen(8)
        self._listener.settimeout(0.2)
        self._thread = threading.Thread(target=self._run, name="control", daemon=True)

    def __enter__(self) -> Control:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(DEADLINE_S + 1)
        self._listener.close()
        self._path.unlink(missing_ok=True)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                client, _ = self._listener.accept()
            except TimeoutError:
                continue
            with client:
                client.settimeout(DEADLINE_S)
                try:
                    client.sendall(json.dumps(self._answer(_line(client, MAX_REQUEST))).encode() + b"\n")
                except (OSError, PlantError) as error:
                    _log.debug("a client of the control socket was lost: %s", error)

    def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            given = json.loads(line)
            if not isinstance(given, dict):
                raise PlantError("A request is a JSON object.")
            return {"ok": True, "status": self._do(given)}
        except PlantError as error:
            return {"ok": False, "message": error.message, "remedy": error.remedy}
        except (ValueError, TypeError, RecursionError) as error:
            return {"ok": False, "message": f"The request is not understood: {error}.", "remedy": ""}

    def _do(self, given: dict[str, Any]) -> dict[str, Any]:
        do, asset = given.pop("do", None), given.pop("asset", None)
        if do == "fault":
            given["kind"] = FaultKind(str(given.get("kind")))
            self._plant.inject(str(asset), Fault(**given))
        elif do == "clear":
            self._plant.clear(None if asset is None else str(asset))
        elif do != "status":
            raise PlantError(f"{do!r} is not fault, clear or status.")
        return self._plant.status()


def ask(name: str, do: str, **given: Any) -> dict[str, Any]:
    """The plant's status after `do`: status, clear (asset), fault (asset, kind, severity, ramp_s, sensor).

    Raises NoPlantError when none of that name runs, PlantError when it refuses, DeviceError for a wrong name.
    """
    path = control_path(name)
    link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with link:
        link.settimeout(DEADLINE_S)
        try:
            link.connect(str(path))
            link.sendall(json.dumps({"do": do, **given}).encode() + b"\n")
            answer = json.loads(_line(link, MAX_ANSWER))
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            remedy = f"Start it: `louguan plant run --name {name}`."
            raise NoPlantError(f"No plant {name!r} answers ({why}).", remedy) from error
    if not answer["ok"]:
        raise PlantError(answer["message"], answer["remedy"])
    status: dict[str, Any] = answer["status"]
    return status


def _line(link: socket.socket, most: int) -> bytes:
    data = b""
    while not data.endswith(b"\n"):
        part = link.recv(4096)
        if not part:
            break
        data += part
        if len(data) > most:
            raise PlantError(f"More than {most} bytes came without an end.")
    return data
