"""What holds for every dialogue, whatever is said and however it is understood."""

from __future__ import annotations

import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.desk.dialogue import Answer, Dialogue, Session
from agent.desk.orders import Orders
from models.language.understanding import INTENTS, SLOTS, Slot, Understanding

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=timezone(timedelta(hours=8)))
YES = ("对", "好的", "yes", "ok thanks", "嗯", "对，三号楼")
TEXTS = (
    *YES, "不对", "no", "取消", "三号楼1502", "1502", "building 3", "漏水", "the tap", "明天", "下午三点", "几点开门",
    "how much", "不方便说", "还有电梯也坏了",
    "我要订泳池", "帮我登记访客", "沪A12345", "13800001234", "谢谢", "地址", "{x}", "",
)  # fmt: skip
VALUES = st.one_of(
    st.sampled_from(["2026-11-25", "2020-01-01", "16:30", "morning", "25:99", "", "水管", "x" * 200, "\x00\u202e"]),
    st.integers(-5, 10**9), st.floats(), st.text(max_size=20),
    st.dictionaries(st.sampled_from(["building", "room", "place", "else"]), st.text(max_size=10), max_size=3),
)  # fmt: skip


@st.composite
def turns(draw: st.DrawFn) -> Understanding:
    text = draw(st.one_of(st.sampled_from(TEXTS), st.text(max_size=30)))
    names = draw(st.lists(st.sampled_from((*SLOTS, "none")), max_size=3))
    end = draw(st.integers(0, 40))
    return Understanding(
        text, draw(st.sampled_from(("zh", "en"))), draw(st.sampled_from(INTENTS)), draw(st.floats(0, 1)), {},
        tuple(Slot(name, 0, end, text[:end], draw(VALUES)) for name in names), offensive=draw(st.floats(0, 1)),
    )  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(turns(), max_size=14), st.booleans())
def test_no_dialogue_fails_nags_or_records_without_a_yes(said: list[Understanding], known: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        orders = Orders(Path(folder) / "orders.sqlite")
        dialogue = Dialogue(
            orders, lambda heard, about: Answer("answer", known, "entry", 0.7), lambda language: "human", lambda: NOW,
            lambda text: None, lambda name, language: "urgent",
        )  # fmt: skip
        session, before, made = Session(), "", 0
        asked: list[str] = []
        for heard in said:
            reply = dialogue.turn(session, heard)
            assert reply.answer.strip()
            if reply.order:
                made += 1
                assert heard.intent == "affirm" or heard.text in YES
                assert before == "confirm"
            before = session.form.asked if session.form else ""
            if heard.intent != "repeat":
                # A question may come again after an answer to another one.
                question = f"{session.form.question} {session.form.filled}" if session.form else ""
                asked.append(question if session.form and session.form.asks else reply.answer)
            assert session.form is None or session.form.asks <= 3
            assert len(asked) < 4 or len(set(asked[-4:])) > 1 or not session.form
        assert len(orders.list()) == made
        orders.close()
