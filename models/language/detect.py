"""Which of the two languages an utterance is in, judged by its grammar words, then by its script."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

Language = Literal["zh", "en"]

WORD = 4.0
"""Letters of an English word that weigh as much as two Han characters (about one Chinese word)."""
_CHINESE = re.compile("[的了吗呢吧啊我你您在是有没不哪这那把被]|怎么|什么")
_ENGLISH = re.compile(
    r"\b(i|my|me|you|your|we|our|it|the|a|an|is|are|do|does|did|can|could|how|what|where|when|who|why|to|for|of|in|on)\b",
    re.ASCII | re.IGNORECASE,
)


def detect_language(text: str, default: Language = "zh") -> Language:
    """``zh`` or ``en``: whose grammar words occur, as speakers borrow nouns and keep their grammar; where both or
    neither do, by share, a Han character counting as half a word and four Latin letters as one.

    `default` is returned where neither script occurs (digits, emoji, nothing).
    """
    text = unicodedata.normalize("NFKC", text[:2000])
    han = sum("\u3400" <= char <= "\u9fff" for char in text)
    latin = sum(char.isascii() and char.isalpha() for char in text)
    if not han and not latin:
        return default
    chinese, english = bool(_CHINESE.search(text)), bool(_ENGLISH.search(text))
    if chinese != english:
        return "zh" if chinese else "en"
    return "zh" if han / 2 >= latin / WORD else "en"
