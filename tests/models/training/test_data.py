"""Labelled text from files, and its way into parts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.training import data
from models.training.data import DataError, Example, Span


def _file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_jsonl_rows_become_examples_and_broken_ones_are_named_by_line(tmp_path: Path) -> None:
    rows = [
        '{"text": "the lift is stuck", "label": "repair", "lang": "en", "group": "g1"}',
        "{broken",
        '{"text": "", "label": "repair"}',
        '{"text": "no label"}',
        '{"text": "call 5", "label": ["a", "b"], "spans": [["phone", 5, 6]]}',
        '{"text": "short", "label": "a", "spans": [["phone", 3, 99]]}',
        "[" * 100_000,
        '{"text": "half \\ud800", "label": "a"}',
        json.dumps({"text": "x" * (data.MAX_CHARACTERS + 1), "label": "a"}),
        '{"text": "None is a label", "label": "None"}',
    ]
    found = data.read(_file(tmp_path, "rows.jsonl", "\n".join(rows) + "\n"))
    assert found.examples == [
        Example("the lift is stuck", "repair", language="en", group="g1"),
        Example("call 5", "a|b", (Span("phone", 5, 6),)),
        Example("None is a label", "None"),
    ]
    assert [line.split(": ")[0] for line in found.broken] == [f"rows.jsonl:{n}" for n in (2, 3, 4, 6, 7, 8, 9)]
    assert "no label" in found.broken[2]


def test_a_slot_row_needs_no_label(tmp_path: Path) -> None:
    found = data.read(_file(tmp_path, "a.jsonl", '{"text": "call 5", "spans": [["phone", 5, 6]]}'))
    assert found.examples == [Example("call 5", spans=(Span("phone", 5, 6),))]


def test_a_line_separator_within_a_text_parts_no_row(tmp_path: Path) -> None:
    found = data.read(_file(tmp_path, "a.jsonl", '{"text": "one\u2028two\x85three", "label": "a"}\n'))
    assert (len(found.examples), found.broken) == (1, [])


def test_a_csv_keeps_quoted_line_breaks_and_names_rows_by_their_first_line(tmp_path: Path) -> None:
    text = 'text,label\n"two\nlines", a \nx,y,z\n\nlast,b\n"never closed,c\nmore,d\n'
    found = data.read(_file(tmp_path, "a.csv", text))
    assert [(e.text, e.label) for e in found.examples] == [("two\nlines", "a"), ("last", "b")]
    assert found.broken[0] == "a.csv:4: wrong number of columns"
    assert found.broken[1].startswith("a.csv:7: broken table")


def test_a_row_after_an_overlong_field_is_still_read(tmp_path: Path) -> None:
    found = data.read(_file(tmp_path, "a.csv", "text,label\n" + "x" * 140_000 + ",a\nfine,b\n"))
    assert [e.text for e in found.examples] == ["fine"]
    assert len(found.broken) == 1


def test_columns_can_have_other_names(tmp_path: Path) -> None:
    found = data.read(_file(tmp_path, "a.tsv", 'said\tclass\nan "open quote\tx\n'), "said", "class")
    assert found.examples == [Example('an "open quote', "x")]


def test_conll_sentences_become_spans_and_a_spoilt_one_is_left_out(tmp_path: Path) -> None:
    text = "-DOCSTART-\tO\n\nPeter I-PER\nSmith I-PER\nsleeps O\n\nalone\n\nParis B-LOC\nLondon B-LOC\n"
    found = data.read(_file(tmp_path, "a.conll", text))
    assert [e.text for e in found.examples] == ["Peter Smith sleeps", "Paris London"]
    assert found.examples[0].spans == (Span("PER", 0, 11),)
    assert found.examples[1].spans == (Span("LOC", 0, 5), Span("LOC", 6, 12))
    assert [line[:10] for line in found.broken] == ["a.conll:7:"]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.xlsx", b"x", "unknown form"),
        ("a.csv", b"text,label\n", "no usable row"),
        ("a.csv", b"wording,label\nx,y\n", "First: a.csv:2: no text"),
        ("a.jsonl", b"\xff\xfe", "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=says):
        data.read(tmp_path / name)
    with pytest.raises(DataError, match="cannot be read"):
        data.read(tmp_path / "none.csv")


def test_size_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _file(tmp_path, "a.csv", "text,label\na,b\nc,d\n")
    monkeypatch.setattr(data, "MAX_ROWS", 1)
    with pytest.raises(DataError, match="more than 1 rows"):
        data.read(path)
    monkeypatch.setattr(data, "MAX_BYTES", 10)
    with pytest.raises(DataError, match="larger than"):
        data.read(path)


def test_the_report_names_some_rows_and_counts_the_rest() -> None:
    said: list[str] = []
    kept = data.Read([Example("a", "b")], [f"f:{n}: bad" for n in range(25)]).report(said.append)
    assert len(kept) == 1
    assert len(said) == data.SHOWN + 1
    assert said[-1] == "left out: 5 more rows"


@given(st.lists(st.sampled_from(["O", "B-a", "I-a", "B-b", "I-b"]), max_size=12))
def test_spans_of_tags_come_back_as_well_formed_tags(tags: list[str]) -> None:
    offsets = [(2 * n, 2 * n + 1) for n in range(len(tags))]
    spans = data.spans_of(tags, offsets)
    again = data.tags_of(spans, offsets)
    assert [t[2:] for t in again] == [t[2:] for t in tags]
    assert data.spans_of(again, offsets) == spans
    for before, tag in zip(["O", *again], again, strict=False):
        assert not tag.startswith("I-") or before[2:] == tag[2:]


def test_cleaning_leaves_marked_places_alone() -> None:
    marked = Example("a\tb", spans=(Span("x", 2, 3),))
    assert data.clean([Example(" a\x00 b\n"), Example("\u200b"), marked]) == [Example("a b"), marked]


def test_the_first_of_each_wording_stays_and_torn_ones_go() -> None:
    kept, torn = data.distinct(
        [Example("The lift!", "a"), Example("the lift", "a"), Example("car", "a"), Example("Car.", "b")]
    )
    assert [e.text for e in kept] == ["The lift!"]
    assert [e.label for e in torn] == ["a", "b"]


@settings(max_examples=40)
@given(st.lists(st.tuples(st.text(max_size=6), st.sampled_from("abc")), max_size=60), st.integers(0, 5))
def test_parts_share_no_group_and_lose_nothing(rows: list[tuple[str, str]], seed: int) -> None:
    examples = [Example(text, "x", group=group) for text, group in rows]
    parts = data.split(examples, 0.3, 0.2, seed=seed)
    assert sorted(e.text for part in parts for e in part) == sorted(e.text for e in examples)
    groups = [{e.group for e in part} for part in parts]
    assert not groups[0] & groups[1]
    assert not groups[1] & groups[2]
    assert not groups[0] & groups[2]


def test_a_growing_set_keeps_its_parts_of_about_the_shares_asked_for() -> None:
    examples = [Example(f"sentence {number}", "x") for number in range(2000)]
    train, test = data.split(examples, 0.1)
    assert 150 < len(test) < 250
    more_train, _ = data.split([*examples, *(Example(f"new {n}", "x") for n in range(500))], 0.1)
    assert {e.text for e in train} <= {e.text for e in more_train}
    with pytest.raises(DataError, match="nothing to train on"):
        data.split(examples, 0.6, 0.4)


def test_labels_that_the_head_does_not_know_are_counted() -> None:
    kept, complaints = data.usable([Example("a", "x"), Example("b", "x|y"), Example("c", "z")], ["x"], "test")
    assert [e.text for e in kept] == ["a"]
    assert complaints == ["test: 1 examples of unknown label 'y'", "test: 1 examples of unknown label 'z'"]
    assert data.balance([Example("a", "x|y"), Example("b", "y"), Example("c")]) == {"y": 2, "x": 1}
