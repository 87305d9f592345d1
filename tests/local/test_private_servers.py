"""A private PostgreSQL and a private Valkey start wherever their folder is."""

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest
import redis

from finsuite.local import binaries, sockets
from finsuite.local.errors import CannotStart
from finsuite.local.folder import DataFolder
from finsuite.local.processes import Server, stop

pytestmark = pytest.mark.faults
Start = Callable[[Server], None]


@pytest.fixture
def start() -> Iterator[Start]:
    running = []

    def start_one(server: Server) -> None:
        process = server.start()
        running.append((server, process))
        server.wait(process)

    yield start_one
    stop(running)


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    """A folder that only its owner may enter, and whose name is too long for a socket in it."""
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o700)
    return folder / ("x" * 60) / ("y" * 60) / "data"


def test_both_start_in_a_closed_folder_with_a_long_name(closed: Path, start: Start) -> None:
    data = DataFolder(closed)
    data.prepare()
    data.postgresql.initialise()
    start(data.postgresql)
    start(data.valkey)
    connection = psycopg2.connect(data.postgresql.url("postgres"))
    connection.cursor().execute("CREATE EXTENSION pg_trgm; CREATE EXTENSION unaccent; CREATE EXTENSION btree_gist")
    connection.close()
    assert redis.Redis.from_url(data.valkey.url).ping() is True
    assert len(data.postgresql.host) < 100
    assert stat.S_IMODE((closed / "postgres").stat().st_mode) == 0o700
    assert stat.S_IMODE((closed / "valkey").stat().st_mode) == 0o700
    assert stat.S_IMODE((closed.parents[2]).stat().st_mode) == 0o700


def test_the_short_way_to_a_socket_is_gone_after_the_stop(closed: Path, start: Start) -> None:
    data = DataFolder(closed)
    data.prepare()
    way = sockets.open_way(data.path / "valkey" / "valkey.sock")
    assert way.parent.is_symlink()
    assert stat.S_IMODE(way.parent.parent.stat().st_mode) == 0o700
    sockets.close_way(data.path / "valkey" / "valkey.sock")
    assert not way.parent.parent.exists()


def test_somebody_elses_folder_is_not_used_as_a_way(tmp_path: Path) -> None:
    socket = tmp_path / ("x" * 110) / "valkey.sock"
    private = sockets.reach(socket).parent.parent
    private.mkdir(mode=0o777)
    private.chmod(0o777)
    try:
        with pytest.raises(CannotStart, match="not a private folder of yours"):
            sockets.open_way(socket)
        assert list(private.iterdir()) == []
    finally:
        private.rmdir()


def test_a_short_name_needs_no_way() -> None:
    assert sockets.reach(Path("/data/postgres/.s.PGSQL.5432")) == Path("/data/postgres/.s.PGSQL.5432")


def test_an_interrupted_creation_is_started_over(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    data.prepare()
    unfinished = tmp_path / "data" / "postgres.new"
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("18")
    assert not data.postgresql.exists()
    data.postgresql.initialise()
    assert (data.path / "postgres" / "global" / "pg_control").exists()
    assert not unfinished.exists()


def test_valkey_keeps_what_it_holds(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    data.prepare()
    for expected in (None, b"1"):
        process = data.valkey.start()
        data.valkey.wait(process)
        client = redis.Redis.from_url(data.valkey.url)
        assert client.get("kept") == expected
        client.set("kept", 1)
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        client.close()
        stop([(data.valkey, process)])


def test_programs_in_a_closed_place_are_copied_to_an_open_one(tmp_path: Path, monkeypatch) -> None:
    tree = tmp_path / "closed" / "pginstall"
    (tree / "bin").mkdir(parents=True)
    (tree / "bin" / "postgres").write_text("#!/bin/sh\n")
    (tree / "bin" / "postgres").chmod(0o755)
    (tmp_path / "closed").chmod(0o700)
    place = Path("/tmp") / f"finsuite-test-{os.getpid()}"
    monkeypatch.setattr(binaries, "SHARED_COPIES", place)
    monkeypatch.setattr(binaries, "_wheel_postgresql", lambda: tree / "bin")
    try:
        found = binaries.postgresql_bin(binaries.Owner(uid=65534, gid=65534))
        assert found.parent.parent == place
        assert binaries.enterable(found)
        assert (found / "postgres").read_text() == "#!/bin/sh\n"
        assert binaries.postgresql_bin(None) == tree / "bin"
        assert stat.S_IMODE((tmp_path / "closed").stat().st_mode) == 0o700
    finally:
        import shutil

        shutil.rmtree(place, ignore_errors=True)


def test_the_system_programs_stand_in_for_the_wheel(tmp_path: Path, monkeypatch) -> None:
    for version in ("9.6", "15", "17"):
        (tmp_path / version / "bin").mkdir(parents=True)
        (tmp_path / version / "bin" / "postgres").touch()
    monkeypatch.setattr(binaries, "SYSTEM_POSTGRESQL", tmp_path)
    monkeypatch.setattr(binaries, "_package", lambda name: None)
    monkeypatch.setattr(binaries.shutil, "which", lambda name: f"/usr/bin/{name}" if name == "redis-server" else None)
    assert binaries.postgresql_bin(None) == tmp_path / "17" / "bin"
    assert binaries.valkey_server() == Path("/usr/bin/redis-server")


def test_without_any_the_sentence_says_what_to_install(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(binaries, "SYSTEM_POSTGRESQL", tmp_path)
    monkeypatch.setattr(binaries, "_package", lambda name: None)
    monkeypatch.setattr(binaries.shutil, "which", lambda name: None)
    with pytest.raises(CannotStart, match="No PostgreSQL was found on this machine"):
        binaries.postgresql_bin(None)
    with pytest.raises(CannotStart, match="No Valkey was found on this machine"):
        binaries.valkey_server()
