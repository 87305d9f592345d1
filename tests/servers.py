"""The servers the tests run on: a private PostgreSQL and a private Valkey, made for this run and gone after it.

A pytest plugin, named by `-p` in pyproject.toml so that it is imported before pytest-django reads the settings.
DATABASE_URL or REDIS_URL in the environment: that server is used instead, and none is started.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from finsuite.local.errors import CannotStart
from finsuite.local.postgres import PostgreSQL
from finsuite.local.processes import stop
from finsuite.local.valkey import Valkey

# A test database is thrown away: it need not survive a power cut.
THROWAWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "60",
    "shared_buffers": "128MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "1h",
}


def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="finsuite-tests-"))
    folder.chmod(0o711)  # ours: the account PostgreSQL runs as enters its own folder in it
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _start_postgresql(folder: Path) -> None:
    server = PostgreSQL(folder / "postgres", folder / "postgres.log", THROWAWAY)
    server.initialise()
    process = server.start()
    atexit.register(stop, [(server, process)])
    server.wait(process)
    os.environ["DATABASE_URL"] = server.url("finsuite")
    server.create_database("finsuite")


def _start_valkey(folder: Path) -> None:
    server = Valkey(folder / "valkey", folder / "valkey.log")
    process = server.start()
    atexit.register(stop, [(server, process)])
    server.wait(process)
    os.environ["REDIS_URL"] = server.url


def _start() -> str:
    """Start what the environment does not name; the workers of pytest-xdist inherit the names."""
    missing = [name for name in ("DATABASE_URL", "REDIS_URL") if name not in os.environ]
    if missing:
        folder = _folder()
        try:
            if "DATABASE_URL" in missing:
                _start_postgresql(folder)
            if "REDIS_URL" in missing:
                _start_valkey(folder)
        except CannotStart as reason:
            raise pytest.UsageError(f"the tests need their own PostgreSQL and Valkey. {reason}") from None
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker and "?" not in os.environ["REDIS_URL"]:
        # As each worker of pytest-xdist has a database of its own, so in Valkey.
        os.environ["REDIS_URL"] += f"?db={worker.removeprefix('gw')}"
    return f"servers: DATABASE_URL {os.environ['DATABASE_URL']}, REDIS_URL {os.environ['REDIS_URL']}"


_HEADER = _start()


def pytest_report_header() -> str:
    """Say which servers this run uses."""
    return _HEADER


@pytest.hookimpl(optionalhook=True, tryfirst=True)
def pytest_xdist_auto_num_workers() -> int:
    """One worker more than there are processors: many tests wait for servers and browsers that they have started."""
    return (os.cpu_count() or 1) + 1
