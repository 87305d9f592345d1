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

SEED = 1789

COMPANY = "Verrières & Fils"

# Foreign units that one euro buys (the CRM's way to say it).
RATES = {"USD": Decimal("1.084500000"), "GBP": Decimal("0.856700000"), "CHF": Decimal("0.941200000")}


@dataclass(frozen=True, slots=True)
class Country:
    """How companies and people of one country are named, reached and paid."""

    name: str
    currency: str
    domain: str
    dial: str
    digits: int
    language: str
    cities: tuple[tuple[str, str], ...]
    streets: tuple[str, ...]
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    patterns: tuple[str, ...]
    titles: tuple[str, ...]
    tax: str


FRANCE = Country(
    name="France",
    currency="EUR",
    domain="fr",
    dial="+33",
    digits=9,
    language="fr",
    cities=(
        ("Lyon", "69003"),
        ("Villeurbanne", "69100"),
        ("Saint-Étienne", "42000"),
        ("Grenoble", "38000"),
        ("Besançon", "25000"),
        ("Orléans", "45000"),
        ("Nîmes", "30000"),
        ("Béziers", "34500"),
        ("Paris", "75011"),
        ("Nantes", "44000"),
        ("Angoulême", "16000"),
        ("Mâcon", "71000"),
        ("Évreux", "27000"),
        ("Châteauroux", "36000"),
    ),
    streets=(
        "12 rue de la République",
        "4 allée des Érables",
        "27 avenue Jean-Jaurès",
        "8 impasse du Château",
        "115 cours Gambetta",
        "3 place de l’Hôtel-de-Ville",
        "56 boulevard Voltaire",
        "19 chemin des Prés",
        "2 bis rue des Frères-Lumière",
    ),
    first_names=(
        "Amélie",
        "Benoît",
        "Chloé",
        "Désiré",
        "Élodie",
        "François",
        "Gaëlle",
        "Hélène",
        "Inès",
        "Jérôme",
        "Loïc",
        "Maëlle",
        "Noémie",
        "Océane",
        "Rémi",
        "Sébastien",
        "Théo",
        "Zoé",
        "Aïcha",
        "Karim",
        "Mathéo",
        "Thaïs",
    ),
    last_names=(
        "Lefèvre",
        "Moreau",
        "Bérenger",
        "Chauvin",
        "Delacroix",
        "Étienne",
        "Fabre",
        "Guérin",
        "Hébert",
        "Jolivet",
        "Lemaître",
        "Maréchal",
        "Noël",
        "Pécheux",
        "Roussel",
        "Sénéchal",
        "Thévenot",
        "Vasseur",
        "Bénard",
        "Crépin",
        "Dufrêne",
        "Gaël",
        "Léonard",
        "Néel",
        "Prévost",
        "Salaün",
        "Tréhel",
        "Féret",
    ),
    patterns=(
        "Menuiserie {0}",
        "Ateliers {0}",
        "{0} & Fils",
        "Établissements {0}",
        "Maison {0}",
        "Vitrages {0}",
        "{0} Bâtiment",
        "Miroiterie {0}",
        "{0} Rénovation",
        "Charpentes {0}",
    ),
    titles=("Gérante", "Directeur des achats", "Conductrice de travaux", "Comptable", "Chef de chantier", "Architecte"),
    tax="FR",
)
GERMANY = Country(
    name="Germany",
    currency="EUR",
    domain="de",
    dial="+49",
    digits=10,
    language="en",
    cities=(
        ("München", "80331"),
        ("Köln", "50667"),
        ("Nürnberg", "90402"),
        ("Düsseldorf", "40213"),
        ("Lübeck", "23552"),
    ),
    streets=("Hauptstraße 14", "Königsallee 92", "Am Mühlbach 3", "Goethestraße 27", "Bahnhofsplatz 1"),
    first_names=("Jürgen", "Sören", "Käthe", "Björn", "Heike", "Anneliese", "Günther", "Lena", "Matthias", "Jörg"),
    last_names=("Müller", "Krüger", "Schäfer", "Groß", "Bäcker", "Weiß", "Köhler", "Vogel", "Jäger", "Löffler"),
    patterns=("{0} Glasbau GmbH", "Fensterwerk {0} GmbH", "{0} Fassaden AG", "Glaserei {0} KG"),
    titles=("Einkaufsleiter", "Geschäftsführerin", "Projektleiter", "Buchhaltung"),
    tax="DE",
)
BRITAIN = Country(
    name="United Kingdom",
    currency="GBP",
    domain="co.uk",
    dial="+44",
    digits=10,
    language="en",
    cities=(("Leeds", "LS1 4AP"), ("Bristol", "BS1 5TR"), ("Glasgow", "G2 1DU"), ("Norwich", "NR2 1TF")),
    streets=("14 Market Street", "Unit 6, Kingfisher Park", "221 Station Road", "The Old Maltings, Quay Lane"),
    first_names=("Oliver", "Charlotte", "Siân", "Harry", "Imogen", "Niamh", "George", "Zoë", "Callum", "Beatrice"),
    last_names=("Hargreaves", "O’Connor", "Whitfield", "Pemberton", "Lloyd-Jones", "Ashworth", "Mackenzie", "Penrose"),
    patterns=("{0} Glazing Ltd", "{0} & Sons Ltd", "{0} Architectural Glass Ltd", "{0} Joinery Ltd"),
    titles=("Purchasing Manager", "Managing Director", "Site Manager", "Accounts Payable"),
    tax="GB",
)
SWITZERLAND = Country(
    name="Switzerland",
    currency="CHF",
    domain="ch",
    dial="+41",
    digits=9,
    language="fr",
    cities=(("Genève", "1204"), ("Zürich", "8001"), ("Neuchâtel", "2000"), ("Bern", "3011")),
    streets=("18 rue du Rhône", "Bahnhofstrasse 45", "7 faubourg de l’Hôpital", "Kramgasse 12"),
    first_names=("Célia", "Urs", "Fabienne", "Reto", "Aurélie", "Beat", "Solène", "Jürg"),
    last_names=("Bühler", "Favre", "Rochat", "Zürcher", "Métraux", "Perrin", "Hürlimann", "Grosjean"),
    patterns=("{0} Fenêtres SA", "{0} Fenster AG", "Vitrerie {0} Sàrl", "{0} Constructions SA"),
    titles=("Responsable des achats", "Directrice", "Bauleiter", "Comptabilité"),
    tax="CHE",
)
AMERICA = Country(
    name="United States",
    currency="USD",
    domain="com",
    dial="+1",
    digits=10,
    language="en",
    cities=(("Boston", "02110"), ("Portland", "97204"), ("Chicago", "60604"), ("Santa Fe", "87501")),
    streets=("480 Congress Street", "1200 W Fulton Market", "77 Alder Avenue", "905 Canyon Road, Suite 4"),
    first_names=("Emily", "José", "Madison", "Tyrone", "Renée", "Ethan", "Anaïs", "Walter", "Grace", "Hiroshi"),
    last_names=("Sullivan", "Núñez", "Carter", "Beaumont", "Kowalski", "Nguyen", "Fairbanks", "Delgado"),
    patterns=("{0} Windows Inc.", "{0} Curtain Wall LLC", "{0} Builders Inc.", "{0} Glass Works"),
    titles=("Procurement Lead", "Owner", "Project Manager", "Controller"),
    tax="US",
)
SPAIN = Country(
    name="Spain",
    currency="EUR",
    domain="es",
    dial="+34",
    digits=9,
    language="en",
    cities=(("Málaga", "29015"), ("Cádiz", "11005"), ("León", "24001"), ("A Coruña", "15003")),
    streets=("Calle Mayor 22", "Avenida de la Constitución 8", "Plaza de España 3"),
    first_names=("Íñigo", "Lucía", "Ángel", "Begoña", "Raúl", "Sofía", "Andrés", "Concepción"),
    last_names=("Núñez", "García", "Ibáñez", "Muñoz", "Peña", "Quiñones", "Sáez", "Velázquez"),
    patterns=("Cristalería {0} S.L.", "Ventanas {0} S.A.", "Construcciones {0} S.L."),
    titles=("Jefa de compras", "Gerente", "Jefe de obra"),
    tax="ES",
)

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
