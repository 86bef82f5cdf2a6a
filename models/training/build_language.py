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
    heads,
    property,
)  # fmt: skip
from models.training.batches import Row
from models.training.corpus import Said
from models.training.data import split
from models.training.net import STATES, Net
from models.training.settings import Fit

Say = Callable[[str], object]
PIECES = 20_000
FIRST = Fit(learning_rate=1e-4, batch=32, epochs=1, dropout=0.0, four_bits=True, max_tokens=64)
"""Settings of the first stage: the base's states, now from single characters, without a prefix and in 4 bits."""
SECOND = Fit(learning_rate=2e-4, head_learning_rate=2e-3, batch=32, epochs=3, max_tokens=64)
"""Settings of the second: the heads together, the base's states kept."""
THIRD = Fit(learning_rate=6e-5, head_learning_rate=3e-4, batch=48, epochs=1, four_bits=True, max_tokens=64, seed=1)
"""Settings of the third: the same in 4 bits."""
ABUSE, HELD, STRANGERS, PUBLIC = 3000, 600, 1500, 4000
"""Sentences of COLD and how many more of it for validation, of other assistants for out_of_scope, and of each public
set in the first stage."""
TRUNK = "trunk"
KEEP = 0.5
"""Weight of the base's states beside the heads' losses."""


def train(source: str, work: Path, sources: build.Sources, say: Say) -> None:
    """Leaves the trained trunk and heads in `work`/trained. Steps that are complete in `work` are not done again, so a
    run that was killed goes on where it was.

    Raises:
        BaseModelError, CheckpointError, DataError, KnowledgeError: what the step in question refuses.
    """
    gathered = corpus.shipped()
    known = [passage.text for passage in knowledge.read(sources.knowledge).passages()]
    written = [text for text, _ in cases.background()]
    base, small = work / "base", work / "small"
    if not (base / checkpoint.ORIGIN).is_file():
        say(f"import {source}")
        checkpoint.import_base(source, base)
    said = property.tidy(gathered.said) + property.strangers(sources.public, STRANGERS)
    training, validation = property.parted(said)
    more = property.grown(training, gathered.templates)
    texts = list(dict.fromkeys([s.text for s in more] + known + written))
    if not (small / checkpoint.ORIGIN).is_file():
        say(f"cut to {PIECES} pieces, Chinese by character")
        public, _ = build.vocabulary_texts([], sources.public)
        cut.cut(base, small, texts * 3 + public, PIECES, build.LAYERS, "characters")
    adapted = work / "adapted"
    if not (adapted / checkpoint.ORIGIN).is_file():
        say("first stage: the base's states")
        first_stage(base, small, adapted, work / "first", texts + _public(sources.public), say)
    say("second stage: the heads")
    later_stages(base, adapted, work, more, validation, sources.public, known + written, say)


def _public(folder: Path) -> list[str]:
    found: list[str] = [s.text for s in property.strangers(folder, PUBLIC)]
    return found + [example.text for example in property.abuse(folder, PUBLIC, seed=1)]


def first_stage(base: Path, small: Path, out: Path, state: Path, texts: Sequence[str], say: Say) -> None:
    """Teaches the cut model the base's states of `texts`."""
    net, tokenizer = fit.load(small)
    rows = distil.with_states(texts, batches.Encoder(tokenizer, FIRST.max_tokens), _taught(base, texts))
    held = rows[::50]
    fit.fit(
        net, [row for number, row in enumerate(rows) if number % 50], held, FIRST, state, fit.pad_id(tokenizer), say
    )
    origin = checkpoint.read_origin(small).then(step="states of the base", texts=len(texts), **_noted(FIRST))
    fit.save(net, tokenizer, out, origin)


def later_stages(
    base: Path,
    adapted: Path,
    work: Path,
    more: Sequence[Said],
    validation: Sequence[Said],
    public: Path,
    unlabelled: Sequence[str],
    say: Say,
) -> None:
    """Trains all heads together on the adapted trunk, then once more through 4-bit weights."""  # fmt: skip
    trunk, tokenizer = checkpoint.load(adapted)
    net, pad = Net(trunk, property.SPECS), fit.pad_id(tokenizer)
    encoder = batches.Encoder(tokenizer, SECOND.max_tokens)
    rows = [property.row(sentence, encoder) for sentence in more]
    texts = [sentence.text for sentence in more] + list(unlabelled)
    taught = _taught(base, texts)
    for row, state in zip(rows, taught[: len(rows)], strict=True):
        _keep(row, state)
    rows += distil.with_states(unlabelled, encoder, taught[len(rows) :])
    held = [property.row(sentence, encoder) for sentence in validation]
    foul = property.abuse(public, ABUSE + HELD)
    own, own_held = split(property.own_abuse(), 0.1)
    rows += batches.rows(foul[HELD:] + own, property.OFFENSIVE, encoder)
    held += batches.rows(foul[:HELD] + own_held, property.OFFENSIVE, encoder)
    origin = checkpoint.read_origin(adapted)
    for number, (settings, out) in enumerate(((SECOND, work / "heads"), (THIRD, work / "trained")), 2):
        origin = origin.then(step="heads", sentences=len(rows), **_noted(settings))
        if (out / checkpoint.ORIGIN).is_file():
            net, _ = fit.load(out)
            continue
        net.weights = {STATES: KEEP, "sentiment": 0.5, "topic": 0.5, "offensive": 0.5}
        figures = fit.fit(net, rows, held, settings, work / f"stage-{number}", pad, say)
        say(f"stage {number}, validation: {figures}")
        fit.save(net, tokenizer, out, origin)


def _keep(row: Row, state: Any) -> None:
    count = min(len(row.places), len(state) - 1)
    padded = np.zeros((len(row.places) + 1, state.shape[1]), np.float16)
    padded[:count], padded[-1] = state[:count], state[-1]
    row.sizes = [size if number < count else 0 for number, size in enumerate(row.sizes)]
    row.states = padded


def _taught(base: Path, texts: Sequence[str]) -> list[Any]:
    """The base's states of `texts`, asked with its prefix."""
    net, tokenizer = fit.load(base)
    return distil.states(net, batches.Encoder(tokenizer, 96, "query: "), fit.pad_id(tokenizer), texts)


def _noted(settings: Fit) -> dict[str, object]:
    return settings.model_dump(include={"learning_rate", "head_learning_rate", "batch", "epochs", "four_bits"})


def finish(work: Path, out: Path, sources: build.Sources, say: Say) -> None:
    """Exports what `train` left in `work`, calibrates it on the sentences for that, and measures it.

    `out` gets a folder for the trunk and one for each head.
    """
    trained = work / "trained"
    trunk = out / TRUNK
    say("export the trunk")
    export.export(trained, trunk, build.BITS, prefix=False)
    net, _ = fit.load(trained)
    for spec in net.specs:
        heads.export(net.heads[spec.name], trunk, out / spec.name)
    say("retrieval: background, wordings, calibration")
    build.retrieval(
        trunk, sources,
        "models/training/corpus: sentences written for this project; with them, as unlabelled text and for the heads, "
        "CLINC150 (Larson et al. 2019, CC BY 3.0), Banking77 (Casanueva et al. 2020, CC BY 4.0), COLD (Deng et al. "
        "2022, Apache-2.0)",
    )  # fmt: skip
    say(f"calibrate the heads on {build_heads.DEV.name}")
    build_heads.calibrate(out)
    for name in (TRUNK, *(spec.name for spec in net.specs)):
        described = card.read(out / name)
        described["rebuild"] = "louguan-lab build language OUT"
        card.write(out / name, described)
    build_heads.measure(out, sources)
