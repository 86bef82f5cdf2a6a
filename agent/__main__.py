"""Starts one service: `python -m agent core --config FILE`. systemd and `louguan run` call this."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
from pathlib import Path

# Before numpy is imported: its pool of threads would cost memory and steal the desk's core.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

from agent.config_file import ConfigError, NoConfigError, find, load
from agent.log import start_log
from hal.clock import Clock
from hal.errors import LouguanError

log = logging.getLogger("agent")


def _clock(text: str) -> Clock:
    try:
        speed, real, shown = (float(part) for part in text.split(","))
        return Clock(speed, (real, shown))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not SPEED,REAL0,SHOWN0: {error}") from error


def main(arguments: list[str] | None = None) -> int:
    """Exit codes: 0 stopped as asked, 1 the service failed, 2 the configuration or the command line is wrong."""
    parser = argparse.ArgumentParser(prog="python -m agent", description="Starts one service of Louguan.")
    parser.add_argument("service", choices=("core", "desk"))
    parser.add_argument("--config", type=Path, help="gateway.toml (default: as `louguan` finds it)")
    parser.add_argument(
        "--clock", type=_clock, default=Clock(), metavar="SPEED,REAL0,SHOWN0", help="a recording's time (core only)"
    )
    parser.add_argument("--log", default="INFO", choices=("DEBUG", "INFO", "WARNING", "ERROR"))
    given = parser.parse_args(arguments)
    start_log(given.log)
    try:
        config_path = find(given.config)
        gateway = load(config_path)
        if given.service == "core":
            from agent.core.service import run

            asyncio.run(run(gateway, config_path, given.clock))
        else:
            from agent.desk.service import serve

            asyncio.run(serve(gateway, config_path))
    except (ConfigError, NoConfigError) as error:
        print(error, file=sys.stderr)
        return 2
    except LouguanError as error:
        log.error("%s", error)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
