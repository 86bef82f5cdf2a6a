"""A head at run time is the head that was trained, and a wrong one is refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from models.language.heads import FILE, Head
from models.runtime.artifact import Artifact
from models.runtime.errors import ModelError

torch = pytest.importorskip("torch")

DIM, PIECES, UNITS = 48, 9, 5
LABELS = {
    "single": ("a", "b", "c"),
    "multi": ("a", "b", "c"),
    "tokens": ("O", "B-x", "I-x", "B-y", "I-y"),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trunk's artifact and one head of each kind; the trunk is never run."""
    from types import SimpleNamespace

    from models.training import card, heads
    from models.training.net import HeadSpec, Net

    folder = tmp_path_factory.mktemp("heads")
    (folder / "trunk").mkdir()
    (folder / "trunk" / "model.onnx").write_bytes(b"a trunk")
    card.write(folder / "trunk", card.read(folder / "trunk"))
    torch.manual_seed(0)
    trunk = torch.nn.Module()
    trunk.config = SimpleNamespace(hidden_size=DIM)
    net = Net(trunk, [HeadSpec(kind, kind, labels) for kind, labels in LABELS.items()])
    for head in net.heads.values():
        if head.query is not None:
            torch.nn.init.normal_(head.query)
    for spec in net.specs:
        heads.export(net.heads[spec.name], folder / "trunk", folder / spec.name)
    heads.describe(folder / "single", 2.0, {"kept": 0.4}, about="of a test")
    torch.save(net.eval(), folder / "net.pt")
    return folder


def _load(folder: Path, kind: str) -> Head:
    return Head.load(folder / kind, Artifact.load(folder / "trunk"))


@pytest.mark.parametrize("kind", list(LABELS))
def test_it_says_what_the_trained_head_says(made: Path, kind: str) -> None:
    net = torch.load(made / "net.pt", weights_only=False)
    hidden = np.random.default_rng(1).normal(0, 1, (PIECES, DIM)).astype(np.float32)
    places = [1, 2, 4, 5, 7]
    with torch.no_grad():
        wanted = net.heads[kind](
            torch.from_numpy(hidden)[None], torch.ones(1, PIECES), torch.tensor([places]) if kind == "tokens" else None
        )[0].numpy()
    found = _load(made, kind).logits(hidden, places)
    assert found.shape == wanted.shape
    assert np.abs(found - wanted).max() < 2e-3


def test_probabilities_are_calibrated_and_of_several_labels_each_its_own(made: Path) -> None:
    logits = np.array([1.0, 3.0, -2.0], np.float32)
    single, multi = _load(made, "single"), _load(made, "multi")
    assert (single.temperature, single.thresholds) == (2.0, {"kept": 0.4})
    expected = np.exp(logits / 2) / np.exp(logits / 2).sum()
    assert single.probabilities(logits) == pytest.approx(expected, abs=1e-6)
    assert multi.probabilities(logits) == pytest.approx(1 / (1 + np.exp(-logits)), abs=1e-6)


def test_spans_join_units_and_are_as_sure_as_the_least_of_them(made: Path) -> None:
    head = _load(made, "tokens")
    logits = np.full((UNITS, 5), -4.0, np.float32)
    for unit, (tag, value) in enumerate([(0, 4), (1, 4), (2, 1), (3, 4), (0, 4)]):
        logits[unit, tag] = value
    found = head.spans(logits, [(0, 1), (2, 4), (5, 6), (6, 9), (9, 10)])
    assert [span[:3] for span in found] == [("x", 2, 6), ("y", 6, 9)]
    assert found[0][3] == pytest.approx(head.probabilities(logits)[2, 2])
    assert head.spans(head.logits(np.zeros((3, DIM), np.float32), []), []) == []


def test_an_orphaned_inner_tag_becomes_no_span(made: Path) -> None:
    head = _load(made, "tokens")
    chance = np.random.default_rng(0)
    for _ in range(200):
        logits = chance.normal(0, 3, (UNITS, 5)).astype(np.float32)
        logits[:, [2, 4]] += 3
        spans = head.spans(logits, [(n, n + 1) for n in range(UNITS)])
        covered = [place for _, start, end, _ in spans for place in range(start, end)]
        assert len(covered) == len(set(covered))


def test_damage_and_another_trunk_are_refused(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made, tmp_path / "copy")
    copy = tmp_path / "copy"
    (copy / "trunk" / "model.onnx").write_bytes(b"other trunk")
    from models.training import card

    card.write(copy / "trunk", card.read(copy / "trunk"))
    with pytest.raises(ModelError, match="trained on another trunk"):
        _load(copy, "single")
    with pytest.raises(ModelError, match="no section head"):
        Head.load(made / "trunk", Artifact.load(made / "trunk"))


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04" + b"\0" * 40, b"short"])
def test_a_damaged_file_is_refused(made: Path, tmp_path: Path, content: bytes) -> None:
    from models.training import card

    folder = shutil.copytree(made, tmp_path / "copy")
    (folder / "multi" / FILE).write_bytes((folder / "multi" / FILE).read_bytes()[:-9])
    with pytest.raises(ModelError):
        _load(folder, "multi")
    (folder / "multi" / FILE).write_bytes(content)
    card.write(folder / "multi", card.read(folder / "multi"))
    with pytest.raises(ModelError, match="cannot be read"):
        _load(folder, "multi")


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "other"}, {"labels": ["a"]}, {"labels": 3}, {"temperature": 0}, {"temperature": "warm"},
        {"thresholds": [1]}, {"trunk": None},
    ],
)  # fmt: skip
def test_a_card_that_describes_it_wrongly_is_refused(made: Path, tmp_path: Path, change: dict[str, object]) -> None:
    folder = shutil.copytree(made, tmp_path / "copy")
    path = folder / "single" / "card.json"
    described = json.loads(path.read_text("utf-8"))
    described["head"] |= change
    path.write_text(json.dumps(described), "utf-8")
    with pytest.raises(ModelError):
        _load(folder, "single")


def test_arrays_of_the_wrong_shape_are_refused(made: Path, tmp_path: Path) -> None:
    from models.training import card

    folder = shutil.copytree(made, tmp_path / "copy")
    with np.load(folder / "single" / FILE) as held:
        arrays = dict(held)
    for name, wrong in (
        ("query", arrays["query"][:-1]),
        ("inner_bias", arrays["inner_bias"][:-1]),
        ("outer_weight", arrays["outer_weight"][0]),
    ):
        np.savez(folder / "single" / FILE, **(arrays | {name: wrong}))
        card.write(folder / "single", card.read(folder / "single"))
        with pytest.raises(ModelError, match="shape"):
            _load(folder, "single")
