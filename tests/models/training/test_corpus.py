"""The residents' corpus: its form, and what is wrong with a line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.language.understanding import INTENTS, SLOTS
from models.training import corpus
from models.training.data import DataError, Span

TEXT = """# notes are passed over
## complaint en {negative}
- the dog of [the ninth floor](location) barks {noise}
- not so bad {neutral}
~ {location} smells again

## out_of_scope zh
- 给我讲个笑话 {chat}
"""


def _file(folder: Path, text: str) -> Path:
    path = folder / "a.md"
    path.write_text(text, "utf-8")
    return path


def test_a_sentence_bears_intent_slots_tone_and_kind(tmp_path: Path) -> None:
    topic = "noise" if "noise" in corpus.TOPICS else corpus.TOPICS[0]
    found = corpus.read([_file(tmp_path, TEXT.replace("{noise}", f"{{{topic}}}"))])
    dog, mild, joke = found.said
    assert (dog.intent, dog.language, dog.sentiment, dog.topic) == ("complaint", "en", "negative", topic)
    assert dog.text == "the dog of the ninth floor barks"
    assert dog.spans == (Span("location", 11, 26),)
    assert mild.sentiment == "neutral"
    assert (joke.kind, joke.language, joke.sentiment) == ("chat", "zh", "")
    (template,) = found.templates
    assert (template.intent, template.holes, template.sentiment) == ("complaint", ("location",), "negative")
    assert [e.label for e in corpus.intents(found.said)] == ["complaint", "complaint", "out_of_scope"]
    assert corpus.intents(found.said)[2].mark == "chat"
    assert corpus.slots(found.said)[0].spans == dog.spans
    assert len(corpus.sentiments(found.said)) == 2
    assert len(corpus.topics(found.said)) == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- too early\n", "a.md:1: stands before any heading"),
        ("## gossip en\n- x\n", "a.md:1: is no"),
        ("## complaint fr\n- x\n", "a.md:1: is no"),
        ("## complaint en {furious}\n- x\n", "unknown default 'furious'"),
        ("## complaint en\n- the [x](colour)\n", "a.md:2: has the unknown slot 'colour'"),
        ("## complaint en\n- [x[y](location)](date)\n", "has a broken mark"),
        ("## complaint en\n~ {colour} car\n", "unknown slot 'colour'"),
        ("## complaint en\n", "the corpus is empty"),
    ],
)
def test_a_line_that_cannot_be_understood_is_named(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(DataError, match=says):
        corpus.read([_file(tmp_path, text)])


@given(st.lists(st.tuples(st.text("ab 水", min_size=1, max_size=4), st.sampled_from(["", *SLOTS])), max_size=8))
def test_marks_come_off_and_leave_their_words(pieces: list[tuple[str, str]]) -> None:
    line = "".join(f"[{words}]({slot})" if slot else words for words, slot in pieces)
    text, spans = corpus.unmarked(line)
    assert text == "".join(words for words, _ in pieces)
    assert [(text[s.start : s.end], s.name) for s in spans] == [(words, slot) for words, slot in pieces if slot]


def test_the_shipped_corpus_has_every_intent_in_both_languages() -> None:
    found = corpus.shipped()
    there = {(said.intent, said.language) for said in found.said}
    assert {(intent, language) for intent in INTENTS for language in ("zh", "en")} <= there
