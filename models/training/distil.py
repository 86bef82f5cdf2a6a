"""What a teacher knows, written beside the examples that a student then learns from.

First its hidden states of unlabelled text, unit by unit, so that teacher and student may have other vocabularies; then
its logits for the task. Both are computed once, so that the student's training is an ordinary one (`fit.fit`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from models.language.units import units
from models.training import batches, fit
from models.training.batches import Encoder, Row, _padded, collate
from models.training.checkpoint import CheckpointError
from models.training.data import Example
from models.training.net import HeadSpec, Net, pooled, unit_states

BATCH = 64


@torch.inference_mode()
def states(
    net: Net, encoder: Encoder, pad: int, texts: Sequence[str], words: Sequence[Sequence[tuple[int, int]]] | None = None
) -> list[NDArray[np.float16]]:
    """Of each text the mean state of each unit's pieces and, last, of the text's: shape (units + 1, dim)."""
    net.eval()
    rows = [
        Row(*encoder.placed(text, words[number] if words and words[number] else units(text)))
        for number, text in enumerate(texts)
    ]
    found: list[Any] = [None] * len(rows)
    order = sorted(range(len(rows)), key=lambda n: len(rows[n].ids))
    for start in range(0, len(order), BATCH):
        numbers = order[start : start + BATCH]
        batch = collate([rows[n] for n in numbers], pad)
        hidden = net.trunk(batch["input_ids"], batch["attention_mask"]).last_hidden_state
        places = _padded([rows[n].places for n in numbers], 0)
        by_unit = unit_states(hidden, places, _padded([rows[n].sizes for n in numbers], 0)).numpy()
        whole = pooled(hidden, batch["attention_mask"]).numpy()
        for number, unit, text in zip(numbers, by_unit, whole, strict=True):
            found[number] = np.concatenate([unit[: len(rows[number].places)], text[None]]).astype(np.float16)
    return found


def with_states(
    texts: Sequence[str],
    encoder: Encoder,
    known: Sequence[NDArray[np.float16]],
    words: Sequence[Sequence[tuple[int, int]]] | None = None,
) -> list[Row]:
    """Rows from which a student learns a teacher's states (of `states`)."""  # fmt: skip
    found = []
    for number, (text, state) in enumerate(zip(texts, known, strict=True)):
        row = Row(*encoder.placed(text, words[number] if words and words[number] else units(text)))
        count = min(len(row.places), len(state) - 1)
        if count:
            row.places, row.sizes = row.places[:count], row.sizes[:count]
            row.states = np.concatenate([state[:count], state[-1:]])
            found.append(row)
    return found


def add_logits(rows: Sequence[Row], spec: HeadSpec, given: Sequence[Any]) -> None:
    """Puts a teacher's logits beside the targets of its head.

    Of a long text that the teacher's pieces cover less of than the student's, the rest of the row is left out.

    Raises:
        CheckpointError: the teacher's head has other labels.
    """
    for row, logits in zip(rows, given, strict=True):
        if logits.shape[-1] != len(spec.labels):
            raise CheckpointError(
                f"the teacher decides {logits.shape[-1]} labels, the student {len(spec.labels)}.",
                "Train both on the same labels.",
            )
        if spec.kind == "tokens":
            count = min(len(logits), len(row.places))
            row.places, row.sizes = row.places[:count], row.sizes[:count]
            row.targets[spec.name], logits = row.targets[spec.name][:count], logits[:count]
        row.soft[spec.name] = np.asarray(logits, np.float16)


def teach(teacher: Path, examples: Sequence[Example], rows: Sequence[Row], spec: HeadSpec, max_tokens: int) -> None:
    """Adds the logits of the checkpoint `teacher`, which may have another vocabulary, to the students' `rows`.

    Raises:
        CheckpointError: it has no head of that name, or other labels.
    """
    net, tokenizer = fit.load(teacher)
    known = next((held for held in net.specs if held.name == spec.name), None)
    if known is None:
        heads = ", ".join(held.name for held in net.specs) or "none"
        raise CheckpointError(f"{teacher} has no head {spec.name}; its heads: {heads}.", "Name the task as it does.")
    if known.kind != spec.kind or known.labels != spec.labels:
        odd = sorted({*known.labels} ^ {*spec.labels})
        why = f"only one of them knows {', '.join(odd[:5])}" if odd else "in another order"
        raise CheckpointError(
            f"the head {spec.name} of {teacher} decides other labels than the student: {why}.",
            "Give the student's task the teacher's labels, in order.",
        )
    own = batches.rows(examples, spec, Encoder(tokenizer, max_tokens))
    add_logits(rows, spec, fit.logits(net, spec.name, own, fit.pad_id(tokenizer)))
