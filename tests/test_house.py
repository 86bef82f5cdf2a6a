"""The arrows between the rooms, and what a gateway must not carry."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("agent", "models", "firmware_bridge", "hal")
MAY_IMPORT = {
    "hal": {"hal"},
    "firmware_bridge": {"firmware_bridge", "hal"},
    "models": {"models", "hal"},
    "agent": {"agent", "models", "firmware_bridge", "hal"},
}
CLOUD_ONLY = (
    "torch", "transformers", "optimum", "onnx", "sklearn", "scipy", "accelerate", "peft", "optuna", "mlflow",
    "matplotlib", "pandas",
)  # fmt: skip


def modules() -> list[Path]:
    return sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def imports(path: Path) -> set[str]:
    """Full names of all modules that a file imports, wherever in the file."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_imports_point_down_only() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules()
        for name in imports(path)
        if (top := name.split(".")[0]) in ROOMS and top not in MAY_IMPORT[path.relative_to(ROOT).parts[0]]
    ]
    assert not wrong


def test_inference_never_imports_training() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules()
        if path.relative_to(ROOT).parts[:2] != ("models", "training")
        for name in imports(path)
        if name.startswith(("models.training", "models.service"))
    ]
    assert not wrong


def test_the_gateway_runs_where_the_training_packages_cannot_be_imported() -> None:
    """Imports every gateway module in a process that refuses the cloud extra, however deep the import."""
    names = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in modules()
        if path.relative_to(ROOT).parts[:2] not in (("models", "training"), ("models", "service"))
        and path.name != "__main__.py"
    ]
    program = f"""
import importlib, sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {CLOUD_ONLY!r}:
            raise ImportError(f"a gateway has no {{name}}")
sys.meta_path.insert(0, Refuse())
for name in {names!r}:
    importlib.import_module(name)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize(("extra", "brings_torch"), [("", False), ("[cloud]", True)])
def test_what_pip_install_would_bring(extra: str, brings_torch: bool) -> None:
    """Asks pip itself to resolve the project, so that a dependency's dependency counts too."""
    pip = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    done = subprocess.run(
        [*pip, "--dry-run", "--ignore-installed", "--report", "-", "-c", "requirements/all.txt", f".{extra}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    names = {item["metadata"]["name"].lower() for item in json.loads(done.stdout)["install"]}
    assert "louguan" in names
    assert ("torch" in names) is brings_torch
    assert ("transformers" in names) is brings_torch


def test_the_wheel_carries_what_the_desk_answers_from(tmp_path: Path) -> None:
    # A copy, because building in the checkout leaves a build/ there whose old files end up in the next wheel.
    for name in (*ROOMS, "setup.cfg", "pyproject.toml", "README.md"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    wheel = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--disable-pip-version-check", "-w", "out", "."]
    done = subprocess.run(wheel, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    with zipfile.ZipFile(next((tmp_path / "out").glob("*.whl"))) as packed:
        names = set(packed.namelist())
    assert "agent/desk/knowledge/estate.md" in names
    shipped = {str(path.relative_to(ROOT)) for path in (ROOT / "models" / "artifacts").glob("*/*")}
    assert shipped
    assert shipped <= names
