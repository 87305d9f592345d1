"""The finance pages: who may open them, what they ask of the database, what their forms do."""

import re
from html import unescape

import pytest
from django.urls import reverse

from finance.models import ContactPerson, Currency, Customer, Membership, Organization, PaymentTerm, ZscKey
from finance.selectors.rates import currencies
from finance.services.contact_persons import PersonRow
from finance.services.customers import create_customer
from finance.services.tax_exemptions import create_exemption
from finsuite.kernel import tenants
from finsuite.kernel.versions import version_of
from tests import factories

# The switcher asks each room once where the person belongs.
ROOMS = len(tenants._providers)
BACKEND = "django.contrib.auth.backends.ModelBackend"


def url(name, organization, **names):
    return reverse(f"finance:{name}", kwargs={"organization": organization.pk, **names})


@pytest.fixture
def as_boss(client, boss):
    client.force_login(boss, backend=BACKEND)
    return client


@pytest.fixture
def acme(organization, actor):
    return create_customer(
        actor=actor,
        organization=organization,
        values={"display_name": "Acme", "website": "acme.example", "billing_city": "Lyon", "notes": "<b>bold</b>"},
        contact_persons=[PersonRow(values={"first_name": "Anna"}), PersonRow(values={"first_name": "Bruno"})],
    )


def test_the_list_shows_a_page_of_customers_in_four_queries(organization, as_boss, django_assert_num_queries):
    for number in range(60):
        factories.customer(organization, f"Customer {number:02d}")
    address = url("customer_list", organization)
    as_boss.get(address)
    with django_assert_num_queries(4 + ROOMS):  # session, person, membership, customers
        page = as_boss.get(address)
    html = page.content.decode()
    assert len(page.context["customers"]) == 50
    assert "Customer 49" in html
    assert "Customer 50" not in html


def test_load_more_goes_on_where_the_page_ended(organization, as_boss):
    for number in range(60):
        factories.customer(organization, f"Customer {number:02d}")
    for sort in ("name", "-name", "number", "-number", "updated", "-updated"):
        first = as_boss.get(url("customer_list", organization), {"sort": sort})
        more = as_boss.get(
            url("customer_list", organization),
            {"sort": sort, "after": first.context["after"]},
            headers={"HX-Request": "true"},
        )
        seen = [customer.display_name for customer in [*first.context["customers"], *more.context["customers"]]]
        expected = sorted(seen, reverse=sort.startswith("-"))
        assert (len(seen), seen) == (60, expected)
        assert more.context["after"] == ""
        assert "<html" not in more.content.decode()


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({"q": "creperie"}, ["Crêperie du Port"]),
        ({"kind": "individual"}, ["Zoé Petit"]),
        ({"status": "inactive"}, ["Élan"]),
        ({"kind": "nonsense", "sort": "nonsense", "after": "nonsense"}, ["Crêperie du Port", "Élan", "Zoé Petit"]),
    ],
)
def test_the_list_is_filtered_and_sorted_without_regard_to_accents(organization, as_boss, query, shown):
    factories.customer(organization, "Zoé Petit", kind="individual", last_name="Petit")
    factories.customer(organization, "Élan", status="inactive")
    factories.customer(organization, "Crêperie du Port")
    page = as_boss.get(url("customer_list", organization), query)
    assert [customer.display_name for customer in page.context["customers"]] == shown


def test_an_empty_list_offers_the_next_step_to_those_who_may_take_it(organization, as_boss, viewer, client):
    new = url("customer_create", organization)
    assert new in as_boss.get(url("customer_list", organization)).content.decode()
    client.force_login(viewer, backend=BACKEND)
    assert new not in client.get(url("customer_list", organization)).content.decode()


@pytest.mark.parametrize(
    ("name", "queries"), [("customer_detail", 12), ("customer_persons", 7), ("customer_history", 8)]
)
def test_a_customers_pages_ask_few_queries(organization, as_boss, acme, django_assert_num_queries, name, queries):
    address = url(name, organization, customer=acme.pk)
    as_boss.get(address)
    with django_assert_num_queries(queries + ROOMS):
        page = as_boss.get(address)
    assert page.status_code == 200
    assert "Acme" in page.content.decode()


def test_what_people_type_is_shown_as_text(organization, as_boss, acme):
    html = as_boss.get(url("customer_detail", organization, customer=acme.pk)).content.decode()
    assert "&lt;b&gt;bold&lt;/b&gt;" in html
    assert "<b>bold" not in html
    assert 'href="https://acme.example"' in html


def test_a_viewer_sees_no_button_that_they_may_not_press(organization, client, viewer, acme):
    client.force_login(viewer, backend=BACKEND)
    html = client.get(url("customer_persons", organization, customer=acme.pk)).content.decode()
    for name in ("customer_edit", "customer_delete", "customer_status"):
        assert url(name, organization, customer=acme.pk) not in html
    assert client.get(url("customer_edit", organization, customer=acme.pk)).status_code == 403


def form_of(page):
    """What a browser would send back from the page's form, unchanged."""
    html = page.content.decode()
    data = {}
    for tag in re.findall(r"<input[^>]*>", html):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        kind = re.search(r'type="([^"]*)"', tag)
        if name and (kind is None or kind[1] not in ("radio", "checkbox") or "checked" in tag):
            data[name[1]] = value[1] if value else "on" if kind and kind[1] == "checkbox" else ""
    for name, body in re.findall(r'<select name="([^"]*)".*?>(.*?)</select>', html, re.S):
        chosen = re.search(r'value="([^"]*)" selected', body)
        data[name] = chosen[1] if chosen else ""
    for name, text in re.findall(r'<textarea name="([^"]*)"[^>]*>(.*?)</textarea>', html, re.S):
        data[name] = text.strip()
    return {name: unescape(value) for name, value in data.items()}


def test_a_customer_is_created_with_contact_persons(organization, as_boss, boss):
    address = url("customer_create", organization)
    typed = form_of(as_boss.get(address)) | {
        "display_name": "Acme",
        "credit_limit": "1 234,50",
        "owner": str(boss.pk),
        "persons-0-first_name": "Anna",
        "persons-1-first_name": "Bruno",
        "persons-1-email": "bruno@acme.example",
        "persons-2-first_name": "",
        "primary": "1",
    }
    answer = as_boss.post(address, typed)
    made = Customer.objects.get()
    assert answer.url == url("customer_detail", organization, customer=made.pk)
    assert (made.display_name, str(made.credit_limit), made.owner, made.currency) == ("Acme", "1234.50", boss, "EUR")
    assert list(ContactPerson.objects.order_by("id").values_list("first_name", "is_primary")) == [
        ("Anna", False),
        ("Bruno", True),
    ]


def test_a_customer_s_terms_and_tax_treatment_are_chosen_on_the_form(organization, as_boss, acme, actor):
    term = PaymentTerm.objects.of(organization).get(days=45)
    values = {"name": "Export", "reason": "Export outside the EU."}
    reason = create_exemption(actor=actor, organization=organization, values=values)
    address = url("customer_edit", organization, customer=acme.pk)
    typed = form_of(as_boss.get(address)) | {"payment_term": str(term.pk), "exemption": str(reason.pk)}
    untaxed = {name: value for name, value in typed.items() if name != "is_taxable"}
    assert as_boss.post(address, untaxed).status_code == 302
    acme.refresh_from_db()
    assert (acme.payment_term, acme.is_taxable, acme.exemption) == (term, False, reason)
    page = as_boss.get(url("customer_detail", organization, customer=acme.pk)).content.decode()
    assert term.name in page
    assert "Export" in page
    assert as_boss.post(address, form_of(as_boss.get(address)) | {"is_taxable": "on"}).status_code == 302
    acme.refresh_from_db()
    assert (acme.payment_term, acme.is_taxable, acme.exemption) == (term, True, None)


def test_an_unchanged_form_changes_nothing(organization, as_boss, acme):
    address = url("customer_edit", organization, customer=acme.pk)
    assert as_boss.post(address, form_of(as_boss.get(address))).status_code == 302
    assert Customer.objects.get().updated_at == acme.updated_at
    assert list(ContactPerson.objects.order_by("id").values_list("first_name", "is_primary")) == [
        ("Anna", True),
        ("Bruno", False),
    ]


def test_persons_are_edited_deleted_and_made_primary_in_the_form(organization, as_boss, acme):
    address = url("customer_edit", organization, customer=acme.pk)
    typed = form_of(as_boss.get(address)) | {"persons-0-delete": "on", "persons-1-phone": "2", "primary": "1"}
    assert as_boss.post(address, typed).status_code == 302
    assert list(ContactPerson.objects.values_list("first_name", "phone", "is_primary")) == [("Bruno", "2", True)]


def test_what_is_wrong_is_told_at_the_field_and_nothing_is_saved(organization, as_boss, acme):
    address = url("customer_edit", organization, customer=acme.pk)
    typed = form_of(as_boss.get(address)) | {"persons-1-first_name": " ", "phone": "9"}
    page = as_boss.post(address, typed)
    assert page.status_code == 422
    assert page.context["editor"].rows[1].errors == {"first_name": ["A contact person needs a first or a last name."]}
    taken = factories.customer(organization, "Taken")
    page = as_boss.post(address, form_of(as_boss.get(address)) | {"display_name": taken.display_name})
    assert (page.status_code, list(page.context["form"].errors)) == (422, ["display_name"])
    assert Customer.objects.values_list("display_name", "phone").get(pk=acme.pk) == ("Acme", "")


def test_one_more_row_keeps_what_was_typed_and_saves_nothing(organization, as_boss):
    address = url("customer_create", organization)
    typed = form_of(as_boss.get(address)) | {"persons-0-first_name": "Anna", "add_person": "1"}
    page = as_boss.post(address, typed, headers={"HX-Request": "true"})
    html = page.content.decode()
    assert (page.status_code, html.count("<fieldset"), "<html" in html) == (200, 2, False)
    assert 'value="Anna"' in html
    assert not Customer.objects.exists()


def test_a_form_that_is_out_of_date_does_not_overwrite(organization, as_boss, acme):
    address = url("customer_edit", organization, customer=acme.pk)
    typed = form_of(as_boss.get(address)) | {"phone": "2"}
    as_boss.post(address, typed | {"phone": "1"})
    page = as_boss.post(address, typed)
    assert page.status_code == 409
    assert Customer.objects.get().phone == "1"


def test_a_customer_is_made_inactive_and_deleted(organization, as_boss, acme):
    as_boss.post(
        url("customer_status", organization, customer=acme.pk), {"status": "inactive", "version": version_of(acme)}
    )
    acme.refresh_from_db()
    assert acme.status == "inactive"
    stale = as_boss.post(url("customer_delete", organization, customer=acme.pk), {"version": "2020-01-01T00:00:00Z"})
    assert stale.status_code == 409
    as_boss.post(url("customer_delete", organization, customer=acme.pk), {"version": version_of(acme)})
    assert not Customer.objects.exists()


def test_persons_are_made_primary_and_deleted_on_their_tab(organization, as_boss, acme):
    anna, bruno = ContactPerson.objects.order_by("id")
    as_boss.post(url("person_primary", organization, person=bruno.pk))
    anna.refresh_from_db()
    as_boss.post(url("person_delete", organization, person=anna.pk), {"version": version_of(anna)})
    assert list(ContactPerson.objects.values_list("first_name", "is_primary")) == [("Bruno", True)]


def test_an_individual_saves_no_rows_that_they_never_saw(organization, as_boss):
    address = url("customer_create", organization)
    typed = form_of(as_boss.get(address)) | {"kind": "individual", "last_name": "Petit", "persons-0-first_name": "X"}
    assert as_boss.post(address, typed).status_code == 302
    assert (Customer.objects.get().display_name, ContactPerson.objects.count()) == ("Petit", 0)


@pytest.mark.parametrize(
    ("name", "queries"),
    [("organization_settings", 5), ("member_settings", 4), ("currency_settings", 4), ("zsc_key_settings", 4)],
)
def test_the_settings_ask_few_queries(organization, as_boss, django_assert_num_queries, name, queries):
    address = url(name, organization)
    as_boss.get(address)
    with django_assert_num_queries(queries + ROOMS):
        assert as_boss.get(address).status_code == 200


def test_the_organization_is_saved(organization, as_boss):
    address = url("organization_settings", organization)
    typed = form_of(as_boss.get(address)) | {"name": "Dupont & Fils", "apps": ["books", "expense"]}
    assert as_boss.post(address, typed).status_code == 302
    saved = Organization.objects.get()
    assert (saved.name, saved.apps, saved.base_currency) == ("Dupont & Fils", ["books", "expense"], "EUR")


def test_members_are_added_promoted_and_removed(organization, as_boss):
    factories.user("new@example.com")
    address = url("member_settings", organization)
    assert as_boss.post(address, {"email": "nobody@example.com", "role": "staff"}).status_code == 422
    assert as_boss.post(address, {"email": "new@example.com", "role": "staff"}).status_code == 302
    joined = Membership.objects.get(user__email="new@example.com")
    html = as_boss.get(address).content.decode()
    assert (f'data-open="dialog-{joined.pk}"' in html, f'id="dialog-{joined.pk}"' in html) == (True, True)
    as_boss.post(
        url("member_role", organization, membership=joined.pk), {"role": "accountant", "version": version_of(joined)}
    )
    joined.refresh_from_db()
    assert joined.role == "accountant"
    as_boss.post(url("member_remove", organization, membership=joined.pk), {"version": version_of(joined)})
    assert Membership.objects.count() == 1


def test_currencies_show_both_directions_and_are_changed(organization, as_boss):
    address = url("currency_settings", organization)
    assert as_boss.post(address, {"code": "USD", "rate": "0,8"}).status_code == 302
    assert "1.25" in as_boss.get(address).content.decode()
    usd = Currency.objects.get(code="USD")
    edit = url("currency_edit", organization, currency=usd.pk)
    refused = as_boss.post(edit, {"rate": "0", "is_active": "on", "version": version_of(usd)})
    assert (refused.status_code, refused.content.decode().count("data-open-at-once")) == (422, 1)
    assert as_boss.post(edit, {"rate": "0.5", "version": version_of(usd)}).status_code == 302
    usd = currencies(organization).get(code="USD")
    assert (usd.rate.normalize().to_eng_string(), usd.is_active) == ("0.5", False)


def test_a_key_is_shown_once_and_never_again(organization, as_boss):
    made = as_boss.post(url("zsc_key_generate", organization), {"app": "books"})
    secret = re.search(r"zsc_[\w-]{43}", made.content.decode())[0]
    assert "no-store" in made.headers["Cache-Control"]
    key = ZscKey.objects.get()
    again = as_boss.get(url("zsc_key_settings", organization)).content.decode()
    assert secret not in again
    assert f"zsc_…{key.last_four}" in again
    renewed = as_boss.post(url("zsc_key_regenerate", organization, key=key.pk)).content.decode()
    assert secret not in renewed
    as_boss.post(url("zsc_key_revoke", organization, key=key.pk))
    key.refresh_from_db()
    assert key.revoked_at is not None


def test_the_left_bar_offers_what_the_role_allows(organization, client, staff, accountant, as_boss):
    settings, currencies = (
        f'href="{url(name, organization)}"' for name in ("organization_settings", "currency_settings")
    )
    seen = {}
    for name, person in (("staff", staff), ("accountant", accountant)):
        client.force_login(person, backend=BACKEND)
        html = client.get(url("customer_list", organization)).content.decode()
        seen[name] = (settings in html, currencies in html)
    assert seen == {"staff": (False, False), "accountant": (False, True)}


def test_the_palette_finds_customers(organization, as_boss, acme):
    found = as_boss.get(reverse("search"), {"q": "ACM"}).json()["groups"]
    assert found[0]["hits"][0]["url"] == url("customer_detail", organization, customer=acme.pk)
