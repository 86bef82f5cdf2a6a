"""Training on a tiny random model: it learns, it resumes to the bit, and it moves only what it may."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from models.training import batches, checkpoint, fit
from models.training.batches import Row
from models.training.checkpoint import CheckpointError, Origin
from models.training.data import DataError, Example
from models.training.net import HeadSpec, Net
from models.training.quantize import round_blocks
from models.training.settings import Fit

INTENT = HeadSpec("intent", "single", ("parking", "repair", "thanks"))
QUICK = Fit(learning_rate=5e-3, head_learning_rate=5e-3, batch=8, epochs=8, max_tokens=32)


def _made(base: Path, examples: list[Example]) -> tuple[Net, list[Row]]:
    trunk, tokenizer = checkpoint.load(base)
    torch.manual_seed(0)
    return Net(trunk, [INTENT]), batches.rows(examples, INTENT, batches.Encoder(tokenizer, 32))


def _weights(net: Net) -> dict[str, Any]:
    return {name: value.clone() for name, value in net.state_dict().items()}


def _fit(
    base: Path, examples: list[Example], work: Path, **changed: Any
) -> tuple[Net, dict[str, Any], dict[str, float]]:
    net, rows = _made(base, examples)
    before = _weights(net)
    found = fit.fit(net, rows[::2], rows[1::2], QUICK.model_copy(update=changed), work, 1, lambda line: None)
    return net, before, found


def test_it_learns_and_leaves_no_state_behind(tiny_base: Path, sixty: list[Example], tmp_path: Path) -> None:
    said: list[str] = []
    records: list[dict[str, Any]] = []
    net, rows = _made(tiny_base, sixty)
    before = fit.evaluate(net, rows[1::2], 1)
    after = fit.fit(net, rows[::2], rows[1::2], QUICK, tmp_path / "work", 1, said.append, records.append)
    assert before["score"] < 0.6
    assert after["score"] == after["intent_accuracy"] > 0.9
    assert not (tmp_path / "work").exists()
    assert sum(line.startswith("epoch") for line in said) == 8
    assert max(record.get("eval_score", 0) for record in records) == after["score"]
    assert all(parameter.requires_grad for parameter in net.parameters())


def test_the_best_weights_remain_and_patience_ends_early(tiny_base: Path, sixty: list[Example], tmp_path: Path) -> None:
    net, rows = _made(tiny_base, sixty)
    records: list[dict[str, Any]] = []
    settings = QUICK.model_copy(update={"epochs": 30.0, "patience": 2, "evaluate_steps": 2})
    found = fit.fit(net, rows[::2], rows[1::2], settings, tmp_path / "w", 1, lambda line: None, records.append)
    scores = [record["eval_score"] for record in records if "eval_score" in record]
    assert len(scores) < 60
    assert found["score"] == max(scores) == fit.evaluate(net, rows[1::2], 1)["score"]
    assert scores[-2:] != [max(scores)] * 2 or scores.index(max(scores)) < len(scores) - 2


_KILLED = """
import os, pickle, signal, sys
from pathlib import Path
import torch
from models.training import fit
net, rows, settings, work, stop = pickle.loads(Path(sys.argv[1]).read_bytes())
def watch(record):
    if record["step"] >= stop and "eval_score" in record:
        os.kill(os.getpid(), signal.SIGKILL)
fit.fit(net, rows[::2], rows[1::2], settings, work, 1, lambda line: None, watch)
"""


@pytest.mark.parametrize(("steps", "stop"), [(0, 8), (3, 9)])
def test_killed_and_begun_again_it_comes_to_the_same_weights(
    tiny_base: Path, sixty: list[Example], tmp_path: Path, steps: int, stop: int
) -> None:
    settings = QUICK.model_copy(update={"evaluate_steps": steps})
    whole, rows = _made(tiny_base, sixty)
    fit.fit(whole, rows[::2], rows[1::2], settings, tmp_path / "whole", 1, lambda line: None)
    net, rows = _made(tiny_base, sixty)
    kept = tmp_path / "arguments.pickle"
    kept.write_bytes(pickle.dumps((net, rows, settings, tmp_path / "work", stop)))
    died = subprocess.run(
        [sys.executable, "-c", _KILLED, str(kept)], check=False, capture_output=True, timeout=120,
        cwd=Path(__file__).parents[3], env={**os.environ, "OMP_NUM_THREADS": str(torch.get_num_threads())},
    )  # fmt: skip
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert list((tmp_path / "work").glob("checkpoint-*"))
    steps_seen: list[int] = []
    fit.fit(
        net, rows[::2], rows[1::2], settings, tmp_path / "work", 1, lambda line: None,
        lambda record: steps_seen.append(record["step"]),
    )  # fmt: skip
    assert steps_seen == sorted(steps_seen)
    for name, value in _weights(whole).items():
        assert torch.equal(value, net.state_dict()[name]), name


def test_a_checkpoint_that_was_cut_short_is_passed_over(tiny_base: Path, sixty: list[Example], tmp_path: Path) -> None:
    (tmp_path / "work" / "checkpoint-5").mkdir(parents=True)
    (tmp_path / "work" / "checkpoint-5" / "trainer_state.json").write_text("{}")
    _, _, found = _fit(tiny_base, sixty, tmp_path / "work")
    assert found["score"] > 0.9


@pytest.mark.parametrize("mode", ["head", "top", "all"])
def test_only_what_may_move_moves(tiny_base: Path, sixty: list[Example], tmp_path: Path, mode: str) -> None:
    net, before, _ = _fit(tiny_base, sixty, tmp_path / "w", train=mode, top=1, epochs=1.0)
    moved = {name for name, value in _weights(net).items() if not torch.equal(value, before[name])}
    assert any(name.startswith("heads.") for name in moved)
    assert any("layer.1." in name for name in moved) is (mode != "head")
    assert any("layer.0." in name or "embeddings" in name for name in moved) is (mode == "all")


def test_low_rank_additions_are_merged(tiny_base: Path, sixty: list[Example], tmp_path: Path) -> None:
    net, before, found = _fit(tiny_base, sixty, tmp_path / "w", train="lora", lora_rank=4, epochs=6.0)
    after = _weights(net)
    assert after.keys() == before.keys()
    key = "trunk.encoder.layer.0.attention.self.query.weight"
    assert np.linalg.matrix_rank((after[key] - before[key]).numpy(), tol=1e-4) in range(1, 5)
    assert torch.equal(
        after["trunk.embeddings.word_embeddings.weight"], before["trunk.embeddings.word_embeddings.weight"]
    )
    assert found == fit.evaluate(net, _made(tiny_base, sixty)[1][1::2], 1)


def test_weights_trained_in_four_bits_lie_on_the_grid(tiny_base: Path, sixty: list[Example], tmp_path: Path) -> None:
    net, before, found = _fit(tiny_base, sixty, tmp_path / "w", four_bits=True)
    assert found["score"] > 0.8
    after = _weights(net)
    assert after.keys() == before.keys()
    for name, value in after.items():
        if value.ndim == 2 and ("encoder" in name or "word_embeddings" in name):
            steps, scales = round_blocks(value.numpy())
            grid = steps.reshape(len(value), -1, 32) * scales[..., None]
            assert np.abs(grid.reshape(value.shape) - value.numpy()).max() < 1e-6, name
    assert not net.trunk.embeddings.word_embeddings._forward_hooks


def test_a_saved_net_is_the_same_when_loaded(tiny_base: Path, sixty: list[Example], tmp_path: Path) -> None:
    net, rows = _made(tiny_base, sixty)
    fit.save(net, checkpoint.load(tiny_base)[1], tmp_path, Origin("a test"))
    again, tokenizer = fit.load(tmp_path)
    assert again.specs == [INTENT]
    assert fit.pad_id(tokenizer) == 1
    for one, two in zip(fit.logits(net, "intent", rows, 1), fit.logits(again, "intent", rows, 1), strict=True):
        assert np.array_equal(one, two)
    assert fit.load(tiny_base)[0].specs == []


@pytest.mark.parametrize(
    ("name", "content"), [("heads.pt", b"PK\x03\x04 broken"), ("heads.json", b"[{]"), ("heads.pt", b"")]
)
def test_damaged_heads_are_one_error(tiny_base: Path, tmp_path: Path, name: str, content: bytes) -> None:
    net, _ = _made(tiny_base, [])
    fit.save(net, checkpoint.load(tiny_base)[1], tmp_path, Origin("a test"))
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CheckpointError, match=r"heads"):
        fit.load(tmp_path)


def test_nothing_to_train_on_and_a_figure_that_is_not_there_are_said(
    tiny_base: Path, sixty: list[Example], tmp_path: Path
) -> None:
    with pytest.raises(DataError, match="nothing to train on"):
        _fit(tiny_base, [], tmp_path)
    with pytest.raises(DataError, match=r"no figure 'f1'") as caught:
        _fit(tiny_base, sixty, tmp_path, metric="f1")
    assert "intent_macro_f1" in caught.value.remedy


def test_a_run_is_tracked_when_asked(
    tiny_base: Path, sixty: list[Example], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mlflow = pytest.importorskip("mlflow")
    monkeypatch.chdir(tmp_path)
    for name in ("MLFLOW_TRACKING_URI", "DISABLE_MLFLOW_INTEGRATION"):
        monkeypatch.setenv(name, os.environ.get(name, ""))
    address = f"sqlite:///{tmp_path / 'runs.db'}"
    _fit(tiny_base, sixty, tmp_path / "w", mlflow=address, epochs=1.0)
    runs = mlflow.MlflowClient(address).search_runs(["0"])
    assert len(runs) == 1
    assert "eval_score" in runs[0].data.metrics
    assert runs[0].data.params["learning_rate"] == "0.005"
