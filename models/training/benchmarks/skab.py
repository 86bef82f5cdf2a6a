"""`louguan-lab benchmark skab`: the tier-1 detector on the Skoltech Anomaly Benchmark, beside what it has to beat.

Data: https://github.com/waico/SKAB, not part of Louguan. The protocol is the leaderboard's; the settings are chosen
leave-one-group-out, the folders being the groups.
"""

from __future__ import annotations

import itertools
import json
import os
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from models.faults.detector import Detector, Settings
from models.training.benchmarks import skab_floors as floors
from models.training.benchmarks.pointwise import Tally, pooled, tally
from models.training.benchmarks.recordings import TRAIN_ROWS, Recording, fault_free, find

GRID = tuple(
    Settings(span_rows=span, slow=slow, limit=limit, recovered=recovered)
    for span, slow, limit, recovered in itertools.product(
        (20.0, 40.0, 80.0), (2.5, 5.0, 10.0), (2.0, 2.5, 3.0), (0.0, 0.4)
    )
)
"""What the folds choose from."""
TOLERANCE = 0.01
"""Of the settings whose F1 lies so near the best one's, a fold takes the one that alarms least in vain."""

LEARN_ROWS = (TRAIN_ROWS, 1000, 2000, 4000)
"""Lengths of learning to judge the rest of a run without a fault after."""

_PROTOCOL = {
    "rows": (
        f"SKAB leaderboard: of each file the first {TRAIN_ROWS} rows train and the rest test; rows are counted "
        "point-wise, causally, and pooled over the files. far: part of the normal rows that alarmed; mar: part of the "
        "anomalous rows that did not (fractions). An event is a run of anomalous test rows; it is found by an alarm "
        "that sets in within it, not by one that was on before; median_delay_s is from the event's first row to that "
        "onset.",
        f"按 SKAB 排行榜的规则：每个文件前 {TRAIN_ROWS} 行用于学习，其余用于测试；逐行统计，只用过去的数据，"
        "各文件合并计数。误报率：正常行中报警的比例；漏报率：异常行中未报警的比例。"
        "连续的异常行为一个事件；报警在事件之内开始才算发现，"
        "事件之前已在报警的不算；延迟从事件首行算到报警开始。",
    ),
    "chosen": (
        "Settings: for each group (the folders {groups}) they are chosen on the other groups, from a grid of {grid}: "
        "of those whose F1 lies within {tolerance} of the best there, the one of the lowest far. The figures pool the "
        "groups so held out, for the detector and for the floors alike. `shipped` has the figures of the settings that "
        "ship, which were set with all these files in view, as was the detector's form.",
        "参数：每一组（文件夹 {groups}）的参数只在其他组上从 {grid} 种中选取："
        "F1 与最佳相差不超过 {tolerance} 者中误报率最低的一种；检测器与对照方法都如此，"
        "结果为各留出组合并计数。“出厂设置”的参数和检测器的形式是看过全部这些文件后定的。",
    ),
    "shipped": (
        "Settings: those that ship; the floors with their usual ones.",
        "参数：检测器用出厂设置，对照方法用常用设置。",
    ),
    "fault_free": (
        "fault_free: false alarms in the rest of a run without a fault, for each number of rows learned from its "
        f"start: {TRAIN_ROWS} are too few to show how far its points wander.",
        f"无故障运行：从头学习若干行后，其余各行的误报；{TRAIN_ROWS} 行不足以看出各测点的正常变化范围。",
    ),
}

_TEXTS = {
    "files": ("{files} files, {rows} test rows", "{files} 个文件，{rows} 行测试数据"),
    "method": ("method", "方法"),
    "far": ("FAR %", "误报率 %"),
    "mar": ("MAR %", "漏报率 %"),
    "events": ("events found", "发现事件"),
    "delay": ("median delay s", "中位延迟 s"),
    "onsets": ("alarms/h", "每小时报警"),
    "detector": ("Louguan, group held out", "楼管，留出该组选参"),
    "shipped": ("Louguan, as shipped", "楼管，出厂设置"),
    "always_alarm": ("always alarmed", "始终报警"),
    "t2_q": ("PCA, T2 + Q", "PCA，T2 + Q"),
    "isolation_forest": ("isolation forest", "孤立森林"),
    "group": ("  group {name}", "  组 {name}"),
    "fault_free": (
        "run without a fault, {rows} rows learned: FAR {far} %",
        "无故障运行，学习 {rows} 行：误报率 {far} %",
    ),
    "spread": (
        "F1 of a single file: {low} to {high}, median {middle}",
        "单个文件的 F1：{low} 至 {high}，中位数 {middle}",
    ),
}


@dataclass(frozen=True, slots=True)
class _Method:
    """A way to score recordings; `grid` holds what may be chosen, `usual` what it takes where nothing is."""

    score: Callable[[Recording, Any], NDArray[np.float64]]
    grid: Sequence[Any]
    usual: Any


def skab(data: Path | None, files: str | None, as_json: bool) -> None:
    """Prints the report on the benchmark's folders in `data`, or on the `files` of a pattern with the shipped settings.

    Raises:
        RecordingError: there is no such file, or one is not of the form. MissingExtra: scikit-learn is not installed.
    """
    report = evaluate(find(data, files), choose=files is None)
    if data and files is None and (runs := fault_free(data)):
        report["fault_free"] = {str(rows): _false_alarms(runs, rows) for rows in LEARN_ROWS}
    if as_json:
        report["protocol"] = _protocol(report, 0)
        print(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        _show(report, Console(width=None if sys.stdout.isatty() else 120, highlight=False))


def detector_score(recording: Recording, settings: Settings, learn_rows: int = TRAIN_ROWS) -> NDArray[np.float64]:
    """Scores of all rows, shape (rows,); 0 while learning."""
    detector = Detector(len(recording.points), learn_rows, settings)
    verdicts = map(detector.feed, recording.values)
    return np.array([verdict.score if verdict else 0.0 for verdict in verdicts])


def evaluate(recordings: Sequence[Recording], choose: bool = True) -> dict[str, Any]:
    """The report. With `choose`, and more than one group, the settings are chosen leave-one-group-out, else they are
    those that ship."""
    groups = sorted({recording.group for recording in recordings})
    choose = choose and len(groups) > 1
    forest = {recording.path: floors.isolation_scores(recording) for recording in recordings}
    rivals = {
        "always_alarm": _Method(lambda recording, _: floors.always_alarm(recording), (None,), None),
        "t2_q": _Method(floors.t2_q, floors.GRID, floors.Smoothed()),
        "isolation_forest": _Method(
            lambda recording, settings: floors.isolation_forest(forest[recording.path], settings),
            floors.GRID,
            floors.Smoothed(),
        ),
    }
    ours = _Method(detector_score, GRID, Settings())
    result = _Result(recordings, ours, choose)
    shipped = _tallies(recordings, ours, Settings())
    report = result.figures() | {
        "groups": result.by_group(),
        "shipped": pooled(shipped).figures() | {"groups": _by_group(recordings, shipped)},
        "settings": asdict(Settings()),
        "floors": {
            name: (rival := _Result(recordings, method, choose)).figures() | {"groups": rival.by_group()}
            for name, method in rivals.items()
        },
        "spread": result.spread(),
        "files": {
            str(recording.path): one.figures() for recording, one in zip(recordings, result.tallies, strict=True)
        },
        "test_rows": sum(len(recording.values) - TRAIN_ROWS for recording in recordings),
    }
    if choose:
        report["chosen"] = {group: asdict(settings) for group, settings in result.chosen.items()}
        report["shipped_is_chosen"] = all(settings == Settings() for settings in result.chosen.values())
    return report


class _Result:
    """One method's tallies, a recording each, and the settings that each group was judged with."""

    def __init__(self, recordings: Sequence[Recording], method: _Method, choose: bool) -> None:
        self._recordings = recordings
        grid = method.grid if choose else (method.usual,)
        self._table = [_tallies(recordings, method, settings) for settings in grid]
        self.chosen: dict[str, Any] = {}
        self.tallies: list[Tally] = list(self._table[0])
        for group in sorted({recording.group for recording in recordings}):
            inside = [recording.group == group for recording in recordings]
            best = _best(
                [pooled(itertools.compress(row, [not it for it in inside])) for row in self._table]
                if choose
                else [Tally()]
            )
            self.chosen[group] = grid[best]
            self.tallies = [self._table[best][index] if it else self.tallies[index] for index, it in enumerate(inside)]

    def figures(self) -> dict[str, Any]:
        return pooled(self.tallies).figures()

    def by_group(self) -> dict[str, Any]:
        return _by_group(self._recordings, self.tallies)

    def spread(self) -> dict[str, Any]:
        """How the F1 varies over the groups, the files and, pooled over all files, the settings of the grid."""
        over = {
            "groups": [figures["f1"] for figures in self.by_group().values()],
            "files": [one.f1 for one in self.tallies],
            "grid": [pooled(row).f1 for row in self._table],
        }
        return {
            name: {
                "min": round(min(values), 4),
                "median": round(statistics.median(values), 4),
                "max": round(max(values), 4),
                "sd": round(statistics.pstdev(values), 4),
            }
            for name, values in over.items()
        }


def _best(candidates: Sequence[Tally]) -> int:
    near = max(candidate.f1 for candidate in candidates) - TOLERANCE
    return min((index for index, one in enumerate(candidates) if one.f1 >= near), key=lambda i: candidates[i].far)


def _tallies(recordings: Sequence[Recording], method: _Method, settings: Any) -> list[Tally]:
    return [
        tally(
            method.score(recording, settings)[TRAIN_ROWS:] >= 1.0,
            recording.anomalous[TRAIN_ROWS:],
            recording.seconds[TRAIN_ROWS:],
        )
        for recording in recordings
    ]


def _false_alarms(runs: Sequence[Recording], learn_rows: int) -> dict[str, Any]:
    figures = pooled(
        tally(
            detector_score(run, Settings(), learn_rows)[learn_rows:] >= 1.0,
            run.anomalous[learn_rows:],
            run.seconds[learn_rows:],
        )
        for run in runs
        if len(run.values) > learn_rows
    ).figures()
    return {key: figures[key] for key in ("far", "onsets_per_hour")}


def _by_group(recordings: Sequence[Recording], tallies: Sequence[Tally]) -> dict[str, Any]:
    groups = sorted({recording.group for recording in recordings})
    return {
        group: pooled(itertools.compress(tallies, [recording.group == group for recording in recordings])).figures()
        for group in groups
    }


def _show(report: Mapping[str, Any], console: Console) -> None:
    heads = ("method", None, "far", "mar", "events", "delay", "onsets")
    table = Table(*("F1" if head is None else _text(head) for head in heads))
    rows = [("detector", report)] if "chosen" in report else []
    for name, figures in [*rows, ("shipped", report["shipped"]), *report["floors"].items()]:
        table.add_row(_text(name), *_cells(figures))
        if name in ("detector", "shipped"):
            for group, of_group in figures["groups"].items():
                table.add_row(_text("group", name=group), *_cells(of_group), style="dim")
    console.print(_text("files", files=len(report["files"]), rows=report["test_rows"]))
    console.print(table)
    spread = report["spread"]["files"]
    console.print(_text("spread", low=spread["min"], high=spread["max"], middle=spread["median"]))
    for learned, figures in report.get("fault_free", {}).items():
        console.print(_text("fault_free", rows=learned, far=f"{100 * figures['far']:.1f}"))
    console.print(_protocol(report, _language()), style="dim")


def _cells(figures: Mapping[str, Any]) -> list[str]:
    delay, onsets = figures["median_delay_s"], figures["onsets_per_hour"]
    return [
        f"{figures['f1']:.3f}",
        f"{100 * figures['far']:.1f}",
        f"{100 * figures['mar']:.1f}",
        f"{figures['events_found']}/{figures['events']}",
        "-" if delay is None else f"{delay:.0f}",
        "-" if onsets is None else f"{onsets:.1f}",
    ]


def _protocol(report: Mapping[str, Any], language: int) -> str:
    parts = ["rows", "chosen" if "chosen" in report else "shipped", *(["fault_free"] if "fault_free" in report else [])]
    values = {"groups": ", ".join(report["groups"]), "grid": len(GRID), "tolerance": TOLERANCE}
    return " ".join(_PROTOCOL[part][language].format(**values) for part in parts)


def _text(key: str, **values: object) -> str:
    return _TEXTS[key][_language()].format(**values)


def _language() -> int:
    """Place of the reader's language in the texts: 0 English, 1 Chinese."""
    named = (os.environ.get(name) for name in ("LOUGUAN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"))
    return int(next((value for value in named if value), "en").lower().startswith("zh"))
