"""The programs that make up finsuite besides its servers: web, workers, beat, and the ones that run once."""

import http.client
import os
import signal
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from finsuite.local.errors import CannotStart
from finsuite.local.folder import DataFolder
from finsuite.local.processes import Farewell, Process, last_lines, spawn

HOST = "127.0.0.1"
CODE = Path(__file__).resolve().parents[2]
MANAGE = str(CODE / "manage.py")


@dataclass(frozen=True)
class Program:
    """One command of ours on this data folder."""

    name: str
    command: tuple[str, ...]
    data: DataFolder
    log: Path
    # What does not end within this is done over by whoever comes next: the database is the truth.
    farewell: Farewell = ((signal.SIGTERM, 0.9),)

    def start(self) -> Process:
        """Start it and return at once."""
        environment = {
            # What `up` serves is finsuite as its users see it; DEBUG=1 in the environment shows developers more.
            "DEBUG": "0",
            **os.environ,
            "FINSUITE_DATA": str(self.data.path),
            "PYTHONUNBUFFERED": "1",
        }
        return spawn(self.command, folder=CODE, log=self.log, last_signal=signal.SIGKILL, environment=environment)

    def wait(self, process: Process) -> None:
        """It needs no waiting for."""

    def clean_up(self) -> None:
        """It leaves nothing."""


@dataclass(frozen=True)
class WebServer(Program):
    """The program that answers on a port."""

    port: int = 8000

    def wait(self, process: Process) -> None:
        """Return when a page is answered."""
        limit = time.monotonic() + 60
        while time.monotonic() < limit:
            if process.poll() is not None:
                raise CannotStart(f"The web server does not start: {last_lines(self.log)}")
            connection = http.client.HTTPConnection(HOST, self.port, timeout=10)
            try:
                connection.request("GET", "/healthz")
                connection.getresponse()
            except OSError:
                time.sleep(0.05)
            else:
                return
            finally:
                connection.close()
        raise CannotStart(f"The web server does not answer: {last_lines(self.log)}")


def web_server(data: DataFolder, port: int) -> WebServer:
    """Granian, with the application in one process of several threads."""
    options = ("--interface", "wsgi", "--host", HOST, "--port", str(port), "--blocking-threads", "8", "--no-ws")
    command = (sys.executable, "-m", "granian", *options, "finsuite.local.wsgi:application")
    return WebServer("The web server", command, data, data.log("web"), port=port)


def workers(data: DataFolder) -> list[Program]:
    """Two workers, so that an edit never waits behind a first sync."""
    return [
        _worker("The worker", "worker", "sync.fast,outbox", data),
        _worker("The bulk worker", "bulk-worker", "sync.bulk,pdf", data),
    ]


def beat(data: DataFolder) -> Program:
    """The clock that looks for what no message told."""
    schedule = str(data.path / "beat-schedule")
    command = (sys.executable, "-m", "celery", "-A", "finsuite", "beat", "--pidfile=", "--schedule", schedule)
    return Program("The beat", command, data, data.log("beat"))


def manage(data: DataFolder, *arguments: str) -> Program:
    """A management command that runs once."""
    return Program(f"manage.py {arguments[0]}", (sys.executable, MANAGE, *arguments), data, data.log(arguments[0]))


def port_is_free(port: int) -> None:
    """Raise CannotStart when the web server could not listen there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as error:
            reason = "is taken" if isinstance(error, OSError) and error.errno == 98 else f"cannot be used ({error})"
            raise CannotStart(f"Port {port} {reason}: choose another with --port.") from None


def _worker(name: str, short: str, queues: str, data: DataFolder) -> Program:
    options = ("--hostname", f"{short}@finsuite", "--queues", queues, "--concurrency", "1")
    alone = ("--without-gossip", "--without-mingle", "--without-heartbeat")  # it has no colleagues to talk to
    command = (sys.executable, "-m", "celery", "-A", "finsuite", "worker", *options, *alone)
    return Program(name, command, data, data.log(short))
