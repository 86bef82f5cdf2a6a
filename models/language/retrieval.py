"""Finding the knowledge entry that answers a question, and how sure that is."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.language import calibration
from models.language.background import Background
from models.language.calibration import Calibration
from models.language.detect import detect_language
from models.language.discriminant import discriminant
from models.language.encoder import MAX_CHARACTERS, SentenceEncoder
from models.language.lexical import LexicalIndex, normalize
from models.language.passage import Hit, Passage
from models.language.vectors import VectorCache
from models.runtime.errors import ModelError

Vector = NDArray[np.float64]


class Retriever:
    """Searches passages by meaning and by wording together."""

    def __init__(
        self,
        encoder: SentenceEncoder,
        passages: Sequence[Passage],
        cache: VectorCache | None = None,
        stop: threading.Event | None = None,
    ) -> None:
        """Embeds the passages, those in `cache` excepted (new ones are put there; saving it is the caller's).

        `stop`, set from elsewhere, ends that early with a ModelError.

        Raises:
            ModelError: no passage, or an artifact without calibration.
        """
        if not passages:
            raise ModelError("there is no passage to search.", remedy="Put at least one entry in the knowledge file.")
        self._encoder = encoder
        self._passages = tuple(passages)
        self._calibration = Calibration.from_card(encoder.artifact.section("retrieval"))
        self.threshold = self._calibration.threshold
        """Hits with at least this score count as known."""
        self.entries = tuple(dict.fromkeys(passage.entry_id for passage in passages))
        """Ids, in the order of the rows of `features`."""
        texts = [passage.text for passage in passages]
        background = Background.load(encoder.artifact)
        raw = (cache or VectorCache()).embed(encoder, texts, stop)
        self._vectors = background.centred(raw, [passage.language for passage in passages])
        self._background = background.without(self._vectors, self._calibration.background_near)
        self._lexical = LexicalIndex(texts)
        self._same = {normalize(passage.text): passage for passage in reversed(passages)}
        self._rows = _rows_by_entry(passages, self.entries)
        place = {entry: number for number, entry in enumerate(self.entries)}
        of = [place[passage.entry_id] for passage in passages]
        self._discriminant = discriminant(self._vectors, of, len(place), self._background.vectors)

    def search(self, text: str, top: int = 5, vector: NDArray[np.float32] | None = None) -> list[Hit]:
        """The `top` entries, best first, each with its best wording; nothing for text without a letter or digit.

        Who asks in the very words of a passage gets its entry, score 1. `vector`: of `text`, where the encoder has
        read it already.
        """
        text = text[:MAX_CHARACTERS]
        if not (plain := normalize(text)):
            return []
        rows, likeness = self._look(text, vector)
        scores = self._calibration.probability(rows)
        order = list(np.argsort(-rows[:, 0], kind="stable")[: max(0, top)])
        hits = [self._hit(entry, likeness, float(scores[entry])) for entry in order]
        if same := self._same.get(plain):
            others = [hit for hit in hits if hit.entry_id != same.entry_id]
            hits = [Hit(same.entry_id, same.text, same.language, 1.0), *others][: max(0, top)]
        return hits

    def features(self, text: str) -> Vector:
        """calibration.FEATURES of every entry, shape (entries, features); `text` must have a letter or digit."""
        return self._look(text[:MAX_CHARACTERS])[0]

    def _look(self, text: str, known: NDArray[np.float32] | None = None) -> tuple[Vector, NDArray[np.float32]]:
        """Features of every entry, and the likeness of every passage."""
        raw = self._encoder.embed([text]) if known is None else known[None]
        language = detect_language(text)
        settings = self._calibration
        vector = self._background.centred(raw, [language])[0]
        by_meaning, by_wording = self._vectors @ vector, self._lexical.similarity(text)
        dense, lexical = (self._best(values) for values in (by_meaning, by_wording))
        total = dense + settings.lexical_share * lexical + settings.discriminant_share * (vector @ self._discriminant)
        far = self._background.likeness(vector, settings.nearest)
        found = calibration.features(total, dense, far, language, len(text))
        return found, by_meaning + np.float32(settings.lexical_share) * by_wording

    def _best(self, values: NDArray[np.float32]) -> Vector:
        """Mean of each entry's `nearest` highest values."""
        wanted = min(self._calibration.nearest, self._rows.shape[1])
        padded = np.where(self._rows < 0, -np.inf, values[self._rows])
        best = -np.partition(-padded, wanted - 1, axis=1)[:, :wanted]
        there = np.isfinite(best)
        return np.asarray(np.where(there, best, 0.0).sum(axis=1, dtype=np.float64) / there.sum(axis=1))

    def _hit(self, entry: int, likeness: NDArray[np.float32], score: float) -> Hit:
        rows = self._rows[entry][self._rows[entry] >= 0]
        passage = self._passages[rows[np.argmax(likeness[rows])]]
        return Hit(passage.entry_id, passage.text, passage.language, score)


def _rows_by_entry(passages: Sequence[Passage], entries: Sequence[str]) -> NDArray[np.int64]:
    """Rows of each entry's passages, shape (entries, most), -1 where it has fewer."""
    rows: dict[str, list[int]] = {entry: [] for entry in entries}
    for row, passage in enumerate(passages):
        rows[passage.entry_id].append(row)
    table = np.full((len(entries), max(map(len, rows.values()))), -1, np.int64)
    for place, found in enumerate(rows.values()):
        table[place, : len(found)] = found
    return table
