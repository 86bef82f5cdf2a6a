"""The sentences of the dialogue: both languages say the same, and none is missing."""

from __future__ import annotations

import re

import pytest

from agent.desk.dialogue.forms import FORMS
from agent.desk.dialogue.manager import OFFERED
from agent.desk.orders import STATES
from agent.desk.phrases import PHRASES
from agent.desk.rules import CATEGORIES, PARTS_OF_DAY


@pytest.mark.parametrize("key", PHRASES)
def test_both_languages_say_the_same(key: str) -> None:
    english, chinese = PHRASES[key]
    assert english.isascii()
    assert re.search("[\u4e00-\u9fff{]", chinese)
    assert sorted(re.findall(r"{\w+}", english)) == sorted(re.findall(r"{\w+}", chinese))


def test_everything_that_is_named_has_a_name() -> None:
    wanted = {f"form.{form.key}" for form in FORMS}
    wanted |= {f"ask.{form.key}.{group[0]}" for form in FORMS for group in form.required}
    wanted |= {f"category.{name}" for name in CATEGORIES} | {f"state.{state}" for state in STATES}
    wanted |= {f"part.{part}" for part in PARTS_OF_DAY} | {f"topic.{intent}" for intent in OFFERED}
    assert wanted <= PHRASES.keys()
