"""Headers, refusals that became pages or toasts, and messages."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.contrib import messages
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path
from django.views.decorators.http import require_POST

from finsuite.kernel import errors
from finsuite.urls import handler400, handler403, handler404, handler500  # noqa: F401 - read by Django

KINDS: dict[str, errors.DomainError] = {
    "refused": errors.Refused("The name is missing."),
    "not-permitted": errors.NotPermitted("Only the owner may do this."),
    "not-found": errors.NotFound("There is no such account."),
    "transition": errors.TransitionRefused("A paid invoice can't be voided.", state="paid", verb="void", legal=[]),
    "conflict": errors.Conflict("Somebody changed it."),
    "retry": errors.Retryable("The queue is full.", after=7),
    "misconfigured": errors.Misconfigured("There is no queue."),
}
STATUS = {
    "refused": 400,
    "not-permitted": 403,
    "not-found": 404,
    "transition": 409,
    "conflict": 409,
    "retry": 503,
    "misconfigured": 500,
}


def refuse(request: HttpRequest, kind: str) -> HttpResponse:
    raise KINDS[kind]


def fail(request: HttpRequest, how: str) -> HttpResponse:
    raise {"forbidden": PermissionDenied, "suspicious": SuspiciousOperation, "broken": ZeroDivisionError}[how]("secret")


def saved(request: HttpRequest) -> HttpResponse:
    messages.success(request, "Enregistré.")
    messages.error(request, "But not sent.")
    response = HttpResponse("<p>part</p>")
    response.headers["HX-Trigger"] = json.dumps({"close-dialog": {"id": "edit"}})
    return response


@require_POST
def only_post(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [
    path("refuse/<kind>/", refuse),
    path("api/refuse/<kind>/", refuse),
    path("fail/<how>/", fail),
    path("saved/", saved),
    path("only-post/", only_post),
    path("", include("finsuite.urls")),
]

HTMX = {"HX-Request": "true"}


@pytest.fixture
def visitor(db: None, settings: Any) -> Client:
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("kind", KINDS)
def test_a_refusal_becomes_a_page_with_its_sentence(visitor: Client, kind: str) -> None:
    response = visitor.get(f"/refuse/{kind}/")
    text = response.content.decode().replace("&#x27;", "'")
    assert response.status_code == STATUS[kind]
    assert KINDS[kind].message in text
    assert "To the start page" in text


@pytest.mark.parametrize("kind", KINDS)
def test_a_refusal_becomes_a_toast_for_htmx(visitor: Client, kind: str) -> None:
    response = visitor.get(f"/refuse/{kind}/", headers=HTMX)
    assert (response.status_code, response.content) == (STATUS[kind], b"")
    toasts = json.loads(response.headers["HX-Trigger"])["toasts"]
    assert toasts == [{"tone": "danger", "message": KINDS[kind].message}]


def test_what_passes_by_itself_says_when_to_come_back(visitor: Client) -> None:
    assert visitor.get("/refuse/retry/").headers["Retry-After"] == "7"


def test_the_api_shapes_its_own_refusals(visitor: Client) -> None:
    assert visitor.get("/api/refuse/not-found/").status_code == 500


@pytest.mark.parametrize(
    ("path", "status", "title"),
    [
        ("/fail/forbidden/", 403, "You don't have permission for this"),
        ("/fail/suspicious/", 400, "This can't be done"),
        ("/fail/broken/", 500, "Something broke on our side"),
        ("/nowhere/", 404, "This page can't be found"),
        ("/only-post/", 405, "This address can't be opened that way"),
    ],
)
def test_every_mishap_has_a_page_that_tells_no_secret(visitor: Client, path: str, status: int, title: str) -> None:
    response = visitor.get(path)
    text = response.content.decode().replace("&#x27;", "'")
    assert (response.status_code, title in text, "secret" in text) == (status, True, False)


def test_the_page_for_a_wrong_method_still_names_the_right_ones(visitor: Client) -> None:
    assert visitor.get("/only-post/").headers["Allow"] == "POST"


def test_messages_come_with_an_htmx_answer_beside_what_it_triggers_itself(visitor: Client) -> None:
    response = visitor.get("/saved/", headers=HTMX)
    assert json.loads(response.headers["HX-Trigger"]) == {
        "close-dialog": {"id": "edit"},
        "toasts": [{"tone": "success", "message": "Enregistré."}, {"tone": "danger", "message": "But not sent."}],
    }
    assert response.headers["HX-Trigger"].isascii()
    assert "Enregistré" not in visitor.get("/sign-in/").content.decode()


def test_messages_of_a_plain_answer_wait_for_the_next_page(visitor: Client) -> None:
    visitor.get("/saved/")
    html = visitor.get("/sign-in/").content.decode()
    assert re.findall(r'data-toast="(\w+)"', html.partition("<template")[0]) == ["success", "danger"]


EXPECTED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.mark.parametrize("path", ["/sign-in/", "/nowhere/", "/fail/broken/", "/api/v1/me", "/admin/login/", "/healthz"])
def test_every_answer_carries_the_headers(visitor: Client, path: str) -> None:
    headers = visitor.get(path).headers
    assert {name: headers.get(name) for name in EXPECTED} == EXPECTED
    assert headers["Referrer-Policy"] in {"same-origin", "no-referrer"}
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    # The API answers no markup; its shorter policy closes the same doors.
    strict = ["default-src", "frame-ancestors", *([] if path.startswith("/api/") else ["object-src", "base-uri"])]
    assert {policy[name] for name in strict} == {"'none'"}
    assert "camera=()" in headers["Permissions-Policy"]


def test_our_pages_allow_no_inline_code_or_style_and_a_new_nonce_each_time(visitor: Client) -> None:
    policies = [visitor.get("/sign-in/").headers["Content-Security-Policy"] for _ in range(2)]
    assert policies[0] != policies[1]
    for policy in policies:
        assert "unsafe" not in policy
        assert re.search(r"script-src 'nonce-[\w-]{22}'; style-src 'self';", policy)


def test_the_pages_scripts_carry_the_nonce_of_the_header(visitor: Client) -> None:
    response = visitor.get("/sign-in/")
    nonce = re.search(r"'nonce-([\w-]+)'", response.headers["Content-Security-Policy"]).group(1)  # type: ignore[union-attr]
    scripts = re.findall(r"<script[^>]*>", response.content.decode())
    assert len(scripts) == 2
    assert all(f'nonce="{nonce}"' in script for script in scripts)


def test_a_time_zone_that_no_longer_exists_is_read_as_utc(visitor: Client) -> None:
    from tests import factories

    person = factories.user(time_zone="Mars/Olympus")
    visitor.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    assert visitor.get("/settings/").status_code == 200
