"""What an import offers for download can be imported again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from finsuite.kernel.imports.reader import Reading, rows
from finsuite.kernel.spreadsheets import csv_chunks, plain_cell, safe_cell

cells = st.text(st.characters(exclude_characters="\0\r", exclude_categories=("Cs",)), max_size=12)


@given(st.lists(st.lists(cells, min_size=1, max_size=3), min_size=1, max_size=5), st.sampled_from(",;\t|"))
def test_what_is_written_is_read_back(table: list[list[str]], delimiter: str) -> None:
    table = [["h"], *table]
    found = [row.cells for row in rows(csv_chunks(table, delimiter), Reading("utf-8", delimiter))]
    told = [[plain_cell(cell).strip() for cell in row] for row in found]
    assert told == [[cell.strip() for cell in row] for row in table if any(safe_cell(cell).strip() for cell in row)]
