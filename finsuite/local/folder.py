"""The data folder: where everything is that one machine keeps."""

import errno
import fcntl
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.core.management.utils import get_random_secret_key

from finsuite.local.errors import CannotStart
from finsuite.local.postgres import PostgreSQL
from finsuite.local.valkey import Valkey

# A new cluster with the demo's data takes about 120 MB; less than this and the first write-ahead log may not fit.
NEEDED_AT_FIRST = 200  # megabytes
NEEDED_AFTERWARDS = 20

# On one machine beside a browser: modest memory, everything committed is on disk.
POSTGRESQL_OPTIONS = {
    "max_connections": "60",
    "shared_buffers": "128MB",
    "max_wal_size": "512MB",
    "random_page_cost": "1.1",
    "jit": "off",  # it costs more than it brings on queries of a few milliseconds
    "log_timezone": "UTC",
    "timezone": "UTC",
}


@dataclass(frozen=True)
class DataFolder:
    """The paths in it, and what must hold before servers may use it."""

    path: Path

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", Path(os.path.abspath(self.path)))

    @property
    def postgresql(self) -> PostgreSQL:
        """The private PostgreSQL of this folder."""
        return PostgreSQL(self.path / "postgres", self.log("postgres"), POSTGRESQL_OPTIONS)

    @property
    def valkey(self) -> Valkey:
        """The private Valkey of this folder."""
        return Valkey(self.path / "valkey", self.log("valkey"))

    def log(self, name: str) -> Path:
        """Where a process of that name writes."""
        return self.path / "log" / f"{name}.log"

    def prepare(self) -> None:
        """Create the folder; raise CannotStart, in one sentence, when it cannot hold what it must."""
        try:
            # As root, PostgreSQL's own account passes through to its folder; what lies in here is closed one by one.
            self.path.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
            (self.path / "log").mkdir(mode=0o700, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.path):
                pass
            self._begin_new_logs()
            free = self._free_megabytes()
        except OSError as error:
            raise self.cannot_use(error) from None
        needed = NEEDED_AFTERWARDS if self.postgresql.exists() else NEEDED_AT_FIRST
        if free < needed:
            raise CannotStart(f"finsuite needs {needed} MB in {self.path}, and {free} MB are free.")

    def _begin_new_logs(self) -> None:
        for log in (self.path / "log").glob("*.log"):
            log.rename(log.with_suffix(".log.before"))

    def lock(self) -> IO[str]:
        """Take the folder for this process until the file returned is closed or the process ends, however it ends."""
        try:
            file = (self.path / "lock").open("a+")
            os.chmod(file.fileno(), 0o600)
        except OSError as error:
            raise self.cannot_use(error) from None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip()
            file.close()
            raise CannotStart(
                f"finsuite already runs on {self.path} (process {holder}): stop it first, or name another folder "
                "with --data."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        return file

    def cannot_use(self, error: OSError) -> CannotStart:
        """The sentence for an error of the file system."""
        if error.errno == errno.ENOSPC:
            return CannotStart(f"Nothing more can be written to {self.path}.")
        return CannotStart(f"The data folder {self.path} cannot be used: {error.strerror}. Name another with --data.")

    def why(self, reason: CannotStart) -> str:
        """The sentence for a failure, led by what is likely behind it."""
        try:
            full = self._free_megabytes() < NEEDED_AFTERWARDS
        except OSError:
            full = False
        return f"The disk that holds {self.path} is full. {reason}" if full else str(reason)

    def _free_megabytes(self) -> int:
        return shutil.disk_usage(self.path).free // 1_000_000

    def secret_key(self) -> str:
        """The key of this folder; before `make_secret_key` one that lasts as long as the process."""
        try:
            return self._secret_key_file.read_text().strip()
        except OSError:
            return get_random_secret_key()

    def make_secret_key(self) -> None:
        """Write a key of this folder's own, readable by its owner only, unless there is one."""
        if self._secret_key_file.exists():
            return
        unfinished = self._secret_key_file.with_suffix(".new")
        unfinished.unlink(missing_ok=True)
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(get_random_secret_key())
        unfinished.rename(self._secret_key_file)

    @property
    def _secret_key_file(self) -> Path:
        return self.path / "secret-key"
