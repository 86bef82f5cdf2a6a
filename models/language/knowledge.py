"""The knowledge file: what a property manager writes in Markdown, checked and made searchable."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from hal.errors import LouguanError
from models.language.detect import Language
from models.language.lexical import normalize
from models.language.passage import Passage

MAX_BYTES = 1 << 20
MAX_ENTRIES = 1000
MAX_WORDINGS = 10_000
MAX_WORDING = 200
MAX_ANSWER = 1000
"""Characters."""

PRIVATE = "{private}"
"""Behind an entry's id: for the staff alone."""
_IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9-]{0,47}")
_MARKS: dict[str, tuple[Language, bool]] = {
    "问": ("zh", True),
    "答": ("zh", False),
    "Q": ("en", True),
    "A": ("en", False),
}
_MARKED = re.compile(r"(问|答|[QqAa])\s*[:：]\s*(.*)")


class KnowledgeError(LouguanError):
    """The knowledge file cannot be used. line: from 1, 0 for the file as a whole."""

    def __init__(self, path: Path, line: int, message: str, remedy: str) -> None:
        super().__init__(f"{path}:{line}: {message}" if line else f"{path}: {message}", remedy)
        self.line = line


@dataclass(slots=True)
class Entry:
    """One answer and the ways to ask for it, in one language or both."""

    id: str
    category: str
    line: int
    private: bool = False
    """For the staff alone: residents never get it, nor learn that it is there."""
    wordings: dict[Language, list[str]] = field(default_factory=dict)
    """The canonical question first."""
    answers: dict[Language, str] = field(default_factory=dict)

    def language(self, wanted: Language) -> Language:
        """`wanted` if the entry has an answer in it, else the one it has."""
        return wanted if wanted in self.answers else next(iter(self.answers))

    def question(self, wanted: Language) -> str:
        """The canonical question, in `wanted` if there is one."""
        return (self.wordings.get(wanted) or next(iter(self.wordings.values())))[0]


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Every entry by id, in the file's order."""

    path: Path
    entries: dict[str, Entry]

    def passages(self, private: bool = False) -> list[Passage]:
        """Each wording of each entry, those of private entries only when asked for."""
        return [
            Passage(entry.id, text, language)
            for entry in self.entries.values()
            if private or not entry.private
            for language, texts in entry.wordings.items()
            for text in texts
        ]


def read(path: Path) -> Knowledge:
    """The knowledge in the file at `path`.

    Raises:
        KnowledgeError: it cannot be read, or something in it is wrong; the first such line is named.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        remedy = "Name another one as desk.knowledge in gateway.toml."
        raise KnowledgeError(path, 0, f"cannot be read: {error.strerror}.", remedy) from error
    if len(raw) > MAX_BYTES:
        raise KnowledgeError(path, 0, f"is larger than {MAX_BYTES} bytes.", "Shorten it.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise KnowledgeError(path, line, "this line is not UTF-8.", "Save the file with the encoding UTF-8.") from error
    return parse(text, path)


def parse(text: str, path: Path) -> Knowledge:
    """The knowledge that `text` describes; `path` is named in errors. Raises KnowledgeError."""
    return _Parser(path).parse(text)


class _Parser:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._line = 0
        self._category = ""
        self._entry: Entry | None = None
        self._part: tuple[Language, bool] | None = None
        self._entries: dict[str, Entry] = {}
        self._seen: dict[str, tuple[str, int]] = {}

    def parse(self, text: str) -> Knowledge:
        for self._line, raw in enumerate(text.split("\n"), 1):
            if line := raw.strip():
                self._take(line)
        self._finish()
        if not self._entries:
            raise self._wrong("there is no entry.", "Write `## category`, below it `### entry-id`, Q: and A:.", 0)
        return Knowledge(self._path, self._entries)

    def _take(self, line: str) -> None:
        if line.startswith("### "):
            self._begin_entry(line[4:].strip())
        elif line.startswith("## "):
            self._finish()
            self._category = self._identifier(line[3:].split()[0])
        elif not self._category:
            return
        elif self._entry is None:
            raise self._wrong("this line belongs to no entry.", "Begin one above it: `### entry-id`.")
        elif marked := _MARKED.match(line):
            self._begin_part(self._entry, marked[1].upper(), marked[2].strip())
        elif self._part is None:
            raise self._wrong("this line follows neither Q:, 问：, A: nor 答：.", "Put one of them before it.")
        elif not self._part[1]:
            self._answer(self._entry, self._part[0], line)
        elif line.startswith(("- ", "* ", "-\t")):
            self._wording(self._entry, self._part[0], line[2:].strip())
        else:
            raise self._wrong("another way to ask begins with `- `.", "Put `- ` before it, or remove the line.")

    def _begin_entry(self, name: str) -> None:
        self._finish()
        name, _, mark = name.partition(" ")
        name, mark = self._identifier(name), mark.strip()
        if mark not in ("", PRIVATE):
            raise self._wrong(f"{mark!r} follows the id {name}.", f"Only {PRIVATE} may.")
        if not self._category:
            raise self._wrong(f"{name} stands in no category.", "Write `## category` above it.")
        if name in self._entries:
            raise self._wrong(f"there is another entry {name}.", "Give one of them another name.")
        if len(self._entries) >= MAX_ENTRIES:
            raise self._wrong(f"there are more than {MAX_ENTRIES} entries.", "Put some of them together.")
        self._entry = Entry(name, self._category, self._line, bool(mark))

    def _begin_part(self, entry: Entry, mark: str, text: str) -> None:
        language, is_question = self._part = _MARKS[mark]
        if language in (entry.wordings if is_question else entry.answers):
            raise self._wrong(f"{entry.id} has {mark}: already.", "Remove one of the two.")
        if is_question:
            entry.wordings[language] = []
            self._wording(entry, language, text)
        else:
            entry.answers[language] = ""
            self._answer(entry, language, text)

    def _wording(self, entry: Entry, language: Language, text: str) -> None:
        key = normalize(text)
        if not key:
            raise self._wrong("a question without words.", "Write the question, or remove the line.")
        if len(text) > MAX_WORDING:
            raise self._wrong(f"a question of more than {MAX_WORDING} characters.", "Shorten it.")
        other, line = self._seen.setdefault(key, (entry.id, self._line))
        if other != entry.id:
            raise self._wrong(f"{text!r} stands in {other}, line {line}, too.", "Remove it from one of the two.")
        if len(self._seen) > MAX_WORDINGS:
            raise self._wrong(f"there are more than {MAX_WORDINGS} questions.", "Remove some that say the same.")
        entry.wordings[language].append(text)

    def _answer(self, entry: Entry, language: Language, text: str) -> None:
        before = entry.answers[language]
        joined = f"{before}{' ' if before and language == 'en' else ''}{text}"
        if len(joined) > MAX_ANSWER:
            raise self._wrong(f"an answer of more than {MAX_ANSWER} characters.", "Shorten it: it is read aloud.")
        entry.answers[language] = joined

    def _finish(self) -> None:
        entry, self._entry, self._part = self._entry, None, None
        if entry is None:
            return
        entry.answers = {language: text for language, text in entry.answers.items() if text}
        if not entry.wordings:
            raise self._wrong(f"{entry.id} has no question.", "Write Q: or 问： below it.", entry.line)
        if not entry.answers:
            raise self._wrong(f"{entry.id} has no answer.", "Write A: or 答： below its questions.", entry.line)
        self._entries[entry.id] = entry

    def _identifier(self, name: str) -> str:
        if not _IDENTIFIER.fullmatch(name):
            remedy = "Use lower-case letters, digits and hyphens, such as water-leak."
            raise self._wrong(f"{name!r} cannot be an id.", remedy)
        return name

    def _wrong(self, message: str, remedy: str, line: int | None = None) -> KnowledgeError:
        return KnowledgeError(self._path, self._line if line is None else line, message, remedy)
