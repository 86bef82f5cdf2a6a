"""The alarm machine against a small model, and the journal against the states, in any order of events."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from agent.alarms.engine import NoSuchAlarm, NotAllowed
from agent.alarms.model import AlarmState
from tests.agent.alarms.made import A, N, R, Room, S, U, X, replay

ON_S, OFF_S, AGAIN_S, SHELVE_S = 5.0, 30.0, 600.0, 100.0


class OneAlarm(RuleBasedStateMachine):
    """The model knows one condition, one cause and whole seconds."""

    @initialize(latch=st.booleans())
    def begin(self, latch: bool) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.room = Room(Path(self.folder.name) / "alarms.db", latch=latch, re_alarm_s=AGAIN_S)
        self.latch = latch
        self.holds: float | None = None
        """Since when the condition holds; `ended`: since when it does not, while the off-delay runs."""
        self.ended: float | None = None
        self.on = self.seen = self.episode = False
        self.seen_at = 0.0
        self.cover: AlarmState | None = None
        self.until = 0.0
        self.exists = False

    def expected(self) -> AlarmState:
        if self.cover:
            return self.cover
        if self.on:
            return A if self.seen else U
        if self.episode:
            return A if self.seen else R
        return N

    def settle(self) -> None:
        """The end of an episode that nobody has to look at any more."""
        if not self.on and self.seen and not self.latch and not self.cover:
            self.episode = False

    def uncover(self) -> None:
        self.cover = None
        if not self.on and not self.latch:
            self.episode = False

    @rule(seconds=st.sampled_from([1, 5, 6, 30, 31]))
    def time_passes(self, seconds: int) -> None:
        for _ in range(seconds):
            self.room.wait(1)
            self.move()

    @rule()
    def long_time_passes(self) -> None:
        self.room.wait(AGAIN_S)
        self.move()

    def move(self) -> None:
        now = self.room.now
        if self.holds is not None and self.ended is None and now - self.holds >= ON_S and not self.on:
            self.on, self.seen, self.episode, self.exists = True, False, True, True
        if self.ended is not None and now - self.ended >= OFF_S:
            self.on, self.holds, self.ended = False, None, None
        if self.on and self.seen and now - self.seen_at >= AGAIN_S:
            self.seen = False
        if self.cover is S and now >= self.until:
            self.uncover()
        self.settle()

    @rule()
    def condition_lasts(self) -> None:
        self.condition_begins()
        self.time_passes(6)

    @rule()
    def condition_stays_away(self) -> None:
        self.condition_ends()
        self.time_passes(30)

    @rule()
    def condition_begins(self) -> None:
        self.room.find(after_s=0)
        if self.holds is None:
            self.holds = self.room.now
        self.ended = None

    @rule()
    def condition_ends(self) -> None:
        self.room.find(active=False, after_s=0)
        if self.on:
            self.ended = self.room.now if self.ended is None else self.ended
        else:
            self.holds = None

    def allowed(self, act: str, *states: AlarmState) -> bool:
        """Does it, and returns whether that was allowed, which it must be in these states only."""
        more = {"ack": ("li",), "shelve": (SHELVE_S, "li", "why"), "suppress": ("li", "why")}.get(act, ("li",))
        may = self.exists and self.expected() in states
        if may:
            getattr(self.room.alarms, act)(1, *more)
        else:
            with pytest.raises(NotAllowed if self.exists else NoSuchAlarm):
                getattr(self.room.alarms, act)(1, *more)
        return may

    @rule()
    def ack(self) -> None:
        if self.allowed("ack", U, R):
            self.seen, self.seen_at = True, self.room.now
            self.settle()

    @rule(act=st.sampled_from(["shelve", "unshelve", "suppress", "unsuppress", "reset"]))
    def act_by_hand(self, act: str) -> None:
        if act == "shelve" and self.allowed(act, N, U, A, R):
            self.cover, self.until = S, self.room.now + SHELVE_S
        elif act == "unshelve" and self.allowed(act, S):
            self.uncover()
        elif act == "suppress" and self.allowed(act, N, U, A, R, S):
            self.cover = X
        elif act == "unsuppress" and self.allowed(act, X):
            self.uncover()
        elif act == "reset" and self.allowed(act, *([A] if self.latch and not self.on else [])):
            self.episode = False

    @rule()
    def restart(self) -> None:
        self.room.restart()
        # What was in its on-delay begins anew with its finding; an off-delay begins when the end is heard again.
        if not self.on:
            self.holds = None
        if self.holds is not None and self.ended is None:
            self.room.find(after_s=0)
        elif self.ended is not None:
            self.room.find(active=False, after_s=0)
            self.ended = self.room.now

    @invariant()
    def engine_and_model_agree(self) -> None:
        alarms = self.room.alarms.in_states(AlarmState)
        if not self.exists:
            assert alarms == []
            return
        (alarm,) = alarms
        assert (alarm.state, alarm.active) == (self.expected(), self.on)

    @invariant()
    def journal_leads_to_the_states(self) -> None:
        states = {alarm.id: alarm.state for alarm in self.room.alarms.in_states(AlarmState)}
        assert replay(self.room.alarms.journal(limit=10_000)) == states

    def teardown(self) -> None:
        if hasattr(self, "room"):
            self.room.alarms.close()
            self.folder.cleanup()


TestOneAlarm = OneAlarm.TestCase
TestOneAlarm.settings = settings(max_examples=120, stateful_step_count=50, deadline=None)
