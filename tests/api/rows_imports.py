"""Who gets which answer at the imports of a CRM organization, on the API and on the pages."""

from __future__ import annotations

from crm.services import import_check, imports
from finsuite.kernel.actors import Actor
from tests.api.permissions import World, page, read, write

FILE = b"Account Name,Phone\nImported SA,1\n"


def furnish(world: World) -> None:
    jobs = []
    for who, organization in (("admin", world.crm), ("outsider", world.foreign_crm)):
        actor = Actor.person(world.people[who])
        job = imports.create_import(
            actor=actor, organization=organization, module="accounts", file_name="file.csv", chunks=[FILE]
        )
        imports.start_check(actor=actor, job=job)
        import_check.check(job.pk)
        job.refresh_from_db()
        jobs.append(job)
    world.add("import", *jobs)


AT = "/api/v1/crm/{crm}/imports/{import}"
PAGE = "/crm/{crm}/imports/{import}"
VERSION = {"If-Match": '"{import_version}"'}

ROWS = [
    read("/api/v1/crm/{crm}/imports", view=403),
    # JSON is no file: whoever may upload is told so.
    write("POST", "/api/v1/crm/{crm}/imports", body={}, edit=400, admin=400),
    read(AT, view=403),
    write("PATCH", AT, body={"blanks": "clear"}, headers=VERSION, edit=200, admin=200),
    write("DELETE", AT, headers=VERSION, edit=204, admin=204),
    read(f"{AT}/history", view=403),
    read(f"{AT}/rows", view=403),
    write("POST", f"{AT}/dry-run", edit=202, admin=202),
    write("POST", f"{AT}/start", edit=202, admin=202),
    # Nothing is written yet that could be undone.
    write("POST", f"{AT}/undo", edit=409, admin=409),
    page("/crm/{crm}/imports/", view=403),
    page("/crm/{crm}/imports/new", view=403),
    page(PAGE, view=403),
    page(f"{PAGE}/rows.csv", view=403),
    page(f"{PAGE}/refused.csv", view=403),
    # Nothing is under way, so htmx is sent to the import itself.
    page(f"{PAGE}/progress", view=403),
    page(f"{PAGE}/reading", method="POST", body={}, view=403, edit=422, admin=422),
    page(f"{PAGE}/columns", method="POST", body={}, view=403, edit=422, admin=422),
    page(f"{PAGE}/start", method="POST", body={}, view=403, edit=302, admin=302),
    # Nothing is written yet that could be undone.
    page(f"{PAGE}/undo", method="POST", body={}, view=403, edit=409, admin=409),
    page(f"{PAGE}/delete", method="POST", body={}, view=403, edit=302, admin=302),
]
