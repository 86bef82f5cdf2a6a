"""Files that the property's own benchmark takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.training.benchmarks import own
from models.training.data import DataError, Span


def test_sentences_come_from_the_corpus_form_or_from_a_table(tmp_path: Path) -> None:
    marked = tmp_path / "said.md"
    marked.write_text("## parking en\n- who took [bay 12](location)\n", "utf-8")
    table = tmp_path / "said.tsv"
    table.write_text(
        'intent\tlang\ttext\nparking\ten\twho took [bay 12](location)\nparcel\tzh\t"快递"到了吗\n', "utf-8"
    )
    (one,) = own.read(marked)
    first, second = own.read(table)
    assert (first.text, first.intent, first.spans) == (one.text, one.intent, one.spans)
    assert first.spans == (Span("location", 9, 15),)
    assert (second.text, second.language) == ('"快递"到了吗', "zh")


@pytest.mark.parametrize("row", ["parking\tfr\toù", "flying\ten\tup", "parking\ten\t"])
def test_a_row_that_cannot_be_used_is_named(tmp_path: Path, row: str) -> None:
    table = tmp_path / "said.tsv"
    table.write_text(f"intent\tlang\ttext\nparking\ten\tmy bay\n{row}\n", "utf-8")
    with pytest.raises(DataError, match=r"said\.tsv:3"):
        own.read(table)
