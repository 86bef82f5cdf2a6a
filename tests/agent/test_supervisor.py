"""`louguan run`: real child processes, started again, stopped, and none left behind."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from agent import supervisor
from agent.supervisor import Supervisor

STUBBORN = "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"


class Lines(io.StringIO):
    """Log lines that can be waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.changed = threading.Condition()

    def write(self, text: str) -> int:
        with self.changed:
            self.changed.notify_all()
            return super().write(text)

    def wait_for(self, seen: Callable[[str], bool]) -> str:
        with self.changed:
            assert self.changed.wait_for(lambda: seen(self.getvalue()), 10), self.getvalue()
            return self.getvalue()


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()


def _gone(pid: int) -> bool:
    """Whether a killed process is gone within 5 s; it takes a moment, and closes its files before."""
    end = time.monotonic() + 5
    while _alive(pid) and time.monotonic() < end:
        time.sleep(0.01)
    return not _alive(pid)


def _run(watched: Supervisor) -> tuple[threading.Thread, list[int]]:
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(watched.run()))
    thread.start()
    return thread, codes


def test_lines_are_prefixed_and_a_crash_is_followed_by_a_new_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "FIRST_PAUSE_S", 0.05)
    out = Lines()
    watched = Supervisor({"core": [sys.executable, "-c", "print('hello'); raise SystemExit(9)"]}, out)
    thread, codes = _run(watched)
    out.wait_for(lambda text: text.count("core | hello") >= 3)
    watched.stop()
    thread.join(10)
    assert codes == [0]
    assert "9" in out.getvalue()


def test_pauses_between_crashes_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "FIRST_PAUSE_S", 0.01)
    out = Lines()
    watched = Supervisor({"core": ["/bin/false"]}, out)
    thread, _ = _run(watched)
    text = out.wait_for(lambda text: "0.04 s" in text)
    watched.stop()
    thread.join(10)
    assert text.index("0.01 s") < text.index("0.02 s") < text.index("0.04 s")


def test_a_wrong_configuration_is_not_tried_again() -> None:
    out = Lines()
    thread, codes = _run(Supervisor({"core": [sys.executable, "-c", "raise SystemExit(2)"]}, out))
    thread.join(10)
    assert codes == [1]
    assert out.getvalue().count("process") == 1


def test_a_child_that_does_not_stop_is_killed_with_its_own_children(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "STOP_S", 0.3)
    out = Lines()
    script = f"import subprocess,sys; p = subprocess.Popen([sys.executable, '-c', {STUBBORN!r}]); print('pid', p.pid)\n"
    watched = Supervisor({"desk": [sys.executable, "-uc", script + STUBBORN]}, out)
    thread, codes = _run(watched)
    text = out.wait_for(lambda text: text.count("| up") == 2)
    grandchild = int(text.split("pid ")[1].split()[0])
    watched.stop()
    thread.join(10)
    assert codes == [0]
    assert _gone(grandchild)


def test_no_child_outlives_a_supervisor_that_was_killed() -> None:
    script = (
        "import sys; from agent.supervisor import Supervisor; "
        f"Supervisor({{'core': [sys.executable, '-uc', {STUBBORN!r}]}}, sys.stdout).run()"
    )
    parent = subprocess.Popen([sys.executable, "-uc", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    started = parent.stdout.readline()
    child = int(started.split()[-1])
    while "| up" not in parent.stdout.readline():
        assert parent.poll() is None
    parent.send_signal(signal.SIGKILL)
    parent.wait(5)
    # The pipe closes when the last process that holds it is gone.
    assert parent.stdout.read() == ""
    assert _gone(child)
    parent.stdout.close()
