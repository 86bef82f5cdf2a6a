"""Searching entries: what is found, how sure that is, and what an added entry changes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.language import Passage, Retriever, SentenceEncoder, knowledge
from models.language.lexical import LexicalIndex, normalize
from models.runtime.errors import ModelError

ESTATE = Path(__file__).parents[3] / "agent" / "desk" / "knowledge" / "estate.md"
FEW = [
    Passage("leak", "水管漏水了怎么办", "zh"),
    Passage("leak", "a pipe is leaking", "en"),
    Passage("fee", "物业费怎么交", "zh"),
    Passage("fee", "how do I pay the property fee", "en"),
]


@pytest.fixture(scope="module")
def retriever(encoder: SentenceEncoder) -> Retriever:
    return Retriever(encoder, knowledge.read(ESTATE).passages())


@pytest.mark.parametrize(
    ("question", "entry"),
    [
        ("我家水管漏水了怎么办", "water-leak"),
        ("how do I get a parking permit", "parking-permit"),
        ("暖气片摸着冰凉", "heating-cooling"),
        ("the dog next door has no leash", "pets"),
        ("我的门禁card丢了", "door-card"),
    ],
)
def test_residents_words_find_the_entry(retriever: Retriever, question: str, entry: str) -> None:
    hit = retriever.search(question)[0]
    assert hit.entry_id == entry
    assert hit.score >= retriever.threshold


@pytest.mark.parametrize(
    "question", ["地铁什么时候开通", "tell me a joke", "who is the president of France", "红烧肉怎么做"]
)
def test_what_no_entry_answers_stays_below_the_threshold(retriever: Retriever, question: str) -> None:
    assert retriever.search(question)[0].score < retriever.threshold


def test_the_words_of_the_file_itself_are_certain(encoder: SentenceEncoder) -> None:
    hits = Retriever(encoder, FEW).search("How do I pay the property fee?")
    assert (hits[0].entry_id, hits[0].score) == ("fee", 1.0)
    assert [hit.entry_id for hit in hits] == ["fee", "leak"]


def test_no_word_finds_nothing(retriever: Retriever) -> None:
    assert retriever.search("😀！？") == []
    assert retriever.search("") == []


def test_hits_are_ordered_and_bounded(retriever: Retriever) -> None:
    hits = retriever.search("物业费多少钱", top=3)
    assert len({hit.entry_id for hit in hits}) == 3
    assert all(0 <= hit.score <= 1 for hit in hits)
    assert retriever.search("物业费多少钱", top=0) == []


def test_one_entry_alone_can_be_searched(encoder: SentenceEncoder) -> None:
    assert Retriever(encoder, FEW[:1]).search("水管漏了")[0].entry_id == "leak"
    with pytest.raises(ModelError, match="no passage"):
        Retriever(encoder, [])


def test_an_entry_added_for_a_background_topic_is_known(encoder: SentenceEncoder) -> None:
    question, passages = "地铁什么时候才能开通啊", knowledge.read(ESTATE).passages()
    before = Retriever(encoder, passages).search(question)[0]
    added = [Passage("subway", text, "zh") for text in ("附近地铁什么时候开通", "地铁站几时能用", "离地铁还有多久通车")]
    after = Retriever(encoder, passages + added).search(question)[0]
    assert before.score < 0.1
    assert after.entry_id == "subway"
    assert after.score > 0.9


def test_likeness_by_wording_needs_no_word_list() -> None:
    index = LexicalIndex(["停车证怎么办", "parking permit", "水管漏水"])
    assert np.argmax(index.similarity("办停车证")) == 0
    assert np.argmax(index.similarity("permits for parking")) == 1
    assert index.similarity("zzz").max() == 0
    assert index.similarity("停车证怎么办？")[0] == pytest.approx(1)


def test_normalized_text_has_no_case_width_or_marks() -> None:
    assert normalize("  ＷｉＦｉ，坏了！😀 Don't ") == "wifi 坏了 don't"
