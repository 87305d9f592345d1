"""Criteria on custom fields: every kind by each of its comparators."""

from __future__ import annotations

import datetime as dt

import pytest

from crm.access import of_actor
from crm.models import Account, CustomValue
from crm.selectors.criteria import criteria_filter, filter_fields
from crm.services.custom_fields import update_custom_field
from finsuite.kernel.custom_fields import queries
from finsuite.kernel.custom_fields.kinds import TEXTS
from finsuite.kernel.custom_fields.queries import sorted_by
from finsuite.kernel.errors import Refused
from tests import factories
from tests.crm.test_custom_fields import field

CHOICES = {"choices": ["Gold", "Silver", "Bronze"]}
VALUES = {
    "text": ("Ref 100", "Réf ÉTÉ", "other"),
    "long_text": ("one\n" + "x" * 500 + " END", "Straße", "two"),
    "integer": (1, 20, 300),
    "decimal": ("0.5", "10", "9.99"),
    "money": ("-1", "2", "30"),
    "date": ("2026-01-31", "2026-11-21", "2027-01-01"),
    "moment": ("2026-01-31T23:30:00Z", "2026-11-21T10:00:00Z", "2027-01-01T00:00:00Z"),
    "choice": ("gold", "silver", "bronze"),
    "choices": (["gold"], ["gold", "silver"], ["bronze"]),
    "email": ("Anna@Example.com", "bob@example.com", "carl@test.fr"),
    "phone": ("+33 1", "+44 2", "+33 3"),
    "url": ("www.a.fr", "https://b.com", "c.fr"),
}
CASES = [
    ("text", "is", "REF 100", "A"),
    ("text", "is_not", "ref 100", "BCD"),
    ("text", "contains", "ete", "B"),
    ("text", "not_contains", "ref", "CD"),
    ("text", "starts_with", "ref", "AB"),
    ("text", "ends_with", "00", "A"),
    ("text", "in", ["other", "ref ete"], "BC"),
    ("text", "empty", None, "D"),
    ("text", "not_empty", None, "ABC"),
    ("long_text", "contains", "END", "A"),
    ("long_text", "is", "strasse", "B"),
    ("integer", "is", 20, "B"),
    ("integer", "gte", 20, "BC"),
    ("integer", "between", [2, 300], "BC"),
    ("integer", "is_not", 20, "ACD"),
    ("decimal", "gt", "9.99", "B"),
    ("decimal", "in", ["0.50", "10"], "AB"),
    ("money", "lt", 0, "A"),
    ("date", "is", "2026-11-21", "B"),
    ("date", "lte", "2026-11-21", "AB"),
    ("date", "between", ["2026-01-01", "2026-12-31"], "AB"),
    ("moment", "is", "2026-02-01", "A"),  # half past eleven at night in London is the next day in Paris
    ("moment", "gt", "2026-02-01", "BC"),
    ("choice", "is", "gold", "A"),
    ("choice", "not_in", ["gold", "silver"], "CD"),
    ("choices", "is", "gold", "AB"),
    ("choices", "empty", None, "D"),
    ("email", "is", "anna@example.com", "A"),
    ("phone", "starts_with", "+33", "AC"),
    ("url", "contains", "b.com", "B"),
]


def furnished(organization, kind):
    made = field(organization, kind=kind, **(CHOICES if kind in ("choice", "choices") else {}))
    for name, value in zip("ABC", VALUES[kind], strict=True):
        factories.account(organization, name, cf_grade=value)
    factories.account(organization, "D")
    return made


def kept(scope, comparator, value=None) -> str:
    criterion = {"field": "cf_grade", "comparator": comparator} | ({} if value is None else {"value": value})
    rows = Account.objects.filter(criteria_filter(scope, "accounts", [criterion]))
    return "".join(sorted(row.name for row in rows))


@pytest.mark.parametrize(("kind", "comparator", "value", "names"), CASES)
def test_each_kind_is_compared_its_own_way(organization, actor, kind, comparator, value, names):
    furnished(organization, kind)
    assert kept(of_actor(actor, organization), comparator, value) == names


@pytest.mark.parametrize(("kind", "comparator", "value", "names"), [case for case in CASES if case[0] not in TEXTS])
def test_the_answer_is_the_same_where_many_hold_it(organization, actor, kind, comparator, value, names, monkeypatch):
    monkeypatch.setattr(queries, "FEW", 0)
    furnished(organization, kind)
    assert kept(of_actor(actor, organization), comparator, value) == names


@pytest.mark.parametrize(
    ("kind", "comparator", "value"),
    [
        ("integer", "gte", 20),
        ("integer", "is_not", 20),
        ("integer", "between", [2, 300]),
        ("decimal", "in", ["0.50", "10"]),
        ("date", "between", ["2026-01-01", "2026-12-31"]),
        ("moment", "is", "2026-02-01"),
        ("choice", "is", "gold"),
        ("choices", "in", ["gold", "silver"]),
    ],
)
def test_whether_few_hold_it_is_asked_once(organization, actor, kind, comparator, value, django_assert_num_queries):
    furnished(organization, kind)
    access = of_actor(actor, organization)
    filter_fields(access, "accounts")
    criterion = {"field": "cf_grade", "comparator": comparator, "value": value}
    with django_assert_num_queries(1):
        criteria_filter(access, "accounts", [criterion])


def test_nothing_is_asked_beforehand_about_texts(organization, actor, django_assert_num_queries):
    furnished(organization, "text")
    access = of_actor(actor, organization)
    filter_fields(access, "accounts")
    with django_assert_num_queries(0):
        criteria_filter(access, "accounts", [{"field": "cf_grade", "comparator": "contains", "value": "ref"}])


@pytest.mark.parametrize(("most", "is_read_first"), [(2, True), (1, False)])
def test_up_to_so_many_are_read_before_the_rest(organization, most, is_read_first, monkeypatch):
    monkeypatch.setattr(queries, "FEW", most)
    furnished(organization, "integer")
    rows = Account.objects.filter(
        criteria_filter(organization, "accounts", [{"field": "cf_grade", "comparator": "gte", "value": 20}])
    )
    assert ("unnest(ARRAY(" in str(rows.query)) is is_read_first
    factories.account(organization, "E", cf_grade=400)
    assert sorted(row.name for row in rows) == ["B", "C", "E"]  # also what came after the question


def test_a_box_is_ticked_or_not(organization):
    field(organization, kind="yes_no")
    factories.account(organization, "A", cf_grade=True)
    factories.account(organization, "B")
    assert (kept(organization, "is", True), kept(organization, "is", False)) == ("A", "B")


def test_every_kind_can_be_compared_by_what_its_field_offers(organization):
    for kind in VALUES:
        field(organization, kind, kind, **(CHOICES if kind in ("choice", "choices") else {}))
    offered = filter_fields(organization, "accounts")
    assert {f"cf_{kind}" for kind in VALUES} < set(offered)
    assert offered["cf_choice"].options == (("gold", "Gold"), ("silver", "Silver"), ("bronze", "Bronze"))


def test_a_retired_field_is_no_criterion(organization):
    made = furnished(organization, "text")
    update_custom_field(actor=factories.SYSTEM, field=made, values={"is_active": False})
    with pytest.raises(Refused):
        kept(organization, "is", "other")


def test_another_organizations_field_finds_nothing_here(organization, outsider):
    from crm.models import Organization

    other = Organization.objects.exclude(pk=organization.pk).get()
    furnished(organization, "text")
    furnished(other, "text")
    names = Account.objects.of(other).filter(
        criteria_filter(organization, "accounts", [{"field": "cf_grade", "comparator": "not_empty"}])
    )
    assert not names.exists()


@pytest.mark.parametrize(
    ("kind", "order"),
    [("text", "CABD"), ("integer", "ABCD"), ("decimal", "ACBD"), ("date", "ABCD"), ("choice", "ABCD")],
)
def test_records_are_sorted_by_what_the_field_means(organization, kind, order):
    made = furnished(organization, kind)
    rows = Account.objects.of(organization).annotate(place=sorted_by(CustomValue, made)).order_by("place", "id")
    assert "".join(row.name for row in rows) == order


def test_a_day_and_a_moment_are_kept_as_they_are_asked_for(organization):
    from finsuite.kernel.custom_fields.queries import number_of

    made = furnished(organization, "moment")
    moment = dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)
    assert CustomValue.objects.filter(field=made, number=number_of(moment)).count() == 1
