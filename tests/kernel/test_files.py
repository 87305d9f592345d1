import pytest

from finsuite.kernel.files import LONGEST_NAME, UNKNOWN, free_name, media_type, plain_name


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n\x00", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"%PDF-1.7", "application/pdf"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", UNKNOWN),
        (b"<!doctype html>", UNKNOWN),
        (b"MZ\x90\x00", UNKNOWN),
        (b" \x89PNG\r\n\x1a\n", UNKNOWN),
        (b"", UNKNOWN),
    ],
)
def test_a_type_is_told_from_the_first_bytes_or_not_at_all(head, kind):
    assert media_type(head) == kind


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("offer.pdf", "offer.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("C:\\Users\\me\\offer.pdf", "offer.pdf"),
        ("/", "file"),
        ("..", "file"),
        ("", "file"),
        ("a\x00b.pdf", "ab.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("zero\u200bwidth.txt", "zerowidth.txt"),
        ("line\r\nbreak.txt", "linebreak.txt"),
        ('a"b<c>.txt', "a_b_c_.txt"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("  spaced   out .txt. ", "spaced out .txt"),
        ("e\u0301t\u00e9.txt", "\u00e9t\u00e9.txt"),
        ("lone\udc80.txt", "lone_.txt"),
        ("photo.jpg.exe", "photo.jpg.exe"),
    ],
)
def test_a_name_is_kept_without_what_could_mislead(given, kept):
    assert plain_name(given) == kept


def test_a_name_that_is_too_long_keeps_its_extension():
    assert plain_name("a" * 500 + ".pdf") == "a" * (LONGEST_NAME - 4) + ".pdf"
    assert plain_name("b" * 500) == "b" * LONGEST_NAME


def test_a_second_file_of_a_name_is_numbered():
    assert free_name("offer.pdf", {"Offer.PDF", "offer (2).pdf"}) == "offer (3).pdf"
    assert free_name("offer", {"offer"}) == "offer (2)"
    assert free_name("offer.pdf", set()) == "offer.pdf"
