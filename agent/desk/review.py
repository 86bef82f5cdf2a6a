"""Turns that went wrong, kept masked until a person says what they meant; what is labelled trains the next model."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from agent.data.store import Schema
from agent.desk.feedback import PrivateFile
from agent.desk.masking import mask
from hal.errors import LouguanError
from models.language.detect import Language
from models.language.understanding import INTENTS, Understanding

Kind = Literal["handoff", "low_confidence", "correction", "abuse"]
KINDS: Final[tuple[Kind, ...]] = ("handoff", "low_confidence", "correction", "abuse")
KEEP: Final = 5000
"""Rows; beyond them the oldest go, those without a label first."""
KEEP_DAYS: Final = 180
"""For rows that nobody labels."""
LISTED: Final = 1000
_LONGEST_NAME: Final = 64
_MOST_ID: Final = 2**63
_DAY_S: Final = 86400.0
_COLUMNS: Final = "id, time, kind, language, text, intent, confidence, second, entry, form, label, note"

SCHEMA = Schema(
    application_id=0x4C475256,
    migrations=(
        (
            """CREATE TABLE turns (
                id INTEGER PRIMARY KEY AUTOINCREMENT, time REAL NOT NULL, kind TEXT NOT NULL, language TEXT NOT NULL,
                text TEXT NOT NULL, intent TEXT NOT NULL, confidence REAL NOT NULL, second TEXT NOT NULL,
                entry TEXT NOT NULL, form TEXT NOT NULL, label TEXT, note TEXT NOT NULL)""",
            "CREATE INDEX turns_of_label ON turns (label, id)",
        ),
    ),
)


class ReviewError(LouguanError):
    """A row of the review queue cannot be labelled or dropped as asked."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One row. time: Unix seconds. text, note: masked. second: the intent that was next likely; entry, form: the
    knowledge entry and the form in use; each empty where there was none. label: the reviewer's intent."""

    id: int
    time: float
    kind: Kind
    language: Language
    text: str
    intent: str
    confidence: float
    second: str = ""
    entry: str = ""
    form: str = ""
    label: str | None = None
    note: str = ""


class ReviewQueue:
    """One SQLite file; what `add` and `label` took is on the disk. Safe from any thread."""

    def __init__(self, path: Path, keep: int = KEEP) -> None:
        """keep: most rows in the file. Raises StorageError."""
        self._keep = keep
        self._file = PrivateFile(path, SCHEMA)

    def add(self, kind: Kind, heard: Understanding, now: float, entry: str = "", form: str = "", note: str = "") -> int:
        """Keeps a turn, masked, and gives its id. now: Unix seconds. Raises StorageError."""
        others = [name for name in heard.scores if name != heard.intent]
        row = (
            now, kind, heard.language, mask(heard.text, heard.slots), heard.intent, heard.confidence,
            max(others, key=heard.scores.__getitem__, default=""), entry[:_LONGEST_NAME], form[:_LONGEST_NAME],
            mask(note),
        )  # fmt: skip
        with self._file.writing() as connection:
            number = connection.execute(
                "INSERT INTO turns (time, kind, language, text, intent, confidence, second, entry, form, note)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            ).lastrowid
            connection.execute("DELETE FROM turns WHERE label IS NULL AND time < ?", (now - KEEP_DAYS * _DAY_S,))
            over = connection.execute("SELECT count(*) FROM turns").fetchone()[0] - self._keep
            connection.execute(
                "DELETE FROM turns WHERE id IN"
                " (SELECT id FROM turns WHERE id != ? ORDER BY label IS NOT NULL, id LIMIT ?)",
                (number, max(0, over)),
            )
        return number or 0

    def get(self, id: int) -> Turn | None:
        """Raises StorageError."""
        return next(iter(self._read("id = ?", id)), None) if 0 < id < _MOST_ID else None

    def list(self, every: bool = False) -> Sequence[Turn]:
        """The newest LISTED rows without a label, or of all, newest first. Raises StorageError."""
        return self._read("(? OR label IS NULL) ORDER BY id DESC LIMIT ?", every, LISTED)

    def next(self) -> Turn | None:
        """The oldest row without a label. Raises StorageError."""
        return next(iter(self._read("label IS NULL ORDER BY id LIMIT 1")), None)

    def counts(self) -> tuple[int, int]:
        """How many rows wait for a label, and how many have one. Raises StorageError."""
        waiting, every = self._file.rows("SELECT count(*) - count(label), count(*) FROM turns")[0]
        return waiting, every - waiting

    def label(self, id: int, intent: str, note: str = "") -> Turn:
        """Says what a row meant; a second label replaces the first. note: kept masked, when there is one.

        Raises:
            ReviewError: no such row or intent. StorageError.
        """
        if intent not in INTENTS:
            raise ReviewError(f"There is no intent {intent[:40]!r}.", f"Use one of {', '.join(INTENTS)}.")
        before = self._existing(id)
        with self._file.writing() as connection:
            connection.execute(
                "UPDATE turns SET label = ?, note = ? WHERE id = ?", (intent, mask(note) or before.note, id)
            )
        return self._existing(id)

    def drop(self, id: int) -> None:
        """Forgets a row. Raises ReviewError: there is none of this id; StorageError."""
        self._existing(id)
        with self._file.writing() as connection:
            connection.execute("DELETE FROM turns WHERE id = ?", (id,))

    def export(self, every: bool = False) -> str:
        """Lines of JSON (text, label, lang) of the labelled rows, oldest first, as training reads them.

        every: unlabelled rows too; their label is empty and `intent` says what the desk took them for.
        Raises StorageError.
        """
        lines = []
        for turn in self._read("(? OR label IS NOT NULL) ORDER BY id", every):
            row = {"text": turn.text, "label": turn.label or "", "lang": turn.language}
            lines.append(json.dumps(row if turn.label else {**row, "intent": turn.intent}, ensure_ascii=False))
        return "".join(f"{line}\n" for line in lines)

    def close(self) -> None:
        """May be called twice."""
        self._file.close()

    def _existing(self, id: int) -> Turn:
        turn = self.get(id)
        if turn is None:
            raise ReviewError(f"There is no row {id} in the review queue.", "Look at the list: louguan review.")
        return turn

    def _read(self, where: str, *values: object) -> Sequence[Turn]:
        return [Turn(*row) for row in self._file.rows(f"SELECT {_COLUMNS} FROM turns WHERE {where}", *values)]
