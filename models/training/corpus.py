"""The residents' corpus: Markdown files of sentences as people say them, with intent, slots, tone and topic."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.language.detect import Language
from models.language.understanding import INTENTS, SENTIMENTS, SLOTS, TOPICS
from models.training.data import DataError, Example, Span, lines

FOLDER = Path(__file__).with_name("corpus")
KINDS = ("general", "chat", "near", "personal", "injection", "command")
"""Of sentences out of scope; near: about the property's world and yet nobody's job here."""

_HEADING = re.compile(r"## (\w+) (zh|en)(?: \{([^}]*)\})?")
_TAGGED = re.compile(r"\s*\{([a-z_ ]+)\}$")
_MARKED = re.compile(r"\[([^\]]*)\]\((\w+)\)")
_HOLE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence of the corpus."""

    text: str
    language: Language
    intent: str
    spans: tuple[Span, ...] = ()
    sentiment: str = ""
    """Empty where nobody has judged it."""
    topic: str = ""
    kind: str = ""
    """One of KINDS when it is out of scope."""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """A sentence with holes for slots, such as ``{location}的{object}坏了``."""

    text: str
    language: Language
    intent: str
    sentiment: str
    holes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Corpus:
    """What some files hold together."""

    said: list[Said]
    templates: list[Template]


def read(paths: Iterable[Path]) -> Corpus:
    """Sentences and templates of Markdown files: headings ``## intent language {defaults}``, sentences ``- ...`` with
    ``[words](slot)`` and an optional ``{sentiment topic}`` at the end, templates ``~ ...``.

    Raises:
        DataError: a line that cannot be understood; it is named.
    """
    corpus = Corpus([], [])
    for path in sorted(paths):
        _Reader(path, corpus).read()
    if not corpus.said:
        raise DataError("the corpus is empty.", "Name a folder or file with `## intent language` sections.")
    return corpus


def shipped() -> Corpus:
    """The corpus that the shipped heads are trained on."""
    return read(FOLDER.glob("*.md"))


class _Reader:
    def __init__(self, path: Path, corpus: Corpus) -> None:
        self._path, self._corpus = path, corpus
        self._number = 0
        self._intent, self._default = "", ""
        self._language: Language = "zh"

    def read(self) -> None:
        for number, raw in enumerate(lines(self._path), 1):
            self._number, line = number, raw.strip()
            if line.startswith("## "):
                self._heading(line)
            elif line.startswith(("- ", "~ ")):
                if not self._intent:
                    raise self._wrong("stands before any heading")
                self._sentence(line[2:].strip(), line[0] == "~")

    def _heading(self, line: str) -> None:
        found = _HEADING.fullmatch(line)
        if not found or found[1] not in INTENTS:
            raise self._wrong(f"is no `## intent zh` or `## intent en`: {line!r}")
        self._intent, self._default = found[1], (found[3] or "").strip()
        self._language = "zh" if found[2] == "zh" else "en"
        if self._default and self._default not in SENTIMENTS:
            raise self._wrong(f"has the unknown default {self._default!r}")

    def _sentence(self, line: str, is_template: bool) -> None:
        tags: list[str] = []
        tagged = _TAGGED.search(line)
        if tagged and all(tag in (*SENTIMENTS, *TOPICS, *KINDS) for tag in tagged[1].split()):
            tags, line = tagged[1].split(), line[: tagged.start()]
        sentiment = next((tag for tag in tags if tag in SENTIMENTS), self._default)
        if is_template:
            holes = tuple(_HOLE.findall(line))
            if unknown := [hole for hole in holes if hole not in SLOTS]:
                raise self._wrong(f"has the unknown slot {unknown[0]!r}")
            self._corpus.templates.append(Template(line, self._language, self._intent, sentiment, holes))
            return
        text, spans = unmarked(line)
        if wrong := [span.name for span in spans if span.name not in SLOTS]:
            raise self._wrong(f"has the unknown slot {wrong[0]!r}")
        if "](" in text or not text.strip():
            raise self._wrong(f"has a broken mark: {line!r}")
        topic = next((tag for tag in tags if tag in TOPICS), "")
        kind = next((tag for tag in tags if tag in KINDS), "")
        if topic and not sentiment:
            sentiment = "neutral"
        self._corpus.said.append(Said(text, self._language, self._intent, tuple(spans), sentiment, topic, kind))

    def _wrong(self, why: str) -> DataError:
        return DataError(f"{self._path}:{self._number}: {why}.", "docs/training.md says the form.")


def unmarked(line: str) -> tuple[str, list[Span]]:
    """The text of a line with ``[words](slot)`` marks, and the spans that they mark."""
    text, spans, last = "", [], 0
    for found in _MARKED.finditer(line):
        text += line[last : found.start()]
        spans.append(Span(found[2], len(text), len(text) + len(found[1])))
        text += found[1]
        last = found.end()
    return text + line[last:], spans


def intents(said: Sequence[Said]) -> list[Example]:
    """For the intent head."""
    return [Example(s.text, s.intent, language=s.language, group=s.group, mark=s.kind) for s in said]


def slots(said: Sequence[Said]) -> list[Example]:
    """For the slot head."""
    return [Example(s.text, spans=s.spans, language=s.language, group=s.group, mark=s.intent) for s in said]


def sentiments(said: Sequence[Said]) -> list[Example]:
    """For the sentiment head: those that somebody judged."""
    return [Example(s.text, s.sentiment, language=s.language, group=s.group) for s in said if s.sentiment]


def topics(said: Sequence[Said]) -> list[Example]:
    """For the topic head."""
    return [Example(s.text, s.topic, language=s.language, group=s.group) for s in said if s.topic]
