"""A resident's sentence to the desk's answer: emergencies by rule, the rest by the knowledge file, or a human."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import models
from agent import config
from agent.api.schema import AnswerView
from agent.desk import hearing
from agent.desk.dialogue import Answer
from agent.desk.emergency import ENTRIES, emergency
from agent.desk.facts import Facts
from agent.texts import TEXTS
from models.language import knowledge
from models.language.detect import Language, detect_language
from models.language.encoder import SentenceEncoder
from models.language.knowledge import Knowledge
from models.language.lexical import normalize
from models.language.passage import Hit
from models.language.reader import Heard, Reader
from models.language.retrieval import Retriever
from models.language.understanding import Understanding
from models.language.vectors import VectorCache

log = logging.getLogger(__name__)

SHIPPED_KNOWLEDGE = Path(__file__).parent / "knowledge" / "estate.md"
SHIPPED_MODEL = Path(models.__file__).parent / "artifacts" / "trunk"
LONGEST = 500
"""Characters of a question; nobody at a kiosk says more in one breath."""
MOST = 2000
"""Characters of a turn that are read at all."""
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

    def __init__(
        self,
        settings: config.Desk,
        cache: Path,
        stop: threading.Event | None = None,
        facts: Facts | None = None,
        private: bool = False,
    ) -> None:
        """cache: file for the vectors of the knowledge file. stop: set from elsewhere, ends a long load early.
        private: whether the entries for the staff are answered, too.

        Raises:
            ModelError: the model's folder is damaged. KnowledgeError: the knowledge file is.
        """
        self._settings = settings
        self._stop = stop
        self._private = private
        self.path = settings.knowledge or SHIPPED_KNOWLEDGE
        self._encoder = SentenceEncoder.load(settings.model or SHIPPED_MODEL, settings.threads)
        self.probe()
        self.reader = Reader(self._encoder, (settings.model or SHIPPED_MODEL).parent)
        self._facts = facts or Facts(None)
        self._cache = VectorCache(cache)
        self._stamp: tuple[int, int, int] | None = None
        self._loaded = self._load()

    @property
    def entries(self) -> int:
        """How many the knowledge file has."""
        return len(self._loaded.knowledge.entries)

    @property
    def knowledge(self) -> Knowledge:
        """What is answered from."""
        return self._loaded.knowledge

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

    def hear(self, text: str, now: datetime, language: Language | None = None) -> Heard:
        """What a turn means; beyond MOST characters it is not read on. Raises ModelError."""
        return hearing.hear(self.reader, text[:MOST], now, language)

    def answer(self, text: str, language: Language | None = None) -> AnswerView:
        """The answer in the language of the question, or in `language`; never fails on what a resident says."""
        began = time.perf_counter()
        spoken = language or detect_language(text)
        if not normalize(text):
            view = AnswerView(
                answer=_say("desk.empty", spoken), known=False, entry=None, score=0.0, language=spoken, ms=0.0
            )
        elif urgent := emergency(text):
            view = self._urgent(urgent, spoken)
        elif len(text) > LONGEST:
            view = self._unknown("desk.long", spoken, 0.0, [])
        else:
            heard = self.hear(text, datetime.now(), spoken)
            view = self._found(heard.meaning, heard.vector)
        return view.model_copy(update={"ms": round((time.perf_counter() - began) * 1000, 2)})

    def respond(self, heard: Understanding, vector: NDArray[np.float32]) -> Answer:
        """The answer to a turn of a dialogue that no form takes."""
        view = self._found(heard, vector)
        return Answer(view.answer, view.known, view.entry, view.score, None if view.known else view.handoff)

    def matches(self, text: str, vector: NDArray[np.float32]) -> list[Hit]:
        """The entries most alike, best first."""
        return self._loaded.retriever.search(text, ALTERNATIVES + 2, vector)

    @property
    def threshold(self) -> float:
        """Probability from which an entry counts as known."""
        return self._settings.known_threshold or self._loaded.retriever.threshold

    def urgent(self, name: str, spoken: Language) -> str:
        """What to do in the emergency of that name, or in any."""
        return self._urgent(name, spoken).answer

    def human(self, spoken: Language) -> str:
        """Whom to turn to."""
        contact = self._settings.human
        return f"{contact.name.get(spoken)} {contact.phone}".rstrip()

    def _found(self, heard: Understanding, vector: NDArray[np.float32]) -> AnswerView:
        loaded, spoken = self._loaded, heard.language
        if fact := self._facts.answer(heard.text, heard.intent, spoken):
            return AnswerView(answer=fact, known=True, entry=None, score=heard.confidence, language=spoken, ms=0.0)
        hits = loaded.retriever.search(heard.text, ALTERNATIVES + 1, vector)
        score = hits[0].score if hits else 0.0
        if score < self.threshold:
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

    def _urgent(self, name: str, spoken: Language) -> AnswerView:
        entry = self._loaded.knowledge.entries.get(name)
        entry = None if entry and entry.private and not self._private else entry
        given = entry.language(spoken) if entry else spoken
        text = entry.answers[given] if entry else _say("desk.urgent", spoken, human=self.human(spoken))
        return AnswerView(
            answer=text, known=True, entry=entry.id if entry else None, score=1.0, language=given, ms=0.0,
            handoff=self.human(spoken),
        )  # fmt: skip

    def _unknown(self, key: str, spoken: Language, score: float, alternatives: list[str]) -> AnswerView:
        human = self.human(spoken)
        return AnswerView(
            answer=_say(key, spoken, human=human), known=False, entry=None, score=score, language=spoken, ms=0.0,
            alternatives=alternatives, handoff=human,
        )  # fmt: skip

    def _load(self) -> _Loaded:
        self._stamp = _stamp(self.path)
        read = knowledge.read(self.path)
        if absent := [name for name in ENTRIES if name not in read.entries]:
            log.warning("%s has no entry %s: such emergencies get a general answer.", self.path, ", ".join(absent))
        return _Loaded(read, Retriever(self._encoder, read.passages(self._private), self._cache, self._stop))


def shipped_reader() -> Reader:
    """The models that ship, for measuring them. Raises ModelError."""
    return Reader(SentenceEncoder.load(SHIPPED_MODEL), SHIPPED_MODEL.parent)


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
