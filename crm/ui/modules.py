"""The pages of each module: one `Pages` a module. Whoever adds a module adds it here, with the addresses of its own."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from crm.choices import Module
from crm.ui import accounts, contacts, products, vendors
from crm.ui.record_urls import record_urls
from crm.ui.records import Pages

PAGES: dict[Module, Pages] = {
    pages.module: pages for pages in (accounts.PAGES, contacts.PAGES, products.PAGES, vendors.PAGES)
}

# What a module has beside the pages that all have.
_OWN: dict[Module, list[URLPattern]] = {
    Module.ACCOUNTS: [
        path("<int:account_id>/contacts", accounts.account_contacts, name="account_contacts"),
        path("<int:account_id>/hierarchy", accounts.account_hierarchy, name="account_hierarchy"),
    ],
    Module.VENDORS: [path("<int:vendor_id>/products", vendors.vendor_products, name="vendor_products")],
}


def module_urls() -> list[URLResolver]:
    """`accounts/`, `contacts/` and so on, each with all its pages."""
    return [
        path(f"{module}/", include([*record_urls(pages), *_OWN.get(module, [])])) for module, pages in PAGES.items()
    ]
