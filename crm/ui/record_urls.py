"""The addresses that every module has, from its `Pages`: nothing but the declaration is written for a new one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.access import Access
from crm.ui import attachments, editing, owners, records, timeline
from crm.ui.base import Page, in_organization
from crm.ui.records import Pages

Of = Callable[[Pages, HttpRequest, Access], HttpResponse]
OfOne = Callable[[Pages, HttpRequest, Access, int], HttpResponse]

_form = require_http_methods(["GET", "HEAD", "POST"])


def record_urls(pages: Pages) -> list[URLPattern]:
    """Below `accounts/` or its like; their names are `account_list`, `account_detail` and so on."""
    of_all: tuple[tuple[str, str, Callable[..., Any], Of], ...] = (
        ("", "list", require_safe, records.listed),
        ("new", "create", _form, records.created),
        ("lookup", "lookup", require_safe, records.looked_up),
    )
    of_one: tuple[tuple[str, str, Callable[..., Any], OfOne], ...] = (
        ("", "detail", require_safe, records.detailed),
        ("/activity", "activity", require_safe, timeline.activity_tab),
        ("/files", "files", require_safe, attachments.files_tab),
        ("/history", "history", require_safe, records.history_tab),
        ("/edit", "edit", _form, records.edited),
        ("/owner", "owner", _form, owners.changed),
        ("/cell", "cell", _form, editing.cell),
        ("/peek", "peek", require_safe, records.peeked),
        ("/delete", "delete", require_POST, records.deleted),
    )
    called, one = pages.singular, f"<int:{pages.singular}_id>"
    return [
        *(path(place, allowed(_of(pages, page)), name=f"{called}_{name}") for place, name, allowed, page in of_all),
        *(
            path(f"{one}{place}", allowed(_of_one(pages, page)), name=f"{called}_{name}")
            for place, name, allowed, page in of_one
        ),
    ]


def _of(pages: Pages, page: Of) -> Page:
    @in_organization
    def view(request: HttpRequest, access: Access) -> HttpResponse:
        return page(pages, request, access)

    return view


def _of_one(pages: Pages, page: OfOne) -> Page:
    @in_organization
    def view(request: HttpRequest, access: Access, **named: int) -> HttpResponse:
        return page(pages, request, access, named[f"{pages.singular}_id"])

    return view
