"""Every surface through which somebody might learn of a record, or touch it: one line each.

A surface is called with the world and answers whether the viewer came to see, or could change, the records named
Zephyrine. `test_sharing.py` drives each one as every kind of person, for every way of sharing. To add one, add a line:

    "vendors: list page": shows("/crm/{org}/vendors/"),

A module with the usual pages and addresses is one line, too: `**pages_of("vendors", "vendor")`.

Addresses may name `{org}`; `{account}`, `{contact}` and so on, which are somebody else's, with `{account_version}`…;
`{child}`, `{person}` and `{sale}`, an account, a contact and a deal of the viewer's own that point at Zephyrine's
account (the deal at their contact and product, too); `{activity}`, about that account; `{file}`, which hangs on it; and
`{view}`, a list view that selects it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.test import Client

from crm.access import Access, of_actor
from crm.choices import Module
from crm.models import RECORDS, Account, Attachment, Contact, Deal, ImportJob, Organization, Pipeline
from crm.selectors.activities import activities
from crm.selectors.board import board
from crm.selectors.deals import deals, sums
from crm.selectors.duplicates import duplicates_of
from crm.services import exports, import_check, import_run, imports
from crm.services.deals import move_deal
from crm.services.duplicates import catch_up
from crm.services.merging import merge_records
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

    @property
    def access(self) -> Access:
        return of_actor(self.actor, self.organization)

    @property
    def twin_draft(self) -> Account:
        """An account that is not saved yet and has the name of theirs."""
        return Account(organization=self.organization, name=f"{SECRET} Werke")

    def at(self, path: str) -> str:
        return path.format(**self.places)

    def state(self) -> list[tuple[Any, ...]]:
        """Everything that writing could change in the records that are not the viewer's own."""
        own = {Account: self.places["child"], Contact: self.places["person"], Deal: self.places["sale"]}
        return [
            row
            for model in RECORDS.values()
            for row in model.objects.exclude(pk=own.get(model))
            .order_by("pk")
            .values_list("pk", "updated_at", "owner_id")
        ]


Surface = Callable[[World], bool]


def _tells(text: str) -> bool:
    assert TWIN not in text, "another organization's record"
    return SECRET in text


def shows(path: str) -> Surface:
    """A page: does it name them? One that is not to be had names nothing."""

    def surface(world: World) -> bool:
        answer = world.client.get(world.at(path), follow=True)
        assert answer.status_code in (200, 404), f"{path}: {answer.status_code}"
        return _tells(answer.content.decode())

    return surface


def answers_at(path: str) -> Surface:
    """A page that may well be empty, or a file: is it to be had at all?"""
    return lambda world: world.client.get(world.at(path)).status_code == 200


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


def parts_of_sale(name: str, key: str) -> Surface:
    """The viewer's own deal on the API: does one of its parts name theirs by its id?"""

    def surface(world: World) -> bool:
        answer = world.program("GET", world.at(f"{API}/deals/{{sale}}")).json()
        return any(part[key] is not None for part in answer[name])

    return surface


def counts(path: str) -> Surface:
    """The API's count: is it more than the one record that is the viewer's own?"""
    return lambda world: world.program("GET", world.at(path)).json()["count"] > 1


def posts(path: str, body: dict[str, Any]) -> Surface:
    """A form sent from a page: has anything changed?"""
    return lambda world: _changes(world, lambda: world.client.post(world.at(path), _filled(world, body)))


def sends(path: str, body: dict[str, Any]) -> Surface:
    """A form that is answered with a page: does it name them?"""

    def surface(world: World) -> bool:
        answer = world.client.post(world.at(path), _filled(world, body))
        assert answer.status_code in (200, 302, 404, 422), f"{path}: {answer.status_code}"
        return _tells(answer.content.decode())

    return surface


def calls(method: str, path: str, body: Any = None, version: str = "account_version") -> Surface:
    """A write on the API: has anything changed?"""

    def call(world: World) -> Any:
        quoted = f'"{world.places[version]}"'
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
    assert not any(f"'record_id': {twin}" in told for twin in world.twins)
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


def pages_of(module: str, one: str) -> dict[str, Surface]:
    """The pages that every module has."""
    at, record = f"{PAGES}/{module}", f"{PAGES}/{module}/{{{one}}}"
    typed = {"name": "Changed", "seen-name": "other", "last_name": "Changed", "seen-last_name": "other"}
    typed |= {"stage_id": "{stage}", "seen-stage_id": ""} if module == "deals" else {}
    version = f"{{{one}_version}}"
    return {
        f"{module}: list page": shows(f"{at}/"),
        f"{module}: list page, searched": shows(f"{at}/?q=zephyrine"),
        f"{module}: page": shows(record),
        f"{module}: history tab": shows(f"{record}/history"),
        f"{module}: activity tab": shows(f"{record}/activity"),
        f"{module}: files tab": shows(f"{record}/files"),
        f"{module}: peek": shows(f"{record}/peek"),
        f"{module}: duplicates": answers_at(f"{PAGES}/duplicates/{module}/{{{one}}}"),
        f"{module}: form": shows(f"{record}/edit"),
        f"{module}: saved form": posts(f"{record}/edit", {**typed, "version": version}),
        f"{module}: given away": posts(f"{record}/owner", {"owner_id": "", "version": version}),
        f"{module}: delete": posts(f"{record}/delete", {"version": version}),
        f"{module}: delete ticked": posts(
            f"{PAGES}/bulk/{module}", {"act": "delete", "step": "apply", "row": f"{{{one}}}"}
        ),
        f"{module}: preview of ticked": sends(
            f"{PAGES}/bulk/{module}", {"act": "delete", "step": "preview", "row": f"{{{one}}}"}
        ),
        f"{module}: owner of all listed": posts(
            f"{PAGES}/bulk/{module}",
            {"act": "owner", "step": "apply", "everything": "1", "q": "zephyrine", "owner_id": ""},
        ),
        f"{module}: picker": shows(f"{at}/lookup?q=zephyrine"),
    }


def api_of(module: str, one: str) -> dict[str, Surface]:
    """The addresses that every module has on the API."""
    at, record = f"{API}/{module}", f"{API}/{module}/{{{one}}}"
    change = {"id": f"{{{one}}}", "version": f"{{{one}_version}}", "description": "Changed"}
    return {
        f"api {module}: list": answers(at),
        f"api {module}: searched": answers(f"{at}?search=zephyrine"),
        f"api {module}: record": answers(record),
        f"api {module}: history": answers(f"{record}/history"),
        f"api {module}: change": calls("PATCH", record, {"description": "Changed"}, version=f"{one}_version"),
        f"api {module}: bulk": calls("POST", f"{at}/bulk", {"records": [change]}),
        f"api {module}: bulk change": calls(
            "POST", f"{at}/bulk-change", {"kind": "edit", "ids": [f"{{{one}}}"], "values": {"description": "Changed"}}
        ),
        f"api {module}: delete": calls("DELETE", record, version=f"{one}_version"),
    }


def selects(rows: Callable[[World], Iterable[Any]]) -> Surface:
    """What a selector answers, where no page shows it by a name: is anything of theirs among it?"""
    return lambda world: _tells(" ".join(str(row) for row in rows(world)))


def does(act: Callable[[World], Any]) -> Surface:
    """A service called as the viewer: has anything changed?"""
    return lambda world: _changes(world, lambda: act(world) and None)


def _board(world: World) -> list[str]:
    pipeline = Pipeline.objects.of(world.organization).get(is_default=True)
    return [card["name"] for column in board(world.access, pipeline) for card in column.cards]


def _duplicates(world: World) -> list[str]:
    catch_up(world.organization, Module.ACCOUNTS)
    return [found.record.name for found in duplicates_of(world.access, Module.ACCOUNTS, world.twin_draft)]


def deletes_file(world: World) -> bool:
    """The file that hangs on their account, deleted from its page."""
    world.client.post(world.at(f"{PAGES}/files/{{file}}/delete"), headers={"HX-Request": "true"})  # leaves no toast
    return Attachment.objects.get(pk=world.places["file"]).deleted_at is not None


def _merge(world: World) -> Any:
    return merge_records(
        actor=world.actor,
        organization=world.organization,
        module="accounts",
        survivor_id=world.places["child"],
        loser_ids=[world.places["account"]],
    )


def _move(world: World) -> Any:
    deal = Deal.objects.get(pk=world.places["deal"])
    return move_deal(actor=world.actor, deal=deal, stage_id=world.places["stage"])


# What a person may do with a record that they may see, and with no other.
SURFACES: dict[str, Surface] = {
    **pages_of("accounts", "account"),
    **pages_of("contacts", "contact"),
    **pages_of("vendors", "vendor"),
    **pages_of("products", "product"),
    **pages_of("deals", "deal"),
    **api_of("accounts", "account"),
    **api_of("contacts", "contact"),
    **api_of("vendors", "vendor"),
    **api_of("products", "product"),
    **api_of("deals", "deal"),
    "deals: lines tab": shows(f"{PAGES}/deals/{{deal}}/lines"),
    "deals: contacts tab": shows(f"{PAGES}/deals/{{deal}}/contacts"),
    "deals: stages tab": shows(f"{PAGES}/deals/{{deal}}/stages"),
    "deals: move page": shows(f"{PAGES}/deals/{{deal}}/move"),
    "deals: new deal of": shows(f"{PAGES}/deals/new?account={{account}}"),
    "reference: deal page": shows(f"{PAGES}/deals/{{sale}}"),
    "reference: deal form": shows(f"{PAGES}/deals/{{sale}}/edit"),
    "reference: deal lines": shows(f"{PAGES}/deals/{{sale}}/lines"),
    "reference: deal contacts": shows(f"{PAGES}/deals/{{sale}}/contacts"),
    "reference: deal column": shows(f"{PAGES}/deals/?q=eigener&column=account&column=contact"),
    "api reference: deal expanded": answers(f"{API}/deals/{{sale}}?expand=account,contact"),
    "api reference: deal line": parts_of_sale("lines", "product"),
    "api reference: deal contact": parts_of_sale("contact_roles", "contact"),
    "api deals: stage changes": answers_at(f"/api/v1{API}/deals/{{deal}}/stage-changes"),
    "accounts: list view with criteria": shows(f"{PAGES}/accounts/?view={{view}}"),
    "accounts: contacts tab": shows(f"{PAGES}/accounts/{{account}}/contacts"),
    "accounts: new contact of": shows(f"{PAGES}/contacts/new?account={{account}}"),
    "palette": shows("/search/?q=zephyrine"),
    "search page: activities": shows(f"{PAGES}/search?q=call&module=activities"),
    "api search: activities": answers(f"{API}/search?q=call&module=activities"),
    "search page": shows(f"{PAGES}/search?q=werke"),
    "reference: list column": shows(f"{PAGES}/contacts/?q=eigner&column=account"),
    "reference: parent column": shows(f"{PAGES}/accounts/?q=tochter&column=parent"),
    "reference: page": shows(f"{PAGES}/contacts/{{person}}"),
    "reference: parent on a page": shows(f"{PAGES}/accounts/{{child}}"),
    "reference: hierarchy": shows(f"{PAGES}/accounts/{{child}}/hierarchy"),
    "reference: form": shows(f"{PAGES}/contacts/{{person}}/edit"),
    "reference: history tab": shows(f"{PAGES}/contacts/{{person}}/history"),
    "api accounts: list view": answers(f"{API}/accounts?view={{view}}"),
    "api accounts: count": counts(f"{API}/accounts?count=true"),
    "api reference: id in a list": points(f"{API}/contacts", "account"),
    "api reference: id": points(f"{API}/contacts/{{person}}", "account"),
    "api reference: expanded": answers(f"{API}/contacts/{{person}}?expand=account"),
    "api reference: parent expanded": answers(f"{API}/accounts/{{child}}?expand=parent"),
    "api reference: attach": attaches("PATCH", f"{API}/contacts/{{person}}", {"account": "{account}"}),
    "api reference: detach": detaches(f"{API}/contacts/{{person}}"),
    "deals: board": selects(_board),
    "deals: board page": shows(f"{PAGES}/deals/board"),
    "deals: card moved": posts(f"{PAGES}/deals/{{deal}}/move-card", {"stage": "{stage}"}),
    "api deals: board": answers(f"{API}/deals/board"),
    "deals: sums": lambda world: sums(deals(world.access)).count > 1,
    "deals: move": does(_move),
    "activities": selects(lambda world: activities(world.access).values_list("subject", flat=True)),
    "activity: page": shows(f"{PAGES}/activities/{{activity}}"),
    "duplicates": selects(_duplicates),
    "merge": does(_merge),
    "merge: choice of the other": shows(f"{PAGES}/merge/accounts?id={{child}}&q=zephyrine"),
    "merge: page": shows(f"{PAGES}/merge/accounts?id={{child}}&id={{account}}"),
    "file": answers_at(f"{PAGES}/files/{{file}}"),
    "file: deleted": deletes_file,
    "export": exported,
    "export of what points at them": exported_reference,
    "import: dry run": import_finds,
    "import: run": import_changes,
    "import: reference": import_attaches,
    "import: of another": import_of_another,
}

# Those that only they may look into who see every record there is.
OF_EVERYTHING = {"import: of another"}
