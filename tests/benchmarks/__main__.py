"""Runs every benchmark and prints one table: `make bench`, or `python -m tests.benchmarks modbus store` for some."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks.table import Row


def main(names: list[str]) -> int:
    """Returns 1 when a promise was not held, else 0."""
    all_names = sorted(path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py"))
    if unknown := set(names) - set(all_names):
        print(f"no benchmark {', '.join(sorted(unknown))}; there are: {', '.join(all_names)}", file=sys.stderr)
        return 2
    console = Console(width=None if sys.stdout.isatty() else 150)
    table = Table("figure", "value", "unit", "peer, same run", "its value", "ratio", "promise", "held")
    rows: list[Row] = []
    for name in names or all_names:
        console.print(f"[dim]{name} ...[/dim]")
        rows += importlib.import_module(f"tests.benchmarks.bench_{name}").run()
    for row in rows:
        table.add_row(
            row.what,
            f"{row.value:,.4g}" if row.value < 1000 else f"{row.value:,.0f}",
            row.unit,
            row.peer,
            "" if row.peer_value is None else f"{row.peer_value:,.4g}",
            "" if row.ratio is None else f"{row.ratio:.2f}",
            row.target,
            {True: "yes", False: "[red]NO[/red]", None: ""}[row.ok],
        )
    console.print(table)
    return int(any(row.ok is False for row in rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
