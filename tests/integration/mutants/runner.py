"""Breaks a copy of the sync on purpose, by one patch, and asks whether the property test notices."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
COPIED = ("integration/__init__.py", "integration/core", "integration/adapters", "tests/__init__.py")
TESTS = ("tests/integration/__init__.py", "tests/integration/core")

RUN = """
import sys
from hypothesis import Phase
from tests.integration.core.test_property import run
for seed in map(int, sys.argv[3:]):
    try:
        run(seed, examples=int(sys.argv[1]), steps=int(sys.argv[2]), phases=(Phase.generate,))
    except Exception as problem:
        print("KILLED", seed, type(problem).__name__, str(problem).splitlines()[:1])
        break
else:
    print("SURVIVED")
"""


def patches() -> list[Path]:
    """Every seeded bug."""
    return sorted(HERE.glob("*.patch"))


def apply(patch: str, root: Path) -> None:
    """Apply a unified diff. Each hunk must be found exactly once, wherever it has moved to."""
    target, *hunks = re.split(r"^@@ .*@@.*\n", patch, flags=re.MULTILINE)
    path = root / re.search(r"^\+\+\+ b/(\S+)", target, flags=re.MULTILINE)[1]
    text = path.read_text()
    for hunk in hunks:
        lines = [line or " \n" for line in hunk.splitlines(keepends=True)]
        old = "".join(line[1:] for line in lines if line[0] in " -")
        new = "".join(line[1:] for line in lines if line[0] in " +")
        if text.count(old) != 1:
            raise AssertionError(f"{path.name} has changed: the patch does not apply any more")
        text = text.replace(old, new)
    path.write_text(text)


def broken_copy(patch: Path | None, into: Path) -> Path:
    """A copy of the sync and of its tests, with the bug in it."""
    for name in (*COPIED, *TESTS):
        source, target = ROOT / name, into / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "crm.py", "finance.py"))
        else:
            shutil.copy(source, target)
    if patch is not None:
        apply(patch.read_text(), into)
    return into


def verdict(root: Path, *, examples: int, steps: int, seeds: tuple[int, ...]) -> str:
    """What the property test says of this copy: KILLED with the seed and the reason, or SURVIVED."""
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(examples), str(steps), *map(str, seeds)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith(("KILLED", "SURVIVED"))]
    if not lines:
        raise AssertionError(done.stderr[-2000:])
    return lines[-1]
