"""The worked examples of docs/duplicates.md, computed."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm.choices import Module
from crm.duplicates.facts import COLUMNS, Facts, facts_of
from crm.duplicates.likeness import judge, reasons

DOCS = Path(__file__).parents[3] / "docs" / "duplicates.md"


def examples() -> list[list[str]]:
    text = DOCS.read_text().split("## Worked examples")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("| ").split(" |")] for line in text.splitlines() if line[:2] == "| "]
    return [[*row, *[""] * (6 - len(row))] for row in rows[1:]]


def facts(module: Module, told: str) -> Facts:
    given = dict(pair.split("=", 1) for pair in told.split("; "))
    values = {name: given.get(name, "") for name in COLUMNS[module]}
    if "account_id" in values:
        values["account_id"] = int(given["account_id"]) if "account_id" in given else None
    return facts_of(module, values, region="FR")


@pytest.mark.parametrize("row", examples(), ids=lambda row: f"{row[1]} – {row[2]}")
def test_the_worked_examples_hold(row: list[str]) -> None:
    module, one, other, score, word, why = row
    ones, others = facts(Module(module), one), facts(Module(module), other)
    judged = judge(Module(module), ones, others)
    assert judged.score == int(score)
    assert judge(Module(module), others, ones) == judged
    told = [judged.likeness.value, " / ".join(reasons(ones, others, judged))] if judged.is_worth_telling else ["", ""]
    assert told == [word, why]


def test_there_are_examples() -> None:
    assert len(examples()) == 21
