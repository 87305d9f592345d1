"""How fast documents are made, issued, listed and read through the API, among many; against the same SQL alone.

    python -m bench.documents [--invoices 100000] [--made 200] [--rounds 40]

Times are those of the server without a network: a request through all of Django's middleware and back. "4 clients" are
four processes with a connection each. The floor of a request is every statement that it sent, sent again by psycopg2
alone; that of what is written is sent in a transaction that is undone, and has the flushes of its commits added.
"""

from __future__ import annotations

import argparse
import multiprocessing
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from bench.cluster import cluster
from bench.floor import statements
from bench.report import Report, percentile

CLIENTS = 4


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--invoices", type=int, default=100_000)
    arguments.add_argument("--made", type=int, default=200, help="so many are created and issued by each client")
    arguments.add_argument("--rounds", type=int, default=40)
    chosen = arguments.parse_args()
    with cluster():
        measure(chosen.invoices, chosen.made, chosen.rounds, Report("documents"))


def measure(invoices: int, made: int, rounds: int, report: Report) -> None:
    """Fill an organization, then make, issue, list and read invoices."""
    from django.db import connection

    from bench.finance_documents import Books
    from users.models import User

    user = User.objects.create_user("bench@example.com", "bench")
    books = Books(user)
    started = time.perf_counter()
    books.fill(invoices)
    report.figure("invoices", invoices)
    report.figure("invoices_filled_per_second", invoices / (time.perf_counter() - started), "invoices/s")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CREATE TABLE bench_flush (id serial)")
    program = Program(user, books)
    _written(report, program, made)
    _at_once(report, program, made)
    _read(report, program, rounds)
    _drawn(report, program)
    report.finish()


class Program:
    """A program that speaks to the API with its key."""

    def __init__(self, user: Any, books: Any) -> None:
        from django.test import Client

        from users.services.tokens import create_token

        _token, key = create_token(actor=books.actor, user=user, name="bench", scopes=["read", "write"])
        self.client = Client(headers={"host": "localhost", "authorization": f"Bearer {key}"})
        self.base = f"/api/v1/finance/{books.organization.pk}"
        self.invoice = {"customer": books.customers[0].pk, "lines": books.lines()}

    def get(self, path: str) -> Any:
        """The answer to a GET."""
        answer = self.client.get(f"{self.base}/{path}")
        assert answer.status_code == 200, (path, answer.status_code, answer.content[:300])
        return answer

    def post(self, path: str, body: Any) -> Any:
        """What is answered to a POST."""
        answer = self.client.post(f"{self.base}/{path}", body, content_type="application/json")
        assert answer.status_code in (200, 201), (path, answer.status_code, answer.content[:300])
        return answer.json()

    def make(self) -> Any:
        """A draft of an invoice of three lines."""
        return self.post("invoices", self.invoice)

    def issue(self, invoice: Any) -> Any:
        """The invoice, marked as sent."""
        return self.post(f"invoices/{invoice['id']}/mark-sent", {})

    def order(self) -> Any:
        """A confirmed sales order of three lines."""
        order = self.post("sales-orders", self.invoice)
        return self.post(f"sales-orders/{order['id']}/confirm", {})

    def bill(self, order: Any) -> Any:
        """The issued invoice of an order."""
        return self.issue(self.post(f"sales-orders/{order['id']}/convert", {"to": "invoice"}))


def _written(report: Report, program: Program, made: int) -> None:
    for name, prepare, act in (
        ("create", lambda: None, lambda _: program.make()),
        ("issue", program.make, program.issue),
        ("order_to_invoice", program.order, program.bill),
    ):
        ready = prepare()
        with statements() as sent:
            act(ready)
        times, worked = [], []
        for _turn in range(made):
            ready = prepare()
            before, started = time.process_time(), time.perf_counter()
            act(ready)
            times.append(1000 * (time.perf_counter() - started))
            worked.append(1000 * (time.process_time() - before))
        floor = percentile([_undone(prepare, act) for _turn in range(20)], 0.5)
        report.figure(f"{name}_statements", len(sent))
        report.figure(f"{name}_p50", percentile(times, 0.5), "ms")
        report.figure(f"{name}_p95", percentile(times, 0.95), "ms")
        report.figure(f"{name}_processor", percentile(worked, 0.5), "ms of this process")
        report.figure(f"{name}_to_floor", percentile(times, 0.5) / floor, "times its SQL alone")
    started = time.perf_counter()
    for _turn in range(made):
        program.issue(program.make())
    report.figure("created_and_issued_per_second", made / (time.perf_counter() - started), "invoices/s")


def _undone(prepare: Callable[[], Any], act: Callable[[Any], Any]) -> float:
    """Milliseconds that the statements of this act take by psycopg2 alone, its commits included."""
    from django.db import connection, transaction

    ready = prepare()
    with transaction.atomic(), statements() as sent:
        act(ready)
        transaction.set_rollback(True)
    asked = [(sql, params) for sql, params in sent if "SAVEPOINT" not in sql]
    raw = connection.connection
    started = time.perf_counter()
    raw.autocommit = False
    with raw.cursor() as cursor:
        for sql, params in asked:
            cursor.execute(sql, params)
            if cursor.description:
                cursor.fetchall()
    raw.rollback()
    raw.autocommit = True
    with raw.cursor() as cursor:
        cursor.execute("INSERT INTO bench_flush DEFAULT VALUES")
    return 1000 * (time.perf_counter() - started)


def _at_once(report: Report, program: Program, made: int) -> None:
    """Four processes create and issue; each says how many of its numbers it got."""
    from django.db import connections

    connections.close_all()
    fork = multiprocessing.get_context("fork")
    results = fork.Queue()
    clients = [fork.Process(target=_client, args=(program, made, results)) for _client_number in range(CLIENTS)]
    started = time.perf_counter()
    for client in clients:
        client.start()
    numbers = sorted(number for _each in clients for number in results.get())
    for client in clients:
        client.join()
    spent = time.perf_counter() - started
    places = [int(number.rpartition("-")[2]) for number in numbers]
    report.figure("four_clients_per_second", len(numbers) / spent, "invoices/s")
    report.figure("four_clients_errors", CLIENTS * made - len(numbers))
    report.figure("four_clients_numbers_in_a_row", places == list(range(places[0], places[0] + len(places))))


def _client(program: Program, made: int, results: Any) -> None:
    numbers = []
    for _turn in range(made):
        with suppress(AssertionError):  # what was refused is missing from the numbers
            numbers.append(program.issue(program.make())["number"])
    results.put(numbers)


def _read(report: Report, program: Program, rounds: int) -> None:
    some = program.get("invoices?ordering=id&limit=1").json()["results"][0]["id"]
    deep = program.get("invoices?date__lte=2023-06-01&limit=50").json()["next"].partition("invoices?")[2]
    asked = {
        "fixed_costs": "currencies?limit=1",
        "list_of_50": "invoices",
        "list_of_50_unpaid": "invoices?status=unpaid",
        "list_of_50_overdue": "invoices?status=overdue&ordering=due_date",
        "list_of_50_deep": f"invoices?{deep}",
        "list_of_50_searched": "invoices?search=boulangerie",
        "list_of_50_with_lines": "invoices?expand=lines,customer",
        "one_invoice": f"invoices/{some}",
    }
    for name, path in asked.items():
        _asked(report, name, path, program, rounds)


def _asked(report: Report, name: str, path: str, program: Program, rounds: int) -> None:
    from bench.floor import alone

    program.get(path)
    with statements() as sent:
        program.get(path)
    times, worked, floor = [], [], []
    for _round in range(rounds):
        before, started = time.process_time(), time.perf_counter()
        program.get(path)
        times.append(1000 * (time.perf_counter() - started))
        worked.append(1000 * (time.process_time() - before))
        floor.append(1000 * alone(sent))
    report.figure(f"{name}_statements", len(sent))
    report.figure(f"{name}_p50", percentile(times, 0.5), "ms")
    report.figure(f"{name}_p95", percentile(times, 0.95), "ms")
    report.figure(f"{name}_processor", percentile(worked, 0.5), "ms of this process")
    report.figure(f"{name}_to_floor", percentile(times, 0.5) / percentile(floor, 0.5), "times its SQL alone")


def _drawn(report: Report, program: Program) -> None:
    """PDFs one by one through the API, and fifty documents in one file."""
    from django.utils import timezone

    from finance.documents.building import sheet_of
    from finance.documents.pdf import pdf
    from finance.models import Invoice
    from finance.selectors.document_papers import lines_of_many

    ids = [row["id"] for row in program.get("invoices").json()["results"]]
    program.get(f"invoices/{ids[0]}/pdf")  # fonts and templates are read once
    started = time.perf_counter()
    for pk in ids[1:21]:
        program.get(f"invoices/{pk}/pdf")
    report.figure("pdfs_per_second", 20 / (time.perf_counter() - started), "PDFs/s")
    started = time.perf_counter()
    documents = list(Invoice.objects.filter(pk__in=ids).select_related("customer", "organization"))
    lines = lines_of_many(Invoice, documents)
    pdf([sheet_of(document, lines[document.pk]) for document in documents], made_at=timezone.now())
    report.figure("fifty_in_one_file", time.perf_counter() - started, "s")


if __name__ == "__main__":
    main()
