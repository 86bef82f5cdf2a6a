"""gateway.toml: what is refused, where, and with which hint."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.config_file import ConfigError, NoConfigError, find, load
from agent.toml_lines import dotted, key_lines

GOOD = """\
[site]
name = { zh = "小区", en = "Yard" }

[[buses]]
id = "pump-room"
port = "sim://pump-room"

[[assets]]
id = "pump-1"
name = { en = "Pump 1" }
bus = "pump-room"
priority = "high"
detector = { mode_point = "running" }

[[assets.points]]
id = "running"
modbus = { function = "coil", address = 0, type = "bool" }

[[assets.points]]
id = "flow"
unit = "m3/h"
modbus = { address = 10, type = "float32" }
limits = { low = 1, high = 50 }
"""

WRONG = [
    ("misspelt key", ('port = "sim', 'prt = "sim'), 6, 'buses[0].prt: unknown key; did you mean "port"?'),
    ("unknown key", ("unit =", "colour ="), 21, "assets[0].points[1].colour: unknown key (known: id, name"),
    ("misspelt table", ("[[buses]]", "[[busses]]"), 4, 'busses: unknown key; did you mean "buses"?'),
    ("inline table", ("address = 10,", "adress = 10,"), 22, 'modbus.adress: unknown key; did you mean "address"?'),
    ("missing key", ('id = "flow"', ""), 19, "assets[0].points[1].id: is required and not given"),
    ("literal", ('"float32"', '"flaot32"'), 22, 'did you mean "float32"?'),
    ("priority", ('"high"', '"hihg"'), 12, 'did you mean "high"?'),
    ("no such bus", ('bus = "pump-room"', 'bus = "pump-rom"'), 11, 'did you mean "pump-room"?'),
    ("no such mode point", ('mode_point = "running"', 'mode_point = "runing"'), 13, 'did you mean "running"?'),
    ("two points of one id", ('id = "flow"', 'id = "running"'), 20, "another of the points has the id 'running'"),
    ("bad id", ('id = "flow"', 'id = "Flow Rate"'), 20, "small letters"),
    ("bad port", ("sim://pump-room", "pump-room"), 4, "is not /dev/..., tcp://host:port or sim://name"),
    ("limits upside down", ("low = 1", "low = 60"), 23, "in order"),
    ("a number as text", ("address = 10", 'address = "ten"'), 22, "valid integer"),
    ("wrong type of table", ("[site]", "[[site]]"), 1, "site"),
    ("syntax", ("[site]", "[site"), 1, "not valid TOML"),
    ("unfinished text", ('id = "flow"', 'id = "flow'), 20, "not valid TOML"),
    ("key given twice", ('unit = "m3/h"', 'id = "x"'), 21, "not valid TOML"),
]


def _write(folder: Path, text: str) -> Path:
    path = folder / "gateway.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_right_file_is_loaded_with_paths_from_its_own_folder(tmp_path: Path) -> None:
    gateway = load(_write(tmp_path, GOOD + '[paths]\nstate = "var"\nrun = "/run/x"\n[desk]\nknowledge = "k.md"\n'))
    assert gateway.point("pump-1.flow") is not None
    assert gateway.paths.state == tmp_path / "var"
    assert gateway.paths.run == Path("/run/x")
    assert gateway.desk.knowledge == tmp_path / "k.md"
    assert gateway.desk.model is None


@pytest.mark.parametrize(("change", "line", "said"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_what_is_wrong_is_said_with_file_line_and_hint(
    tmp_path: Path, change: tuple[str, str], line: int, said: str
) -> None:
    assert GOOD.count(change[0]) >= 1
    path = _write(tmp_path, GOOD.replace(*change, 1))
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert any(entry.startswith(f"{path}:{line}: ") and said in entry for entry in str(caught.value).splitlines()), str(
        caught.value
    )


def test_all_errors_are_said_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = GOOD.replace("port =", "prt =").replace('bus = "pump-room"', 'bus = "x"').replace("unit =", "unti =")
    with pytest.raises(ConfigError) as caught:
        load(_write(tmp_path, text))
    assert [problem.line for problem in caught.value.problems] == [4, 6, 11, 21]


def test_a_file_that_is_no_text_or_too_deep_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "gateway.toml"
    path.write_bytes(b'[site]\nname = "\xff\xfe"')
    with pytest.raises(ConfigError, match=r":2: not UTF-8"):
        load(path)
    path.write_text("a = " + "[" * 100_000)
    with pytest.raises(ConfigError, match="nested too deeply"):
        load(path)


def test_the_file_is_looked_for_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LOUGUAN_CONFIG", raising=False)
    with pytest.raises(NoConfigError, match="louguan config init"):
        find(tmp_path / "absent.toml")
    here = _write(tmp_path, GOOD)
    assert find().resolve() == here
    other = tmp_path / "other.toml"
    other.write_text(GOOD)
    monkeypatch.setenv("LOUGUAN_CONFIG", str(other))
    assert find() == other
    assert find(here) == here


_keys = st.text(st.sampled_from("abz09_- .\"'é水\\"), min_size=1, max_size=6)
_scalars = st.one_of(
    st.integers(-9, 9), st.booleans(), st.sampled_from(["x", 'q"]}', "a#b", "l1\nl2", "'", "\\", "[[t]]", "水 = 1"])
)
_values = st.recursive(
    _scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=3), max_leaves=8
)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _toml(value: Any, brk: str) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_quoted(k)} = {_toml(v, '')}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + f",{brk}".join(_toml(v, brk) for v in value) + "]"
    return _quoted(value) if isinstance(value, str) else str(value)


@given(st.dictionaries(_keys, _values, max_size=4), st.sampled_from(["", "\n", " # c ]\n"]))
def test_every_key_of_any_file_has_its_line(tables: dict[str, Any], brk: str) -> None:
    text, expected = "", {}
    for key, value in tables.items():
        expected[(key,)] = text.count("\n") + 1
        text += f"{_quoted(key)} = {_toml(value, brk)} # end\n"
    assert tomllib.loads(text) == tables
    lines = key_lines(text)
    assert {path: line for path, line in lines.items() if len(path) == 1} == expected
    assert set(lines) == set(_paths(tables, ()))


def _paths(value: Any, path: tuple[str | int, ...]) -> list[tuple[str | int, ...]]:
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found: list[tuple[str | int, ...]] = [path] if path else []
    for key, inner in entries:
        found += _paths(inner, (*path, key))
    return found


def test_headers_arrays_of_tables_and_dotted_keys_have_lines() -> None:
    text = "[a.b]\nc.d = 1\n[[e]]\nf = '''\n]\n'''\n[[e]]\n[[e.g]]\nh = 1\n[e.i]\n'j k' = [1,\n 2]\n"
    lines = key_lines(text)
    assert lines[("a", "b", "c", "d")] == 2
    assert lines[("e", 0, "f")] == 4
    assert lines[("e", 1)] == 7
    assert lines[("e", 1, "g", 0, "h")] == 9
    assert lines[("e", 1, "i", "j k", 1)] == 12
    assert dotted(("e", 1, "i", "j k", 1)) == 'e[1].i."j k"[1]'


def test_promised_hours_must_rise_with_falling_priority(tmp_path: Path) -> None:
    assert load(_write(tmp_path, GOOD + "[desk.orders]\nhigh_h = 2\n")).desk.orders.high_h == 2
    with pytest.raises(ConfigError, match="urgent_h <= high_h"):
        load(_write(tmp_path, GOOD + "[desk.orders]\nhigh_h = 48\n"))
