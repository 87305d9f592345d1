"""Defining custom fields, and the index of values that the database keeps by itself."""

from __future__ import annotations

from decimal import Decimal

import pytest

from audit.models import Entry
from crm.models import Account, CustomField, CustomValue, Organization
from crm.selectors.custom_fields import counted, custom_fields
from crm.services.custom_fields import (
    create_custom_field,
    delete_custom_field,
    order_custom_fields,
    update_custom_field,
)
from finsuite.kernel.errors import NotPermitted, Refused
from tests import factories

ADMIN = factories.SYSTEM


def field(organization, label="Grade", kind="text", module="accounts", **values) -> CustomField:
    return factories.crm_field(organization, label, kind=kind, module=module, **values)


def held(field: CustomField) -> list:
    rows = CustomValue.objects.filter(field=field).order_by("record_id", "key")
    return [row.number if row.key is None else row.key for row in rows]


def test_a_key_is_made_from_the_label_and_never_given_twice(organization):
    first = field(organization, "Échéance du contrat")
    assert first.key == "echeance_du_contrat"
    delete_custom_field(actor=ADMIN, field=first)
    assert field(organization, "Echeance du contrat").key == "echeance_du_contrat_2"


def test_two_fields_of_a_module_have_different_labels(organization):
    field(organization, "Grade")
    with pytest.raises(Refused) as refused:
        field(organization, "GRÀDE")
    assert refused.value.fields == {"label": ["Another custom field has this label."]}
    assert field(organization, "Grade", module="contacts").key == "grade"


def test_the_organization_knows_which_modules_have_fields(organization, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert not custom_fields(organization, "accounts")
    made = field(organization)
    with django_assert_num_queries(1):
        assert [one.label for one in custom_fields(organization, "accounts")] == ["Grade"]
    delete_custom_field(actor=ADMIN, field=made)
    assert Organization.objects.get(pk=organization.pk).extended == []


def test_only_those_who_may_set_up_define_fields(organization, standard):
    from finsuite.kernel.actors import Actor

    with pytest.raises(NotPermitted):
        create_custom_field(
            actor=Actor.person(standard),
            organization=organization,
            values={"module": "accounts", "label": "Grade", "kind": "text"},
        )
    assert not CustomField.objects.exists()


@pytest.mark.parametrize(
    ("values", "at_fault"),
    [
        ({"kind": "colour"}, "kind"),
        ({"label": " "}, "label"),
        ({"kind": "choice"}, "choices"),
        ({"kind": "choice", "choices": ["A", "a"]}, "choices"),
        ({"kind": "yes_no", "is_required": True}, "is_required"),
        ({"kind": "choice", "choices": ["A"], "is_unique": True}, "is_unique"),
        ({"kind": "integer", "default": "x"}, "default"),
        ({"is_unique": True, "default": "x"}, "default"),
        ({"kind": "decimal", "places": 12}, "places"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_definition_that_can_not_be_is_refused_by_name(organization, values, at_fault):
    with pytest.raises(Refused) as refused:
        field(organization, **values)
    assert list(refused.value.fields) == [at_fault]
    assert not CustomField.objects.exists()


def test_there_are_at_most_44_fields(organization):
    for number in range(44):
        field(organization, f"Field {number}")
    with pytest.raises(Refused) as refused:
        field(organization, "One more")
    assert refused.value.code == "too_many"


def test_a_renamed_choice_is_the_same_one_and_one_left_out_is_retired(organization):
    made = field(organization, kind="choice", choices=["Gold", "Silver"])
    assert made.choices == [
        {"key": "gold", "label": "Gold", "active": True},
        {"key": "silver", "label": "Silver", "active": True},
    ]
    changed = update_custom_field(
        actor=ADMIN, field=made, values={"choices": [{"key": "gold", "label": "Platinum"}, "Bronze"]}
    )
    assert changed.choices == [
        {"key": "gold", "label": "Platinum", "active": True},
        {"key": "bronze", "label": "Bronze", "active": True},
        {"key": "silver", "label": "Silver", "active": False},
    ]


def test_a_field_saved_as_it_was_leaves_no_trace(organization):
    made = field(organization, kind="choice", choices=["Gold"])
    entries = Entry.objects.count()
    same = update_custom_field(
        actor=ADMIN, field=made, values={"label": "Grade", "choices": [{"key": "gold", "label": "Gold"}]}
    )
    assert same.updated_at == CustomField.objects.get(pk=made.pk).updated_at
    assert Entry.objects.count() == entries


def test_fields_stand_in_the_order_they_are_put_in(organization):
    one, _two, three = (field(organization, label) for label in ("A", "B", "C"))
    order_custom_fields(actor=ADMIN, organization=organization, module="accounts", ids=[three.pk, one.pk])
    assert [one.label for one in custom_fields(organization, "accounts")] == ["C", "A", "B"]


KEPT = [
    ("text", "Réf. ÉTÉ", ["ref. ete"]),
    ("long_text", "Straße", ["strasse"]),
    ("integer", 12, [Decimal(12)]),
    ("decimal", "12.5", [Decimal("12.5")]),
    ("money", "-3", [Decimal(-3)]),
    ("date", "1970-01-11", [Decimal(10)]),
    ("moment", "1970-01-01T00:01:00Z", [Decimal(60)]),
    ("yes_no", True, [Decimal(1)]),
    ("choice", "gold", ["gold"]),
    ("choices", ["gold", "silver"], ["gold", "silver"]),
    ("email", "Anna@Example.com", ["anna@example.com"]),
    ("integer", "no number", []),
]


@pytest.mark.parametrize(("kind", "value", "form"), KEPT)
def test_the_database_keeps_every_value_in_a_form_that_can_be_compared(organization, kind, value, form):
    made = field(organization, kind=kind, **({"choices": ["Gold", "Silver"]} if kind.startswith("choice") else {}))
    account = factories.account(organization)
    Account.objects.filter(pk=account.pk).update(custom={made.key: value})
    assert held(made) == form
    Account.objects.filter(pk=account.pk).update(custom={})
    assert held(made) == []


def test_the_index_follows_records_that_go(organization):
    made = field(organization)
    account = factories.account(organization)
    Account.objects.filter(pk=account.pk).update(custom={made.key: "A"})
    Account.objects.filter(pk=account.pk).delete()
    assert held(made) == []


def test_a_field_can_become_unique_only_while_its_values_are(organization):
    made = field(organization)
    for name in ("One", "Two"):
        account = factories.account(organization, name)
        Account.objects.filter(pk=account.pk).update(custom={made.key: "Same"})
    with pytest.raises(Refused) as refused:
        update_custom_field(actor=ADMIN, field=made, values={"is_unique": True})
    assert refused.value.fields == {
        "is_unique": ["1 value is held by several records. Make it differ, then make the field unique."]
    }
    assert not CustomField.objects.get(pk=made.pk).is_unique


def test_the_kind_is_fixed_once_a_record_holds_a_value(organization):
    made = field(organization)
    made = update_custom_field(actor=ADMIN, field=made, values={"kind": "email"})
    account = factories.account(organization)
    Account.objects.filter(pk=account.pk).update(custom={made.key: "a@example.com"})
    with pytest.raises(Refused) as refused:
        update_custom_field(actor=ADMIN, field=made, values={"kind": "text"})
    assert list(refused.value.fields) == ["kind"]
    assert counted(organization, "accounts").get().uses == 1


def test_a_deleted_field_takes_its_values_along_and_the_history_keeps_them(organization):
    made = field(organization)
    kept = field(organization, "Other")
    account = factories.account(organization)
    Account.objects.filter(pk=account.pk).update(custom={made.key: "A", kept.key: "B"})
    assert delete_custom_field(actor=ADMIN, field=made) == 1
    assert Account.objects.get(pk=account.pk).custom == {"other": "B"}
    entry = Entry.objects.filter(kind="crm.account", verb="updated").latest("id")
    assert (entry.before, entry.after) == ({"cf_grade": "A"}, {"cf_grade": None})
    assert [one.label for one in custom_fields(organization, "accounts")] == ["Other"]
