"""The addresses of the reports."""

from __future__ import annotations

from django.urls import URLPattern, path

from finance.selectors.reports.catalogue import REPORTS, Definition
from finance.ui.reports import pages


def _of_one(definition: Definition) -> list[URLPattern]:
    place, given = f"reports/{definition.name}/", {"name": definition.name}
    return [
        path(place, pages.report_page, given, name=definition.route),
        path(f"{place}export/", pages.report_export, given, name=f"{definition.route}_export"),
    ]


urlpatterns: list[URLPattern] = [
    path("reports/", pages.report_index, name="report_index"),
    *(route for definition in REPORTS.values() for route in _of_one(definition)),
]
