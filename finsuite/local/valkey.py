"""A private Valkey: one folder, one unix socket in it, no port."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import redis

from finsuite.local import sockets
from finsuite.local.binaries import valkey_server
from finsuite.local.errors import CannotStart
from finsuite.local.processes import Process, end_leftovers, last_lines, spawn

SOCKET = "valkey.sock"


@dataclass
class Valkey:
    """A server in `folder` (0700). It keeps what it holds on disk, and refuses rather than forgets when full."""

    folder: Path
    log: Path

    name = "Valkey"
    farewell = ((signal.SIGTERM, 0.7),)  # what it holds is on disk within a second anyway

    def start(self) -> Process:
        """Start the server and return at once; `wait` tells when it answers."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        end_leftovers(self.folder, by=signal.SIGTERM)
        sockets.open_way(self.folder / SOCKET)
        (self.folder / SOCKET).unlink(missing_ok=True)
        settings = {
            "port": "0",
            "unixsocket": SOCKET,  # relative to `dir`, so that the length of the folder's name does not matter
            "unixsocketperm": "700",
            "dir": ".",
            "appendonly": "yes",
            "maxmemory-policy": "noeviction",
            "save": "",
            "daemonize": "no",
        }
        command = [str(valkey_server())]
        for name, value in settings.items():
            command += [f"--{name}", value]
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
        return spawn(command, folder=self.folder, log=self.log, last_signal=signal.SIGTERM, environment=environment)

    def wait(self, process: Process, *, within: float = 30) -> None:
        """Return when the server answers; raise CannotStart when it ends or stays silent."""
        limit = time.monotonic() + within
        client = redis.Redis.from_url(self.url, socket_timeout=1, socket_connect_timeout=1)
        try:
            while True:
                if process.poll() is not None:
                    raise CannotStart(f"Valkey does not start in {self.folder}: {last_lines(self.log)}")
                try:
                    client.ping()
                except redis.RedisError:
                    if time.monotonic() > limit:
                        raise CannotStart(f"Valkey does not answer in {self.folder}: {last_lines(self.log)}") from None
                    time.sleep(0.02)
                else:
                    return
        finally:
            client.close()

    def clean_up(self) -> None:
        """Remove the short way to the socket, where there is one."""
        sockets.close_way(self.folder / SOCKET)

    @property
    def url(self) -> str:
        """Its address, as REDIS_URL takes it."""
        return f"unix://{quote(str(sockets.reach(self.folder / SOCKET)))}"
