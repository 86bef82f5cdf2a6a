"""Labelled text: reading it, cleaning it, and parting it into training, validation and test."""

from __future__ import annotations

import csv
import hashlib
import json
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from hal.errors import LouguanError
from models.language.lexical import normalize

MAX_BYTES = 256 << 20
MAX_ROWS = 2_000_000
MAX_CHARACTERS = 20_000
"""Of one text."""
SHOWN = 20
"""Broken rows that are named one by one."""


class DataError(LouguanError):
    """A file of labelled text cannot be used."""


class Span(NamedTuple):
    """Characters start to end (exclusive) of the text are `name`."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Example:
    """One text with what is known about it."""

    text: str
    label: str = ""
    """Its class; several are parted by a bar (multi-label)."""
    spans: tuple[Span, ...] = ()
    words: tuple[tuple[int, int], ...] = ()
    """Start and end of the words that the labels were made for; none: `models.language.units` decides."""
    language: str = ""
    group: str = ""
    """Examples of one group never part between training and test; none: the text is its own group."""
    mark: str = ""
    """What a source says besides: the kind of an out-of-scope sentence, a split, a second text."""


@dataclass(frozen=True, slots=True)
class Read:
    """What a file held. broken: `file:line: why` of each row that was left out."""

    examples: list[Example]
    broken: list[str]

    def report(self, say: Callable[[str], None] = lambda line: print(line, file=sys.stderr)) -> list[Example]:
        """Names what was left out, and gives the examples."""
        for line in self.broken[:SHOWN]:
            say(f"left out: {line}")
        if len(self.broken) > SHOWN:
            say(f"left out: {len(self.broken) - SHOWN} more rows")
        return self.examples


def read(path: Path, text: str = "text", label: str = "label") -> Read:
    """Examples of a .jsonl, .csv, .tsv (columns `text` and `label`, and lang or language, group) or CoNLL file.

    Rows that cannot be used are reported with their line and left out.

    Raises:
        DataError: the file cannot be read, is of no known form, or holds no usable row.
    """
    suffix = path.suffix.lower()
    if suffix in {".jsonl", ".json"}:
        found = _gather(path, _jsonl(path), text, label)
    elif suffix in {".csv", ".tsv"}:
        if suffix == ".tsv" and not _has_header(path, text):
            found = conll(path)
        else:
            found = _gather(path, _table(path, "\t" if suffix == ".tsv" else ","), text, label)
    elif suffix in {".conll", ".bio", ".iob2", ".txt"}:
        found = conll(path)
    else:
        raise DataError(f"{path}: unknown form {suffix!r}.", "Use .jsonl, .csv, .tsv or .conll.")
    if not found.examples:
        why = f" First: {found.broken[0]}" if found.broken else ""
        raise DataError(f"{path} holds no usable row.{why}", f"It needs {text} and {label}.")
    return found


def lines(path: Path) -> list[str]:
    """The file's lines. Raises DataError: unreadable, no UTF-8, or beyond MAX_BYTES."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DataError(f"{path} is larger than {MAX_BYTES >> 20} MB.", "Part it.")
        # Not splitlines: a text may hold U+2028 and its like.
        return path.read_text("utf-8-sig").removesuffix("\n").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read: {error}.", "Name a text file in UTF-8.") from error


def conll(path: Path) -> Read:
    """Sentences of `word<TAB or space>...<tag>` lines parted by empty ones; IOB1 tags are read as IOB2."""
    examples: list[Example] = []
    broken: list[str] = []
    words: list[str] = []
    tags: list[str] = []
    spoilt = False
    for number, line in enumerate([*lines(path), ""], 1):
        columns = line.split()
        if not columns or columns[0] == "-DOCSTART-":
            if words and not spoilt:
                examples.append(from_tags(words, tags))
            words, tags, spoilt = [], [], False
        elif len(columns) < 2 or not (columns[-1] == "O" or columns[-1][:2] in {"B-", "I-"}):
            broken.append(f"{path.name}:{number}: no word with a BIO tag: {line[:60]!r}")
            spoilt = True
        else:
            words.append(columns[0])
            tags.append(columns[-1])
    return Read(examples, broken)


def from_tags(words: Sequence[str], tags: Sequence[str]) -> Example:
    """The sentence of `words`, joined by spaces, its spans from BIO `tags`."""
    offsets: list[tuple[int, int]] = []
    at = 0
    for word in words:
        offsets.append((at, at + len(word)))
        at += len(word) + 1
    return Example(" ".join(words), spans=tuple(spans_of(tags, offsets)), words=tuple(offsets))


def spans_of(tags: Sequence[str], offsets: Sequence[tuple[int, int]]) -> list[Span]:
    """Spans of BIO tags; an I- that continues nothing begins one, as conlleval has it."""
    spans: list[Span] = []
    name, start, end = "", 0, 0
    for tag, (left, right) in zip([*tags, "O"], [*offsets, (0, 0)], strict=True):
        kind, _, new = tag.partition("-")
        if name and (kind != "I" or new != name):
            spans.append(Span(name, start, end))
            name = ""
        if kind in {"B", "I"}:
            if not name:
                name, start = new, left
            end = right
    return spans


def tags_of(spans: Iterable[Span], offsets: Sequence[tuple[int, int]]) -> list[str]:
    """BIO tags of the units at `offsets`; a unit belongs to the span that covers its first character."""
    tags = ["O"] * len(offsets)
    for span in spans:
        inside = [i for i, (left, _) in enumerate(offsets) if span.start <= left < span.end]
        for order, index in enumerate(inside):
            tags[index] = f"{'I' if order else 'B'}-{span.name}"
    return tags


def _has_header(path: Path, text: str) -> bool:
    first = lines(path)[:1]
    return bool(first) and text in first[0].split("\t")


def _jsonl(path: Path) -> Iterator[tuple[int, dict[str, Any] | str]]:
    for number, line in enumerate(lines(path), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield number, f"broken JSON ({error})"
            continue
        yield number, row if isinstance(row, dict) else "no JSON object"


def _table(path: Path, separator: str) -> Iterator[tuple[int, dict[str, Any] | str]]:
    fed = (line + "\n" for line in lines(path))
    if separator == "\t":
        reader = csv.DictReader(fed, delimiter=separator, quoting=csv.QUOTE_NONE)
    else:
        reader = csv.DictReader(fed, strict=True)
    while True:
        before = reader.line_num
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield before + 1, f"broken table ({error})"
            continue
        inner = sum(value.count("\n") for value in row.values() if isinstance(value, str))
        yield (
            reader.line_num - inner,
            row if None not in row.values() and None not in row else "wrong number of columns",
        )


def _gather(path: Path, rows: Iterator[tuple[int, dict[str, Any] | str]], text: str, label: str) -> Read:
    examples: list[Example] = []
    broken: list[str] = []
    for number, row in rows:
        if len(examples) >= MAX_ROWS:
            raise DataError(f"{path} has more than {MAX_ROWS} rows.", "Part it.")
        problem = row if isinstance(row, str) else _wrong(row, text, label)
        if isinstance(row, str) or problem:
            broken.append(f"{path.name}:{number}: {problem}")
            continue
        given = row.get(label, "")
        spans = tuple(Span(str(n), int(a), int(b)) for n, a, b in row.get("spans") or ())
        examples.append(
            Example(
                row[text], "|".join(map(str, given)) if isinstance(given, list) else str(given).strip(), spans,
                language=str(row.get("lang") or row.get("language") or ""), group=str(row.get("group") or ""),
            )
        )  # fmt: skip
    return Read(examples, broken)


def _wrong(row: dict[str, Any], text: str, label: str) -> str:
    if not isinstance(row.get(text), str) or not row[text].strip():
        return f"no {text}"
    if len(row[text]) > MAX_CHARACTERS:
        return f"{text} is longer than {MAX_CHARACTERS} characters"
    if any("\ud800" <= char <= "\udfff" for char in row[text]):
        return f"{text} holds half a character"
    given = row.get(label, "" if "spans" in row else None)
    if not isinstance(given, str | int | list) or (str(given).strip() in {"", "[]"} and "spans" not in row):
        return f"no {label}"
    spans = row.get("spans") or ()
    if not isinstance(spans, list | tuple) or not all(
        isinstance(s, list | tuple) and len(s) == 3 and isinstance(s[1], int) and isinstance(s[2], int)
        and 0 <= s[1] < s[2] <= len(row[text]) for s in spans
    ):  # fmt: skip
        return "spans are not [name, start, end] within the text"
    return ""


def clean(examples: Iterable[Example]) -> list[Example]:
    """Control characters out of texts without marked places; texts that are then empty are dropped."""
    kept = []
    for example in examples:
        if not example.spans and not example.words:
            text = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in example.text)
            example = replace(example, text=" ".join(text.split()))
        if example.text.strip():
            kept.append(example)
    return kept


def distinct(examples: Iterable[Example]) -> tuple[list[Example], list[Example]]:
    """The first of each wording (marks and case apart), and the texts that bear several labels, all of them left out:
    nobody can learn those."""
    by: dict[str, list[Example]] = {}
    for example in examples:
        by.setdefault(normalize(example.text) or example.text, []).append(example)
    kept, torn = [], []
    for same in by.values():
        if len({(e.label, tuple(s.name for s in e.spans)) for e in same}) > 1 and len({e.label for e in same}) > 1:
            torn += same
        else:
            kept.append(same[0])
    return kept, torn


def split(examples: Sequence[Example], *shares: float, seed: int = 0) -> list[list[Example]]:
    """Parts of about `shares` of each label, whole groups at a time; what is left is the first part.

    A group goes where the hash of its name and `seed` says, so that a growing set keeps its parts.
    """
    if sum(shares) >= 1 or any(share <= 0 for share in shares):
        raise DataError(f"shares {shares} leave nothing to train on.", "Let them come to less than 1.")
    parts: list[list[Example]] = [[] for _ in range(len(shares) + 1)]
    for example in examples:
        name = f"{seed}:{example.group or normalize(example.text)}".encode()
        place = int.from_bytes(hashlib.blake2b(name, digest_size=8).digest(), "big") / 2**64
        part = 0
        for number, share in enumerate(shares, 1):
            if place < share:
                part = number
                break
            place -= share
        parts[part].append(example)
    return parts


def balance(examples: Iterable[Example]) -> dict[str, int]:
    """How many examples each label has, the most frequent first."""
    counted = Counter(label for example in examples for label in (example.label.split("|") if example.label else []))
    return dict(counted.most_common())


def usable(examples: Sequence[Example], known: Sequence[str], source: str) -> tuple[list[Example], list[str]]:
    """The examples whose labels are all `known`, and the complaints about the others."""
    kept = [e for e in examples if all(label in known for label in e.label.split("|"))]
    unknown = Counter(label for e in examples for label in e.label.split("|") if label not in known)
    return kept, [f"{source}: {count} examples of unknown label {label!r}" for label, count in unknown.most_common()]
