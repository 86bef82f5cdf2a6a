"""From a TOML file and some sentences to an exported model with its report, and what is refused on the way."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from models.runtime.artifact import Artifact
from models.runtime.errors import ModelError
from models.training import floors, gather, judging, lab, report, settings, train
from models.training.checkpoint import CheckpointError
from models.training.data import DataError, Example, Span
from models.training.net import HeadSpec
from models.training.settings import Task

RUN = """base = "base"
[fit]
learning_rate = 0.005
head_learning_rate = 0.005
batch = 8
epochs = 6
max_tokens = 32
[[tasks]]
name = "intent"
kind = "single"
train = ["train.csv"]
"""
SLOTS = '[[tasks]]\nname = "slots"\nkind = "tokens"\ntrain = ["slots.jsonl"]\n'


def _csv(examples: list[Example]) -> str:
    return "text,label\n" + "".join(f"{e.text},{e.label}\n" for e in examples)


@pytest.fixture
def folder(tiny_base: Path, sixty: list[Example], tmp_path: Path) -> Path:
    """A run with its base and data, not yet trained."""
    shutil.copytree(tiny_base, tmp_path / "base")
    (tmp_path / "train.csv").write_text(_csv(sixty), "utf-8")
    slots = [json.dumps({"text": e.text, "spans": e.spans}) for e in sixty]
    (tmp_path / "slots.jsonl").write_text("\n".join(slots), "utf-8")
    (tmp_path / "run.toml").write_text(RUN, "utf-8")
    return tmp_path


def _gather(folder: Path, text: str = "") -> tuple[list[gather.Parts], list[str]]:
    if text:
        (folder / "run.toml").write_text(text, "utf-8")
    said: list[str] = []
    return gather.gather(settings.load(folder / "run.toml"), said.append), said


def test_sixty_sentences_become_a_model_with_its_report(folder: Path) -> None:
    (folder / "run.toml").write_text(RUN + SLOTS, "utf-8")
    with (folder / "train.csv").open("a", encoding="utf-8") as file:
        file.write("broken\n")
    done = CliRunner().invoke(lab.app, ["train", str(folder / "run.toml"), str(folder / "out"), "--json"])
    assert done.exit_code == 0, done.output
    assert "train.csv:62: wrong number of columns" in done.stderr
    found = json.loads(done.stdout)
    for task, main in (("intent", "accuracy"), ("slots", "entity_f1")):
        rows = {row["method"]: row for row in found[task]["rows"]}
        assert next(iter(rows)) == "most frequent"
        assert list(rows)[-2:] == ["trained, fp32", "exported, int8"]
        assert "untuned trunk, linear probe" in rows
        assert all(row["low"] <= row[main] <= row["high"] for row in rows.values())
        shipped = rows["exported, int8"]
        assert 0 < shipped["bytes"] < rows["trained, fp32"]["bytes"]
        assert 0 < shipped["ms p50"] <= shipped["ms p95"]
        head = folder / "out" / "heads" / task
        card = Artifact.load(head).card
        assert {"head.npz", "confusion.png", "reliability.png", "classes.png", "training.png"} <= card["files"].keys()
        page = (head / "card.md").read_text("utf-8")
        assert "![Confusions](confusion.png)" in page
        assert "chosen on these same texts" in page
    assert found["intent"]["rows"][-1]["accuracy"] > 0.8
    assert not (folder / "out" / "work").exists()

    said: list[str] = []
    (folder / "new.csv").write_text("text,label\nmy car now 7,parking\nmy leak now,fees\n", "utf-8")
    tried = report.test(folder / "out", folder / "new.csv", "intent", "text", "label", said.append)
    assert (tried["count"], tried["left_out"]) == (1, 1)
    assert said == ["left out: new.csv: 1 examples of unknown label 'fees'"]
    with pytest.raises(DataError, match="no task ''") as caught:
        report.test(folder / "out", folder / "new.csv", "", "text", "label", said.append)
    assert "intent, slots" in caught.value.remedy
    (folder / "out" / "trunk" / "model.onnx").write_bytes(b"damaged")
    with pytest.raises(ModelError):
        report.test(folder / "out", folder / "new.csv", "intent", "text", "label", said.append)


def test_a_complete_training_is_not_done_again_until_something_changes(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained: list[str] = []
    monkeypatch.setattr(report, "report", lambda *_: {})
    real = train.train

    def counted(described: Any, parts: Any, out: Path, stamp: str, say: Any) -> None:
        trained.append(stamp)
        real(described, parts, out, stamp, say)

    monkeypatch.setattr(train, "train", counted)
    short = RUN.replace("epochs = 6", "epochs = 1")
    for text, times in ((short, 1), (short, 1), (short + 'test = "train2.csv"\n', 1), (short + "weight = 2.0\n", 2)):
        (folder / "run.toml").write_text(text, "utf-8")
        (folder / "train2.csv").write_text("text,label\nsome other car,parking\n", "utf-8")
        train.run(folder / "run.toml", folder / "out", lambda line: None)
        assert len(trained) == times


def test_a_student_is_taught_by_a_trained_folder(
    folder: Path, tiny_other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "report", lambda *_: {})
    short = RUN.replace("epochs = 6", "epochs = 1")
    shutil.copytree(tiny_other, folder / "other")
    (folder / "teacher.toml").write_text(short.replace('"base"', '"other"'), "utf-8")
    train.run(folder / "teacher.toml", folder / "teacher", lambda line: None)
    taught = 'teacher = "teacher/model"\nstates = 1\n' + short
    (folder / "run.toml").write_text(taught, "utf-8")
    train.run(folder / "run.toml", folder / "out", lambda line: None)
    steps = json.loads((folder / "out" / "model" / "origin.json").read_text("utf-8"))["steps"]
    assert [step["step"] for step in steps] == ["states of the teacher", "fit"]
    (folder / "run.toml").write_text(taught + 'labels = ["repair", "parking", "thanks"]\n', "utf-8")
    with pytest.raises(CheckpointError, match="in another order"):
        train.run(folder / "run.toml", folder / "out2", lambda line: None)
    (folder / "run.toml").write_text('teacher = "other"\n' + short, "utf-8")
    with pytest.raises(CheckpointError, match="has no heads"):
        train.run(folder / "run.toml", folder / "out2", lambda line: None)


@pytest.mark.parametrize(
    ("rows", "run", "says"),
    [
        ("car,a\nbus,a\n", RUN, "intent: 1 classes"),
        ("car,a\nbus,b\n", RUN + 'labels = ["a", "b", "c"]\n', "no training example of 'c'"),
        ("car,a|b\nbus,b\n", RUN, "has several labels"),
        ("car,a\nbus,b\n", RUN, "no example is left for validation"),
        ("car,a\nbus,b\n", RUN.replace("intent", "type"), "cannot be named 'type'"),
        ("car,a\nbus,b\n", RUN.replace("epochs = 6", "pack = 64"), "pack is for a run of one tokens task"),
        ("car,a\nbus,b\n", RUN + 'test = "test.csv"\n', "has no label that the training data know"),
        ("car,a\nbus,b\n", RUN + 'label = "class"\n', "holds no usable row"),
        ("car,a\nbus,b\n", RUN.replace("train.csv", "none.csv"), "cannot be read"),
    ],
)
def test_data_that_cannot_be_trained_on_is_said(folder: Path, rows: str, run: str, says: str) -> None:
    more = "".join(f"lift {number},{'ab'[number % 2]}\n" for number in range(30)) if "test =" in run else ""
    (folder / "train.csv").write_text("text,label\n" + rows + more, "utf-8")
    (folder / "test.csv").write_text("text,label\ntaxi,z\n", "utf-8")
    with pytest.raises(DataError, match=says) as caught:
        _gather(folder, run)
    assert caught.value.remedy


def test_what_is_left_out_and_what_is_thin_is_named(folder: Path, sixty: list[Example]) -> None:
    more = "only one,solo\nthe car,parking\nthe car,repair\n"
    (folder / "train.csv").write_text(_csv(sixty) + more, "utf-8")
    (folder / "test.csv").write_text(f"text,label\n{sixty[0].text},repair\nfees please,fees\nmy bay,parking\n", "utf-8")
    (part,), said = _gather(folder, RUN + 'test = "test.csv"\n')
    told = "\n".join(said)
    assert "several labels for one wording, left out: 'the car' is 'parking'" in told
    assert "1 training texts also stand in validation or test" in told
    assert "left out: intent, test: 1 examples of unknown label 'fees'" in told
    assert [e.text for e in part.test] == [sixty[0].text, "my bay"]
    assert sixty[0].text not in {e.text for e in [*part.train, *part.validation]}
    assert "only one" in {e.text for e in part.train}
    table = gather.balance(part)
    assert "one example: add more" in table
    assert len(part.train) + len(part.validation) == 60


def test_a_group_never_stands_on_both_sides(folder: Path, sixty: list[Example]) -> None:
    rows = [json.dumps({"text": e.text, "label": e.label, "group": f"g{n % 15}"}) for n, e in enumerate(sixty)]
    (folder / "train.jsonl").write_text("\n".join(rows), "utf-8")
    (part,), _ = _gather(folder, RUN.replace("train.csv", "train.jsonl"))
    assert not {e.group for e in part.train} & {e.group for e in part.validation}


def test_one_text_of_several_tasks_is_one_row(folder: Path) -> None:
    from models.training import checkpoint

    (folder / "run.toml").write_text(RUN + SLOTS, "utf-8")
    described = settings.load(folder / "run.toml")
    parts = gather.gather(described, lambda line: None)
    rows, held = train.encode(described, parts, checkpoint.load(folder / "base")[1])
    assert len(rows) + len(held) == 60
    assert all(row.targets.keys() == {"intent", "slots"} and row.places for row in [*rows, *held])


def test_slots_and_labels_are_counted_whole() -> None:
    slots = HeadSpec("s", "tokens", ("O", "B-a", "I-a"))
    gold, said = [["B-a", "I-a", "O"]], [["B-a", "O", "B-a"]]
    assert judging.by_class(slots, gold, said) == [
        {"label": "a", "precision": 0.0, "recall": 0.0, "f1": 0.0, "count": 1}
    ]
    several = HeadSpec("m", "multi", ("a", "b"))
    found = judging.figures(several, ["a|b", "b"], ["a", "a|b"])
    assert found == {"micro_f1": pytest.approx(2 / 3), "macro_f1": pytest.approx(2 / 3)}
    low, high = judging.spread(["a"] * 50 + ["b"] * 50, ["a"] * 100, HeadSpec("o", "single", ("a", "b")))
    assert 0.35 < low < 0.5 < high < 0.65


def test_floors_answer_in_the_form_of_the_task() -> None:
    task = Task.model_validate({"name": "t", "kind": "tokens", "train": ["x"]})
    train_ = [Example("my car", spans=(Span("a", 3, 6),)), Example("my leak")]
    part = gather.Parts(task, HeadSpec("t", "tokens", ("O", "B-a", "I-a")), train_, [], [])
    assert floors.most_frequent(part, [Example("car bus")]) == [["B-a", "O"]]
    multi = task.model_copy(update={"kind": "multi"})
    examples = [Example("my car", "a|b"), Example("a leak", "b"), Example("the car", "a|b")]
    part = gather.Parts(multi, HeadSpec("t", "multi", ("a", "b")), examples, [], [])
    assert floors.by_wording(part, [Example("car"), Example("leak")]) == ["a|b", "b"]


def test_data_read_twice_is_the_same_run(folder: Path) -> None:
    described = settings.load(folder / "run.toml")
    stamps = {train.stamped(described, gather.gather(described, lambda line: None)) for _ in range(2)}
    (folder / "base" / "config.json").write_text("{}", "utf-8")
    stamps.add(train.stamped(described, gather.gather(described, lambda line: None)))
    assert len(stamps) == 2


@pytest.mark.parametrize("command", ["train", "search", "test"])
def test_its_commands_help_in_both_languages(command: str) -> None:
    done = CliRunner().invoke(lab.app, [command, "--help"])
    assert done.exit_code == 0, done.output
    assert any("\u4e00" <= char <= "\u9fff" for char in done.output)


def test_the_keys_of_a_run_are_in_the_manual() -> None:
    manual = (Path(__file__).parents[3] / "docs" / "training.md").read_text("utf-8")
    for model in (settings.Run, settings.Task, settings.Fit):
        for key in model.model_fields.keys() - {"tasks", "fit"}:
            assert f"`{key}`" in manual, key
