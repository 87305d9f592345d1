"""Whatever a program sends, it gets one shape of refusal, and never a 500."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from finance.models import Customer, Organization
from tests import factories
from tests.api.conftest import Program
from users.models import User

pytestmark = pytest.mark.django_db


def _problem(answer: Any, status: int, code: str) -> list[dict[str, str]]:
    """The `errors` of an answer that is this problem."""
    told = answer.json()
    assert (answer.status_code, told["status"]) == (status, status)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert told["type"] == f"urn:finsuite:problem:{code}"
    assert {"type", "title", "status", "detail", "errors"} <= set(told)
    errors: list[dict[str, str]] = told["errors"]
    return errors


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b"\xff\xfe",
        b'{"display_name": NaN}',
        b'{"display_name": "\\ud800"}',
        b'{"credit_limit": 1e400}',
        b"[" * 2000 + b"]" * 2000,
        b'{"display_name": ' + b"[" * 25 + b"]" * 25 + b"}",
        b"[]",
        b"null",
        b'"text"',
        b'{"display_name": null}',
        b'{"display_name": 7}',
        b'{"display_name": "a\\u0000b"}',
        b'{"display_name": {"a": 1}}',
        b'{"display_name": "Acme", "owner": 99999999999999999999}',
        b'{"display_name": "Acme", "owner": -1}',
        b'{"display_name": "Acme", "owner": true}',
        b'{"display_name": "Acme", "owner": 1.5}',
        b'{"display_name": "Acme", "payment_terms": 40000}',
        b'{"display_name": "Acme", "credit_limit": 12.5}',
        b'{"display_name": "Acme", "credit_limit": "1e5"}',
        b'{"display_name": "Acme", "credit_limit": "12.345"}',
        b'{"display_name": "Acme", "credit_limit": "99999999999999999.00"}',
        b'{"display_name": "Acme", "credit_limit": "NaN"}',
        b'{"display_name": "Acme", "kind": "nonsense"}',
        b'{"display_name": "Acme", "kind": ["business"]}',
        b'{"display_name": "Acme", "is_taxable": "yes"}',
        b'{"display_name": "Acme", "notes": "' + b"x" * 32_001 + b'"}',
    ],
    ids=lambda body: repr(body[:60]),
)
def test_a_body_that_cannot_be_right_is_a_400_and_writes_nothing(call: Program, sample: str, body: bytes) -> None:
    answer = call("POST", f"{sample}/customers", body)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert Customer.objects.count() == 0


@pytest.mark.parametrize(
    "query",
    [
        "nonsense=1",
        "limit=0",
        "limit=201",
        "limit=-1",
        "limit=ten",
        "limit=²",
        "limit=5&limit=6",
        "cursor=nonsense",
        "cursor=WyJuIl0",
        "cursor=" + "A" * 5000,
        "ordering=notes",
        "ordering=-",
        "ordering=id,id",
        "ordering=nonsense",
        "expand=kind",
        "expand=nonsense",
        "count=yes",
        "deleted=maybe",
        "deleted=true&kind=business",
        "search=" + "x" * 201,
        "search=a%00b",
        "display_name=a%00b",
        "kind=nonsense",
        "kind__gte=business",
        "display_name__gte=a",
        "display_name__",
        "notes=x",
        "owner=99999999999999999999",
        "owner=abc",
        "owner__in=1,x",
        "owner__in=" + ",".join(["1"] * 101),
        "owner__isnull=1",
        "is_taxable=1",
        "is_taxable__isnull=true",
        "created_at__gte=yesterday",
        "created_at__gte=2026-02-30T00:00:00Z",
        "created_at__gte=2026-11-21T10:00:00",
        "created_at__gte=0001-01-01T00:00:00%2B14:00",
        "credit_limit__lte=NaN",
        "credit_limit__lte=1e9",
        "payment_terms=٣",
        "organization=1",
        "name_key=x",
        "owner__email=x",
    ],
)
def test_a_parameter_that_cannot_be_right_is_a_400_that_names_it(call: Program, sample: str, query: str) -> None:
    (error,) = _problem(call("GET", f"{sample}/customers?{query}"), 400, "invalid")
    named = "kind" if query.startswith("deleted=true") else query.partition("=")[0]
    assert error["pointer"] == f"?{named}"


def test_every_fault_of_a_body_is_named_at_once(call: Program, sample: str) -> None:
    answer = call("POST", f"{sample}/customers", {"nonsense/~": 1, "id": 7, "organization": 1, "payment_terms": "x"})
    assert [(error["pointer"], error["code"]) for error in _problem(answer, 400, "invalid")] == [
        ("/nonsense~1~0", "unknown"),
        ("/id", "read_only"),
        ("/organization", "unknown"),
        ("/payment_terms", "integer"),
        ("/display_name", "required"),
    ]


def test_a_refusal_of_a_service_names_the_field_as_the_api_does(call: Program, sample: str) -> None:
    stranger = factories.user("stranger@example.com")
    answer = call("POST", f"{sample}/customers", {"display_name": "Acme", "owner": stranger.pk})
    (error,) = _problem(answer, 400, "unknown_owner")
    assert error["pointer"] == "/owner"
    assert Customer.objects.count() == 0


def test_no_field_that_is_not_declared_can_be_set(call: Program, sample: str) -> None:
    declared = {"display_name", "kind", "first_name", "last_name", "email", "owner", "currency"}
    declared |= {"credit_limit", "payment_terms", "is_taxable", "notes"}
    others = {field.name for field in Customer._meta.get_fields()} - declared
    others |= {"pk", "organization_id", "owner_id", "tenant", "__class__", "name_key"}
    body = {"display_name": "Acme", **dict.fromkeys(others, 1)}
    errors = _problem(call("POST", f"{sample}/customers", body), 400, "invalid")
    assert {error["pointer"][1:] for error in errors} == others
    assert Customer.objects.count() == 0


def test_absent_and_foreign_answer_alike(call: Program, sample: str) -> None:
    other = factories.finance_organization(factories.user("other@example.com"), name="Ailleurs SA")
    foreign = factories.customer(other)
    answers = [
        call("GET", f"{sample}/customers/{foreign.pk}"),
        call("GET", f"{sample}/customers/999999999"),
        call("GET", f"{sample}/customers/9223372036854775808"),
        call("GET", f"/sample/{other.pk}/customers"),
        call("GET", "/sample/999999999/customers"),
        call("GET", "/nonsense"),
        call("GET", f"{sample}/customers/"),
        call("GET", f"{sample}/customers/0"),
        call("GET", f"{sample}/customers/a%0Ab"),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


def test_methods_and_formats_that_are_not_served(call: Program, sample: str) -> None:
    answer = call("PUT", f"{sample}/customers")
    _problem(answer, 405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET, HEAD, POST"
    _problem(call("OPTIONS", f"{sample}/customers"), 405, "method_not_allowed")
    _problem(call("GET", f"{sample}/customers", accept="text/html"), 406, "not_acceptable")
    url = f"/api/v1{sample}/customers"
    answer = call.client.post(url, {"display_name": "Acme"}, headers=call.headers)  # a form
    _problem(answer, 415, "unsupported_media_type")
    answer = call.client.post(url, b"display_name: Acme", content_type="application/yaml", headers=call.headers)
    _problem(answer, 415, "unsupported_media_type")
    assert Customer.objects.count() == 0


def test_a_body_that_is_too_large_is_a_413(call: Program, sample: str, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    _problem(call("POST", f"{sample}/customers", {"display_name": "x" * 2000}), 413, "too_large")


def test_whoever_is_not_signed_in_gets_a_401_with_the_scheme(sample: str) -> None:
    answer = Program()("GET", f"{sample}/customers")
    _problem(answer, 401, "not_signed_in")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="finsuite"'


def test_a_session_works_with_a_csrf_token_and_not_without(
    sample: str, owner: User, organization: Organization
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    url = f"/api/v1{sample}/customers"
    assert client.get(url).status_code == 200
    body = {"display_name": "Acme"}
    _problem(client.post(url, body, content_type="application/json"), 403, "not_permitted")
    assert Customer.objects.count() == 0
    client.cookies["csrftoken"] = "a" * 32
    answer = client.post(url, body, content_type="application/json", headers={"X-CSRFToken": "a" * 32})
    assert answer.status_code == 201


def test_a_defect_of_ours_is_a_500_that_tells_nothing(
    call: Program, sample: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("finance.selectors.customers.customers", broken)
    call.client.raise_request_exception = False
    answer = call("GET", f"{sample}/customers")
    _problem(answer, 500, "failed")
    assert b"secret" not in answer.content


def test_every_answer_carries_the_headers_that_keep_it_private(call: Program, sample: str) -> None:
    for answer in (call("GET", f"{sample}/customers"), call("GET", "/nonsense"), Program()("GET", "/me")):
        told = {
            name: answer.headers[name]
            for name in ("Cache-Control", "Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy")
        }
        assert told == {
            "Cache-Control": "no-store",
            "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
        }
        assert {"Authorization", "Cookie"} <= {name.strip() for name in answer.headers["Vary"].split(",")}
