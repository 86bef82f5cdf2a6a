"""A model's files are what its card says, or there is one error that says which is not."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from models.language.encoder import SentenceEncoder
from models.runtime.artifact import Artifact
from models.runtime.errors import ModelError
from models.runtime.session import Session

SHIPPED = Path(__file__).parents[3] / "models" / "artifacts" / "trunk"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "model"))


def _flip(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1000])


def _grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"\0")


def test_the_shipped_model_is_whole_and_small() -> None:
    listed = Artifact.load(SHIPPED).card["files"]
    assert {"model.onnx", "weights.npz", "tokenizer.json", "background.npz"} <= set(listed)
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) <= 25e6


@pytest.mark.parametrize("name", ["model.onnx", "weights.npz", "tokenizer.json", "background.npz", "wordings.npz"])
@pytest.mark.parametrize(
    ("damage", "says"), [(_flip, "SHA-256"), (_truncate, "bytes"), (_grow, "bytes"), (Path.unlink, "cannot be read")]
)
def test_damage_to_any_file_is_named(copy: Path, name: str, damage: Callable[[Path], None], says: str) -> None:
    damage(copy / name)
    with pytest.raises(ModelError, match=says) as caught:
        SentenceEncoder.load(copy)
    assert name in caught.value.message
    assert "again" in caught.value.remedy


@pytest.mark.parametrize(
    "content",
    [
        "", "[]", "{", "{}", '{"format": 2, "files": {}}', '{"format": 1, "files": []}',
        '{"format": 1, "files": {"../x": {"bytes": 1, "sha256": ""}}}', '{"format": 1, "files": {"x": 7}}',
        '{"format": 1, "files": {"x": {"bytes": "many"}}}', "\udcff", " " * (2 << 20),
    ],
)  # fmt: skip
def test_a_damaged_card_is_one_error(copy: Path, content: str) -> None:
    (copy / "card.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(ModelError):
        Artifact.load(copy)


@pytest.mark.parametrize("section", ["encoder", "retrieval"])
def test_a_card_without_its_figures_is_one_error(copy: Path, section: str) -> None:
    from models.language import Passage, Retriever

    described = json.loads((copy / "card.json").read_text("utf-8"))
    described[section] = {"dim": "wide"}
    (copy / "card.json").write_text(json.dumps(described), "utf-8")
    with pytest.raises(ModelError, match="card"):
        Retriever(SentenceEncoder.load(copy), [Passage("a", "b", "en")])


def test_a_folder_that_is_not_there_is_one_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no model"):
        Artifact.load(tmp_path / "none")


def test_onnxruntime_refuses_with_our_error(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"no model")
    with pytest.raises(ModelError, match="cannot load"):
        Session(tmp_path / "model.onnx")
    with pytest.raises(ModelError, match="threads"):
        Session(SHIPPED / "model.onnx", 0)
    with pytest.raises(ModelError, match="make no model"):
        Session(SHIPPED / "model.onnx", weights=tmp_path / "model.onnx")
    whole = Artifact.load(SHIPPED).session()
    with pytest.raises(ModelError, match="refused its input"):
        whole.run({"input_ids": np.zeros((1, 3), np.int64)})
