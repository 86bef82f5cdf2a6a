"""Orders that are made, numbered and found again, and survive what happens to a gateway."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent import config
from agent.data.store import StorageError, StorageFullError
from agent.desk.dialogue.speaking import digits
from agent.desk.dialogue.status import order_number
from agent.desk.orders import OrderError, Orders
from agent.desk.rules import category, due, priority

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=timezone(timedelta(hours=8)))
LEAK = {"object": "水管", "symptom": "漏水", "location": {"building": "3", "room": "1502"}}


@pytest.fixture
def orders(tmp_path: Path) -> Iterator[Orders]:
    made = Orders(tmp_path / "orders.sqlite")
    yield made
    made.close()


def test_a_new_order_is_changed_in_all_that_follows_from_its_slots(orders: Orders) -> None:
    made = orders.create("repair", LEAK, "zh", NOW)
    changed = orders.amend(
        made.id, {**LEAK, "object": "插座", "symptom": "坏", "phone": "13800001111"}, "resident", NOW
    )
    assert (changed.id, changed.category, changed.priority) == (made.id, "electrical", "normal")
    assert orders.get(made.id) == changed
    assert list(orders.find_by_phone("13800001111")) == [changed]
    assert [(change.by, change.note) for change in orders.history(made.id)] == [("desk", ""), ("resident", "changed")]


def test_an_order_in_work_is_not_changed_by_its_resident(orders: Orders) -> None:
    made = orders.create("repair", LEAK, "zh", NOW)
    orders.set_state(made.id, "assigned", "wang", "", NOW)
    with pytest.raises(OrderError, match="not new"):
        orders.amend(made.id, {}, "resident", NOW)
    with pytest.raises(OrderError, match="not new"):
        orders.amend("R-9999", {}, "resident", NOW)


def test_an_order_that_is_taken_up_meanwhile_stays_as_it_is(orders: Orders, monkeypatch: pytest.MonkeyPatch) -> None:
    made = orders.create("repair", LEAK, "zh", NOW)
    orders.set_state(made.id, "assigned", "wang", "", NOW)
    with monkeypatch.context() as patch:
        patch.setattr(orders, "get", lambda id: made)
        with pytest.raises(OrderError, match="not new"):
            orders.amend(made.id, {}, "resident", NOW)
    assert orders.get(made.id).slots == LEAK
    assert [change.by for change in orders.history(made.id)] == ["desk", "wang"]


def test_an_order_reads_back_as_it_was_made(orders: Orders) -> None:
    made = orders.create("repair", LEAK, "zh", NOW, "水管漏水")
    assert (made.id, made.category, made.priority, made.state) == ("R-1001", "plumbing", "high", "new")
    assert made.due == NOW + timedelta(hours=4)
    assert orders.get("R-1001") == made


def test_numbers_are_unique_and_letters_name_the_form(orders: Orders) -> None:
    ids = [orders.create(form, {}, "en", NOW).id for form in ("repair", "complaint", "booking", "parcel")]
    assert ids == ["R-1001", "C-1002", "B-1003", "D-1004"]
    assert orders.get("C-1001") is None
    assert orders.get("nonsense") is None


def test_an_unknown_form_or_a_huge_order_is_refused(orders: Orders) -> None:
    with pytest.raises(OrderError, match="no form"):
        orders.create("magic", {}, "zh", NOW)
    with pytest.raises(OrderError, match="too large"):
        orders.create("repair", {"object": "x" * 9000}, "zh", NOW)
    assert not orders.list()


def test_a_phone_finds_its_orders_newest_first(orders: Orders) -> None:
    for phone in ("138 0000 1234", "+8613800001234", "13900001234"):
        orders.create("repair", {"phone": phone}, "zh", NOW)
    assert [order.id for order in orders.find_by_phone("138-0000-1234")] == ["R-1002", "R-1001"]
    assert not orders.find_by_phone("")
    assert not orders.find_by_phone("1234")


def test_states_move_and_leave_their_history(orders: Orders) -> None:
    orders.create("repair", LEAK, "zh", NOW)
    assert orders.set_state("R-1001", "assigned", "Li", "tomorrow", NOW).state == "assigned"
    orders.set_state("R-1001", "done", "Li", "", NOW + timedelta(hours=1))
    assert [(change.state, change.by) for change in orders.history("R-1001")] == [
        ("new", "desk"), ("assigned", "Li"), ("done", "Li"),
    ]  # fmt: skip
    assert [order.id for order in orders.list("done")] == ["R-1001"]
    assert not orders.list("new")


def test_a_change_that_makes_no_sense_is_refused(orders: Orders) -> None:
    orders.create("repair", LEAK, "zh", NOW)
    with pytest.raises(OrderError, match="is new already"):
        orders.set_state("R-1001", "new", "Li", "", NOW)
    with pytest.raises(OrderError, match="no order R-7"):
        orders.set_state("R-7", "done", "Li", "", NOW)
    with pytest.raises(OrderError, match="1 to 500"):
        orders.set_state("R-1001", "done", "Li", "x" * 501, NOW)


def test_only_the_owner_may_read_the_file(orders: Orders, tmp_path: Path) -> None:
    orders.create("repair", LEAK, "zh", NOW)
    for path in tmp_path.glob("orders.sqlite*"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_old_closed_orders_make_room_and_open_ones_never_do(tmp_path: Path) -> None:
    orders = Orders(tmp_path / "orders.sqlite", keep=2)
    orders.create("repair", LEAK, "zh", NOW)
    orders.create("repair", LEAK, "zh", NOW)
    with pytest.raises(OrderError, match="2 orders are open"):
        orders.create("repair", LEAK, "zh", NOW)
    orders.set_state("R-1002", "done", "Li", "", NOW)
    orders.create("repair", LEAK, "zh", NOW)
    assert [order.id for order in orders.list()] == ["R-1003", "R-1001"]
    assert not orders.history("R-1002")
    orders.close()


def test_a_full_disk_is_told_and_leaves_nothing_half_made(orders: Orders) -> None:
    pages = orders._store.connection.execute("PRAGMA page_count").fetchone()[0]
    orders._store.connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StorageFullError, match="full"):
        _create_many(orders, 50)
    assert all(orders.history(order.id) for order in orders.list())


def _create_many(orders: Orders, count: int) -> None:
    for _ in range(count):
        orders.create("repair", {**LEAK, "person": "x" * 3000}, "zh", NOW)


def test_what_was_promised_survives_kill_9(tmp_path: Path) -> None:
    code = f"""
from datetime import datetime
from pathlib import Path
from agent.desk.orders import Orders
orders = Orders(Path({str(tmp_path / "orders.sqlite")!r}))
while True:
    print(orders.create("repair", {{"object": "lift"}}, "en", datetime(2026, 11, 24)).id, flush=True)
"""
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=Path.cwd())
    assert child.stdout
    promised = [child.stdout.readline().strip() for _ in range(5)]
    os.kill(child.pid, signal.SIGKILL)
    promised += child.stdout.read().split()
    child.stdout.close()
    assert child.wait() == -signal.SIGKILL
    orders = Orders(tmp_path / "orders.sqlite")
    assert all(orders.get(id) for id in promised)
    orders.close()


def test_a_file_of_another_kind_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "orders.sqlite"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE mine (x)")
    with pytest.raises(StorageError, match="another kind"):
        Orders(path)


def test_a_later_appointment_beats_the_promise_and_an_earlier_one_does_not() -> None:
    promised = config.Orders(high_h=2)
    assert due(promised, "high", {"date": "2026-11-28", "time": "afternoon"}, NOW) == NOW.replace(day=28, hour=14)
    assert due(promised, "high", {"date": "2026-11-24", "time": "10:30"}, NOW) == NOW + timedelta(hours=2)
    assert due(promised, "normal", {"date": "somewhen"}, NOW) == NOW + timedelta(hours=24)
    assert due(promised, "low", {"date": "2026-11-28/2026-11-29"}, NOW) == NOW.replace(day=28, hour=18)


@pytest.mark.parametrize(
    ("words", "kind", "level"),
    [
        ("水管 爆了 喷水", "plumbing", "urgent"),
        ("水龙头 滴水", "plumbing", "normal"),
        ("电梯 停了", "lift", "high"),
        ("电梯 停了 老人下不来", "lift", "urgent"),
        ("家里 没电", "electrical", "high"),
        ("门锁 坏了 锁在外面", "doors", "high"),
        ("墙 掉漆", "other", "low"),
        ("pipe burst", "plumbing", "urgent"),
        ("power no power", "electrical", "high"),
        ("locked out", "doors", "high"),
        ("locked out with my baby", "doors", "urgent"),
        ("radiator cold", "heating_cooling", "normal"),
        ("lobby wall scratched", "public_area", "low"),
        ("thing", "other", "normal"),
    ],
)
def test_kind_and_urgency_follow_from_the_words(words: str, kind: str, level: str) -> None:
    assert (category("repair", words), priority("repair", words)) == (kind, level)


@pytest.mark.parametrize(
    "said",
    [
        "R1024",
        "r-1024",
        "单号一零二四",
        "一 零 二 四",
        "一千零二十四",
        "ten twenty four",
        "one oh two four",
        "order １０２４",
    ],
)
def test_a_number_is_understood_as_it_is_said(said: str) -> None:
    assert order_number(said) == 1024


@pytest.mark.parametrize("said", ["", "三号楼", "how is my order", "twenty four"])
def test_what_is_no_number_is_none(said: str) -> None:
    assert order_number(said) is None


@given(st.integers(1000, 9999))
def test_a_number_that_is_read_out_is_understood_again(number: int) -> None:
    assert order_number(digits(f"R-{number}", "zh")) == number
    assert order_number(digits(f"R-{number}", "en")) == number
