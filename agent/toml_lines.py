"""Line numbers of the keys of a TOML text, which the standard parser does not tell."""

from __future__ import annotations

import json
import tomllib

Key = tuple[str | int, ...]
"""Path of a value: keys and list indices, as in a pydantic error's `loc`."""


def key_lines(text: str) -> dict[Key, int]:
    """Line (from 1) of every key, table header and list element of `text`.

    `text` must be valid TOML: the scan trusts its grammar and only follows keys and brackets.
    """
    return _Scan(text).lines


class _Scan:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Key, int] = {}
        self._line_at, self._line = 0, 1
        self._counts: dict[Key, int] = {}
        table: Key = ()
        while self._skip("\n"):
            table = self._header() if self._peek() == "[" else table
            self._skip("\n")
            if self._peek() and self._peek() != "[":
                self._pair(table)

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _skip(self, extra: str = "") -> bool:
        """Past blanks, comments and `extra` characters; whether text is left."""
        while self.at < len(self.text):
            if self.text[self.at] == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            elif self.text[self.at] in " \t\r" + extra:
                self.at += 1
            else:
                return True
        return False

    def _mark(self, path: Key) -> None:
        self._line += self.text.count("\n", self._line_at, self.at)
        self._line_at = self.at
        for length in range(1, len(path) + 1):
            self.lines.setdefault(path[:length], self._line)

    def _header(self) -> Key:
        array = self.text.startswith("[[", self.at)
        start = self.at
        self.at += 2 if array else 1
        keys = self._dotted()
        path: Key = ()
        for number, key in enumerate(keys, 1):
            path += (key,)
            if array and number == len(keys):
                self._counts[path] = self._counts.get(path, -1) + 1
            if path in self._counts:
                path += (self._counts[path],)
        end, self.at = self.at, start
        self._mark(path)
        self.at = end + (2 if array else 1)
        return path

    def _dotted(self) -> list[str]:
        keys: list[str] = []
        while True:
            self._skip()
            keys.append(self._key())
            self._skip()
            if self._peek() != ".":
                return keys
            self.at += 1

    def _key(self) -> str:
        start = self.at
        if self._peek() in ('"', "'"):
            self._string()
            quoted = self.text[start : self.at]
            return quoted[1:-1] if quoted[0] == "'" else str(tomllib.loads(f"k = {quoted}")["k"])
        while self.at < len(self.text) and (self._peek().isalnum() or self._peek() in "_-"):
            self.at += 1
        return self.text[start : self.at]

    def _pair(self, table: Key) -> None:
        start = self.at
        path = table + tuple(self._dotted())
        end, self.at = self.at, start
        self._mark(path)
        self.at = end + 1
        self._skip()
        self._value(path)

    def _value(self, path: Key) -> None:
        opening = self._peek()
        if opening in ('"', "'"):
            self._string()
        elif opening in ("{", "["):
            self._collection(path, opening)
        else:
            while self.at < len(self.text) and self._peek() not in ",]}#\n":
                self.at += 1

    def _collection(self, path: Key, opening: str) -> None:
        closing, number = ("}", 0) if opening == "{" else ("]", 0)
        self.at += 1
        while self._skip("\n,") and self._peek() != closing:
            if opening == "{":
                self._pair(path)
            else:
                self._mark((*path, number))
                self._value((*path, number))
                number += 1
        self.at += 1

    def _string(self) -> None:
        quote = self._peek()
        triple = self.text.startswith(quote * 3, self.at)
        closing = quote * 3 if triple else quote
        self.at += len(closing)
        while self.at < len(self.text) and not self.text.startswith(closing, self.at):
            self.at += 2 if quote == '"' and self._peek() == "\\" else 1
        self.at += len(closing)
        while triple and self._peek() == quote:  # up to two quotes may stand before the closing three
            self.at += 1


def dotted(path: Key) -> str:
    """`path` as a person writes it, e.g. assets[0].points[2].unit."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            plain = part.replace("-", "").replace("_", "").isalnum()
            text += ("." if text else "") + (part if plain else json.dumps(part, ensure_ascii=False))
    return text
