from __future__ import annotations

from pathlib import Path

import pytest

from models.language.encoder import SentenceEncoder

SHIPPED = Path(__file__).parents[3] / "models" / "artifacts" / "trunk"


@pytest.fixture(scope="session")
def encoder() -> SentenceEncoder:
    """The encoder that ships."""
    return SentenceEncoder.load(SHIPPED)
