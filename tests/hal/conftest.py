from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def sim_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Simulated ports of a test are found by nobody else."""
    monkeypatch.setenv("LOUGUAN_SIM_DIR", str(tmp_path / "sim"))
    return tmp_path / "sim"
