"""Asks this machine's own web server whether it is well: `python -m finsuite.ask_health`, exit code 0 or 1."""

import os
import sys
import urllib.error
import urllib.request

ADDRESS = "http://127.0.0.1:{port}/healthz"


def ask(port: str, host: str) -> bool:
    """Whether the site that answers to `host` is well."""
    request = urllib.request.Request(ADDRESS.format(port=port), headers={"Host": host})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=4) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, TimeoutError):
        return False


if __name__ == "__main__":
    first_host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".")
    sys.exit(0 if ask(os.environ.get("PORT", "8000"), first_host) else 1)
