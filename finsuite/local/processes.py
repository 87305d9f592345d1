"""Child processes that never outlive the one that started them."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

PR_SET_PDEATHSIG = 1

# Loaded once, before any fork: between fork and exec nothing may be imported.
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

Process = subprocess.Popen[bytes]


@dataclass(frozen=True)
class Owner:
    """The account a server runs as, when it is not the one who starts it."""

    uid: int
    gid: int


# Signals, each with the seconds it gets.
Farewell = tuple[tuple[signal.Signals, float], ...]


class Server(Protocol):
    """Something that runs until it is stopped."""

    @property
    def name(self) -> str:
        """What the person at the terminal calls it."""

    @property
    def log(self) -> Path:
        """Where it writes."""

    @property
    def farewell(self) -> Farewell:
        """How it is asked to stop; after the last signal's seconds it is made to."""

    def start(self) -> Process:
        """Start it and return at once."""

    def wait(self, process: Process) -> None:
        """Return when it answers; raise CannotStart when it ends or stays silent."""

    def clean_up(self) -> None:
        """Remove what it leaves outside its folder."""


def die_with(parent: int, last_signal: signal.Signals) -> None:
    """Have the kernel send this process `last_signal` when its parent ends, however it ends (Linux only)."""
    if _LIBC is None:
        return
    _LIBC.prctl(PR_SET_PDEATHSIG, int(last_signal), 0, 0, 0)
    if os.getppid() != parent:  # it ended before we asked
        os._exit(1)


def _tether(last_signal: signal.Signals) -> Callable[[], None]:
    parent = os.getpid()

    def before_exec() -> None:
        # Popen has changed the user by now. That order matters: a change of user clears the parent-death signal.
        die_with(parent, last_signal)

    return before_exec


def spawn(
    command: Sequence[str],
    *,
    folder: Path,
    log: Path,
    last_signal: signal.Signals,
    owner: Owner | None = None,
    environment: Mapping[str, str] | None = None,
) -> Process:
    """Start a process in a session of its own, writing to `log`, that gets `last_signal` when this one dies.

    A session of its own, so that Ctrl-C reaches only us and we can stop everything in order.
    """
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603
            list(command),
            cwd=folder,
            env=dict(environment) if environment is not None else None,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_tether(last_signal),
            user=owner.uid if owner else None,
            group=owner.gid if owner else None,
            extra_groups=[] if owner else None,
        )


def stop(running: Sequence[tuple[Server, Process]]) -> None:
    """Ask all of them to end, together; make those end, with all they started, whose time is over."""
    left = [_Stopping(server, process, list(server.farewell)) for server, process in running]
    while left := [one for one in left if not one.has_ended()]:
        time.sleep(0.01)


@dataclass
class _Stopping:
    server: Server
    process: Process
    farewell: list[tuple[signal.Signals, float]]
    until: float = 0.0

    def has_ended(self) -> bool:
        if self.process.poll() is None:
            if time.monotonic() < self.until:
                return False
            if self.farewell:
                number, seconds = self.farewell.pop(0)
                self.process.send_signal(number)
                self.until = time.monotonic() + seconds
                return False
        kill_session(self.process)
        self.server.clean_up()
        return True


def kill_session(process: Process) -> None:
    """End the process and whatever it started and left behind."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def living_in(folder: Path) -> list[int]:
    """The processes whose working folder this is: a server's, even of one who started it and is gone (Linux only)."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):
            if os.path.samefile(entry, folder):
                found.append(int(entry.parent.name))
    return found


def end_leftovers(folder: Path, *, by: signal.Signals, within: float = 10) -> None:
    """See to it that no server of an earlier start still runs in this folder."""
    limit = time.monotonic() + within
    while left := living_in(folder):
        strongest = signal.SIGKILL if time.monotonic() > limit else by
        for pid in left:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, strongest)
        if time.monotonic() > limit + 5:
            return
        time.sleep(0.05)


def last_lines(log: Path, count: int = 3) -> str:
    """The end of a log file on one line, to go into a message."""
    try:
        lines = log.read_text(errors="replace").strip().splitlines()
    except OSError:
        return ""
    return " | ".join(line.strip() for line in lines[-count:])
