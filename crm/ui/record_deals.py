"""The Deals tab of an account or a contact."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from crm.access import Access
from crm.choices import Level, Module
from crm.selectors.deals import deals, sums
from crm.ui.addresses import address
from crm.ui.cells import STAGE_TONES
from finsuite.kernel import formats

MOST_DEALS = 100


def deals_tab(request: HttpRequest, access: Access, context: dict[str, Any], kept: Q, new: str) -> HttpResponse:
    """The deals of an account or a contact, with what they come to; `new` is the query of a new one's form."""
    access.require(Module.DEALS, Level.VIEW)
    rows = deals(access).filter(kept)
    shown = rows.select_related("stage", "owner").order_by("closed_at", "closing_date", "-id")[:MOST_DEALS]
    found = sums(rows)
    context |= {
        "deals": [{"deal": deal, "tone": STAGE_TONES[deal.stage.category]} for deal in shown],
        "sums": [formats.amount(amount, code) for code, amount in sorted(found.by_currency.items())],
        "in_home": formats.amount(found.home, access.organization.home_currency) if len(found.by_currency) > 1 else "",
        "count": found.count,
        "may_create": access.may(Module.DEALS, Level.CREATE),
        "new_deal": f"{address(Module.DEALS, 'create', access.organization.pk)}?{new}",
    }
    return render(request, "crm/record_deals.html", context)
