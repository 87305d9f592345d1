"""A site brought up by `manage.py up` in a folder of its own, as a person at a terminal would."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

CODE = Path(__file__).resolve().parents[2]
OURS = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "FINSUITE_DATA", "PORT", "SECRET_KEY", "DEBUG")


def environment(**more: str) -> dict[str, str]:
    """The environment of a terminal that knows nothing of this test run."""
    return {name: value for name, value in os.environ.items() if name not in OURS} | more


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(holds: Callable[[], bool], what: str, within: float = 60) -> None:
    limit = time.monotonic() + within
    while not holds():
        assert time.monotonic() < limit, f"still not so after {within} s: {what}"
        time.sleep(0.05)


def processes_of(folder: Path) -> dict[int, str]:
    """Whatever runs on this folder: by its environment, its working folder or its command line."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            told = (entry / "environ").read_bytes().split(b"\0")
            cwd = os.readlink(entry / "cwd")
        except OSError:
            continue
        ours = f"FINSUITE_DATA={folder}".encode() in told or cwd.startswith(str(folder)) or str(folder) in command
        if ours:
            found[int(entry.name)] = command
    return found


def _parent(pid: int) -> int | None:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return None


@dataclass
class Site:
    folder: Path
    port: int = field(default_factory=free_port)
    more: dict[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ("--no-demo",)
    process: subprocess.Popen[str] | None = None

    @property
    def output(self) -> str:
        return self._output_file.read_text()

    @property
    def _output_file(self) -> Path:
        return self.folder.with_suffix(".output")

    def start(self) -> None:
        arguments = [
            sys.executable,
            "manage.py",
            "up",
            *self.options,
            "--port",
            str(self.port),
            "--data",
            str(self.folder),
        ]
        with self._output_file.open("w") as output:
            self.process = subprocess.Popen(
                arguments, cwd=CODE, env=environment(**self.more), stdout=output, stderr=subprocess.STDOUT, text=True
            )

    def up(self) -> "Site":
        """Start it unless it runs, and wait for its banner and its workers."""
        if self.process is None or self.process.poll() is not None:
            self.start()
        until(lambda: "finsuite is up" in self.output or self.process.poll() is not None, "the banner")
        assert self.process.poll() is None, self.output
        return self

    def send(self, number: signal.Signals) -> int:
        """Send a signal to `up` alone, and return its exit code."""
        self.process.send_signal(number)
        return self.process.wait(timeout=40)

    def answer(self, path: str = "/healthz") -> int | None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as response:
                return response.status
        except OSError as error:
            return getattr(error, "code", None)

    def child(self, pattern: str) -> int | None:
        """The process with this command line that `up` itself started (those have children alike)."""
        for pid, command in processes_of(self.folder).items():
            if re.search(pattern, command) and _parent(pid) == self.process.pid:
                return pid
        return None

    def nothing_is_left(self) -> None:
        until(lambda: not processes_of(self.folder), f"nothing left: {processes_of(self.folder)}", within=3)

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run another command in a second terminal."""
        told = environment(FINSUITE_DATA=str(self.folder), **self.more)
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=CODE, env=told, capture_output=True, text=True, check=False, timeout=60)
