"""Custom fields on the pages of records: in the form, on the record's page, in the list."""

from __future__ import annotations

import pytest

from crm.models import Account
from crm.services.accounts import update_account
from crm.services.custom_fields import update_custom_field
from tests import factories

CHOICES = ["Gold", "Silver"]
TYPED = {
    "text": ("A", "A"),
    "long_text": ("one\r\ntwo", "one\ntwo"),
    "integer": ("1,200,300", 1200300),
    "decimal": ("12.50", "12.5"),
    "money": ("1 234.50", "1234.5"),
    "date": ("2026-11-21", "2026-11-21"),
    "moment": ("2026-11-21T19:30", "2026-11-21T18:30:00Z"),
    "yes_no": ("on", True),
    "choice": ("gold", "gold"),
    "choices": (["silver", "gold"], ["gold", "silver"]),
    "email": ("a@example.com", "a@example.com"),
    "phone": ("+33 1", "+33 1"),
    "url": ("a.example.com", "a.example.com"),
}


def one_of_each(organization):
    for kind in TYPED:
        values = {"choices": CHOICES} if kind.startswith("choice") else {}
        factories.crm_field(organization, kind, kind=kind, **values)


def test_a_new_record_is_typed_with_fields_of_every_kind(client, at, organization):
    one_of_each(organization)
    typed = {f"cf_{kind}": given for kind, (given, _kept) in TYPED.items()}
    answer = client.post(at("accounts/new"), {"name": "Acme", "currency": "EUR", **typed})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    assert Account.objects.get().custom == {kind: kept for kind, (_given, kept) in TYPED.items()}


def test_saving_the_form_as_it_was_opened_changes_nothing(client, at, organization):
    one_of_each(organization)
    account = factories.account(organization, **{f"cf_{kind}": kept for kind, (_given, kept) in TYPED.items()})
    form = client.get(at(f"accounts/{account.pk}/edit")).context["form"]
    typed = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in typed.items() if value not in (None, "", False)}
    seen = {f"seen-{name}": form._seen(name) for name in form.fields if name != "version"}
    assert client.post(at(f"accounts/{account.pk}/edit"), {**sent, **seen}).status_code == 302
    assert Account.objects.get().updated_at == account.updated_at
    cleared = {name: value for name, value in sent.items() if not name.startswith("cf_")}
    assert client.post(at(f"accounts/{account.pk}/edit"), {**cleared, **seen}).status_code == 302
    assert Account.objects.get().custom == {}


def test_a_default_is_shown_and_can_be_taken_away(client, at, organization):
    factories.crm_field(organization, "Area", default="North")
    factories.crm_field(organization, "VIP", kind="yes_no", default=True)
    page = client.get(at("accounts/new")).content.decode()
    assert 'value="North"' in page
    client.post(at("accounts/new"), {"name": "Acme", "currency": "EUR", "cf_area": ""})
    assert Account.objects.get().custom == {}


def test_what_is_missing_or_wrong_is_told_at_its_control(client, at, organization):
    factories.crm_field(organization, "Grade", is_required=True, help_text="From A to C.")
    factories.crm_field(organization, "Size", kind="integer")
    answer = client.post(at("accounts/new"), {"name": "Acme", "currency": "EUR", "cf_size": "1.5"})
    assert answer.status_code == 422
    form = answer.context["form"]
    assert form.errors == {"cf_grade": ["Grade is required."], "cf_size": ["Size must be a whole number."]}
    assert "Required From A to C." in answer.content.decode()
    assert not Account.objects.exists()


def test_who_was_slower_sees_both_values(client, at, organization):
    one_of_each(organization)
    account = factories.account(organization, cf_choices=["gold"], cf_text="A")
    form = client.get(at(f"accounts/{account.pk}/edit")).context["form"]
    seen = {f"seen-{name}": form._seen(name) for name in form.fields if name != "version"}
    sent = {name: form[name].value() for name in form.fields if form[name].value() not in (None, "", False)}
    update_account(actor=factories.SYSTEM, account=account, values={"cf_choices": ["gold", "silver"], "cf_text": "B"})
    answer = client.post(at(f"accounts/{account.pk}/edit"), {**sent, **seen, "cf_choices": ["silver"]})
    assert answer.status_code == 409
    (clash,) = answer.context["clashes"]
    assert (clash.label, clash.theirs, clash.mine) == ("choices", "Gold, Silver", "Silver")
    assert answer.context["form"]["cf_text"].value() == "B"


def test_a_records_page_shows_them_under_their_headings(client, at, organization, django_assert_num_queries):
    factories.crm_field(organization, "Contract", section="Contract", kind="date")
    factories.crm_field(organization, "Budget", kind="money")
    factories.crm_field(organization, "Site", kind="url")
    factories.crm_field(organization, "Gone", is_active=False)
    account = factories.account(organization, cf_contract="2026-11-21", cf_budget="1234.5")
    answer = client.get(at(f"accounts/{account.pk}"))
    shown = {str(title): facts for title, facts in answer.context["sections"]}
    assert shown["Contract"] == [("Contract", "21 Nov 2026")]
    assert shown["More fields"] == [("Budget", "€1,234.50")]
    assert answer.context["empty"].endswith("Site")
    assert "Gone" not in answer.content.decode()


def test_the_list_has_a_column_for_each_and_is_sorted_by_it(client, at, organization):
    one_of_each(organization)
    factories.account(organization, "A", cf_decimal="10", cf_choices=["gold"], cf_url="a.example.com")
    factories.account(organization, "B", cf_decimal="9.99")
    answer = client.get(at("accounts/?column=cf_decimal&column=cf_choices&column=cf_url&sort=cf_decimal"))
    assert [row["name"] for row in answer.context["list"].page.rows] == ["B", "A"]
    page = answer.content.decode()
    assert '<span class="badge">Gold</span>' in page
    assert 'href="https://a.example.com"' in page


def test_a_retired_field_is_on_no_page(client, at, organization):
    made = factories.crm_field(organization, "Grade")
    account = factories.account(organization, cf_grade="Grade Z nine")
    update_custom_field(actor=factories.SYSTEM, field=made, values={"is_active": False})
    for path in ("accounts/", f"accounts/{account.pk}", f"accounts/{account.pk}/edit", "accounts/new"):
        page = client.get(at(path)).content.decode()
        assert "cf_grade" not in page
        assert "Grade Z nine" not in page
    assert "Grade Z nine" in client.get(at(f"accounts/{account.pk}/history")).content.decode()


@pytest.mark.parametrize("path", ["accounts/", "accounts/new", "accounts/{}", "accounts/{}/edit"])
def test_custom_fields_cost_a_page_one_statement(client, at, organization, path, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    path = at(path.format(factories.account(organization).pk))
    client.get(path)
    with CaptureQueriesContext(
        connection,
    ) as without:
        client.get(path)
    factories.crm_field(organization, "A")
    factories.crm_field(organization, "B")
    with django_assert_num_queries(len(without) + 1):
        client.get(path)
