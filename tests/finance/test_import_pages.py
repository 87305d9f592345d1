"""Imports from other books, on their pages and over the API."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from finance.models import Customer, ImportJob, Invoice, Organization
from finance.services import import_check, import_run, import_undo
from finsuite.kernel.actors import Actor
from tests import factories
from users.models import User
from users.services.tokens import create_token

pytestmark = pytest.mark.django_db

SAMPLES = Path(__file__).parent / "imports" / "samples"
FILE = b"Display Name,Phone,Oddity\nAcme,1,x\nBad\n"


@pytest.fixture
def client(boss: User) -> Client:
    client = Client()
    client.force_login(boss, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def base(organization: Organization) -> str:
    return f"/finance/{organization.pk}/imports/"


def upload(client: Client, base: str, data: bytes, module: str = "") -> Any:
    return client.post(f"{base}new/", {"module": module, "file": SimpleUploadedFile("Contacts.csv", data)})


def text(answer: Any) -> str:
    return answer.content.decode()


def test_the_whole_way_through_the_pages(client: Client, base: str, django_assert_num_queries: Any) -> None:
    assert "No imports yet" in text(client.get(base))
    answer = upload(client, base, FILE)
    job = ImportJob.objects.get()
    at = f"{base}{job.pk}/"
    assert (answer.status_code, answer.headers["Location"], job.module) == (302, at, "contacts")
    mapping = text(client.get(at))
    assert "Not recognised, and not imported unless you say what they are: Oddity." in mapping
    assert "Create customers that don" not in mapping
    choices = {"existing": "update", "column_0": "display_name", "column_1": "phone", "column_2": ""}
    assert client.post(f"{at}columns/", {**choices, "column_1": "display_name"}).status_code == 422
    assert client.post(f"{at}columns/", choices).status_code == 302
    assert "Checking every row" in text(client.get(at))
    while import_check.check(job.pk):
        pass
    assert client.get(f"{at}progress/").headers["HX-Redirect"] == at
    with django_assert_num_queries(8):
        checked = text(client.get(at))
    assert "The row has 1 cell, the header has 3." in checked
    assert "Start the import" in checked
    refused = b"".join(client.get(f"{at}refused.csv").streaming_content).decode()
    assert refused.splitlines()[1].startswith("3,")
    assert client.post(f"{at}start/").status_code == 302
    while import_run.run_batch(job.pk):
        pass
    done = text(client.get(at))
    acme = Customer.objects.get()
    assert f"/customers/{acme.pk}/" in done
    assert "Undo the import" in done
    assert client.post(f"{at}undo/").status_code == 302
    while import_undo.undo_batch(job.pk):
        pass
    assert Customer.objects.count() == 0
    assert b"Reversed" in b"".join(client.get(f"{at}rows.csv").streaming_content)
    with django_assert_num_queries(7):
        client.get(base)
    assert client.post(f"{at}delete/").status_code == 302
    assert ImportJob.objects.count() == 0


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty."),
        (b"%PDF-1.7", "This is a PDF document."),
        (b"Journal Date,Debit\n2025-01-01,5\n", "contacts, items or invoices. Say which it is."),
    ],
)
def test_what_can_not_be_imported_is_refused_and_not_kept(
    client: Client, base: str, data: bytes, sentence: str
) -> None:
    answer = upload(client, base, data)
    assert answer.status_code == 422
    assert ImportJob.objects.count() == 0
    if data:  # Django itself says that a file is empty
        assert sentence in text(answer)


def test_a_broken_file_is_read_in_another_way(client: Client, base: str) -> None:
    upload(client, base, b'Display Name,Phone\n"Acme,1\n', "contacts")
    job = ImportJob.objects.get()
    client.post(f"{base}{job.pk}/columns/", {"existing": "update", "column_0": "display_name", "column_1": ""})
    assert not import_check.check(job.pk)
    page = text(client.get(f"{base}{job.pk}/"))
    assert "a quotation mark is opened in the row that starts here and never closed" in page
    answer = client.post(f"{base}{job.pk}/reading/", {"encoding": "utf-8", "delimiter": "|"})
    assert answer.status_code == 302


def test_the_choices_of_invoices_are_those_of_the_role(client: Client, base: str, staff: User) -> None:
    upload(client, base, (SAMPLES / "invoices.csv").read_bytes())
    job = ImportJob.objects.get()
    shown = text(client.get(f"{base}{job.pk}/"))
    for name in ("creates_customers", "creates_taxes", "records_payments", "accepts_differences"):
        assert f'name="{name}"' in shown
    clerk = Client()
    clerk.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    shown = text(clerk.get(f"{base}{job.pk}/"))
    assert [f'name="{name}"' in shown for name in ("creates_customers", "creates_taxes", "records_payments")] == [
        True, False, False,
    ]  # fmt: skip
    columns = {f"column_{column}": field for column, field in job.mapping.items()}
    assert clerk.post(f"{base}{job.pk}/columns/", columns).status_code == 302
    job.refresh_from_db()
    assert (job.state, job.records_payments, job.creates_taxes) == ("checking", False, False)


def test_the_whole_way_over_the_api(boss: User, organization: Organization, django_assert_num_queries: Any) -> None:
    factories.tax(organization, "TVA", "20")
    factories.customer(organization, "Galets Bleus")
    _token, plain = create_token(actor=Actor.person(boss), user=boss, name="tests", scopes=["read", "write"])
    client = Client(headers={"authorization": f"Bearer {plain}"})
    base = f"/api/v1/finance/{organization.pk}/imports"
    data = (SAMPLES / "invoices.csv").read_bytes()
    sent = client.post(f"{base}?file_name=Invoice.csv", data, content_type="text/csv")
    assert sent.status_code == 201, sent.content
    told = sent.json()
    assert (told["module"], told["state"], told["records_payments"]) == ("invoices", "draft", True)
    at = f"{base}/{told['id']}"
    changed = client.patch(
        at,
        {"accepts_differences": True},
        content_type="application/json",
        headers={"If-Match": f'"{told["updated_at"]}"'},
    )
    assert changed.status_code == 200, changed.content
    assert client.post(f"{at}/start").status_code == 409
    assert client.post(f"{at}/dry-run").json()["state"] == "checking"
    while import_check.check(told["id"]):
        pass
    assert client.get(at).json()["counts"] == {"rows": 15, "create": 5, "refuse": 3, "payments": 2}
    with django_assert_num_queries(4):
        rows = client.get(f"{at}/rows?outcome=refuse").json()["results"]
    assert [(row["line"], row["lines"], row["label"]) for row in rows] == [
        (8, [8, 9], "INV-000103"),  # nobody works in USD here
        (15, [15], "INV-000107"),
        (16, [16, 17], "INV-000108"),
    ]
    assert rows[1]["reasons"] == ["Customer: there is no customer named “Nobody Yet”."]
    assert client.post(f"{at}/start").status_code == 202
    while import_run.run_batch(told["id"]):
        pass
    assert client.get(at).json()["results"] == {
        "created": 5, "payments": 2, "unchanged": 0, "skipped": 0, "refused": 3,
    }  # fmt: skip
    assert Invoice.objects.count() == 5
    assert client.post(f"{at}/undo").status_code == 202
    while import_undo.undo_batch(told["id"]):
        pass
    assert client.get(at).json()["undo_counts"] == {"kept": 4, "reversed": 1}
    with django_assert_num_queries(3):
        client.get(base)
