"""Child processes that never outlive the one that started them."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PR_SET_PDEATHSIG = 1

# Loaded once, before any fork: between fork and exec nothing may be imported.
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Owner:
    """The account a server runs as, when it is not the one who starts it."""

    uid: int
    gid: int


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
) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own, writing to `log`, that dies with this one.

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


def stop(process: subprocess.Popen[bytes], *, by: signal.Signals, within: float) -> None:
    """Ask the process to end; after `within` seconds, make it and everything in its session's group end."""
    if process.poll() is None:
        process.send_signal(by)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=within)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def last_lines(log: Path, count: int = 3) -> str:
    """The end of a log file on one line, to go into a message."""
    try:
        lines = log.read_text(errors="replace").strip().splitlines()
    except OSError:
        return ""
    return " | ".join(line.strip() for line in lines[-count:])
