"""The pages of the reports: all of them by name, one with its filters, chart and table, and the same as a file."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

import audit.services
from finance.models import Membership
from finance.rights import Right
from finance.selectors.days import today
from finance.selectors.reports.asking import Asked, read
from finance.selectors.reports.catalogue import REPORTS, Definition
from finance.selectors.reports.shapes import Column, Report, Row, Shape
from finance.ui.pages import actor_of, page, show
from finance.ui.reports.cells import cells, file_rows
from finance.ui.reports.drawing import bars_of, columns_of
from finance.ui.reports.filters import controls, narrowings, told_faults
from finance.ui.reports.links import links_of
from finsuite.kernel import formats
from finsuite.kernel.errors import Refused
from finsuite.kernel.spreadsheets import csv_chunks, xlsx_chunks

MOST_SHOWN = 500
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@page(Right.REPORTS)
def report_index(request: HttpRequest, member: Membership) -> HttpResponse:
    """Every report with one sentence on what it tells."""
    organization = {"organization": member.organization_id}
    told = [(one, reverse(f"finance:{one.route}", kwargs=organization)) for one in REPORTS.values()]
    groups = [(group, list(found)) for group, found in groupby(told, key=lambda pair: pair[0].group)]
    return show(request, member, "finance/reports/index.html", {"groups": groups})


@page(Right.REPORTS)
def report_page(request: HttpRequest, member: Membership, name: str) -> HttpResponse:
    """One report. What can't be read of what was asked is told at its field, and then there are no figures."""
    definition, organization = REPORTS[name], member.organization
    asked, faults = None, {}
    try:
        asked = read(organization, definition.asked, request.GET.dict())
    except Refused as refusal:
        faults = dict(refusal.fields)
    shown = controls(organization, definition, request.GET.dict(), asked, faults)
    context: dict[str, Any] = {
        "definition": definition,
        "controls": shown,
        "faults": told_faults(shown),
        "narrowings": narrowings(shown),
        "is_narrowed": asked is None or asked != read(organization, definition.asked, {}),
    }
    if asked is None:
        return show(request, member, "finance/reports/report.html", context, status=422)
    return show(request, member, "finance/reports/report.html", {**context, **_told(request, definition, asked)})


@page(Right.REPORTS)
def report_export(request: HttpRequest, member: Membership, name: str) -> HttpResponseBase:
    """The whole report as a file, in the order in which it is shown. The history tells who took it out."""
    definition, organization = REPORTS[name], member.organization
    asked = read(organization, definition.asked, request.GET.dict())
    report = _sorted(definition.find(asked), request.GET.get("sort", ""))[0]
    is_sheet = request.GET.get("format") == "xlsx"
    audit.services.record(
        actor=actor_of(request),
        tenant=organization.tenant,
        subject=organization,
        verb="exported",
        after={"kind": str(definition.title), "count": len(report.rows)},
    )
    rows = file_rows(report, asked.base)
    chunks = xlsx_chunks(rows, str(definition.title)) if is_sheet else csv_chunks(rows)
    response = StreamingHttpResponse(chunks, content_type=SHEET if is_sheet else "text/csv; charset=utf-8")
    named = f"{definition.name}-{_days_named(definition, asked)}.{'xlsx' if is_sheet else 'csv'}"
    response.headers["Content-Disposition"] = f'attachment; filename="{named}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _told(request: HttpRequest, definition: Definition, asked: Asked) -> dict[str, Any]:
    """The report as its template shows it."""
    report, sort = _sorted(definition.find(asked), request.GET.get("sort", ""))
    place = reverse(f"finance:{definition.route}_export", kwargs={"organization": asked.organization.pk})
    query = {name: value for name, value in request.GET.items() if name in (*definition.asked, "sort") and value}
    rows = report.rows[:MOST_SHOWN]
    return {
        "report": report,
        "columns": report.shown,
        "rows": [cells(report.shown, row, asked.base, links_of(definition, asked, row)) for row in rows],
        "total": cells(report.shown, report.total, asked.base, {}) if report.total else (),
        "left_out": len(report.rows) - len(rows),
        "heading": _heading(definition, asked),
        "basis": _basis(report, asked),
        "chart": columns_of(definition, report, asked),
        "bars": bars_of(definition, report, asked),
        "sort": sort,
        "export_csv": f"{place}?{urlencode({**query, 'format': 'csv'})}",
        "export_xlsx": f"{place}?{urlencode({**query, 'format': 'xlsx'})}",
    }


def _sorted(report: Report, sort: str) -> tuple[Report, str]:
    """The report by the column that is asked for, its rest last; as it came where there is no such column."""
    known = {column.name: column for column in report.shown}
    column = known.get(sort.removeprefix("-"))
    if column is None:
        return report, ""
    whole = [row for row in report.rows if row.get("kind") not in ("rest", "none")]
    rest = [row for row in report.rows if row.get("kind") in ("rest", "none")]
    filled = sorted(
        (row for row in whole if row.get(column.name) not in (None, "")),
        key=lambda row: _key(column, row),
        reverse=sort.startswith("-"),
    )
    empty = [row for row in whole if row.get(column.name) in (None, "")]
    rows = [*filled, *empty, *rest]
    return replace(report, rows=rows), sort


def _key(column: Column, row: Row) -> Any:
    value = row[column.name]
    return str(value).casefold() if column.shape is Shape.TEXT else value


def _heading(definition: Definition, asked: Asked) -> str:
    """Of which days it is: what a printed report begins with."""
    if definition.has_period:
        days = {"since": formats.day(asked.span.since), "to": formats.day(asked.span.to)}
        if asked.compared is None:
            return _("From %(since)s to %(to)s") % days
        days |= {"before": formats.day(asked.compared.since), "until": formats.day(asked.compared.to)}
        return _("From %(since)s to %(to)s, compared with %(before)s to %(until)s") % days
    day = asked.as_of if "as_of" in definition.asked else today(asked.organization)
    return _("As of %(day)s") % {"day": formats.day(day)}


def _basis(report: Report, asked: Asked) -> str:
    """In which currency the figures are."""
    if not any(column.shape is Shape.MONEY for column in report.columns):
        return ""
    return _("Amounts in %(currency)s, each document at its own rate.") % {"currency": asked.base}


def _days_named(definition: Definition, asked: Asked) -> str:
    if definition.has_period:
        return f"{asked.span.since.isoformat()}-{asked.span.to.isoformat()}"
    return asked.as_of.isoformat()
