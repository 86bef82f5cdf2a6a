"""From a checkpoint to an artifact, on a tiny random model made here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from hal.errors import LouguanError
from models.language.encoder import SentenceEncoder
from models.training import checkpoint, cut, export, lab
from models.training.checkpoint import CheckpointError, Origin
from models.training.deps import MissingExtra, need

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

TEXTS = ["水管漏水了", "停车证", "a pipe is leaking", "parking permit"]
LETTERS = "abcdefghijklmnopqrstuvwxyz,.?!:水管漏了停车证电梯"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of 3 layers of 64 with a Unigram vocabulary of some 200 pieces."""
    folder = tmp_path_factory.mktemp("tiny") / "base"
    pieces = [(text, 0.0) for text in ("<s>", "<pad>", "</s>", "<unk>")] + [("▁", -2.0), ("▁query", -3.0)]
    pieces += [(letter, -6.0) for letter in LETTERS] + [("水管", -5.0), ("漏水", -5.5), ("▁parking", -7.0)]
    pieces += [
        (f"▁{a}{b}", -8.0 - i / 10) for i, (a, b) in enumerate(zip(LETTERS[:26] * 6, LETTERS[3:26] * 7, strict=False))
    ]
    pieces = list(dict(pieces).items())
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=len(pieces), hidden_size=64, num_hidden_layers=3, num_attention_heads=2, intermediate_size=128,
        max_position_embeddings=80, type_vocab_size=2, pad_token_id=1,
    )  # fmt: skip
    model = transformers.BertModel(config, add_pooling_layer=False)
    checkpoint.save(model, checkpoint.unigram(pieces, 3, 0, 2, 1), folder, Origin("made by a test"))
    return folder


@pytest.fixture(scope="module")
def small(tiny: Path) -> Path:
    out = tiny.parent / "small"
    cut.cut(tiny, out, TEXTS, 100, 2)
    return out


def _in_torch(folder: Path, text: str) -> np.ndarray:
    model, tokenizer = checkpoint.load(folder)
    with torch.no_grad():
        ids = torch.tensor([tokenizer.encode("query: " + text).ids])
        vector = model.eval()(input_ids=ids).last_hidden_state[0].mean(0).numpy()
    return np.asarray(vector / np.linalg.norm(vector))


def test_cutting_keeps_what_the_texts_use(tiny: Path, small: Path) -> None:
    (_, before), (model, after) = checkpoint.load(tiny), checkpoint.load(small)
    assert model.config.num_hidden_layers == 2
    assert after.get_vocab_size() == model.config.vocab_size == 100
    for text in TEXTS:
        assert before.encode(text).tokens == after.encode(text).tokens
    origin = checkpoint.read_origin(small)
    assert origin.base == "made by a test"
    assert origin.steps[0]["layers_before"] == 3


def test_cutting_only_the_vocabulary_changes_no_vector(tiny: Path, tmp_path: Path) -> None:
    cut.cut(tiny, tmp_path, TEXTS, 100, 3)
    for text in TEXTS:
        assert _in_torch(tiny, text) @ _in_torch(tmp_path, text) > 0.99999


def test_the_first_and_the_last_layer_stay() -> None:
    assert cut.evenly(12, 6) == [0, 2, 4, 7, 9, 11]
    assert cut.evenly(12, 12) == list(range(12))
    assert cut.evenly(12, 1) == [11]


@pytest.mark.parametrize("bits", [8, 4])
def test_the_exported_model_says_what_torch_says(small: Path, tmp_path: Path, bits: int) -> None:
    out = tmp_path / "tiny-encoder"
    export.export(small, out, bits)
    encoder = SentenceEncoder.load(out)
    for text, vector in zip(TEXTS, encoder.embed(TEXTS), strict=True):
        assert vector @ _in_torch(small, text) > (0.99 if bits == 8 else 0.97), text
    described = json.loads((out / "card.json").read_text("utf-8"))
    assert described["base"] == "made by a test"
    assert f"{bits} bits" in (out / "card.md").read_text("utf-8")


def test_a_folder_is_imported_as_a_base(tiny: Path, tmp_path: Path) -> None:
    checkpoint.import_base(str(tiny), tmp_path)
    assert _in_torch(tiny, TEXTS[0]) @ _in_torch(tmp_path, TEXTS[0]) > 0.99999


def test_what_cannot_be_done_is_said(tiny: Path, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="no checkpoint"):
        cut.cut(tmp_path, tmp_path / "out", TEXTS, 100, 2)
    with pytest.raises(CheckpointError, match="4 layers of 3"):
        cut.cut(tiny, tmp_path / "out", TEXTS, 100, 4)
    with pytest.raises(CheckpointError, match="3 bits"):
        export.export(tiny, tmp_path / "out", 3)
    with pytest.raises(MissingExtra, match="no_such_package"):
        need("no_such_package")


def _lab(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from models.training.lab import main; main()", *arguments],
        capture_output=True, text=True, timeout=120, check=False,
        env={"HF_HUB_OFFLINE": "1", "PATH": "/usr/bin:/bin", "COLUMNS": "100", "OMP_NUM_THREADS": "1"},
    )  # fmt: skip


def test_the_lab_makes_an_artifact_step_by_step(tiny: Path, tmp_path: Path) -> None:
    base, small, out = (str(tmp_path / name) for name in ("base", "small", "out"))
    for step in (["base", "import", str(tiny), base], ["cut", base, small, "--layers", "2"], ["export", small, out]):
        done = CliRunner().invoke(lab.app, step)
        assert done.exit_code == 0, done.output
    assert "8 bits" in json.loads((tmp_path / "out" / "card.json").read_text("utf-8"))["about"]


def test_the_lab_says_in_one_line_what_is_wrong(tmp_path: Path) -> None:
    done = _lab("cut", str(tmp_path), str(tmp_path / "out"))
    assert done.returncode == 1
    assert "no checkpoint" in done.stderr
    assert "Traceback" not in done.stderr
    for step, says in (
        (["base", "import", str(tmp_path / "a.bin"), str(tmp_path / "out")], "no base model"),
        (["evaluate", "desk", "--data", str(tmp_path / "none")], "cannot be read"),
        (["evaluate", "desk", "--model", str(tmp_path)], "no model"),
    ):
        failed = CliRunner().invoke(lab.app, step)
        assert isinstance(failed.exception, LouguanError), step
        assert says in str(failed.exception)


@pytest.mark.parametrize(
    "command",
    [
        "",
        "base import",
        "cut",
        "export",
        "build retrieval",
        "build heads",
        "build language",
        "benchmark skab",
        "evaluate desk",
    ],
)
def test_every_command_of_the_lab_helps_in_both_languages(command: str) -> None:
    done = CliRunner().invoke(lab.app, [*command.split(), "--help"])
    assert done.exit_code == 0, done.output
    assert any("\u4e00" <= char <= "\u9fff" for char in done.output), command
