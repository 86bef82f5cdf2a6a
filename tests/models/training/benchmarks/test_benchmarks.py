"""Every language benchmark from its files to its table, on a tiny random model."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from models.training import lab
from models.training.benchmarks import report
from models.training.benchmarks.common import Job
from models.training.data import DataError

NAMES = tuple(lab.LANGUAGE_BENCHMARKS)
MakeJob = Callable[..., tuple[Job, list[str]]]
OTHER_TEST = {
    "conll2003": "valid.tsv", "clinc150": "train_val.json", "banking77": "train.csv", "cold": "dev.csv",
    "cluener": "test.json", "smp2019": "train.json", "bustm": "test_public.json",
}  # fmt: skip


def _run(name: str, job: Job) -> dict[str, Any]:
    return report.report(importlib.import_module(f"models.training.benchmarks.{name}").run(job))


@pytest.mark.parametrize("name", NAMES)
def test_a_benchmark_reports_every_row_and_does_not_train_again_for_another_test_part(
    name: str, job: MakeJob, sets: Callable[[str], Path], tmp_path: Path
) -> None:
    first, said = job(name)
    found = _run(name, first)
    assert any("epochs" in line for line in said)
    assert {"fp32", "int8", "majority"} <= set(found["rows"])
    assert set(found["targets"]) <= set(found["rows"]["int8"]) == set(found["difference"]) == set(found["interval_95"])
    assert all(0 <= value <= 1 for row in found["rows"].values() for value in row.values())
    assert all(low <= high for low, high in found["interval_95"].values())
    assert found["bytes"] > 0
    assert found["latency_ms"]["int8"]["p50"] <= found["latency_ms"]["int8"]["p95"]
    given = tmp_path / OTHER_TEST[name]
    given.write_text((sets(name) / given.name).read_text("utf-8"), "utf-8")
    second, said = job(name, given)
    again = _run(name, second)
    assert not any("epochs" in line for line in said), said
    assert again["test_part"] == str(given)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("conll2003", "anna\tB-PER\n\nsaw\n\n", "valid.tsv:3"),
        ("cold", ",split,topic,label,TEXT\n1,x,race,1,讨厌\n2,x,race,0,\n", "dev.csv:3"),
        ("cluener", '{"text": "我", "label": {}}\n{"text": "我", "label": {"a": {"我": [[0, 5]]}}}\n', "test.json:2"),
        ("smp2019", '[{"text": "打开", "domain": "app", "intent": "OPEN", "slots": {}}, {}]', "train.json:1"),
        ("bustm", '{"sentence1": "我", "sentence2": "你", "label": "1"}\n{"label": 7}\n'
                  '{"sentence1": "我", "sentence2": "我", "label": 0}\n', "test_public.json:2"),
        ("clinc150", '{"test": [["play", "music"], [7, "music"]], "oos_test": [["why", "oos"]]}', "train_val.json:1"),
        ("banking77", "text,category\nplay,music\n,music\n", "train.csv:3"),
    ],
)  # fmt: skip
def test_a_broken_row_of_the_test_part_is_named_and_left_out(
    name: str, text: str, says: str, job: MakeJob, tmp_path: Path
) -> None:
    given = tmp_path / OTHER_TEST[name]
    given.write_text(text, "utf-8")
    made, said = job(name, given)
    _run(name, made)
    assert any(line.startswith(f"left out: {says}:") for line in said), said


@pytest.mark.parametrize("name", NAMES)
def test_a_test_part_without_a_usable_row_is_refused(name: str, job: MakeJob, tmp_path: Path) -> None:
    given = tmp_path / OTHER_TEST[name]
    given.write_text("nothing of the kind\n", "utf-8")
    with pytest.raises(DataError) as refused:
        _run(name, job(name, given)[0])
    assert str(given) in str(refused.value) or given.name in str(refused.value)


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_without_the_data_is_refused_in_one_line(name: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(lab.app, ["benchmark", name, "--data", str(tmp_path), "--work", str(tmp_path / "work")])
    assert isinstance(done.exception, DataError)
    assert "--data" in done.exception.remedy


def test_the_command_prints_json(job: MakeJob, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, _ = job("cluener")
    monkeypatch.setattr("models.training.benchmarks.common.Job", lambda *_: made)
    done = CliRunner().invoke(lab.app, ["benchmark", "cluener", "--data", str(made.data), "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout[done.stdout.index("{\n") :])
    assert found["benchmark"] == "cluener"
    assert found["test_rows"] == 10
