"""Which encoding a file is in."""

from __future__ import annotations

import codecs
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finsuite.kernel.imports.encodings import LATIN_9, MAC, UTF_8, UTF_16_BE, UTF_16_LE, WINDOWS, Detector
from finsuite.kernel.imports.problems import FileBroken

FRENCH = (
    "Nom du compte;Ville;Téléphone;Remarques\r\n"
    "Société Générale d'Électricité;Besançon;04 72 00 00 00;Client fidèle depuis l'été\r\n"
    "Garçon & Frères;Orléans;;À rappeler après Noël\r\n"
    "Crêperie du Château;Nîmes;;«très bon»\r\n"
)


def detect(data: bytes, size: int = 7) -> str:
    detector = Detector()
    for start in range(0, len(data), size):
        detector.feed(data[start : start + size])
    return detector.result().encoding


@pytest.mark.parametrize("size", [1, 7, 100_000])
@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"name,city\nAcme,Paris\n", UTF_8),
        (FRENCH.encode(), UTF_8),
        (codecs.BOM_UTF8 + FRENCH.encode(), UTF_8),
        (codecs.BOM_UTF16_LE + FRENCH.encode("utf-16-le"), UTF_16_LE),
        (codecs.BOM_UTF16_BE + FRENCH.encode("utf-16-be"), UTF_16_BE),
        (FRENCH.encode("utf-16-le"), UTF_16_LE),
        (FRENCH.encode("utf-16-be"), UTF_16_BE),
        ("nom;cœur\r\nÉglise — l’été;12 €\r\n".encode("cp1252"), WINDOWS),
        ("nom;prix\r\nMa sœur à Besançon;12 €\r\nCœur brisé;œuvre\r\n".encode("iso-8859-15"), LATIN_9),
    ],
)
def test_the_bytes_tell_the_encoding(data: bytes, encoding: str, size: int) -> None:
    if encoding in (WINDOWS, LATIN_9):
        size = max(size, 100_000)  # words tell these apart, and a chunk of a few bytes holds none
    assert detect(data, size) == encoding


@pytest.mark.parametrize(("encoding", "expected"), [("cp1252", WINDOWS), ("iso-8859-1", WINDOWS), ("mac-roman", MAC)])
def test_french_text_in_one_byte_per_letter_is_told_apart(encoding: str, expected: str) -> None:
    assert detect(FRENCH.encode(encoding), 100_000) == expected


def test_a_utf8_file_with_one_broken_byte_is_still_utf8() -> None:
    """So that the broken byte is told with its line, not read as some other letter."""
    assert detect(FRENCH.encode() + b"Caf\xe9;Lyon\r\n", 100_000) == UTF_8


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"PK\x03\x04\x14\x00\x06\x00", "zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"%PDF-1.7\n", "pdf"),
        (b"\x89PNG\r\n\x1a\n", "image"),
        (b"<!DOCTYPE html><html>", "markup"),
        (b"  <?xml version='1.0'?>", "markup"),
        (bytes(range(256)) * 4 + b"\x00" * 100, "binary"),
    ],
)
def test_what_is_no_text_is_refused_by_its_kind(data: bytes, kind: str) -> None:
    with pytest.raises(FileBroken) as refusal:
        detect(data, 100_000)
    assert refusal.value.code == "binary"
    assert refusal.value.particulars == {"kind": kind}


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(FileBroken) as refusal:
        detect(b"")
    assert refusal.value.code == "empty"


@given(st.text(min_size=1), st.integers(1, 9))
def test_any_text_in_utf8_reads_back_whatever_the_chunks(text: str, size: int) -> None:
    data = text.encode()
    encoding = None
    with contextlib.suppress(FileBroken):  # the text may begin as another format does
        encoding = detect(data, size)
    assert encoding in (None, UTF_8, UTF_16_LE, UTF_16_BE)
    if encoding is not None and "\0" not in text:
        assert encoding == UTF_8
