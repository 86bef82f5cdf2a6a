"""A trunk that is fine-tuned together with all heads, from the base model and the corpora, in one go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from models.language import knowledge
from models.training import (
    batches,
    build,
    build_heads,
    card,
    cases,
    checkpoint,
    corpus,
    cut,
    distil,
    export,
    fit,
    residents,
)  # fmt: skip
from models.training.batches import Row
from models.training.corpus import Said
from models.training.net import STATES, Net
from models.training.settings import Fit

Say = Callable[[str], object]
FIRST = Fit(
    learning_rate=2e-4,
    head_learning_rate=2e-3,
    batch=32,
    epochs=3,
    metric="intent_accuracy",
    label_smoothing=0.05,
    max_tokens=64,
)
"""Settings of the first stage: all heads together, the base's states kept."""
SECOND = FIRST.model_copy(
    update={
        "learning_rate": 8e-5, "head_learning_rate": 5e-4, "batch": 48, "epochs": 1, "four_bits": True, "seed": 1,
    }
)  # fmt: skip
"""Settings of the second: the same in 4 bits."""
ABUSE, STRANGERS = 3000, 1500
"""Sentences of COLD, and of other assistants for out_of_scope."""
TRUNK = "trunk"
KEEP = 1.0
"""Weight of the base's states beside the heads' losses: the retriever lives on them."""


def train(source: str, work: Path, sources: build.Sources, say: Say) -> None:
    """Leaves the trained trunk in `work`/trained. Steps that are complete in `work` are not done again, so a run that
    was killed goes on where it was.

    Raises:
        BaseModelError, CheckpointError, DataError, KnowledgeError: what the step in question refuses.
    """
    gathered = corpus.shipped()
    passages = knowledge.read(sources.knowledge).passages()
    unlabelled = [passage.text for passage in passages] + [text for text, _ in cases.background()]
    base, small = work / "base", work / "small"
    if not (base / checkpoint.ORIGIN).is_file():
        say(f"import {source}")
        checkpoint.import_base(source, base)
    said = residents.tidy(gathered.said) + residents.strangers(sources.public, STRANGERS)
    if not (small / checkpoint.ORIGIN).is_file():
        say(f"cut to {build.PIECES} pieces")
        public, _ = build.vocabulary_texts(passages, sources.public)
        cut.cut(base, small, [s.text for s in said] * 3 + public, build.PIECES, build.LAYERS)
    held = residents.tidy(corpus.read([build_heads.DEV]).said)
    _stages(small, work, residents.grown(said, gathered.templates), held, sources.public, unlabelled, say)


def _stages(
    small: Path, work: Path, more: Sequence[Said], held: Sequence[Said], public: Path, unlabelled: Sequence[str],
    say: Say,
) -> None:  # fmt: skip
    trunk, tokenizer = checkpoint.load(small)
    net, pad = Net(trunk, residents.SPECS), fit.pad_id(tokenizer)
    encoder = batches.Encoder(tokenizer, FIRST.max_tokens)
    rows = [residents.row(sentence, encoder) for sentence in more]
    say(f"{len(rows)} sentences; the base's states of them")
    asked = batches.Encoder(tokenizer, 96, "query: ")
    taught = distil.states(fit.load(small)[0], asked, pad, [s.text for s in more] + list(unlabelled))
    for row, state in zip(rows, taught[: len(rows)], strict=True):
        _keep(row, state)
    rows += distil.with_states(unlabelled, encoder, taught[len(rows) :])
    rows += batches.rows(residents.abuse(public, ABUSE) + residents.own_abuse(), residents.OFFENSIVE, encoder)
    validation = [residents.row(sentence, encoder) for sentence in held]
    origin = checkpoint.read_origin(small)
    for number, (settings, out) in enumerate(((FIRST, work / "heads"), (SECOND, work / "trained")), 1):
        origin = origin.then(step="heads", sentences=len(rows), **_noted(settings))
        if (out / checkpoint.ORIGIN).is_file():
            net, _ = fit.load(out)
            continue
        net.weights = {STATES: KEEP, "sentiment": 0.5, "topic": 0.5, "offensive": 0.5}
        figures = fit.fit(net, rows, validation, settings, work / f"stage-{number}", pad, say)
        say(f"stage {number}, {build_heads.DEV.name}: {figures}")
        fit.save(net, tokenizer, out, origin)


def _keep(row: Row, state: Any) -> None:
    count = min(len(row.places), len(state) - 1)
    padded = np.zeros((len(row.places) + 1, state.shape[1]), np.float16)
    padded[:count], padded[-1] = state[:count], state[-1]
    row.sizes = [size if number < count else 0 for number, size in enumerate(row.sizes)]
    row.states = padded


def _noted(settings: Fit) -> dict[str, object]:
    return settings.model_dump(include={"learning_rate", "head_learning_rate", "batch", "epochs", "four_bits"})


def finish(work: Path, out: Path, sources: build.Sources, say: Say) -> None:
    """Exports the trunk that `train` left in `work`, trains the heads that ship on it, calibrates and measures.

    `out` gets a folder for the trunk and one for each head.
    """
    trunk = out / TRUNK
    say("export the trunk")
    export.export(work / "trained", trunk, build.BITS, prefix=False)
    say("retrieval: background, wordings, calibration")
    build.retrieval(
        trunk, sources,
        "models/training/corpus: sentences written for this project; with them, as unlabelled text and for the heads, "
        "CLINC150 (Larson et al. 2019, CC BY 3.0), Banking77 (Casanueva et al. 2020, CC BY 4.0), COLD (Deng et al. "
        "2022, Apache-2.0)",
    )  # fmt: skip
    described = card.read(trunk)
    described["rebuild"] = "louguan-lab build language OUT"
    card.write(trunk, described)
    build_heads.heads_on(out, sources, say)
