"""Makes the demo through the services, as people would have, and takes it away again."""

from __future__ import annotations

import random
from collections.abc import Sequence
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from crm.models import Account, Deal
from crm.models import Membership as CrmMembership
from crm.models import Organization as CrmOrganization
from crm.services.accounts import create_accounts
from crm.services.attachments import purge_files_in
from crm.services.contacts import create_contacts
from crm.services.currencies import add_currency as add_crm_currency
from crm.services.organizations import add_member as add_crm_member
from crm.services.organizations import create_organization as create_crm_organization
from finance.models import Organization as FinanceOrganization
from finance.services.contact_persons import PersonRow
from finance.services.customers import create_customer
from finance.services.members import add_member as add_finance_member
from finance.services.organizations import create_organization as create_finance_organization
from finance.services.rates import add_currency as add_finance_currency
from finsuite.kernel.actors import Actor
from integration.demo import books, content, sales, sales_content, trading
from integration.demo.countries import FRANCE
from integration.models import Connection
from users.models import User

ADMIN, SALES, EXPORT, ACCOUNTANT = (f"{name}@demo.finsuite.test" for name in ("admin", "sales", "export", "accountant"))

_PEOPLE = {
    ADMIN: ("Amélie", "Rousseau"),
    SALES: ("Karim", "Benali"),
    EXPORT: ("Nadia", "Weber"),
    ACCOUNTANT: ("Sophie", "Lindqvist"),
}

# Of the CRM's accounts, those that the bookkeeping knows too: under the same name, and under nearly the same.
_SAME = range(90)
_NEARLY = range(90, 105)


def is_built() -> bool:
    """Whether the demo's organizations are there."""
    return CrmOrganization.objects.filter(is_demo=True).exists()


@transaction.atomic
def build() -> None:
    """Make the demo's people, organizations and records: the same each time. Does nothing where they are there."""
    if is_built():
        return
    people = {email: _person(email, *names) for email, names in _PEOPLE.items()}
    _build_crm(people)
    _build_finance(people)


@transaction.atomic
def wipe() -> None:
    """Delete the demo's people and organizations with everything in them; other organizations are not touched.

    The history of what was done stays, as all history does.
    """
    crm = CrmOrganization.objects.filter(is_demo=True)
    for organization in crm:
        purge_files_in(organization=organization)
    finance = FinanceOrganization.objects.filter(is_demo=True)
    Connection.objects.filter(Q(crm_organization__in=crm) | Q(finance_organization__in=finance)).delete()
    Deal.objects.filter(organization__in=crm).delete()
    CrmMembership.objects.filter(organization__in=crm).delete()
    crm.delete()
    finance.delete()
    User.objects.filter(is_demo=True).delete()


def _person(email: str, first_name: str, last_name: str) -> User:
    language = "fr" if email == SALES else "en"
    return User.objects.create_user(
        email, settings.DEMO_PASSWORD, first_name=first_name, last_name=last_name, language=language, is_demo=True
    )


def _build_crm(people: dict[str, User]) -> None:
    admin = Actor.person(people[ADMIN])
    values = {"name": content.COMPANY, "home_currency": "EUR", "country": "France", "is_demo": True}
    organization = create_crm_organization(actor=admin, owner=people[ADMIN], values=values)
    for code, rate in content.RATES.items():
        add_crm_currency(actor=admin, organization=organization, values={"code": code, "rate": rate})
    office = sales.Office(organization, people[ADMIN], people[SALES], people[EXPORT], people[ACCOUNTANT])
    standard = organization.profiles.get(name="Standard")
    profiles = {SALES: standard, EXPORT: standard, ACCOUNTANT: sales.accounting_profile(office)}
    for email, profile in profiles.items():
        add_crm_member(actor=admin, organization=organization, email=email, profile=profile)
    sales.prepare(office)
    companies = content.companies()
    owners = _owners(people, companies)
    rows = [
        {**content.account_values(company), **extra, "owner_id": owner.pk}
        for company, extra, owner in zip(companies, sales_content.extras(companies), owners, strict=True)
    ]
    # Two offices entered one customer each, and nobody noticed.
    rows.append({**rows[3], "phone": "", "tags": [], "billing_city": "Nürnberg"})
    accounts: list[Account] = sales.made(create_accounts(actor=admin, organization=organization, rows=rows))
    contacts = [
        {**content.contact_values(person), "account_id": account.pk, "owner_id": owner.pk}
        for company, account, owner in zip(companies, accounts, owners, strict=False)
        for person in company.people
    ]
    contacts += [{**content.contact_values(person), "account_id": None} for person in content.individuals()]
    sales.made(create_contacts(actor=admin, organization=organization, rows=contacts))
    sales.build(office, companies, accounts)


def _build_finance(people: dict[str, User]) -> None:
    accountant = Actor.person(people[ACCOUNTANT])
    organization = create_finance_organization(
        actor=accountant,
        owner=people[ACCOUNTANT],
        values={"name": f"{content.COMPANY} – Comptabilité", "base_currency": "EUR", "country": "France"},
    )
    FinanceOrganization.objects.filter(pk=organization.pk).update(is_demo=True)
    for code, rate in content.RATES.items():
        worth = (1 / rate).quantize(Decimal("1e-15"))
        add_finance_currency(actor=accountant, organization=organization, values={"code": code, "rate": worth})
    add_finance_member(actor=accountant, organization=organization, email=ADMIN, role="admin")
    books.build(accountant, organization)
    companies = content.companies()
    for index in (*_SAME, *_NEARLY):
        company = companies[index]
        name = company.name if index in _SAME else content.nearly(company.name)
        _customer(accountant, organization, company, name)
    for company in content.finance_only():
        _customer(accountant, organization, company, company.name)
    for person in content.individuals()[:9]:
        values = {
            "kind": "individual",
            "display_name": f"{person.first_name} {person.last_name}",
            "first_name": person.first_name,
            "last_name": person.last_name,
            "email": person.email,
            "currency": person.country.currency,
        }
        create_customer(actor=accountant, organization=organization, values=values)
    trading.build(organization, people[ACCOUNTANT], people[ADMIN])


def _customer(actor: Actor, organization: FinanceOrganization, company: content.Company, name: str) -> None:
    terms = (0, 15, 30, 45)[len(name) % 4]
    create_customer(
        actor=actor,
        organization=organization,
        values={**content.customer_values(company, name), "payment_terms": terms},
        contact_persons=[PersonRow(values=content.person_values(person)) for person in company.people[:2]],
    )


def _owners(people: dict[str, User], companies: Sequence[content.Company]) -> list[User]:
    """Who sells to each: Karim at home, Nadia abroad, and to one in four Amélie herself."""
    dice = random.Random(content.SEED)  # noqa: S311
    sellers = [people[SALES if company.country is FRANCE else EXPORT] for company in companies]
    return [dice.choices([seller, people[ADMIN]], weights=[3, 1])[0] for seller in sellers]
