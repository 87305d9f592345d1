"""The forecast of deals: what is to be expected month by month and of whom, each figure a link to its deals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_safe

from crm.access import Access
from crm.choices import Level, Module, StageCategory
from crm.models import Stage
from crm.selectors.criteria import calendar_of
from crm.selectors.deals import COMMITTED, FIGURES, Expected, Forecast, deals, forecast, month_after
from crm.selectors.search import matches
from crm.ui.addresses import address
from crm.ui.base import in_organization
from crm.ui.deals import PAGES
from crm.ui.filters import write_json
from crm.ui.lists import Shown
from finsuite.kernel import formats
from finsuite.kernel.charts import Chart, Series
from finsuite.kernel.spreadsheets import csv_chunks

LABELS: dict[str, Any] = {
    "committed": gettext_lazy("Committed"),
    "open": gettext_lazy("Open"),
    "weighted": gettext_lazy("Weighted"),
    "won": gettext_lazy("Won"),
    "lost": gettext_lazy("Lost"),
}
_CATEGORY = {"won": StageCategory.WON, "lost": StageCategory.LOST}
_DRAWN = ("won", "committed", "weighted", "lost")
Criteria = list[dict[str, Any]]


@dataclass
class Period:
    """Which months are shown."""

    value: str
    label: str
    months: list[date]


@dataclass(frozen=True)
class Line:
    """A row of a table: what it is about, and its figures as (written, address of the deals behind it)."""

    label: str
    cells: list[tuple[str, str]]
    count: str


@dataclass
class Page:
    """One request for the forecast."""

    request: HttpRequest
    access: Access

    def __post_init__(self) -> None:
        self.tag = self.request.GET.get("tag", "")[:50]
        self.shown = Shown(self.request, self.access, PAGES.listing, deals(self.access))
        self.shown.layout = self.shown.view.layout  # a forecast is no other way to keep a view

    @cached_property
    def periods(self) -> list[Period]:
        """This quarter with the next one, and fiscal years: the last, this, the next, and the one in the address."""
        calendar = calendar_of(self.access)
        now = Period("", _("This quarter and the next"), _months(calendar.span("this_quarter").start, 6))
        this = calendar.span("this_year").start.year
        years = {this - 1, this, this + 1} | {year for year in [self._asked] if year}
        return [now, *(self._year(year, calendar.fiscal_start) for year in sorted(years))]

    @property
    def _asked(self) -> int:
        text = self.request.GET.get("period", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) == 4 and 1900 <= int(text) <= 2200 else 0

    def _year(self, year: int, start: int) -> Period:
        told = str(year) if start == 1 else f"{year}–{(year + 1) % 100:02}"
        return Period(str(year), _("Fiscal year %(year)s") % {"year": told}, _months(date(year, start, 1), 12))

    @cached_property
    def period(self) -> Period:
        return next((each for each in self.periods if each.value == str(self._asked)), self.periods[0])

    @cached_property
    def found(self) -> Forecast:
        tagged = Q(tags__contains=[self.tag]) if self.tag else Q()
        kept = self.shown.kept & matches(self.shown.search) & tagged
        return forecast(self.access, kept, months=self.period.months)

    @cached_property
    def stages(self) -> dict[str, list[int]]:
        """The organization's stages by what they mean, for the filters of the links."""
        told: dict[str, list[int]] = {category: [] for category in StageCategory.values}
        rows = Stage.objects.of(self.access.organization).order_by("pipeline_id", "position", "id")
        for key, category in rows.values_list("pk", "category"):
            told[category].append(key)
        return told

    @property
    def lines(self) -> list[Line]:
        """A row a month, then what is late and what has no day."""
        rows = [
            self._line(formats.month(month), expected, [_between(month, month)])
            for month, expected in self.found.months.items()
        ]
        first = self.period.months[0].isoformat()
        late = [{"field": "closing_date", "comparator": "lt", "value": first}]
        never = [{"field": "closing_date", "comparator": "empty"}]
        if self.found.late.count:
            rows.append(self._line(_("Overdue from before"), self.found.late, late, ("won", "lost")))
        if self.found.undated.count:
            rows.append(self._line(_("Without a closing date"), self.found.undated, never, ("won", "lost")))
        return rows

    @property
    def owners(self) -> list[Line]:
        """A row a person, over all of it."""
        return [
            self._line(row.name or _("Nobody"), row.expected, [_owner(row.owner_id)], over_all=self._all)
            for row in self.found.owners
        ]

    @property
    def total(self) -> Line:
        return self._line(_("Total"), self.found.total, [], over_all=self._all)

    def _all(self, figure: str) -> Criteria:
        """The days of the whole forecast: what is open also where it is late or has no day."""
        months = self.period.months
        if figure in _CATEGORY:
            return [_between(months[0], months[-1])]
        until = {"field": "closing_date", "comparator": "lte", "value": _last_day(months[-1]).isoformat()}
        return [{"any": [until, {"field": "closing_date", "comparator": "empty"}]}]

    def _line(
        self, label: str, expected: Expected, criteria: Criteria, never: tuple[str, ...] = (), over_all: Any = None
    ) -> Line:
        home = self.access.organization.home_currency
        cells = []
        for name in FIGURES:
            amount: Decimal = getattr(expected, name)
            place = self._place(name, [*criteria, *(over_all(name) if over_all else [])]) if amount else ""
            cells.append(("" if name in never else formats.amount(amount, home), place))
        return Line(label, cells, formats.number(expected.count))

    def _place(self, figure: str, criteria: Criteria) -> str:
        """The list of the deals behind a figure."""
        means = self.stages[_CATEGORY.get(figure, StageCategory.OPEN)]
        wanted = [*self.shown.criteria, {"field": "stage", "comparator": "in", "value": means}, *criteria]
        if figure == "committed":
            wanted.append({"field": "probability", "comparator": "gte", "value": COMMITTED})
        asked = {"layout": "list", "view": str(self.shown.view.pk), "filter": write_json(wanted)}
        asked |= {name: value for name, value in (("q", self.shown.search), ("tag", self.tag)) if value}
        return f"{address(Module.DEALS, 'list', self.access.organization.pk)}?{urlencode(asked)}"

    @property
    def chart(self) -> Chart:
        """Won, committed, weighted and lost, month by month."""
        home = self.access.organization.home_currency
        months = self.found.months
        return Chart(
            _("Forecast by month, in %(currency)s") % {"currency": home},
            [formats.month(month) for month in months],
            [
                Series(str(LABELS[name]), [float(getattr(expected, name)) for expected in months.values()])
                for name in _DRAWN
            ],
            write=lambda figure: formats.compact(figure, home),
        )

    @property
    def labels(self) -> list[Any]:
        return [LABELS[name] for name in FIGURES]

    def rows(self) -> Iterator[list[Any]]:
        """The tables as a file: a row a month, then a row a person; amounts in home currency, as programs read them."""
        yield [_("Rows by"), _("Name"), *map(str, self.labels), _("Deals"), _("Currency")]
        month, person = pgettext("a row of the forecast", "Month"), pgettext("a row of the forecast", "Owner")
        for start, expected in self.found.months.items():
            yield self._row(month, start.strftime("%Y-%m"), expected)
        yield self._row(month, _("Overdue from before"), self.found.late)
        yield self._row(month, _("Without a closing date"), self.found.undated)
        for row in self.found.owners:
            yield self._row(person, row.name or _("Nobody"), row.expected)
        yield self._row(_("Total"), "", self.found.total)

    def _row(self, by: str, name: str, expected: Expected) -> list[Any]:
        figures = [formats.plain_amount(getattr(expected, figure).quantize(Decimal("0.01"))) for figure in FIGURES]
        return [by, name, *map(Decimal, figures), expected.count, self.access.organization.home_currency]


def _months(first: date, count: int) -> list[date]:
    found = [first]
    while len(found) < count:
        found.append(month_after(found[-1]))
    return found


def _last_day(month: date) -> date:
    return month_after(month) - timedelta(days=1)


def _between(first: date, last: date) -> dict[str, Any]:
    days = [first.isoformat(), _last_day(last).isoformat()]
    return {"field": "closing_date", "comparator": "between", "value": days}


def _owner(owner_id: int | None) -> dict[str, Any]:
    if owner_id is None:
        return {"field": "owner", "comparator": "empty"}
    return {"field": "owner", "comparator": "is", "value": owner_id}


@require_safe
@in_organization
def deal_forecast(request: HttpRequest, access: Access) -> HttpResponse:
    """The page."""
    access.require(Module.DEALS, Level.VIEW)
    is_filtering = "typed" in request.GET
    page = Page(request, access)
    context = {
        "access": access,
        "forecast": page,
        "list": page.shown,
        "listing": PAGES.listing,
        "pages": PAGES,
        "words": PAGES.words,
        "tag": page.tag,
        "sort": page.shown.sort,
        "layout": "forecast",
        "likely": formats.percent(Decimal(COMMITTED) / 100),
        "is_empty": not (page.found.total.count or page.found.total.lost),
        "may_create": access.may(Module.DEALS, Level.CREATE),
        "new_url": address(Module.DEALS, "create", access.organization.pk),
    }
    response = render(request, "crm/deal_forecast.html", context)
    if is_filtering:
        response.headers["HX-Push-Url"] = f"{request.path}?{page.shown.query.urlencode()}"
    return response


@require_safe
@in_organization
def deal_forecast_csv(request: HttpRequest, access: Access) -> StreamingHttpResponse:
    """The same figures as a file for spreadsheets."""
    access.require(Module.DEALS, Level.VIEW)
    page = Page(request, access)
    name = f"forecast-{page.period.months[0]:%Y-%m}.csv"
    response = StreamingHttpResponse(csv_chunks(page.rows()), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
