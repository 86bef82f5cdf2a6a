"""What an estate has to offer: the entries of its knowledge file."""

from __future__ import annotations

from itertools import islice
from typing import Final

from agent.desk.recommend.store import LONGEST_TEXT, MOST_ITEMS
from models.language.knowledge import Knowledge
from models.recommend.items import Item, ItemKind

NEVER: Final = "emergency"
"""The category of which nothing is recommended."""


def offers(known: Knowledge) -> list[Item]:
    """The first MOST_ITEMS entries that residents may see; notices and facilities are what stands in categories of
    such a name (`notices`, `facilities`), the others are services."""
    shown = (entry for entry in known.entries.values() if not entry.private and entry.category != NEVER)
    return [
        Item(
            entry.id, _kind(entry.category), entry.question("zh")[:LONGEST_TEXT], entry.question("en")[:LONGEST_TEXT],
            once=_kind(entry.category) == "notice",
        )
        for entry in islice(shown, MOST_ITEMS)
    ]  # fmt: skip


def _kind(category: str) -> ItemKind:
    if category.startswith("notice"):
        return "notice"
    return "facility" if category.startswith("facilit") else "service"
