"""Imports over the API, from upload to undo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from crm.models import Account, ImportJob, Organization
from crm.services import import_check, import_run, import_undo
from finsuite.kernel.actors import Actor
from tests import factories
from users.models import User
from users.services.tokens import create_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> User:
    return factories.user("admin@example.com", first_name="Anne", last_name="Aubert")


@pytest.fixture
def organization(admin: User) -> Organization:
    return factories.crm_organization(admin)


@pytest.fixture
def call(admin: User, organization: Organization) -> Callable[..., Any]:
    _token, plain = create_token(actor=Actor.person(admin), user=admin, name="tests", scopes=["read", "write"])
    client = Client(headers={"authorization": f"Bearer {plain}"})

    def ask(method: str, path: str = "", data: Any = None, **more: Any) -> Any:
        more.setdefault("content_type", "application/json")
        address = f"/api/v1/crm/{organization.pk}/imports{path}"
        return getattr(client, method)(address, data, **more) if data is not None else getattr(client, method)(address)

    return ask


def upload(call: Callable[..., Any], text: bytes = b"Name,Phone\nAcme,1\nBad\n") -> Any:
    return call("post", "?module=accounts&file_name=own.csv", text, content_type="text/csv").json()


def test_a_file_can_be_sent_as_the_body(call: Callable[..., Any]) -> None:
    answer = call("post", "?module=accounts&file_name=own.csv", b"Nom;T\xe9l\nA;1\n", content_type="text/csv")
    assert answer.status_code == 201
    told = answer.json()
    assert (told["file_name"], told["encoding"], told["delimiter"], told["state"]) == (
        "own.csv",
        "cp1252",
        ";",
        "draft",
    )
    assert told["mapping"] == {"0": "name", "1": "phone"}
    assert answer.headers["Location"].endswith(f"/imports/{told['id']}")


def test_a_file_can_be_sent_as_a_form(call: Callable[..., Any], organization: Organization, admin: User) -> None:
    file = SimpleUploadedFile("../../etc/own.csv", b"Name,Phone\nAcme,1\n", "text/csv")
    client = Client()
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post(f"/api/v1/crm/{organization.pk}/imports", {"module": "accounts", "file": file})
    assert answer.status_code == 201, answer.content
    assert answer.json()["file_name"] == "own.csv"


def test_the_whole_way_over_the_api(call: Callable[..., Any]) -> None:
    told = upload(call)
    at = f"/{told['id']}"
    changed = call("patch", at, {"blanks": "clear"}, headers={"If-Match": f'"{told["updated_at"]}"'})
    assert changed.status_code == 200, changed.content
    assert changed.json()["blanks"] == "clear"
    assert call("patch", at, {"blanks": "keep"}, headers={"If-Match": f'"{told["updated_at"]}"'}).status_code == 412

    assert call("post", f"{at}/start", b"").status_code == 409
    assert call("post", f"{at}/dry-run", b"").json()["state"] == "checking"
    import_check.check(told["id"])
    assert call("get", at).json()["counts"] == {"rows": 2, "create": 1, "refuse": 1}
    refused = call("get", f"{at}/rows?outcome=refuse").json()["results"]
    assert [(row["line"], row["reasons"]) for row in refused] == [(3, ["The row has 1 cell, the header has 2."])]

    assert call("post", f"{at}/start", b"").status_code == 202
    while import_run.run_batch(told["id"]):
        pass
    assert call("get", at).json()["results"] == {
        "created": 1, "unchanged": 0, "skipped": 0, "refused": 1,
    }  # fmt: skip
    assert Account.objects.get().name == "Acme"

    assert call("post", f"{at}/undo", b"").status_code == 202
    while import_undo.undo_batch(told["id"]):
        pass
    assert call("get", at).json()["undo_counts"] == {"reversed": 1}
    assert Account.objects.count() == 0


def test_faults_are_told_by_field(call: Callable[..., Any]) -> None:
    told = upload(call)
    answer = call(
        "patch",
        f"/{told['id']}",
        {"mapping": {"0": "name", "1": "name"}},
        headers={"If-Match": f'"{told["updated_at"]}"'},
    )
    assert answer.status_code == 400
    assert [error["message"] for error in answer.json()["errors"]] == ["Another column already fills this field."]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "text/csv", 400),
        (b"PK\x03\x04", "text/csv", 400),
        (b"{}", "application/json", 400),
        (b"a,b", "application/pdf", 400),
    ],
)
def test_what_is_no_csv_is_refused_and_not_kept(call: Callable[..., Any], body: bytes, kind: str, status: int) -> None:
    assert call("post", "?module=accounts", body, content_type=kind).status_code == status
    assert ImportJob.objects.count() == 0


def test_the_list_and_the_rows_take_a_fixed_number_of_queries(
    call: Callable[..., Any], django_assert_num_queries: Any
) -> None:
    told = upload(call)
    call("post", f"/{told['id']}/dry-run", b"")
    import_check.check(told["id"])
    call("get")
    with django_assert_num_queries(4):
        call("get")
    with django_assert_num_queries(5):
        call("get", f"/{told['id']}/rows")
