"""Who gets which answer at the imports of a finance organization, on the API and on the pages."""

from __future__ import annotations

from finance.services import import_check, imports
from finsuite.kernel.actors import Actor
from tests.api.permissions import World, page, read, write


def furnish(world: World) -> None:
    """A file whose dry run is done, in each organization; staff may import contacts, and viewers nothing."""
    jobs = []
    for who, organization in (("admin", world.finance), ("outsider", world.foreign_finance)):
        actor = Actor.person(world.people[who])
        job = imports.create_import(
            actor=actor, organization=organization, file_name="x.csv", chunks=[b"Display Name\nNobody yet\n"]
        )
        imports.start_check(actor=actor, job=job)
        import_check.check(job.pk)
        job.refresh_from_db()
        jobs.append(job)
    world.add("books_import", *jobs)


AT = "/api/v1/finance/{finance}/imports/{books_import}"
PAGE = "/finance/{finance}/imports/{books_import}"
VERSION = {"If-Match": '"{books_import_version}"'}

ROWS = [
    read("/api/v1/finance/{finance}/imports", view=403),
    # JSON is no file: whoever may upload is told so.
    write("POST", "/api/v1/finance/{finance}/imports", body={}, edit=400, admin=400),
    read(AT, view=403),
    write("PATCH", AT, body={"existing": "skip"}, headers=VERSION, edit=200, admin=200),
    write("DELETE", AT, headers=VERSION, edit=204, admin=204),
    read(f"{AT}/history", view=403),
    read(f"{AT}/rows", view=403),
    write("POST", f"{AT}/dry-run", edit=202, admin=202),
    write("POST", f"{AT}/start", edit=202, admin=202),
    # Nothing is written yet that could be undone.
    write("POST", f"{AT}/undo", edit=409, admin=409),
    page("/finance/{finance}/imports/", view=403),
    page("/finance/{finance}/imports/new/", view=403),
    page("/finance/{finance}/imports/new/", method="POST", body={}, view=403, edit=422, admin=422),
    page(f"{PAGE}/", view=403),
    page(f"{PAGE}/rows.csv", view=403),
    page(f"{PAGE}/refused.csv", view=403),
    # Nothing is under way, so htmx is sent to the import itself.
    page(f"{PAGE}/progress/", view=403),
    page(f"{PAGE}/reading/", method="POST", body={}, view=403, edit=422, admin=422),
    page(f"{PAGE}/columns/", method="POST", body={}, view=403, edit=422, admin=422),
    page(f"{PAGE}/start/", method="POST", body={}, view=403, edit=302, admin=302),
    page(f"{PAGE}/undo/", method="POST", body={}, view=403, edit=409, admin=409),
    page(f"{PAGE}/delete/", method="POST", body={}, view=403, edit=302, admin=302),
]
