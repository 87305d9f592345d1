"""Imports from other books: dry run, run, the same again, and back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import get_language, override

from audit.models import Entry
from finance.choices import DocumentKind, InvoiceStatus
from finance.models import (
    ContactPerson,
    Customer,
    Email,
    ImportJob,
    ImportRow,
    Invoice,
    Item,
    Organization,
    Payment,
    Tax,
    Vendor,
)
from finance.selectors.chain import verify
from finance.services import import_check, import_entries, import_run, import_undo, imports, numbering
from finance.services.import_books import Applied, Books
from finance.services.rates import add_currency
from finance.services.tax_exemptions import create_exemption
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotPermitted, Refused
from tests import factories
from tests.finance.imports.bringing import SAMPLES, brought, check, reasons, run, state_of_books, upload
from users.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def vat(organization: Organization) -> Tax:
    return factories.tax(organization, "TVA", "20")


@pytest.fixture
def books(actor: Actor, organization: Organization, vat: Tax) -> Organization:
    """An organization into which contacts and items were imported already."""
    add_currency(actor=actor, organization=organization, values={"code": "USD", "rate": "0.9"})
    brought(actor, organization, "contacts.csv")
    brought(actor, organization, "items.csv")
    return organization


def test_two_new_contacts_of_one_name_are_told_of_beforehand(actor: Actor, organization: Organization) -> None:
    file = b"Contact ID,Display Name,Contact Type\n1,Acme,customer\n2,ACME,customer\n3,Acme,vendor\n4,Bolt,customer\n"
    job = check(actor, upload(actor, organization, file))
    assert job.counts == {"create": 3, "refuse": 1, "rows": 4}
    assert reasons(job) == {"3 ACME": ["The same record is already on line 2."]}
    assert run(actor, job).results["created"] == 3
    assert (Customer.objects.count(), Vendor.objects.count()) == (2, 1)


def test_contacts_become_customers_with_their_persons_and_vendors(actor: Actor, organization: Organization) -> None:
    add_currency(actor=actor, organization=organization, values={"code": "USD", "rate": "0.9"})
    before = state_of_books(organization)
    job = check(actor, upload(actor, organization, "contacts.csv"))
    assert job.module == "contacts"
    assert job.counts == {"create": 4, "refuse": 1, "rows": 6}
    assert state_of_books(organization) == before  # a dry run writes nothing
    run(actor, job)
    assert job.results == {"created": 4, "unchanged": 0, "skipped": 0, "refused": 1}

    galets = Customer.objects.get(display_name="Galets Bleus")
    assert (galets.kind, galets.currency, galets.email, galets.credit_limit) == (
        "business", "EUR", "nora@galets.example", Decimal(5000),
    )  # fmt: skip
    assert (galets.payment_term.name, galets.billing_address) == ("Net 30", "4 quai des Anses\nBâtiment B")
    assert galets.tax_number == "FR00123456789"
    people = ContactPerson.objects.filter(customer=galets).order_by("id")
    assert [(person.full_name, person.is_primary, person.designation, person.department) for person in people] == [
        ("Nora Petit", True, "Gérante", ""),
        ("Karim Aït", False, "", "Achats"),
    ]
    odile = Customer.objects.get(display_name="Odile Marchand")
    assert (odile.kind, odile.last_name, odile.credit_limit) == ("individual", "Marchand", None)
    assert ContactPerson.objects.count() == 2
    harbor = Customer.objects.get(display_name="Harbor Lights LLC")
    assert (harbor.currency, harbor.is_taxable, harbor.payment_term.days) == ("USD", False, 15)
    assert Vendor.objects.get().payment_term.days == 45
    told = Entry.objects.filter(kind="finance.customer", record_id=galets.pk).get(verb="created")
    assert (told.via, told.actor_label) == ("import", "Béatrice Roy")
    assert reasons(job) == {"9 Odile Marchand": ["The same record is already on line 6."]}


def test_items_and_the_taxes_that_they_name(actor: Actor, organization: Organization, vat: Tax) -> None:
    factories.finance_vendor(organization, "Papiers du Nord")
    job = check(actor, upload(actor, organization, "items.csv"))
    assert job.counts == {"create": 3, "refuse": 2, "rows": 5}
    assert reasons(job) == {
        "5 Hex bolt, other": ["The same record is already on line 3."],
        "6 Handbook": ["Tax: there is no tax “Reduced” of 5.5 %."],
    }
    imports.choose(actor=actor, job=job, values={"creates_taxes": True})
    job = check(actor, job)
    assert job.counts == {"create": 4, "refuse": 1, "rows": 5, "taxes": 1}
    assert not Tax.objects.filter(name="Reduced").exists()
    run(actor, job)
    assert job.results == {"created": 4, "taxes": 1, "unchanged": 0, "skipped": 0, "refused": 1}
    bolt = Item.objects.get(sku="HB-8")
    assert (bolt.kind, bolt.sales_rate, bolt.sales_tax, bolt.is_sold, bolt.is_purchased, bolt.purchase_rate) == (
        "goods", Decimal("1.25"), vat, True, True, Decimal("0.4"),
    )  # fmt: skip
    assert (bolt.track_stock, bolt.stock_on_hand, bolt.reorder_level) == (True, Decimal(1200), Decimal(200))
    assert bolt.vendor.display_name == "Papiers du Nord"
    assert Item.objects.get(name="Handbook").sales_tax.rate == Decimal("5.5")
    assert Item.objects.get(name="Room rental").status == "inactive"


def test_the_same_files_again_change_nothing_and_write_nothing(actor: Actor, books: Organization) -> None:
    brought(actor, books, "invoices.csv", creates_customers=True, accepts_differences=True)
    before = state_of_books(books)
    for name, unchanged in (("contacts.csv", 4), ("items.csv", 3), ("invoices.csv", 7)):
        job = check(actor, upload(actor, books, name))
        assert (job.counts.get("unchanged"), job.counts.get("create"), job.counts.get("update")) == (
            unchanged, None, None,
        ), reasons(job)  # fmt: skip
        with pytest.raises(Refused, match="nothing to import"):
            imports.start_run(actor=actor, job=job)
    assert state_of_books(books) == before


def test_the_dry_run_of_invoices_tells_what_is_wrong_and_writes_nothing(actor: Actor, books: Organization) -> None:
    before = state_of_books(books)
    job = check(actor, upload(actor, books, "invoices.csv"))
    assert job.counts == {"create": 5, "refuse": 3, "rows": 15, "payments": 2}
    assert state_of_books(books) == before
    assert reasons(job) == {
        "5 INV-000102": ["Line 7: there is no item “Courier”; the line keeps its name and price."],
        "8 INV-000103": ["Line 9: there is no item “Preparation”; the line keeps its name and price."],
        "10 INV-000104": [
            "Line 10: there is no item “Advice”; the line keeps its name and price.",
            "Line 11: there is no item “Report”; the line keeps its name and price.",
        ],
        "14 INV-000106": ["Total: the file says €120.00, but its lines, taxes, discounts and charges come to €119.99."],
        "15 INV-000107": ["Customer: there is no customer named “Nobody Yet”."],
        "16 INV-000108": [
            "Due date: on line 17 it is “2025-03-14”, on line 16 something else. All rows of a record say the same."
        ],
    }


def test_invoices_come_in_as_they_were(actor: Actor, books: Organization, vat: Tax) -> None:
    job = brought(actor, books, "invoices.csv", creates_customers=True, accepts_differences=True)
    assert job.results == {
        "created": 7, "payments": 2, "customers": 1, "unchanged": 0, "skipped": 0, "refused": 1,
    }  # fmt: skip
    found = {invoice.number[-3:]: invoice for invoice in Invoice.objects.order_by("number")}
    figures = {
        key: (invoice.status, invoice.total, invoice.tax_total, invoice.balance, len(invoice.lines.all()))
        for key, invoice in found.items()
    }
    money = {
        "101": ("paid", "2055.00", "342.50", "0", 2),
        "102": ("sent", "1122.50", "178.00", "500.00", 3),
        "103": ("sent", "240.00", "40.00", "240.00", 2),
        "104": ("void", "100.00", "0", "100.00", 2),
        "105": ("draft", "1080.00", "180.00", "1080.00", 2),
        "106": ("sent", "120.00", "20.00", "120.00", 1),
        "107": ("sent", "10.00", "0", "10.00", 1),
    }
    assert figures == {
        key: (status, Decimal(total), Decimal(tax), Decimal(balance), lines)
        for key, (status, total, tax, balance, lines) in money.items()
    }
    paid = Payment.objects.get(reference="INV-000101")
    assert (paid.amount, str(paid.date), paid.balance) == (Decimal("2055"), "2025-03-20", 0)
    assert (found["101"].reference, str(found["101"].due_date), found["101"].payment_term.name) == (
        "PO 77", "2025-03-12", "Net 30",
    )  # fmt: skip
    assert (found["103"].currency, found["103"].exchange_rate, found["103"].total_base) == (
        "USD", Decimal("0.92"), Decimal("220.80"),
    )  # fmt: skip
    assert (found["106"].adjustment, found["106"].adjustment_label) == (Decimal("0.01"), "Rounding difference")
    assert found["107"].customer.display_name == "Nobody Yet"
    assert found["107"].billing == {"city": "Lille"}
    assert found["104"].issued_at is None
    assert Email.objects.count() == 0
    assert verify(books).broken is None
    # The series goes on behind the numbers that came in.
    made = factories.document(books, DocumentKind.INVOICE, customer_id=found["101"].customer_id)
    assert made.number == "INV-00108"


def test_an_invoice_that_is_here_is_compared_and_never_changed(actor: Actor, books: Organization) -> None:
    brought(actor, books, "invoices.csv", accepts_differences=True)
    text = (SAMPLES / "invoices.csv").read_text()
    paid_since = text.replace(",930.00,1122.50,500.00,", ",930.00,1122.50,100.00,")
    other_day = paid_since.replace("2025-02-10,46000000000900101", "2025-02-11,46000000000900101")
    before = state_of_books(books)
    now_void = other_day.replace("46000000000900103,INV-000103,,Sent", "46000000000900103,INV-000103,,Void")
    job = check(actor, upload(actor, books, now_void.encode()))
    assert {key: job.counts.get(key) for key in ("unchanged", "skip", "refuse")} == {
        "unchanged": 3, "skip": 2, "refuse": 3,
    }  # fmt: skip
    with override("fr"):
        assert "10/02/2025" in reasons(job)["2 INV-000101"][0]
    told = reasons(job)
    assert told["8 INV-000103"] == ["it is here already, in the state “Sent”."]
    assert told["2 INV-000101"] == [
        "Date: this number is here already, with 10 Feb 2025 instead of 11 Feb 2025. An import changes no invoice."
    ]
    assert told["5 INV-000102"] == [
        "Balance: it is here already; only what is paid of it differs: €500.00 is open here."
    ]
    assert state_of_books(books) == before


def test_a_contact_that_was_renamed_is_known_by_its_id_and_brought_up_to_date(
    actor: Actor, books: Organization
) -> None:
    text = (SAMPLES / "contacts.csv").read_text()
    renamed = text.replace("Odile Marchand", "Odile Marchand-Roy").replace("Gérante", "Présidente")
    job = check(actor, upload(actor, books, renamed.encode()))
    assert {key: job.counts.get(key) for key in ("update", "unchanged")} == {"update": 2, "unchanged": 2}
    row = ImportRow.objects.get(job=job, label="Odile Marchand-Roy", outcome="update")
    assert row.changes["display_name"] == {"before": "Odile Marchand", "after": "Odile Marchand-Roy"}
    run(actor, job)
    assert Customer.objects.filter(display_name="Odile Marchand-Roy").exists()
    assert ContactPerson.objects.get(first_name="Nora").designation == "Présidente"
    assert Customer.objects.count() == 3

    imports.start_undo(actor=actor, job=job)
    while import_undo.undo_batch(job.pk):
        pass
    assert Customer.objects.filter(display_name="Odile Marchand").exists()

    skipping = check(actor, upload(actor, books, renamed.encode(), existing="skip"))
    assert skipping.counts["skip"] == 4


def test_what_changed_since_the_dry_run_is_refused(actor: Actor, organization: Organization) -> None:
    text = b"Display Name,Phone\nAcme,1\nBeta,2\nGamma,3\n"
    beta = factories.customer(organization, "Beta", phone="9")
    job = check(actor, upload(actor, organization, text))
    factories.customer(organization, "Acme", phone="7")
    Customer.objects.filter(pk=beta.pk).update(phone="8")
    run(actor, job)
    assert job.results == {"refused": 2, "created": 1, "unchanged": 0, "skipped": 0}
    assert reasons(job) == {
        "2 Acme": ["Since the dry run this record has appeared. Check the file again."],
        "3 Beta": ["Since the dry run this record has changed. Check the file again."],
    }
    assert Customer.objects.get(pk=beta.pk).phone == "8"


def test_an_undo_deletes_what_nobody_touched_and_keeps_what_was_issued(actor: Actor, books: Organization) -> None:
    job = brought(actor, books, "invoices.csv", accepts_differences=True)
    imports.start_undo(actor=actor, job=job)
    while import_undo.undo_batch(job.pk):
        pass
    job.refresh_from_db()
    assert (job.state, job.undo_counts) == ("undone", {"kept": 5, "reversed": 1})
    left = Invoice.objects.order_by("number").values_list("number", "status")
    assert dict(left) == {
        "INV-000101": "paid", "INV-000102": "sent", "INV-000103": "sent", "INV-000104": "void", "INV-000106": "sent",
    }  # fmt: skip


def test_dates_and_amounts_that_can_be_read_two_ways_are_asked_about(actor: Actor, organization: Organization) -> None:
    text = b'Invoice Number,Invoice Date,Customer Name,Quantity,Rate\nA1,03/04/2025,Acme,1,"1,250"\n'
    with pytest.raises(Refused) as refused:
        upload(actor, organization, text)
    assert set(refused.value.fields) == {"formats.date", "formats.rate"}


def test_numbers_that_were_imported_are_stepped_past(organization: Organization) -> None:
    def given() -> str:
        return numbering.take(organization=organization, series="invoice")[0]

    numbering.step_past(organization=organization, series="invoice", numbers=["INV-7", "INV-2024-3", "X9", "INV-٣"])
    assert given() == "INV-00008"
    numbering.step_past(organization=organization, series="invoice", numbers=["INV-000003"])
    assert given() == "INV-00009"


def test_what_a_role_may_not_do_an_import_does_not_do_for_it(
    organization: Organization, books: Organization, staff: User, viewer: User
) -> None:
    clerk = Actor.person(staff)
    job = upload(clerk, organization, "invoices.csv", records_payments=False)
    with pytest.raises(NotPermitted):
        imports.choose(actor=clerk, job=job, values={"records_payments": True})
    with pytest.raises(NotPermitted):
        imports.choose(actor=clerk, job=job, values={"creates_taxes": True})
    job = check(clerk, job)
    told = reasons(job)
    assert told["10 INV-000104"] == ["Your role in this organization does not allow this."]  # to void takes a right
    assert "the payment of €2,055.00 is not imported; the invoice will be open here." in told["2 INV-000101"]
    with override("fr"):  # whoever started it, each reader reads in their own language
        told = reasons(job)
    assert told["10 INV-000104"] == ["Votre rôle dans cette organisation ne permet pas cela."]
    assert "2\u202f055,00\xa0€" in told["2 INV-000101"][0]
    run(clerk, job)
    assert Invoice.objects.get(number="INV-000101").status == InvoiceStatus.SENT
    assert Payment.objects.count() == 0
    with pytest.raises(NotPermitted):
        upload(Actor.person(viewer), organization, "contacts.csv")
    assert ImportJob.objects.filter(created_by=viewer).count() == 0


def test_work_that_was_interrupted_goes_on_where_it_stopped(
    actor: Actor, organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_check, "SECONDS_AT_A_TIME", -1)
    monkeypatch.setattr(import_check, "BATCH", 1)
    monkeypatch.setattr(import_run, "BATCH", 1)
    job = upload(actor, organization, b"Display Name,Phone\nAcme,1\nBeta,2\nGamma,3\n")
    imports.start_check(actor=actor, job=job)
    assert [import_check.check(job.pk) for _time in range(4)] == [True, True, True, False]
    job.refresh_from_db()
    assert job.counts == {"create": 3, "rows": 3}
    imports.start_run(actor=actor, job=job)
    assert import_run.run_batch(job.pk)

    def die(*args: Any) -> None:
        raise RuntimeError("the worker is gone")

    with monkeypatch.context() as broken:
        broken.setattr(import_run, "_advance", die)
        with pytest.raises(RuntimeError):
            import_run.run_batch(job.pk)
    assert sorted(Customer.objects.values_list("display_name", flat=True)) == ["Acme"]
    while import_run.run_batch(job.pk):
        pass
    job.refresh_from_db()
    assert job.results == {"created": 3, "unchanged": 0, "skipped": 0, "refused": 0}
    assert sorted(Customer.objects.values_list("display_name", flat=True)) == ["Acme", "Beta", "Gamma"]


def test_what_a_service_refuses_is_kept_in_every_language(actor: Actor, organization: Organization) -> None:
    factories.customer(organization, "Acme")
    grade = factories.finance_field(organization, "Grade", kind="decimal")
    organization.refresh_from_db()
    with override("fr"):
        job = check(
            actor, upload(actor, organization, b"Display Name,Currency Code,CF.Grade\nBolt,XTS,1\nClay,EUR,x\n")
        )
    problems = ImportRow.objects.filter(job=job).order_by("line").values_list("problems", flat=True)
    told = [problem["particulars"] for (problem,) in problems]
    assert [set(one) for one in told] == [{"sentence", "sentence_en", "sentence_fr"}] * 2
    assert all(one["sentence_en"] != one["sentence_fr"] for one in told)
    english = reasons(job)
    with override("fr"):
        french = reasons(job)
    assert [one["sentence_en"] in line for one, (line,) in zip(told, english.values(), strict=True)] == [True, True]
    assert [one["sentence_fr"] in line for one, (line,) in zip(told, french.values(), strict=True)] == [True, True]
    assert (grade.label, Customer.objects.count()) == ("Grade", 1)


def test_what_is_asked_again_for_its_words_is_never_written(
    actor: Actor, organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, asked = import_entries.apply_contact, []

    def refused_at_first(books: Books, entry: Any) -> Applied:
        asked.append(get_language())
        if len(asked) == 1:
            raise Refused("Not now.")
        return real(books, entry)

    job = check(actor, upload(actor, organization, b"Display Name\nAcme\n"))
    monkeypatch.setitem(import_entries._APPLY, "contacts", refused_at_first)
    assert run(actor, job).results == {"unchanged": 0, "skipped": 0, "refused": 1}
    assert (len(set(asked)), Customer.objects.count()) == (2, 0)
    assert reasons(job) == {"2 Acme": ["Not now."]}


def test_what_an_import_costs_does_not_grow_with_what_is_there(actor: Actor, books: Organization) -> None:
    job = upload(actor, books, "invoices.csv", creates_customers=True)
    imports.start_check(actor=actor, job=job)
    with CaptureQueriesContext(connection) as first:
        import_check.check(job.pk)
    for number in range(3):
        factories.customer(books, f"Further {number}")
        factories.item(books, f"More {number}")
        factories.tax(books, f"Tax {number}", str(number + 1))
    imports.start_check(actor=actor, job=job)
    with CaptureQueriesContext(connection) as second:
        import_check.check(job.pk)
    assert len(first) == len(second)


def test_more_lines_take_no_more_statements(actor: Actor, books: Organization) -> None:
    def statements(lines: int) -> int:
        header = "Invoice Number,Invoice Date,Customer Name,Quantity,Rate,Item Name,Item Tax1,Item Tax1 %\n"
        row = f"L{lines},2025-01-31,Galets Bleus,1,2.50,Workshop day,TVA,20.00%\n"
        job = upload(actor, books, (header + row * lines).encode())
        imports.start_check(actor=actor, job=job)
        with CaptureQueriesContext(connection) as found:
            import_check.check(job.pk)
        job.refresh_from_db()
        assert job.counts == {"create": 1, "rows": lines}
        return len(found)

    assert statements(2) == statements(40)


@pytest.mark.parametrize(
    ("name", "rate", "creates", "found"),
    [
        ("TVA", "20", False, "TVA"),
        ("tva ", "", False, "TVA"),
        ("Sales tax", "20", False, "TVA"),  # the only one of that rate
        ("", "0", False, None),
        ("Sales tax", "5.5", True, "Sales tax"),
        ("TVA", "19.6", True, "TVA (19.6 %)"),
        ("TVA", "19.6", False, "the tax “TVA” is 20 % here, but 19.6 % in the file."),
        ("Sales tax", "10", False, "several taxes are of 10 %, and none is called “Sales tax”."),
        ("Sales tax", "", True, "there is no tax “Sales tax”."),
        ("", "7", False, "there is no tax of 7 %."),
    ],
)
def test_the_tax_that_a_file_means(
    actor: Actor, organization: Organization, vat: Tax, name: str, rate: str, creates: bool, found: str | None
) -> None:
    factories.tax(organization, "Ten", "10")
    factories.tax(organization, "Another ten", "10")
    text = f"Item Name,Rate,Tax1 Name,Tax1 Percentage\nThing,5,{name},{rate}\n".encode()
    job = check(actor, upload(actor, organization, text, creates_taxes=creates))
    if job.counts.get("refuse"):
        assert reasons(job)["2 Thing"] == [f"Tax: {found}"]
        return
    run(actor, job)
    made = Item.objects.get().sales_tax
    assert (made.name if made else None) == found


def test_owners_reminders_exemptions_and_taxes_on_purchases_come_along(
    actor: Actor, organization: Organization, boss: User, vat: Tax
) -> None:
    told = {"name": "Export", "reason": "VAT exemption on exports."}
    exempt = create_exemption(actor=actor, organization=organization, values=told)
    file = (
        "Display Name,Contact Type,Owner Name,Payment Reminder,Taxable,Exemption Reason,Opening Balance\n"
        f"Acme,customer,{boss.email},false,false,export,120.50\n"
        "Bolt,customer,Nobody Here,true,false,Diplomats,0.00\n"
        f"Clay,vendor,{boss.get_full_name()},,,,-30\n"
    )
    job = check(actor, upload(actor, organization, file.encode()))
    assert (job.counts, reasons(job)) == (
        {"create": 3, "rows": 3},
        {
            "2 Acme": [
                "The opening balance of €120.50 is left out: it is no invoice and no payment. Import the invoices that "
                "it is made of."
            ],
            "3 Bolt": [
                "Owner: no one member of this organization has the name or e-mail address “Nobody Here”; it is "
                "left out.",
                "Reason for exemption: there is no reason for exemption “Diplomats”; it is left out.",
            ],
            "4 Clay": [
                "The opening balance of -€30.00 is left out: it is no invoice and no payment. Import the invoices that "
                "it is made of."
            ],
        },
    )
    run(actor, job)
    told = Customer.objects.order_by("display_name").values_list("owner", "is_reminded", "exemption", "is_taxable")
    assert list(told) == [(boss.pk, False, exempt.pk, False), (None, True, None, False)]
    assert Vendor.objects.get().owner == boss
    assert Invoice.objects.count() == 0

    brought(
        actor, organization, b"Item Name,Rate,Purchase Rate,Purchase Tax Name,Purchase Tax Percentage\nP,1,1,TVA,20\n"
    )
    assert Item.objects.get().purchase_tax == vat


def test_what_credit_notes_settled_is_no_payment_and_a_salesperson_is_known_by_name(
    actor: Actor, books: Organization, boss: User
) -> None:
    file = (
        "Invoice Number,Invoice Date,Invoice Status,Customer Name,Item Name,Quantity,Rate,Total,Balance,"
        "Credits Applied,Last Payment Date,Sales person\n"
        f"C1,2025-01-31,Closed,Galets Bleus,Workshop day,1,100,100,0,40,2025-02-03,{boss.get_full_name()}\n"
        "C2,2025-01-31,Closed,Galets Bleus,Workshop day,1,50,50,0,50,,Somebody Else\n"
        "C3,2025-01-31,Draft,Galets Bleus,Workshop day,1,50,50,50,,,\n"
    )
    job = check(actor, upload(actor, books, file.encode()))
    assert (job.counts, reasons(job)) == (
        {"create": 3, "rows": 3, "payments": 1},
        {
            "2 C1": ["€40.00 was settled by credit notes there; it is written off here, not paid."],
            "3 C2": [
                "Salesperson: no one member of this organization has the name or e-mail address “Somebody Else”; it is "
                "left out.",
                "€50.00 was settled by credit notes there; it is written off here, not paid.",
            ],
        },
    )
    run(actor, job)
    told = Invoice.objects.order_by("number").values_list("number", "status", "balance", "salesperson")
    assert list(told) == [("C1", "paid", 0, boss.pk), ("C2", "paid", 0, None), ("C3", "draft", 50, None)]
    paid = Payment.objects.get()
    assert (paid.amount, str(paid.date)) == (60, "2025-02-03")
    again = check(actor, upload(actor, books, file.encode()))
    assert again.counts == {"unchanged": 3, "rows": 3}
