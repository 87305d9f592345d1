"""A list of records: which list view, searched, sorted, in which columns, 50 at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.access import Access
from crm.choices import Level, Module
from crm.models import RECORDS, ListView
from crm.selectors.custom_fields import custom_fields
from crm.selectors.list_views import list_views, view_filter
from crm.selectors.search import matches
from crm.ui.addresses import page_name
from crm.ui.cells import Column
from crm.ui.custom_fields import columns as custom_columns
from finsuite.kernel import formats, panels
from finsuite.kernel.api.fields import Field
from finsuite.kernel.api.listing import Page, read_page, read_query
from finsuite.kernel.api.problems import Problem
from finsuite.kernel.custom_fields.api import list_fields
from finsuite.kernel.custom_fields.sets import FieldSet
from finsuite.kernel.errors import NotFound, Refused

PAGE = 50
COOKIE_AGE = 365 * 24 * 3600


@dataclass(frozen=True)
class Listing:
    """What is particular to the list of one kind of record."""

    module: Module
    columns: Sequence[Column]
    shown: Sequence[str]  # the columns of somebody who has not chosen
    order: dict[str, Field]  # what the list can be ordered by
    ordering: str

    @property
    def title(self) -> str:
        return str(self.module.label)

    @property
    def name_columns(self) -> tuple[str, ...]:
        """What the first cell is drawn from."""
        return RECORDS[self.module].named_by

    @property
    def badges(self) -> str:
        """The slot of the rows' badges."""
        return f"crm.{self.module}.row_badges"

    @property
    def url_name(self) -> str:
        return page_name(self.module, "list")

    @property
    def detail_url_name(self) -> str:
        return page_name(self.module, "detail")

    @property
    def cookie(self) -> str:
        return f"columns-{self.module}"


@dataclass
class Shown:
    """One request for a list: everything that its template asks."""

    request: HttpRequest
    access: Access
    listing: Listing
    rows_of: QuerySet[Any]
    views: list[ListView] = field(default_factory=list)

    def __post_init__(self) -> None:
        user_id = self.access_user_id
        found = list_views(self.access.organization, user_id=user_id).filter(module=self.listing.module)
        self.views = list(found)

    @property
    def access_user_id(self) -> int | None:
        return self.request.user.pk

    @cached_property
    def view(self) -> ListView:
        """The list view in the address; "All" where there is none."""
        wanted = self.request.GET.get("view", "")
        if not wanted:
            return self.views[0]
        for view in self.views:
            if str(view.pk) == wanted:
                return view
        raise NotFound(_("There is no such list view."))

    @cached_property
    def search(self) -> str:
        return self.request.GET.get("q", "").strip()[:200]

    @cached_property
    def fault(self) -> str:
        """Why the view can't be shown: one of its criteria has become impossible."""
        try:
            view_filter(self.view, self.access)
        except Refused as refused:
            return refused.message
        return ""

    @cached_property
    def selected(self) -> QuerySet[Any]:
        """All rows that the view and the search select."""
        if self.fault:
            return self.rows_of.none()
        kept = view_filter(self.view, self.access)
        return self.rows_of.filter(kept, matches(self.search))

    @cached_property
    def count(self) -> int:
        return self.selected.count()

    @cached_property
    def custom(self) -> FieldSet:
        """The module's custom fields."""
        return custom_fields(self.access.organization, self.listing.module)

    @cached_property
    def all_columns(self) -> list[Column]:
        """What there is to choose from: the columns that all such lists have, and those of custom fields."""
        return [*self.listing.columns, *custom_columns(self.custom)]

    @cached_property
    def order(self) -> dict[str, Field]:
        """What the list can be ordered by."""
        return {**self.listing.order, **list_fields(self.custom)}

    @cached_property
    def columns(self) -> list[Column]:
        """The chosen columns, in the list's own order."""
        chosen = self._chosen()
        return [column for column in self.all_columns if column.name in chosen]

    @cached_property
    def sort(self) -> str:
        """As in the address; what the list can't be sorted by is not."""
        asked = self.request.GET.get("sort", "")
        return asked if asked.lstrip("-") in self.order else self.listing.ordering

    @cached_property
    def page(self) -> Page:
        needed = {name for column in self.columns for name in column.needs()}
        query = self._query()
        rows = self.custom.ordered(self.selected, [order.name for order in query.orders])
        return read_page(rows, query, ["id", *self.listing.name_columns, *sorted(needed)])

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """The page's rows, their cells drawn."""
        organization = self.access.organization
        ids = [row["id"] for row in self.page.rows]
        badges = panels.render_rows(self.listing.badges, self.request, organization, ids)
        return [
            {
                "id": row["id"],
                "name": " ".join(str(row[name]) for name in self.listing.name_columns if row[name]),
                "badges": badges.get(row["id"], SafeString("")),
                "cells": [(column, column.cell(row, self.access)) for column in self.columns],
            }
            for row in self.page.rows
        ]

    @property
    def more(self) -> str:
        """The address of the rows below these; empty at the end."""
        if not self.page.next:
            return ""
        query = self.request.GET.copy()
        query["cursor"] = self.page.next
        return f"?{query.urlencode()}"

    @property
    def total(self) -> str:
        """The count as it is written."""
        return formats.number(self.count)

    @property
    def width(self) -> int:
        """How many columns the table has at most, ticks and names included."""
        return len(self.columns) + 2

    @property
    def is_filtered(self) -> bool:
        return bool(self.search) or self.view.scope != ListView.Scope.ALL

    def _chosen(self) -> set[str]:
        asked = self.request.GET.getlist("column") or self.request.COOKIES.get(self.listing.cookie, "").split(".")
        known = {column.name for column in self.all_columns}
        return {name for name in asked if name in known} or set(self.listing.shown)

    def _query(self) -> Any:
        asked = QueryDict(mutable=True)
        asked["ordering"] = self.sort
        asked["limit"] = str(PAGE)
        if cursor := self.request.GET.get("cursor"):
            asked["cursor"] = cursor
        try:
            return read_query(asked, self.order, ordering="id", can_search=())
        except Problem:  # a cursor of another order, or one made up: the list from its start
            asked.pop("cursor", None)
            return read_query(asked, self.order, ordering="id", can_search=())


def answer(
    request: HttpRequest, access: Access, listing: Listing, rows: QuerySet[Any], more: Mapping[str, Any]
) -> HttpResponse:
    """The list's page; for "Load more", only the rows that follow."""
    shown = Shown(request, access, listing, rows)
    is_continued = request.GET.get("cursor") and getattr(request, "htmx", False)
    context = {
        "access": access,
        "list": shown,
        "listing": listing,
        "sort": shown.sort,
        "may_create": access.may(listing.module, Level.CREATE),
        "may_delete_many": access.may(listing.module, Level.DELETE),
    }
    context |= more
    response = render(request, "crm/list_rows.html" if is_continued else "crm/record_list.html", context)
    if chosen := request.GET.getlist("column"):
        kept = ".".join(column.name for column in shown.columns if column.name in chosen)
        response.set_cookie(listing.cookie, kept, max_age=COOKIE_AGE, httponly=True, samesite="Lax")
    return response
