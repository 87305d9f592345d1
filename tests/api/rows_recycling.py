"""Who gets which answer at bulk changes and at the recycle bin, on the API and on the pages."""

from __future__ import annotations

from typing import Any

from crm.choices import Module
from crm.models import BulkChange, DeletedRecord
from crm.services import records
from crm.services.bulk import start_bulk
from crm.services.kinds import KINDS
from finsuite.kernel.actors import Actor
from tests import factories
from tests.api.permissions import World, page, read, write


def furnish(world: World) -> None:
    organizations = (world.crm, world.foreign_crm)
    people = (world.people["admin"], world.people["outsider"])
    pairs = list(zip(organizations, people, strict=True))
    world.add("ticked", *(factories.account(organization, "Ticked") for organization in organizations))
    world.add("bulk", *(_bulk(organization, person) for organization, person in pairs))
    gone = [_deleted(organization) for organization in organizations]
    world.add("binned", *gone)
    for names, one in ((world.names, gone[0]), (world.foreign, gone[1])):
        names["gone"] = one.record_id


def _bulk(organization: Any, person: Any) -> BulkChange:
    one = factories.account(organization, "Changed")
    return start_bulk(
        actor=Actor.person(person),
        organization=organization,
        module="accounts",
        kind="edit",
        selection={"ids": [one.pk]},
        values={"industry": "Steel"},
    )


def _deleted(organization: Any) -> DeletedRecord:
    one = factories.account(organization, "Gone")
    records.delete(KINDS[Module.ACCOUNTS], actor=factories.SYSTEM, organization=organization, ids=[one.pk])
    return DeletedRecord.objects.of(organization).get(record_id=one.pk)


API, PAGES = "/api/v1/crm/{crm}", "/crm/{crm}"
EDIT = {"kind": "edit", "ids": [1], "values": {"description": "New"}}
DELETE = {"kind": "delete", "ids": [1]}
TICKED = {"act": "edit", "field": "description", "description": "New", "row": "{ticked}"}


def _module(module: str) -> list[Any]:
    is_ours = module == Module.ACCOUNTS
    restored = 200 if is_ours else 404
    at = f"{API}/{module}"
    record = "{gone}" if is_ours else "999999999"
    return [
        write("POST", f"{at}/bulk-change", body=EDIT, edit=201, admin=201),
        write("POST", f"{at}/bulk-change", body=DELETE, edit=403, admin=201),
        write(
            "POST",
            f"{at}/{record}/restore",
            body={},
            view=403 if is_ours else 404,
            edit=403 if is_ours else 404,
            admin=restored,
        ),
        page(f"{PAGES}/bulk/{module}?act=edit", view=403),
        page(f"{PAGES}/bulk/{module}?act=delete", view=403, edit=403),
        page(f"{PAGES}/deleted/{module}"),
    ]


ROWS = [
    *(row for module in Module for row in _module(module.value)),
    page(f"{PAGES}/bulk/accounts", method="POST", body={**TICKED, "step": "preview"}, view=403),
    page(f"{PAGES}/bulk/accounts", method="POST", body={**TICKED, "step": "apply"}, view=403, edit=302, admin=302),
    page(
        f"{PAGES}/bulk/accounts",
        method="POST",
        body={"act": "delete", "step": "apply", "row": "{ticked}"},
        view=403,
        edit=403,
        admin=302,
    ),
    page(f"{PAGES}/deleted/{{binned}}/restore", method="POST", body={}, view=403, edit=403, admin=302),
    # A bulk change is its person's own, and the administrators': whoever else asks finds none.
    page(f"{PAGES}/bulk-changes/", none=200),
    page(f"{PAGES}/bulk-changes/{{bulk}}", view=404, edit=404),
    page(f"{PAGES}/bulk-changes/{{bulk}}/undo", method="POST", body={}, view=404, edit=404, admin=302),
    read(f"{API}/bulk-changes"),
    read(f"{API}/bulk-changes/{{bulk}}", view=404, edit=404),
    read(f"{API}/bulk-changes/{{bulk}}/rows", view=404, edit=404),
    write("POST", f"{API}/bulk-changes/{{bulk}}/undo", body={}, view=404, edit=404, admin=200),
]
