"""A resident's sentence to the desk's answer: emergencies by rule, the rest by the knowledge file, or a human."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import models
from agent import config
from agent.api.schema import AnswerView
from agent.desk.emergency import ENTRIES, emergency
from agent.texts import TEXTS
from models.language import knowledge
from models.language.detect import Language, detect_language
from models.language.encoder import SentenceEncoder
from models.language.knowledge import Knowledge
from models.language.lexical import normalize
from models.language.passage import Hit
from models.language.retrieval import Retriever
from models.language.vectors import VectorCache

log = logging.getLogger(__name__)

SHIPPED_KNOWLEDGE = Path(__file__).parent / "knowledge" / "estate.md"
SHIPPED_MODEL = Path(models.__file__).parent / "artifacts" / "sentence-encoder"
LONGEST = 500
"""Characters of a question; nobody at a kiosk says more in one breath."""
ALTERNATIVES = 3
LIKELY = 0.1
"""Probability from which another entry is worth offering."""
PROBE = "ping"


@dataclass(frozen=True, slots=True)
class _Loaded:
    knowledge: Knowledge
    retriever: Retriever


class Desk:
    """Answers from one model and one knowledge file; `reload` takes the file again without a pause in answering."""

    def __init__(self, settings: config.Desk, cache: Path, stop: threading.Event | None = None) -> None:
        """cache: file for the vectors of the knowledge file. stop: set from elsewhere, ends a long load early.

        Raises:
            ModelError: the model's folder is damaged. KnowledgeError: the knowledge file is.
        """
        self._settings = settings
        self._stop = stop
        self.path = settings.knowledge or SHIPPED_KNOWLEDGE
        self._encoder = SentenceEncoder.load(settings.model or SHIPPED_MODEL, settings.threads)
        self.probe()
        self._cache = VectorCache(cache)
        self._stamp: tuple[int, int, int] | None = None
        self._loaded = self._load()

    @property
    def entries(self) -> int:
        """How many the knowledge file has."""
        return len(self._loaded.knowledge.entries)

    def changed(self) -> bool:
        """Whether the knowledge file is another one than was last looked at; a vanished one counts."""
        return _stamp(self.path) != self._stamp

    def reload(self) -> None:
        """Takes the knowledge file again; after an error the last good one stays in use.

        Raises:
            KnowledgeError: something in it is wrong.
        """
        self._loaded = self._load()

    def save_cache(self) -> None:
        """Keeps the vectors for the next start. Raises OSError."""
        self._cache.save()

    def probe(self) -> None:
        """One turn of the model, to see that it works, and to have its memory ready. Raises ModelError."""
        self._encoder.embed([PROBE])

    def answer(self, text: str, language: Language | None = None) -> AnswerView:
        """The answer in the language of the question, or in `language`; never fails on what a resident says."""
        began = time.perf_counter()
        spoken = language or detect_language(text)
        loaded = self._loaded
        if not normalize(text):
            view = AnswerView(
                answer=_say("desk.empty", spoken), known=False, entry=None, score=0.0, language=spoken, ms=0.0
            )
        elif urgent := emergency(text):
            view = self._urgent(loaded.knowledge, urgent, spoken)
        elif len(text) > LONGEST:
            view = self._unknown("desk.long", spoken, 0.0, [])
        else:
            view = self._found(loaded, text, spoken)
        return view.model_copy(update={"ms": round((time.perf_counter() - began) * 1000, 2)})

    def _found(self, loaded: _Loaded, text: str, spoken: Language) -> AnswerView:
        hits = loaded.retriever.search(text, ALTERNATIVES + 1)
        threshold = self._settings.known_threshold or loaded.retriever.threshold
        score = hits[0].score if hits else 0.0
        if score < threshold:
            return self._unknown(
                "desk.unknown", spoken, score, _questions(loaded.knowledge, hits[:ALTERNATIVES], spoken)
            )
        entry = loaded.knowledge.entries[hits[0].entry_id]
        given = entry.language(spoken)
        others = _questions(loaded.knowledge, hits[1:], spoken)
        return AnswerView(
            answer=entry.answers[given], known=True, entry=entry.id, score=score, language=given, ms=0.0,
            alternatives=others,
        )  # fmt: skip

    def _urgent(self, known: Knowledge, name: str, spoken: Language) -> AnswerView:
        entry = known.entries.get(name)
        given = entry.language(spoken) if entry else spoken
        text = entry.answers[given] if entry else _say("desk.urgent", spoken, human=self._human(spoken))
        return AnswerView(
            answer=text, known=True, entry=entry.id if entry else None, score=1.0, language=given, ms=0.0,
            handoff=self._human(spoken),
        )  # fmt: skip

    def _unknown(self, key: str, spoken: Language, score: float, alternatives: list[str]) -> AnswerView:
        human = self._human(spoken)
        return AnswerView(
            answer=_say(key, spoken, human=human), known=False, entry=None, score=score, language=spoken, ms=0.0,
            alternatives=alternatives, handoff=human,
        )  # fmt: skip

    def _human(self, spoken: Language) -> str:
        contact = self._settings.human
        return f"{contact.name.get(spoken)} {contact.phone}".rstrip()

    def _load(self) -> _Loaded:
        self._stamp = _stamp(self.path)
        read = knowledge.read(self.path)
        if absent := [name for name in ENTRIES if name not in read.entries]:
            log.warning("%s has no entry %s: such emergencies get a general answer.", self.path, ", ".join(absent))
        return _Loaded(read, Retriever(self._encoder, read.passages(), self._cache, self._stop))


def _questions(known: Knowledge, hits: list[Hit], spoken: Language) -> list[str]:
    return [known.entries[hit.entry_id].question(spoken) for hit in hits if hit.score >= LIKELY]


def _say(key: str, spoken: Language, **values: object) -> str:
    return TEXTS[key][spoken == "zh"].format(**values)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """What changes when somebody saves the file; None when it is not there."""
    try:
        seen = path.stat()
    except OSError:
        return None
    return seen.st_mtime_ns, seen.st_size, seen.st_ino
