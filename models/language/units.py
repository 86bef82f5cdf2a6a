"""The units that slots are made of: a Han character, a run of letters, a run of digits, or a mark."""

from __future__ import annotations

import re
from collections.abc import Sequence

_UNIT = re.compile(r"[\u3400-\u9fff]|\d+|(?:[^\W\d_\u3400-\u9fff]|')+|[^\w\s]|_")


def units(text: str) -> list[tuple[int, int]]:
    """Start and end of every unit of `text`, in order; whitespace belongs to none."""
    return [found.span() for found in _UNIT.finditer(text)]


def places(
    pieces: Sequence[tuple[int, int]], units_: Sequence[tuple[int, int]], most: int
) -> tuple[list[int], list[int]]:
    """First piece of each unit and how many it has, from the characters that each piece covers; units that reach
    beyond the first `most` pieces are left out. A unit inside another's piece shares it."""
    owner: dict[int, list[int]] = {}
    for number, (left, right) in enumerate(pieces):
        for char in range(left, right):
            owner.setdefault(char, []).append(number)
    first: list[int] = []
    sizes: list[int] = []
    for left, right in units_:
        own = sorted({number for char in range(left, right) for number in owner.get(char, ())})
        own = own or [first[-1] if first else 0]
        if own[-1] >= most:
            break
        first.append(own[0])
        sizes.append(len(own))
    return first, sizes
