"""The work folder of a benchmark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from models.training import cut
from models.training.benchmarks.common import Job, Work, carved, key, labels_of, read_by
from models.training.data import DataError, Example
from models.training.settings import Fit

DEFAULT = Fit()


def _key(path: Path, settings: Fit = DEFAULT, form: cut.Form = "english", **of_job: Any) -> str:
    return key(Job(path.parent, **of_job), [path], settings, form, 100)


def test_the_key_changes_with_data_settings_and_form_alone(tmp_path: Path) -> None:
    path = tmp_path / "train.csv"
    path.write_text("a\n", "utf-8")
    first = _key(path)
    assert _key(path, test=tmp_path / "test.csv") == first
    assert _key(path, Fit(epochs=9)) != first
    assert _key(path, form="words") != first
    assert _key(path, source="other") != first
    assert key(Job(tmp_path), [path], DEFAULT, "english", 100, also=1) != first
    path.write_text("b\n", "utf-8")
    assert _key(path) != first


def test_the_work_folder_is_in_the_users_cache_unless_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    here = Work(Job(tmp_path, say=lambda _: None), "cold", [], Fit(), "words").folder
    assert here.parent == tmp_path / "louguan" / "benchmarks"
    assert here.name.startswith("cold-")


def test_time_spent_before_an_interruption_counts(tmp_path: Path) -> None:
    said: list[str] = []
    work = Work(Job(tmp_path, work=tmp_path, say=said.append), "cold", [], Fit(), "words")
    (work.folder / "trained.seconds").write_text("600.0", "ascii")
    work._clock("trained")("epoch 2")
    assert 10 <= work.minutes("trained") < 11
    assert "10.0 min" in said[-1]


def test_what_is_carved_for_validation_depends_on_the_wording_alone() -> None:
    examples = [Example(f"text {n}", "a") for n in range(300)]
    train, validation = carved(examples)
    assert 10 < len(validation) < 60
    assert {e.text for e in carved(examples[::-1])[1]} == {e.text for e in validation}
    assert not {e.text for e in train} & {e.text for e in validation}


def test_nothing_usable_names_the_form_that_is_due(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no usable row") as refused:
        read_by(tmp_path / "a.json", [(1, "x")], int, "a number", lambda _: None)
    assert "a number" in refused.value.remedy


def test_a_training_part_of_one_label_is_refused() -> None:
    with pytest.raises(DataError, match="a"):
        labels_of([Example("x", "a"), Example("y", "a")])
