"""Both languages say everything."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from agent.alarms.model import AlarmState
from agent.texts import TEXTS, language_of
from agent.watch.finding import Against, Kind, Priority
from hal.sample import Quality

AGENT = Path(__file__).parents[2] / "agent"


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", TEXTS)
def test_both_languages_are_there_and_take_the_same_values(key: str) -> None:
    english, chinese = TEXTS[key]
    assert english.strip()
    assert chinese.strip()
    assert _fields(english) == _fields(chinese)


def test_every_text_that_the_commands_ask_for_exists() -> None:
    asked = {
        key
        for file in [*AGENT.glob("cli/*.py"), AGENT / "supervisor.py"]
        for key in re.findall(r'\bt\(\s*"([a-z._]+)"', file.read_text(encoding="utf-8"))
    }
    assert len(asked) > 50
    assert asked - set(TEXTS) == set()


def test_every_state_priority_kind_and_quality_has_a_word() -> None:
    words = [f"state.{s.value}" for s in AlarmState] + [f"priority.{p.name.lower()}" for p in Priority]
    words += [f"against.{a.value}" for a in Against]
    words += [f"kind.{k.value}" for k in Kind] + [f"quality.{q.value}" for q in Quality]
    assert [word for word in words if word not in TEXTS] == []


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "en"),
        ({"LANG": "C.UTF-8", "LC_MESSAGES": "zh_TW.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LOUGUAN_LANG": "en"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, "zh"),
    ],
)
def test_the_language_follows_the_environment(environment: dict[str, str], language: str) -> None:
    assert language_of(environment) == language
