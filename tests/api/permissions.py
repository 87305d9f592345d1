"""The permission table: who gets which answer at which address, for pages and API alike.

How to add rows: a room keeps its own in `tests/api/rows_<room>.py`, which is found by its name and has

    ROWS = [read(…), write(…), page(…), …]                      # see the three functions below
    def furnish(world: World) -> None: …                        # optional: makes the records that the rows name

An address is a template, `/api/v1/crm/{crm}/accounts/{account}`; each name in braces is an entry of `world.names`, and
`furnish` adds to it with `world.add("account", ours, foreign)`: a record of the organization under test, and a like one
of the outsider's. `world.names["account_version"]` then is its version, for If-Match. tests/architecture/test_routes.py
fails for an address or method that no row names. Who asks:

    anonymous  nobody           none   a member of the CRM organization whose profile opens nothing; no finance member
    outsider   an administrator of another CRM and another finance organization
    view       profile Read-only, role viewer        edit   profile Standard, role staff        admin   administrator
    read_key, expired_key, revoked_key  the administrator's keys (for pages: nobody, since pages know no keys)
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.test import Client
from django.utils import timezone

import crm.services.organizations
from crm.models import Profile
from finance.models import Membership
from finsuite.kernel.actors import Actor
from finsuite.kernel.versions import version_of
from tests import factories
from users.models import ApiToken, User
from users.services.tokens import create_token, revoke_token

PEOPLE = ("outsider", "none", "view", "edit", "admin")
KEYS = ("read_key", "expired_key", "revoked_key")
EVERYBODY = ("anonymous", *PEOPLE, *KEYS)
HTMX = {"HX-Request": "true"}
"""Of a part of a page; opened by itself it may be the way to its page."""


@dataclass(frozen=True)
class Row:
    """One method of one address, and the status that each asker gets."""

    method: str
    url: str
    expected: Mapping[str, int]
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    is_page: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.url}"


def read(url: str, *, none: int = 404, view: int = 200, edit: int = 200, admin: int = 200, outsider: int = 404) -> Row:
    """A GET of the API."""
    asked = {"none": none, "view": view, "edit": edit, "admin": admin, "outsider": outsider}
    keys = {"read_key": admin, "expired_key": 401, "revoked_key": 401}
    return Row("GET", url, {"anonymous": 401, **asked, **keys})


def write(
    method: str,
    url: str,
    *,
    none: int = 404,
    view: int = 403,
    edit: int,
    admin: int,
    outsider: int = 404,
    body: Any = None,
    headers: Mapping[str, str] | None = None,
) -> Row:
    """A POST, PUT, PATCH or DELETE of the API; a key with the scope "read" may not."""
    asked = {"none": none, "view": view, "edit": edit, "admin": admin, "outsider": outsider}
    keys = {"read_key": 403, "expired_key": 401, "revoked_key": 401}
    return Row(method, url, {"anonymous": 401, **asked, **keys}, body, headers or {})


def page(
    url: str,
    *,
    method: str = "GET",
    none: int = 404,
    view: int = 200,
    edit: int = 200,
    admin: int = 200,
    outsider: int = 404,
    anonymous: int = 302,
    body: Any = None,
    headers: Mapping[str, str] | None = None,
) -> Row:
    """A page or form; whoever is not signed in is sent to the sign-in."""
    asked = {"none": none, "view": view, "edit": edit, "admin": admin, "outsider": outsider}
    nobody = dict.fromkeys(("anonymous", *KEYS), anonymous)
    return Row(method, url, {**nobody, **asked}, body, headers or {}, is_page=True)


class World:
    """Two organizations on each side, the one under test and the outsider's, and everybody who asks."""

    def __init__(self) -> None:
        self.people = {"admin": factories.user("admin@example.com"), "outsider": factories.user("outside@example.com")}
        self.crm = factories.crm_organization(self.people["admin"])
        self.foreign_crm = factories.crm_organization(self.people["outsider"], name="Ailleurs SA")
        self.finance = factories.finance_organization(self.people["admin"])
        self.foreign_finance = factories.finance_organization(self.people["outsider"], name="Ailleurs Frères")
        self.handler = Client().handler  # one for all: each makes every middleware anew
        self.names: dict[str, Any] = {}
        self.foreign: dict[str, Any] = {}
        for name, profile, role in (("view", "Read-only", "viewer"), ("edit", "Standard", "staff")):
            self.people[name] = factories.crm_member(self.crm, profile, f"{name}@example.com")
            Membership.objects.create(organization=self.finance, user=self.people[name], role=role)
        self.people["none"] = self._nobody_much()
        self.keys = {name: self._key(self.people[name]) for name in PEOPLE}
        self._spoilt_keys(self.people["admin"])
        self.add("crm", self.crm, self.foreign_crm)
        self.add("finance", self.finance, self.foreign_finance)
        self.sessions = {name: self._session(name) for name in PEOPLE}
        for module in room_modules():
            if hasattr(module, "furnish"):
                module.furnish(self)

    def add(self, name: str, ours: Any, foreign: Any) -> None:
        """Let rows name this record; `foreign` is a like one of the outsider's."""
        assert name not in self.names, f"two rooms call a record {name}; the later one would be asked for under both"
        self.names[name], self.foreign[name] = ours.pk, foreign.pk
        if hasattr(ours, "updated_at"):
            self.names[f"{name}_version"] = version_of(ours)

    def ask(self, row: Row, who: str, names: Mapping[str, Any] | None = None) -> Any:
        """The answer that this asker gets."""
        names = names or self.names
        client = Client()
        client.handler = self.handler
        if row.is_page and who in PEOPLE:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[who]
        headers = {name: _filled(value, names) for name, value in row.headers.items()}
        if not row.is_page and who in self.keys:
            headers["Authorization"] = f"Bearer {self.keys[who]}"
        body = _filled(row.body, names)
        if row.is_page:
            return (
                client.generic(row.method, _filled(row.url, names), headers=headers)
                if body is None
                else (getattr(client, row.method.lower())(_filled(row.url, names), body, headers=headers))
            )
        return client.generic(
            row.method,
            _filled(row.url, names),
            b"" if body is None else orjson.dumps(body),
            content_type="application/json",
            headers=headers,
        )

    def _nobody_much(self) -> User:
        person = factories.user("none@example.com")
        closed = Profile.objects.create(organization=self.crm, name="Closed")
        crm.services.organizations.add_member(
            actor=factories.SYSTEM, organization=self.crm, email=person.email, profile=closed
        )
        return person

    def _key(self, person: User) -> str:
        return create_token(actor=Actor.person(person), user=person, name="key", scopes=["admin"])[1]

    def _spoilt_keys(self, person: User) -> None:
        actor = Actor.person(person)
        _token, self.keys["read_key"] = create_token(actor=actor, user=person, name="reads", scopes=["read"])
        expired, self.keys["expired_key"] = create_token(actor=actor, user=person, name="expired", scopes=["admin"])
        ApiToken.objects.filter(pk=expired.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
        revoked, self.keys["revoked_key"] = create_token(actor=actor, user=person, name="revoked", scopes=["admin"])
        revoke_token(actor=actor, user=person, token_id=revoked.pk)

    def _session(self, name: str) -> str:
        client = Client()
        client.force_login(self.people[name], backend="django.contrib.auth.backends.ModelBackend")
        return client.cookies[settings.SESSION_COOKIE_NAME].value


def room_modules() -> list[Any]:
    """Every tests/api/rows_<room>.py."""
    found = sorted(path.stem for path in Path(__file__).parent.glob("rows_*.py"))
    return [importlib.import_module(f"tests.api.{name}") for name in found]


def all_rows() -> list[Row]:
    """The whole table."""
    return [row for module in room_modules() for row in module.ROWS]


def _filled(template: Any, names: Mapping[str, Any]) -> Any:
    if isinstance(template, str):
        return _Names(names).fill(template)
    if isinstance(template, dict):
        return {key: _filled(value, names) for key, value in template.items()}
    if isinstance(template, list):
        return [_filled(value, names) for value in template]
    return template


class _Names:
    """Fills `{account}` alone; a template that is nothing but one name keeps that value's type."""

    def __init__(self, names: Mapping[str, Any]) -> None:
        self.names = names

    def fill(self, template: str) -> Any:
        if template.startswith("{") and template.endswith("}") and template.count("{") == 1:
            return self.names[template[1:-1]]
        return template.format_map(self.names) if "{" in template else template
