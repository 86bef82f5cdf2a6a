"""Looking for settings, and going on with it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from models.training import search, settings
from models.training.data import DataError, Example
from models.training.settings import Fit

RUN = """base = "base"
[fit]
batch = 24
epochs = 1
max_tokens = 32
[[tasks]]
name = "intent"
kind = "single"
train = ["train.csv"]
labels = ["parking", "repair", "thanks"]
"""


@pytest.fixture
def run(tiny_base: Path, sixty: list[Example], tmp_path: Path) -> Path:
    shutil.copytree(tiny_base, tmp_path / "base")
    (tmp_path / "train.csv").write_text("text,label\n" + "".join(f"{e.text},{e.label}\n" for e in sixty), "utf-8")
    (tmp_path / "run.toml").write_text(RUN, "utf-8")
    return tmp_path / "run.toml"


def test_trials_are_kept_and_the_best_becomes_a_run(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(search.RANGES, "epochs", (1.0, 2.0))
    said: list[str] = []
    assert len(search.search(run, 5, 1, False, said.append)) == 1
    found = search.search(run, 5, 1, False, said.append)
    assert "1 trials are known from before" in said
    assert sorted(row["trial"] for row in found) == [0, 1]
    scores = [row["score"] for row in found if row["score"] is not None]
    assert scores == sorted(scores, reverse=True)
    assert not list(run.parent.glob("search-*"))
    best = settings.load(run.parent / search.BEST)
    assert best.tasks == settings.load(run).tasks
    assert best.fit.batch == found[0]["batch"]
    assert best.fit.max_tokens == 32


def test_the_first_trial_is_the_run_itself_within_the_ranges() -> None:
    first = search.nearest(Fit(weight_decay=0.0, batch=24, epochs=0.5, train="head"), modes=True)
    assert first["weight_decay"] == search.RANGES["weight_decay"][0]
    assert (first["epochs"], first["train"]) == (1.0, "head")
    assert first["batch"] in (16, 32)


def test_a_written_run_reads_back_as_it_was(tmp_path: Path) -> None:
    text = RUN.replace('"base"', '"ba \\"se\\u0001"') + 'validation = "/abs/v.csv"\nweight = 0.5\n'
    (tmp_path / "a.toml").write_text(text, "utf-8")
    described = settings.load(tmp_path / "a.toml")
    (tmp_path / "b.toml").write_text(search.written(described, tmp_path), "utf-8")
    assert settings.load(tmp_path / "b.toml") == described


def test_no_time_is_said(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search.fit, "fit", lambda *_: pytest.fail("a trial began"))
    with pytest.raises(DataError, match="no trial was finished in 0 minutes"):
        search.search(run, 0, 1, False, lambda line: None)
