"""What can be recommended, and what residents did with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

ItemKind = Literal["service", "notice", "facility"]
ITEM_KINDS: Final[tuple[ItemKind, ...]] = ("service", "notice", "facility")
Act = Literal["used", "asked", "opened"]
STRENGTH: Final[dict[Act, float]] = {"used": 1.0, "asked": 0.7, "opened": 0.4}
"""How much each tells about a resident's interest."""


@dataclass(frozen=True, slots=True)
class Item:
    """once: whether nobody needs it again soon after using it (a move-in permit, a read notice)."""

    id: str
    kind: ItemKind
    zh: str
    en: str
    once: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """resident: a random token, never a name. item: an item's id. time: Unix seconds."""

    resident: str
    item: str
    act: Act
    time: float
