"""A private PostgreSQL: one folder, one unix socket in it, no port, nobody else's."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg2

from finsuite.local import sockets
from finsuite.local.binaries import enterable, postgresql_bin, postgresql_owner
from finsuite.local.errors import CannotStart
from finsuite.local.processes import Owner, Process, end_leftovers, last_lines, living_in, spawn

USER = "finsuite"
SOCKET = ".s.PGSQL.5432"


@dataclass
class PostgreSQL:
    """A cluster in `folder` (0700, the server's own), started with `options` on top of PostgreSQL's defaults."""

    folder: Path
    log: Path
    options: Mapping[str, str] = field(default_factory=dict)

    name = "PostgreSQL"
    # First in good order. On a busy disk that may take long; then at once, and the next start reads its log of writes.
    farewell = ((signal.SIGINT, 0.7), (signal.SIGQUIT, 10.0))

    def exists(self) -> bool:
        """Whether the cluster has been created."""
        return self.folder.exists()

    def initialise(self) -> None:
        """Create the cluster unless it is there. An interrupted creation is started over."""
        if self.exists():
            return
        owner = postgresql_owner(self.folder)
        programs = postgresql_bin(owner)
        unfinished = self.folder.with_name(self.folder.name + ".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700, parents=True)
        if owner:
            os.chown(unfinished, owner.uid, owner.gid)
        done = subprocess.run(  # noqa: S603
            [
                str(programs / "initdb"),
                f"--pgdata={_as_seen_by(owner, unfinished)}",
                f"--username={USER}",
                "--auth=trust",  # whoever may enter the folder may connect
                "--encoding=UTF8",
                *_locale(programs),
                "--no-instructions",
                "--no-sync",  # the first checkpoint of the server syncs what it needs
            ],
            cwd=unfinished,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            user=owner.uid if owner else None,
            group=owner.gid if owner else None,
            extra_groups=[] if owner else None,
        )
        if done.returncode:
            shutil.rmtree(unfinished, ignore_errors=True)
            reason = (done.stderr or done.stdout).strip().splitlines()
            raise CannotStart(f"PostgreSQL could not create its cluster in {self.folder}: {' '.join(reason[-3:])}")
        unfinished.rename(self.folder)

    def start(self) -> Process:
        """Start the server and return at once; `wait` tells when it answers."""
        owner = postgresql_owner(self.folder)
        self._recover()
        sockets.open_way(self.folder / SOCKET)
        settings = {
            "listen_addresses": "",
            # Relative to its own folder, so that the length of the folder's name does not matter.
            "unix_socket_directories": ".",
            "unix_socket_permissions": "0700",
            **self.options,
        }
        command = [str(postgresql_bin(owner) / "postgres"), "-D", _as_seen_by(owner, self.folder)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        # Should we be killed outright, so is it, at once: the write-ahead log brings everything committed back.
        return spawn(
            command,
            folder=self.folder,
            log=self.log,
            last_signal=signal.SIGQUIT,
            owner=owner,
            environment=_environment(),
        )

    def wait(self, process: Process, *, within: float = 60) -> None:
        """Return when the server answers; raise CannotStart when it ends or stays silent."""
        limit = time.monotonic() + within
        while True:
            if process.poll() is not None:
                raise CannotStart(f"PostgreSQL does not start in {self.folder}: {last_lines(self.log)}")
            try:
                self.connect("postgres").close()
            except psycopg2.OperationalError:
                if time.monotonic() > limit:
                    raise CannotStart(f"PostgreSQL does not answer in {self.folder}: {last_lines(self.log)}") from None
                time.sleep(0.02)
            else:
                return

    def clean_up(self) -> None:
        """Remove the short way to the socket, where there is one."""
        sockets.close_way(self.folder / SOCKET)

    def _recover(self) -> None:
        """Make way for a start after one that ended without a stop."""
        if sys.platform != "linux":  # elsewhere we cannot tell whose process it is
            return
        end_leftovers(self.folder, by=signal.SIGQUIT)
        for name in ("postmaster.pid", f"{SOCKET}.lock"):
            file = self.folder / name
            try:
                pid = int(file.read_text().split("\n", 1)[0])
            except (OSError, ValueError):
                continue
            # PostgreSQL sees by itself that a dead process left this, but not when another one has its number by now.
            if pid not in living_in(self.folder) and _alive(pid):
                file.unlink()

    def create_database(self, name: str) -> None:
        """Create the database unless it is there."""
        try:
            with closing(self.connect("postgres")) as connection, connection.cursor() as cursor:
                connection.autocommit = True
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
                if cursor.fetchone() is None:
                    cursor.execute(f'CREATE DATABASE "{name}"')
        except psycopg2.Error as error:
            raise CannotStart(f"PostgreSQL could not create the database {name}: {str(error).strip()}") from None

    @property
    def host(self) -> str:
        """The folder clients give as host."""
        return str(sockets.reach(self.folder / SOCKET).parent)

    def url(self, database: str) -> str:
        """The address of a database in it, as DATABASE_URL takes it."""
        return f"postgresql://{USER}@/{database}?host={quote(self.host)}"

    def connect(self, database: str) -> "psycopg2.extensions.connection":
        """A plain connection, for what must be done before Django is there."""
        return psycopg2.connect(host=self.host, port=5432, user=USER, dbname=database, connect_timeout=5)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _as_seen_by(owner: Owner | None, folder: Path) -> str:
    """The name by which the server knows its folder.

    Below a folder that only root may enter (/root, say) another account cannot use the real name; but each process may
    enter the folder it was started in, and every process of PostgreSQL stays there.
    """
    if owner is not None and sys.platform == "linux" and not enterable(folder.parent):
        return "/proc/self/cwd"
    return str(folder)


def _locale(programs: Path) -> list[str]:
    version = subprocess.run([str(programs / "postgres"), "--version"], capture_output=True, text=True, check=True)  # noqa: S603
    if int(version.stdout.split()[2].split(".")[0]) >= 17:
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    return ["--locale=C"]


def _environment() -> dict[str, str]:
    """Nothing of ours: PGHOST, PGDATA and the like must not leak in, nor secrets into a server's environment."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
