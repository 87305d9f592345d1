"""Production's settings pass Django's own deployment checks, with nothing silenced."""

import os
import subprocess
import sys

import pytest

PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "finsuite.settings.prod",
    "SECRET_KEY": "k7" * 40 + "%Zq1!",
    "ALLOWED_HOSTS": "finsuite.example",
}


def _plain() -> dict[str, str]:
    """The environment without what scenarios in the same process set for themselves."""
    return {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}


def _manage(*arguments: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], env=environment, capture_output=True, text=True, check=False
    )


def test_check_deploy_finds_nothing_and_silences_nothing() -> None:
    done = _manage("check", "--deploy", "--fail-level", "WARNING", environment={**_plain(), **PRODUCTION})
    assert (done.returncode, done.stdout) == (0, "System check identified no issues (0 silenced).\n"), done.stderr


@pytest.mark.parametrize("name", ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL"])
def test_production_has_no_default_for_a_secret_or_an_address(name: str) -> None:
    environment = {key: value for key, value in {**os.environ, **PRODUCTION}.items() if key != name}
    command = [sys.executable, "-c", "import finsuite.settings.prod"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith(f"Set the {name} environment variable")
