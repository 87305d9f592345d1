"""How fast lists, their pages on the API, and the search answer among many records; against the same SQL alone.

    python -m bench.crm_lists [--accounts 200000] [--contacts 50000] [--activities 200000] [--rounds 40]

One process. Times are those of the server without a network: a request through all of Django's middleware and back.
The floor of each is every statement that the request sent, sent again by psycopg2 alone and its rows fetched.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

from bench.cluster import cluster
from bench.floor import alone, statements
from bench.report import Report, percentile

SEARCHES = {
    "typical": "garage dupon",
    "name": "dufert",
    "two_letters": "du",
    "common_word": "sarl",
    "number": "04 01 23 45",
    "misspelt": "boulangrie",
    "misspelt_rare": "maritnier",
    "nothing": "zzqx",
    "noted": "complaint besancon",
    "noted_by_all": "asks",
}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--accounts", type=int, default=200_000)
    arguments.add_argument("--contacts", type=int, default=50_000)
    arguments.add_argument("--activities", type=int, default=200_000)
    arguments.add_argument("--rounds", type=int, default=40)
    chosen = arguments.parse_args()
    with cluster():
        measure(chosen.accounts, chosen.contacts, chosen.activities, chosen.rounds, Report("crm_lists"))


def measure(accounts: int, contacts: int, activities: int, rounds: int, report: Report) -> None:
    """Fill an organization, then ask for each page so many times."""
    from django.db import connection
    from django.test import Client

    from bench.crm_records import fill
    from crm.services.organizations import create_organization
    from finsuite.kernel.actors import Actor
    from users.models import User

    user = User.objects.create_user("bench@example.com", "bench")
    organization = create_organization(actor=Actor.person(user), owner=user, values={"name": "Bench"})
    started = time.perf_counter()
    fill(organization, user, accounts, contacts, activities)
    filled = accounts + contacts + activities
    report.figure("records", filled)
    report.figure("records_written_per_second", filled / (time.perf_counter() - started), "records/s")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    client = Client(headers={"host": "localhost"})
    client.force_login(user)

    pages, api = f"/crm/{organization.pk}", f"/api/v1/crm/{organization.pk}"
    narrowed = "billing_city=Lyon&industry=Garage"
    asked = {
        "list_page": f"{pages}/accounts/",
        "api_list": f"{api}/accounts?ordering=name",
        "api_list_filtered": f"{api}/accounts?{narrowed}&ordering=name",
        "api_list_deep": f"{api}/accounts?ordering=name&cursor={_cursor(organization, 0.95)}",
        "api_list_searched": f"{api}/accounts?search=dupont&ordering=name",
    }
    for name, text in SEARCHES.items():
        asked[f"search_{name}"] = f"{api}/search?q={text.replace(' ', '+')}"
    asked["palette"] = "/search/?q=dupont"
    for name, address in asked.items():
        _measure(report, name, lambda address=address: client.get(address), rounds)
    report.finish()


def _cursor(organization: Any, share: float) -> str:
    """The cursor of a page behind this share of the accounts, by name."""
    from django.http import QueryDict

    from crm.api.accounts import AccountResource
    from crm.models import Account
    from finsuite.kernel.api.listing import _write_cursor, read_query

    rows = Account.objects.of(organization).order_by("sort_key", "id").values("sort_key", "id")
    query = read_query(QueryDict("ordering=name"), AccountResource.fields, ordering="name", can_search=())
    return _write_cursor("n", query.orders, rows[int(rows.count() * share)])


def _measure(report: Report, name: str, ask: Callable[[], Any], rounds: int) -> None:
    answer = ask()
    assert answer.status_code == 200, (name, answer.status_code, answer.content[:300])
    with statements() as sent:
        ask()
    times, worked, floor = [], [], []
    for _round in range(rounds):
        before, started = time.process_time(), time.perf_counter()
        ask()
        times.append(1000 * (time.perf_counter() - started))
        worked.append(1000 * (time.process_time() - before))
        floor.append(1000 * alone(sent))
    report.figure(f"{name}_p50", percentile(times, 0.5), "ms")
    report.figure(f"{name}_p95", percentile(times, 0.95), "ms")
    report.figure(f"{name}_processor", percentile(worked, 0.5), "ms of this process")
    report.figure(f"{name}_to_floor", percentile(times, 0.5) / percentile(floor, 0.5), "times its SQL alone")


if __name__ == "__main__":
    main()
