"""louguan ask: one question, to the running desk or answered in this process."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from agent.api.client import UnreachableError
from agent.api.schema import AnswerView
from agent.cli import common
from agent.cli.common import ConfigOption, JsonOption
from agent.config import Desk, Gateway
from agent.config_file import NoConfigError, find, load
from agent.texts import language, t

_MAX_BYTES = 64 * 1024
"""Of standard input."""
_MAX_CHARACTERS = 20_000
"""What the API takes; far more than anybody says."""
_DEADLINE_S = 10.0


def ask(
    text: Annotated[str, typer.Argument(help=t("help.ask.text"))],
    spoken: Annotated[Literal["zh", "en"] | None, typer.Option("--language", "-l", help=t("help.ask.language"))] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    if text == "-":
        text = sys.stdin.buffer.read(_MAX_BYTES).decode("utf-8", "replace")
    # Arguments that are no UTF-8 arrive as surrogates, which JSON cannot carry.
    text = text[:_MAX_CHARACTERS].encode("utf-8", "replace").decode("utf-8").strip()
    if spoken is None and not any(char.isalnum() for char in text):
        spoken = "zh" if language() == "zh" else "en"
    gateway = _gateway(config)
    answer = _by_desk(gateway, text, spoken) if gateway else None
    answer = answer or _here(gateway.desk if gateway else Desk(), text, spoken)
    if as_json:
        common.print_json(answer.model_dump())
        return
    print(answer.answer)
    if not answer.known and answer.alternatives:
        print(t("ask.alternatives"), *answer.alternatives, sep="\n- ")


def _gateway(config: Path | None) -> Gateway | None:
    """None where there is no gateway.toml and none was asked for."""
    try:
        return load(find(config))
    except NoConfigError:
        if config is not None or os.environ.get("LOUGUAN_CONFIG"):
            raise
        return None


def _by_desk(gateway: Gateway, text: str, spoken: str | None) -> AnswerView | None:
    client = common.desk_client(gateway, _DEADLINE_S)
    try:
        return AnswerView.model_validate(client.post("/v1/ask", {"text": text, "language": spoken}))
    except UnreachableError:
        return None


def _here(settings: Desk, text: str, spoken: Literal["zh", "en"] | None) -> AnswerView:
    from agent.desk import answers

    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "louguan"
    desk = answers.Desk(settings, folder / "vectors.npz")
    answer = desk.answer(text, spoken)
    try:
        desk.save_cache()
    except OSError as error:
        print(t("ask.uncached", why=error.strerror), file=sys.stderr)
    return answer
