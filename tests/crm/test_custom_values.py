"""Writing custom values with records: cleaned, defaulted, required, unique, told in the history."""

from __future__ import annotations

import pytest

from audit.models import Entry
from crm.access import of_actor
from crm.models import Account, CustomValue
from crm.selectors.custom_fields import custom_fields
from crm.selectors.history import history
from crm.services.accounts import ACCOUNTS, create_account, create_accounts, update_account, update_accounts
from crm.services.custom_fields import update_custom_field
from crm.services.kinds import KINDS
from crm.services.records import create_one
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Refused
from tests import factories
from tests.crm.test_custom_fields import field

FAULTS = [
    ("text", "x" * 256, "Grade can have at most 255 characters; this has 256."),
    ("text", 7, "Grade must be text."),
    ("text", "a\x00b", "Grade contains a character that can't be stored."),
    ("integer", "1.5", "Grade must be a whole number."),
    ("integer", 1.0, "Grade must be a number, such as 1234.50."),
    ("integer", 10**15, "Grade can have at most 15 digits."),
    ("decimal", "1.234", "Grade can have at most 2 decimals."),
    ("money", "1.234", "Grade can have at most 2 decimals."),
    ("date", "2026-02-30", "Grade must be a day, such as 2026-11-21."),
    ("moment", "2026-11-21T18:30:00", "Grade must be a moment, such as 2026-11-21T18:30:00Z."),
    ("yes_no", "yes", "Grade must be yes or no."),
    ("choice", "bronze", "Grade must be one of: gold (Gold), silver (Silver)."),
    ("choices", ["gold", "bronze"], "Grade must be a list of these: gold (Gold), silver (Silver)."),
    ("email", "anna", "Grade must be an e-mail address, such as anna@example.com."),
    ("phone", "call me", "Grade must be a telephone number, such as +33 1 23 45 67 89."),
    ("url", "javascript:alert(1)", "Grade must be a web address, such as www.example.com."),
]
CHOICES = {"choices": ["Gold", "Silver"]}


def of_kind(organization, kind, **values):
    return field(organization, kind=kind, **(CHOICES if kind in ("choice", "choices") else {}), **values)


@pytest.mark.parametrize(("kind", "given", "sentence"), FAULTS)
def test_a_value_that_can_not_be_is_refused_by_the_fields_name(organization, actor, kind, given, sentence):
    of_kind(organization, kind)
    with pytest.raises(Refused) as refused:
        create_account(actor=actor, organization=organization, values={"name": "Acme", "cf_grade": given})
    assert refused.value.fields == {"cf_grade": [sentence]}
    assert not Account.objects.exists()


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        ("text", "  two\r\nlines ", "two lines"),
        ("long_text", "two\r\nlines ", "two\nlines"),
        ("integer", "0012", 12),
        ("decimal", "12.50", "12.5"),
        ("money", "-0.00", "0"),
        ("date", "2026-11-21", "2026-11-21"),
        ("moment", "2026-11-21T18:30:00.123+01:00", "2026-11-21T17:30:00Z"),
        ("yes_no", True, True),
        ("choice", "gold", "gold"),
        ("choices", ["silver", "gold", "gold"], ["gold", "silver"]),
        ("email", " anna@example.com", "anna@example.com"),
        ("phone", "+33 1 22 33 44 55", "+33 1 22 33 44 55"),
        ("url", "www.example.com", "www.example.com"),
    ],
)
def test_a_value_is_kept_in_its_one_form_and_nothing_changed_writes_nothing(organization, actor, kind, given, kept):
    of_kind(organization, kind)
    account = create_account(actor=actor, organization=organization, values={"name": "Acme", "cf_grade": given})
    assert Account.objects.get().custom == {"grade": kept}
    entries = Entry.objects.count()
    update_account(actor=actor, account=account, values={"cf_grade": given})
    assert Account.objects.get().updated_at == account.updated_at
    assert Entry.objects.count() == entries
    for empty in (None, ""):
        update_account(actor=actor, account=account, values={"cf_grade": empty})
        assert Account.objects.get().custom == {}
    assert not CustomValue.objects.exists()


def test_a_field_that_there_is_not_is_refused_by_name(organization, actor):
    of_kind(organization, "text", is_active=False)
    for values in ({"cf_grade": "A"}, {"cf_colour": "A"}):
        with pytest.raises(Refused) as refused:
            create_account(actor=actor, organization=organization, values={"name": "Acme", **values})
        assert refused.value.code == "unknown_field"
        assert list(refused.value.fields) == list(values)
    assert not Account.objects.exists()


def test_new_records_get_the_defaults_unless_they_say_something_else(organization, actor):
    of_kind(organization, "choice", default="silver")
    field(organization, "VIP", "yes_no", default=True)
    silent = create_account(actor=actor, organization=organization, values={"name": "A"})
    outspoken = create_account(
        actor=actor, organization=organization, values={"name": "B", "cf_grade": "gold", "cf_vip": False}
    )
    assert (silent.custom, outspoken.custom) == ({"grade": "silver", "vip": True}, {"grade": "gold"})


def test_a_required_field_is_asked_of_people_and_not_of_what_they_leave_alone(organization, actor):
    old = factories.account(organization, "Old")
    of_kind(organization, "text", is_required=True)
    with pytest.raises(Refused) as refused:
        create_account(actor=actor, organization=organization, values={"name": "New"})
    assert refused.value.fields == {"cf_grade": ["Grade is required."]}
    assert factories.account(organization, "By a machine").custom == {}
    update_account(actor=actor, account=old, values={"phone": "1", "cf_grade": ""})
    update_account(actor=actor, account=old, values={"cf_grade": "A"})
    with pytest.raises(Refused):
        update_account(actor=actor, account=old, values={"cf_grade": ""})
    assert Account.objects.get(pk=old.pk).custom == {"grade": "A"}


def test_a_retired_choice_stays_where_it_is_and_comes_nowhere_else(organization, actor):
    made = of_kind(organization, "choice")
    holder = factories.account(organization, "Holder", cf_grade="gold")
    other = factories.account(organization, "Other")
    update_custom_field(actor=factories.SYSTEM, field=made, values={"choices": [{"key": "silver", "label": "Silver"}]})
    update_account(actor=actor, account=holder, values={"phone": "1", "cf_grade": "gold"})
    with pytest.raises(Refused):
        update_account(actor=actor, account=other, values={"cf_grade": "gold"})
    assert Account.objects.get(pk=holder.pk).custom == {"grade": "gold"}


def test_a_unique_value_is_refused_to_a_second_record_whatever_its_capitals(organization, actor):
    of_kind(organization, "text", is_unique=True)
    factories.account(organization, "First", cf_grade="Été 1")
    with pytest.raises(Refused) as refused:
        create_account(actor=actor, organization=organization, values={"name": "B", "cf_grade": "ETE 1"})
    sentence = "Grade must be unique, and another record already has this value."
    assert refused.value.fields == {"cf_grade": [sentence]}
    assert [account.name for account in Account.objects.all()] == ["First"]


def test_within_one_batch_the_first_has_the_unique_value(organization, actor):
    of_kind(organization, "integer", is_unique=True)
    rows = [{"name": "A", "cf_grade": 1}, {"name": "B", "cf_grade": 1}, {"name": "C", "cf_grade": 2}, {"name": "D"}]
    made = create_accounts(actor=actor, organization=organization, rows=rows)
    assert [isinstance(one, Refused) for one in made] == [False, True, False, False]
    assert sorted(account.name for account in Account.objects.all()) == ["A", "C", "D"]


def test_the_same_value_may_be_unique_in_every_organization(organization, outsider):
    from crm.models import Organization

    for place in Organization.objects.all():
        of_kind(place, "text", is_unique=True)
        factories.account(place, cf_grade="Same")
    assert Account.objects.count() == 2


def test_many_records_get_their_custom_values_in_one_go(organization, actor, django_assert_num_queries):
    of_kind(organization, "integer")
    first, second = (factories.account(organization, name) for name in ("A", "B"))
    with django_assert_num_queries(7):
        update_accounts(
            actor=actor,
            organization=organization,
            changes=[(first.pk, {"cf_grade": 1}), (second.pk, {"cf_grade": 2, "phone": "1"})],
        )
    assert [account.custom for account in Account.objects.order_by("pk")] == [{"grade": 1}, {"grade": 2}]


@pytest.mark.parametrize("module", list(KINDS))
def test_records_of_every_module_have_custom_fields(organization, actor, module):
    field(organization, module=module)
    kind = KINDS[module]
    record = create_one(kind, actor=actor, organization=organization, values={kind.required: "X", "cf_grade": "A"})
    assert type(record).objects.get().custom == {"grade": "A"}
    assert CustomValue.objects.get().record_id == record.pk


def test_the_history_tells_custom_values_in_words(organization, actor, django_assert_num_queries):
    made = of_kind(organization, "choice")
    vip = field(organization, "VIP", "yes_no")
    account = create_account(actor=actor, organization=organization, values={"name": "A", "cf_grade": "gold"})
    update_account(actor=actor, account=account, values={"cf_grade": "silver", "cf_vip": True})
    update_custom_field(
        actor=factories.SYSTEM,
        field=made,
        values={"label": "Tier", "choices": [{"key": "gold", "label": "Platinum"}, {"key": "silver", "label": "Tin"}]},
    )
    update_custom_field(actor=factories.SYSTEM, field=vip, values={"is_active": False})
    access = of_actor(actor, organization)
    with django_assert_num_queries(3):
        told, _more = history(access, account)
    assert {(one.label, one.before, one.after) for one in told[0].details} == {
        ("Tier", "Platinum", "Tin"),
        ("VIP", "No", "Yes"),
    }
    assert ("Tier", "", "Platinum") in [(one.label, one.before, one.after) for one in told[1].details]
    assert [one.label for one in custom_fields(organization, "accounts")] == ["Tier"]


def test_a_plan_tells_custom_changes_and_saves_nothing(organization, actor):
    from crm.services.records import plan

    of_kind(organization, "text")
    account = factories.account(organization)
    access = of_actor(actor, organization)
    (planned,) = plan(ACCOUNTS, actor=actor, access=access, changes=[(account.pk, {"cf_grade": "A"})])
    assert (planned.change.before, planned.change.after) == ({"cf_grade": None}, {"cf_grade": "A"})
    assert Account.objects.get().custom == {}


def test_a_machine_may_put_back_what_a_retired_field_held(organization, actor):
    of_kind(organization, "text", is_active=False)
    account = factories.account(organization, cf_grade="A")
    assert Account.objects.get(pk=account.pk).custom == {"grade": "A"}
    with pytest.raises(Refused):
        update_account(actor=Actor(user_id=actor.user_id, label="x"), account=account, values={"cf_grade": "B"})
