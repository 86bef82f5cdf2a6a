"""A tiny random base model, and tiny made-up files of each benchmark's form."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
import transformers

from models.training import checkpoint
from models.training.benchmarks.common import Job

LETTERS = "abcdefghijklmnopqrstuvwxyz,.?!:'我你要打开播放停车证电梯坏了红灯天气北京音乐地铁喜欢讨厌"
Files = dict[str, str]


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of 2 layers of 32 that spells its texts letter by letter."""
    folder = tmp_path_factory.mktemp("tiny") / "base"
    pieces = [(text, 0.0) for text in ("<s>", "<pad>", "</s>", "<unk>")] + [("▁", -2.0)]
    pieces += [(letter, -6.0) for letter in dict.fromkeys(LETTERS)] + [(letter, -6.5) for letter in "ABCDEFGHIJ"]
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=len(pieces), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=160, type_vocab_size=2, pad_token_id=1,
    )  # fmt: skip
    model = transformers.BertModel(config, add_pooling_layer=False)
    checkpoint.save(model, checkpoint.unigram(pieces, 3, 0, 2, 1), folder, checkpoint.Origin("made by a test"))
    return folder


@pytest.fixture(scope="session")
def sets(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Folder of a benchmark's made-up data, by its name."""
    root = tmp_path_factory.mktemp("sets")
    for name, files in MADE.items():
        (root / name).mkdir()
        for file, text in files.items():
            (root / name / file).write_text(text, "utf-8")
    return lambda name: root / name


@pytest.fixture(scope="session")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("work")


@pytest.fixture
def job(base: Path, sets: Callable[[str], Path], work: Path) -> Callable[..., tuple[Job, list[str]]]:
    """A benchmark's job with what it says; every run of one benchmark shares its work folder."""

    def make(name: str, test: Path | None = None) -> tuple[Job, list[str]]:
        said: list[str] = []
        return Job(sets(name), test, work, said.append, str(base), limit=60), said

    return make


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def _json_lines(rows: list[dict[str, object]]) -> str:
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n"


def _conll(sentences: int) -> str:
    names = ["anna", "bob", "carl", "dora"]
    return "".join(
        f"{names[n % 4]}\tB-PER\nsaw\tO\nrome\tB-LOC\n{'now' * (n % 3) or 'today'}\tO\n\n" for n in range(sentences)
    )


_INTENTS = {"lights": "lights on {}", "music": "play song {}", "weather": "is it raining in {}"}
_ENGLISH = [
    (text.format("abcdefghij"[n % 10] * (1 + n // 10)), name) for n in range(20) for name, text in _INTENTS.items()
]
_COMMANDS = [
    {"text": f"打开{'音乐' * (n % 2)}{'红灯'[n % 2]}{'abcdefghij'[n % 10]}", "domain": "app" if n % 2 else "home",
     "intent": "PLAY" if n % 4 == 1 else "OPEN", "slots": {"name": "红灯"[n % 2]}}
    for n in range(40)
]  # fmt: skip
_PAIRS: list[dict[str, object]] = [
    {
        "sentence1": f"我要听音乐{'abcdefghij'[n % 10]}",
        "sentence2": "播放音乐" if n % 2 else "北京天气",
        "label": str(n % 2),
    }
    for n in range(20)
]
MADE: dict[str, Files] = {
    "conll2003": {"train.tsv": _conll(40), "valid.tsv": _conll(8)},
    "clinc150": {
        "train_val.json": json.dumps(
            {
                "train": _ENGLISH,
                "val": [[f"please {text}", name] for text, name in _ENGLISH[:12]],
                "oos_train": [[f"what of {letter}{letter}", "oos"] for letter in "klmnopqrst"],
                "oos_val": [[f"why {letter}", "oos"] for letter in "klmnop"],
            }
        )
    },
    "banking77": {"train.csv": "text,category\n" + "".join(f"{text},{name}\n" for text, name in _ENGLISH)},
    "cold": {
        name: ",split,topic,label,TEXT\n"
        + "".join(
            f"{n},x,race,{n % 2},{'讨厌' if n % 2 else '喜欢'}{'北京'[n % 2]}{'abcdefghij'[n % 10] * (n // 10 + 1)}\n"
            for n in range(rows)
        )
        for name, rows in (("train.csv", 40), ("dev.csv", 12))
    },
    "cluener": {
        name: _json_lines(
            [{"text": f"我要坐{'abcdefghij'[n % 10]}地铁", "label": {"scene": {"地铁": [[4, 5]]}}} for n in range(rows)]
        )
        for name, rows in (("train.json", 40), ("test.json", 10))
    },
    "smp2019": {
        "train.json": json.dumps(_COMMANDS, ensure_ascii=False),
        "split_md5.json": json.dumps({"train": [*range(24)], "dev": [*range(24, 30)], "test": [*range(30, 40)]}),
    },
    "bustm": {
        "train_few_all.json": _json_lines(_PAIRS),
        "dev_few_all.json": _json_lines(_PAIRS[:8]),
        "unlabeled.json": _json_lines([{k: v for k, v in pair.items() if k != "label"} for pair in _PAIRS]),
        "test_public.json": _json_lines(_PAIRS[4:14]),
    },
}
