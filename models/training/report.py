"""What a training came to: beside floors and the untuned trunk, before and after export, on cards with pictures."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.language.encoder import SentenceEncoder
from models.language.heads import Head
from models.language.units import places, units
from models.runtime.artifact import GRAPH, WEIGHTS
from models.training import batches, card, checkpoint, data, export, fit, floors, heads, metrics, plots, settings
from models.training.batches import Encoder
from models.training.data import DataError, Example
from models.training.gather import Parts
from models.training.judging import (
    by_class,
    confusions,
    decided,
    figures,
    flat,
    names,
    spread,
    surely,
    thresholds,
    truth,
)
from models.training.net import HeadSpec, Net

Say = Callable[[str], None]
MODEL, TRUNK, HEADS, HISTORY = "model", "trunk", "heads", "history.json"
"""In a trained folder: the checkpoint, the exported trunk, the exported heads, what was logged in training."""
REPORT = "report.json"
CALIBRATED = 2000
"""Validation examples that temperature and thresholds are fitted to."""


class Deployed:
    """A trunk and a head as a gateway runs them, on one thread."""

    def __init__(self, encoder: SentenceEncoder, head: Head) -> None:
        self._encoder, self.head = encoder, head

    def logits(self, examples: Sequence[Example]) -> tuple[list[Any], list[float]]:
        """Of each text its logits and the milliseconds they took."""
        found, spent = [], []
        if examples:
            self._one(examples[0])
        for example in examples:
            began = time.perf_counter()
            found.append(self._one(example))
            spent.append(1000 * (time.perf_counter() - began))
        return found, spent

    def _one(self, example: Example) -> NDArray[np.float32]:
        seen = self._encoder.read(example.text)
        if self.head.kind != "tokens":
            return self.head.logits(seen.hidden)
        first, _ = places(seen.pieces, example.words or units(example.text), len(seen.pieces) - 1)
        return self.head.logits(seen.hidden, first)


def report(described: settings.Run, parts: Sequence[Parts], out: Path, say: Say) -> dict[str, Any]:
    """Exports the model in `out`/model, measures it and writes `out`/report.json, which it also returns: by task the
    rows of the table, figures of each class, confusions, calibration, thresholds."""
    net, tokenizer = fit.load(out / MODEL)
    bits = 4 if described.fit.four_bits else 8
    say(f"export in {bits} bits")
    _export_trunk(out, bits, described)
    base, base_tokenizer = checkpoint.load(described.base)
    untuned, reader = Net(base, []), Encoder(base_tokenizer, described.fit.max_tokens)
    encoder = SentenceEncoder.load(out / TRUNK)
    try:
        history = json.loads((out / HISTORY).read_text("utf-8"))
    except (OSError, ValueError):
        history = []
    found = {}
    for part in parts:
        name = part.task.name
        say(f"{name}: floors and figures")
        folder = out / HEADS / name
        heads.export(net.heads[part.spec.name], out / TRUNK, folder)
        deployed = Deployed(encoder, Head.load(folder, encoder.artifact))
        judged = part.test or part.validation
        said = {
            "most frequent": floors.most_frequent(part, judged),
            **({} if part.spec.kind == "tokens" else {"TF-IDF, linear SVM": floors.by_wording(part, judged)}),
            "untuned trunk, linear probe": floors.probe(part, judged, untuned, reader, fit.pad_id(base_tokenizer)),
        }
        rows = batches.rows(judged, part.spec, Encoder(tokenizer, described.fit.max_tokens))
        ours = fit.logits(net, name, rows, fit.pad_id(tokenizer))
        said["trained, fp32"] = [decided(part.spec, item, e) for item, e in zip(ours, judged, strict=True)]
        found[name] = _task(part, judged, said, deployed, (out / MODEL, out / TRUNK, folder), bits)
        _describe(part, found[name], folder, history, described, out)
    (out / REPORT).write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return found


def test(folder: Path, path: Path, task: str, text: str, label: str, say: Say) -> dict[str, Any]:
    """Figures of a trained folder, as exported, on the labelled texts of the file `path`.

    Raises:
        ModelError: the folder is damaged. DataError: no such task, or nothing in the file that it knows.
    """
    heads_ = sorted(item.name for item in (folder / HEADS).glob("*") if item.is_dir())
    name = task or (heads_[0] if len(heads_) == 1 else "")
    if name not in heads_:
        raise DataError(f"{folder} has no task {name!r}.", f"Name one of: {', '.join(heads_) or 'none, train first'}.")
    encoder = SentenceEncoder.load(folder / TRUNK)
    deployed = Deployed(encoder, Head.load(folder / HEADS / name, encoder.artifact))
    head = deployed.head
    spec = HeadSpec(name, head.kind, head.labels)  # type: ignore[arg-type]
    held = data.read(path, text, label)
    examples = data.clean(held.report(say))
    if spec.kind == "tokens":
        kept = [e for e in examples if all(f"B-{span.name}" in head.labels for span in e.spans)]
        complaints = [f"{len(examples) - len(kept)} sentences with slots unknown to the head"] * (kept != examples)
    else:
        kept, complaints = data.usable(examples, head.labels, path.name)
    for line in complaints:
        say(f"left out: {line}")
    if not kept:
        raise DataError(f"{path} has no label that {folder} knows.", f"Its labels: {', '.join(head.labels[:20])}.")
    logits, spent = deployed.logits(kept)
    gold = [truth(spec, example) for example in kept]
    said = [decided(spec, item, example) for item, example in zip(logits, kept, strict=True)]
    confidence, right = surely(spec, logits, kept, head.temperature)
    low, high = spread(gold, said, spec)
    left_out = len(held.broken) + len(held.examples) - len(kept)
    found: dict[str, Any] = {
        "task": name, "count": len(kept), "left_out": left_out, **figures(spec, gold, said), "low": low, "high": high,
        "ece": metrics.ece(confidence, right), "ms_p50": _at(spent, 0.5),
        "ms_p95": _at(spent, 0.95), "classes": by_class(spec, gold, said), "confusions": confusions(spec, gold, said),
    }  # fmt: skip
    if spec.kind == "single" and "kept" in head.thresholds:
        sure = confidence >= head.thresholds["kept"]
        found |= {"sure": float(sure.mean()), "right_where_sure": float(right[sure].mean()) if sure.any() else None}
    return found


def _task(
    part: Parts,
    judged: Sequence[Example],
    said: dict[str, list[Any]],
    deployed: Deployed,
    folders: Sequence[Path],
    bits: int,
) -> dict[str, Any]:
    spec = part.spec
    model, trunk, head = folders
    calibrated = part.validation[:CALIBRATED]
    known, _ = deployed.logits(calibrated)
    logits, spent = deployed.logits(judged)
    shipped = f"exported, int{bits}"
    said[shipped] = [decided(spec, item, e) for item, e in zip(logits, judged, strict=True)]
    gold = [truth(spec, example) for example in judged]
    rows = []
    for name, given in said.items():
        low, high = spread(gold, given, spec)
        row: dict[str, Any] = {"method": name, **figures(spec, gold, given), "low": low, "high": high}
        rows.append(row | {"bytes": "", "ms p50": "", "ms p95": ""})
    main = next(iter(figures(spec, gold, said[shipped])))
    rows[-2]["bytes"] = sum(path.stat().st_size for path in (*model.glob("*.safetensors"), *model.glob("*.pt")))
    files = [trunk / GRAPH, trunk / WEIGHTS, trunk / "tokenizer.json", *head.glob("*.npz")]
    rows[-1]["bytes"] = sum(path.stat().st_size for path in files if path.is_file())
    rows[-1] |= {"ms p50": _at(spent, 0.5), "ms p95": _at(spent, 0.95)}
    fitted = flat(spec, known, calibrated)
    # Without a mistake the likelihood would grow with the confidence for ever.
    sure = bool((fitted[0].argmax(1) == fitted[1]).all())
    temperature = 1.0 if sure else metrics.temperature(*fitted)
    before, right = surely(spec, logits, judged, 1.0)
    after, _ = surely(spec, logits, judged, temperature)
    return {
        "judged_on": "test" if part.test else "validation",
        "count": len(judged),
        "rows": rows,
        "lost_by_export": rows[-2][main] - rows[-1][main],
        "classes": by_class(spec, gold, said[shipped]),
        "confusions": confusions(spec, gold, said[shipped]),
        "temperature": temperature,
        "ece": {"as trained": metrics.ece(before, right), "with temperature": metrics.ece(after, right)},
        "thresholds": thresholds(spec, known, calibrated, temperature),
        "drawn": {"gold": gold, "said": said[shipped], "confidence": after, "right": right},
    }


def _export_trunk(out: Path, bits: int, described: settings.Run) -> None:
    export.export(out / MODEL, out / TRUNK, bits)
    noted = card.read(out / TRUNK)
    noted["rebuild"] = "louguan-lab train RUN.toml OUT"
    # The run's texts were read without a prefix and up to its own length.
    noted["encoder"] |= {"query_prefix": "", "passage_prefix": "", "max_tokens": described.fit.max_tokens}
    card.write(out / TRUNK, noted)


def _describe(
    part: Parts, found: dict[str, Any], folder: Path, history: list[Any], described: settings.Run, out: Path
) -> None:
    drawn = found.pop("drawn")
    spec = part.spec
    if spec.kind != "multi":
        plots.confusion(folder / "confusion.png", *names(spec, drawn["gold"], drawn["said"]))
    plots.reliability(folder / "reliability.png", drawn["confidence"], drawn["right"])
    plots.bars(folder / "classes.png", {row["label"]: row["f1"] for row in found["classes"]})
    plots.curve(folder / "training.png", history)
    where = found["judged_on"]
    chosen = "" if where == "test" else " The best checkpoint was chosen on these same texts, so expect less elsewhere."
    pictures = {
        "Confusions": (found["confusions"], "confusion.png", "Most frequent confusions of the exported model."),
        "Classes": (found["classes"], "classes.png", "The exported model, the worst class first."),
        "Calibration": (
            [{"temperature": name, "ECE": value} for name, value in found["ece"].items()], "reliability.png",
            "Expected calibration error over 15 bins; temperature fitted on validation, 1 where it has no mistake.",
        ),
        "Training": ([], "training.png", "Loss in training, score on validation."),
    }  # fmt: skip
    told = {
        f"On {where}": {
            "protocol": f"{found['count']} texts of the {where} part, read one at a time, low to high a 95 % bootstrap "
            f"interval of the first figure, milliseconds of one text on one thread.{chosen} The probe learnt from "
            f"{min(floors.PROBED, len(part.train))} examples.",
            "rows": found["rows"],
        }
    } | {
        title: {"protocol": why, "rows": rows, "plot": name}
        for title, (rows, name, why) in pictures.items()
        if (folder / name).is_file()
    }
    origin = checkpoint.read_origin(out / MODEL)
    heads.describe(
        folder, found["temperature"], {name: round(value, 4) for name, value in found["thresholds"].items()},
        about=f"Head {spec.name}: {spec.kind}, {len(spec.labels)} labels.", base=origin.base, steps=list(origin.steps),
        rebuild="louguan-lab train RUN.toml OUT", figures=told,
        trained_on=[{"file": path.name, "examples of the task": len(part.train)} for path in part.task.train],
    )  # fmt: skip


def _at(values: Sequence[float], share: float) -> float:
    return round(float(np.quantile(values, share)), 2)
