"""`louguan ask` without a running desk, as a user types it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def _ask(home: Path, *arguments: str, stdin: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LOUGUAN", "LC_", "LANG", "XDG"))}
    return subprocess.run(
        [sys.executable, "-m", "agent.cli", "ask", *arguments],
        env={**kept, "HOME": str(home), "LOUGUAN_LANG": "en", "PYTHONUTF8": "1", **environment},
        cwd=home, input=stdin, capture_output=True, timeout=60, check=False,
    )  # fmt: skip


def _view(done: subprocess.CompletedProcess[bytes]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    view: dict[str, Any] = json.loads(done.stdout)
    return view


def test_it_answers_without_a_configuration_and_keeps_the_vectors(home: Path) -> None:
    view = _view(_ask(home, "我家水管漏水了怎么办", "--json"))
    assert {"answer", "known", "entry", "score", "language", "ms"} <= set(view)
    assert (view["known"], view["entry"], view["language"]) == (True, "water-leak", "zh")
    assert (home / ".cache" / "louguan" / "vectors.npz").is_file()
    english = _view(_ask(home, "how do I get a parking permit", "--json"))
    assert (english["entry"], english["language"]) == ("parking-permit", "en")


def test_not_knowing_is_no_failure(home: Path) -> None:
    view = _view(_ask(home, "who won the football game", "--json"))
    assert (view["known"], view["entry"]) == (False, None)
    assert "the property office" in _ask(home, "who won the football game").stdout.decode()


@pytest.mark.parametrize(
    "stdin", [b"", "😀😀".encode(), "水".encode() * 3400, b"\xff\xfe\x00", b"a" * 200_000, b"\x00\x07\x1b[2J"]
)
def test_odd_standard_input_gets_one_polite_answer(home: Path, stdin: bytes) -> None:
    view = _view(_ask(home, "-", "--json", stdin=stdin))
    assert view["known"] is False
    assert view["answer"]


def test_standard_input_and_the_language_can_be_given(home: Path) -> None:
    view = _view(_ask(home, "-", "--json", "--language", "en", stdin="物业费怎么交\n".encode()))
    assert (view["entry"], view["language"]) == ("fee-pay", "en")


def test_nothing_said_is_answered_in_the_users_language(home: Path) -> None:
    assert "say it again" in _ask(home, "").stdout.decode()
    assert "再说一遍" in _ask(home, "😀", LOUGUAN_LANG="zh").stdout.decode()


def test_a_cache_that_cannot_be_written_is_said_and_the_answer_comes(home: Path, tmp_path: Path) -> None:
    (tmp_path / "louguan").write_text("a file where the folder should be")
    done = _ask(home, "物业费怎么交", "--json", XDG_CACHE_HOME=str(tmp_path))
    assert _view(done)["entry"] == "fee-pay"
    assert b"cannot be kept" in done.stderr


def test_a_configuration_that_is_asked_for_must_be_there(home: Path) -> None:
    assert _ask(home, "x", "--config", "none.toml").returncode == 2
