"""How long an edit takes to reach the other side, through the real queue and worker; and that rest is rest.

    python -m bench.edit_latency [--pairs 200] [--rate 20] [--seconds 15] [--burst 1000]

People edit accounts and customers by turns, through the services, at a steady rate; each edit is timed from its commit
to the moment its counterpart holds the value, as a second connection sees it. Then a burst, and a pass over nothing.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass, field
from typing import Any

from bench.cluster import Servers, cluster
from bench.first_sync import account_values, connected
from bench.report import Report, percentile


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--pairs", type=int, default=200)
    arguments.add_argument("--rate", type=float, default=20.0)
    arguments.add_argument("--seconds", type=float, default=15.0)
    arguments.add_argument("--burst", type=int, default=1000)
    chosen = arguments.parse_args()
    with cluster() as servers:
        measure(servers, chosen, Report("edit_latency"))


@dataclass
class Watched:
    """Edits that are on their way: counterpart's table and id → the value it is to get, and since when."""

    waiting: dict[tuple[str, int], tuple[str, float]] = field(default_factory=dict)
    took: list[float] = field(default_factory=list)

    def look(self) -> None:
        """Take the time of every edit that has arrived."""
        from crm.models import Account
        from finance.models import Customer

        for table, model, column in (("account", Account, "phone"), ("customer", Customer, "billing_phone")):
            ids = [pk for kind, pk in self.waiting if kind == table]
            if not ids:
                continue
            found: dict[int, str] = dict(model.objects.filter(pk__in=ids).values_list("pk", column))  # type: ignore[attr-defined]
            now = time.perf_counter()
            for pk, value in found.items():
                wanted, since = self.waiting[table, pk]
                if value == wanted:
                    self.took.append(now - since)
                    del self.waiting[table, pk]


def measure(servers: Servers, chosen: Any, report: Report) -> None:
    """Link the pairs, start the workers, edit at the given rate, then in a burst, then not at all."""
    from crm.services.accounts import create_accounts
    from finsuite.kernel.actors import Actor
    from integration.models import Dirty, Journal, Link
    from integration.selectors.connections import setting_of
    from integration.services import runs
    from users.models import User

    actor = Actor.person(User.objects.create_user("bench@example.com", "bench"))
    setting = connected(actor)
    organization = setting.connection.crm_organization
    pairs = max(chosen.pairs, chosen.burst)
    rows = [account_values(number) for number in range(pairs)]
    create_accounts(actor=actor, organization=organization, rows=rows)
    run = runs.start(actor=actor, setting=setting_of(setting.connection))
    while not runs.continue_run(run.pk, seconds=60):
        pass
    links = list(Link.objects.order_by("id").values_list("crm_id", "finance_id"))
    assert len(links) == pairs, len(links)
    with servers.workers():
        watched = steadily(actor, links[: chosen.pairs], chosen.rate, chosen.seconds)
        report.figure("edits", len(watched.took))
        report.figure("edits_lost", len(watched.waiting))
        report.figure("edit_to_counterpart_p50", percentile(watched.took, 0.5), "s")
        report.figure("edit_to_counterpart_p95", percentile(watched.took, 0.95), "s")
        report.figure("edit_to_counterpart_max", max(watched.took), "s")
        report.figure("burst_edits", chosen.burst)
        report.figure("burst_drained_seconds", burst(actor, links[: chosen.burst]), "s")
        settle_down()
        before = Journal.objects.count()
        time.sleep(5)
        report.figure("rows_written_at_rest", Journal.objects.count() - before)
        report.figure("hints_at_rest", Dirty.objects.count())
    report.finish()


def steadily(actor: Any, links: list[tuple[int, int]], rate: float, seconds: float) -> Watched:
    """Edit by turns on both sides, at the rate, and watch each edit arrive."""
    from crm.models import Account
    from crm.services.accounts import update_account
    from finance.models import Customer
    from finance.services.customers import update_customer

    watched, number = Watched(), 0
    begun = time.perf_counter()
    while (now := time.perf_counter() - begun) < seconds:
        if number < now * rate:
            crm_id, finance_id = links[number % len(links)]
            value = f"+33 {number}"
            if number % 2:
                update_account(actor=actor, account=Account.objects.get(pk=crm_id), values={"phone": value})
                watched.waiting["customer", finance_id] = (value, time.perf_counter())
            else:
                customer = Customer.objects.get(pk=finance_id)
                update_customer(actor=actor, customer=customer, values={"billing_phone": value})
                watched.waiting["account", crm_id] = (value, time.perf_counter())
            number += 1
        watched.look()
        time.sleep(0.005)
    limit = time.perf_counter() + 30
    while watched.waiting and time.perf_counter() < limit:
        watched.look()
        time.sleep(0.01)
    return watched


def burst(actor: Any, links: list[tuple[int, int]]) -> float:
    """All of these accounts change at once; how long until the last customer has followed."""
    from crm.models import Account
    from crm.services.accounts import update_accounts
    from finance.models import Customer

    organization = Account.objects.select_related("organization").get(pk=links[0][0]).organization
    started = time.perf_counter()
    update_accounts(
        actor=actor, organization=organization, changes=[(crm_id, {"phone": "burst"}) for crm_id, _ in links]
    )
    finance_ids = [finance_id for _, finance_id in links]
    while Customer.objects.filter(pk__in=finance_ids, billing_phone="burst").count() < len(links):
        if time.perf_counter() - started > 120:
            raise RuntimeError("the burst was not drained within two minutes")
        time.sleep(0.05)
    return time.perf_counter() - started


def settle_down() -> None:
    """Wait until no hint is left."""
    from integration.models import Dirty

    limit = time.perf_counter() + 30
    while Dirty.objects.exists() and time.perf_counter() < limit:
        time.sleep(0.1)


if __name__ == "__main__":
    main()
