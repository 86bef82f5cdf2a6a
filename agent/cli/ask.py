"""louguan ask: one question, to the running desk or answered in this process."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.table import Table

from agent.api.client import UnreachableError
from agent.api.schema import AnswerView, ExplainView
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
    explain: Annotated[bool, typer.Option("--explain", help=t("help.ask.explain"))] = False,
    staff: Annotated[bool, typer.Option("--staff", help=t("help.ask.staff"))] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    if text == "-":
        text = sys.stdin.buffer.read(_MAX_BYTES).decode("utf-8", "replace")
    # Arguments that are no UTF-8 arrive as surrogates, which JSON cannot carry.
    text = text[:_MAX_CHARACTERS].encode("utf-8", "replace").decode("utf-8").strip()
    if spoken is None and not any(char.isalnum() for char in text):
        spoken = "zh" if language() == "zh" else "en"
    gateway = gateway_or_none(config)
    answer = _by_desk(gateway, text, spoken, explain) if gateway and not staff else None
    answer = answer or _here(gateway.desk if gateway else Desk(), text, spoken, explain, staff)
    if as_json:
        common.print_json(answer.model_dump())
        return
    print(answer.answer)
    if not answer.known and answer.alternatives:
        print(t("ask.alternatives"), *answer.alternatives, sep="\n- ")
    if answer.why:
        _why(answer.why)


def gateway_or_none(config: Path | None) -> Gateway | None:
    """None where there is no gateway.toml and none was asked for."""
    try:
        return load(find(config))
    except NoConfigError:
        if config is not None or os.environ.get("LOUGUAN_CONFIG"):
            raise
        return None


def _by_desk(gateway: Gateway, text: str, spoken: str | None, explain: bool) -> AnswerView | None:
    client = common.desk_client(gateway, _DEADLINE_S)
    try:
        return AnswerView.model_validate(client.post("/v1/ask", {"text": text, "language": spoken, "explain": explain}))
    except UnreachableError:
        return None


def _here(settings: Desk, text: str, spoken: Literal["zh", "en"] | None, explain: bool, staff: bool) -> AnswerView:
    from agent.desk import answers
    from agent.desk.explain import explain as reasons

    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "louguan"
    desk = answers.Desk(settings, folder / "vectors.npz", private=staff)
    answer = desk.answer(text, spoken)
    if explain:
        answer = answer.model_copy(update={"why": reasons(desk, text, spoken)})
    try:
        desk.save_cache()
    except OSError as error:
        print(t("ask.uncached", why=error.strerror), file=sys.stderr)
    return answer


def _why(why: ExplainView) -> None:
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    rows = {
        "rule": why.rule or "-",
        "intents": ", ".join(f"{name} {score:.2f}" for name, score in why.intents.items()),
        "slots": ", ".join(f"{name}: {slot.text} = {slot.value}" for name, slot in why.slots.items()) or "-",
        "matches": "\n".join(f"{match.score:.2f}  {match.entry}  ({match.wording})" for match in why.matches) or "-",
        "thresholds": ", ".join(f"{name} {value:.2f}" for name, value in why.thresholds.items()),
        "words": ", ".join(f"{item.word} +{item.weight:.2f}" for item in why.words) or "-",
        "tone": f"{why.sentiment}, {why.topic}, {why.offensive:.2f}",
    }
    for name, value in rows.items():
        table.add_row(t(f"ask.why.{name}"), value)
    common.console().print(table)
