"""What is drawn, read back from the PDF."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from decimal import Decimal

import pypdfium2
import pytest
import typst

from finance.documents import pdf
from finance.documents.fonts import fonts
from finance.documents.sheet import TEMPLATES, Line, Party, Sheet
from tests.finance.documents.sheets import KINDS, MADE_AT, PARTY, bare, invoice, lines, png, statement

# Texts that would be commands if they were read as markup, as code, as a path or as an address.
VECTORS = [
    "#import",
    '#import "@preview/cetz:0.1.0"',
    '#read("/etc/passwd")',
    '#include "main.typ"',
    '#image("../../etc/passwd")',
    '#eval("1 + 1")',
    "#panic()",
    "#sys.inputs",
    "#{while true {}}",
    "*bold*",
    "_slanted_",
    "= A heading",
    "- a list",
    "$x^2$",
    "`raw`",
    "<label>",
    "@reference",
    "// a comment",
    "/* another */",
    "\\u{1F600}",
    "~",
    "[content]",
    "https://example.com/#fragment",
    "file:///etc/passwd",
    "<script>alert(1)</script>",
    "{{ settings.SECRET_KEY }}",
    "%(page)s",
    '"quoted" \\" \\n',
]


def texts(drawn: bytes) -> list[str]:
    """The words of each page, all white space made plain."""
    with pypdfium2.PdfDocument(drawn) as document:
        return [re.sub(r"\s+", " ", page.get_textpage().get_text_bounded()) for page in document]


def draw(*sheets: Sheet) -> bytes:
    return pdf.pdf(sheets, made_at=MADE_AT)


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_drawn_in_every_template(kind: str, template: str) -> None:
    sheet = invoice(kind=kind, title=KINDS[kind], template=template, ship_to=PARTY)
    (page,) = texts(draw(sheet))
    for said in (sheet.name, PARTY.name, "Article 3", "Total TTC", "913,20 €", "22/12/2026", "FR76 3000 6000"):
        assert said in page


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_statement_lists_documents(template: str) -> None:
    (page,) = texts(draw(statement(template=template)))
    assert "Opening balance 1 Nov 2026 $100.00" in page
    assert "Payment 17 20 Nov 2026 -$1,350.50 $0.00" in page


def test_the_file_says_that_it_is_pdf_a_3b() -> None:
    drawn = draw(invoice())
    assert b"<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>" in drawn
    assert b"/OutputIntents" in drawn


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_document_with_nothing_optional_is_drawn(template: str) -> None:
    (page,) = texts(draw(bare(template=template)))
    assert "Invoice 1" in page


@pytest.mark.parametrize("template", TEMPLATES)
def test_whatever_somebody_types_is_printed_as_it_is(template: str) -> None:
    typed = [Line(name=vector, description=vector, unit=vector, quantity=Decimal(1)) for vector in VECTORS]
    sheet = bare(
        template=template,
        lines=tuple(typed),
        party=Party(name=VECTORS[0], address=tuple(VECTORS)),
        notes="\n".join(VECTORS),
        terms="\n".join(VECTORS),
        stamp="*draft*",
    )
    said = " ".join(texts(draw(sheet)))
    for vector in VECTORS:
        assert said.count(re.sub(r"\s+", " ", vector)) >= 4, vector


def test_the_drawing_can_read_no_file_of_the_machine() -> None:
    for place in ("/etc/passwd", "../../../../etc/passwd"):
        with pytest.raises(typst.TypstError):
            typst.compile({"main.typ": f'#read("{place}")'.encode()}, font_paths=fonts(), format="pdf")


@pytest.mark.parametrize("template", TEMPLATES)
def test_hundreds_of_lines_have_the_table_s_head_and_the_page_s_number_on_each_page(template: str) -> None:
    pages = texts(draw(invoice(400, template=template, language="en")))
    assert len(pages) > 10
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in page
        if "Article " in page:
            assert "Description Qty Unit price Discount Tax Amount" in page
    said = " ".join(pages)
    assert all(f"Article {number} " in said for number in range(1, 401))


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_totals_never_stand_alone_on_a_page(template: str) -> None:
    for count in range(12, 44, 2):
        pages = texts(draw(invoice(count, template=template)))
        (closing,) = [page for page in pages if "Total TTC" in page]
        assert f"Article {count} " in closing
        assert "Sous-total" in closing
        assert "Solde à payer" in closing


def test_a_heading_is_on_the_page_of_its_first_line() -> None:
    for count in range(20, 60, 3):
        for page in texts(draw(invoice(count))):
            for lot in re.findall(r"Lot (\d+)", page):
                assert f"Article {(int(lot) - 1) * 10 + 1} " in page


def test_a_description_longer_than_a_page_goes_on_on_the_next_one() -> None:
    words = " ".join(f"mot{number}" for number in range(2_500))
    pages = texts(draw(invoice(lines=(*lines(1), Line(name="Long", description=words, amount=Decimal(1))))))
    said = " ".join(pages)
    assert len(pages) > 1
    assert "mot0 " in said
    assert "mot2499" in said


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_stamp_is_across_every_page(template: str) -> None:
    pages = texts(draw(invoice(60, template=template, stamp="Brouillon")))
    assert len(pages) > 1
    assert all("BROUILLON" in page for page in pages)


@pytest.mark.parametrize(
    "name", ["شركة النور للتجارة", "חברת האור", "บริษัท", "ООО «Ромашка»", "Ąžuolas & Søn", "N" * 200]
)
def test_names_of_other_scripts_and_lengths_are_drawn(name: str) -> None:
    for template in TEMPLATES:
        drawn = draw(bare(template=template, party=Party(name=name), lines=(Line(name=name, amount=Decimal(1)),)))
        assert len(drawn) > 10_000


def test_a_character_that_no_font_has_does_not_keep_the_document_from_being_drawn() -> None:
    odd = "中文 \U0001f600 \U000f0000 \x07\u200b end"
    for template in TEMPLATES:
        (page,) = texts(draw(bare(template=template, lines=(Line(name=f"before {odd}"),), notes=odd)))
        assert "before " in page
        assert page.count("end") == 2


@pytest.mark.parametrize(
    "logo",
    [b"junk", b"\x89PNG\r\n\x1a\ncut off", b"<svg><image href='file:///etc/passwd' width='3' height='3'/></svg>"],
)
def test_a_logo_that_cannot_be_read_is_left_out(logo: bytes) -> None:
    sheet = invoice()
    (page,) = texts(draw(replace(sheet, issuer=replace(sheet.issuer, logo=logo))))
    assert "913,20 €" in page


def test_the_same_sheet_at_the_same_moment_is_the_same_file() -> None:
    assert draw(invoice()) == draw(invoice())
    assert pdf.archive([invoice()], made_at=MADE_AT) == pdf.archive([invoice()], made_at=MADE_AT)


def test_many_documents_in_one_file_have_their_bookmarks_and_their_own_page_numbers() -> None:
    sheets = [invoice(40, number="1", language="en"), bare(number="2", template="modern"), statement()]
    drawn = draw(*sheets)
    pages = texts(drawn)
    assert [re.findall(r"Page \d of \d", page)[-1] for page in pages[-4:]] == [
        "Page 2 of 3",
        "Page 3 of 3",
        "Page 1 of 1",
        "Page 1 of 1",
    ]
    with pypdfium2.PdfDocument(drawn) as document:
        marks = [(mark.get_title(), mark.get_dest().get_index()) for mark in document.get_toc()]
    assert marks == [("Facture 1", 0), ("Invoice 2", 3), ("Statement of account", 4)]


def test_an_archive_has_a_file_for_each_document_and_no_name_twice() -> None:
    sheets = [invoice(number="A/1"), invoice(number="A/1"), invoice(number="..")]
    with zipfile.ZipFile(io.BytesIO(pdf.archive(sheets, made_at=MADE_AT))) as packed:
        assert packed.namelist() == ["Facture A-1.pdf", "Facture A-1 (2).pdf", "Facture.pdf"]
        assert all(packed.read(name).startswith(b"%PDF-") for name in packed.namelist())


def test_a_preview_is_one_picture_a_page() -> None:
    pages = pdf.images(invoice(60), ppi=40)
    assert len(pages) == len(texts(draw(invoice(60))))
    assert all(page.startswith(b"\x89PNG") for page in pages)


def test_a_picture_is_drawn_from_its_bytes() -> None:
    sheet = invoice()
    with_picture = draw(replace(sheet, issuer=replace(sheet.issuer, logo=png())))
    assert with_picture.count(b"/Subtype/Image") == 1
    assert draw(replace(sheet, issuer=replace(sheet.issuer, logo=b""))).count(b"/Subtype/Image") == 0


def test_nothing_is_no_document() -> None:
    with pytest.raises(ValueError, match="nothing to draw"):
        draw()
