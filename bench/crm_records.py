"""A CRM as full as a large sales team's, for benchmarks: accounts and contacts named as they are in France, and notes.

The rows are what the services would have written (keys included), put in by the bulk insert that services use.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

BATCH = 5_000
FORMS = ("SARL", "SARL", "SARL", "SAS", "SAS", "SA", "EURL", "SNC", "")
TRADES = (
    "Boulangerie", "Menuiserie", "Garage", "Pharmacie", "Transports", "Électricité", "Plomberie", "Maçonnerie",
    "Société Générale de", "Imprimerie", "Librairie", "Cabinet", "Atelier", "Établissements", "Hôtel", "Domaine",
    "Compagnie", "Groupe", "Informatique", "Conseil", "Traiteur", "Fleurs", "Carrosserie", "Café",
)  # fmt: skip
FIRST = (
    "Anne", "Zoé", "Chloé", "Élodie", "Inès", "Jean", "Jean-Pierre", "Karim", "Léa", "Louis", "Marie", "Mathieu",
    "Noémie", "Olivier", "Paul", "Raphaël", "Sophie", "Théo", "Yasmine", "Benoît", "Françoise", "Hugo", "Agnès",
)  # fmt: skip
CITIES = (
    "Lyon", "Paris", "Marseille", "Nîmes", "Besançon", "Orléans", "Saint-Étienne", "Toulouse", "Nantes", "Lille",
    "Bordeaux", "Rennes", "Châteauroux", "Le Mans", "Angoulême", "Évry",
)  # fmt: skip
STARTS = ("Du", "Le", "Mar", "Ber", "Gau", "Mo", "Fa", "Lam", "Ri", "Per", "Vi", "Che", "Bou", "Car", "Gui", "Ro")
MIDDLES = ("pon", "fe", "ti", "nar", "tie", "rea", "vre", "be", "cha", "ri", "lla", "va", "che", "do", "ssi", "bi")
ENDS = ("t", "vre", "n", "d", "r", "u", "rt", "ud", "rd", "non", "er", "lier", "ne", "zac", "et", "son")


SUBJECTS = (
    "Call back", "Send the offer", "Prices", "Visit", "Invoice is late", "Renewal", "Sample", "Complaint", "Thank them",
)  # fmt: skip


def fill(organization: Any, owner: Any, accounts: int, contacts: int, activities: int = 0) -> None:
    """Make so many accounts and contacts, and notes, calls and tasks about the accounts; always the same ones."""
    from crm.models import Account, Activity, Contact

    ids = _insert(Account, _accounts(organization, owner, accounts))
    _insert(Contact, _contacts(organization, owner, contacts, ids))
    _insert(Activity, _activities(organization, owner, activities, ids))


def _activities(organization: Any, owner: Any, count: int, accounts: list[int]) -> Iterator[Any]:
    from crm.models import Activity

    some = random.Random(3)
    for number in range(count):
        kind = ("note", "task", "call")[number % 3]
        name, city = f"{some.choice(TRADES)} {_surname(some)}", some.choice(CITIES)
        yield Activity(
            organization=organization,
            owner=owner,
            created_by=owner,
            kind=kind,
            status="kept" if kind == "note" else "open",
            module="accounts",
            record_id=some.choice(accounts),
            subject="" if kind == "note" else some.choice(SUBJECTS),
            body=f"{some.choice(FIRST)} of {name} in {city} asks for {some.choice(SUBJECTS).lower()}, no. {number}",
        )


def _accounts(organization: Any, owner: Any, count: int) -> Iterator[Any]:
    from crm.models import Account

    some = random.Random(1)
    for number in range(count):
        trade, surname, form, city = some.choice(TRADES), _surname(some), some.choice(FORMS), some.choice(CITIES)
        domain = f"{surname.lower()}{number}.example"
        yield Account(
            organization=organization,
            owner=owner,
            currency="EUR",
            name=f"{trade} {surname} {form}".strip(),
            phone=f"+33 4 {number // 10_000:02} {number // 100 % 100:02} {number % 100:02} 10",
            website=f"https://www.{domain}",
            account_number=f"C{number:06}",
            tax_number=f"FR{number:011}",
            industry=trade,
            billing_street=f"{number % 300} rue de la République",
            billing_city=city,
            billing_code=f"{some.randrange(1000, 95999):05}",
            billing_country="France",
        )


def _contacts(organization: Any, owner: Any, count: int, accounts: list[int]) -> Iterator[Any]:
    from crm.models import Contact

    some = random.Random(2)
    for number in range(count):
        first, last = some.choice(FIRST), _surname(some)
        yield Contact(
            organization=organization,
            owner=owner,
            currency="EUR",
            first_name=first,
            last_name=last,
            account_id=some.choice(accounts),
            email=f"{first.lower()}.{last.lower()}{number}@exemple.fr",
            phone=f"+33 6 {number // 10_000:02} {number // 100 % 100:02} {number % 100:02} 44",
            title="Responsable achats",
        )


def _surname(some: random.Random) -> str:
    return some.choice(STARTS) + "".join(some.choices(MIDDLES, k=some.choice((1, 2, 2, 3)))) + some.choice(ENDS)


def _insert(model: Any, records: Iterator[Any]) -> list[int]:
    from finsuite.kernel.bulk import insert_many

    ids: list[int] = []
    batch: list[Any] = []
    for record in records:
        record.set_keys()
        batch.append(record)
        if len(batch) == BATCH:
            insert_many(batch)
            ids += [made.pk for made in batch]
            batch = []
    insert_many(batch)
    return [*ids, *(made.pk for made in batch)]
