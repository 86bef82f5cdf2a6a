"""A student learns what a teacher with another vocabulary knows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from models.training import batches, checkpoint, distil, fit
from models.training.batches import Encoder
from models.training.checkpoint import CheckpointError, Origin
from models.training.data import Example
from models.training.net import HeadSpec, Net
from models.training.settings import Fit

INTENT = HeadSpec("intent", "single", ("parking", "repair", "thanks"))
SLOTS = HeadSpec("slots", "tokens", ("O", *(f"{k}-{n}" for n in INTENT.labels for k in "BI")))


@pytest.fixture(scope="module")
def teacher(tiny_other: Path, sixty: list[Example], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Reads letter by letter; its heads are as they began, which is all that a student needs."""
    folder = tmp_path_factory.mktemp("teacher")
    trunk, tokenizer = checkpoint.load(tiny_other)
    torch.manual_seed(5)
    fit.save(Net(trunk, [INTENT, SLOTS]), tokenizer, folder, Origin("a test"))
    return folder


def test_states_lie_on_the_same_units_in_both_vocabularies(tiny_base: Path, tiny_other: Path) -> None:
    (net, tokenizer), (_, own) = fit.load(tiny_other), fit.load(tiny_base)
    texts = ["my car now", "the leak"]
    known = distil.states(net, Encoder(tokenizer, 64), 1, texts)
    assert [len(item) for item in known] == [4, 3]
    rows = distil.with_states(texts, Encoder(own, 64), known)
    assert [len(row.places) for row in rows] == [3, 2]
    assert all(len(row.places) + 1 == len(row.states) for row in rows if row.states is not None)


def test_a_student_comes_nearer_to_the_states(
    tiny_base: Path, tiny_other: Path, sixty: list[Example], tmp_path: Path
) -> None:
    (net, tokenizer), (student, own) = fit.load(tiny_other), fit.load(tiny_base)
    texts = [e.text for e in sixty]
    rows = distil.with_states(texts, Encoder(own, 64), distil.states(net, Encoder(tokenizer, 64), 1, texts))
    before = fit.evaluate(student, rows[::3], 1)["states_loss"]
    after = fit.fit(student, rows, rows[::3], Fit(learning_rate=3e-3, epochs=4, batch=8, dropout=0), tmp_path / "w", 1)
    assert after["states_loss"] < 0.7 * before
    assert after["score"] == -after["states_loss"]


@pytest.mark.parametrize("spec", [INTENT, SLOTS], ids=["classes", "slots"])
def test_the_teachers_logits_stand_beside_the_targets(
    teacher: Path, tiny_base: Path, sixty: list[Example], spec: HeadSpec
) -> None:
    _, own = fit.load(tiny_base)
    rows = batches.rows(sixty, spec, Encoder(own, 32))
    distil.teach(teacher, sixty, rows, spec, 32)
    net, tokenizer = fit.load(teacher)
    theirs = fit.logits(net, spec.name, batches.rows(sixty, spec, Encoder(tokenizer, 32)), 1)
    for row, logits in zip(rows, theirs, strict=True):
        assert np.allclose(row.soft[spec.name], logits, atol=2e-3)


def test_a_text_that_the_teacher_cuts_off_earlier_is_taught_as_far(teacher: Path, tiny_base: Path) -> None:
    _, own = fit.load(tiny_base)
    examples = [Example("please my garage is broken today", spans=())]
    rows = batches.rows(examples, SLOTS, Encoder(own, 20))
    whole = len(rows[0].places)
    distil.teach(teacher, examples, rows, SLOTS, 20)
    row = rows[0]
    assert 0 < len(row.soft["slots"]) == len(row.places) == len(row.sizes) == len(row.targets["slots"]) < whole


def test_a_taught_student_agrees_with_its_teacher(
    teacher: Path, tiny_base: Path, sixty: list[Example], tmp_path: Path
) -> None:
    trunk, own = checkpoint.load(tiny_base)
    torch.manual_seed(0)
    student = Net(trunk, [INTENT])
    rows = batches.rows(sixty, INTENT, Encoder(own, 32))
    distil.teach(teacher, sixty, rows, INTENT, 32)

    def distance() -> float:
        ours = fit.logits(student, "intent", rows, 1)
        return float(
            np.mean([np.abs(a - np.float32(r.soft["intent"])).mean() for a, r in zip(ours, rows, strict=True)])
        )

    student.weights = {}
    before = distance()
    for row in rows:
        row.targets["intent"] = int(row.soft["intent"].argmax())
    fit.fit(student, rows, rows[::3], Fit(learning_rate=2e-3, epochs=3, batch=8, dropout=0), tmp_path / "w", 1)
    assert before > 0
    assert fit.evaluate(student, rows, 1)["intent_accuracy"] > 0.8


def test_other_labels_are_refused_by_name(teacher: Path, tiny_base: Path, sixty: list[Example]) -> None:
    _, own = fit.load(tiny_base)
    for spec, says in (
        (HeadSpec("intent", "single", ("parking", "repair", "fees")), "only one of them knows fees, thanks"),
        (HeadSpec("intent", "single", INTENT.labels[::-1]), "in another order"),
        (HeadSpec("topic", "single", ("a",)), "no head topic; its heads: intent, slots"),
    ):
        with pytest.raises(CheckpointError, match=says):
            distil.teach(teacher, [], [], spec, 32)
    row = batches.rows(sixty[:1], INTENT, Encoder(own, 32))
    with pytest.raises(CheckpointError, match="teacher decides 2 labels, the student 3"):
        distil.add_logits(row, INTENT, [np.zeros(2)])
