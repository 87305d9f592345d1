"""The pages of an import, from the upload to the result."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from crm.models import Account, ImportJob, Organization
from crm.services import import_check, import_run, import_undo, imports
from finsuite.kernel.actors import Actor
from tests import factories
from users.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> User:
    return factories.user("admin@example.com", first_name="Anne", last_name="Aubert")


@pytest.fixture
def organization(admin: User) -> Organization:
    return factories.crm_organization(admin)


@pytest.fixture
def client(admin: User) -> Client:
    client = Client()
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def base(organization: Organization) -> str:
    return f"/crm/{organization.pk}/imports/"


def upload(client: Client, base: str, data: bytes, module: str = "accounts") -> Any:
    return client.post(f"{base}new", {"module": module, "file": SimpleUploadedFile("clients.csv", data)})


def text(answer: Any) -> str:
    return answer.content.decode()


def test_the_whole_way_through_the_pages(client: Client, base: str) -> None:
    empty = client.get(base)
    assert "No imports yet" in text(empty)

    answer = upload(client, base, "Nom du compte;Ville;Tél\nÉlan;Nîmes;01\nÉlan;Nîmes;02\n".encode("cp1252"))
    job = ImportJob.objects.get()
    at = f"{base}{job.pk}"
    assert answer.headers["Location"] == at
    mapping = text(client.get(at))
    assert "Nîmes" in mapping
    assert "Every column is recognised." in mapping

    choices = {
        "column_0": "name", "column_1": "billing_city", "column_2": "phone",
        "match_by": "name", "existing": "update", "blanks": "keep",
    }  # fmt: skip
    assert client.post(f"{at}/columns", choices).status_code == 302
    assert "Checking every row" in text(client.get(at))
    assert 'hx-trigger="every 1s"' in text(client.get(f"{at}/progress"))
    import_check.check(job.pk)
    assert client.get(f"{at}/progress").headers["HX-Redirect"] == at

    shown = text(client.get(at))
    assert "Start the import" in shown
    assert "The same record is already on line 2." in shown
    assert "The same record is already on line 2." not in text(client.get(f"{at}?show=outcome-create"))
    assert Account.objects.count() == 0

    assert client.post(f"{at}/start").status_code == 302
    while import_run.run_batch(job.pk):
        pass
    result = text(client.get(at))
    assert "Undo the import" in result
    assert f"/accounts/{Account.objects.get().pk}" in result

    assert client.post(f"{at}/undo").status_code == 302
    while import_undo.undo_batch(job.pk):
        pass
    assert "Reversed" in text(client.get(at))
    assert Account.objects.count() == 0
    assert "clients.csv" in text(client.get(base))

    assert client.post(f"{at}/delete").status_code == 302
    assert client.get(at).status_code == 404


def test_a_refused_upload_says_why_and_keeps_nothing(client: Client, base: str) -> None:
    answer = upload(client, base, b"PK\x03\x04")
    assert answer.status_code == 422
    assert "Save it as CSV" in text(answer)
    assert ImportJob.objects.count() == 0


def test_an_ambiguous_date_column_is_asked_about(client: Client, base: str) -> None:
    upload(client, base, b"Last Name,Birthdate\nA,03/04/1985\n", "contacts")
    job = ImportJob.objects.get()
    assert "day first, then month" in text(client.get(f"{base}{job.pk}"))
    choices = {
        "column_0": "last_name", "column_1": "date_of_birth",
        "match_by": "full_name", "existing": "update", "blanks": "keep",
    }  # fmt: skip
    answer = client.post(f"{base}{job.pk}/columns", choices)
    assert answer.status_code == 422
    assert "can be read in two ways" in text(answer)
    answer = client.post(f"{base}{job.pk}/columns", {**choices, "format_date_of_birth": "dmy"})
    assert answer.status_code == 302
    job.refresh_from_db()
    assert job.formats == {"date_of_birth": "dmy"}


def test_a_broken_file_shows_its_line_and_another_encoding_mends_it(client: Client, base: str) -> None:
    upload(client, base, ("Nom;Ville\n" + "Société;Nîmes\n" * 9).encode() + b"Caf\xe9;Lyon\n")
    job = ImportJob.objects.get()
    assert "Line 11: the byte E9" not in text(client.get(f"{base}{job.pk}"))  # beyond the preview
    imports.start_check(actor=Actor.person(job.created_by), job=job)
    import_check.check(job.pk)
    assert "Line 11: the byte E9 is no letter" in text(client.get(f"{base}{job.pk}"))
    answer = client.post(f"{base}{job.pk}/reading", {"encoding": "cp1252", "delimiter": ";"})
    assert answer.status_code == 302
    assert ImportJob.objects.get().state == "draft"


def test_refused_rows_come_back_as_they_were_with_the_reason(client: Client, base: str) -> None:
    upload(client, base, "Nom;Effectif;Tél\nÉlan;beaucoup;+33 1\n=cmd()|x;3;\nBon;4;\n".encode())
    job = ImportJob.objects.get()
    imports.start_check(actor=Actor.person(job.created_by), job=job)
    import_check.check(job.pk)
    answer = client.get(f"{base}{job.pk}/refused.csv")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="import-{job.pk}-refused.csv"'
    data = b"".join(answer.streaming_content)
    assert data.decode() == (
        "\ufefffinsuite line;finsuite reason;Nom;Effectif;Tél\r\n"
        "2;Employees: “beaucoup” is not a whole number.;Élan;beaucoup;+33 1\r\n"
    )
    upload(client, base, data.replace(b"beaucoup;", b"12;"))
    mended = ImportJob.objects.latest("id")
    assert mended.mapping == {"2": "name", "3": "employees", "4": "phone"}


def test_what_a_spreadsheet_would_compute_is_disarmed(client: Client, base: str) -> None:
    upload(client, base, b"Name,Phone\n=1+1,1\n")
    job = ImportJob.objects.get()
    imports.start_check(actor=Actor.person(job.created_by), job=job)
    import_check.check(job.pk)
    data = b"".join(client.get(f"{base}{job.pk}/rows.csv").streaming_content).decode()
    assert data.splitlines()[1] == "2,'=1+1,Create,,,,"


def test_pages_take_a_fixed_number_of_queries(client: Client, base: str, django_assert_num_queries: Any) -> None:
    upload(client, base, b"Name,Phone\n" + b"".join(b"A%d,1\n" % number for number in range(60)))
    job = ImportJob.objects.get()
    imports.start_check(actor=Actor.person(job.created_by), job=job)
    import_check.check(job.pk)
    client.get(f"{base}{job.pk}")
    with django_assert_num_queries(9):
        client.get(f"{base}{job.pk}")
    with django_assert_num_queries(8):
        client.get(base)
