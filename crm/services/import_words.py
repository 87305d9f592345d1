"""What an import has to say about a row of the CRM's, worded in the reader's language from its code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crm.imports.judge import BY_NAME
from crm.services.import_fields import Table
from finsuite.kernel.imports import words
from finsuite.kernel.imports.words import Words


def match_label(table: Table, match_by: str) -> str:
    """How records are recognised, in words. Rows that leave the key blank are recognised by their name."""
    if match_by in BY_NAME:
        return table.label(match_by)
    return _("%(field)s, else the name") % {"field": table.label(match_by)}


def row_problem(table: Table, problem: Mapping[str, Any]) -> str:
    """Why a row, or a cell of it, was not taken."""
    return words.row_problem(table.label(problem.get("field", "")), problem, _OWN)


_OWN: dict[str, Words] = {
    "no_such_account": lambda p: _("there is no account named “%(value)s”.") % p,
    "no_such_contact": lambda p: _("there is no contact named “%(value)s”.") % p,
    "no_such_product": lambda p: _("there is no product named “%(value)s”.") % p,
    "no_such_vendor": lambda p: _("there is no vendor named “%(value)s”.") % p,
    "no_such_pipeline": lambda p: _("there is no pipeline named “%(value)s”.") % p,
    "no_such_stage": lambda p: _("the pipeline has no stage named “%(value)s”.") % p,
    "no_such_lost_reason": lambda p: _("there is no lost reason named “%(value)s”.") % p,
    "no_price": lambda p: _("neither the row nor the product says a price in %(currency)s.") % p,
    "several_contacts": lambda p: _("%(count)d contacts are named “%(value)s”. Merge or rename them first.") % p,
    "several_products": lambda p: _("%(count)d products are named “%(value)s”. Merge or rename them first.") % p,
    "several_vendors": lambda p: _("%(count)d vendors are named “%(value)s”. Merge or rename them first.") % p,
    "several_accounts": lambda p: _("%(count)d accounts are named “%(value)s”. Merge or rename them first.") % p,
    "parent_loop": lambda p: _("the account would hang on itself."),
}


def blank_word() -> str:
    """How an empty value is shown beside another."""
    return pgettext("value", "empty")
