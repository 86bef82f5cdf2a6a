"""Fine-tuning: one trunk, its heads, the settings of a run; the best checkpoint is what remains."""

from __future__ import annotations

import json
import logging
import os
import pickle
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("DISABLE_MLFLOW_INTEGRATION", "TRUE")

import numpy as np
import torch
import transformers

from models.language import bio
from models.training import checkpoint, metrics, rounding
from models.training.batches import Encoder, Loader, Row, collate
from models.training.data import DataError
from models.training.net import IGNORED, STATES, HeadSpec, Net
from models.training.settings import Fit

log = logging.getLogger(__name__)

Say = Callable[[str], object]
FIGURES = {
    "single": ("accuracy", "macro_f1"),
    "multi": ("micro_f1",),
    "tokens": ("entity_f1", "token_micro", "token_macro"),
}
"""Of each kind of head, the main one first."""
HEADS = "heads.json"
WEIGHTS = "heads.pt"


def fit(
    net: Net,
    train: Sequence[Row],
    validation: Sequence[Row],
    settings: Fit,
    work: Path,
    pad: int,
    say: Say = log.info,
    watch: Callable[[dict[str, Any]], object] | None = None,
) -> dict[str, float]:
    """Trains `net` in place and leaves it with its best weights; returns their figures on validation.
    `watch` is told all that is logged on the way, also before an interruption: step, epoch, and loss or figures; what
    it raises ends the training.

    `work` keeps the state: killed and called again with the same arguments, training goes on where it was and comes
    to the same weights (on as many threads). It is emptied when training is complete.

    Raises:
        DataError: nothing to train on, or `settings.metric` names no figure.
    """
    if not train:
        raise DataError("there is nothing to train on.", "Give at least one example.")
    known = ["score", "states_loss", *(f"{spec.name}_{key}" for spec in net.specs for key in FIGURES[spec.kind])]
    if settings.metric and settings.metric not in known:
        raise DataError(f"there is no figure {settings.metric!r} to watch.", f"Use one of {', '.join(known)}.")
    transformers.set_seed(settings.seed)
    net.smoothing = settings.label_smoothing
    for module in net.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = settings.dropout
    centre(net, train, pad)
    choose(net, settings)
    if settings.four_bits:
        rounding.begin(net.trunk)
    trainer = _Trainer(net, list(train), validation, settings, work, pad, say, watch)
    states = sorted(work.glob("checkpoint-*"), key=lambda path: int(path.name.split("-")[1]))
    # The Trainer writes these two last: a checkpoint without them was cut short.
    whole = [
        path for path in states if all((path / name).is_file() for name in ("trainer_state.json", "rng_state.pth"))
    ]
    if whole and watch:
        for record in json.loads((whole[-1] / "trainer_state.json").read_text("utf-8"))["log_history"]:
            watch(record)
    trainer.train(resume_from_checkpoint=str(whole[-1]) if whole else None)
    if settings.four_bits:
        rounding.end(net.trunk)
    if settings.train == "lora":
        net.trunk = net.trunk.merge_and_unload()
    for parameter in net.parameters():
        parameter.requires_grad_(True)
    shutil.rmtree(work, ignore_errors=True)
    return evaluate(net, validation, pad)


def choose(net: Net, settings: Fit) -> None:
    """Freezes what the settings say stays as it is."""
    if settings.train == "lora":
        import peft

        low_rank = peft.LoraConfig(
            r=settings.lora_rank, lora_alpha=2 * settings.lora_rank, target_modules=["query", "key", "value", "dense"]
        )
        net.trunk = peft.get_peft_model(net.trunk, low_rank)
    elif settings.train != "all":
        for parameter in net.trunk.parameters():
            parameter.requires_grad_(False)
        if settings.train == "top":
            for layer in net.trunk.encoder.layer[-settings.top :]:
                for parameter in layer.parameters():
                    parameter.requires_grad_(True)


@torch.inference_mode()
def centre(net: Net, rows: Sequence[Row], pad: int, most: int = 512) -> None:
    """Prepares the fresh heads of `net` for the trunk's states, from `most` rows of each."""
    net.eval()
    for spec in net.specs:
        if not net.heads[spec.name].fresh:
            continue
        own = [row for row in rows if row.targets.get(spec.name, IGNORED) != IGNORED]
        head: Any = net.heads[spec.name]
        features = []
        for row in own[:: max(1, len(own) // most)]:
            batch = collate([replace(row, targets={}, soft={}, states=None)], pad)
            hidden = net.trunk(batch["input_ids"], batch["attention_mask"]).last_hidden_state
            features.append(head.feature(hidden, batch["attention_mask"], batch.get("places")).reshape(-1, net.dim))
        if len(features) > 1:
            head.centre(torch.cat(features))


def evaluate(net: Net, validation: Sequence[Row], pad: int) -> dict[str, float]:
    """Each head's figures on the rows that have its target, as ``head_figure``; ``states_loss`` where there are states;
    ``score``, the mean of the heads' main figures, or the negative loss where there is no head."""
    found: dict[str, float] = {}
    main = []
    for spec in net.specs:
        if rows := [row for row in validation if row.targets.get(spec.name, IGNORED) != IGNORED]:
            figures = judge(spec, logits(net, spec.name, rows, pad), [row.targets[spec.name] for row in rows])
            found |= {f"{spec.name}_{key}": value for key, value in figures.items()}
            main.append(next(iter(figures.values())))
    if rows := [row for row in validation if row.states is not None]:
        found["states_loss"] = _states_loss(net, rows, pad)
        main = main or [-found["states_loss"]]
    found["score"] = float(np.mean(main)) if main else 0.0
    return found


def judge(spec: HeadSpec, given: Sequence[Any], targets: Sequence[Any]) -> dict[str, float]:
    """Figures of one head, the main one first."""
    if spec.kind == "tokens":
        figures = metrics.tags([[spec.labels[i] for i in target] for target in targets], tags(spec, given))
        return {key: figures[key] for key in FIGURES["tokens"]}
    stacked = np.stack(given)
    if spec.kind == "multi":
        gold_bits, said_bits = np.array(targets) > 0.5, stacked > 0
        hits = (gold_bits & said_bits).sum()
        return {"micro_f1": float(2 * hits / max(1, gold_bits.sum() + said_bits.sum()))}
    return metrics.classes([spec.labels[i] for i in targets], [spec.labels[i] for i in stacked.argmax(axis=1)])


def tags(spec: HeadSpec, given: Sequence[Any]) -> list[list[str]]:
    """The likeliest well-formed BIO tags of each text's logits."""
    may = bio.allowed(spec.labels)
    return [[spec.labels[i] for i in bio.decode(item, may)] for item in given]


@torch.inference_mode()
def logits(net: Net, head: str, rows: Sequence[Row], pad: int, size: int = 64) -> list[Any]:
    """Logits of each row in float32: shape (labels,), or (units, labels) of a token head."""
    net.eval()
    tokens = next(spec.kind for spec in net.specs if spec.name == head) == "tokens"
    found: list[Any] = [None] * len(rows)
    order = sorted(range(len(rows)), key=lambda n: len(rows[n].ids))
    for start in range(0, len(order), size):
        numbers = order[start : start + size]
        batch = collate([replace(rows[n], targets={}, soft={}, states=None) for n in numbers], pad)
        out = net.logits(head, batch["input_ids"], batch["attention_mask"], batch.get("places")).numpy()
        for number, item in zip(numbers, out, strict=True):
            found[number] = item[: len(rows[number].places)] if tokens else item
    return found


@torch.inference_mode()
def _states_loss(net: Net, rows: Sequence[Row], pad: int, size: int = 64) -> float:
    net.eval()
    total = 0.0
    for start in range(0, len(rows), size):
        batch = collate([replace(row, targets={}, soft={}) for row in rows[start : start + size]], pad)
        total += float(net(**batch)["loss"]) * len(batch["input_ids"])
    return total / len(rows) / net.weights.get(STATES, 1.0)


def save(net: Net, tokenizer: Any, folder: Path, origin: checkpoint.Origin) -> None:
    """The trunk as a checkpoint folder, the heads beside it."""
    checkpoint.save(net.trunk, tokenizer, folder, origin)
    specs = [spec._asdict() for spec in net.specs]
    (folder / HEADS).write_text(json.dumps(specs, ensure_ascii=False, indent=1) + "\n", "utf-8")
    torch.save(net.heads.state_dict(), folder / WEIGHTS)


def load(folder: Path) -> tuple[Net, Any]:
    """What `save` wrote, and the tokenizer. A checkpoint without heads gives a net without heads.

    Raises:
        CheckpointError: no checkpoint, or heads that do not fit.
    """
    trunk, tokenizer = checkpoint.load(folder)
    specs: list[HeadSpec] = []
    if (path := folder / HEADS).is_file():
        try:
            noted = json.loads(path.read_text("utf-8"))
            specs = [HeadSpec(item["name"], item["kind"], tuple(item["labels"])) for item in noted]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise checkpoint.CheckpointError(f"{path} is not readable: {error!r}.", "Train again.") from error
    net = Net(trunk, specs)
    if specs:
        try:
            net.heads.load_state_dict(torch.load(folder / WEIGHTS, weights_only=True))
        except (OSError, RuntimeError, KeyError, EOFError, pickle.UnpicklingError) as error:
            raise checkpoint.CheckpointError(f"the heads in {folder} do not load: {error}", "Train again.") from error
    held: Any = net.heads
    for head in held.values():
        head.fresh = False
    return net, tokenizer


def pad_id(tokenizer: Any) -> int:
    """Number of the padding piece."""
    return int(tokenizer.token_to_id(checkpoint.SPECIALS["pad_token"]))


def encoder(tokenizer: Any, settings: Fit, prefix: str = "") -> Encoder:
    """The texts' way to pieces in this run."""
    return Encoder(tokenizer, settings.max_tokens, prefix)


class _Trainer(transformers.Trainer):
    """transformers' Trainer with our batches, our validation, and a faster rate for the heads."""

    def __init__(
        self,
        net: Net,
        train: list[Row],
        validation: Sequence[Row],
        settings: Fit,
        work: Path,
        pad: int,
        say: Say,
        watch: Callable[[dict[str, Any]], object] | None,
    ) -> None:
        self._watch = watch
        self._train, self._validation, self._settings, self._pad, self._say = train, validation, settings, pad, say
        watched = settings.metric or "score"
        judged = bool(validation)
        every: dict[str, Any] = (
            {"eval_strategy": "steps", "eval_steps": settings.evaluate_steps, "save_strategy": "steps",
             "save_steps": settings.evaluate_steps}
            if settings.evaluate_steps
            else {"eval_strategy": "epoch", "save_strategy": "epoch"}
        )  # fmt: skip
        if not judged:
            every["eval_strategy"] = "no"
        arguments = transformers.TrainingArguments(
            output_dir=str(work), use_cpu=not torch.cuda.is_available(), seed=settings.seed,
            num_train_epochs=settings.epochs, max_grad_norm=settings.clip, lr_scheduler_type=settings.schedule,
            warmup_ratio=settings.warmup, weight_decay=settings.weight_decay, learning_rate=settings.learning_rate,
            save_total_limit=2, load_best_model_at_end=judged,
            metric_for_best_model=f"eval_{watched}" if judged else None, greater_is_better=not watched.endswith("loss"),
            logging_steps=50, report_to=["mlflow"] if settings.mlflow else [], remove_unused_columns=False,
            save_safetensors=False, disable_tqdm=None, dataloader_num_workers=0, **every,
        )  # fmt: skip
        callbacks = []
        if settings.patience and judged:
            callbacks.append(transformers.EarlyStoppingCallback(early_stopping_patience=settings.patience))
        if settings.mlflow:
            os.environ["MLFLOW_TRACKING_URI"] = settings.mlflow
            os.environ.pop("DISABLE_MLFLOW_INTEGRATION", None)
        self.net = net
        super().__init__(model=net, args=arguments, callbacks=callbacks, eval_dataset=[] if judged else None)
        # They print to standard output, where a report may go.
        for printing in (transformers.PrinterCallback, transformers.trainer_callback.ProgressCallback):
            self.remove_callback(printing)  # type: ignore[no-untyped-call]

    def get_train_dataloader(self) -> Loader:
        return Loader(self._train, self._settings.batch, self._settings.seed, self._pad)

    def create_optimizer(self) -> Any:
        if self.optimizer is None:
            chosen = self._settings
            sets: list[dict[str, Any]] = []
            for is_head in (False, True):
                rate = chosen.head_learning_rate if is_head else chosen.learning_rate
                for decays in (False, True):
                    members = [
                        parameter
                        for name, parameter in self.net.named_parameters()
                        if parameter.requires_grad
                        and name.startswith("heads.") is is_head
                        and (parameter.ndim > 1) is decays
                    ]
                    if members:
                        sets.append(
                            {"params": members, "lr": rate, "weight_decay": chosen.weight_decay if decays else 0.0}
                        )
            if chosen.optimizer == "sgd":
                self.optimizer = torch.optim.SGD(sets, lr=chosen.learning_rate, momentum=0.9)
            else:
                self.optimizer = torch.optim.AdamW(sets, lr=chosen.learning_rate)
        return self.optimizer

    def log(self, logs: dict[str, float], *rest: Any) -> None:
        super().log(logs, *rest)
        if "loss" in logs:
            self._say(f"step {self.state.global_step} of {self.state.max_steps}: loss {logs['loss']:.4f}")
        if self._watch:
            self._watch(self.state.log_history[-1])

    def compute_loss(
        self, model: Any, inputs: Mapping[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        found = model(**inputs)
        return (found["loss"], found) if return_outputs else found["loss"]

    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
        figures = {f"eval_{key}": value for key, value in evaluate(self.net, self._validation, self._pad).items()}
        self.net.train()
        self.log(dict(figures))
        epoch = round(self.state.epoch or 0, 2)
        self._say(f"epoch {epoch}: " + ", ".join(f"{k[5:]} {v:.4f}" for k, v in figures.items()))
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, figures)
        return figures
