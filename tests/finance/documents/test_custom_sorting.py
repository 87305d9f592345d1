"""Lists of documents in the order of a custom field: up, down, page by page, and as a file."""

from __future__ import annotations

import csv
import io

import pytest

from finance.choices import DocumentKind as Kind
from finance.models import Invoice
from finance.selectors.custom_fields import custom_fields
from finance.services.documents import update_document
from finance.ui.documents import lists
from tests import factories
from tests.finance.documents.test_pages import url
from tests.finance.documents.test_query_counts import ROOMS

# As by day, one more for the order, and one for those that have no value; what all pages ask.
QUERIES = 9 + ROOMS
CHOICES = [{"label": label} for label in ("Wood", "Stone", "Glass")]
# Of each kind, what five invoices hold, and in which order they stand up and down.
CASES = {
    "text": (["Örebro", None, "orebro", "Lyon", None], [3, 0, 2, 1, 4], [2, 0, 3, 4, 1]),
    "integer": ([10, 9, None, -3, 10], [3, 1, 0, 4, 2], [4, 0, 1, 3, 2]),
    "decimal": (["0.50", "0.5", "12", None, "3"], [0, 1, 4, 2, 3], [2, 4, 1, 0, 3]),
    "money": ([None, "5", None, "1", None], [3, 1, 0, 2, 4], [1, 3, 4, 2, 0]),
    "date": (["2026-01-02", "1960-01-01", None, None, "2026-01-01"], [1, 4, 0, 2, 3], [0, 4, 1, 3, 2]),
    "moment": (["2026-01-02T10:00:01Z", "2026-01-02T10:00:00Z", None, None, None], [1, 0, 2, 3, 4], [0, 1, 4, 3, 2]),
    "yes_no": ([True, None, True, None, None], [1, 3, 4, 0, 2], [2, 0, 4, 3, 1]),
    "choice": (["stone", "wood", None, "glass", "wood"], [1, 4, 0, 3, 2], [3, 0, 4, 1, 2]),
    "email": (["b@x.fr", "A@x.fr", None, None, "c@x.fr"], [1, 0, 4, 2, 3], [4, 0, 1, 3, 2]),
}


@pytest.fixture
def listed(organization, draft):
    """Five invoices with a field of every kind, in the order in which they were made."""
    for kind in (*CASES, "long_text", "choices"):
        more = {"choices": CHOICES} if kind in ("choice", "choices") else {}
        factories.finance_field(organization, kind, module="invoices", kind=kind, **more)
    return [
        draft(Kind.INVOICE, number=str(place), **{f"cf_{kind}": case[0][place] for kind, case in CASES.items()})
        for place in range(5)
    ]


def test_each_kind_goes_up_and_down_and_pages_meet_without_a_gap(organization, listed):
    fields, found = custom_fields(organization, "invoices"), Invoice.objects.of(organization)
    for kind, (_values, up, down) in CASES.items():
        for sort, expected in ((f"cf_{kind}", up), (f"-cf_{kind}", down)):
            sorting = fields.sorting(sort)
            assert [int(one.number) for one in sorting.ordered(found)] == expected, sort
            for size in (1, 2, 3, 5):
                read, after, first = [], "", True
                while first or after:
                    rows, after = sorting.slice_of(found, after=after, size=size)
                    read += [int(one.number) for one in rows]
                    first = False
                assert read == expected, (sort, size)
            for nonsense in ("", "x", "7", "~", "0!", "1~x", "9~NaN", "9~1e99", f"{2**63}~1"):
                assert sorting.slice_of(found, after=nonsense, size=1)[0] is not None
    assert fields.sorting("cf_long_text") is fields.sorting("cf_choices") is fields.sorting("-cf_none") is None


def test_a_heading_sorts_more_goes_on_and_the_file_is_in_that_order(organization, as_boss, listed, monkeypatch):
    monkeypatch.setattr(lists, "SIZE", 2)
    address = url(Kind.INVOICE, "list", organization)
    as_boss.post(url(Kind.INVOICE, "columns", organization), {"column": ["cf_integer", "cf_long_text"]})
    plain = as_boss.get(address).content.decode()
    assert "?sort=cf_integer" in plain
    assert "sort=cf_long_text" not in plain
    page = as_boss.get(address, {"sort": "-cf_integer", "cf_integer__gte": "-5"})
    assert 'aria-sort="descending"' in page.content.decode()
    numbers = [row.document.number for row in page.context["rows"]]
    more = {"sort": "-cf_integer", "cf_integer__gte": "-5", "after": page.context["after"]}
    rest = as_boss.get(address, more, headers={"HX-Request": "true"})
    assert [*numbers, *(row.document.number for row in rest.context["rows"])] == ["4", "0", "1", "3"]
    assert rest.context["after"] == ""
    file = as_boss.get(page.context["export_csv"])
    told = list(csv.reader(io.StringIO(b"".join(file.streaming_content).decode("utf-8-sig"))))
    assert [row[0] for row in told[1:]] == ["4", "0", "1", "3"]
    unknown = as_boss.get(address, {"sort": "cf_long_text"})
    assert unknown.context["sort"] == "-date"


def test_it_costs_the_same_however_many_there_are(
    organization, as_boss, actor, listed, draft, django_assert_num_queries
):
    address = url(Kind.INVOICE, "list", organization)
    as_boss.get(address)
    with django_assert_num_queries(QUERIES):
        as_boss.get(address, {"sort": "cf_text"})
    for place, invoice in enumerate([*listed, *(draft(Kind.INVOICE, number=f"N{n}") for n in range(46))]):
        update_document(actor=actor, document=invoice, values={"cf_text": f"Site {place}"})
    with django_assert_num_queries(QUERIES - 1):
        as_boss.get(address, {"sort": "cf_text"})
    with django_assert_num_queries(QUERIES - 2):
        as_boss.get(address)
