"""Cells that a spreadsheet must not run."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest

from finsuite.kernel.spreadsheets import csv_chunks, plain_cell, safe_cell

ARMED = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\x00=1+1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(A1)",
    " =1+1",
    "\u00a0=1+1",
    "|calc",
    "%0A=1",
    "=cmd|' /C calc'!A0",
    "-2+3+cmd()",
    '=HYPERLINK("http://x","y")',
]


@pytest.mark.parametrize("text", ARMED)
def test_a_formula_becomes_text(text: str) -> None:
    assert safe_cell(text) == f"'{text}"
    assert plain_cell(safe_cell(text)) == text


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (-5, "-5"),
        (Decimal("-5.20"), "-5.20"),
        (None, ""),
        ("Ateliers Moreau", "Ateliers Moreau"),
        ("a=b", "a=b"),
        (True, "True"),
        ("-5.20", "-5.20"),
        ("+33 4 72 00 00 01", "+33 4 72 00 00 01"),
        ("1 234,50", "1 234,50"),
        ("12 %", "12 %"),
        ("'t Hart", "'t Hart"),
        ("é=1", "é=1"),
    ],
)
def test_numbers_and_plain_text_stay_as_they_are(value: object, cell: str) -> None:
    assert safe_cell(value) == cell
    assert plain_cell(cell) == cell


def test_the_lines_read_back_as_the_rows() -> None:
    text = b"".join(csv_chunks([["Name", "Note"], ["Évreux; Nord", 'says "no"\nand leaves']])).decode()
    assert text.startswith("\ufeff")
    assert list(csv.reader(io.StringIO(text[1:]))) == [["Name", "Note"], ["Évreux; Nord", 'says "no"\nand leaves']]
