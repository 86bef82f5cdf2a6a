"""A gateway installed once a session into a folder, and a way to run things inside it as on the box."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "PYTHON", "NOTIFY"))}

# The folder becomes the root, with the machine's /usr, /dev and /proc, and everything but $2 read-only.
_ENTER = """
set -eu
root=$1 writable=$2
shift 2
mount --bind "$root" "$root"
cd "$root"
mkdir -p dev proc tmp $writable
for part in bin sbin lib lib64 libexec share; do
    [ -d /usr/$part ] && mkdir -p usr/$part && mount --rbind /usr/$part usr/$part
    if [ -L /$part ]; then ln -sfn usr/$part $part; fi
done
mount --rbind /dev dev
mount --rbind /proc proc
mount -t tmpfs tmpfs tmp
for part in $writable; do mount --bind $part $part; done
mount -o remount,bind,ro "$root"
exec chroot . "$@"
"""


@dataclass(frozen=True)
class Installed:
    """root: the folder that stands for /. source: the checkout it was installed from."""

    root: Path
    source: Path

    def install(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return install(*arguments, source=self.source, DESTDIR=str(self.root), **environment)

    def inside(self, command: Sequence[str], writable: str = "tmp", **environment: str) -> subprocess.Popen[str]:
        """Runs a command with this installation as its root folder; the process is the command itself.

        writable: folders without a leading slash, separated by spaces; everything else is read-only.
        """
        return subprocess.Popen(
            [*namespace(), "sh", "-c", _ENTER, "sh", self.root, writable, *command],
            env={"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", **environment},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip

    def ask(self, *command: str) -> tuple[int, str]:
        """Exit code and output of a short command inside."""
        process = self.inside(command, "tmp run")
        try:
            output, _ = process.communicate(timeout=60)
        finally:
            process.kill()
        return process.returncode, output


def install(*arguments: str, source: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [source / "systemd" / "install.sh", *arguments], env={**_ENVIRONMENT, **environment}, cwd="/",
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


def namespace() -> list[str]:
    """Skips the test where this user may not make a mount namespace."""
    command = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
    if not shutil.which("unshare") or subprocess.run([*command, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine allows no mount namespace")
    return command


@pytest.fixture(scope="session")
def installed() -> Iterator[Installed]:
    # Unix sockets allow some 100 characters: pytest's own folders are too deep.
    folder = Path(tempfile.mkdtemp(prefix="lg-"))
    root, source = folder / "root", folder / "source"
    try:
        # A copy, so that what is edited meanwhile does not make another version.
        for part in ("agent", "firmware_bridge", "hal", "models", "requirements", "systemd"):
            shutil.copytree(ROOT / part, source / part, ignore=shutil.ignore_patterns("__pycache__"))
        for part in ("pyproject.toml", "setup.cfg", "README.md"):
            shutil.copy(ROOT / part, source / part)
        done = install(source=source, DESTDIR=str(root))
        if "lies in somebody's home" in done.stderr or "has no venv module" in done.stderr:
            pytest.skip(done.stderr.strip())
        assert done.returncode == 0, done.stderr
        yield Installed(root, source)
    finally:
        shutil.rmtree(folder)
