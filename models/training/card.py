"""The card of an artifact: what is in it, what it was trained on, its figures and thresholds."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from models.runtime.artifact import CARD, FORMAT

Card = dict[str, Any]
PAGE = "card.md"


def read(folder: Path) -> Card:
    """The card in `folder`, or an empty one."""
    path = folder / CARD
    card: Card = json.loads(path.read_text("utf-8")) if path.is_file() else {"format": FORMAT, "files": {}}
    return card


def write(folder: Path, card: Card) -> None:
    """Writes the card with the sizes and SHA-256 of every model file in `folder`, and the page that people read."""
    card["files"] = {
        path.name: {"bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name not in {CARD, PAGE}
    }
    (folder / CARD).write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", "utf-8")
    (folder / PAGE).write_text(page(card), "utf-8")


def page(card: Card) -> str:
    """The card as Markdown."""
    lines = [f"# {card.get('name', 'model')}", "", str(card.get("about", "")), ""]
    if rebuild := card.get("rebuild"):
        lines += ["Rebuilt from nothing by:", "", f"    {rebuild}", ""]
    for title, key in (("Base", "base"), ("Trained on", "trained_on"), ("Steps", "steps")):
        items = card.get(key, [])
        lines += [f"## {title}", ""]
        lines += [f"- {_phrase(item)}" for item in (items if isinstance(items, list) else [items])] + [""]
    lines += ["## Figures", ""]
    for name, figure in card.get("figures", {}).items():
        lines += [f"### {name}", "", str(figure.get("protocol", "")), ""]
        if plot := figure.get("plot"):
            lines += [f"![{name}]({plot})", ""]
        rows = figure.get("rows", [])
        if rows:
            columns = list(rows[0])
            lines += ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
            lines += ["| " + " | ".join(_cell(row.get(c, "")) for c in columns) + " |" for row in rows] + [""]
    lines += ["## Thresholds", ""]
    lines += [f"- {key}: {_phrase(value)}" for key, value in _thresholds(card).items()] + [""]
    total = sum(item["bytes"] for item in card["files"].values())
    lines += ["## Files", "", f"{total / 1e6:.1f} MB in all.", "", "| file | bytes | SHA-256 |", "|---|---|---|"]
    lines += [f"| {name} | {item['bytes']} | `{item['sha256']}` |" for name, item in card["files"].items()]
    return "\n".join(lines) + "\n"


def _thresholds(card: Card) -> dict[str, object]:
    head = card.get("head", {})
    settled = {"temperature": head["temperature"], **head["thresholds"]} if head else {}
    return {**card.get("retrieval", {}), **settled}


def _phrase(item: object) -> str:
    if isinstance(item, dict):
        return ", ".join(f"{key} {value}" for key, value in item.items())
    return str(item)


def _cell(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)
