"""Examples on their way into batches."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.training import batches, checkpoint
from models.training.batches import Batches, Encoder, Row, collate
from models.training.data import Example, Span
from models.training.net import IGNORED, HeadSpec

SLOTS = HeadSpec("slots", "tokens", ("O", "B-x", "I-x"))
INTENT = HeadSpec("intent", "single", ("a", "b"))
TAGS = HeadSpec("tags", "multi", ("a", "b", "c"))


@pytest.fixture(scope="module")
def encoder(tiny_base: Path) -> Encoder:
    return Encoder(checkpoint.load(tiny_base)[1], 12)


def test_a_long_text_is_cut_and_still_ends(encoder: Encoder) -> None:
    ids = encoder.ids(["car " * 40])[0]
    assert len(ids) == 12
    assert (ids[0], ids[-1]) == (encoder.bos, encoder.eos)


def test_tags_stand_at_the_first_piece_of_each_unit(encoder: Encoder) -> None:
    row = batches.rows([Example("my leaky car", spans=(Span("x", 3, 12),))], SLOTS, encoder)[0]
    assert row.targets["slots"] == [0, 1, 2]
    assert row.places == [1, 2, row.places[1] + row.sizes[1]]
    assert row.sizes[0] == row.sizes[2] == 1
    assert row.sizes[1] > 1
    cut = batches.rows([Example("my leaky " * 9, spans=())], SLOTS, encoder)[0]
    assert len(cut.places) == len(cut.targets["slots"])
    assert max(cut.places) < 11


def test_words_given_with_the_labels_win_over_our_units(encoder: Encoder) -> None:
    row = batches.rows([Example("u.s. car", words=((0, 4), (5, 8)))], SLOTS, encoder)[0]
    assert len(row.places) == 2


def test_packed_rows_have_the_same_targets_at_the_same_pieces(encoder: Encoder) -> None:
    examples = [Example(f"{'my ' * n}car now", spans=(Span("x", 3 * n, 3 * n + 3),)) for n in (1, 2, 3, 1, 2)]
    single = batches.rows(examples, SLOTS, encoder)
    joined = batches.rows(examples, SLOTS, encoder, pack=16)
    assert 1 < len(joined) < len(single)
    assert [t for row in joined for t in row.targets["slots"]] == [t for row in single for t in row.targets["slots"]]
    pieces = [row.ids[place] for row in single for place in row.places]
    assert [row.ids[place] for row in joined for place in row.places] == pieces
    assert all(len(row.ids) <= 16 and row.ids[0] == encoder.bos and row.ids[-1] == encoder.eos for row in joined)


def test_a_batch_is_padded_and_what_is_unknown_ignored(encoder: Encoder) -> None:
    rows = batches.rows([Example("car"), Example("my car now", spans=(Span("x", 3, 6),))], SLOTS, encoder)
    batch = collate(rows, 1)
    assert batch["input_ids"].shape == batch["attention_mask"].shape
    assert batch["input_ids"][0, -1] == 1
    assert batch["attention_mask"][0].sum() == len(rows[0].ids)
    assert batch["targets"]["slots"][0].tolist() == [0, IGNORED, IGNORED]
    assert batches.rows([Example("car")], INTENT, encoder)[0].targets == {"intent": IGNORED}
    several = collate(batches.rows([Example("car", "a|c"), Example("car")], TAGS, encoder), 1)
    assert several["targets"]["tags"].tolist() == [[1, 0, 1], [0, 0, 0]]


def test_a_text_whose_first_word_fills_the_row_shares_a_batch(encoder: Encoder) -> None:
    rows = batches.rows([Example("x" * 60), Example("my car")], SLOTS, encoder)
    assert rows[0].places == []
    for order in (rows, rows[::-1]):
        batch = collate(order, 1)
        assert batch["places"].shape == batch["targets"]["slots"].shape == (2, 2)


def test_a_teachers_words_are_stacked(encoder: Encoder) -> None:
    rows = batches.rows([Example("car"), Example("my car")], SLOTS, encoder)
    for row in rows:
        row.soft["slots"] = np.ones((len(row.places), 3), np.float16)
    soft = collate(rows, 1)["soft"]["slots"]
    assert soft.shape == (2, 2, 3)
    assert soft[0, 1].tolist() == [0, 0, 0]


def test_every_row_comes_once_an_epoch_in_an_order_of_its_own() -> None:
    rows = [Row([0] * (number % 7 + 1), targets={"a": 0} if number % 3 else {"b": 0}) for number in range(100)]
    order = Batches(rows, 8, seed=3)
    first = list(order)
    assert len(first) == len(order)
    assert sorted(n for batch in first for n in batch) == list(range(100))
    assert all(len({rows[n].family for n in batch}) == 1 for batch in first)
    assert list(Batches(rows, 8, seed=3)) == first
    order.epoch = 1
    assert list(order) != first
