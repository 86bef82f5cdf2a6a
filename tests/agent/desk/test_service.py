"""The desk service from outside: a child process, its socket, its knowledge file, its model."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent import config
from agent.api.client import Client, RefusedError
from agent.api.server import ApiError
from agent.desk import service as desk_service
from agent.desk.answers import SHIPPED_MODEL, Desk
from agent.desk.service import Service
from tests.box import Box

ONE = "## fees\n### amount\n问：停车费多少钱\n答：三百元。\n"


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    with Box(
        extra='[desk]\nknowledge = "own.md"\nhuman = { name = { zh = "物业", en = "the office" }, phone = "123" }\n'
    ) as made:
        (made.folder / "own.md").write_text(ONE, "utf-8")
        made.start("desk")
        yield made


def _client(box: Box) -> Client:
    return Client(box.folder / "run" / "desk.sock")


def test_it_answers_over_its_socket(box: Box) -> None:
    view = _client(box).post("/v1/ask", {"text": "停车费多少钱", "language": None})
    assert (view["answer"], view["known"], view["entry"], view["language"]) == ("三百元。", True, "amount", "zh")
    unknown = _client(box).post("/v1/ask", {"text": "x" * 10_000})
    assert (unknown["known"], unknown["handoff"]) == (False, "the office 123")
    assert _client(box).post("/v1/ask", {"text": "", "language": "en"})["known"] is False


def test_what_no_resident_can_say_is_refused(box: Box) -> None:
    for body in ({"text": "x" * 30_000}, {"text": "x", "language": "fr"}, {"words": "x"}, {}):
        with pytest.raises(RefusedError) as caught:
            _client(box).post("/v1/ask", body)
        assert caught.value.status == 400


def test_the_command_line_asks_the_running_desk(box: Box) -> None:
    done = box.louguan("ask", "停车费多少钱", "--json", HOME="/nonexistent", XDG_CACHE_HOME="/nonexistent")
    assert (done.returncode, '"amount"' in done.stdout, done.stderr) == (0, True, "")


def test_the_watchdog_is_fed_by_the_models_answers(box: Box) -> None:
    box.hear("WATCHDOG=1")
    box.hear("WATCHDOG=1")


def test_a_saved_change_answers_within_seconds_and_a_mistake_is_said(box: Box) -> None:
    path, client = box.folder / "own.md", _client(box)
    path.write_text(ONE.replace("三百元", "四百元整"), "utf-8")
    box.until(lambda: client.post("/v1/ask", {"text": "停车费多少钱"})["answer"] == "四百元整。", 5)
    path.write_text(ONE + "### amount\n", "utf-8")
    trouble = box.until(lambda: client.get("/v1/health")["troubles"], 5)[0]
    assert trouble["part"] == "knowledge"
    assert "own.md:5: there is another entry amount" in trouble["message"]
    assert "last good version" in trouble["remedy"]
    assert client.post("/v1/ask", {"text": "停车费多少钱"})["answer"] == "四百元整。"
    assert "own.md:5" in box.louguan("doctor").stdout
    path.write_text(ONE, "utf-8")
    health = box.until(lambda: (h := client.get("/v1/health"))["ok"] and h, 5)
    assert health["entries"] == 1
    assert health["rss_mb"] > 10


def test_a_second_desk_on_the_same_socket_is_refused(box: Box) -> None:
    assert box.spawn("desk").wait(15) == 1
    assert "Another process serves" in box.log("desk")
    assert _client(box).get("/v1/health")["ok"]


def test_sigterm_ends_it_in_time_and_the_next_start_uses_the_kept_vectors() -> None:
    with Box() as box:
        desk = box.start("desk")
        assert (box.folder / "state" / "desk" / "vectors.npz").stat().st_size > 100_000
        assert _client(box).get("/v1/health")["entries"] > 60
        assert box.stop(desk) == 0
        box.hear("STOPPING=1")
        assert not (box.folder / "run" / "desk.sock").exists()
        kept = box.folder / "state" / "desk" / "vectors.npz"
        kept.write_bytes(kept.read_bytes()[:-100])
        box.start("desk")
        assert "vectors.npz is damaged" in box.log("desk")


def test_sigterm_while_it_loads_ends_it() -> None:
    with Box(extra='[desk]\nknowledge = "own.md"\n') as box:
        lines = "\n".join(f"- 没有人问过的第{number}句话" for number in range(4000))
        (box.folder / "own.md").write_text(ONE.replace("答：", f"{lines}\n答："), "utf-8")
        desk = box.spawn("desk")
        time.sleep(2.5)
        assert desk.poll() is None
        assert box.stop(desk) == 0


@pytest.mark.parametrize("damage", ["flip", "truncate", "missing"])
def test_a_damaged_model_ends_it_with_one_error_that_the_doctor_knows(damage: str) -> None:
    with Box(extra='[desk]\nmodel = "model"\n') as box:
        path = Path(shutil.copytree(SHIPPED_MODEL, box.folder / "model")) / "model.onnx"
        raw = bytearray(path.read_bytes())
        raw[len(raw) // 2] ^= 1
        path.write_bytes(raw if damage == "flip" else raw[:-1])
        if damage == "missing":
            path.unlink()
        assert box.spawn("desk").wait(15) == 1
        log = box.log("desk")
        assert log.count("ERROR") == 1
        assert "model.onnx" in log
        assert "Traceback" not in log
        doctor = box.louguan("doctor")
        assert doctor.returncode == 1
        assert "model.onnx" in doctor.stdout
        asked = box.louguan("ask", "hello")
        assert asked.returncode == 1
        assert "model.onnx" in asked.stderr


def test_a_wrong_knowledge_file_ends_the_start_with_its_line() -> None:
    with Box(extra='[desk]\nknowledge = "own.md"\n') as box:
        (box.folder / "own.md").write_text("## fees\n### a\n", "utf-8")
        assert box.spawn("desk").wait(15) == 1
        assert "own.md:2: a has no question." in box.log("desk")


class _Slow(Desk):
    def answer(self, text: str, language: object = None) -> None:  # type: ignore[override]
        time.sleep(0.3)


async def test_a_slow_model_is_given_up_and_a_full_queue_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_service, "ANSWER_S", 0.1)
    monkeypatch.setattr(desk_service, "WAITING", 2)
    (tmp_path / "own.md").write_text(ONE, "utf-8")
    gateway = config.Gateway.model_validate(
        {"site": {"name": {"en": "x"}}, "paths": {"state": tmp_path}, "desk": {"knowledge": tmp_path / "own.md"}}
    )
    service = Service(gateway, asyncio.Event())
    monkeypatch.setattr(desk_service, "Desk", _Slow)
    await service.load()
    question = desk_service.Question(text="x")
    try:
        told = await asyncio.gather(*(service.ask("", question) for _ in range(3)), return_exceptions=True)
        assert [error.status for error in told if isinstance(error, ApiError)] == [504, 504, 503]
        await asyncio.sleep(0.8)
        with pytest.raises(ApiError) as caught:
            await service.ask("", question)
        assert caught.value.status == 504
    finally:
        service.close()
