"""CSV that a spreadsheet shows and never computes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.imports.reader import Reading, rows
from crm.imports.writer import csv_chunks, safe, unsafe

VECTORS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+cmd()",
    "-2+3+cmd()",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\0=1",
    "  =1",
    "\u00a0=1",
    "＝1+1",
    "＋1+A1",
    "－1+A1",
    "＠SUM(A1)",
    "|calc",
    "%0A=1",
    '=HYPERLINK("http://x","y")',
]


@pytest.mark.parametrize("cell", VECTORS)
def test_what_could_be_a_formula_is_disarmed(cell: str) -> None:
    assert safe(cell) == "'" + cell
    assert unsafe(safe(cell)) == cell


@pytest.mark.parametrize("cell", ["-5.20", "+33 4 72 00 00 01", "1 234,50", "12 %", "Acme", "'t Hart", "", "é=1"])
def test_numbers_and_words_stay_as_they_are(cell: str) -> None:
    assert safe(cell) == cell
    assert unsafe(cell) == cell


cells = st.text(st.characters(exclude_characters="\0\r", exclude_categories=("Cs",)), max_size=12)


@given(st.lists(st.lists(cells, min_size=1, max_size=3), min_size=1, max_size=5), st.sampled_from(",;\t|"))
def test_what_is_written_is_read_back(table: list[list[str]], delimiter: str) -> None:
    table = [["h"], *table]
    found = [row.cells for row in rows(csv_chunks(table, delimiter), Reading("utf-8", delimiter))]
    told = [[unsafe(cell).strip() for cell in row] for row in found]
    assert told == [[cell.strip() for cell in row] for row in table if any(safe(cell).strip() for cell in row)]
