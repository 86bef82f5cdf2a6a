"""The `louguan` command: every subcommand in one table, and what each failure exits with."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import typer

from agent.api.client import UnreachableError
from agent.cli import (
    alarms,
    ask,
    chat,
    common,
    configure,
    demo,
    doctor,
    feedback,
    models,
    orders,
    plant,
    recommend,
    replay,
    review,
    run,
    status,
    watch,
)
from agent.config_file import ConfigError, NoConfigError
from agent.texts import t
from hal.errors import LouguanError

app = typer.Typer(
    help=t("help.app"),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_COMMANDS: dict[str, Callable[..., None]] = {
    "run": run.run,
    "status": status.status,
    "points": status.points,
    "watch": watch.watch,
    "alarms": alarms.alarms,
    "ack": alarms.ack,
    "shelve": alarms.shelve,
    "unshelve": alarms.unshelve,
    "suppress": alarms.suppress,
    "unsuppress": alarms.unsuppress,
    "reset": alarms.reset,
    "write": status.write,
    "relearn": status.relearn,
    "export": status.export,
    "ask": ask.ask,
    "chat": chat.chat,
    "orders": orders.orders,
    "feedback": feedback.feedback,
    "review": review.review,
    "recommend": recommend.recommend,
    "replay": replay.replay,
    "demo": demo.demo,
    "devices": status.devices,
    "doctor": doctor.doctor,
    "api": status.api,
}
for _name, _command in _COMMANDS.items():
    app.command(_name, help=t(f"help.{_name}"))(_command)
app.add_typer(configure.app, name="config")
app.add_typer(plant.app, name="plant")
app.add_typer(models.app, name="models")


def main() -> None:
    """Entry point of `louguan`."""
    try:
        app()
    except (ConfigError, NoConfigError) as error:
        _end(error, common.USAGE)
    except UnreachableError as error:
        _end(error, common.UNREACHABLE)
    except LouguanError as error:
        _end(error, common.PROBLEM)
    except BrokenPipeError:
        # `louguan points | head`: the reader has what it wanted.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(common.OK)


def _end(error: LouguanError, code: int) -> None:
    print(f"{t('error')}: {error}", file=sys.stderr)
    sys.exit(code)
