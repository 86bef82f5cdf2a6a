"""What the cloud extra brings, asked for by name so that its absence is said clearly."""

from __future__ import annotations

import importlib
from typing import Any

from hal.errors import LouguanError


class MissingExtra(LouguanError):
    """A command needs packages that a gateway does not have."""


def need(*modules: str) -> list[Any]:
    """Imports `modules` in order.

    Raises:
        MissingExtra: one of them is not installed.
    """
    try:
        return [importlib.import_module(module) for module in modules]
    except ImportError as error:
        raise MissingExtra(
            f"this command trains models and needs {error.name or 'more packages'}.",
            remedy="Run: pip install 'louguan[cloud]'",
        ) from error
