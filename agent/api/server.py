"""Serves the routes of one service on a Unix socket, with limits and deadlines."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from aiohttp import web
from pydantic import BaseModel, ValidationError

from agent.api.routes import ROUTES, Route
from agent.api.schema import Error, ErrorText
from hal.errors import LouguanError

log = logging.getLogger(__name__)

MAX_BODY = 64 * 1024
MAX_AT_ONCE = 32
MAX_SOCKET_PATH = 100

Handler = Callable[[str, Any], Awaitable[BaseModel | web.StreamResponse]]
"""Takes the path's id (or "") and the checked query or body."""


class ApiError(LouguanError):
    """A request that cannot be served. status: of HTTP."""

    def __init__(self, status: int, message: str, remedy: str = "") -> None:
        super().__init__(message, remedy)
        self.status = status


class ApiServer:
    """One service's API. handlers: by route name. statuses: HTTP status of each error class, 500 for others."""

    def __init__(
        self,
        service: str,
        path: Path,
        handlers: Mapping[str, Handler],
        statuses: Mapping[type[LouguanError], int] | None = None,
    ) -> None:
        self.path = path
        self._statuses = dict(statuses or {})
        self._free = asyncio.Semaphore(MAX_AT_ONCE)
        app = web.Application(client_max_size=MAX_BODY, middlewares=[self._errors])
        for route in ROUTES:
            if route.service == service:
                app.router.add_route(route.method, route.path, self._serve(route, handlers[route.name]))
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0, keepalive_timeout=30)

    async def start(self) -> None:
        """Raises ApiError: the socket cannot be made, or another process answers on it."""
        if len(str(self.path)) > MAX_SOCKET_PATH:
            raise ApiError(500, f"{self.path} is too long for a Unix socket.", "Set a shorter paths.run.")
        if _answers(self.path):
            raise ApiError(500, f"Another process serves {self.path}.", "Stop it, or set another paths.run.")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.unlink(missing_ok=True)
            await self._runner.setup()
            await web.UnixSite(self._runner, str(self.path)).start()
            self.path.chmod(0o660)
        except OSError as error:
            await self._runner.cleanup()
            raise ApiError(
                500, f"{self.path} cannot be made: {error.strerror}.", "Check the owner of paths.run."
            ) from error

    async def stop(self) -> None:
        await self._runner.cleanup()
        self.path.unlink(missing_ok=True)

    def _serve(self, route: Route, handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def serve(request: web.Request) -> web.StreamResponse:
            given = await _given(route, request)
            if self._free.locked():
                raise ApiError(503, f"More than {MAX_AT_ONCE} requests at once.", "Try again later.")
            async with self._free:
                try:
                    async with asyncio.timeout(route.deadline_s):
                        answer = await handler(request.match_info.get("id", ""), given)
                except TimeoutError as error:
                    raise ApiError(504, f"{route.name} took longer than {route.deadline_s:g} s.") from error
            if isinstance(answer, web.StreamResponse):
                return answer
            return web.Response(text=answer.model_dump_json(), content_type="application/json")

        return serve

    @web.middleware
    async def _errors(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        try:
            return await handler(request)
        except ApiError as error:
            return _refusal(error.status, error.message, error.remedy)
        except LouguanError as error:
            status = next((code for kind, code in self._statuses.items() if isinstance(error, kind)), 500)
            if status >= 500:
                log.warning("%s %s: %s", request.method, request.path, error)
            return _refusal(status, error.message, error.remedy)
        except web.HTTPException as error:
            remedy = "`louguan api` prints what there is." if error.status in (404, 405) else ""
            return _refusal(error.status, f"{request.method} {request.path}: {error.reason}.", remedy)


async def _given(route: Route, request: web.Request) -> BaseModel | None:
    if route.takes is None:
        return None
    try:
        if route.method == "GET":
            return route.takes.model_validate(dict(request.query))
        async with asyncio.timeout(route.deadline_s):
            return route.takes.model_validate_json(await request.read())
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        message = f"{place}: {first['msg']}." if place else f"{first['msg']}."
        raise ApiError(400, message, f"See {route.name} in `louguan api`.") from error
    except TimeoutError as error:
        raise ApiError(408, "The body did not come in time.") from error


def _refusal(status: int, message: str, remedy: str) -> web.Response:
    body = Error(error=ErrorText(message=message, remedy=remedy))
    return web.Response(status=status, text=body.model_dump_json(), content_type="application/json")


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True
