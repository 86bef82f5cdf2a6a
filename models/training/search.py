"""Looking for good settings of a run within a time budget; the study lies on the disk and goes on when asked again."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from models.training import checkpoint, fit, settings, train
from models.training.data import DataError
from models.training.deps import need
from models.training.gather import gather
from models.training.net import Net
from models.training.settings import Fit, Run

Say = Callable[[str], None]
STUDY = "search.db"
BEST = "best.toml"
RANGES = {
    "learning_rate": (1e-5, 1e-3),
    "head_learning_rate": (2e-4, 1e-2),
    "epochs": (1.0, 20.0),
    "weight_decay": (1e-4, 0.1),
    "dropout": (0.0, 0.3),
    "label_smoothing": (0.0, 0.2),
}
"""What is searched between two ends; where both are above 0, by its logarithm."""
CHOICES: dict[str, list[Any]] = {"batch": [8, 16, 32, 64], "schedule": ["linear", "cosine", "constant"]}
MODES = ["all", "top", "head", "lora"]


def search(path: Path, minutes: float, trials: int, modes: bool, say: Say) -> list[dict[str, Any]]:
    """The trials of the run `path`, best first; the best settings are written as a run to best.toml beside it.

    No trial begins after `minutes`; one that has begun is finished. TPE chooses, the median pruner stops the hopeless.
    trials: of this call, 0 for as many as fit. modes: also tries which weights to train. The study in search.db beside
    the run holds one run's trials: a change of its data or settings begins another.

    Raises:
        DataError, CheckpointError: the run cannot be trained, or no trial has been finished.
    """
    (optuna,) = need("optuna")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    described = settings.load(path)
    parts = gather(described, say)
    stamp = train.stamped(described, parts)
    study = optuna.create_study(
        storage=f"sqlite:///{(path.parent / STUDY).resolve()}", study_name=f"{path.stem}-{stamp[:16]}-{modes}",
        direction="maximize", load_if_exists=True, sampler=optuna.samplers.TPESampler(seed=described.fit.seed),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=4, n_warmup_steps=1),
    )  # fmt: skip
    if done := sum(trial.state.is_finished() for trial in study.trials):
        say(f"{done} trials are known from before")
    else:
        study.enqueue_trial(nearest(described.fit, modes))

    def score(trial: Any) -> float:
        chosen = Fit.model_validate(described.fit.model_dump() | suggested(trial, modes) | {"mlflow": ""})
        work = path.parent / f"search-{study.study_name}-{trial.number}"
        trunk, tokenizer = checkpoint.load(described.base)
        net = Net(trunk, [part.spec for part in parts])
        net.weights = {part.task.name: part.task.weight for part in parts}
        tried = described.model_copy(update={"fit": chosen})
        rows, held = train.encode(tried, parts, tokenizer)
        seen = 0

        def watch(record: dict[str, Any]) -> None:
            nonlocal seen
            if "eval_score" in record:
                trial.report(record["eval_score"], seen)
                seen += 1
                if trial.should_prune():
                    raise optuna.TrialPruned

        say(f"trial {trial.number}: {shown(trial.params)}")
        try:
            found = fit.fit(net, rows, held, chosen, work, fit.pad_id(tokenizer), lambda line: None, watch)
        finally:
            shutil.rmtree(work, ignore_errors=True)
        say(f"trial {trial.number}: score {found['score']:.4f}")
        return found["score"]

    study.optimize(score, n_trials=trials or None, timeout=60 * minutes)
    finished = [trial for trial in study.trials if trial.state == optuna.trial.TrialState.COMPLETE]
    if not finished:
        raise DataError(f"no trial was finished in {minutes:g} minutes.", "Give more minutes, or fewer epochs.")
    best = max(finished, key=lambda trial: trial.value)
    chosen = Fit.model_validate(described.fit.model_dump() | rounded(best.params))
    (path.parent / BEST).write_text(written(described.model_copy(update={"fit": chosen}), path.parent), "utf-8")
    trials_ = [trial for trial in study.trials if trial.state.is_finished() and "epochs" in trial.params]
    return [
        {"trial": trial.number, "score": trial.value if trial in finished else None, "state": trial.state.name.lower(),
         **rounded(trial.params)}
        for trial in sorted(trials_, key=lambda trial: -(trial.value if trial in finished else -1e9))
    ]  # fmt: skip


def suggested(trial: Any, modes: bool) -> dict[str, Any]:
    """Settings that the sampler wants to try."""
    found = {name: trial.suggest_float(name, low, high, log=low > 0) for name, (low, high) in RANGES.items()}
    for name, values in (CHOICES | ({"train": MODES} if modes else {})).items():
        found[name] = trial.suggest_categorical(name, values)
    return rounded(found)


def rounded(chosen: dict[str, Any]) -> dict[str, Any]:
    """Settings as they are used: whole epochs."""
    return chosen | {"epochs": float(round(chosen["epochs"]))}


def nearest(given: Fit, modes: bool) -> dict[str, Any]:
    """The first trial: the run's own settings, or what is searched nearest to them."""
    own = given.model_dump()
    found = {name: min(high, max(low, own[name])) for name, (low, high) in RANGES.items()}
    found["batch"] = min(CHOICES["batch"], key=lambda size: abs(int(size) - own["batch"]))
    return found | {"schedule": own["schedule"]} | ({"train": own["train"]} if modes else {})


def shown(chosen: dict[str, Any]) -> str:
    """Settings in one line."""
    return ", ".join(
        f"{key} {value:.3g}" if isinstance(value, float) else f"{key} {value}" for key, value in chosen.items()
    )


def written(described: Run, folder: Path) -> str:
    """A run as TOML, its paths counted from `folder` where they lie in it."""

    def text(value: Any) -> str:
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, int | float):
            return repr(value)
        if isinstance(value, list | tuple):
            return "[" + ", ".join(map(text, value)) + "]"
        if isinstance(value, Path):
            value = value.resolve()
            value = value.relative_to(folder.resolve()) if value.is_relative_to(folder.resolve()) else value
        escaped = "".join(f"\\u{ord(c):04x}" if ord(c) < 32 or c in '"\\\x7f' else c for c in str(value))
        return f'"{escaped}"'

    def keys(held: dict[str, Any]) -> list[str]:
        return [f"{key} = {text(value)}" for key, value in held.items() if value is not None]

    found = keys(described.model_dump(exclude={"tasks", "fit"}))
    found += ["", "[fit]", *keys(described.fit.model_dump())]
    for task in described.tasks:
        found += ["", "[[tasks]]", *keys(task.model_dump())]
    return "\n".join(found) + "\n"
