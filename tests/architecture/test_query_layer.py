"""Records are read through the selectors, which ask who may see them: no page and no API goes round them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm.models import RECORDS

ROOT = Path(__file__).resolve().parents[2]
READERS = sorted([*(ROOT / "crm/ui").rglob("*.py"), *(ROOT / "crm/api").rglob("*.py"), ROOT / "crm/navigation.py"])
MODELS = {model.__name__ for model in RECORDS.values()} | {"RECORDS", "model"}


def _reached(tree: ast.AST) -> Iterator[str]:
    """The models whose managers the code reaches for: `Account.objects`, `RECORDS[m].objects`, `self.model.objects`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ("objects", "_default_manager", "_base_manager"):
            owner = node.value.value if isinstance(node.value, ast.Subscript) else node.value
            name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
            if name in MODELS:
                yield f"{name} (line {node.lineno})"


@pytest.mark.parametrize("path", READERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_page_and_no_api_reads_records_but_by_the_selectors(path: Path) -> None:
    assert list(_reached(ast.parse(path.read_text()))) == []


def test_going_round_is_noticed() -> None:
    code = "Account.objects.of(o)\nRECORDS[m].objects.all()\nself.model.objects\nCurrency.objects.of(o)"
    assert sorted(_reached(ast.parse(code))) == ["Account (line 1)", "RECORDS (line 2)", "model (line 3)"]
