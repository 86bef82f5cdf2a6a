"""The kept vectors: a faster start, never another answer."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from models.language import knowledge
from models.language.encoder import Kind, SentenceEncoder
from models.language.vectors import VectorCache, shipped
from models.runtime.errors import ModelError
from models.training import card

SHIPPED = Path(__file__).parents[3] / "models" / "artifacts" / "trunk"
ESTATE = Path(__file__).parents[3] / "agent" / "desk" / "knowledge" / "estate.md"
OWN = ["一句文件里没有的话", "a sentence that no file has"]


class Counting(SentenceEncoder):
    """Notes what it was asked to embed."""

    def embed(self, texts: Sequence[str], kind: Kind = "query") -> NDArray[np.float32]:
        self.__dict__.setdefault("asked", []).extend(texts)
        return super().embed(texts, kind)

    @property
    def asked(self) -> list[str]:
        asked: list[str] = self.__dict__.pop("asked", [])
        return asked


@pytest.fixture(scope="module")
def counting() -> Counting:
    return Counting.load(SHIPPED)


def test_only_new_texts_are_embedded_after_a_restart(counting: Counting, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "vectors.npz"
    first = VectorCache(path)
    vectors = first.embed(counting, OWN)
    first.save()
    assert sorted(counting.asked) == sorted(OWN)
    again = VectorCache(path).embed(counting, [*OWN, "new"])
    assert counting.asked == ["new"]
    assert np.array_equal(again[:2], vectors)
    assert [file.name for file in path.parent.iterdir()] == ["vectors.npz"]


def test_wordings_that_ship_are_not_embedded_again(counting: Counting, encoder: SentenceEncoder) -> None:
    text = "家里闻到煤气味怎么办？"
    shipped = VectorCache().embed(counting, [text])
    assert counting.asked == []
    assert (shipped @ encoder.embed([text]).T).item() > 0.9999


def test_nearly_all_of_the_estates_wordings_ship(encoder: SentenceEncoder) -> None:
    """Else a first start embeds them: louguan-lab build retrieval."""
    texts = [passage.text for passage in knowledge.read(ESTATE).passages()]
    assert len(shipped(encoder.artifact, texts)) > 0.9 * len(texts)


@pytest.mark.parametrize("damage", ["flip", "truncate", "empty"])
def test_a_damaged_file_is_said_and_made_again(
    counting: Counting, tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    path = tmp_path / "vectors.npz"
    cache = VectorCache(path)
    vectors = cache.embed(counting, OWN)
    cache.save()
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes({"flip": bytes(raw), "truncate": raw[:-7], "empty": b""}[damage])
    with caplog.at_level(logging.WARNING):
        again = VectorCache(path).embed(counting, OWN)
    assert np.array_equal(again, vectors)
    assert f"{path} is damaged" in caplog.text


def test_vectors_of_another_model_are_not_used(counting: Counting, tmp_path: Path) -> None:
    path = tmp_path / "vectors.npz"
    cache = VectorCache(path)
    cache.embed(counting, OWN)
    cache.save()
    other = tmp_path / "other"
    shutil.copytree(SHIPPED, other)
    (other / "model.onnx").open("ab").write(b"\x32\x00")
    card.write(other, card.read(other))
    encoder = Counting.load(other)
    VectorCache(path).embed(encoder, OWN)
    assert sorted(encoder.asked) == sorted(OWN)


def test_what_is_no_longer_asked_for_is_forgotten(counting: Counting, tmp_path: Path) -> None:
    path = tmp_path / "vectors.npz"
    cache = VectorCache(path)
    cache.embed(counting, OWN)
    cache.embed(counting, OWN[:1])
    cache.save()
    assert counting.asked
    VectorCache(path).embed(counting, OWN)
    assert counting.asked == OWN[1:]


def test_embedding_can_be_stopped(counting: Counting) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(ModelError, match="stopped"):
        VectorCache().embed(counting, OWN, stop)
