"""Setup › Custom fields: list, order, add, change, preview, delete."""

from __future__ import annotations

import pytest

from crm.models import Account, CustomField
from tests import factories


@pytest.fixture
def place(at):
    return lambda path: at(f"setup/custom-fields/{path}")


CHOICE = {
    "label": "Grade",
    "kind": "choice",
    "is_active": "on",
    "choice-0-label": "Gold",
    "choice-0-active": "on",
    "choice-1-label": "Silver",
    "choice-1-active": "on",
    "choice-2-label": "",
    "default": "Silver",
}


def test_a_choice_field_is_added_with_its_choices_and_default(client, place):
    assert client.get(place("accounts/new")).status_code == 200
    assert client.post(place("accounts/new"), CHOICE).status_code == 302
    made = CustomField.objects.get()
    assert (made.key, made.module, made.kind, made.default, made.is_active) == (
        "grade",
        "accounts",
        "choice",
        "silver",
        True,
    )
    assert [choice["label"] for choice in made.choices] == ["Gold", "Silver"]


def test_a_choice_is_renamed_and_another_taken_out_of_use(client, place, organization):
    made = factories.crm_field(organization, kind="choice", choices=["Gold", "Silver"])
    account = factories.account(organization, cf_grade="gold")
    typed = {
        "label": "Tier",
        "kind": "choice",
        "is_active": "on",
        "choice-0-key": "gold",
        "choice-0-label": "Platinum",
        "choice-0-active": "on",
        "choice-1-key": "silver",
        "choice-1-label": "Silver",
    }
    assert client.post(place(made.pk), typed).status_code == 302
    made.refresh_from_db()
    assert [(one["label"], one["active"]) for one in made.choices] == [("Platinum", True), ("Silver", False)]
    assert Account.objects.get(pk=account.pk).custom == {"grade": "gold"}


def test_what_is_wrong_is_told_at_its_field(client, place):
    answer = client.post(
        place("accounts/new"), {"label": "Size", "kind": "integer", "default": "big", "is_unique": "on"}
    )
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"default": ["Size: Enter an amount in figures, for example 1234.50."]}
    answer = client.post(place("accounts/new"), {"label": "Vip", "kind": "yes_no", "is_unique": "on"})
    assert list(answer.context["form"].errors) == ["is_unique"]
    assert not CustomField.objects.exists()


def test_the_preview_shows_the_control_as_it_would_be(client, place, organization):
    page = client.post(place("accounts/preview"), CHOICE | {"help_text": "From A to C."}).content.decode()
    assert '<option value="gold">Gold</option>' in page
    assert "From A to C." in page
    made = factories.crm_field(organization, kind="choice", choices=["Gold"])
    typed = {"label": "G", "kind": "choice", "choice-0-key": "gold", "choice-0-label": "Tin", "choice-0-active": "on"}
    page = client.post(place(f"accounts/preview?field={made.pk}"), typed).content.decode()
    assert '<option value="gold">Tin</option>' in page
    assert CustomField.objects.get().label == "Grade"


def test_fields_are_put_in_order_by_dragging_and_by_buttons(client, place, organization):
    one, two, three = (factories.crm_field(organization, label) for label in "ABC")
    client.post(place("accounts/order"), {"row": [three.pk, one.pk, two.pk]})
    assert [field.label for field in CustomField.objects.order_by("position")] == ["C", "A", "B"]
    client.post(place("accounts/order"), {"row": [three.pk, one.pk, two.pk], "move": f"{two.pk}:up"})
    assert [field.label for field in CustomField.objects.order_by("position")] == ["C", "B", "A"]


def test_deleting_says_how_many_values_go_and_takes_them_along(client, place, organization):
    made = factories.crm_field(organization)
    factories.account(organization, cf_grade="A")
    assert "1 record has a value in it" in client.get(place(made.pk)).content.decode()
    assert client.post(place(f"{made.pk}/delete")).status_code == 302
    assert Account.objects.get().custom == {}
    assert client.get(place(made.pk)).status_code == 404


def test_the_list_costs_the_same_however_many_fields(client, place, organization, django_assert_num_queries):
    factories.crm_field(organization, "A")
    client.get(place("accounts"))
    with django_assert_num_queries(7):
        client.get(place("accounts"))
    for label in "BCD":
        factories.crm_field(organization, label)
    with django_assert_num_queries(7):
        client.get(place("accounts"))
    assert client.get(place("invoices")).status_code == 404
