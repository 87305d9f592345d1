"""Who gets which answer at duplicates and merges, on the API and on the pages."""

from __future__ import annotations

from typing import Any

from crm.choices import Module
from crm.models import Merge
from crm.services.merging import merge_records
from tests import factories
from tests.api.permissions import World, page, read, write


def furnish(world: World) -> None:
    organizations = (world.crm, world.foreign_crm)
    for name in ("twin", "second_twin"):
        world.add(name, *(factories.account(organization, "Twin") for organization in organizations))
    world.add("merge", *(_merge(organization) for organization in organizations))


def _merge(organization: Any) -> Merge:
    one, two = (factories.account(organization, name) for name in ("Merged", "Merged SA"))
    return merge_records(
        actor=factories.SYSTEM,
        organization=organization,
        module="accounts",
        survivor_id=one.pk,
        loser_ids=[two.pk],
    )


API, PAGES = "/api/v1/crm/{crm}", "/crm/{crm}"
TWINS = {"ids": ["{twin}", "{second_twin}"]}
MERGE = {"survivor": "{twin}", "losers": ["{second_twin}"]}
NOBODYS = {"ids": [1, 2]}


def _module(module: str) -> list[Any]:
    """What every module has; where there are no records of ours to name, they are as absent as a stranger's."""
    is_ours = module == Module.ACCOUNTS
    pair, record = (TWINS, "{twin}") if is_ours else (NOBODYS, "999999999")
    there, gone, made = (204, 200, 201) if is_ours else (404, 404, 404)
    return [
        read(f"{API}/{module}/{record}/duplicates", view=gone, edit=gone, admin=gone),
        read(f"{API}/{module}/duplicates"),
        write("POST", f"{API}/{module}/duplicates/search", view=202, edit=202, admin=202),
        write("POST", f"{API}/{module}/duplicates/dismiss", body=pair, edit=there, admin=there),
        write("POST", f"{API}/{module}/duplicates/recall", body=pair, edit=there, admin=there),
        write(
            "POST",
            f"{API}/{module}/merge",
            body=MERGE if is_ours else {"survivor": 1, "losers": [2]},
            edit=403,
            admin=made,
        ),
        page(f"{PAGES}/duplicates/{module}"),
        page(f"{PAGES}/duplicates/{module}/search", method="POST", view=302, edit=302, admin=302),
        page(f"{PAGES}/duplicates/{module}/{record}", view=gone, edit=gone, admin=gone),
        page(
            f"{PAGES}/duplicates/{module}/dismiss",
            method="POST",
            view=403,
            edit=302 if is_ours else 404,
            admin=302 if is_ours else 404,
            body={"id": ["{twin}", "{second_twin}"]},
        ),
        page(
            f"{PAGES}/duplicates/{module}/recall",
            method="POST",
            view=403,
            edit=302 if is_ours else 404,
            admin=302 if is_ours else 404,
            body={"id": ["{twin}", "{second_twin}"]},
        ),
        page(f"{PAGES}/merge/{module}?id={{twin}}&id={{second_twin}}", view=403, edit=403, admin=gone),
        page(f"{PAGES}/merge/{module}?id={record}", view=403, edit=403, admin=gone),
        page(
            f"{PAGES}/merge/{module}",
            method="POST",
            view=403,
            edit=403,
            admin=302 if is_ours else 404,
            body={"id": ["{twin}", "{second_twin}"], "survivor": "{twin}"},
        ),
    ]


ROWS = [
    *(row for module in Module.values for row in _module(module)),
    read(f"{API}/merges"),
    write("POST", f"{API}/merges/{{merge}}/undo", edit=403, admin=200),
    page(f"{PAGES}/merges/{{merge}}/undo", method="POST", view=403, edit=403, admin=302),
]
