"""Real Celery workers on the test's own database, to be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from django.db import connection

LIMIT = 60


@dataclass
class Workers:
    """Starts workers, and ends whatever of them is left."""

    folder: Path
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, *options: str, queues: str = "sync.bulk", **more: str) -> subprocess.Popen[bytes]:
        """A worker with one process in its pool; `more` is added to its environment."""
        database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
        told = {"DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "finsuite.settings.test", **more}
        worker = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "finsuite", "worker", "-Q", queues, "-c", "1", *options],
            env={**os.environ, **told},
            stdout=(self.folder / f"worker-{len(self.started)}.log").open("wb"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.started.append(worker)
        return worker

    def end(self) -> None:
        for worker in self.started:
            if worker.poll() is None:
                kill(worker)
            worker.wait()


def kill(worker: subprocess.Popen[bytes]) -> None:
    """The worker with all its processes, at once."""
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def kill_child(worker: subprocess.Popen[bytes]) -> None:
    """Only the process that does the work."""
    children = Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text().split()
    os.kill(int(children[0]), signal.SIGKILL)


def until(what: Callable[[], bool]) -> None:
    limit = time.monotonic() + LIMIT
    while not what():
        assert time.monotonic() < limit, "it did not happen in time"
        time.sleep(0.02)
