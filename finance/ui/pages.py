"""What every finance page shares: who may open it, and what its template knows."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

import audit.selectors
from audit.stories import stories
from finance import access
from finance.models import Membership
from finance.rights import Right, allows
from finance.selectors.custom_fields import described
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import DomainError, Refused

View = Callable[..., HttpResponseBase]

SIZE = 50  # rows of a list at a time
ENTRIES = 50  # of a history


def page(right: Right, *methods: str) -> Callable[[View], View]:
    """Only for members whose role includes the right; the view gets the request and the membership.

    To everybody else the organization doesn't exist; to members without the right, the page says so.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        @require_http_methods([*(methods or ("GET",)), "HEAD"])
        @login_required
        def open_page(request: HttpRequest, organization: int, **names: Any) -> HttpResponseBase:
            member = access.membership(request.user, organization)
            access.require_role(member.role, right)
            request.finance_member = member  # type: ignore[attr-defined]
            return view(request, member, **names)

        return open_page

    return decorate


def member_of(request: HttpRequest, organization_id: int) -> Membership:
    """The membership that a finance page has opened with, for the panels on it."""
    found: Membership | None = getattr(request, "finance_member", None)
    if found is None or found.organization_id != organization_id:
        return access.membership(request.user, organization_id)
    return found


def actor_of(request: HttpRequest) -> Actor:
    """The signed-in person."""
    return Actor.person(request.user)


def show(
    request: HttpRequest, member: Membership, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """The page, which knows the organization, the member and, as `may`, each of their rights by name."""
    may = {right.name.lower(): allows(member.role, right) for right in Right}
    known = {"organization": member.organization, "member": member, "may": may}
    return render(request, template, {**known, **context}, status=status)


def address_of(member: Membership, name: str, **names: int) -> str:
    """The address of a finance page of the member's organization."""
    return reverse(f"finance:{name}", kwargs={"organization": member.organization_id, **names})


def known_value(value: str | None, values: Collection[str]) -> str:
    """What a query parameter says, where it is one of these; else nothing."""
    return value if value is not None and value in values else ""


def told_history(member: Membership, kind: type[Model], record_id: int, module: str) -> dict[str, Any]:
    """What a record's history tab shows: the last stories, and whether there are more."""
    found = audit.selectors.of_record(
        tenant=member.organization.tenant, kind=kind._meta.label_lower, record_id=record_id
    )
    entries = list(found[: ENTRIES + 1])
    told = stories(entries[:ENTRIES], custom=lambda: described(member.organization, module))
    return {"stories": told, "more": len(entries) > ENTRIES}


def add_refusal(form: Any, refusal: DomainError) -> int:
    """Put a service's refusal onto the form's fields, and answer the status of the page that shows it."""
    fields = refusal.fields if isinstance(refusal, Refused) else {}
    told = False
    for name, messages in fields.items():
        bound = name if name in form.fields else name.removesuffix("_id")
        if bound in form.fields:
            told = True
            for message in messages:
                form.add_error(bound, message)
    if not told and not form.errors:
        form.add_error(None, refusal.message)
    return 409 if not isinstance(refusal, Refused) else 422
