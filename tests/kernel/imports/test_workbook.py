"""A workbook is read as the same rows as a CSV file would be."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from decimal import Decimal

import pytest

from finsuite.kernel.imports import workbook
from finsuite.kernel.imports.problems import FileBroken
from finsuite.kernel.spreadsheets import xlsx_chunks


def packed(*rows: list[object]) -> bytes:
    return b"".join(xlsx_chunks(rows, "Sheet"))


def read(data: bytes) -> list[list[str]]:
    return [row.cells for row in workbook.padded(workbook.rows([data]))]


def test_cells_are_told_as_a_csv_file_would_hold_them() -> None:
    made = packed(
        ["Name", "Amount", "Day", "When", "Yes", "Count"],
        ["Élan", Decimal("1234.5"), dt.date(2026, 1, 31), dt.datetime(2026, 1, 31, 9, 5), True, 12],
    )
    assert read(made)[1] == ["Élan", "1234.5", "2026-01-31", "2026-01-31 09:05:00", "true", "12"]


@pytest.mark.parametrize(
    ("value", "text"), [(1.234, "1.2340"), (0.1, "0.1"), (5.0, "5"), (-2.5, "-2.5"), (1e-7, "0.0000001"), (12, "12")]
)
def test_a_number_leaves_no_doubt_about_its_decimal_mark(value: float, text: str) -> None:
    assert workbook.cell_text(value) == text


def test_rows_keep_the_sheets_numbers_and_are_as_wide_as_the_header() -> None:
    data = packed(["A", "B", "C"], ["1"], [], ["2", None, "3"])
    found = list(workbook.padded(workbook.rows([data])))
    assert [(row.line, row.cells) for row in found] == [(1, ["A", "B", "C"]), (2, ["1", "", ""]), (4, ["2", "", "3"])]


def test_what_is_no_workbook_is_refused_as_what_it_is() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("readme.txt", "nothing")
    with pytest.raises(FileBroken) as refused:
        read(out.getvalue())
    assert (refused.value.code, refused.value.particulars) == ("binary", {"kind": "zip"})


def test_a_damaged_workbook_is_told(tmp_path) -> None:
    good = packed(["A"], ["1"])
    with pytest.raises(FileBroken):
        read(good[: len(good) // 2])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("xl/workbook.xml", "<nonsense")
    with pytest.raises(FileBroken) as refused:
        read(out.getvalue())
    assert refused.value.code == "workbook_damaged"


def test_a_small_file_packed_from_an_enormous_one_is_not_unpacked() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", "<workbook/>")
        with package.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as member:
            for _times in range(420):
                member.write(b" " * 1024 * 1024)
    assert len(out.getvalue()) < 1024 * 1024
    with pytest.raises(FileBroken) as refused:
        read(out.getvalue())
    assert refused.value.code == "too_large"
