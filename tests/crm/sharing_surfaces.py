"""Every surface through which somebody might learn of a record, or touch it: one line each.

A surface is called with the world and answers whether the viewer came to see, or could change, the records named
Zephyrine. `test_sharing.py` drives each one as every kind of person, for every way of sharing. To add one, add a line:

    "vendors: list page": shows("/crm/{org}/vendors/"),

Addresses may name `{org}`, `{account}`, `{contact}` (Zephyrine's own), `{child}` and `{person}` (the viewer's, which
point at Zephyrine), `{view}` (a list view that selects Zephyrine) and `{version}` (of `{account}`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.test import Client

from crm.models import RECORDS, Contact, ImportJob, Organization
from crm.services import exports, import_check, import_run, imports
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import DomainError
from finsuite.kernel.versions import version_of
from tests.api.conftest import Program
from users.models import User

SECRET = "Zephyrine"
TWIN = "Doppelganger"  # in the name of everything that is the other organization's


@dataclass
class World:
    """One viewer before records that somebody else owns, and two of their own that point at them."""

    organization: Organization
    viewer: User
    client: Client
    program: Program
    places: dict[str, Any]
    twins: frozenset[int]

    @property
    def actor(self) -> Actor:
        return Actor.person(self.viewer)

    def at(self, path: str) -> str:
        return path.format(**self.places)

    def state(self) -> list[tuple[Any, ...]]:
        """Everything that writing could change in the records that are not the viewer's own."""
        kept = (self.places["child"], self.places["person"])
        return [
            row
            for model in RECORDS.values()
            for row in model.objects.exclude(pk__in=kept).order_by("pk").values_list("pk", "updated_at", "owner_id")
        ]


Surface = Callable[[World], bool]


def _tells(text: str) -> bool:
    assert TWIN not in text, "another organization's record"
    return SECRET in text


def shows(path: str) -> Surface:
    """A page: does it name them? One that is not to be had names nothing."""

    def surface(world: World) -> bool:
        answer = world.client.get(world.at(path))
        assert answer.status_code in (200, 404), answer.status_code
        return _tells(answer.content.decode())

    return surface


def answers(path: str) -> Surface:
    """The API: does the answer name them?"""

    def surface(world: World) -> bool:
        answer = world.program("GET", world.at(path))
        assert answer.status_code in (200, 404), answer.content
        return _tells(answer.content.decode())

    return surface


def points(path: str, field: str) -> Surface:
    """The API of a record that is the viewer's own: does this field of it tell the id of one of theirs?"""

    def surface(world: World) -> bool:
        answer = world.program("GET", world.at(path)).json()
        found = answer.get("results", [answer])
        return any(record.get(field) == world.places["account"] for record in found)

    return surface


def counts(path: str) -> Surface:
    """The API's count: is it more than the one record that is the viewer's own?"""
    return lambda world: world.program("GET", world.at(path)).json()["count"] > 1


def posts(path: str, body: dict[str, Any]) -> Surface:
    """A form sent from a page: has anything changed?"""
    return lambda world: _changes(world, lambda: world.client.post(world.at(path), _filled(world, body)))


def calls(method: str, path: str, body: Any = None) -> Surface:
    """A write on the API: has anything changed?"""

    def call(world: World) -> Any:
        quoted = f'"{world.places["version"]}"'
        return world.program(method, world.at(path), _filled(world, body), if_match=quoted)

    return lambda world: _changes(world, lambda: call(world))


def attaches(method: str, path: str, body: Any) -> Surface:
    """A record of the viewer's own that is to point at theirs: does it from now on?"""

    def surface(world: World) -> bool:
        Contact.objects.filter(pk=world.places["person"]).update(account=None)
        own = Contact.objects.get(pk=world.places["person"])
        world.program(method, world.at(path), _filled(world, body), if_match=f'"{version_of(own)}"')
        return Contact.objects.get(pk=own.pk).account_id is not None

    return surface


def detaches(path: str) -> Surface:
    """A record of the viewer's own that is saved with nothing where it points at theirs: has it let go?

    What one can't see one can't take away either: whoever reads nothing there and writes it back means no change.
    """

    def surface(world: World) -> bool:
        own = Contact.objects.get(pk=world.places["person"])
        answer = world.program("PATCH", world.at(path), {"account": None}, if_match=f'"{version_of(own)}"')
        assert answer.status_code == 200, answer.content
        return Contact.objects.get(pk=own.pk).account_id is None

    return surface


def exported(world: World) -> bool:
    """A file of all accounts."""
    job = exports.create_export(actor=world.actor, organization=world.organization, module="accounts", values={})
    return _tells(b"".join(bytes(part.data) for part in job.parts.order_by("number")).decode())


def exported_reference(world: World) -> bool:
    """A file of all contacts, whose accounts stand beside them."""
    job = exports.create_export(actor=world.actor, organization=world.organization, module="contacts", values={})
    return _tells(b"".join(bytes(part.data) for part in job.parts.order_by("number")).decode())


def import_finds(world: World) -> bool:
    """The dry run of a file that names them: does it tell which record it is, or what it says?"""
    job = _checked(world, "accounts", f"Account Name,Phone\n{SECRET} Werke,999\n")
    row = job.rows.get()
    told = f"{row.outcome} {row.record_id} {row.changes} {row.problems}"
    assert str(world.twins) not in told
    if row.outcome == "refuse":
        assert (row.record_id, row.changes, SECRET in str(row.problems)) == (None, {}, False)
        assert [problem["code"] for problem in row.problems] == ["not_visible"]
        return False
    return row.record_id == world.places["account"]


def import_changes(world: World) -> bool:
    """The same file, run."""

    def run() -> None:
        job = _checked(world, "accounts", f"Account Name,Phone\n{SECRET} Werke,999\n")
        imports.start_run(actor=world.actor, job=job)
        while import_run.run_batch(job.pk):
            pass

    return _changes(world, run)


def import_attaches(world: World) -> bool:
    """A file of contacts who are to belong to them."""
    job = _checked(world, "contacts", f"Last Name,Account Name\nNeu,{SECRET} Werke\n")
    return job.rows.get(module="contacts").outcome == "create"


def import_of_another(world: World) -> bool:
    """The page of an import that somebody else has run, which lists the rows of its file."""
    admin = world.places["admin"]
    job = imports.create_import(
        actor=Actor.person(admin),
        organization=world.organization,
        module="accounts",
        file_name="all.csv",
        chunks=[f"Account Name\n{SECRET} Werke\n".encode()],
    )
    return _tells(world.client.get(f"/crm/{world.organization.pk}/imports/{job.pk}").content.decode())


def _checked(world: World, module: str, text: str) -> ImportJob:
    job = imports.create_import(
        actor=world.actor, organization=world.organization, module=module, file_name="f.csv", chunks=[text.encode()]
    )
    imports.start_check(actor=world.actor, job=job)
    import_check.check(job.pk)
    job.refresh_from_db()
    return job


def _changes(world: World, act: Callable[[], Any]) -> bool:
    before = world.state()
    try:
        answer = act()
    except DomainError:
        answer = None
    if answer is not None:
        assert answer.status_code < 500
        assert answer.status_code != 403, "that they exist"
    return world.state() != before


def _filled(world: World, body: Any) -> Any:
    if isinstance(body, dict):
        return {name: _filled(world, value) for name, value in body.items()}
    if isinstance(body, list):
        return [_filled(world, value) for value in body]
    if isinstance(body, str) and body.startswith("{"):
        return world.places[body.strip("{}")]
    return body


PAGES = "/crm/{org}"
API = "/crm/{org}"
FORM = {"name": "Changed", "seen-name": "other", "version": "{version}"}

# What a person may do with a record that they may see, and with no other.
SURFACES: dict[str, Surface] = {
    "accounts: list page": shows(f"{PAGES}/accounts/"),
    "accounts: list page, searched": shows(f"{PAGES}/accounts/?q=werke"),
    "accounts: list view with criteria": shows(f"{PAGES}/accounts/?view={{view}}"),
    "accounts: page": shows(f"{PAGES}/accounts/{{account}}"),
    "accounts: contacts tab": shows(f"{PAGES}/accounts/{{account}}/contacts"),
    "accounts: history tab": shows(f"{PAGES}/accounts/{{account}}/history"),
    "accounts: form": shows(f"{PAGES}/accounts/{{account}}/edit"),
    "accounts: saved form": posts(f"{PAGES}/accounts/{{account}}/edit", FORM),
    "accounts: delete": posts(f"{PAGES}/accounts/{{account}}/delete", {}),
    "accounts: delete ticked": posts(f"{PAGES}/accounts/delete", {"row": "{account}"}),
    "accounts: picker": shows(f"{PAGES}/accounts/lookup?q=zephyrine"),
    "accounts: new contact of": shows(f"{PAGES}/contacts/new?account={{account}}"),
    "contacts: list page": shows(f"{PAGES}/contacts/"),
    "contacts: page": shows(f"{PAGES}/contacts/{{contact}}"),
    "contacts: delete ticked": posts(f"{PAGES}/contacts/delete", {"row": "{contact}"}),
    "contacts: picker": shows(f"{PAGES}/contacts/lookup?q=zephyrine"),
    "palette": shows("/search/?q=zephyrine"),
    "search page": shows(f"{PAGES}/search?q=werke"),
    "reference: list column": shows(f"{PAGES}/contacts/?q=eigner&column=account"),
    "reference: parent column": shows(f"{PAGES}/accounts/?q=tochter&column=parent"),
    "reference: page": shows(f"{PAGES}/contacts/{{person}}"),
    "reference: parent on a page": shows(f"{PAGES}/accounts/{{child}}"),
    "reference: form": shows(f"{PAGES}/contacts/{{person}}/edit"),
    "reference: history tab": shows(f"{PAGES}/contacts/{{person}}/history"),
    "api accounts: list": answers(f"{API}/accounts"),
    "api accounts: searched": answers(f"{API}/accounts?search=werke"),
    "api accounts: list view": answers(f"{API}/accounts?view={{view}}"),
    "api accounts: count": counts(f"{API}/accounts?count=true"),
    "api accounts: record": answers(f"{API}/accounts/{{account}}"),
    "api accounts: history": answers(f"{API}/accounts/{{account}}/history"),
    "api accounts: change": calls("PATCH", f"{API}/accounts/{{account}}", {"phone": "999"}),
    "api accounts: delete": calls("DELETE", f"{API}/accounts/{{account}}"),
    "api accounts: bulk": calls(
        "POST", f"{API}/accounts/bulk", {"records": [{"id": "{account}", "version": "{version}", "phone": "999"}]}
    ),
    "api contacts: list": answers(f"{API}/contacts"),
    "api contacts: record": answers(f"{API}/contacts/{{contact}}"),
    "api reference: id in a list": points(f"{API}/contacts", "account"),
    "api reference: id": points(f"{API}/contacts/{{person}}", "account"),
    "api reference: expanded": answers(f"{API}/contacts/{{person}}?expand=account"),
    "api reference: parent expanded": answers(f"{API}/accounts/{{child}}?expand=parent"),
    "api reference: attach": attaches("PATCH", f"{API}/contacts/{{person}}", {"account": "{account}"}),
    "api reference: detach": detaches(f"{API}/contacts/{{person}}"),
    "export": exported,
    "export of what points at them": exported_reference,
    "import: dry run": import_finds,
    "import: run": import_changes,
    "import: reference": import_attaches,
    "import: of another": import_of_another,
}

# Those that only they may look into who see every record there is.
OF_EVERYTHING = {"import: of another"}
