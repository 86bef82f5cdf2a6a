"""What residents say, with the entry that answers it: the sentences that the desk is tuned and measured with."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hal.errors import LouguanError
from models.language.detect import Language
from models.language.encoder import Kind, SentenceEncoder

MAX_CASES = 100_000
BACKGROUND = Path(__file__).with_name("background.md")


class CasesError(LouguanError):
    """A file of sentences cannot be used."""


@dataclass(frozen=True, slots=True)
class Case:
    """One sentence. entry: the id that answers it, None where the desk must decline."""

    text: str
    language: Language
    entry: str | None
    kind: str


def read(path: Path) -> list[Case]:
    """Cases of a file with one JSON object a line: text, language, entry, kind.

    Raises:
        CasesError: it cannot be read, or a line is no case.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CasesError(f"{path} cannot be read: {error}.", "Name a file of labelled sentences.") from error
    if len(lines) > MAX_CASES:
        raise CasesError(f"{path} has more than {MAX_CASES} lines.", "Take fewer sentences.")
    cases = []
    for number, line in enumerate(lines, 1):
        try:
            item = json.loads(line)
            case = Case(str(item["text"]), item["language"], item["entry"], str(item.get("kind", "")))
        except (ValueError, KeyError, TypeError) as error:
            raise CasesError(f"{path}:{number}: no case ({error!r}).", "Write text, language and entry.") from error
        if case.language not in ("zh", "en") or not (case.entry is None or isinstance(case.entry, str)):
            raise CasesError(f"{path}:{number}: language or entry is wrong.", "Use zh or en, and an id or null.")
        cases.append(case)
    if not {True, False} <= {case.entry is None for case in cases}:
        raise CasesError(f"{path} needs sentences with an entry and some without.", "Add what is missing.")
    return cases


def background() -> list[tuple[str, Language]]:
    """The sentences of background.md, with their language."""
    found: list[tuple[str, Language]] = []
    language: Language = "zh"
    for line in BACKGROUND.read_text("utf-8").splitlines():
        if line.startswith("## "):
            language = "zh" if "(zh)" in line else "en"
        elif line.startswith("- "):
            found.append((line[2:].strip(), language))
    return found


class Memo(SentenceEncoder):
    """An encoder that embeds no text twice: folds ask for the same ones again and again."""

    def embed(self, texts: Sequence[str], kind: Kind = "query") -> NDArray[np.float32]:
        known: dict[tuple[str, Kind], NDArray[np.float32]] = self.__dict__.setdefault("known", {})
        new = [text for text in dict.fromkeys(texts) if (text, kind) not in known]
        known.update(((text, kind), vector) for text, vector in zip(new, super().embed(new, kind), strict=True))
        return np.stack([known[text, kind] for text in texts])
