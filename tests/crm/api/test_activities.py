"""Notes, calls, tasks and meetings on the API, and the files beside them."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import MULTIPART_CONTENT, encode_multipart

from crm.models import Activity, Attachment
from finsuite.kernel.actors import Actor
from tests import factories


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def base(organization):
    return f"/crm/{organization.pk}"


@pytest.fixture
def acme(organization):
    return factories.account(organization, name="Acme")


def about(record):
    return {"module": "accounts", "record_id": record.pk}


def test_an_activity_is_made_read_changed_completed_and_deleted(call, base, acme, organization, admin):
    martin = factories.contact(organization)
    made = call(
        "POST",
        f"{base}/activities",
        {
            "kind": "call",
            "subject": "Prices",
            "starts_at": "2026-11-21T09:00:00Z",
            "minutes": 20,
            "members": [admin.pk],
            "contacts": [martin.pk],
            **about(acme),
        },
    )
    assert made.status_code == 201
    told = made.json()
    assert (told["status"], told["members"], told["contacts"], told["records"]) == ("open", [admin.pk], [martin.pk], [])
    at = f"{base}/activities/{told['id']}"
    changed = call("PATCH", at, {"minutes": 30}, If_Match=made.headers["ETag"])
    assert changed.json()["minutes"] == 30
    assert call("PATCH", at, {"minutes": 5}, If_Match=made.headers["ETag"]).status_code == 412
    done = call("POST", f"{at}/complete")
    assert (done.status_code, done.json()["status"], done.json()["completed_by"]) == (200, "done", admin.pk)
    again = call("POST", f"{at}/complete")
    assert (again.status_code, again.json()["legal"]) == (409, ["reopen"])
    assert call("DELETE", at, If_Match=done.headers["ETag"]).status_code == 204
    assert call("GET", at).status_code == 404
    assert [row["id"] for row in call("GET", f"{base}/activities?deleted=true").json()["results"]] == [told["id"]]


def test_the_list_is_filtered_by_kind_status_day_and_record(call, base, acme, organization):
    other = factories.account(organization, name="Other")
    task = factories.activity(organization, **about(acme), due_on="2026-11-25")
    factories.activity(organization, "note", body="Blue", **about(acme))
    factories.activity(organization, **about(other), due_on="2026-12-25")

    def ids(query):
        return [row["id"] for row in call("GET", f"{base}/activities?{query}").json()["results"]]

    assert ids(f"module=accounts&record_id={acme.pk}&kind=task") == [task.pk]
    assert ids("status=open&due_on__lte=2026-11-30") == [task.pk]
    assert len(ids("kind__in=task,call")) == 2
    assert len(ids("search=blue")) == 1


def test_a_repeated_request_makes_one_activity(call, base, acme):
    body = {"kind": "task", "subject": "Once", **about(acme)}
    first, second = (call("POST", f"{base}/activities", body, Idempotency_Key="one") for _time in range(2))
    assert first.json()["id"] == second.json()["id"]
    assert Activity.objects.count() == 1


def test_what_one_may_not_see_is_not_named(program, base, organization, acme, admin):
    own = factories.crm_member(organization, "Standard", "own@example.com")
    own.crm_memberships.get().profile.rights.update(level=0)
    factories.activity(organization, owner_id=own.pk, **about(acme))
    row = program(own, "read")("GET", f"{base}/activities").json()["results"][0]
    assert (row["module"], row["record_id"], row["records"]) == ("", None, [])


@pytest.mark.parametrize("count", [1, 50])
def test_a_list_takes_the_same_statements_whatever_its_length(
    call, base, acme, admin, organization, django_assert_num_queries, count
):
    martin = factories.contact(organization)
    for number in range(count):
        further = [{"module": "contacts", "id": martin.pk}]
        factories.activity(
            organization, "call", subject=f"Call {number}", members=[admin.pk], records=further, **about(acme)
        )
    call("GET", f"{base}/activities")  # the key's first use of a day is noted
    # key, membership with sharing, rights, page; further records, participants, people, names of accounts and contacts
    with django_assert_num_queries(STATEMENTS_OF_A_LIST):
        assert len(call("GET", f"{base}/activities").json()["results"]) == count


STATEMENTS_OF_A_LIST = 9


def upload(user, url, parts):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.generic(
        "POST", f"/api/v1{url}", encode_multipart("BoUnDaRyStRiNg", parts), content_type=MULTIPART_CONTENT
    )


def test_a_file_is_uploaded_listed_downloaded_and_deleted(call, admin, base, acme, organization):
    note = factories.activity(organization, "note", body="x", **about(acme))
    file = SimpleUploadedFile("offer.pdf", b"%PDF-1.7")
    made = upload(admin, f"{base}/attachments", {"file": file, **about(acme), "size": 8})
    assert made.status_code == 201
    file.seek(0)
    on_note = upload(admin, f"{base}/attachments", {"file": file, "activity": note.pk})
    assert (on_note.json()["name"], on_note.json()["record_id"]) == ("offer (2).pdf", acme.pk)
    at = f"{base}/attachments/{made.json()['id']}"
    content = call("GET", f"{at}/content")
    assert b"".join(content.streaming_content) == b"%PDF-1.7"
    assert content.headers["Content-Disposition"] == 'attachment; filename="offer.pdf"'
    assert content.headers["Content-Type"] == "application/octet-stream"
    listed = call("GET", f"{base}/attachments?module=accounts&record_id={acme.pk}").json()["results"]
    assert len(listed) == 2
    assert call("DELETE", at, If_Match=made.headers["ETag"]).status_code == 204
    assert call("GET", f"{at}/content").status_code == 404
    assert call("PATCH", at, {"name": "x"}, If_Match=made.headers["ETag"]).status_code == 405


@pytest.mark.parametrize(
    "parts",
    [
        {"module": "accounts"},
        {"file": b"x", "module": "accounts"},
        {"file": True, "module": "users"},
        {"file": True, "module": "accounts", "path": "/etc"},
        {"file": True, "module": "accounts", "size": "many"},
        {"file": True, "module": "accounts", "activity": 1},
        {"file": True, "module": "accounts", "size": 5},
    ],
)
def test_an_upload_that_is_none_is_refused_and_leaves_nothing(admin, base, acme, parts, tmp_path):
    given = {name: SimpleUploadedFile("a.txt", b"text") if value is True else value for name, value in parts.items()}
    answer = upload(admin, f"{base}/attachments", {"record_id": acme.pk, **given})
    assert answer.status_code == 400
    assert (Attachment.objects.count(), list(tmp_path.rglob("*.*"))) == (0, [])


@pytest.mark.parametrize("count", [1, 50])
def test_a_list_of_files_takes_as_few(call, base, acme, admin, organization, django_assert_num_queries, count):
    from django.core.files.base import ContentFile

    from crm.services.attachments import attach_to_record

    for number in range(count):
        attach_to_record(
            actor=Actor.person(admin),
            organization=organization,
            file=ContentFile(b"x", f"{number}.txt"),
            **about(acme),
        )
    call("GET", f"{base}/attachments")  # the key's first use of a day is noted
    with django_assert_num_queries(4):  # key, membership with sharing, rights, page
        assert len(call("GET", f"{base}/attachments").json()["results"]) == count
