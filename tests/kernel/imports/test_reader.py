"""Bytes to rows, each with its physical line."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finsuite.kernel.imports.problems import FileBroken
from finsuite.kernel.imports.reader import Reading, Row, checked_header, detect_delimiter, fitted, rows


def read(data: bytes | str, encoding: str = "utf-8", delimiter: str = ",", size: int = 5) -> list[Row]:
    raw = data.encode(encoding) if isinstance(data, str) else data
    return list(rows((raw[i : i + size] for i in range(0, len(raw), size)), Reading(encoding, delimiter)))


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("size", [1, 2, 5, 1000])
def test_lines_are_counted_as_an_editor_counts_whatever_ends_them(newline: str, size: int) -> None:
    text = newline.join(["name,note", 'Acme,"two', 'lines"', "", "Zenith,one"])
    assert read(text, size=size) == [
        Row(1, ["name", "note"]),
        Row(2, ["Acme", "two\nlines"]),
        Row(5, ["Zenith", "one"]),
    ]


@pytest.mark.parametrize(
    ("text", "delimiter", "expected"),
    [
        ('a;"b ""c"" d"\n', ";", [["a", 'b "c" d']]),
        ('a;"b;c"\n', ";", [["a", "b;c"]]),
        ("a\tb\n", "\t", [["a", "b"]]),
        ("a|b", "|", [["a", "b"]]),
        ('12" pipe,x\n', ",", [['12" pipe', "x"]]),
        ('a, "b, c"\n', ",", [["a", "b, c"]]),
        ("\ufeffa,b\n", ",", [["a", "b"]]),
        ("sep=;\na;b\n", ";", [["a", "b"]]),
        ("a,b\n,\n  ,\nc,d\n", ",", [["a", "b"], ["c", "d"]]),
    ],
)
def test_real_liberties_are_read_as_meant(text: str, delimiter: str, expected: list[list[str]]) -> None:
    assert [row.cells for row in read(text, delimiter=delimiter)] == expected


def test_excels_hint_counts_as_a_line() -> None:
    assert [row.line for row in read("sep=;\na;b\nc;d\n", delimiter=";")] == [2, 3]


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (b'a,b\nc,d\n"e,f\ng,h\n', "quote_open", 3),
        (b'a,b\nc,"d"x\ne,f\n', "quote_stray", 2),
        (b"a,b\nc,d\ne,\x00f\n", "nul", 3),
        (b"a,b\r\nc,d\r\ncaf\xe9,f\r\ng,h\r\n", "undecodable", 3),
        (b"a,b\rc,d\rcaf\xe9,f\r", "undecodable", 3),
        (b'a,b\n"' + b"x" * 140_000 + b'",c\n', "cell_too_long", 2),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_a_broken_file_names_its_physical_line(data: bytes, code: str, line: int, size: int) -> None:
    if len(data) > 1000 and size < 1000:
        size = 4096
    with pytest.raises(FileBroken) as broken:
        read(data, size=size)
    assert (broken.value.code, broken.value.line) == (code, line)


def test_rows_before_the_break_are_still_told() -> None:
    found = rows([b'a,b\nc,d\n"e'], Reading("utf-8", ","))
    assert [next(found).cells, next(found).cells] == [["a", "b"], ["c", "d"]]
    with pytest.raises(FileBroken):
        next(found)


def test_an_undecodable_byte_is_told() -> None:
    with pytest.raises(FileBroken) as broken:
        read(b"a\n\x81\n", encoding="cp1252")
    assert broken.value.particulars == {"byte": "81"}


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "cp1252", "iso-8859-15", "mac-roman"])
@pytest.mark.parametrize("size", [1, 3, 64])
def test_other_encodings_read_the_same(encoding: str, size: int) -> None:
    assert read("é;ü\r\nà;ç\r\n", encoding, ";", size) == [Row(1, ["é", "ü"]), Row(2, ["à", "ç"])]


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a,b,c\n1,2,3\n", ","),
        ("a;b;c\n1,5;2,5;3,5\n2,5;3,5;4\n", ";"),
        ("a\tb\n1,2\t3;4\n", "\t"),
        ("a|b\nx|y\n", "|"),
        ('name;note\n"A, B";"c, d, e"\n"F, G";"h"\n', ";"),
        ('name,note\n"a;b;c","d;e"\n', ","),
        ("only\none\ncolumn\n", ","),
        ("sep=|\na|b\n", "|"),
        ('"a","b"\n"open', ","),
    ],
)
def test_the_delimiter_is_the_one_that_cuts_evenly(text: str, delimiter: str) -> None:
    assert detect_delimiter(text, complete=True) == delimiter


def test_a_cut_off_last_line_does_not_count() -> None:
    assert detect_delimiter("a;b;c\n1;2;3\n4,5,6,7,8;", complete=False) == ";"


def test_a_row_fits_with_blank_cells_at_its_end_only() -> None:
    assert fitted(Row(2, ["a", "b", "", " "]), 2) == ["a", "b"]
    assert fitted(Row(2, ["a", "b", "c"]), 2) is None
    assert fitted(Row(2, ["a"]), 2) is None


def test_a_header_is_required_and_bounded() -> None:
    assert checked_header(Row(1, [" a ", "b", "", ""])) == ["a", "b"]
    with pytest.raises(FileBroken):
        checked_header(None)
    with pytest.raises(FileBroken):
        checked_header(Row(1, ["x"] * 301))


cells = st.text(st.characters(exclude_characters="\0\r", exclude_categories=("Cs",)), max_size=12)
tables = st.lists(st.lists(cells, min_size=2, max_size=4), min_size=1, max_size=6)


@given(
    tables,
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["utf-8", "utf-16-le", "utf-16-be"]),
    st.integers(1, 11),
    st.sampled_from(["\n", "\r\n"]),
)
def test_what_was_written_is_read_back(
    table: list[list[str]], delimiter: str, encoding: str, size: int, newline: str
) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator=newline).writerows([["h", "k"], *table])
    found = read(out.getvalue(), encoding, delimiter, size)
    assert [row.cells for row in found[1:]] == [row for row in table if any(cell.strip() for cell in row)]


@given(st.binary(max_size=200), st.sampled_from(["utf-8", "cp1252", "utf-16-le", "mac-roman"]), st.integers(1, 20))
def test_any_bytes_are_either_read_or_refused_with_a_line(data: bytes, encoding: str, size: int) -> None:
    broken: list[FileBroken] = []
    found: list[Row] = []
    try:
        found = read(data, encoding, ",", size)
    except FileBroken as refusal:
        broken.append(refusal)
    assert all(refusal.line >= 1 for refusal in broken)
    assert [row.line for row in found] == sorted({row.line for row in found})
