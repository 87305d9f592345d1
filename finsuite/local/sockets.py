"""Unix sockets of servers whose folder may have a name too long for one."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from finsuite.local.errors import CannotStart

# sockaddr_un.sun_path holds 108 bytes with the closing zero on Linux, 104 on macOS.
LONGEST = 103


def reach(socket: Path) -> Path:
    """The path by which clients reach `socket`: its own, or a short one through a link when that is too long.

    The short path depends on nothing but the folder's name and the user, so every process finds the same one.
    """
    if len(os.fsencode(socket)) <= LONGEST:
        return socket
    return _link(socket.parent) / socket.name


def open_way(socket: Path) -> Path:
    """Make sure that `reach(socket)` leads to it; returns that path."""
    way = reach(socket)
    if way != socket:
        private = way.parent.parent
        private.mkdir(mode=0o700, exist_ok=True)
        found = private.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
            raise CannotStart(f"{private} is needed for sockets but is not a private folder of yours; remove it.")
        way.parent.unlink(missing_ok=True)
        way.parent.symlink_to(socket.parent)
    return way


def close_way(socket: Path) -> None:
    """Remove what `open_way` made."""
    way = reach(socket)
    if way != socket:
        way.parent.unlink(missing_ok=True)
        try:
            way.parent.parent.rmdir()
        except OSError:  # the other server's way still leads through it, or it is gone
            return


def _link(folder: Path) -> Path:
    # Not TMPDIR: two terminals may disagree on it.
    base = Path("/tmp") if os.name == "posix" else Path(tempfile.gettempdir())  # noqa: S108
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return base / f"finsuite-{os.getuid()}-{name}" / "s"
