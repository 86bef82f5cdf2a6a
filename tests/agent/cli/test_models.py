"""`louguan models evaluate`: the shipped heads on tables of labelled sentences."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from agent.cli.main import app
from agent.cli.models import TableError, read

RUN = CliRunner()


def figures(path: Path, what: str) -> dict[str, Any]:
    done = RUN.invoke(app, ["models", "evaluate", what, "--data", str(path), "--json"])
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def table(tmp_path: Path, *rows: str) -> Path:
    path = tmp_path / "data.tsv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


INTENTS = (
    "lang\tintent\ttext",
    "zh\trepair_request\t厨房水管漏水了，找人来修一下",
    "en\tcomplaint\tthe neighbours upstairs play loud music every night",
    "zh\temergency\t家里有煤气味，头好晕",
    "en\temergency\tsomeone is stuck in the lift",
    "en\tout_of_scope\twho won the world cup in 1998",
    "zh\tfee_query\t物业费一个月多少钱",
)


def test_intents_with_the_figures_that_matter(tmp_path: Path) -> None:
    found = figures(table(tmp_path, *INTENTS), "intent")
    assert found["rows"] == 6
    assert found["accuracy"] == 1.0
    assert found["emergency_misses"] == 0
    assert found["emergency_false_alarm_rate"] == 0.0
    assert set(found["by_language"]) == {"zh", "en"}
    assert found["out_of_scope_recall"] == 1.0
    assert {"macro_f1", "ece", "out_of_scope_recall_at_95", "majority_accuracy"} <= found.keys()


def test_a_missed_emergency_is_counted_and_named(tmp_path: Path) -> None:
    found = figures(table(tmp_path, INTENTS[0], "zh\temergency\t物业费怎么交", "zh\tfee_query\t物业费怎么交"), "intent")
    assert found["emergency_misses"] == 1
    assert found["emergency_missed"] == ["物业费怎么交"]


def test_slots_are_given_as_spans_or_marked_in_the_text(tmp_path: Path) -> None:
    spans = json.dumps([["location", 0, 10], ["object", 11, 13]])
    one = figures(table(tmp_path, "lang\ttext\tslots", f"zh\t三号楼二单元1502的水管漏水\t{spans}"), "ner")
    two = figures(table(tmp_path, "lang\ttext", "zh\t[三号楼二单元1502](location)的[水管](object)漏水"), "ner")
    assert one["by_slot"].keys() >= {"location", "object"}
    assert one["f1"] == two["f1"] > 0


def test_tone(tmp_path: Path) -> None:
    rows = (
        "lang\tsentiment\ttext",
        "zh\tpositive\t保安小李特别热心，必须表扬",
        "en\tnegative\tthe lobby is filthy again, disgusting",
    )
    assert figures(table(tmp_path, *rows), "sentiment")["accuracy"] == 1.0
    rows = ("lang\toffensive\ttext", "zh\t1\t你们这帮废物滚", "en\tno\twhen does the pool open")
    assert figures(table(tmp_path, *rows), "offensive")["accuracy"] == 1.0


def test_broken_rows_are_named_with_their_lines_and_the_rest_is_used(tmp_path: Path) -> None:
    path = table(
        tmp_path, INTENTS[0], "fr\tgreeting\tsalut", "zh\tno_such\t你好", "zh\tgreeting\t", "zh\tgreeting\t你好"
    )
    rows, broken = read(path, "intent")
    assert [row.text for row in rows] == ["你好"]
    assert [line.split(":")[1] for line in broken] == ["2", "3", "4"]
    done = RUN.invoke(app, ["models", "evaluate", "intent", "--data", str(path), "--json"])
    assert "data.tsv:3" in done.stderr


@pytest.mark.parametrize(
    ("rows", "wrong"),
    [(("text\tlabel", "a\tb"), "column"), (("lang\tintent\ttext", "xx\tgreeting\ta"), "no usable row")],
)
def test_a_table_of_another_form_is_refused(tmp_path: Path, rows: tuple[str, ...], wrong: str) -> None:
    with pytest.raises(TableError, match=wrong):
        read(table(tmp_path, *rows), "intent")
    with pytest.raises(TableError, match="cannot be read"):
        read(tmp_path / "none.tsv", "intent")
