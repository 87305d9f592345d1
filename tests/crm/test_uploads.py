"""What is uploaded in bad faith: it is kept as bytes under a harmless name, or not at all, and never becomes a page."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from crm.models import Attachment
from tests import factories

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 32
SCRIPT = b"<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def client(admin):
    client = Client()
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def acme(organization):
    return factories.account(organization, name="Acme")


@pytest.fixture
def upload(client, organization, acme):
    def send(name, content, content_type="application/octet-stream", **values):
        place = {"module": "accounts", "record_id": acme.pk, **values}
        file = SimpleUploadedFile(name, content, content_type=content_type)
        file.name = name  # as it was sent, whatever the client's own library makes of it
        return client.post(f"/crm/{organization.pk}/files/upload", {"file": file, **place})

    return send


VECTORS = [
    ("page.html", b"<!doctype html>" + SCRIPT, "text/html", "page.html"),
    ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'>" + SCRIPT + b"</svg>", "image/svg+xml", "drawing.svg"),
    ("drawing.png", b"<svg xmlns='http://www.w3.org/2000/svg'>" + SCRIPT + b"</svg>", "image/png", "drawing.png"),
    ("holiday.jpg", b"MZ\x90\x00 a program", "image/jpeg", "holiday.jpg"),
    ("invoice.pdf.exe", b"MZ\x90\x00 a program", "application/pdf", "invoice.pdf.exe"),
    ("image.png.html", PNG + SCRIPT, "text/html", "image.png.html"),
    ("invoice\u202efdp.exe", b"MZ\x90\x00", "application/pdf", "invoicefdp.exe"),
    ("a" * 300 + ".txt", b"text", "text/plain", "a" * 176 + ".txt"),
    (
        "data.xml",
        b"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>",
        "text/xml",
        "data.xml",
    ),
    ("worker.js", b"self.onfetch = 1", "text/javascript", "worker.js"),
    ("archive.zip", b"PK\x03\x04" + b"\x00" * 50, "application/zip", "archive.zip"),
    ('quote".txt', b"text", "text/plain", None),
]


@pytest.mark.parametrize(("name", "content", "claimed", "kept"), VECTORS)
def test_whatever_it_claims_it_is_served_to_be_saved_and_never_shown(
    upload, client, organization, name, content, claimed, kept
):
    upload(name, content, claimed)
    file = Attachment.objects.get()
    assert kept is None or file.name == kept
    served = client.get(f"/crm/{organization.pk}/files/{file.pk}")
    assert served.headers["Content-Type"] == "application/octet-stream"
    assert served.headers["Content-Disposition"].startswith("attachment; filename")
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in served.headers["Content-Security-Policy"]
    assert "script-src" not in served.headers["Content-Security-Policy"]
    assert served.headers["Cache-Control"] == "private, no-store"
    is_image = content.startswith(PNG)
    shown = client.get(f"/crm/{organization.pk}/files/{file.pk}/preview")
    assert shown.status_code == (200 if is_image else 404)
    if is_image:  # what follows the picture stays part of it: the type is ours, and sniffing is off
        assert shown.headers["Content-Type"] == "image/png"
        assert shown.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in shown.headers["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["../../outside.txt", "..\\..\\outside.txt", "/etc/outside.txt", "C:\\outside.txt"])
def test_a_name_with_a_path_stays_in_the_folder(upload, tmp_path, name):
    upload(name, b"text")
    assert Attachment.objects.get().name == "outside.txt"
    found = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(found) == 1
    assert found[0].is_relative_to(tmp_path / "media" / "attachments")


def test_a_name_with_a_null_byte_is_refused_or_cleaned(client, organization, acme):
    body = (
        b'--B\r\nContent-Disposition: form-data; name="module"\r\n\r\naccounts\r\n'
        b'--B\r\nContent-Disposition: form-data; name="record_id"\r\n\r\n%d\r\n'
        b'--B\r\nContent-Disposition: form-data; name="file"; filename="a\x00.html"\r\n\r\ntext\r\n--B--\r\n'
    ) % acme.pk
    answer = client.generic(
        "POST", f"/crm/{organization.pk}/files/upload", body, content_type="multipart/form-data; boundary=B"
    )
    assert answer.status_code in (302, 400)
    assert all("\x00" not in file.name for file in Attachment.objects.all())


@pytest.mark.parametrize(("content", "most"), [(b"", 100), (b"x" * 101, 100)])
def test_an_empty_or_too_large_file_is_not_kept(upload, settings, tmp_path, content, most):
    settings.ATTACHMENTS = {**settings.ATTACHMENTS, "MOST_BYTES": most}
    upload("a.txt", content)
    assert Attachment.objects.count() == 0
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_body_shorter_than_its_declared_length_keeps_nothing_of_a_cut_file(client, organization, acme, tmp_path):
    body = (
        b'--B\r\nContent-Disposition: form-data; name="module"\r\n\r\naccounts\r\n'
        b'--B\r\nContent-Disposition: form-data; name="record_id"\r\n\r\n%d\r\n'
        b'--B\r\nContent-Disposition: form-data; name="size"\r\n\r\n400\r\n'
        b'--B\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nonly the beginn'
    ) % acme.pk
    client.generic("POST", f"/crm/{organization.pk}/files/upload", body, content_type="multipart/form-data; boundary=B")
    assert Attachment.objects.count() == 0
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_foreign_or_absent_record_takes_nothing(upload, outsider, tmp_path):
    foreign = factories.account(outsider.crm_memberships.get().organization)
    for record_id in (foreign.pk, 999_999, "1 OR 1=1", "-1"):
        assert upload("a.txt", b"text", record_id=record_id).status_code == 404
    assert upload("a.txt", b"text", module="users").status_code == 404
    assert Attachment.objects.count() == 0
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_rights_are_asked_at_every_download(upload, client, organization, admin):
    upload("a.txt", b"text")
    address = f"/crm/{organization.pk}/files/{Attachment.objects.get().pk}"
    assert client.get(address).status_code == 200
    admin.crm_memberships.all().delete()
    assert client.get(address).status_code == 404
    assert Client().get(address).status_code == 302
