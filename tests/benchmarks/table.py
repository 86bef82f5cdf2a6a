"""The row that every benchmark prints."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One figure beside its named peer, measured in the same run.

    value, peer_value: in `unit`; peer_value is None where the figure has no peer. target: the promise, in words.
    ok: whether the promise held, None where there is none.
    """

    what: str
    value: float
    unit: str
    peer: str = ""
    peer_value: float | None = None
    target: str = ""
    ok: bool | None = None

    @property
    def ratio(self) -> float | None:
        """value / peer_value."""
        return self.value / self.peer_value if self.peer_value else None
