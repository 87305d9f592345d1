"""How fast a list of 50 is filtered and sorted by one custom field among 100,000 accounts; against plain SQL.

    python -m bench.custom_fields [--accounts 100000] [--invoices 100000]

Ten fields are filled on every account, five on invoices, one of them on every other. `--accounts 0`: invoices alone.
The list goes through the same code as the page's: criteria, then one page, both within the time that is told.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from bench.cluster import cluster
from bench.floor import alone, statements
from bench.report import Report, percentile

KINDS = ("text", "long_text", "integer", "decimal", "date", "moment", "yes_no", "choice", "choices", "email")
QUESTIONS: dict[str, tuple[str, str, Any]] = {
    "text_is_one": ("cf_text", "is", "REF 4711"),
    "text_is_absent": ("cf_text", "is", "nobody"),
    "text_contains_one": ("cf_text", "contains", "ref 4711"),
    "text_contains_absent": ("cf_text", "contains", "nobody"),
    "text_contains_all": ("cf_text", "contains", "ref"),
    "long_text_contains_one": ("cf_long_text", "contains", "NUMERO 4711 "),
    "number_rare": ("cf_integer", "gte", 999),
    "number_half": ("cf_integer", "gte", 500),
    "number_between": ("cf_decimal", "between", ["10", "20"]),
    "number_absent": ("cf_integer", "gt", 100_000),
    "number_narrow": ("cf_decimal", "between", ["50", "50.02"]),
    "date_after": ("cf_date", "gt", "2024-01-01"),
    "date_one": ("cf_date", "is", "2024-01-01"),
    "choice_third": ("cf_choice", "is", "gold"),
    "choice_several": ("cf_choices", "is", "silver"),
    "box_rare": ("cf_yes_no", "is", True),
    "empty_none": ("cf_text", "empty", None),
    "empty_most": ("cf_yes_no", "is", False),
}
SORTS = ("cf_text", "-cf_text", "cf_integer", "-cf_date", "cf_choice", "-cf_yes_no")
FILL = """
    UPDATE crm_account SET custom = jsonb_build_object(
        'text', 'Réf ' || id, 'long_text', 'Une note sur le client numéro ' || id || ' avec des accents',
        'integer', id % 1000, 'decimal', (id % 10000 / 100.0)::text,
        'date', (DATE '2020-01-01' + (id % 2000)::int)::text, 'moment', '2026-01-01T10:00:00Z',
        'choice', (ARRAY['gold', 'silver', 'bronze'])[1 + id % 3], 'choices', jsonb_build_array('gold', 'silver'),
        'email', 'p' || id || '@example.com'
    ) || CASE WHEN id % 1000 = 7 THEN '{"yes_no": true}'::jsonb ELSE '{}'::jsonb END
"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--accounts", type=int, default=100_000)
    arguments.add_argument("--invoices", type=int, default=100_000)
    chosen = arguments.parse_args()
    report = Report("custom_fields")
    with cluster():
        if chosen.accounts:
            measure(chosen.accounts, report)
        measure_invoices(chosen.invoices, report)
        report.finish()


def measure(accounts: int, report: Report) -> None:
    """Fill the accounts, then ask each question."""
    from django.db import connection

    from crm.access import of_actor
    from crm.models import Account
    from crm.selectors.criteria import criteria_filter
    from crm.selectors.custom_fields import custom_fields
    from crm.selectors.records import record_rows

    organization, actor = furnished(accounts)
    report.figure("accounts", accounts)
    with connection.cursor() as cursor:
        _, seconds = timed(lambda: cursor.execute(FILL))
        report.figure("values_written_per_second", accounts * 9 / seconds, "values/s")
        cursor.execute("VACUUM ANALYZE crm_account")
        cursor.execute("VACUUM ANALYZE crm_customvalue")
    access = of_actor(actor, organization)
    fields = custom_fields(organization, "accounts")
    worst = 0.0

    def listed(rows: Any, *order: str) -> Any:
        return rows.order_by(*order, "id").values("id", "name", "custom")[:51]

    for name, (field, comparator, value) in QUESTIONS.items():
        criterion = {"field": field, "comparator": comparator, "value": value}

        def filtered(criterion: Any = criterion) -> Any:
            kept = criteria_filter(access, "accounts", [criterion])
            return listed(record_rows(access, "accounts").filter(kept), "sort_key")

        worst = max(worst, told(report, name, filtered))
    for sort in SORTS:

        def ordered(sort: str = sort) -> Any:
            rows = fields.ordered(Account.objects.of(organization), [sort.removeprefix("-")])
            return listed(rows, sort.replace("cf_", "sorted_cf_"))

        worst = max(worst, told(report, f"sorted_by_{sort.replace('-', 'falling_')}", ordered))
    report.figure("slowest_p95_ms", worst, "ms")


FILL_INVOICES = """
    UPDATE finance_invoice SET custom = jsonb_build_object(
        'integer', id % 1000, 'date', (DATE '2020-01-01' + (id % 2000)::int)::text,
        'choice', (ARRAY['gold', 'silver', 'bronze'])[1 + id % 3], 'text', 'Réf ' || id
    ) || CASE WHEN id % 2 = 0 THEN '{"yes_no": true}'::jsonb ELSE '{}'::jsonb END
"""
ORDERS = ("cf_text", "-cf_text", "cf_integer", "-cf_date", "cf_choice", "cf_yes_no", "-cf_yes_no")


def measure_invoices(invoices: int, report: Report) -> None:
    """Fill invoices, then list them in the order of each field: the first page, one far down, and the overdue ones."""
    from django.db import connection

    from bench.finance_documents import Books
    from finance.models import Invoice
    from finance.selectors.custom_fields import custom_fields
    from finance.selectors.days import today
    from finance.selectors.document_lists import Filters, documents
    from finance.services.custom_fields import create_custom_field
    from users.models import User

    books = Books(User.objects.create_user("books@example.com", "bench"))
    books.fill(invoices)
    for kind in ("text", "integer", "date", "choice", "yes_no"):
        values = {"module": "invoices", "label": kind, "kind": kind}
        values |= {"choices": [{"label": label} for label in ("Gold", "Silver", "Bronze")]} if kind == "choice" else {}
        create_custom_field(actor=books.actor, organization=books.organization, values=values)
    with connection.cursor() as cursor:
        cursor.execute(FILL_INVOICES)
        for table in ("finance_invoice", "finance_customvalue"):
            cursor.execute(f"VACUUM ANALYZE {table}")
    books.organization.refresh_from_db()
    fields, day = custom_fields(books.organization, "invoices"), today(books.organization)
    found = documents(Invoice, books.organization, Filters(), day)
    overdue = documents(Invoice, books.organization, Filters(status="overdue"), day)
    report.figure("invoices", invoices)
    for sort in ORDERS:
        sorting = fields.sorting(sort)
        assert sorting is not None
        name = f"invoices_by_{sort.replace('-', 'falling_')}"
        _rows, after = sorting.slice_of(found, after="", size=invoices // 2)
        for told, rows, mark in (("", found, ""), ("_far_down", found, after), ("_overdue", overdue, "")):
            times = repeated(partial(sorting.slice_of, rows, after=mark, size=50))
            report.figure(f"{name}{told}_p50_ms", percentile(times, 0.5), "ms")
            report.figure(f"{name}{told}_p95_ms", percentile(times, 0.95), "ms")


def told(report: Report, name: str, ask: Callable[[], Any]) -> float:
    """The median and the 95th percentile of twenty of these lists in milliseconds, and the ratio to their SQL alone."""
    mine = repeated(lambda: list(ask()))
    with statements() as sent:
        list(ask())
    plain = repeated(lambda: alone(sent))
    report.figure(f"{name}_p50_ms", percentile(mine, 0.5), "ms")
    report.figure(f"{name}_p95_ms", percentile(mine, 0.95), "ms")
    report.figure(f"{name}_to_plain_sql", percentile(mine, 0.5) / percentile(plain, 0.5), "times")
    return percentile(mine, 0.95)


def furnished(accounts: int) -> tuple[Any, Any]:
    """An organization with the fields and the accounts, and its administrator."""
    from crm.services.accounts import create_accounts
    from crm.services.custom_fields import create_custom_field
    from crm.services.organizations import create_organization
    from finsuite.kernel.actors import Actor
    from users.models import User

    user = User.objects.create_user("bench@example.com", "bench")
    actor = Actor.person(user)
    organization = create_organization(actor=actor, owner=user, values={"name": "Bench"})
    for start in range(0, accounts, 10_000):
        rows = [{"name": f"Société {number}"} for number in range(start, min(start + 10_000, accounts))]
        create_accounts(actor=actor, organization=organization, rows=rows)
    for kind in KINDS:
        values = {"module": "accounts", "label": kind, "kind": kind}
        if kind in ("choice", "choices"):
            values["choices"] = ["Gold", "Silver", "Bronze"]
        create_custom_field(actor=actor, organization=organization, values=values)
    return organization, actor


def repeated(work: Callable[[], object], *, times: int = 20) -> list[float]:
    """How long each of the runs took, in milliseconds, after one that isn't counted."""
    work()
    return [timed(work)[1] * 1000 for _ in range(times)]


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    started = time.perf_counter()
    answer = work()
    return answer, time.perf_counter() - started


if __name__ == "__main__":
    main()
