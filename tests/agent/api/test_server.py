"""The API's server and client, over a real Unix socket."""

from __future__ import annotations

import asyncio
import dataclasses
import http.client
import socket
import stat
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from agent.api import server as api_server
from agent.api.client import Client, RefusedError, UnreachableError
from agent.api.openapi import document
from agent.api.routes import ROUTES
from agent.api.schema import AnswerView, DeskHealth, Question
from agent.api.server import ApiError, ApiServer, Handler
from hal.errors import LouguanError


class Tired(LouguanError):
    """An error with a status of its own."""


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="lg-") as name:
        yield Path(name)


async def _ask(_id: str, given: Question) -> AnswerView:
    match given.text:
        case "tired":
            raise Tired("I am tired.", "Let me sleep.")
        case "broken":
            raise LouguanError("It broke.")
        case "slow":
            await asyncio.sleep(60)
    return AnswerView(answer=given.text, known=True, entry="e", score=0.9, language="en", ms=1.0)


async def _health(_id: str, _given: None) -> DeskHealth:
    return DeskHealth(ok=True, version="1", pid=1, knowledge="estate.md", entries=1, rss_mb=1.0, troubles=[])


def _handlers(ask: Handler) -> dict[str, Handler]:
    """`ask` and health as given; nothing asks for the others here."""
    return {route.name: _health for route in ROUTES if route.service == "desk"} | {"ask": ask}


@pytest.fixture
async def desk(folder: Path) -> AsyncIterator[Client]:
    server = ApiServer("desk", folder / "desk.sock", _handlers(_ask), {Tired: 429})
    await server.start()
    yield Client(folder / "desk.sock")
    await server.stop()
    assert not (folder / "desk.sock").exists()


async def _post(client: Client, path: str, body: dict[str, Any]) -> Any:
    return await asyncio.to_thread(client.post, path, body)


async def test_an_answer_comes_back_and_the_socket_is_for_the_group(desk: Client) -> None:
    assert (await _post(desk, "/v1/ask", {"text": "水"}))["answer"] == "水"
    assert stat.S_IMODE(desk.path.stat().st_mode) == 0o660


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("/v1/ask", {"text": "tired"}, 429, "I am tired. Let me sleep."),
        ("/v1/ask", {"text": "broken"}, 500, "It broke."),
        ("/v1/ask", {}, 400, "text: Field required"),
        ("/v1/ask", {"text": "x", "colour": 1}, 400, "colour"),
        ("/v1/ask", {"text": "x" * 20001}, 400, "20000"),
        ("/v1/ask", {"text": "x" * 70_000}, 413, "Too Large"),
        ("/v1/nothing", {}, 404, "louguan api"),
        ("/v1/health", {}, 405, "louguan api"),
    ],
)
async def test_refusals_have_a_status_and_say_why(
    desk: Client, path: str, body: dict[str, Any], status: int, said: str
) -> None:
    with pytest.raises(RefusedError) as caught:
        await _post(desk, path, body)
    assert caught.value.status == status
    assert said in str(caught.value)


async def test_a_body_that_is_no_json_is_refused(desk: Client) -> None:
    def send() -> bytes:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(5)
            line.connect(str(desk.path))
            line.sendall(b"POST /v1/ask HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nConnection: close\r\n\r\n{x}")
            return line.recv(100)

    assert b" 400 " in await asyncio.to_thread(send)


async def test_a_request_that_takes_too_long_ends_with_504(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = tuple(dataclasses.replace(route, deadline_s=0.1) for route in ROUTES)
    monkeypatch.setattr(api_server, "ROUTES", quick)
    server = ApiServer("desk", folder / "desk.sock", _handlers(_ask))
    await server.start()
    with pytest.raises(RefusedError) as caught:
        await _post(Client(folder / "desk.sock"), "/v1/ask", {"text": "slow"})
    await server.stop()
    assert caught.value.status == 504


async def test_more_requests_than_allowed_are_turned_away(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def wait(_id: str, _given: Question) -> AnswerView:
        begun.set()
        await go_on.wait()
        return AnswerView(answer="", known=False, entry=None, score=0, language="en", ms=1.0)

    monkeypatch.setattr(api_server, "MAX_AT_ONCE", 1)
    server = ApiServer("desk", folder / "desk.sock", _handlers(wait))
    await server.start()
    client = Client(folder / "desk.sock")
    first = asyncio.create_task(_post(client, "/v1/ask", {"text": "x"}))
    await begun.wait()
    with pytest.raises(RefusedError, match="at once") as caught:
        await _post(client, "/v1/ask", {"text": "x"})
    assert caught.value.status == 503
    go_on.set()
    assert (await first)["known"] is False
    await server.stop()


async def test_a_dead_socket_is_replaced_and_a_live_one_respected(desk: Client, folder: Path) -> None:
    second = ApiServer("desk", desk.path, _handlers(_ask))
    with pytest.raises(ApiError, match="Another process"):
        await second.start()
    dead = folder / "dead.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(dead))
    third = ApiServer("desk", dead, _handlers(_ask))
    await third.start()
    assert (await asyncio.to_thread(Client(dead).get, "/v1/health"))["ok"]
    await third.stop()


async def test_a_path_too_long_for_a_socket_is_said(folder: Path) -> None:
    server = ApiServer("desk", folder / ("x" * 100), _handlers(_ask))
    with pytest.raises(ApiError, match=r"paths\.run"):
        await server.start()


def test_no_service_is_unreachable_and_says_what_to_do(folder: Path) -> None:
    with pytest.raises(UnreachableError, match="louguan run"):
        Client(folder / "core.sock").get("/v1/health")


@pytest.mark.parametrize("answer", [b"", b"hello\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n{..}"])
async def test_a_service_that_talks_nonsense_is_one_error(folder: Path, answer: bytes) -> None:
    async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    listener = await asyncio.start_unix_server(talk, str(folder / "s.sock"))
    with pytest.raises(UnreachableError):
        await asyncio.to_thread(Client(folder / "s.sock", 2.0).get, "/v1/health")
    listener.close()


async def test_a_silent_service_ends_with_the_deadline(folder: Path) -> None:
    listener = await asyncio.start_unix_server(lambda _r, _w: None, str(folder / "s.sock"))
    with pytest.raises(UnreachableError, match="timed out"):
        await asyncio.to_thread(Client(folder / "s.sock", 0.1).get, "/v1/health")
    listener.close()


async def test_a_download_that_breaks_off_leaves_no_file(folder: Path) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
        writer.close()

    listener = await asyncio.start_unix_server(talk, str(folder / "s.sock"))
    with pytest.raises((UnreachableError, http.client.HTTPException)):
        await asyncio.to_thread(Client(folder / "s.sock").download, "/v1/export", folder / "out.csv", points="x")
    listener.close()
    assert sorted(path.name for path in folder.iterdir()) in (["s.sock"], [])


def test_the_description_covers_every_route_and_refers_to_nothing_absent() -> None:
    described = document()
    every = [op for path in described["paths"].values() for op in path.values() if isinstance(op, dict)]
    operations = {op["operationId"]: op for op in every}
    assert set(operations) == {route.name for route in ROUTES}
    schemas = described["components"]["schemas"]

    def references(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            if "$ref" in value:
                yield value["$ref"]
            for inner in value.values():
                yield from references(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from references(inner)

    found = set(references(described))
    assert found
    assert {name.removeprefix("#/components/schemas/") for name in found} <= set(schemas)
    assert operations["samples"]["parameters"][0]["name"] == "point"
    assert operations["ack"]["requestBody"]["required"]
    assert isinstance(web.json_response(described).body, bytes)
