"""`louguan chat` and `louguan orders` without running services, as a user types them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


def run(home: Path, *arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[bytes]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LOUGUAN", "LC_", "LANG", "XDG"))}
    return subprocess.run(
        [sys.executable, "-m", "agent.cli", *arguments],
        env={**kept, "HOME": str(home), "LOUGUAN_LANG": "en", "PYTHONUTF8": "1", **environment},
        cwd=home, input=stdin.encode(), capture_output=True, timeout=60, check=False,
    )  # fmt: skip


def chat(home: Path, *turns: str, options: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    done = run(home, "chat", "--json", *options, stdin="\n".join(turns) + "\n")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


REPAIR = ("厨房水龙头关不上", "三号楼二单元1502", "对")


def test_one_object_a_turn_with_everything_that_the_desk_understood(home: Path) -> None:
    views = chat(home, *REPAIR, options=("--fresh",))
    assert len(views) == 3
    keys = {"answer", "lang", "intent", "confidence", "slots", "form", "order", "handoff", "emergency"}
    assert all(keys <= view.keys() for view in views)
    assert views[0]["form"]["missing"] == ["location"]
    assert views[0]["order"] is None
    order = views[2]["order"]
    assert order["intent"] == "repair_request"
    assert order["id"].startswith("R-")
    assert order["slots"]["location"] == {"building": "3", "unit": "2", "room": "1502", "place": "厨房"}


def test_orders_are_kept_shown_and_moved_on(home: Path) -> None:
    made = chat(home, *REPAIR)[-1]["order"]["id"]
    listed = json.loads(run(home, "orders", "--json").stdout)["orders"]
    assert [order["id"] for order in listed] == [made]
    done = run(home, "orders", made, "--set", "done", "--note", "new washer", "--json")
    assert [change["state"] for change in json.loads(done.stdout)["history"]] == ["new", "done"]
    assert "No open orders" in run(home, "orders").stdout.decode()
    assert made in run(home, "orders", "--all").stdout.decode()


def test_fresh_neither_sees_nor_leaves_orders(home: Path) -> None:
    made = chat(home, *REPAIR)[-1]["order"]["id"]
    again = chat(home, *REPAIR, f"{made}怎么样了", options=("--fresh",))
    assert again[2]["order"]["id"] == made  # numbered from the beginning again
    assert len(json.loads(run(home, "orders", "--json").stdout)["orders"]) == 1


def test_an_unknown_order_is_said_to_be_so(home: Path) -> None:
    done = run(home, "orders", "R-77")
    assert done.returncode == 1
    assert b"There is no order R-77" in done.stderr


def test_bad_bytes_long_lines_and_control_characters_get_a_polite_answer_each(home: Path) -> None:
    views = chat(home, "水" * 10_000, "\x00\x07\x1b[2J", "😀😀", "a" * 100_000, options=("--fresh",))
    assert len(views) == 4
    assert all(view["answer"] and view["order"] is None for view in views)


def test_people_read_sentences(home: Path) -> None:
    done = run(home, "chat", "--fresh", stdin="hello\nmy kitchen tap drips, building 3 room 1502\nyes\n")
    assert done.returncode == 0
    text = done.stdout.decode()
    assert "Hello" in text
    assert "[R-" in text
