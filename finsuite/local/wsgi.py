"""The WSGI entry point under `manage.py up`: the same application, in a process that ends with its server's."""

import os
import signal

from finsuite.local.processes import die_with

# Granian forks its workers, and a fork does not inherit what the server itself was told.
die_with(os.getppid(), signal.SIGKILL)

from finsuite.wsgi import application  # noqa: E402

__all__ = ["application"]
