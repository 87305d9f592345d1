"""Production's settings pass Django's own deployment checks, with nothing silenced."""

import os
import subprocess
import sys

PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "finsuite.settings.prod",
    "SECRET_KEY": "k7" * 40 + "%Zq1!",
    "ALLOWED_HOSTS": "finsuite.example",
}


def _manage(*arguments: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], env=environment, capture_output=True, text=True, check=False
    )


def test_check_deploy_finds_nothing_and_silences_nothing() -> None:
    done = _manage("check", "--deploy", "--fail-level", "WARNING", environment={**os.environ, **PRODUCTION})
    assert (done.returncode, done.stdout) == (0, "System check identified no issues (0 silenced).\n"), done.stderr


def test_production_starts_without_a_default_for_any_secret_or_address() -> None:
    for name in ("SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL"):
        environment = {key: value for key, value in {**os.environ, **PRODUCTION}.items() if key != name}
        done = _manage("check", environment=environment)
        assert done.returncode != 0, name
        assert f"Set the {name} environment variable" in done.stderr
