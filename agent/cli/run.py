"""louguan run: the services without systemd."""

from __future__ import annotations

import signal
import sys
from typing import Annotated

import typer

from agent.cli import common
from agent.cli.common import ConfigOption
from agent.config_file import find, load
from agent.supervisor import Supervisor, service_command
from agent.texts import t

_SERVICES = ("core", "desk")


def run(
    services: Annotated[list[str] | None, typer.Argument(help=t("help.run.services"), metavar="[core] [desk]")] = None,
    config: ConfigOption = None,
) -> None:
    unknown = [name for name in services or () if name not in _SERVICES]
    if unknown:
        raise typer.BadParameter(f"{unknown[0]}: {', '.join(_SERVICES)}")
    path = find(config).resolve()
    gateway = load(path)
    wanted = list(dict.fromkeys(services or _SERVICES))
    if "desk" in wanted and not gateway.desk.enabled:
        print(t("run.desk_off"), file=sys.stderr)
        wanted.remove("desk")
    supervisor = Supervisor({name: service_command(name, path) for name in wanted})
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, supervisor.stop)
    raise typer.Exit(common.OK if supervisor.run() == 0 else common.PROBLEM)
