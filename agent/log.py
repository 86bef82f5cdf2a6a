"""Log lines of the services: to stderr, plain for people, with levels for the journal."""

from __future__ import annotations

import logging
import os
import sys

_JOURNAL_LEVEL = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}


class _JournalFormatter(logging.Formatter):
    """Prefixes the level as sd-daemon(3) wants it; the journal knows the time itself."""

    def format(self, record: logging.LogRecord) -> str:
        return f"<{_JOURNAL_LEVEL.get(record.levelno, 6)}>" + super().format(record).replace("\n", " | ")


def start_log(level: str = "INFO") -> None:
    """Sets up the root logger. level: DEBUG, INFO, WARNING or ERROR."""
    handler = logging.StreamHandler(sys.stderr)
    if os.environ.get("JOURNAL_STREAM"):
        handler.setFormatter(_JournalFormatter("%(name)s: %(message)s"))
    else:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
