"""One thing that can be wrong, and when a finding about it is due."""

from __future__ import annotations

from agent.watch.finding import Contribution, Finding, Kind, Priority

_NEWS = 1.25
"""A condition is told again when its score has grown by a quarter: the guilty points may be others by then."""


class Condition:
    """Turns verdicts into findings: one when the condition begins, changes or ends, and one at the first verdict ever.

    The first verdict is told even when all is well, so that an alarm left from before a restart can end.
    """

    __slots__ = ("_score", "active", "asset", "cause", "key", "kind", "priority")

    def __init__(self, key: str, cause: str, asset: str, priority: Priority, kind: Kind) -> None:
        self.key, self.cause, self.asset, self.priority, self.kind = key, cause, asset, priority, kind
        self.active: bool | None = None
        """None before the first verdict."""
        self._score = 0.0

    def holds(
        self,
        time: float,
        contributions: tuple[Contribution, ...] = (),
        score: float = 1.0,
        kind: Kind | None = None,
        priority: Priority | None = None,
    ) -> list[Finding]:
        """score: 1 is the threshold. kind, priority: where they differ from the usual ones."""
        kind = kind or self.kind
        if self.active and kind is self.kind and score < _NEWS * self._score:
            return []
        self.active, self.kind, self._score = True, kind, score
        return [
            Finding(self.key, self.cause, self.asset, kind, time, True, priority or self.priority, contributions, score)
        ]

    def over(self, time: float) -> list[Finding]:
        if self.active is False:
            return []
        self.active, self._score = False, 0.0
        return [Finding(self.key, self.cause, self.asset, self.kind, time, False, self.priority, (), 0.0)]
