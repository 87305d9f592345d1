"""Missing numbers: the gaps in each series of documents, and what the history knows of them.

A gap is a number that no record bears, between the lowest and the highest of its series that is borne, under the prefix
that the series has now. Deleting a draft leaves one; so does a next number that somebody raised. Numbers of deleted
records that lie outside of what is borne are told, too. Bills bear their vendors' numbers, so they have no gaps.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.apps import apps
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from audit.models import Entry
from finance.choices import DocumentKind
from finance.models import Organization, Series
from finance.selectors.reports.asking import Asked
from finance.selectors.reports.shapes import Column, Report, Row, Shape, fetch, summed
from finance.selectors.series import LONGEST, all_series

MOST_GAPS = 2_000  # of one series
MOST_DELETED = 20_000
OUTSIDE = ("customer", "vendor", "bill", "plan")

COLUMNS = (
    Column("series", _("Series"), Shape.TEXT),
    Column("first", _("First missing"), Shape.TEXT),
    Column("last", _("Last missing"), Shape.TEXT),
    Column("count", pgettext_lazy("how many numbers", "Missing"), Shape.COUNT),
    Column("deleted_by", _("Deleted by"), Shape.TEXT),
    Column("deleted_on", _("Deleted on"), Shape.DAY),
)
NOTE = _(
    "Of the numbers between the first and the highest of each series. Where the history knows of no deletion, the "
    "number was never given: it was stepped over, or the next number was raised."
)

CUT_HISTORY = _(
    "There are more than 20,000 deletions. The latest of them are told; of the numbers of earlier ones the report "
    "doesn't say that they were given and deleted, but the history of the organization does."
)
CUT = _("Of a series with more than 2,000 gaps, the first 2,000 are told.")

_GAPS = """(SELECT %(series_{place})s AS series, n + 1 AS first, following - 1 AS last, 0 AS is_span FROM (
        SELECT n, lead(n) OVER (ORDER BY n) AS following FROM borne_{place}
    ) found WHERE following > n + 1 ORDER BY n LIMIT {most})
    UNION ALL SELECT %(series_{place})s, min(n), max(n), 1 FROM borne_{place}"""
_BORNE = """borne_{place} AS (SELECT DISTINCT substr(number, length(%(prefix_{place})s) + 1)::bigint AS n FROM {table}
    WHERE organization_id = %(organization)s AND starts_with(number, %(prefix_{place})s)
    AND substr(number, length(%(prefix_{place})s) + 1) ~ '^[0-9]{{1,{longest}}}$')"""


@dataclass(frozen=True, slots=True)
class Deletion:
    """Who deleted the record that bore a number, and when."""

    by: str
    on: date


def missing_numbers(asked: Asked) -> Report:
    """The gaps of every series, with the deletions that made them. Three statements."""
    known = [(series, model) for series in all_series(asked.organization) if (model := _model(series.series))]
    gaps, spans = _gaps(asked.organization, known)
    deleted, is_whole = _deleted(asked.organization, known)
    rows = [
        row
        for series, _model_of in known
        for row in _rows(series, gaps[series.series], spans[series.series], deleted[series.series])
    ]
    total = {"series": _("Total"), **summed(rows, ("count",))}
    cut = [CUT] if any(len(found) == MOST_GAPS for found in gaps.values()) else []
    cut += [] if is_whole else [CUT_HISTORY]
    return Report(columns=COLUMNS, rows=rows, total=total, notes=[NOTE, *cut])


def _model(name: str) -> Any:
    """The table whose rows bear the series' numbers; None where nobody looks for gaps in them."""
    if name in OUTSIDE or name not in DocumentKind.values:
        return None
    return apps.get_model("finance", name.replace("_", ""))


Found = dict[str, list[tuple[int, int]]]


def _gaps(organization: Organization, known: list[tuple[Series, Any]]) -> tuple[Found, Found]:
    """The gaps of each series, and from which number to which it goes."""
    gaps: Found = {series.series: [] for series, _model_of in known}
    spans: Found = {series.series: [] for series, _model_of in known}
    if not known:
        return gaps, spans
    bound: dict[str, Any] = {"organization": organization.pk}
    borne, asked = [], []
    for place, (series, model) in enumerate(known):
        bound |= {f"series_{place}": series.series, f"prefix_{place}": series.prefix}
        borne.append(_BORNE.format(place=place, table=model._meta.db_table, longest=LONGEST))
        asked.append(_GAPS.format(place=place, most=MOST_GAPS))
    for row in fetch(f"WITH {', '.join(borne)} {' UNION ALL '.join(asked)}", bound):
        if row["first"] is not None:
            (spans if row["is_span"] else gaps)[row["series"]].append((row["first"], row["last"]))
    return gaps, spans


Deletions = dict[str, dict[int, Deletion]]


def _deleted(organization: Organization, known: list[tuple[Series, Any]]) -> tuple[Deletions, bool]:
    """The numbers of deleted records, by series, as the history tells them; and whether these are all."""
    found: Deletions = {series.series: {} for series, _model_of in known}
    of_kind: Mapping[str, Series] = {model._meta.label_lower: series for series, model in known}
    entries = Entry.objects.filter(tenant=organization.tenant, kind__in=list(of_kind), verb="deleted")
    zone = ZoneInfo(organization.time_zone)
    told = entries.order_by("-id").values_list("kind", "record_label", "actor_label", "at")[: MOST_DELETED + 1]
    count = 0
    for count, (kind, label, who, at) in enumerate(told.iterator(chunk_size=2_000), start=1):
        if count > MOST_DELETED:
            break
        series = of_kind[kind]
        number = re.match(rf"([0-9]{{1,{LONGEST}}})(?![0-9])", label.removeprefix(series.prefix))
        if number and label.startswith(series.prefix):
            found[series.series].setdefault(int(number[1]), Deletion(who, at.astimezone(zone).date()))
    return found, count <= MOST_DELETED


def _rows(
    series: Series, gaps: Iterable[tuple[int, int]], spans: list[tuple[int, int]], deleted: Mapping[int, Deletion]
) -> Iterator[Row]:
    """A row for each number whose deletion is known, and one for each run of others."""
    outside = [number for number in deleted if not spans or not spans[0][0] <= number <= spans[0][1]]
    missing = sorted([*gaps, *((number, number) for number in outside)])
    for first, last in missing:
        for start, end in _runs(first, last, deleted):
            deletion = deleted.get(start) if start == end else None
            yield {
                "series": str(DocumentKind(series.series).label),
                "first": series.written(start),
                "last": series.written(end),
                "count": end - start + 1,
                "deleted_by": deletion.by if deletion else "",
                "deleted_on": deletion.on if deletion else None,
            }


def _runs(first: int, last: int, deleted: Mapping[int, Deletion]) -> Iterator[tuple[int, int]]:
    """The gap in parts: each deleted number by itself, the others in runs."""
    start = first
    for number in sorted(number for number in deleted if first <= number <= last):
        if start < number:
            yield start, number - 1
        yield number, number
        start = number + 1
    if start <= last:
        yield start, last
