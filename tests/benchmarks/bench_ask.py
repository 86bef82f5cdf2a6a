"""The desk: time of an answer on one thread, memory of the service, start to READY."""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

from agent.api.client import Client
from agent.desk.answers import SHIPPED_KNOWLEDGE
from models.language import knowledge
from models.training import cases, corpus, evaluate
from tests.benchmarks.table import Row
from tests.box import Box

_SENTENCES = Path(__file__).parents[1] / "data" / "residents-test.jsonl"
_TURNS = Path(__file__).parents[1] / "data" / "property-test.md"
_MAX_MS, _MAX_MB, _MAX_S = 20.0, 250.0, 5.0
_PEER = "TF-IDF alone, no model"


def run() -> list[Row]:
    """Asks every sentence of the test file over the socket of a desk with one thread, at its second start."""
    texts = [case.text for case in cases.read(_SENTENCES)]
    with Box(extra="[desk]\nthreads = 1\n") as box:
        desk, first_s = _start(box)
        box.stop(desk)
        desk, again_s = _start(box)
        client = Client(box.folder / "run" / "desk.sock")
        p50, p95 = _quantiles([client.post("/v1/ask", {"text": text})["ms"] for text in texts])
        said = [sentence.text for sentence in corpus.read([_TURNS]).said]
        turns = [client.post("/v1/chat", {"session": str(n // 4), "text": text})["ms"] for n, text in enumerate(said)]
        turn_p50, turn_p95 = _quantiles(turns)
        rss = psutil.Process(desk.pid).memory_info().rss / 1024**2
        box.stop(desk)
    peer_p50, peer_p95 = _timed(evaluate.lexical(knowledge.read(SHIPPED_KNOWLEDGE).passages()), texts)
    what = f"ask, {len(texts)} residents' sentences, one thread"
    return [
        Row(f"{what}: median", p50, "ms", _PEER, peer_p50),
        Row(f"chat, {len(turns)} turns in dialogues of four: median", turn_p50, "ms", _PEER, peer_p50),
        Row("chat: p95 of a whole turn", turn_p95, "ms", _PEER, peer_p95, f"<= {_MAX_MS:g}", turn_p95 <= _MAX_MS),
        Row(f"{what}: p95", p95, "ms", _PEER, peer_p95, f"<= {_MAX_MS:g}", p95 <= _MAX_MS),
        Row("desk after them: memory", rss, "MB RSS", target=f"<= {_MAX_MB:g}", ok=rss <= _MAX_MB),
        Row("desk: first start to READY", first_s, "s", target=f"<= {_MAX_S:g}", ok=first_s <= _MAX_S),
        Row("desk: start to READY", again_s, "s", target=f"<= {_MAX_S:g}", ok=again_s <= _MAX_S),
    ]


def _start(box: Box) -> tuple[subprocess.Popen[str], float]:
    began = time.monotonic()
    desk = box.start("desk")
    return desk, time.monotonic() - began


def _timed(judge: Callable[[str], object], texts: Sequence[str]) -> tuple[float, float]:
    taken = []
    for text in texts:
        began = time.perf_counter()
        judge(text)
        taken.append((time.perf_counter() - began) * 1000)
    return _quantiles(taken)


def _quantiles(values: list[float]) -> tuple[float, float]:
    return statistics.median(values), statistics.quantiles(values, n=20)[-1]
