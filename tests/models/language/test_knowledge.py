"""The knowledge file: what a manager may write, and how a mistake is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.language import knowledge
from models.language.knowledge import KnowledgeError, parse

PATH = Path("estate.md")
GOOD = """# For people only
- not read
## repairs 报修
### water-leak

问：水管漏水怎么办？
- 家里漏水了
答：请关水阀。
再打电话。

Q: A pipe leaks, what now?
- water on the floor
A: Turn the valve off.
Then call us.

### lamp
q：the lamp is broken
a：We come.
## fees
### amount
问：多少钱
答：两块五
"""


def test_entries_have_wordings_and_answers_in_their_languages() -> None:
    known = parse(GOOD, PATH)
    assert list(known.entries) == ["water-leak", "lamp", "amount"]
    leak = known.entries["water-leak"]
    assert leak.category == "repairs"
    assert leak.wordings == {
        "zh": ["水管漏水怎么办？", "家里漏水了"],
        "en": ["A pipe leaks, what now?", "water on the floor"],
    }
    assert leak.answers == {"zh": "请关水阀。再打电话。", "en": "Turn the valve off. Then call us."}
    assert [(p.entry_id, p.language) for p in known.passages()].count(("water-leak", "en")) == 2


def test_an_entry_of_one_language_answers_in_that_one() -> None:
    entry = parse(GOOD, PATH).entries["amount"]
    assert entry.language("en") == "zh"
    assert entry.question("en") == "多少钱"


def test_windows_line_ends_and_a_byte_order_mark_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "estate.md"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert knowledge.read(path).entries == parse(GOOD, PATH).entries


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("", 0, "there is no entry"),
        ("## fees\n", 0, "there is no entry"),
        ("## Fees & more\n", 1, "cannot be an id"),
        ("### a\n", 1, "in no category"),
        ("## fees\nQ: lost\n", 2, "belongs to no entry"),
        ("## fees\n### a\nhello\n", 3, "follows neither"),
        ("## fees\n### a\nQ: one\ntwo\n", 4, "begins with `- `"),
        ("## fees\n### a\nQ: one\nQ: two\n", 4, "has Q: already"),
        ("## fees\n### a\nQ: ???\n", 3, "without words"),
        ("## fees\n### a\nQ: one\n", 2, "has no answer"),
        ("## fees\n### a\nQ: one\nA:\n", 2, "has no answer"),
        ("## fees\n### a\nA: one\n", 2, "has no question"),
        ("## fees\n### a\nQ: one\nA: 1\n### a\n", 5, "another entry a"),
        ("## fees\n### a\nQ: one!\nA: 1\n### b\nQ: two\n- ONE\nA: 2\n", 7, "stands in a, line 3"),
        (f"## fees\n### a\nQ: {'x' * 201}\n", 3, "more than 200"),
        (f"## fees\n### a\nQ: one\nA: {'x' * 1001}\n", 4, "more than 1000"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_what_to_do(text: str, line: int, says: str) -> None:
    with pytest.raises(KnowledgeError) as caught:
        parse(text, PATH)
    assert caught.value.line == line
    assert says in caught.value.message
    assert caught.value.message.startswith(f"estate.md:{line}:" if line else "estate.md:")
    assert caught.value.remedy


def test_another_encoding_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "estate.md"
    path.write_bytes(b"## fees\n### a\n" + "问：多少钱\n".encode("gb18030"))
    with pytest.raises(KnowledgeError, match="UTF-8") as caught:
        knowledge.read(path)
    assert caught.value.line == 3


def test_a_missing_and_an_enormous_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="cannot be read"):
        knowledge.read(tmp_path / "none.md")
    (tmp_path / "big.md").write_bytes(b"#" * (knowledge.MAX_BYTES + 1))
    with pytest.raises(KnowledgeError, match="larger"):
        knowledge.read(tmp_path / "big.md")


@given(st.lists(st.sampled_from([*GOOD.splitlines(), "## ", "### ", "- ", "Q:", "A:", "答：", "x", "\0", "\u2028"])))
def test_any_order_of_lines_is_knowledge_or_one_error(lines: list[str]) -> None:
    try:
        found = parse("\n".join(lines), PATH)
    except KnowledgeError:
        return
    assert all(entry.wordings and entry.answers for entry in found.entries.values())
