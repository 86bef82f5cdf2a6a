"""Figures of the desk, on judges whose figures are known."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from models.language import Passage
from models.training import cases, evaluate
from models.training.cases import Case, CasesError

CASES = [Case(f"q{i}", "en", "a" if i % 2 else "b", "plain") for i in range(8)]
CASES += [Case(f"n{i}", "en", None, "near" if i < 2 else "chatter") for i in range(4)]


def _value(text: str) -> float:
    return float(text.split()[0])


def test_a_perfect_judge_has_perfect_figures() -> None:
    right = {case.text: (case.entry or "a", 1.0 if case.entry else 0.0) for case in CASES}
    row = evaluate.table({"perfect": (right.__getitem__, 0.5)}, CASES)[0]
    wanted = {"known precision": 1, "known recall": 1, "answered rightly": 1, "first entry right": 1, "false known": 0,
              "of near misses": 0, "AUROC": 1}  # fmt: skip
    assert {name: _value(row[name]) for name in wanted} == wanted


def test_the_most_frequent_entry_claims_to_know_everything() -> None:
    row = evaluate.table({"majority": (evaluate.majority(CASES), 0.5)}, CASES)[0]
    assert _value(row["false known"]) == 1
    assert _value(row["first entry right"]) == 0.5
    assert _value(row["AUROC"]) == 0.5


def test_the_auroc_is_that_of_scikit_learn() -> None:
    dice = np.random.default_rng(0)
    scores = {case.text: float(np.round(dice.random() + (case.entry is not None) * 0.3, 1)) for case in CASES}
    row = evaluate.table({"x": (lambda text: ("a", scores[text]), 0.5)}, CASES)[0]
    wanted = roc_auc_score([case.entry is not None for case in CASES], [scores[case.text] for case in CASES])
    assert _value(row["AUROC"]) == pytest.approx(wanted, abs=1e-3)


def test_the_threshold_lets_one_in_twenty_through() -> None:
    many = [Case(str(i), "en", None, "near") for i in range(1001)]
    assert evaluate.threshold(lambda text: ("a", float(text)), many) == pytest.approx(950)


def test_wording_alone_finds_what_shares_words() -> None:
    judge = evaluate.lexical([Passage("leak", "水管漏水", "zh"), Passage("park", "parking permit", "en")])
    assert judge("我家水管漏了")[0] == "leak"
    assert judge("permit to park")[0] == "park"


def test_cases_are_read_and_a_wrong_line_is_named(tmp_path: Path) -> None:
    lines = [
        {"text": "a", "language": "en", "entry": "x", "kind": "plain"},
        {"text": "b", "language": "zh", "entry": None},
    ]
    path = tmp_path / "cases.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    assert [case.entry for case in cases.read(path)] == ["x", None]
    for wrong in (
        "{}",
        "no json",
        '{"text": "c", "language": "fr", "entry": null}',
        '{"text": "c", "language": "en", "entry": 3}',
    ):
        path.write_text("\n".join([json.dumps(lines[0]), wrong]), "utf-8")
        with pytest.raises(CasesError, match=":2:"):
            cases.read(path)
    path.write_text(json.dumps(lines[0]), "utf-8")
    with pytest.raises(CasesError, match="some without"):
        cases.read(path)


def test_the_background_is_in_both_languages_and_says_nothing_twice() -> None:
    sentences = cases.background()
    assert {language for _, language in sentences} == {"zh", "en"}
    assert len({text for text, _ in sentences}) == len(sentences)
