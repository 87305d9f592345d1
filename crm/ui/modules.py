"""The pages of each module: one `Pages` a module. Whoever adds a module adds it here, with the addresses of its own."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from crm.choices import Module
from crm.ui import (
    accounts,
    contacts,
    deal_board,
    deal_board_moves,
    deal_contacts,
    deal_forecast,
    deal_lines,
    deal_moves,
    deals,
    products,
    vendors,
)
from crm.ui.record_urls import record_urls
from crm.ui.records import Pages

PAGES: dict[Module, Pages] = {
    pages.module: pages for pages in (accounts.PAGES, contacts.PAGES, deals.PAGES, products.PAGES, vendors.PAGES)
}

# What a module has beside the pages that all have.
_OWN: dict[Module, list[URLPattern]] = {
    Module.ACCOUNTS: [
        path("<int:account_id>/contacts", accounts.account_contacts, name="account_contacts"),
        path("<int:account_id>/deals", accounts.account_deals, name="account_deals"),
        path("<int:account_id>/hierarchy", accounts.account_hierarchy, name="account_hierarchy"),
    ],
    Module.CONTACTS: [path("<int:contact_id>/deals", contacts.contact_deals, name="contact_deals")],
    Module.DEALS: [
        path("board", deal_board.deal_board, name="deal_board"),
        path("board/<int:stage_id>", deal_board.deal_board_column, name="deal_board_column"),
        path("forecast", deal_forecast.deal_forecast, name="deal_forecast"),
        path("forecast.csv", deal_forecast.deal_forecast_csv, name="deal_forecast_csv"),
        path("<int:deal_id>/move-card", deal_board_moves.deal_card_move, name="deal_card_move"),
        path("<int:deal_id>/move-card/undo", deal_board_moves.deal_card_undo, name="deal_card_undo"),
        path("<int:deal_id>/lines", deal_lines.deal_lines, name="deal_lines"),
        path("<int:deal_id>/lines/line", deal_lines.deal_line, name="deal_line"),
        path("<int:deal_id>/lines/totals", deal_lines.deal_line_totals, name="deal_line_totals"),
        path("<int:deal_id>/contacts", deal_contacts.deal_contacts, name="deal_contacts"),
        path("<int:deal_id>/contacts/line", deal_contacts.deal_contact, name="deal_contact"),
        path("<int:deal_id>/stages", deals.deal_stages, name="deal_stages"),
        path("<int:deal_id>/move", deal_moves.deal_move, name="deal_move"),
    ],
    Module.VENDORS: [path("<int:vendor_id>/products", vendors.vendor_products, name="vendor_products")],
}


def module_urls() -> list[URLResolver]:
    """`accounts/`, `contacts/` and so on, each with all its pages."""
    return [
        path(f"{module}/", include([*record_urls(pages), *_OWN.get(module, [])])) for module, pages in PAGES.items()
    ]
