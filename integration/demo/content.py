"""What the demo is about: a glazing maker near Lyon that sells in France and abroad. Pure, and the same each time.

The finance side was kept before the CRM came, by other people: some customers stand on both sides under the same name,
some under nearly the same, some on one side only, and two accounts share one name. A first sync has to sort that out.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from integration.demo.countries import AMERICA, BRITAIN, FRANCE, GERMANY, SPAIN, SWITZERLAND, Country

SEED = 1789

COMPANY = "Verrières & Fils"

# Foreign units that one euro buys (the CRM's way to say it).
RATES = {"USD": Decimal("1.084500000"), "GBP": Decimal("0.856700000"), "CHF": Decimal("0.941200000")}


# Where the customers are: mostly at home.
_SPREAD = (FRANCE,) * 11 + (GERMANY,) * 3 + (BRITAIN,) * 3 + (SWITZERLAND,) * 2 + (AMERICA,) * 2 + (SPAIN,) * 2

INDUSTRIES = ("Construction", "Architecture", "Real estate", "Retail", "Hospitality", "Public sector")
TAGS = ("partner", "rénovation", "neuf", "grand compte", "export", "à relancer")


@dataclass(slots=True)
class Person:
    """One person, as both sides may know them."""

    first_name: str
    last_name: str
    email: str
    phone: str
    title: str
    country: Country


@dataclass(slots=True)
class Company:
    """One company with its people, as both sides may know it."""

    name: str
    country: Country
    street: str
    city: str
    code: str
    phone: str
    website: str
    tax_number: str
    industry: str
    tags: list[str]
    people: list[Person] = field(default_factory=list)


def companies(count: int = 240) -> list[Company]:
    """The CRM's accounts, each name once, always the same ones."""
    dice = random.Random(SEED)  # noqa: S311
    found: dict[str, Company] = {}
    while len(found) < count:
        company = _company(dice)
        found.setdefault(company.name, company)
    return list(found.values())


def individuals(count: int = 24) -> list[Person]:
    """People who buy in their own name."""
    dice = random.Random(SEED + 1)  # noqa: S311
    found: dict[tuple[str, str], Person] = {}
    while len(found) < count:
        country = dice.choice(_SPREAD)
        person = _person(dice, country, f"boitepostale.{country.domain}")
        found.setdefault((person.first_name, person.last_name), person)
    return list(found.values())


def nearly(name: str) -> str:
    """How somebody else would have typed the same company's name."""
    for ours, theirs in (
        (" & Fils", " et Fils"),
        (" Ltd", " Limited"),
        (" GmbH", " Gmbh & Co. KG"),
        ("Établissements ", "Ets "),
        (" SA", " S.A."),
        (" Inc.", " Incorporated"),
    ):
        if ours in name:
            return name.replace(ours, theirs)
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()


def finance_only(count: int = 20) -> list[Company]:
    """Customers that the bookkeeping has and the CRM has never heard of."""
    known = {company.name for company in companies()}
    dice = random.Random(SEED + 2)  # noqa: S311
    found: dict[str, Company] = {}
    while len(found) < count:
        company = _company(dice)
        if company.name not in known:
            found.setdefault(company.name, company)
    return list(found.values())


def account_values(company: Company) -> dict[str, Any]:
    """The company as a CRM account's fields."""
    return {
        "name": company.name,
        "phone": company.phone,
        "website": company.website,
        "industry": company.industry,
        "tax_number": company.tax_number,
        "currency": company.country.currency,
        "billing_street": company.street,
        "billing_city": company.city,
        "billing_code": company.code,
        "billing_country": company.country.name,
        "tags": company.tags,
    }


def contact_values(person: Person) -> dict[str, Any]:
    """The person as a CRM contact's fields."""
    return {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "email": person.email,
        "phone": person.phone,
        "title": person.title,
    }


def customer_values(company: Company, name: str) -> dict[str, Any]:
    """The company as a business customer's fields, under the name that the bookkeeping gave it."""
    return {
        "kind": "business",
        "display_name": name,
        "company_name": name,
        "billing_phone": company.phone,
        "website": company.website,
        "tax_number": company.tax_number,
        "currency": company.country.currency,
        "language": company.country.language,
        "billing_address": company.street,
        "billing_city": company.city,
        "billing_zip": company.code,
        "billing_country": company.country.name,
    }


def person_values(person: Person) -> dict[str, Any]:
    """The person as a contact person's fields."""
    return {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "email": person.email,
        "phone": person.phone,
        "designation": person.title,
    }


def _company(dice: random.Random) -> Company:
    country = dice.choice(_SPREAD)
    surname = dice.choice(country.last_names)
    name = dice.choice(country.patterns).format(surname)
    city, code = dice.choice(country.cities)
    if dice.random() < 0.35:
        name = f"{name} {city}"
    domain = f"{_ascii(name)}.{country.domain}"
    company = Company(
        name=name,
        country=country,
        street=dice.choice(country.streets),
        city=city,
        code=code,
        phone=_phone(dice, country),
        website=f"https://www.{domain}",
        tax_number=f"{country.tax}{dice.randrange(10**10, 10**11)}",
        industry=dice.choice(INDUSTRIES),
        tags=sorted(dice.sample(TAGS, dice.randrange(3))),
    )
    company.people = list(_people(dice, country, domain))
    return company


def _people(dice: random.Random, country: Country, domain: str) -> Iterator[Person]:
    seen: set[str] = set()
    for _number in range(dice.choice((1, 2, 2, 3, 3, 4))):
        person = _person(dice, country, domain)
        if person.email not in seen:
            seen.add(person.email)
            yield person


def _person(dice: random.Random, country: Country, domain: str) -> Person:
    first, last = dice.choice(country.first_names), dice.choice(country.last_names)
    return Person(
        first_name=first,
        last_name=last,
        email=f"{_ascii(first)}.{_ascii(last)}@{domain}",
        phone=_phone(dice, country),
        title=dice.choice(country.titles),
        country=country,
    )


def _phone(dice: random.Random, country: Country) -> str:
    digits = str(dice.randrange(10 ** (country.digits - 1), 10**country.digits))
    return f"{country.dial} {digits[:-6]} {digits[-6:-4]} {digits[-4:-2]} {digits[-2:]}"


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode().lower()
    return "-".join("".join(letter if letter.isalnum() else " " for letter in plain).split())
