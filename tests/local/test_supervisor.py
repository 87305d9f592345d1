"""What the supervisor does when things end."""

import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from finsuite.local import supervisor as module
from finsuite.local.errors import CannotStart
from finsuite.local.processes import Farewell, Process, living_in, spawn
from finsuite.local.supervisor import Supervisor

pytestmark = pytest.mark.faults


@dataclass
class Sleeper:
    """A server that does as it is told."""

    folder: Path
    code: str = "import time; time.sleep(60)"
    name: str = "The sleeper"
    farewell: Farewell = ((signal.SIGTERM, 0.3), (signal.SIGQUIT, 0.3))
    cleaned: int = 0

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def start(self) -> Process:
        return spawn([sys.executable, "-Sc", self.code], folder=self.folder, log=self.log, last_signal=signal.SIGKILL)

    def wait(self, process: Process) -> None:
        pass

    def clean_up(self) -> None:
        self.cleaned += 1


def _heal_until(supervisor: Supervisor, lines: list[str], count: int) -> None:
    limit = time.monotonic() + 20
    while len(lines) < count:
        assert time.monotonic() < limit, lines
        supervisor.heal()
        time.sleep(0.01)


def test_what_ends_is_started_again_after_a_pause_that_grows(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(module, "FIRST_PAUSE", 0.02)
    lines: list[str] = []
    supervisor = Supervisor(lines.append)
    sleeper = Sleeper(tmp_path, code="raise SystemExit(3)")
    supervisor.start(sleeper)
    _heal_until(supervisor, lines, 5)
    supervisor.stop()
    assert [line.split(" Its log")[0] for line in lines[::2]] == [
        "The sleeper ended (exit code 3); starting it again in 0.02 s.",
        "The sleeper ended (exit code 3); starting it again in 0.04 s.",
        "The sleeper ended (exit code 3); starting it again in 0.08 s.",
    ]
    assert [line.split(" (")[0] for line in lines[1::2]] == ["The sleeper runs again", "The sleeper runs again"]
    assert sleeper.cleaned == 1


def test_what_keeps_ending_is_given_up_with_the_end_of_its_log(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(module, "FIRST_PAUSE", 0.0)
    supervisor = Supervisor(lambda line: None)
    supervisor.start(Sleeper(tmp_path, code="print('no space left'); raise SystemExit(3)"))
    with pytest.raises(CannotStart, match=r"^The sleeper ended \(exit code 3\) for the 6th time in 120 s: .*no space"):
        supervisor.keep()


def test_what_ignores_the_signal_is_ended_with_all_it_started(tmp_path: Path) -> None:
    stubborn = (
        "import os, signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "signal.signal(signal.SIGQUIT, signal.SIG_IGN)\n"
        "subprocess.Popen([sys.executable, '-Sc', 'import time; time.sleep(60)'])\n"
        "time.sleep(60)"
    )
    supervisor = Supervisor(lambda line: None)
    supervisor.start(Sleeper(tmp_path, code=stubborn))
    limit = time.monotonic() + 10
    while len(living_in(tmp_path)) < 2 and time.monotonic() < limit:
        time.sleep(0.02)
    time.sleep(0.2)
    assert len(living_in(tmp_path)) == 2
    supervisor.stop()
    time.sleep(0.1)
    assert living_in(tmp_path) == []


def test_one_that_cannot_start_does_not_lose_those_before_it(tmp_path: Path) -> None:
    supervisor = Supervisor(lambda line: None)
    absent = Sleeper(tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError):
        supervisor.start(Sleeper(tmp_path), absent)
    assert len(living_in(tmp_path)) == 1
    supervisor.stop()
    assert living_in(tmp_path) == []


def test_what_runs_once_gives_its_exit_code(tmp_path: Path) -> None:
    assert Supervisor(print).run(Sleeper(tmp_path, code="raise SystemExit(7)")) == 7


def test_a_child_dies_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    parent = (
        "import signal, sys, time\n"
        "from pathlib import Path\n"
        "from finsuite.local.processes import spawn\n"
        "here = Path(sys.argv[1])\n"
        "command = [sys.executable, '-Sc', 'import time; time.sleep(60)']\n"
        "spawn(command, folder=here, log=here / 'log', last_signal=signal.SIGKILL)\n"
        "print('started', flush=True)\n"
        "time.sleep(60)"
    )
    started = subprocess.Popen([sys.executable, "-c", parent, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert started.stdout is not None
    assert started.stdout.readline() == "started\n"
    assert len(living_in(tmp_path)) == 1
    started.kill()
    started.wait()
    time.sleep(0.2)
    assert living_in(tmp_path) == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_signal_that_comes_while_python_calls_back_is_not_lost(tmp_path: Path) -> None:
    supervisor = Supervisor(print)

    class Gone:
        def __del__(self) -> None:  # what is raised here is told to nobody, as in the callbacks of a fork
            supervisor.tell_to_stop(signal.SIGHUP, None)

    sleeper = Sleeper(tmp_path)
    gone = Gone()
    del gone
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        supervisor.run(sleeper)
    assert time.monotonic() - began < 10
    assert (living_in(tmp_path), sleeper.cleaned) == ([], 1)
