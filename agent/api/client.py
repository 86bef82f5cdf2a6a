"""Speaks to a running service over its Unix socket; standard library only, so that the command line starts fast."""

from __future__ import annotations

import http.client
import json
import socket
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from hal.errors import LouguanError

MAX_ANSWER = 64 * 1024 * 1024
_CHUNK = 64 * 1024


class UnreachableError(LouguanError):
    """No service answers on the socket."""


class RefusedError(LouguanError):
    """The service answered with an error. status: of HTTP."""

    def __init__(self, status: int, message: str, remedy: str = "") -> None:
        super().__init__(message, remedy)
        self.status = status


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path, deadline_s: float) -> None:
        super().__init__("localhost", timeout=deadline_s)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class Client:
    """path: the service's socket. deadline_s: of each wait for the service."""

    def __init__(self, path: Path, deadline_s: float = 5.0) -> None:
        self.path = path
        self._deadline_s = deadline_s

    def get(self, path: str, **query: str | float | None) -> Any:
        """The JSON answer. Raises UnreachableError, RefusedError."""
        return self._json("GET", _with_query(path, query), None)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """The JSON answer. Raises UnreachableError, RefusedError."""
        return self._json("POST", path, json.dumps(body).encode())

    def download(self, path: str, target: Path, **query: str | float | None) -> int:
        """Writes the answer to `target`, complete or not at all; returns its bytes. Raises also OSError."""
        connection = _UnixConnection(self.path, max(self._deadline_s, 300.0))
        part = target.with_name(f".{target.name}.part")
        try:
            answer = self._answer(connection, "GET", _with_query(path, query), None)
            size = 0
            with part.open("wb") as file:
                while chunk := answer.read(_CHUNK):
                    size += file.write(chunk)
            part.replace(target)
            return size
        except (http.client.HTTPException, TimeoutError) as error:
            raise UnreachableError(f"{self.path} broke off: {error}.", "Try again.") from error
        finally:
            connection.close()
            part.unlink(missing_ok=True)

    def _json(self, method: str, path: str, body: bytes | None) -> Any:
        connection = _UnixConnection(self.path, self._deadline_s)
        try:
            answer = self._answer(connection, method, path, body)
            return json.loads(answer.read(MAX_ANSWER))
        except (http.client.HTTPException, OSError, ValueError) as error:
            raise UnreachableError(f"{self.path} gave no proper answer: {error}.", "Look at its log.") from error
        finally:
            connection.close()

    def _answer(
        self, connection: _UnixConnection, method: str, path: str, body: bytes | None
    ) -> http.client.HTTPResponse:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
        except (http.client.HTTPException, OSError) as error:
            why = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise UnreachableError(f"No service answers on {self.path} ({why}).", "Start it: `louguan run`.") from error
        if answer.status != 200:
            raise _refused(answer)
        return answer


def _refused(answer: http.client.HTTPResponse) -> RefusedError:
    try:
        error = json.loads(answer.read(MAX_ANSWER))["error"]
        return RefusedError(answer.status, str(error["message"]), str(error["remedy"]))
    except (ValueError, KeyError, TypeError):
        return RefusedError(answer.status, f"The service answered {answer.status} {answer.reason}.", "Look at its log.")


def _with_query(path: str, query: dict[str, str | float | None]) -> str:
    given = {name: value for name, value in query.items() if value is not None}
    return quote(path, safe="/.-_") + ("?" + urlencode(given) if given else "")
