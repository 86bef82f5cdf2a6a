"""What to recommend to a resident who opted in, and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agent.desk.recommend.store import RecommendStore
from agent.texts import TEXTS
from models.recommend.items import STRENGTH, Event, Item
from models.recommend.ranking import Floats, Log, Scores, likeness, score

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts to unit vectors, one row each."""
TOP: Final = 5
ONCE_DAYS: Final = 365.0
"""For so long a one-off item that was used is not recommended."""
OFTEN: Final = 3
"""Uses that make a habit."""
_DAY_S: Final = 86400.0


@dataclass(frozen=True, slots=True)
class Recommendation:
    """score: above 0, only comparable within one answer. why: the strongest reason, by language."""

    item: Item
    score: float
    why: dict[str, str]


class Recommender:
    """Keeps the vectors of the items' texts until the items change. For one thread at a time."""

    def __init__(self, store: RecommendStore, embed: Embed) -> None:
        self._store = store
        self._embed = embed
        self._items: list[Item] = []
        self._alike: Floats = np.zeros((0, 0))

    def recommend(self, token: str, now: float, top: int = TOP) -> list[Recommendation]:
        """At most `top` items, best first; none for who did not opt in. now: Unix seconds. Raises StorageError."""
        if not self._store.opted_in(token):
            return []
        past = [event for event in self._store.events() if event.time <= now]
        if not past:
            return []
        self._learn()
        mine = [event for event in past if event.resident == token]
        used_up = {event.item for event in mine if event.act == "used" and event.time > now - ONCE_DAYS * _DAY_S}
        scores = self._scores(past, token, now)
        total = scores.total
        order = [
            int(place)
            for place in np.argsort(-total, kind="stable")
            if total[place] > 0 and not (self._items[place].once and self._items[place].id in used_up)
        ]
        return [
            Recommendation(self._items[place], float(total[place]), self._why(scores, place, mine))
            for place in order[: max(0, top)]
        ]

    def _learn(self) -> None:
        items = self._store.items()
        if items == self._items:
            return
        texts = [text for item in items for text in (item.zh, item.en)]
        vectors = self._embed(texts).reshape(len(items), 2, -1).mean(axis=1) if items else np.zeros((0, 1))
        self._alike, self._items = likeness(vectors), items

    def _scores(self, events: Sequence[Event], token: str, now: float) -> Scores:
        place = {item.id: number for number, item in enumerate(self._items)}
        events = [event for event in events if event.item in place]
        numbers: dict[str, int] = {token: 0}
        log = Log(
            np.array([numbers.setdefault(event.resident, len(numbers)) for event in events], np.int64),
            np.array([place[event.item] for event in events], np.int64),
            np.array([STRENGTH[event.act] for event in events], np.float64),
            np.array([event.time for event in events], np.float64),
        )
        return score(log, 0, self._alike, now)

    def _why(self, scores: Scores, place: int, mine: Sequence[Event]) -> dict[str, str]:
        """What lifts an item most above the average one: a past item, or popularity."""
        by_past = scores.text + scores.together
        lifts = by_past[:, place] - by_past.mean(axis=1)
        best = int(lifts.argmax()) if len(lifts) else -1
        if best < 0 or lifts[best] <= max(0.0, scores.popular[place] - scores.popular.mean()):
            return _say("recommend.why.popular")
        cause = self._items[int(scores.past[best])]
        if scores.together[best, place] > scores.text[best, place]:
            return _say("recommend.why.together", cause)
        acts = [event.act for event in mine if event.item == cause.id]
        act = max(acts, key=STRENGTH.__getitem__, default="opened")
        often = acts.count("used") >= OFTEN
        return _say("recommend.why.often" if often else f"recommend.why.{act}", cause)


def _say(key: str, cause: Item | None = None) -> dict[str, str]:
    english, chinese = TEXTS[key]
    return {
        "zh": chinese.format(item=cause.zh if cause else ""),
        "en": english.format(item=cause.en if cause else ""),
    }
