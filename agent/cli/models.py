"""louguan models: what ships, and how good it is on labelled sentences."""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np
import typer
from rich.table import Table

from agent.cli import common
from agent.cli.common import JsonOption
from agent.desk import hearing
from agent.desk.emergency import emergency
from agent.texts import t
from hal.errors import LouguanError
from models.language import score
from models.language.reader import Reader
from models.language.understanding import INTENTS, SENTIMENTS, SLOTS

app = typer.Typer(help=t("help.models"), no_args_is_help=True, context_settings={"help_option_names": ["-h", "--help"]})
MAX_BYTES = 64 << 20
MAX_ROWS = 200_000
MAX_TEXT = 20_000
SHOWN = 10
"""Broken rows that are named."""
What = Literal["intent", "ner", "sentiment", "offensive"]
COLUMN = {"intent": "intent", "ner": "slots", "sentiment": "sentiment", "offensive": "offensive"}
_OFFENSIVE = {"0": "no", "1": "yes", "no": "no", "yes": "yes", "false": "no", "true": "yes"}
_MARKED = re.compile(r"\[([^\]]*)\]\((\w+)\)")


class TableError(LouguanError):
    """A file of labelled sentences cannot be used."""


class Row(NamedTuple):
    """One labelled sentence. gold: the label, or the slots."""

    language: str
    text: str
    gold: Any


@app.command("evaluate", help=t("help.models.evaluate"))
def evaluate(
    what: Annotated[What, typer.Argument(help=t("help.models.evaluate.what"))],
    data: Annotated[Path, typer.Option("--data", help=t("help.models.evaluate.data"))],
    as_json: JsonOption = False,
) -> None:
    from agent.desk.answers import shipped_reader

    rows, broken = read(data, what)
    for line in broken[:SHOWN]:
        print(line, file=sys.stderr)
    if len(broken) > SHOWN:
        print(t("models.more_broken", count=len(broken) - SHOWN), file=sys.stderr)
    figures = {"rows": len(rows), "left_out": len(broken)} | _JUDGES[what](shipped_reader(), rows)
    if as_json:
        common.print_json(figures)
        return
    shown = Table("", "", box=None, show_header=False)
    for name, value in _flat(figures):
        shown.add_row(name, f"{value:.4f}" if isinstance(value, float) else str(value))
    common.console().print(shown)


def read(path: Path, what: What) -> tuple[list[Row], list[str]]:
    """Rows of a tab-separated file with a header (lang, text, and intent, sentiment, offensive or slots), and what was
    wrong with those left out. Slots are a JSON list of [slot, start, end], or marked in the text: ``[words](slot)``.

    Raises:
        TableError: unreadable, without these columns, or without a usable row.
    """
    column = COLUMN[what]
    try:
        if path.stat().st_size > MAX_BYTES:
            raise TableError(t("models.large", path=path, mb=MAX_BYTES >> 20), t("models.form", column=column))
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise TableError(t("models.unreadable", path=path, why=error), t("models.form", column=column)) from error
    table = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    fields = table.fieldnames or []
    label = column if column in fields else "label"
    if not {"lang", "text"} <= {*fields} or (label not in fields and what != "ner"):
        raise TableError(t("models.columns", path=path, found=", ".join(fields)), t("models.form", column=column))
    rows: list[Row] = []
    broken: list[str] = []
    for item in table:
        made = _row(item, what, label)
        if isinstance(made, Row):
            rows.append(made)
        else:
            broken.append(f"{path.name}:{table.line_num}: {made}")
        if len(rows) > MAX_ROWS:
            raise TableError(t("models.rows", path=path, most=MAX_ROWS), t("models.form", column=column))
    if not rows:
        raise TableError(t("models.empty", path=path, why=broken[0] if broken else ""), t("models.form", column=column))
    return rows, broken


def _row(item: dict[str, Any], what: What, label: str) -> Row | str:
    language, text, given = item.get("lang"), item.get("text"), item.get(label)
    if language not in ("zh", "en"):
        return t("models.language", found=language)
    if not text or not text.strip() or len(text) > MAX_TEXT:
        return t("models.text", most=MAX_TEXT)
    if what == "ner":
        return _marked(language, text, given)
    allowed = {"intent": INTENTS, "sentiment": SENTIMENTS, "offensive": tuple(_OFFENSIVE)}[what]
    if given not in allowed:
        return t("models.label", found=given, known=", ".join(allowed))
    return Row(language, text, _OFFENSIVE[given] if what == "offensive" else given)


def _marked(language: str, text: str, given: str | None) -> Row | str:
    spans: list[score.Span] = []
    if given is None:
        plain, last = "", 0
        for found in _MARKED.finditer(text):
            plain += text[last : found.start()]
            spans.append((found[2], len(plain), len(plain) + len(found[1])))
            plain += found[1]
            last = found.end()
        text = plain + text[last:]
    else:
        try:
            spans = [(str(name), int(start), int(end)) for name, start, end in json.loads(given)]
        except (ValueError, TypeError) as error:
            return t("models.slots", why=error)
    if wrong := [name for name, start, end in spans if name not in SLOTS or not 0 <= start < end <= len(text)]:
        return t("models.label", found=wrong[0], known=", ".join(SLOTS))
    return Row(language, text, spans)


def _intent(reader: Reader, rows: Sequence[Row]) -> dict[str, Any]:
    now = datetime.now()
    heard = [hearing.hear(reader, row.text, now).meaning for row in rows]
    gold, said = [row.gold for row in rows], [meaning.intent for meaning in heard]
    inside = np.array([label != "out_of_scope" for label in gold])
    sure = np.array([meaning.confidence for meaning in heard])
    in_scope = np.array([1 - meaning.scores["out_of_scope"] for meaning in heard])
    best = np.array([max(p for name, p in m.scores.items() if name != "out_of_scope") for m in heard])
    urgent = [row.text for row, label in zip(rows, said, strict=True) if row.gold == "emergency" != label]
    false = [row.text for row, label in zip(rows, said, strict=True) if row.gold != "emergency" == label]
    quiet = max(1, sum(label != "emergency" for label in gold))
    outside = [label == "out_of_scope" for row, label in zip(rows, said, strict=True) if row.gold == "out_of_scope"]
    return score.classes(gold, said) | {
        "by_language": {
            language: score.classes(*_of(language, rows, gold, said))["accuracy"]
            for language in sorted({row.language for row in rows})
        },
        "out_of_scope_recall": float(np.mean(outside)) if outside else None,
        "out_of_scope_recall_at_95": score.recall_at_kept(np.minimum(best, in_scope), inside),
        "ece": score.ece(sure, np.array([a == b for a, b in zip(gold, said, strict=True)])),
        "emergency_misses": len(urgent),
        "emergency_missed": urgent[:SHOWN],
        "emergency_false_alarm_rate": len(false) / quiet,
        "emergency_false_alarms": false[:SHOWN],
        "emergencies_by_rule_alone": float(
            np.mean([emergency(row.text) is not None for row in rows if row.gold == "emergency"] or [True])
        ),
        "majority_accuracy": max(gold.count(label) for label in set(gold)) / len(gold),
    }


def _of(language: str, rows: Sequence[Row], *columns: Sequence[str]) -> list[list[str]]:
    return [[value for row, value in zip(rows, column, strict=True) if row.language == language] for column in columns]


def _ner(reader: Reader, rows: Sequence[Row]) -> dict[str, Any]:
    now = datetime.now()
    said = [[(s.name, s.start, s.end) for s in reader.read(row.text, now).meaning.slots] for row in rows]
    return score.spans([row.gold for row in rows], said) | {
        "by_language": {
            language: score.spans(
                [row.gold for row in rows if row.language == language],
                [found for row, found in zip(rows, said, strict=True) if row.language == language],
            )["f1"]
            for language in sorted({row.language for row in rows})
        }
    }


def _tone(read_off: Callable[[Any], str]) -> Callable[[Reader, Sequence[Row]], dict[str, Any]]:
    def judge(reader: Reader, rows: Sequence[Row]) -> dict[str, Any]:
        now = datetime.now()
        gold = [row.gold for row in rows]
        said = [read_off(reader.read(row.text, now).meaning) for row in rows]
        return score.classes(gold, said) | {
            "by_language": {
                language: score.classes(*_of(language, rows, gold, said))["accuracy"]
                for language in sorted({row.language for row in rows})
            },
            "majority_accuracy": max(gold.count(label) for label in set(gold)) / len(gold),
        }

    return judge


_JUDGES: dict[str, Callable[[Reader, Sequence[Row]], dict[str, Any]]] = {
    "intent": _intent,
    "ner": _ner,
    "sentiment": _tone(lambda meaning: str(meaning.sentiment)),
    "offensive": _tone(lambda meaning: "yes" if meaning.offensive >= 0.5 else "no"),
}


def _flat(figures: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in figures.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        elif isinstance(value, list):
            yield from ((f"{prefix}{name}", item) for item in value)
        else:
            yield prefix + name, value
