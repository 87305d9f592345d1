"""A sheet as the drawing reads it: every value written in the sheet's language, every label in its place.

The one amount formatter of pages, mails and exports writes here, too (`finsuite.kernel.formats`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal
from typing import Any

from babel.dates import format_date

from finance.documents.payment_code import grouped, payment_code
from finance.documents.sheet import Issuer, Line, Listing, Party, Payment, Sheet, Tax
from finance.documents.words import words
from finsuite.kernel import formats

OPTIONAL_COLUMNS = ("quantity", "rate", "discount", "taxes", "amount")


def content(sheet: Sheet) -> dict[str, Any]:
    """All that is drawn of one sheet, as texts; pictures by their keys (`pictures`)."""
    said = words(sheet.language)
    return {
        "kind": sheet.kind,
        "name": sheet.name,
        "title": sheet.title,
        "number": sheet.number,
        "language": sheet.language.partition("-")[0],
        "template": sheet.template,
        "accent": sheet.accent,
        "paper": sheet.paper,
        "stamp": sheet.stamp,
        "subject": sheet.subject,
        "words": said,
        "issuer": _issuer(sheet.issuer, said),
        "party_label": sheet.party_label or said["bill_to"],
        "party": _party(sheet.party, said),
        "ship_to": _party(sheet.ship_to, said) if sheet.ship_to else None,
        "facts": [[fact.label, _written(fact.value, sheet)] for fact in sheet.facts if fact.value != ""],
        "table": _listing(sheet.listing, sheet) if sheet.listing else _lines(sheet, said),
        "totals": [[row.label, _amount(row.amount, sheet), row.weight.value] for row in sheet.totals],
        "taxes": [_tax(tax, sheet) for tax in sheet.taxes],
        "base_note": sheet.base_note,
        "notes": sheet.notes.strip(),
        "terms": sheet.terms.strip(),
        "payment": _payment(sheet.payment, sheet, said) if sheet.payment else None,
        "mentions": [mention for mention in sheet.mentions if mention],
    }


def pictures(sheet: Sheet) -> dict[str, bytes]:
    """The logo and the payment code of a sheet, by the keys that its content names."""
    found = [sheet.issuer.logo, (payment_code(sheet.payment, sheet.currency) if sheet.payment else None)]
    return {key(picture): picture for picture in found if picture}


def key(picture: bytes) -> str:
    """What a picture is called in the content: the same picture, the same name."""
    return hashlib.sha256(picture).hexdigest()[:24]


def _issuer(issuer: Issuer, said: dict[str, str]) -> dict[str, Any]:
    reach = [part for part in (issuer.phone, issuer.email, issuer.website) if part]
    legal = [issuer.legal_name] if issuer.legal_name and issuer.legal_name != issuer.name else []
    return {
        "name": issuer.name,
        "legal": legal,
        "address": list(issuer.address),
        "reach": reach,
        "numbers": _numbers(issuer, said),
        "logo": key(issuer.logo) if issuer.logo else "",
    }


def _party(party: Party, said: dict[str, str]) -> dict[str, Any]:
    return {"name": party.name, "address": list(party.address), "numbers": _numbers(party, said)}


def _numbers(who: Issuer | Party, said: dict[str, str]) -> list[list[str]]:
    named = (("registration", who.registration), ("tax_number", who.tax_number))
    return [[said[name], number] for name, number in named if number]


def _lines(sheet: Sheet, said: dict[str, str]) -> dict[str, Any]:
    """The lines as rows of cells; a column that no line has anything for is not there."""
    cells = [_line(line, sheet) for line in sheet.lines]
    shown = [name for name in OPTIONAL_COLUMNS if any(row[name] for row in cells)]
    return {
        "columns": [[said["description"], "start", True], *([said[name], "end", False] for name in shown)],
        "rows": [
            {
                "header": line.header,
                "sum": _section(line, sheet) if "amount" in shown else "",
                "name": line.name,
                "description": line.description.strip(),
                "cells": [row[name] for name in shown],
            }
            for line, row in zip(sheet.lines, cells, strict=True)
        ],
    }


def _section(line: Line, sheet: Sheet) -> str:
    """What the section that the line begins comes to; it stands below the amounts, which are the last column."""
    return "" if line.section_total is None or not line.header else _amount(line.section_total, sheet)


def _line(line: Line, sheet: Sheet) -> dict[str, str]:
    language = sheet.language
    quantity = "" if line.quantity is None else formats.exact(line.quantity, language=language)
    return {
        "quantity": f"{quantity}\u00a0{line.unit}" if quantity and line.unit else quantity,
        "rate": "" if line.rate is None else formats.price(line.rate, sheet.currency, language=language),
        "discount": line.discount,
        "taxes": "\n".join(line.taxes),
        "amount": "" if line.amount is None else _amount(line.amount, sheet),
    }


def _listing(listing: Listing, sheet: Sheet) -> dict[str, Any]:
    """The first column is the wide one, as a line's description is."""
    columns = [[column.label, column.align.value, at == 0] for at, column in enumerate(listing.columns)]
    rows = []
    for row in listing.rows:
        first, *rest = (_written(cell, sheet) for cell in row)
        rows.append({"header": "", "sum": "", "name": first, "description": "", "cells": rest})
    return {"columns": columns, "rows": rows}


def _tax(tax: Tax, sheet: Sheet) -> list[str]:
    rate = formats.rate(tax.rate, language=sheet.language)
    return [tax.name, rate, _amount(tax.taxable, sheet), _amount(tax.amount, sheet)]


def _payment(payment: Payment, sheet: Sheet, said: dict[str, str]) -> dict[str, Any]:
    named = (
        ("holder", payment.name),
        ("bank", payment.bank),
        ("iban", grouped(payment.iban)),
        ("bic", payment.bic),
        ("reference", payment.reference),
    )
    code = payment_code(payment, sheet.currency)
    return {"facts": [[said[name], value] for name, value in named if value], "code": key(code) if code else ""}


def _amount(value: Decimal, sheet: Sheet) -> str:
    return formats.amount(value, sheet.currency, language=sheet.language)


def _day(value: dt.date, sheet: Sheet) -> str:
    if not sheet.date_pattern:
        return formats.day(value, language=sheet.language)
    return format_date(value, sheet.date_pattern, locale=formats.locale_of(sheet.language))


def _written(value: Decimal | dt.date | str | None, sheet: Sheet) -> str:
    if isinstance(value, Decimal):
        return _amount(value, sheet)
    if isinstance(value, dt.date):
        return _day(value, sheet)
    return value or ""
