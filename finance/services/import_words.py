"""What an import has to say about a record of a file, worded in the reader's language from its code."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from finance.choices import InvoiceStatus
from finance.services.import_fields import Table
from finsuite.kernel import formats
from finsuite.kernel.custom_fields.kinds import PREFIX
from finsuite.kernel.imports import words
from finsuite.kernel.imports.said import SAID
from finsuite.kernel.imports.words import Words


def row_problem(table: Table, problem: Mapping[str, Any]) -> str:
    """Why a record was not taken, or what was left out of it; with the line, where that is another than its first."""
    kept = problem.get("particulars", {})
    problem = {**problem, "particulars": {**kept, **_as_read(kept)}}
    name = problem.get("field", "")
    names_itself = problem.get("code") == SAID and name.startswith(PREFIX)  # as all that is said of custom fields
    sentence = words.row_problem("" if names_itself else table.label(name), problem, _OWN)
    line = kept.get("on_line")
    return _("Line %(line)d: %(sentence)s") % {"line": line, "sentence": sentence} if line else sentence


def _as_read(kept: Mapping[str, Any]) -> dict[str, str]:
    """The amounts, the days and the states among the particulars as the reader writes them."""
    if kept.get("currency"):
        return {name: formats.amount(Decimal(kept[name]), kept["currency"]) for name in _AMOUNTS if name in kept}
    if kept.get("kind") == "day":
        return {name: formats.day(date.fromisoformat(kept[name])) for name in ("here", "there")}
    return {"here": str(InvoiceStatus(kept["here"]).label)} if kept.get("kind") == "status" else {}


_AMOUNTS = ("here", "there", "amount", "difference")


def _no_such_tax(p: Mapping[str, Any]) -> str:
    if not p["rate"]:
        return _("there is no tax “%(name)s”.") % p
    if not p["name"]:
        return _("there is no tax of %(rate)s %%.") % p
    return _("there is no tax “%(name)s” of %(rate)s %%.") % p


_OWN: dict[str, Words] = {
    "not_a_known_word": lambda p: _("“%(value)s” is not known here.") % p,
    "disagrees": lambda p: (
        _("on line %(line)d it is “%(value)s”, on line %(first)d something else. All rows of a record say the same.")
        % p
    ),
    "no_such_customer": lambda p: _("there is no customer named “%(value)s”.") % p,
    "several_customers": lambda p: _("%(count)d customers are named “%(value)s”. Rename them first.") % p,
    "no_such_vendor": lambda p: _("there is no vendor named “%(value)s”; it is left out.") % p,
    "no_such_person": lambda p: (
        _("no one member of this organization has the name or e-mail address “%(value)s”; it is left out.") % p
    ),
    "no_such_exemption": lambda p: _("there is no reason for exemption “%(value)s”; it is left out.") % p,
    "not_of_vendors": lambda p: _("vendors have no such field; it is left out."),
    "not_of_customers": lambda p: _("customers have no such field; it is left out."),
    "same_value": lambda p: _("line %(line)d says the same. No two records may hold the same value in this field.") % p,
    "opening_balance": lambda p: (
        _(
            "The opening balance of %(amount)s is left out: it is no invoice and no payment. Import the invoices that "
            "it is made of."
        )
        % p
    ),
    "credited": lambda p: _("%(amount)s was settled by credit notes there; it is written off here, not paid.") % p,
    "no_such_item": lambda p: _("there is no item “%(value)s”; the line keeps its name and price.") % p,
    "no_such_tax": _no_such_tax,
    "tax_differs": lambda p: _("the tax “%(name)s” is %(here)s %% here, but %(rate)s %% in the file.") % p,
    "several_taxes": lambda p: _("several taxes are of %(rate)s %%, and none is called “%(name)s”.") % p,
    "total_differs": lambda p: (
        _("the file says %(there)s, but its lines, taxes, discounts and charges come to %(here)s.") % p
    ),
    "total_adjusted": lambda p: _("the file's total is kept by an adjustment of %(difference)s.") % p,
    "balance_out_of_range": lambda p: _("%(balance)s is not between zero and the total, %(total)s.") % p,
    "exists_differently": lambda p: (
        _("this number is here already, with %(here)s instead of %(there)s. An import changes no invoice.") % p
    ),
    "moved_on": lambda p: _("it is here already; only what is paid of it differs: %(here)s is open here.") % p,
    "is_void_here": lambda p: _("it is here already, in the state “%(here)s”.") % p,
    "payment_left_out": lambda p: _("the payment of %(amount)s is not imported; the invoice will be open here.") % p,
    "issued": lambda p: _("what was issued is not deleted. Void the invoice instead."),
}
