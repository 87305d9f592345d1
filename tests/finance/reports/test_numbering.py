"""Which numbers are missing, and what the history knows of them."""

from __future__ import annotations

from finance.choices import DocumentKind as Kind
from finance.models import Invoice, Series
from finance.selectors.reports import numbering
from finance.services.documents import delete_document
from finance.services.numbering import take

NAMES = ("series", "first", "last", "count", "deleted_by")


def told(report):
    return [tuple(row[name] for name in NAMES) for row in report.rows]


def test_gaps_are_told_with_the_deletions_that_made_them(
    actor, boss, organization, draft, ask, django_assert_num_queries
):
    made = [draft(Kind.INVOICE, "10") for _time in range(4)]  # 1 to 4
    take(organization=organization, series="invoice", count=3)  # 5 to 7
    made += [draft(Kind.INVOICE, "10") for _time in range(3)]  # 8 to 10
    draft(Kind.INVOICE, "10", number="by hand")
    draft(Kind.INVOICE, "10", number="INV-12x")
    draft(Kind.INVOICE, "10", number="INV-123456789012345678901")
    for place in (0, 2, 5, 6):  # 1, 3, 9, 10
        delete_document(actor=actor, document=made[place])
    draft(Kind.ESTIMATE, "10")
    draft(Kind.BILL, "10", number="BILL-00009")
    with django_assert_num_queries(3):
        report = ask("missing-numbers")
    assert told(report) == [
        ("Invoice", "INV-00001", "INV-00001", 1, str(boss)),
        ("Invoice", "INV-00003", "INV-00003", 1, str(boss)),
        ("Invoice", "INV-00005", "INV-00007", 3, ""),
        ("Invoice", "INV-00009", "INV-00009", 1, str(boss)),
        ("Invoice", "INV-00010", "INV-00010", 1, str(boss)),
    ]
    assert report.total["count"] == 7
    assert {row["deleted_on"] is None for row in report.rows if row["deleted_by"]} == {False}


def test_a_series_whose_only_record_was_deleted_tells_it(actor, organization, draft, ask):
    delete_document(actor=actor, document=draft(Kind.CREDIT_NOTE, "10"))
    assert [row["first"] for row in ask("missing-numbers").rows] == ["CN-00001"]


def test_a_series_in_order_has_no_gap_whatever_its_prefix(organization, draft, ask):
    Series.objects.filter(organization=organization, series="invoice").update(prefix="50%_\\'(", given=41)
    for _time in range(3):
        draft(Kind.INVOICE, "10")
    assert Invoice.objects.filter(number="50%_\\'(00042").exists()
    assert ask("missing-numbers").is_empty


def test_where_there_are_too_many_gaps_the_report_says_so(monkeypatch, organization, draft, ask):
    for number in (1, 3, 5, 7):
        draft(Kind.INVOICE, "10", number=f"INV-0000{number}")
    assert len(ask("missing-numbers").rows) == 3
    monkeypatch.setattr(numbering, "MOST_GAPS", 2)
    report = ask("missing-numbers")
    assert [row["first"] for row in report.rows] == ["INV-00002", "INV-00004"]
    assert report.notes[-1] == numbering.CUT


def test_where_there_are_too_many_deletions_the_report_says_so(monkeypatch, actor, draft, ask):
    for document in [draft(Kind.INVOICE, "10") for _time in range(3)]:
        delete_document(actor=actor, document=document)
    monkeypatch.setattr(numbering, "MOST_DELETED", 3)
    assert numbering.CUT_HISTORY not in ask("missing-numbers").notes
    monkeypatch.setattr(numbering, "MOST_DELETED", 2)
    report = ask("missing-numbers")
    assert [row["first"] for row in report.rows] == ["INV-00002", "INV-00003"]
    assert report.notes[-1] == numbering.CUT_HISTORY
