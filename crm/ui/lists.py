"""A list of records: which list view, filtered, searched, sorted, in which columns, so many at a time.

The address says all of it: `view`, `filter` (criteria that differ from the view's), `q`, `sort`, `column`, `size`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.access import Access
from crm.choices import Level, Module
from crm.models import RECORDS, ListView
from crm.selectors.criteria import criteria_filter
from crm.selectors.custom_fields import fields_of
from crm.selectors.list_views import list_views
from crm.selectors.search import matches
from crm.selectors.sums import Total, totals
from crm.ui.addresses import page_name
from crm.ui.cells import Column
from crm.ui.custom_fields import columns as custom_columns
from crm.ui.editing import editable
from crm.ui.filters import Block, Builder, criteria_of, read_json, read_tree, write_json
from crm.ui.rows import Rows
from finsuite.kernel import formats, panels
from finsuite.kernel.api.fields import Field
from finsuite.kernel.api.listing import Page, read_page, read_query
from finsuite.kernel.api.problems import Problem
from finsuite.kernel.custom_fields.api import list_fields
from finsuite.kernel.custom_fields.sets import FieldSet
from finsuite.kernel.errors import NotFound, Refused
from finsuite.kernel.versions import version_of

SIZES = (20, 50, 100)
PAGE = 50
MOST_SORTS = 3
COUNTED = 10_000  # a longer list is only counted when somebody asks
SIZE_COOKIE = "list-size"
COOKIE_AGE = 365 * 24 * 3600


@dataclass(frozen=True)
class Listing:
    """What is particular to the list of one kind of record."""

    module: Module
    columns: Sequence[Column]
    shown: Sequence[str]  # the columns of somebody who has not chosen
    order: dict[str, Field]  # what the list can be ordered by
    ordering: str
    layouts: str = ""  # a template: the other ways in which these records are shown
    board: str = ""  # the name of the page that is their board

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
    query: QueryDict = field(default_factory=lambda: QueryDict(mutable=True))
    block: Block | None = None
    fault: str = ""
    layout: str = ListView.Layout.LIST

    def __post_init__(self) -> None:
        """Read the address, and put it in order: what the filter's form sent becomes `filter`."""
        self.query = self.request.GET.copy()
        typed = self.query.pop("typed", [""])[-1]
        self.criteria = self._criteria(typed)
        self.query.pop("filter", None)
        if not self.query.get("q"):
            self.query.pop("q", None)
        if self.criteria != criteria_of(self.view):
            self.query["filter"] = write_json(self.criteria)
        self.request.GET = self.query  # type: ignore[assignment]  # from here on, the address is in order
        try:
            self.kept = criteria_filter(self.access, self.listing.module, self.criteria)
        except Refused as refused:
            self.fault, self.kept = refused.message, Q(pk__in=())
            self.filter.blame(refused.fields)

    def _criteria(self, typed: str) -> list[Any]:
        if typed:
            self.block = self.builder.typed(read_tree(typed))
            return self.block.criteria()
        asked = self.query.get("filter")
        return criteria_of(self.view) if asked is None else read_json(asked)

    @cached_property
    def builder(self) -> Builder:
        return Builder(self.access, self.listing.module)

    @cached_property
    def filter(self) -> Block:
        """The filter's form."""
        return self.block or self.builder.shown(self.criteria)

    @property
    def is_open(self) -> bool:
        """Whether the filter's form is in sight: while one works on it, and when something is wrong with it."""
        return self.block is not None or (bool(self.fault) and "filter" in self.query)

    @cached_property
    def views(self) -> list[Any]:
        """The module's views, those pinned first, in the person's order."""
        found = list_views(self.access.organization, user_id=self.request.user.pk).filter(module=self.listing.module)
        return sorted(found, key=lambda view: (view.pin is None, view.pin or 0))

    @cached_property
    def view(self) -> Any:
        """The list view in the address; else the one that the person opens the module with, or all records."""
        wanted = self.query.get("view", "")
        if not wanted:
            chosen = [view for view in self.views if view.is_default]
            return next(iter(chosen), None) or min(self.views, key=lambda view: (not view.is_system, view.pk))
        for view in self.views:
            if str(view.pk) == wanted:
                return view
        raise NotFound(_("There is no such list view."))

    @property
    def may_change(self) -> bool:
        """Whether the person may save what they see into the view itself."""
        if self.view.is_system:
            return False
        own = self.view.owner_id == self.request.user.pk
        return own or (self.view.owner_id is None and self.access.profile.can_setup)

    @property
    def version(self) -> str:
        return version_of(self.view)

    @property
    def is_unsaved(self) -> bool:
        """Whether one sees something else than the view says."""
        sort = self.query.get("sort") and self.sort != (self.view.sort or self.listing.ordering)
        names = self.query.getlist("column")
        columns = names and [column.name for column in self.columns] != self.view.columns
        layout = not self.view.is_system and self.layout != self.view.layout
        return bool("filter" in self.query or sort or columns or layout)

    @property
    def filter_changed(self) -> bool:
        """Whether the criteria are others than the view's."""
        return "filter" in self.query

    @property
    def here(self) -> str:
        """The list's address, from its first row."""
        query = self.query.copy()
        for name in ("cursor", "shown"):
            query.pop(name, None)
        return query.urlencode()

    @property
    def filter_json(self) -> str:
        """The criteria, for forms that save them."""
        return write_json(self.criteria)

    @property
    def criteria_count(self) -> int:
        """How many criteria narrow the list."""
        return self.filter.size

    @cached_property
    def search(self) -> str:
        return self.query.get("q", "").strip()[:200]

    @cached_property
    def selected(self) -> QuerySet[Any]:
        """All rows that the filter and the search select."""
        return self.rows_of.filter(self.kept, matches(self.search))

    @cached_property
    def count(self) -> int:
        """How many that is: up to a limit, beyond which counting takes long, unless it was asked for."""
        if self.query.get("count"):
            return self.selected.count()
        return self.selected.order_by()[: COUNTED + 1].count()

    @property
    def is_counted(self) -> bool:
        return self.count <= COUNTED or bool(self.query.get("count"))

    @property
    def seen(self) -> int:
        """How many are on the page, with those of "Load more"."""
        before = self.query.get("shown", "")
        return (int(before) if before.isascii() and before.isdigit() and len(before) < 10 else 0) + len(self.page.rows)

    @property
    def told(self) -> str:
        """ "20 of 40", in words."""
        seen, total = formats.number(self.seen), formats.number(min(self.count, COUNTED))
        if not self.is_counted:
            return _("%(seen)s of more than %(total)s") % {"seen": seen, "total": total}
        total = formats.number(self.count)
        if self.seen >= self.count:
            return ngettext("%(total)s record", "%(total)s records", self.count) % {"total": total}
        return _("%(seen)s of %(total)s") % {"seen": seen, "total": total}

    @cached_property
    def custom(self) -> FieldSet:
        """The module's custom fields."""
        return fields_of(self.access, self.listing.module)

    @cached_property
    def known(self) -> Mapping[str, Column]:
        """The columns that there are, by name: those that all such lists have, and those of custom fields."""
        return {column.name: column for column in (*self.listing.columns, *custom_columns(self.custom))}

    @cached_property
    def order(self) -> dict[str, Field]:
        """What the list can be ordered by."""
        return {**self.listing.order, **list_fields(self.custom)}

    @cached_property
    def columns(self) -> list[Column]:
        """The chosen columns, in the chosen order."""
        kept = self.request.COOKIES.get(self.listing.cookie, "").split(".")
        for names in (self.query.getlist("column"), self.view.columns, kept):
            if found := [self.known[name] for name in dict.fromkeys(names) if name in self.known]:
                return found
        return [self.known[name] for name in self.listing.shown if name in self.known]

    @property
    def choices(self) -> list[tuple[Column, bool]]:
        """Every column, those that are shown first, in their order: for the dialog that chooses them."""
        rest = [column for column in self.known.values() if column not in self.columns]
        return [*((column, True) for column in self.columns), *((column, False) for column in rest)]

    @cached_property
    def sort(self) -> str:
        """As in the address, else as the view says; what the list can't be sorted by is not."""
        for asked in (self.query.get("sort", ""), self.view.sort):
            terms = {term.lstrip("-"): term for term in asked.split(",") if term.lstrip("-") in self.order}
            if terms:
                return ",".join([*terms.values()][:MOST_SORTS])
        return self.listing.ordering

    @property
    def sorts(self) -> list[tuple[int, str, bool]]:
        """The order's terms for its dialog, with room for more: (place, name, whether it goes down)."""
        terms = self.sort.split(",")
        terms += [""] * (MOST_SORTS - len(terms))
        return [(at, term.lstrip("-"), term.startswith("-")) for at, term in enumerate(terms, 1)]

    @property
    def sortable(self) -> list[tuple[str, Any]]:
        """What the list can be ordered by: the name, then columns."""
        first = self.listing.ordering.lstrip("-")
        return [(first, _("Name")), *((c.sort, c.label) for c in self.known.values() if c.sort and c.sort != first)]

    @cached_property
    def size(self) -> int:
        """How many rows are shown at first, and with each "Load more"."""
        for asked in (self.query.get("size", ""), self.request.COOKIES.get(SIZE_COOKIE, "")):
            if asked in map(str, SIZES):
                return int(asked)
        return PAGE

    @property
    def sizes(self) -> tuple[int, ...]:
        return SIZES

    @cached_property
    def page(self) -> Page:
        needed = {name for column in self.columns for name in column.needs()}
        query = self._query()
        rows = self.custom.ordered(self.selected, [order.name for order in query.orders])
        return read_page(rows, query, ["id", *self.listing.name_columns, *sorted(needed)])

    @cached_property
    def rows(self) -> list[SafeString]:
        """The page's rows, drawn."""
        access, listing = self.access, self.listing
        ids = [row["id"] for row in self.page.rows]
        badges = panels.render_rows(listing.badges, self.request, access.organization, ids)
        may_change = editable(access, listing.module, self.custom)
        rows = Rows(access, listing.module, listing.name_columns, self.columns, may_change)
        return [rows.drawn(row, badges.get(row["id"], SafeString(""))) for row in self.page.rows]

    @cached_property
    def totals(self) -> list[Total | None]:
        """What the money columns come to over the whole list, a place a column; empty where none is shown."""
        model = RECORDS[self.listing.module]
        summed = set(model.money) - model.rates
        names = [column.name for column in self.columns if column.name in summed]
        if not names or self.fault:
            return []
        found = totals(self.access.organization, self.selected, names)
        if not any(total.by_currency for total in found.values()):
            return []
        return [found.get(column.name) for column in self.columns]

    @property
    def more(self) -> str:
        """The address of the rows below these; empty at the end."""
        if not self.page.next:
            return ""
        query = self.query.copy()
        query["cursor"] = self.page.next
        query["shown"] = str(self.seen)
        return f"?{query.urlencode()}"

    @property
    def plain_url(self) -> str:
        """The view as it is saved."""
        return f"{self.request.path}?view={self.view.pk}"

    @property
    def carried(self) -> list[tuple[str, str]]:
        """What forms that change one thing hand on of the rest."""
        left_out = ("q", "cursor", "shown", "count")
        return [(name, value) for name, values in self.query.lists() if name not in left_out for value in values]

    @property
    def width(self) -> int:
        """How many columns the table has at most, ticks and names included."""
        return len(self.columns) + 2

    @property
    def is_filtered(self) -> bool:
        return bool(self.search or self.criteria)

    def _query(self) -> Any:
        asked = QueryDict(mutable=True)
        asked["ordering"] = self.sort
        asked["limit"] = str(self.size)
        if cursor := self.query.get("cursor"):
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
    if "by" in request.GET:
        return redirect(f"{request.path}?{_ordered(request.GET).urlencode()}")
    is_filtering = "typed" in request.GET
    shown = Shown(request, access, listing, rows)
    if listing.board and shown.view.layout == ListView.Layout.BOARD and "layout" not in request.GET:
        return redirect(f"{reverse(listing.board, args=[access.organization.pk])}?{shown.query.urlencode()}")
    is_continued = request.GET.get("cursor") and getattr(request, "htmx", False)
    context = {
        "access": access,
        "list": shown,
        "listing": listing,
        "sort": shown.sort,
        "layout": ListView.Layout.LIST,
        "may_create": access.may(listing.module, Level.CREATE),
        "may_edit": access.may(listing.module, Level.EDIT),
    }
    context |= more
    response = render(request, "crm/list_rows.html" if is_continued else "crm/record_list.html", context)
    if is_filtering:
        response.headers["HX-Push-Url"] = f"{request.path}?{shown.query.urlencode()}"
    if request.GET.getlist("column"):
        kept = ".".join(column.name for column in shown.columns)
        response.set_cookie(listing.cookie, kept, max_age=COOKIE_AGE, httponly=True, samesite="Lax")
    if request.GET.get("size"):
        response.set_cookie(SIZE_COOKIE, str(shown.size), max_age=COOKIE_AGE, httponly=True, samesite="Lax")
    return response


def _ordered(given: QueryDict) -> QueryDict:
    """The address for what the order's dialog sent: `by` and `down` become `sort`."""
    query = given.copy()
    names, down = query.pop("by", []), query.pop("down", [])
    terms = {name: f"{'-' if str(place) in down else ''}{name}" for place, name in enumerate(names, 1) if name}
    query["sort"] = ",".join(terms.values())
    return query
