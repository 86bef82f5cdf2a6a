"""Nothing without consent, nothing after forgetting."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from agent.desk.recommend.store import MOST_EVENTS, MOST_ITEMS, RecommendError, RecommendStore
from models.recommend.items import Item
from tests.agent.desk.recommend.made import ITEMS, NOW


@pytest.fixture
def store(tmp_path: Path) -> RecommendStore:
    store = RecommendStore(tmp_path / "recommend.db")
    store.set_items(ITEMS)
    return store


def test_nothing_is_kept_of_who_did_not_opt_in(store: RecommendStore) -> None:
    assert not store.opted_in("somebody")
    assert not store.record("somebody", "gym", "used", NOW)
    assert store.events() == []


def test_a_token_says_nothing_and_no_two_are_alike(store: RecommendStore) -> None:
    tokens = {store.opt_in() for _ in range(20)}
    assert len(tokens) == 20
    assert all(len(token) == 32 for token in tokens)
    with pytest.raises(RecommendError, match="no such token"):
        store.opt_in("zhang-wei")


def test_opting_out_stops_and_opting_in_again_goes_on(store: RecommendStore) -> None:
    token = store.opt_in()
    assert store.record(token, "gym", "used", NOW)
    store.opt_out(token)
    assert not store.record(token, "pool", "used", NOW)
    assert store.opt_in(token) == token
    assert store.record(token, "yoga", "asked", NOW)
    assert [(event.item, event.act) for event in store.events()] == [("gym", "used"), ("yoga", "asked")]


def test_forgetting_leaves_no_trace_on_the_disk(store: RecommendStore, tmp_path: Path) -> None:
    token, other = store.opt_in(), store.opt_in()
    for one in (token, other):
        for _ in range(50):
            store.record(one, "gym", "used", NOW)
    assert any(token.encode() in file.read_bytes() for file in tmp_path.iterdir())
    assert store.forget(token)
    assert not any(token.encode() in file.read_bytes() for file in tmp_path.iterdir())
    assert not store.forget(token)
    assert {event.resident for event in store.events()} == {other}
    store.close()
    again = RecommendStore(tmp_path / "recommend.db")
    assert not again.opted_in(token)
    assert again.opted_in(other)
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in tmp_path.iterdir())


def test_unknown_items_and_acts_are_not_kept(store: RecommendStore) -> None:
    token = store.opt_in()
    assert not store.record(token, "casino", "used", NOW)
    with pytest.raises(RecommendError, match="no act 'bought'"):
        store.record(token, "gym", "bought", NOW)  # type: ignore[arg-type]


def test_events_of_one_resident_are_bounded(store: RecommendStore) -> None:
    token = store.opt_in()
    for number in range(MOST_EVENTS + 3):
        store.record(token, "gym", "used", NOW + number)
    assert [event.time for event in store.events()] == [NOW + number for number in range(3, MOST_EVENTS + 3)]


@pytest.mark.parametrize(
    ("items", "said"),
    [
        ([Item("a", "notice", "甲", "a")] * 2, "same id"),
        ([Item("a", "notice", "", "a")], "both texts"),
        ([Item("a", "notice", "甲" * 301, "a")], "both texts"),
        ([Item("a", "advert", "甲", "a")], "'advert'"),  # type: ignore[arg-type]
        ([Item(str(n), "notice", "甲", "a") for n in range(MOST_ITEMS + 1)], "301 items"),
    ],
)
def test_items_that_cannot_be_shown_are_refused_and_the_old_ones_stay(
    store: RecommendStore, items: list[Item], said: str
) -> None:
    with pytest.raises(RecommendError, match=said):
        store.set_items(items)
    assert {item.id for item in store.items()} == {item.id for item in ITEMS}
