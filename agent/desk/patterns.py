"""Patterns of what residents say."""

from __future__ import annotations

import re


def any_of(*parts: str) -> re.Pattern[str]:
    """Any of the alternatives, in either case."""
    # ASCII, so that a word of English ends where Chinese begins.
    return re.compile("|".join(parts), re.ASCII | re.IGNORECASE)
