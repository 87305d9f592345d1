"""`manage.py up`: everything finsuite needs on this machine, in one terminal, until Ctrl-C."""

import os
import signal
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import get_commands
from django.core.management.base import BaseCommand
from django.db import connection

from finsuite.local import programs
from finsuite.local.errors import CannotStart
from finsuite.local.folder import DataFolder
from finsuite.local.processes import Server, last_lines
from finsuite.local.supervisor import Supervisor

DEMO_SIGN_INS = tuple(f"{name}@demo.finsuite.test" for name in ("admin", "sales", "export", "accountant"))


class Command(BaseCommand):
    """Start and keep running: PostgreSQL, Valkey, the web server, the workers and the beat."""

    help = "Run finsuite on this machine: PostgreSQL, Valkey, web server, workers and beat, until Ctrl-C."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The port, the folder, and whether there is demo data."""
        port = os.environ.get("PORT") or "8000"
        parser.add_argument("--port", type=int, default=port, help="where the site answers (PORT; 8000)")
        parser.add_argument(
            "--data",
            type=Path,
            default=settings.DATA_DIR,
            help="where everything is kept (FINSUITE_DATA; .data beside the code)",
        )
        parser.add_argument("--no-demo", action="store_true", help="start without demo data")

    def handle(self, *, port: int, data: Path, no_demo: bool, **options: object) -> None:
        """Run until a signal says stop."""
        folder = DataFolder(data)
        if folder != DataFolder(settings.DATA_DIR):
            self._begin_again_in(folder)
        supervisor = Supervisor(self._say)
        _heed_signals(supervisor.tell_to_stop)
        try:
            folder.prepare()
            with folder.lock():
                self._start(supervisor, folder, port)
                if not no_demo:
                    self._make_demo(supervisor, folder)
                self._say(self._banner(port))
                supervisor.keep()
        except CannotStart as reason:
            sys.exit(self._fail(folder.why(reason)))
        except OSError as error:
            sys.exit(self._fail(folder.why(folder.cannot_use(error))))
        except KeyboardInterrupt:
            self._say("Stopping.")
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            supervisor.stop()
        self._say("Stopped.")

    def _begin_again_in(self, folder: DataFolder) -> None:
        """Settings are read once, so another folder takes another start; the process stays the same."""
        os.environ["FINSUITE_DATA"] = str(folder.path)
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606

    def _start(self, supervisor: Supervisor, folder: DataFolder, port: int) -> None:
        programs.port_is_free(port)
        self._say(f"finsuite keeps its data in {folder.path}")
        folder.make_secret_key()
        self._start_servers(supervisor, folder)
        with self._step("Database") as done:
            migrate = programs.manage(folder, "migrate", "--no-input", "--no-color")
            if supervisor.run(migrate):
                raise CannotStart(f"The database could not be brought up to date: {last_lines(migrate.log, 1)}")
            done.append(f"{migrate.log.read_text().count(' Applying ')} migrations applied")
        with self._step("Web server"):
            supervisor.start(programs.web_server(folder, port))
        # After the page answers, so that they do not take the processor from it.
        supervisor.start(*programs.workers(folder), programs.beat(folder))

    def _start_servers(self, supervisor: Supervisor, folder: DataFolder) -> None:
        servers: list[Server] = []
        if "DATABASE_URL" not in os.environ:
            servers.append(folder.postgresql)
        if "REDIS_URL" not in os.environ:
            servers.append(folder.valkey)
        if not servers:
            return
        with self._step(" and ".join(server.name for server in servers)):
            if folder.postgresql in servers:
                folder.postgresql.initialise()
            supervisor.start(*servers)
            if folder.postgresql in servers:
                folder.postgresql.create_database("finsuite")

    def _make_demo(self, supervisor: Supervisor, folder: DataFolder) -> None:
        if "demo" not in get_commands() or self._somebody_is_there():
            return
        with self._step("Demo data"):
            demo = programs.manage(folder, "demo", "--no-color")
            if supervisor.run(demo):
                raise CannotStart(f"The demo data could not be made: {last_lines(demo.log, 1)} (see {demo.log})")

    def _somebody_is_there(self) -> bool:
        """Sample data is for an empty house only: not among real data, and not back after it was wiped."""
        try:
            return get_user_model().objects.exists()
        finally:
            connection.close()

    def _demo_sign_ins(self) -> list[str]:
        try:
            users = get_user_model().objects.filter(email__in=DEMO_SIGN_INS, is_active=True)
            found = set(users.values_list("email", flat=True))
        finally:
            connection.close()
        return [email for email in DEMO_SIGN_INS if email in found]

    def _banner(self, port: int) -> str:
        address = f"http://{programs.HOST}:{port}/"
        sign_ins = self._demo_sign_ins()
        if not sign_ins:
            return f"finsuite is up: {address}"
        return f"finsuite is up: {address}  sign in as {', '.join(sign_ins)}, password {settings.DEMO_PASSWORD}"

    @contextmanager
    def _step(self, name: str) -> Iterator[list[str]]:
        """Say what was done, and how long it took."""
        began, notes = time.monotonic(), list[str]()
        yield notes
        self._say(f"{name}: {', '.join(['ready', *notes])} ({time.monotonic() - began:.1f} s)")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def _fail(self, sentence: str) -> int:
        self.stderr.write(sentence)
        return 1


def _heed_signals(stop: Callable[[int, FrameType | None], None]) -> None:
    signal.signal(signal.SIGINT, stop)  # also when a shell that started us in the background had it ignored
    signal.signal(signal.SIGTERM, stop)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # as nohup has it
        signal.signal(signal.SIGHUP, stop)
