"""The OpenAPI document: valid, whole, and the same as the one that is checked in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from drf_spectacular.validation import validate_schema

from finsuite.kernel.api.docs import document
from finsuite.kernel.api.formats import dumps

SNAPSHOT = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"
RENEW = "manage.py spectacular --format openapi-json --file docs/openapi.json"


def _operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, address, operation)
        for address, methods in document()["paths"].items()
        for method, operation in methods.items()
    ]


def test_the_document_is_valid_openapi_3_1() -> None:
    told = json.loads(dumps(document()))
    assert told["openapi"] == "3.1.0"
    validate_schema(told)


def test_the_document_is_the_one_checked_in() -> None:
    assert json.loads(dumps(document())) == json.loads(SNAPSHOT.read_text()), f"If that is meant: {RENEW}"


def test_every_operation_has_a_name_of_its_own_a_summary_and_its_refusals() -> None:
    names = [operation["operationId"] for _method, _address, operation in _operations()]
    assert sorted(set(names)) == sorted(names)
    for method, address, operation in _operations():
        assert operation["summary"], (method, address)
        assert {"400", "401", "403", "404", "429"} <= set(operation["responses"]), (method, address)


def test_every_change_and_deletion_of_a_record_asks_for_its_version() -> None:
    resources = [operation for method, _address, operation in _operations() if method in ("patch", "put")]
    assert resources
    for operation in resources:
        assert "If-Match" in {told["name"] for told in operation["parameters"]}, operation["operationId"]


@pytest.mark.django_db
def test_the_document_and_the_docs_page_ask_nothing_of_another_server() -> None:
    client = Client()
    assert client.get("/api/v1/schema").json()["info"]["title"] == "finsuite"
    page = client.get("/api/v1/docs")
    assert page.status_code == 200
    assert b"http" not in page.content.replace(b"http-equiv", b"")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self';" in policy
    assert "http" not in policy
