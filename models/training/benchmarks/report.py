"""The report of a language benchmark: its rows, what ships beside what was aimed at, and the table of it."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from rich.console import Console
from rich.table import Table

from models.training.benchmarks.scores import Measure, interval
from models.training.benchmarks.shipped import Latency

MOST_BYTES = 25_000_000
"""Of what ships: trunk, tokenizer and heads."""
LOSS = 0.003
"""That int8 may lie below fp32."""
Both = tuple[str, str]
"""A text in English and in Chinese."""

_TEXTS: dict[str, Both] = {
    "rows": ("{name}: {rows} test rows of {part}", "{name}：{part} 共 {rows} 行"),
    "method": ("method", "方法"),
    "majority": ("most frequent", "取最常见者"),
    "linear": ("TF-IDF + linear", "TF-IDF + 线性"),
    "fp32": ("fp32", "fp32"),
    "int8": ("int8 (ships)", "int8（随附）"),
    "difference": ("int8 - fp32", "int8 - fp32"),
    "interval": ("95 % of int8", "int8 的 95 % 区间"),
    "target": ("target", "目标"),
    "met": ("met", "达到"),
    "yes": ("yes", "是"),
    "no": ("no", "否"),
    "ships": (
        "ships: {bytes} bytes (target {most}: {met}); loss by int8 within .3 points: {kept}; "
        "one text on one thread p50 {p50:.1f} ms, p95 {p95:.1f} ms (fp32 {slow:.1f} ms); trained {minutes:.0f} minutes",
        "随附：{bytes} 字节（目标 {most}：{met}）；int8 损失不超过 0.3 个百分点：{kept}；"
        "单线程单句 p50 {p50:.1f} 毫秒，p95 {p95:.1f} 毫秒（fp32 {slow:.1f} 毫秒）；训练 {minutes:.0f} 分钟",
    ),
    "more": ("{name}: {value}", "{name}：{value}"),
}


class Result(NamedTuple):
    """What a benchmark found."""

    name: str
    part: str
    """Which rows were tested."""
    rows: int
    measures: Mapping[str, Measure]
    """By method, `fp32` and `int8` among them."""
    targets: Mapping[str, float]
    """By figure, in the order shown."""
    bytes: int
    latency: Mapping[str, Latency]
    """By precision."""
    minutes: float
    protocol: Both
    more: Mapping[str, Any]
    """What was chosen, and figures that have no target."""


def report(result: Result) -> dict[str, Any]:
    """What --json prints; figures are fractions, differences too."""
    every = np.arange(result.rows)
    table = {method: measure(every) for method, measure in result.measures.items()}
    spread = interval(result.measures["int8"], result.rows)
    difference = {name: table["int8"][name] - table["fp32"][name] for name in table["int8"]}
    return {
        "benchmark": result.name,
        "protocol": result.protocol[0],
        "test_part": result.part,
        "test_rows": result.rows,
        "rows": {method: _rounded(figures) for method, figures in table.items()},
        "difference": _rounded(difference),
        "interval_95": {name: [round(low, 4), round(high, 4)] for name, (low, high) in spread.items()},
        "targets": {
            name: {"target": least, "int8": round(table["int8"][name], 4), "met": table["int8"][name] >= least}
            for name, least in result.targets.items()
        },
        "loss_by_int8_met": all(difference[name] >= -LOSS for name in result.targets),
        "bytes": result.bytes,
        "bytes_met": result.bytes <= MOST_BYTES,
        "latency_ms": {name: {"p50": round(it.p50, 2), "p95": round(it.p95, 2)} for name, it in result.latency.items()},
        "training_minutes": round(result.minutes, 1),
        "more": dict(result.more),
    }  # fmt: skip


def show(result: Result, as_json: bool) -> None:
    """Prints the report, as JSON or as a table in the reader's language."""
    found = report(result)
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
        return
    console = Console(width=None if sys.stdout.isatty() else 160, highlight=False)
    console.print(_text("rows", name=result.name, rows=result.rows, part=result.part))
    console.print(_table(found))
    speed = found["latency_ms"]
    console.print(
        _text(
            "ships",
            bytes=found["bytes"],
            most=MOST_BYTES,
            met=_yes(found["bytes_met"]),
            **speed["int8"],
            kept=_yes(found["loss_by_int8_met"]),
            slow=speed["fp32"]["p50"],
            minutes=found["training_minutes"],
        )
    )
    for name, value in result.more.items():
        console.print(_text("more", name=name, value=value))
    console.print(result.protocol[language()], style="dim")


def _table(found: Mapping[str, Any]) -> Table:
    figures: Sequence[str] = [
        *found["targets"],
        *(name for name in found["rows"]["int8"] if name not in found["targets"]),
    ]
    table = Table(_text("method"), *figures)
    for method, row in found["rows"].items():
        table.add_row(_text(method), *(_percent(row.get(name)) for name in figures))
    table.add_row(_text("difference"), *(f"{100 * found['difference'][name]:+.2f}" for name in figures))
    spread = found["interval_95"]
    table.add_row(_text("interval"), *("{:.1f}-{:.1f}".format(*(100 * v for v in spread[name])) for name in figures))
    targets = found["targets"]
    table.add_row(_text("target"), *(_percent(targets[name]["target"]) if name in targets else "" for name in figures))
    table.add_row(_text("met"), *(_yes(targets[name]["met"]) if name in targets else "" for name in figures))
    return table


def _percent(value: float | None) -> str:
    return "-" if value is None or math.isnan(value) else f"{100 * value:.2f}"


def _yes(value: bool) -> str:
    return _text("yes" if value else "no")


def _rounded(figures: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in figures.items()}


def _text(key: str, **values: object) -> str:
    return _TEXTS[key][language()].format(**values)


def language() -> int:
    """Place of the reader's language in a pair of texts: 0 English, 1 Chinese."""
    named = (os.environ.get(name) for name in ("LOUGUAN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"))
    return int(next((value for value in named if value), "en").lower().startswith("zh"))
