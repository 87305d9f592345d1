"""The page of search results."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from crm.access import Access
from crm.choices import Level, Module
from crm.selectors.search import find_accounts, find_contacts
from crm.ui.base import in_organization

MOST = 50


@require_safe
@in_organization
def search(request: HttpRequest, access: Access) -> HttpResponse:
    """Accounts and contacts that match, as far as the person may see them."""
    text = request.GET.get("q", "").strip()[:200]
    context = {
        "access": access,
        "text": text,
        "accounts": find_accounts(access, text).select_related("owner")[:MOST]
        if text and access.may(Module.ACCOUNTS, Level.VIEW)
        else [],
        "contacts": find_contacts(access, text)[:MOST] if text and access.may(Module.CONTACTS, Level.VIEW) else [],
        "most": MOST,
    }
    return render(request, "crm/search.html", context)
