"""Reads gateway.toml and says, with file and line, everything that is wrong in it."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from agent.config import Gateway, inconsistencies
from agent.toml_lines import Key, dotted, key_lines
from hal.errors import LouguanError

MAX_BYTES = 8 * 1024 * 1024
DEFAULT_PATHS = (Path("gateway.toml"), Path("/etc/louguan/gateway.toml"))


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file. line: from 1. key: dotted path, empty for the file as a whole."""

    line: int
    key: str
    message: str
    nearest: str = ""

    def at(self, path: Path) -> str:
        """`file:line: key: message; did you mean "x"?`"""
        key = f"{self.key}: " if self.key else ""
        hint = f'; did you mean "{self.nearest}"?' if self.nearest else ""
        return f"{path}:{self.line}: {key}{self.message}{hint}"


class ConfigError(LouguanError):
    """gateway.toml cannot be used; `problems` has every reason, in the order of the file."""

    def __init__(self, path: Path, problems: list[Problem]) -> None:
        self.path = path
        self.problems = sorted(problems, key=lambda p: (p.line, p.key))
        super().__init__(
            "\n".join(p.at(path) for p in self.problems),
            "Mend the file and run `louguan config check`.",
        )

    def __str__(self) -> str:
        return self.message


class NoConfigError(LouguanError):
    """There is no gateway.toml where one is looked for."""


def find(explicit: Path | None = None) -> Path:
    """The file to use: `explicit`, $LOUGUAN_CONFIG, ./gateway.toml, /etc/louguan/gateway.toml.

    Raises:
        NoConfigError: none is there.
    """
    named = explicit or (Path(os.environ["LOUGUAN_CONFIG"]) if os.environ.get("LOUGUAN_CONFIG") else None)
    for path in (named,) if named else DEFAULT_PATHS:
        if path.is_file():
            return path
    looked = ", ".join(str(p) for p in ((named,) if named else DEFAULT_PATHS))
    raise NoConfigError(f"No configuration: {looked} not found.", "Make one with `louguan config init`.")


def load(path: Path) -> Gateway:
    """The gateway that `path` describes; relative paths in it are meant from its folder.

    Raises:
        ConfigError: with every problem of the file. NoConfigError: it is not there.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise ConfigError(path, [Problem(1, "", f"larger than {MAX_BYTES // 1024**2} MB")])
        text = data.decode("utf-8")
        raw = tomllib.loads(text)
    except FileNotFoundError as error:
        raise NoConfigError(f"{path} does not exist.", "Make one with `louguan config init`.") from error
    except OSError as error:
        raise NoConfigError(f"{path} cannot be read: {error.strerror}.", "Check its permissions.") from error
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(path, [Problem(line, "", "not UTF-8: save the file in that encoding")]) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(path, [_syntax(error, text)]) from error
    except RecursionError as error:
        raise ConfigError(path, [Problem(1, "", "brackets are nested too deeply")]) from error
    lines = key_lines(text)
    problems = [
        Problem(_line(lines, p.path), dotted(p.path), p.message, nearest(p.wrong, p.names))
        for p in inconsistencies(raw)
    ]
    try:
        gateway = Gateway.model_validate(raw)
    except ValidationError as error:
        found = [d for d in error.errors() if d["loc"] or not problems]
        # pydantic also counts a list whose entries were all refused as too short
        told = [d for d in found if not (d["type"] == "too_short" and d["input"])]
        problems += [_problem(details, lines, raw) for details in told]
        raise ConfigError(path, problems) from error
    if problems:
        raise ConfigError(path, problems)
    return _with_absolute_paths(gateway, path.resolve().parent)


def nearest(wrong: str, names: tuple[str, ...]) -> str:
    """The name among `names` that `wrong` was probably meant to be, or an empty string."""
    return next(iter(get_close_matches(wrong.lower(), names, n=1, cutoff=0.5)), "")


def _syntax(error: tomllib.TOMLDecodeError, text: str) -> Problem:
    # Python 3.11 tells the place only in the message: "... (at line 3, column 5)" or "(at end of document)"
    message, _, place = str(error).partition(" (at ")
    number = place.removeprefix("line ").partition(",")[0]
    last = max(1, len(text.splitlines()))
    return Problem(int(number) if number.isdigit() else last, "", f"not valid TOML: {message}")


def _line(lines: dict[Key, int], path: Key) -> int:
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _problem(details: ErrorDetails, lines: dict[Key, int], raw: dict[str, Any]) -> Problem:
    path: Key = tuple(details["loc"])
    while path and not _reaches(raw, path) and details["type"] != "missing":
        path = path[:-1]
    line, key = _line(lines, path), dotted(path)
    wrong = details["input"]
    match details["type"]:
        case "extra_forbidden":
            names = tuple(_fields(path[:-1]))
            hint = nearest(str(path[-1]), names)
            return Problem(line, key, "unknown key" if hint else f"unknown key (known: {', '.join(names)})", hint)
        case "missing":
            return Problem(line, key, "is required and not given")
        case "literal_error":
            expected = str(details.get("ctx", {}).get("expected", ""))
            names = tuple(name.strip("' ") for name in expected.replace(" or ", ",").split(","))
            return Problem(line, key, f"{wrong!r} is not one of {', '.join(names)}", nearest(str(wrong), names))
        case "enum":
            names = ("critical", "high", "medium", "low")
            return Problem(line, key, f"{wrong!r} is not one of {', '.join(names)}", nearest(str(wrong), names))
        case "string_pattern_mismatch":
            return Problem(line, key, f"{wrong!r} is not allowed: {_allowed(str(details['ctx']['pattern']))}")
        case "value_error":
            return Problem(line, key, details["msg"].removeprefix("Value error, "))
        case _:
            message = details["msg"][:1].lower() + details["msg"][1:]
            given = f" (given: {wrong!r})" if isinstance(wrong, str | int | float | bool) else ""
            return Problem(line, key, message + given)


def _allowed(pattern: str) -> str:
    if pattern.startswith("^[A-Z]"):
        return "a Brick class such as Water_Flow_Sensor"
    return "small letters, digits, - and _, at most 48, beginning with a letter or digit"


def _reaches(raw: Any, path: Key) -> bool:
    for part in path:
        in_list = isinstance(raw, list) and isinstance(part, int) and part < len(raw)
        if not in_list and not (isinstance(raw, dict) and part in raw):
            return False
        raw = raw[part]
    return True


def _fields(path: Key) -> Iterator[str]:
    """Names that the table at `path` may have."""
    model: Any = Gateway
    for part in path:
        if isinstance(part, str):
            model = next(_models(model.model_fields[part].annotation))
    yield from model.model_fields


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in (tuple, Union, UnionType):
        for inner in get_args(annotation):
            yield from _models(inner)


def _with_absolute_paths(gateway: Gateway, folder: Path) -> Gateway:
    paths = gateway.paths.model_copy(update={"state": folder / gateway.paths.state, "run": folder / gateway.paths.run})
    given = {"knowledge": gateway.desk.knowledge, "model": gateway.desk.model}
    desk = gateway.desk.model_copy(update={name: folder / path for name, path in given.items() if path})
    return gateway.model_copy(update={"paths": paths, "desk": desk})
