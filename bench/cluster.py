"""A finsuite of its own for a benchmark: private PostgreSQL and Valkey, migrated, in a folder that is gone afterwards.

    with cluster() as servers:
        from crm.services import ...        # Django is set up from here on
        with servers.workers():             # for what needs Celery
            ...

The database is as durable as production's (fsync, synchronous commits) and modestly tuned, so that figures carry over.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from finsuite.local import programs
from finsuite.local.folder import DataFolder
from finsuite.local.supervisor import Supervisor

PRODUCTION_LIKE = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "autovacuum": "on",
    "max_connections": "60",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
}


@dataclass(frozen=True)
class Servers:
    """What a benchmark may use while its cluster runs."""

    data: DataFolder
    supervisor: Supervisor

    @contextmanager
    def workers(self) -> Iterator[None]:
        """Celery's workers and its beat, as `manage.py up` starts them; they take tasks when this begins."""
        from finsuite.celery import app

        self.supervisor.start(*programs.workers(self.data), programs.beat(self.data))
        limit = time.monotonic() + 60
        while len(app.control.ping(timeout=0.5)) < len(programs.workers(self.data)):
            if time.monotonic() > limit:
                raise RuntimeError(f"The workers do not answer; their logs are in {self.data.path / 'log'}")
        try:
            yield
        finally:
            self.supervisor.stop_last()


@contextmanager
def cluster() -> Iterator[Servers]:
    """Start the servers, set Django up on them, migrate; stop and delete everything at the end."""
    folder = Path(tempfile.mkdtemp(prefix="finsuite-bench-"))
    folder.chmod(0o711)  # ours: the account PostgreSQL runs as enters its own folder in it
    data = DataFolder(folder / "data")
    supervisor = Supervisor(print)
    try:
        data.prepare()
        data.make_secret_key()
        postgresql = replace(data.postgresql, options=PRODUCTION_LIKE)
        postgresql.initialise()
        supervisor.start(postgresql, data.valkey)
        postgresql.create_database("finsuite")
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "finsuite.settings.dev",
            "DEBUG": "0",
            "FINSUITE_DATA": str(data.path),
            "DATABASE_URL": postgresql.url("finsuite"),
            "REDIS_URL": data.valkey.url,
            "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING"),
        }
        _set_django_up()
        yield Servers(data, supervisor)
    finally:
        supervisor.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _set_django_up() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
