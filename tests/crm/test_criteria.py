"""Criteria: PostgreSQL keeps exactly the records that a slow reading in Python keeps."""

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from crm.access import access
from crm.choices import Level
from crm.criteria.fields import LISTED, VALUELESS, FieldKind
from crm.criteria.periods import PERIODS, Calendar
from crm.criteria.tree import MOST_CRITERIA, _count
from crm.models import RECORDS, Account, Contact, ModuleRight
from crm.selectors.criteria import _SEARCHED, criteria_filter, filter_fields
from finsuite.kernel.errors import Refused
from finsuite.kernel.folding import definition
from finsuite.kernel.text import fold
from tests import factories
from tests.crm.criteria.by_hand import meets

NOW = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)  # already the 22nd in Paris
PARIS = ZoneInfo("Europe/Paris")
TEXTS = [
    "Énergie",
    "energie",
    "STEEL works",
    "steel",
    "Straße 5",
    "Œuvre d’art",
    "100 %",
    "a_b",
    "Łódź",
    "energie  verte",
]
TAGS = ["VIP", "vip", "clé", "Cle", "a b"]
PIECES = [*TEXTS, "é", "e", "%", "_", "oeuvre", "STRASSE", "b", "lodz"]
NUMBERS = [0, 1, 10, 11, 250]
AMOUNTS = ["0", "0.01", "99.99", "100", "100000000"]
DAYS = ["2026-11-21", "2026-11-22", "2026-10-01", "2025-12-31", "2024-02-29"]


def values(field, ids, users):
    """Values that fit the field."""
    if field.kind is FieldKind.RECORD:
        return st.sampled_from([*users, "me"] if field.target == "users" else ids)
    days = [*DAYS, *PERIODS, "last_30_days", "next_90_days"]
    return {
        FieldKind.TEXT: st.sampled_from(PIECES),
        FieldKind.TAGS: st.sampled_from(TAGS),
        FieldKind.NUMBER: st.sampled_from(NUMBERS),
        FieldKind.MONEY: st.sampled_from(AMOUNTS),
        FieldKind.DATE: st.sampled_from(days),
        FieldKind.MOMENT: st.sampled_from(days),
        FieldKind.YES_NO: st.booleans(),
    }[field.kind]


def pairs(field):
    """A lower and an upper bound."""
    known = {FieldKind.NUMBER: NUMBERS, FieldKind.MONEY: AMOUNTS}.get(field.kind, sorted(DAYS))
    return st.tuples(*[st.integers(0, len(known) - 1)] * 2).map(lambda two: [known[at] for at in sorted(two)])


def leaf(field, comparator, ids, users):
    """A criterion of this field and comparator."""
    named = {"field": st.just(field.name), "comparator": st.just(comparator)}
    if comparator in VALUELESS:
        return st.fixed_dictionaries(named)
    value = pairs(field) if comparator == "between" else values(field, ids, users)
    listed = st.lists(value, min_size=1, max_size=3) if comparator in LISTED else value
    return st.fixed_dictionaries({**named, "value": listed})


def entries(fields, ids, users):
    """Criteria on any of these fields, in groups up to three deep."""
    asked = [(field, comparator) for field in fields for comparator in field.comparators]
    criterion = st.sampled_from(asked).flatmap(lambda pair: leaf(*pair, ids, users))
    tree = criterion
    for _level in range(3):
        parts = st.lists(tree, min_size=1, max_size=3)
        tree = criterion | parts.map(lambda found: {"any": found}) | parts.map(lambda found: {"all": found})
    return st.lists(tree, max_size=2)


@pytest.fixture
def filled(organization, admin, standard):
    """Accounts and contacts of every description, made of a few values so that criteria meet them."""
    dice = random.Random(7)
    owners = [None, admin.pk, standard.pk]
    accounts = [
        factories.account(
            organization,
            name=f"{dice.choice(TEXTS)} {number}",
            industry=dice.choice(["", *TEXTS]),
            billing_city=dice.choice(["", *TEXTS]),
            employees=dice.choice([None, *NUMBERS]),
            annual_revenue=dice.choice([None, *AMOUNTS]),
            owner_id=dice.choice(owners),
            tags=dice.sample(TAGS, dice.randint(0, 2)),
        )
        for number in range(40)
    ]
    for account in accounts:
        account.parent = dice.choice([None, accounts[0], accounts[1]]) if account not in accounts[:2] else None
        account.created_at = NOW + timedelta(
            days=dice.choice([0, -1, -7, -40, -400, 1, 30]), minutes=dice.randint(0, 90)
        )
        account.save(update_fields=["parent", "created_at"])
    for number in range(25):
        factories.contact(
            organization,
            last_name=f"{dice.choice(TEXTS)} {number}",
            account_id=dice.choice([None, accounts[0].pk, accounts[2].pk]),
            email_opt_out=dice.choice([True, False]),
            date_of_birth=dice.choice(
                [None, *(date.fromisoformat(day) for day in ("2026-10-01", "2025-12-31", "2024-02-29"))]
            ),
        )
    return organization


NAMES = {
    "accounts": (
        "name",
        "industry",
        "billing_city",
        "employees",
        "annual_revenue",
        "created_at",
        "owner",
        "parent",
        "tags",
    ),
    "contacts": ("last_name", "account", "email_opt_out", "date_of_birth", "department"),
}


@pytest.mark.parametrize("module", ["accounts", "contacts"])
def test_the_database_keeps_what_a_reading_by_hand_keeps(filled, admin, standard, module):
    model = RECORDS[module]
    fields = filter_fields(filled, module)
    people = (admin.pk, standard.pk)
    ids = list(Account.objects.order_by("pk").values_list("pk", flat=True)[:3])
    records = list(model.objects.order_by("pk"))
    calendar = Calendar(NOW.astimezone(PARIS).date(), PARIS)

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def agree(data):
        criteria = data.draw(entries([fields[name] for name in NAMES[module]], ids, people))
        assume(_count(criteria) <= MOST_CRITERIA)
        kept = model.objects.filter(criteria_filter(filled, module, criteria, user_id=admin.pk, now=NOW))
        by_hand = [record.pk for record in records if meets(record, criteria, calendar, admin.pk)]
        assert list(kept.order_by("pk").values_list("pk", flat=True)) == by_hand

    agree()


def test_every_letter_is_folded_in_the_database_as_in_python(db):
    from django.db import connection

    blocks = ((0x20, 0x58F), (0x10A0, 0x10FF), (0x1E00, 0x1FFF), (0x2000, 0x206F), (0x3040, 0x30FF), (0xFB00, 0xFB06))
    letters = [chr(code) for first, last in blocks for code in range(first, last + 1)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT letter, fold_text(letter) FROM unnest(%s) letter", [letters])
        assert [found for found in cursor.fetchall() if found[1] != fold(found[0])] == []
        cursor.execute("SELECT fold_text(NULL), fold_text(''), fold_text(%s)", ["  Ça   \n va "])
        assert cursor.fetchone() == (None, "", "ca va")
    assert "fold_text" in definition()


def test_what_the_search_index_is_asked_for_is_in_it(organization):
    for module, names in _SEARCHED.items():
        record = RECORDS[module](**{name: f"value of {name}" for name in names})
        record.set_keys()
        for name in names:
            assert set(f"value of {name}".split()) <= set(record.search_text.split())


@pytest.mark.parametrize(
    ("comparator", "value"),
    [("contains", "bora bora ho"), ("is", "Bora  Bôra Hotel"), ("starts_with", "bora b"), ("ends_with", "ora hotel")],
)
def test_a_word_that_a_name_has_twice_is_asked_for_twice(organization, comparator, value):
    factories.account(organization, "Bora Bora Hotel", billing_city="Hotel")
    factories.account(organization, "Bora Hotel")
    criteria = [{"field": "name", "comparator": comparator, "value": value}]
    kept = Account.objects.of(organization).filter(criteria_filter(organization, "accounts", criteria))
    found = sorted(kept.values_list("name", flat=True))
    assert found == (["Bora Bora Hotel", "Bora Hotel"] if comparator == "ends_with" else ["Bora Bora Hotel"])


@pytest.mark.parametrize(
    ("criteria", "place"),
    [
        ([{"any": [{"field": "nonsense", "comparator": "is", "value": 1}]}], "criteria.0.any.0"),
        ([{"all": [{"any": [{"field": "name", "comparator": "empty"}, 5]}]}], "criteria.0.all.0.any.1"),
        ([{"any": []}], "criteria.0"),
        ([{"any": {}}], "criteria.0"),
        ([{"any": [{"field": "name", "comparator": "empty"}], "all": []}], "criteria.0"),
        ([{"any": [{"any": [{"any": [{"any": [{"field": "name"}]}]}]}]}], "criteria.0.any.0.any.0.any.0"),
        ([{"any": [{"field": "name", "comparator": "empty"}] * 26}], "criteria"),
        ([{"field": "employees", "comparator": "between", "value": [5]}], "criteria.0"),
        ([{"field": "employees", "comparator": "between", "value": [5, 1]}], "criteria.0"),
        ([{"field": "created_at", "comparator": "is", "value": "this_decade"}], "criteria.0"),
        ([{"field": "parent", "comparator": "is", "value": "me"}], "criteria.0"),
        ([{"field": "name", "comparator": "contains", "value": "\u0301"}], "criteria.0"),
        ([{"field": "name", "comparator": "not_in", "value": ["x"] * 201}], "criteria.0"),
    ],
)
def test_a_refusal_names_its_place_in_the_tree(organization, criteria, place):
    with pytest.raises(Refused) as refused:
        criteria_filter(organization, "accounts", criteria)
    assert list(refused.value.fields) == [place]


def test_a_tree_as_deep_as_memory_is_refused_not_followed(organization):
    criteria = {"field": "name", "comparator": "not_empty"}
    for _level in range(5000):
        criteria = {"any": [criteria]}
    with pytest.raises(Refused):
        criteria_filter(organization, "accounts", [criteria])


def test_me_is_who_asks_and_nobody_where_nobody_asks(organization, admin, standard):
    factories.account(organization, name="Hers", owner_id=admin.pk)
    factories.account(organization, name="Nobody's")
    mine = [{"field": "owner", "comparator": "is", "value": "me"}]

    def kept(scope):
        return list(Account.objects.filter(criteria_filter(scope, "accounts", mine)).values_list("name", flat=True))

    assert kept(access(admin, organization.pk)) == ["Hers"]
    assert kept(access(standard, organization.pk)) == []
    assert kept(organization) == []


def test_a_reference_that_one_may_not_see_is_empty(organization, reader):
    account = factories.account(organization, name="Secret")
    factories.contact(organization, last_name="Martin", account_id=account.pk)
    ModuleRight.objects.filter(profile__memberships__user=reader, module="accounts").update(level=Level.NONE)
    closed = access(reader, organization.pk)

    def kept(scope, comparator, value=None):
        asked = [{"field": "account", "comparator": comparator, "value": value}]
        if value is None:
            del asked[0]["value"]
        return Contact.objects.filter(criteria_filter(scope, "contacts", asked)).count()

    assert [kept(organization, "is", account.pk), kept(organization, "empty")] == [1, 0]
    assert [kept(closed, "is", account.pk), kept(closed, "in", [account.pk]), kept(closed, "not_empty")] == [0, 0, 0]
    assert [kept(closed, "is_not", account.pk), kept(closed, "empty")] == [1, 1]
