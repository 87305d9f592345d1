"""Who gets which answer at activities, files, tags and notifications, on the API and on the pages."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile

from crm.models import Attachment
from crm.services.activities import delete_activity
from crm.services.attachments import attach_to_record, delete_attachment
from tests import factories
from tests.api.permissions import HTMX, World, page, read, write
from users.models import Notification
from users.services.notifications import Notice, notify


def furnish(world: World) -> None:
    factories.vendor(world.crm, name="Tagged", tags=["gold"])
    places = ((world.crm, world.names["account"]), (world.foreign_crm, world.foreign["account"]))
    made = [factories.activity(place, module="accounts", record_id=account) for place, account in places]
    world.add("activity", *made)
    gone = [factories.activity(place, module="accounts", record_id=account) for place, account in places]
    for one in gone:
        delete_activity(actor=factories.SYSTEM, activity=one)
    world.add("gone_activity", *gone)
    files = [_file(place, account) for place, account in places]
    world.add("attachment", *files)
    lost = [_file(place, account) for place, account in places]
    for file in lost:
        delete_attachment(actor=factories.SYSTEM, attachment=file)
    world.add("gone_attachment", *lost)
    told = [_notification(world.people[name]) for name in ("admin", "outsider")]
    world.add("notification", *told)


def _file(organization: Any, account: int) -> Attachment:
    picture = ContentFile(b"\x89PNG\r\n\x1a\n", "offer.png")
    place = {"organization": organization, "module": "accounts", "record_id": account}
    return attach_to_record(actor=factories.SYSTEM, file=picture, **place)


def _notification(person: Any) -> Notification:
    notify([Notice(user_id=person.pk, kind="reminder", message="Reminder", key="permissions")])
    return Notification.objects.get(user=person, key="permissions")


API = "/api/v1/crm/{crm}"
ACTIVITIES = f"{API}/activities"
ACTIVITY = f"{ACTIVITIES}/{{activity}}"
VERSION = {"If-Match": '"{activity_version}"'}
TASK = {"kind": "task", "subject": "Call back", "module": "accounts", "record_id": "{account}"}
ATTACHMENTS = f"{API}/attachments"
ATTACHMENT = f"{ATTACHMENTS}/{{attachment}}"
FILE_VERSION = {"If-Match": '"{attachment_version}"'}
PAGES = "/crm/{crm}"

ACTIVITY_PAGE = f"{PAGES}/activities/{{activity}}"
FILE = f"{PAGES}/files/{{attachment}}"
ABOUT = {"module": "accounts", "record_id": "{account}"}
FORM = {"kind": "task", "subject": "Call back", "priority": "normal", **ABOUT}
RENAMED = {"tag": "gold", "name": "silver"}
CHANGED = {"subject": "Later", "priority": "low"}
RECORDS = (
    ("accounts", "account"),
    ("contacts", "contact"),
    ("products", "product"),
    ("vendors", "vendor"),
    ("deals", "deal"),
)

_ANYBODY = dict.fromkeys(("none", "view", "edit", "admin", "outsider"), 200)

ROWS = [
    read(ACTIVITIES, none=200),
    write("POST", ACTIVITIES, body=TASK, edit=201, admin=201),
    write("POST", f"{ACTIVITIES}/bulk", body={"records": [TASK]}, none=200, view=200, edit=200, admin=200),
    read(ACTIVITY),
    write("PATCH", ACTIVITY, body={"subject": "Later"}, headers=VERSION, edit=200, admin=200),
    write("DELETE", ACTIVITY, headers=VERSION, edit=204, admin=204),
    read(f"{ACTIVITY}/history"),
    write("POST", f"{ACTIVITY}/complete", edit=200, admin=200),
    write("POST", f"{ACTIVITY}/reopen", edit=409, admin=409),
    read(ATTACHMENTS, none=200),
    write("POST", ATTACHMENTS, body={}, none=400, view=400, edit=400, admin=400),
    read(ATTACHMENT),
    write("DELETE", ATTACHMENT, headers=FILE_VERSION, edit=204, admin=204),
    read(f"{ATTACHMENT}/history"),
    read(f"{ATTACHMENT}/content"),
    read("/api/v1/me/notifications", **_ANYBODY),
    write("POST", "/api/v1/me/notifications", body={}, **_ANYBODY),
    page("/notifications/", **_ANYBODY),
    page("/notifications/read/", method="POST", body={}, **dict.fromkeys(_ANYBODY, 302)),
    page("/notifications/{notification}/read/", method="POST", body={}, view=404, edit=404, admin=302),
    *(page(f"{PAGES}/{module}/{{{one}}}/{tab}") for module, one in RECORDS for tab in ("activity", "files")),
    read(f"{API}/tags", none=200),
    write("POST", f"{API}/tags/rename", body={"tag": "gold", "name": "silver"}, none=403, edit=403, admin=200),
    write("POST", f"{API}/tags/delete", body={"tag": "gold"}, none=403, edit=403, admin=200),
    page(f"{PAGES}/tags/suggest?q=g", none=200),
    page(f"{PAGES}/setup/tags", none=403, view=403, edit=403),
    page(f"{PAGES}/setup/tags/rename", method="POST", body=RENAMED, none=403, view=403, edit=403, admin=302),
    page(f"{PAGES}/setup/tags/delete", method="POST", body={"tag": "gold"}, none=403, view=403, edit=403, admin=302),
    page(f"{PAGES}/work", none=200),
    page(f"{PAGES}/activities/{{activity}}", view=302, edit=302, admin=302),
    page(f"{PAGES}/activities/composer?kind=task", none=200, headers=HTMX),
    page(f"{PAGES}/activities/composer?kind=note&module=accounts&record_id={{account}}", view=403, headers=HTMX),
    page(f"{PAGES}/activities/new", method="POST", body=FORM, view=403, edit=302, admin=302),
    page(f"{ACTIVITY_PAGE}/edit", view=403),
    page(f"{ACTIVITY_PAGE}/edit", method="POST", body=CHANGED, view=403, edit=302, admin=302),
    page(f"{ACTIVITY_PAGE}/move", method="POST", body={}, view=403, edit=302, admin=302),
    page(f"{ACTIVITY_PAGE}/delete", method="POST", body={}, view=403, edit=302, admin=302),
    page(f"{PAGES}/activities/{{gone_activity}}/restore", method="POST", body={}, view=404, edit=302, admin=302),
    page(f"{PAGES}/files/upload", method="POST", body=ABOUT, view=403, edit=302, admin=302),
    page(f"{FILE}"),
    page(f"{FILE}/preview"),
    page(f"{FILE}/delete", method="POST", body={}, view=403, edit=302, admin=302),
    page(f"{PAGES}/files/{{gone_attachment}}/restore", method="POST", body={}, view=403, edit=302, admin=302),
]
