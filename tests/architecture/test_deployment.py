"""The lock, the compose file and the list of settings say what the code needs."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCK = (ROOT / "requirements.lock").read_text()
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def _locked() -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", LOCK, re.MULTILINE))


def _required() -> list[Requirement]:
    extras = PROJECT["optional-dependencies"]
    texts = [*PROJECT["dependencies"], *(text for extra in extras.values() for text in extra)]
    return [requirement for requirement in map(Requirement, texts) if requirement.name != PROJECT["name"]]


@pytest.mark.parametrize("requirement", _required(), ids=lambda requirement: requirement.name)
def test_the_lock_holds_a_version_that_the_project_accepts(requirement: Requirement) -> None:
    assert requirement.specifier.contains(_locked()[requirement.name.lower()])


def test_the_lock_is_nothing_but_names_and_versions() -> None:
    assert [line for line in LOCK.splitlines() if not re.fullmatch(r"[a-z0-9-]+==[^\s/]+( ; [^/]+)?", line)] == []


def test_every_service_that_stays_has_a_health_check() -> None:
    services = COMPOSE["services"]
    assert services.keys() == {"postgres", "valkey", "migrate", "web", "worker", "bulk-worker", "beat"}
    assert {name for name, service in services.items() if "healthcheck" not in service} == {"migrate"}


def test_the_broker_forgets_nothing() -> None:
    command = " ".join(COMPOSE["services"]["valkey"]["command"])
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command
    assert "valkey:/data" in COMPOSE["services"]["valkey"]["volumes"]


def test_the_workers_of_compose_serve_every_queue_once() -> None:
    from finsuite.celery import app

    commands = [
        service["command"] for service in COMPOSE["services"].values() if "worker" in service.get("command", [])
    ]
    served = [queue for command in commands for queue in command[command.index("--queues") + 1].split(",")]
    assert sorted(served) == sorted(queue.name for queue in app.conf.task_queues)


def test_every_setting_of_the_environment_is_documented_and_none_besides() -> None:
    code = "".join(path.read_text() for path in (ROOT / "finsuite" / "settings").glob("*.py"))
    read = set(re.findall(r'env\.[a-z_]+\(\s*"([A-Z_]+)"', code)) | {"DJANGO_SETTINGS_MODULE", "PORT"}
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE))
    assert documented == read


def test_production_needs_what_compose_gives() -> None:
    given = COMPOSE["services"]["web"]["environment"]
    assert {"SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL"} <= given.keys()
