import pytest

from audit.models import Entry
from finance.access import membership
from finance.choices import Role
from finance.models import Customer, Membership, Organization
from finance.selectors.rates import currencies
from finance.services import organizations as services
from finance.services.rates import add_currency
from finance.tenants import finance_tenants
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotFound, NotPermitted, Refused
from tests import factories


def test_a_new_organization_has_its_owner_its_apps_and_its_base_currency(boss, actor):
    made = services.create_organization(
        actor=actor, owner=boss, values={"name": "Ardoise", "base_currency": "USD", "apps": ["invoice", "books"]}
    )
    assert made.apps == ["books", "invoice"]
    assert Membership.objects.filter(organization=made).values_list("user_id", "role", "is_owner").get() == (
        boss.pk,
        Role.ADMIN,
        True,
    )
    assert currencies(made).values_list("code", "rate").get() == ("USD", 1)
    assert Entry.objects.get(tenant=made.tenant).verb == "created"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("base_currency", "XQX"),
        ("time_zone", "Europe/Atlantis"),
        ("language", "tlh"),
        ("fiscal_year_start_month", 13),
        ("apps", ["books", "spreadsheets"]),
        ("is_demo", True),
    ],
)
def test_what_can_not_be_is_refused_under_its_field(boss, actor, field, value):
    with pytest.raises(Refused) as refusal:
        services.create_organization(actor=actor, owner=boss, values={"name": "Ardoise", field: value})
    assert list(refusal.value.fields) == [field]
    assert not Organization.objects.exists()


def test_apps_are_added_and_never_doubled(boss, actor):
    made = services.create_organization(actor=actor, owner=boss, values={"name": "Ardoise", "apps": ["books"]})
    services.add_apps(actor=actor, organization=made, apps=["expense", "books"])
    again = services.add_apps(actor=actor, organization=made, apps=["expense"])
    assert again.apps == ["books", "expense"]
    assert Entry.objects.filter(tenant=made.tenant, verb="updated").count() == 1


def test_forbidding_duplicate_names_is_refused_while_there_are_some(organization, actor):
    services.update_organization(actor=actor, organization=organization, values={"allows_duplicate_names": True})
    organization.refresh_from_db()
    for name in ("Acme", "ACME", "Other"):
        factories.customer(organization, name)
    assert Customer.objects.filter(unique_key=None).count() == 3
    with pytest.raises(Refused) as refusal:
        services.update_organization(actor=actor, organization=organization, values={"allows_duplicate_names": False})
    assert "ACME" in refusal.value.message
    assert "Other" not in refusal.value.message
    assert Organization.objects.get(pk=organization.pk).allows_duplicate_names

    Customer.objects.filter(display_name="ACME").delete()
    services.update_organization(actor=actor, organization=organization, values={"allows_duplicate_names": False})
    assert set(Customer.objects.values_list("unique_key", flat=True)) == {"acme", "other"}


def test_changing_the_base_currency_restates_every_rate(organization, actor):
    add_currency(actor=actor, organization=organization, values={"code": "USD", "rate": "0.8"})
    add_currency(actor=actor, organization=organization, values={"code": "GBP", "rate": "1.2"})
    services.update_organization(actor=actor, organization=organization, values={"base_currency": "USD"})
    organization.refresh_from_db()
    rates = dict(currencies(organization).values_list("code", "rate"))
    assert {code: str(rate.normalize()) for code, rate in rates.items()} == {"EUR": "1.25", "GBP": "1.5", "USD": "1"}


def test_the_base_currency_needs_a_rate_and_is_fixed_by_the_first_document(organization, actor, monkeypatch):
    with pytest.raises(Refused) as refusal:
        services.update_organization(actor=actor, organization=organization, values={"base_currency": "USD"})
    assert refusal.value.code == "unknown_currency"
    add_currency(actor=actor, organization=organization, values={"code": "USD", "rate": "0.8"})
    monkeypatch.setattr(services, "organization_has_documents", lambda organization: True)
    with pytest.raises(Refused) as refusal:
        services.update_organization(actor=actor, organization=organization, values={"base_currency": "USD"})
    assert refusal.value.code == "base_currency_in_use"
    assert Organization.objects.get(pk=organization.pk).base_currency == "EUR"


def test_only_administrators_change_the_settings(organization, accountant):
    with pytest.raises(NotPermitted):
        services.update_organization(actor=Actor.person(accountant), organization=organization, values={"name": "X"})
    assert Organization.objects.get(pk=organization.pk).name == "Dupont Frères"


def test_absent_and_foreign_organizations_answer_alike(organization, outsider):
    answers = []
    for pk in (organization.pk, 999_999):
        with pytest.raises(NotFound) as refusal:
            membership(outsider, pk)
        answers.append(refusal.value.message)
    assert answers[0] == answers[1]


def test_the_switcher_knows_the_organizations_of_a_person(organization, boss, staff, django_assert_num_queries):
    factories.finance_organization(owner=boss, name="Atelier", apps=["invoice"])
    with django_assert_num_queries(1):
        found = finance_tenants(boss)
    assert [(tenant.name, tenant.extra["apps"]) for tenant in found] == [
        ("Atelier", ["invoice"]),
        ("Dupont Frères", ["books", "invoice", "expense", "subscriptions"]),
    ]
    assert found[1].key == organization.tenant
