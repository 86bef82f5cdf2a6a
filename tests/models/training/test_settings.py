"""A run's TOML file, and what is refused of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.training import settings
from models.training.data import DataError

RUN = 'base = "b"\n[fit]\nepochs = 2\n[[tasks]]\nname = "intent"\nkind = "single"\ntrain = ["t.csv"]\n'


def _load(folder: Path, text: str) -> settings.Run:
    path = folder / "run.toml"
    path.write_text(text, "utf-8")
    return settings.load(path)


def test_paths_count_from_the_files_folder(tmp_path: Path) -> None:
    run = _load(tmp_path, 'teacher = "/abs/t"\n' + RUN + 'test = "x/test.csv"\n')
    assert run.base == tmp_path / "b"
    assert run.tasks[0].train == (tmp_path / "t.csv",)
    assert run.tasks[0].test == tmp_path / "x" / "test.csv"
    assert run.tasks[0].validation is None
    assert run.teacher == Path("/abs/t")
    assert run.fit.epochs == 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("base = [", "cannot be read"),
        (RUN.replace("epochs", "epoch"), "fit.epoch: Extra inputs"),
        (RUN.replace("epochs = 2", "learning_rate = -1"), "fit.learning_rate"),
        (RUN.replace("single", "double"), "tasks.0.kind"),
        (RUN.replace('name = "intent"', 'name = "../up"'), "tasks.0.name"),
        (RUN.replace("epochs = 2", 'four_bits = true\ntrain = "lora"'), "fit: four_bits rounds"),
        ("states = 1\n" + RUN, "toml: states are learnt from a teacher"),
        (RUN + RUN[RUN.index("[[tasks]]") :], "two tasks are named 'intent'"),
        ('base = "b"\n', "tasks: Field required"),
        ("#" * (settings.MAX_BYTES + 1), "larger than"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(DataError, match=says) as caught:
        _load(tmp_path, text)
    assert "docs/training.md" in caught.value.remedy


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        settings.load(tmp_path / "none.toml")
