"""What a resident is told, and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.desk.recommend.recommender import ONCE_DAYS, Recommender
from agent.desk.recommend.store import RecommendStore
from models.recommend.items import Act, Item
from tests.agent.desk.recommend.made import DAY, ITEMS, NOW, embed


@pytest.fixture
def store(tmp_path: Path) -> RecommendStore:
    store = RecommendStore(tmp_path / "recommend.db")
    store.set_items(ITEMS)
    return store


def did(store: RecommendStore, token: str, *acts: tuple[str, Act], ago: float = 1.0) -> None:
    for item, act in acts:
        assert store.record(token, item, act, NOW - ago * DAY)


def why(store: RecommendStore, token: str) -> dict[str, dict[str, str]]:
    return {one.item.id: one.why for one in Recommender(store, embed).recommend(token, NOW, len(ITEMS))}


def test_who_did_not_opt_in_gets_nothing_and_costs_no_model(store: RecommendStore) -> None:
    def fails(texts: object) -> None:
        raise AssertionError

    did(store, store.opt_in(), ("gym", "used"))
    assert Recommender(store, fails).recommend("stranger", NOW) == []  # type: ignore[arg-type]


def test_who_opted_out_gets_nothing(store: RecommendStore) -> None:
    token = store.opt_in()
    did(store, token, ("gym", "used"))
    store.opt_out(token)
    assert why(store, token) == {}


def test_the_reason_is_said_in_both_languages(store: RecommendStore) -> None:
    for acts, zh, en in (
        ([("gym", "used")] * 3, "因为您常用“健身房”", "because you often use “the gym”"),
        ([("gym", "used")], "因为您用过“健身房”", "because you used “the gym”"),
        ([("gym", "asked")], "因为您问过“健身房”", "because you asked about “the gym”"),
        ([("gym", "opened")], "因为您看过“健身房”", "because you looked at “the gym”"),
    ):
        token = store.opt_in()
        did(store, token, *acts)  # type: ignore[arg-type]
        assert why(store, token)["pool"] == {"zh": zh, "en": en}
        store.forget(token)


def test_popular_things_are_said_to_be_popular(store: RecommendStore) -> None:
    for _ in range(5):
        did(store, store.opt_in(), ("broadband", "used"))
    assert why(store, store.opt_in())["broadband"]["zh"] == "因为近来其他住户也在用"


def test_what_only_oneself_uses_is_not_said_to_be_popular(store: RecommendStore) -> None:
    token = store.opt_in()
    did(store, token, ("gym", "used"))
    assert "gym" not in why(store, token)


def test_things_that_others_use_together_are_said_to_be(store: RecommendStore) -> None:
    for _ in range(12):
        did(store, store.opt_in(), ("gym", "used"), ("water-cut", "opened"))
        did(store, store.opt_in(), ("broadband", "used"))
        did(store, store.opt_in(), ("broadband", "used"))
    token = store.opt_in()
    did(store, token, ("gym", "used"))
    assert why(store, token)["water-cut"]["en"] == "because those who use “the gym”, as you do, use this too"


def test_a_one_off_that_was_used_is_not_recommended_for_long(store: RecommendStore) -> None:
    token = store.opt_in()
    did(store, token, ("broadband", "used"), ("move-in", "used"))
    did(store, store.opt_in(), ("move-in", "used"))
    assert "move-in" not in why(store, token)
    assert "broadband" in why(store, token)
    later = NOW + (ONCE_DAYS + 1) * DAY
    assert "move-in" in {one.item.id for one in Recommender(store, embed).recommend(token, later)}


def test_a_one_off_that_was_only_asked_about_still_is(store: RecommendStore) -> None:
    token = store.opt_in()
    did(store, token, ("move-in", "asked"))
    did(store, store.opt_in(), ("move-in", "used"))
    assert "move-in" in why(store, token)


def test_what_somebody_forgot_no_longer_counts_as_popular(store: RecommendStore) -> None:
    reader, other = store.opt_in(), store.opt_in()
    did(store, other, ("gym", "used"))
    assert "gym" in why(store, reader)
    store.forget(other)
    assert why(store, reader) == {}


def test_changed_items_are_taken_and_gone_ones_are_not_recommended(store: RecommendStore) -> None:
    token = store.opt_in()
    did(store, token, ("gym", "used"))
    recommender = Recommender(store, embed)
    assert "pool" in {one.item.id for one in recommender.recommend(token, NOW)}
    store.set_items([item for item in ITEMS if item.id not in ("pool", "gym")])
    assert recommender.recommend(token, NOW) == []
    store.set_items([Item("sauna", "facility", "桑拿房", "the sauna"), *ITEMS[:2]])
    assert {one.item.id for one in recommender.recommend(token, NOW)} <= {"gym", "pool", "sauna"}


def test_events_of_a_clock_that_was_set_back_wait(store: RecommendStore) -> None:
    token = store.opt_in()
    did(store, token, ("gym", "used"), ago=-3.0)
    assert why(store, token) == {}
