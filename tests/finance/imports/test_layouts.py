"""Files in the layouts of Zoho Books and Zoho Invoice: what they hold, what their columns mean, which rows are one."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from finance.imports import invoicing
from finance.imports.fields import CONTACTS, FIELDS, INVOICES, ITEMS, MODULES
from finance.imports.grouping import count, grouped, key_of
from finance.imports.headers import map_headers, recognised
from finance.imports.reading import Entry, read
from finsuite.kernel.imports.reader import Reading, Row, rows
from finsuite.kernel.imports.rows import plan_columns

SAMPLES = Path(__file__).parent / "samples"


def sample(module: str) -> list[Row]:
    return list(rows([(SAMPLES / f"{module}.csv").read_bytes()], Reading("utf-8", ",")))


def entries(module: str, table: list[list[str]] | None = None) -> list[Entry]:
    found = sample(module) if table is None else [Row(line, cells) for line, cells in enumerate(table, start=1)]
    mapping = map_headers(module, found[0].cells)
    formats = {name: "." for name in mapping.values() if FIELDS[module][name].doubtful == "decimal"}
    plan = plan_columns(FIELDS[module], mapping, formats, width=len(found[0].cells))
    key = key_of(module, mapping)
    groups = grouped(found[1:], key, count(found[1:], key))
    return [entry for group in groups for entry in read(module, group, plan)]


@pytest.mark.parametrize(
    ("module", "left_out"),
    [
        (
            CONTACTS,
            {"Created Time", "Last Modified Time", "Contact Name", "Skype Identity", "Facebook", "Twitter",
             "Price List", "Last Sync Time", "Customer Address ID", "Source", "Reference ID"},
        ),
        (
            ITEMS,
            {"Account", "Account Code", "Tax1 Type", "Source", "Reference ID", "Last Sync Time", "Purchase Account",
             "Inventory Account", "Opening Stock", "Opening Stock Value"},
        ),
        (
            INVOICES,
            {"Estimate Number", "Company Name", "Branch ID", "Branch Name", "Expected Payment Date", "Template Name",
             "Expense Reference ID", "Project ID", "Project Name", "Tax1 ID", "Item Tax1 Amount", "Item Tax1 Type",
             "Item Total", "SubTotal", "Subject", "PayPal", "Partial Payments"},
        ),
    ],
)  # fmt: skip
def test_every_column_that_we_keep_is_recognised(module: str, left_out: set[str]) -> None:
    header = sample(module)[0].cells
    mapping = map_headers(module, header)
    assert recognised(header) == module
    assert {name for column, name in enumerate(header) if column not in mapping} == left_out
    assert len(set(mapping.values())) == len(mapping)


# Headers that editions of Zoho Books for single countries export, and what of them has no place in our records.
_EDITIONS: list[tuple[str, str, str]] = [
    (
        CONTACTS,
        "Created Time,Last Modified Time,Display Name,Company Name,Salutation,First Name,Last Name,Phone,Currency Code,"
        "Notes,Website,Status,Opening Balance,Opening Balance Exchange Rate,Location ID,Location Name,Credit Limit,"
        "Customer Sub Type,Payment Terms,Payment Terms Label,Department,Designation,Price List,EmailID,MobilePhone,"
        "Skype Identity,Facebook,Twitter,GST Treatment,GST Identification Number (GSTIN),Place Of Contact,Taxable,"
        "TaxID,Tax Name,Tax Percentage,Tax Type,Exemption Reason,Billing Attention,Billing Address,Billing Street2,"
        "Billing City,Billing State,Billing Country,Billing Code,Billing Phone,Billing Fax,Contact Type,Contact ID,"
        "Primary Contact ID,Owner Name,Source,Last Sync Time",
        "Created Time,Last Modified Time,Opening Balance Exchange Rate,Location ID,Location Name,Price List,"
        "Skype Identity,Facebook,Twitter,GST Treatment,Place Of Contact,TaxID,Tax Name,Tax Percentage,Tax Type,"
        "Primary Contact ID,Source,Last Sync Time",
    ),
    (
        ITEMS,
        "Item ID,Item Name,SKU,HSN/SAC,Description,Rate,Account,Account Code,Tax Name,Tax Percentage,Tax Type,"
        "Purchase Tax Name,Purchase Tax Percentage,Purchase Tax Type,Product Type,Source,Reference ID,Last Sync Time,"
        "Status,Usage unit,Purchase Rate,Purchase Account,Purchase Description,Inventory Account,Reorder Point,Vendor,"
        "Warehouse Name,Initial Stock,Initial Stock Rate,Item Type,UPC,EAN",
        "HSN/SAC,Account,Account Code,Tax Type,Purchase Tax Type,Source,Reference ID,Last Sync Time,Purchase Account,"
        "Inventory Account,Warehouse Name,Initial Stock Rate,UPC,EAN",
    ),
    (
        INVOICES,
        "Invoice Date,Invoice ID,Invoice Number,Issued Date,Invoice Status,Customer ID,Customer Name,"
        "Company Registration Number,Is Inclusive Tax,Due Date,PurchaseOrder,Currency Code,Exchange Rate,Discount Type,"
        "Is Discount Before Tax,Template Name,Entity Discount Percent,SubTotal,Total,Balance,Adjustment,"
        "Adjustment Description,Expected Payment Date,Last Payment Date,Payment Terms,Payment Terms Label,"
        "Early Payment Discount Percentage,Early Payment Discount Amount,Notes,Terms & Conditions,"
        "Entity Discount Amount,Branch ID,Branch Name,Shipping Charge,Shipping Charge Tax ID,"
        "Shipping Charge Tax Amount,Shipping Charge Tax Name,Shipping Charge Tax %,Shipping Charge Tax Type,"
        "Billing City,Shipping City,Shipping Phone Number,Reverse Charge Tax Name,CIS Deduction Amount,Project Name,"
        "Round Off,Sales person,Primary Contact EmailID,Primary Contact Mobile,Estimate Number,Credits Applied,"
        "Item Name,Item Desc,Quantity,Usage unit,Item Price,Discount,Discount Amount,Item Total,Product ID,SKU,"
        "Account,Account Code,Item Tax,Item Tax %,Item Tax Amount,Item Tax Type",
        "Issued Date,Company Registration Number,Template Name,SubTotal,Expected Payment Date,"
        "Early Payment Discount Percentage,Early Payment Discount Amount,Branch ID,Branch Name,Shipping Charge Tax ID,"
        "Shipping Charge Tax Amount,Shipping Charge Tax Type,Reverse Charge Tax Name,CIS Deduction Amount,Project Name,"
        "Primary Contact Mobile,Estimate Number,Item Total,Account,Account Code,Item Tax Amount,Item Tax Type",
    ),
]


@pytest.mark.parametrize(("module", "columns", "left_out"), _EDITIONS, ids=MODULES)
def test_editions_of_single_countries_lose_nothing_that_has_a_place_here(
    module: str, columns: str, left_out: str
) -> None:
    header = columns.split(",")
    mapping = map_headers(module, header)
    assert recognised(header) == module
    assert [name for column, name in enumerate(header) if column not in mapping] == left_out.split(",")


@pytest.mark.parametrize("module", MODULES)
def test_our_own_names_are_known_and_told_apart(module: str) -> None:
    names = list(FIELDS[module])
    assert map_headers(module, names) == dict(enumerate(names))


@pytest.mark.parametrize(
    ("headers", "module"),
    [
        (["Numéro de facture", "Nom du client", "Quantité", "Prix unitaire", "Date de facturation"], INVOICES),
        (["Nom de l'article", "Tarif", "SKU"], ITEMS),
        (["Nom d'affichage", "Courriel"], CONTACTS),
        (["Item Name", "Selling Price"], ITEMS),
        (["Vendor Name", "EmailID"], CONTACTS),
        (["Journal Date", "Debit", "Credit"], ""),
    ],
)
def test_what_a_file_holds_is_told_by_its_headers(headers: list[str], module: str) -> None:
    assert recognised(headers) == module


def test_the_rate_of_a_tax_is_not_taken_for_its_name() -> None:
    found = map_headers(INVOICES, ["Item Tax1", "Item Tax1 %", "Item Tax", "Item Tax %"])
    assert found == {0: "tax_name", 1: "tax_rate"}


def test_custom_fields_are_known_by_their_label() -> None:
    assert map_headers(CONTACTS, ["CF.Région", "Grade"], {"cf_1": "Région", "cf_2": "Grade"}) == {0: "cf_1", 1: "cf_2"}


def test_the_rows_of_one_record_are_one_wherever_they_stand() -> None:
    header = ["Invoice Number", "Invoice Date", "Customer Name", "Quantity", "Rate"]
    line = ["2025-01-01", "Acme", "1", "2"]
    found = entries(INVOICES, [header, ["A", *line], ["B", *line], ["", *line], ["a ", *line], ["", *line]])
    assert [(entry.lines, [problem.code for problem in entry.problems]) for entry in found] == [
        ([3], []),
        ([4], ["required"]),
        ([2, 5], ["disagrees"]),  # "A" and "a" are one number, but not written alike
        ([6], ["required"]),
    ]


def test_what_the_rows_of_an_invoice_say_of_it_must_agree() -> None:
    found = {entry.label: entry for entry in entries(INVOICES)}
    assert [len(entry.parts) for entry in found.values()] == [2, 3, 2, 2, 2, 1, 1, 2]
    (problem,) = found["INV-000108"].problems
    assert (problem.code, problem.field, problem.particulars) == (
        "disagrees",
        "due_date",
        {"line": 17, "value": "2025-03-14", "first": 16},
    )
    assert [len(entry.problems) for entry in found.values()].count(0) == 7
    first = found["INV-000101"]
    assert first.parts[0]["description"] == "On site,\ntwo trainers"
    assert first.parts[1]["rate"] == Decimal("1.25")


def test_a_contacts_rows_are_its_persons_and_an_items_second_row_is_refused() -> None:
    told = [
        (entry.label, len(entry.parts), [problem.code for problem in entry.problems]) for entry in entries(CONTACTS)
    ]
    assert told == [
        ("Galets Bleus", 2, []),
        ("Papiers du Nord", 1, []),
        ("Harbor Lights LLC", 1, []),
        ("Odile Marchand", 1, []),
        ("Odile Marchand", 0, ["duplicate"]),
    ]
    refused = [entry for entry in entries(ITEMS) if entry.problems]
    assert [(entry.label, entry.problems[0].code, entry.line) for entry in refused] == [
        ("Hex bolt, other", "duplicate", 5)
    ]


@pytest.mark.parametrize(
    ("values", "part", "of_document", "of_line"),
    [
        ({}, {}, "", ""),
        ({"discount_type": "item"}, {"line_discount": "10.00", "line_discount_amount": "85"}, "", "10%"),
        ({"discount_type": "item"}, {"line_discount": "0", "line_discount_amount": "8.50"}, "", "8.5"),
        (
            {"discount_type": "document", "document_discount_percent": "9.5"},
            {"line_discount_amount": "3"},
            "9.5%",
            "",
        ),
        ({"document_discount_percent": "0", "document_discount_amount": "40"}, {"line_discount_amount": "3"}, "40", ""),
        ({"discount_type": "none", "document_discount_percent": "5"}, {}, "", ""),
    ],
)
def test_discounts(values: dict[str, Any], part: dict[str, Any], of_document: str, of_line: str) -> None:
    values = {name: value if name == "discount_type" else Decimal(value) for name, value in values.items()}
    part = {name: Decimal(value) for name, value in part.items()}
    assert invoicing.discount_of(values) == of_document
    assert invoicing.line_discount_of(values, part) == of_line


@pytest.mark.parametrize(
    ("status", "total", "balance", "written_off", "credited", "settled"),
    [  # settled: what was paid, written off, and settled by credit notes
        ("sent", "100", "40", None, None, "60 0 0"),
        ("sent", "100", "0", "25", None, "75 25 0"),
        ("sent", "100", "0", "25", "30", "45 25 30"),
        ("sent", "100", "90", "0", "30", "0 0 10"),  # more cannot have been settled than is
        ("sent", "100", "90", "8", "30", "0 8 2"),
        ("sent", "100", "100", None, "5", "0 0 0"),
        ("sent", "100", "0", "-5", "-5", "100 0 0"),
        ("draft", "100", "0", None, "100", "0 0 0"),
        ("void", "100", "0", None, None, "0 0 0"),
        ("sent", "100", None, None, "20", "0 0 0"),
    ],
)
def test_what_was_settled(
    status: str, total: str, balance: str | None, written_off: str | None, credited: str | None, settled: str
) -> None:
    amounts = {"total": total, "balance": balance, "write_off_amount": written_off, "credits_applied": credited}
    values = {"status": status, **{name: Decimal(said) for name, said in amounts.items() if said is not None}}
    found = invoicing.settled_of(values)
    assert [found.paid, found.written_off, found.credited] == [Decimal(amount) for amount in settled.split()]


@pytest.mark.parametrize(("balance", "codes"), [("0", []), ("100", []), ("-1", ["x"]), ("100.01", ["x"])])
def test_a_balance_is_between_zero_and_the_total(balance: str, codes: list[str]) -> None:
    values = {"status": "sent", "total": Decimal(100), "balance": Decimal(balance)}
    assert [problem.code for problem in invoicing.amount_problems(values)] == ["balance_out_of_range" for _ in codes]


def test_prices_keep_their_decimals_and_addresses_their_parts() -> None:
    assert invoicing.precision_of([{"rate": Decimal("1.250000")}, {"rate": Decimal("3")}], 2) == 2
    assert invoicing.precision_of([{"rate": Decimal("1.2345678")}], 2) == 6
    assert invoicing.precision_of([], 0) == 0
    values = {"shipping_charge": Decimal(5), "shipping_city": "Lille", "shipping_zip": "", "billing_city": "Nice"}
    assert invoicing.address_of(values, "shipping") == {"city": "Lille"}
