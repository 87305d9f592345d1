"""What the caller should know of."""

from __future__ import annotations

from typing import Any, cast

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from finsuite.kernel.api import schema
from finsuite.kernel.api.fields import Field, Kind
from finsuite.kernel.api.listing import read_page, read_query
from finsuite.kernel.api.problems import fault, invalid
from finsuite.kernel.api.resource_views import listed
from finsuite.kernel.api.schema import Operation, ref
from finsuite.kernel.api.views import ApiView
from users.models import Notification, User
from users.selectors import notifications_of
from users.services.notifications import mark_all_read, mark_read

TAG = "People and keys"
MOST_AT_ONCE = 200

NOTIFICATION = {
    "id": Field(kind=Kind.ID, source="id", orderable=True, filterable=True),
    "kind": Field(kind=Kind.TEXT, source="kind", filterable=True),
    "text": Field(kind=Kind.TEXT, source="message", help="In the caller's language."),
    "url": Field(kind=Kind.TEXT, source="url", help="The page that it leads to; empty where there is none."),
    "created_at": Field(kind=Kind.TIME, source="created_at", filterable=True),
    "read_at": Field(kind=Kind.TIME, source="read_at", nullable=True, filterable=True),
}
_COLUMNS = ("id", "kind", "message", "params", "url", "created_at", "read_at")


class NotificationsView(ApiView):
    """`me/notifications`: list them; note that some, or all, are read."""

    operations = {
        "get": Operation(
            id="notifications_list",
            summary="What you should know of, newest first",
            tag=TAG,
            answer=ref("NotificationList"),
            parameters=schema.list_parameters(NOTIFICATION, can_search=False),
            components={
                "Notification": schema.of_table(NOTIFICATION),
                "NotificationList": schema.page_of("Notification"),
            },
        ),
        "post": Operation(
            id="notifications_read",
            summary="Note that these are read; without `ids`, all",
            tag=TAG,
            body={
                "type": "object",
                "additionalProperties": False,
                "properties": {"ids": {"type": "array", "maxItems": MOST_AT_ONCE, "items": {"type": "integer"}}},
            },
            answer={
                "type": "object",
                "required": ["read", "unread"],
                "properties": {"read": {"type": "integer"}, "unread": {"type": "integer"}},
            },
        ),
    }

    def check_parameters(self, request: Request) -> None:
        if request.method == "POST":
            super().check_parameters(request)

    def get(self, request: Request) -> Response:
        query = read_query(request._request.GET, NOTIFICATION, ordering="-id", can_search=())
        rows = notifications_of(cast("User", request.user)).filter(query.filters)
        page = read_page(rows, query, _COLUMNS)
        told = [_told(row) for row in page.rows]
        return Response(listed(request, told, page.next, page.previous, rows.count() if query.wants_count else None))

    def post(self, request: Request) -> Response:
        user = cast("User", request.user)
        body = self.json()
        if not isinstance(body, dict) or set(body) - {"ids"}:
            raise invalid([fault("", "object", _('The body must be {"ids": [...]}, or empty.'))])
        read = mark_read(user=user, ids=_ids(body["ids"])) if "ids" in body else mark_all_read(user=user)
        unread = User.objects.values_list("unread", flat=True).get(pk=user.pk)
        return Response({"read": read, "unread": unread})


def _ids(given: Any) -> list[int]:
    if (
        not isinstance(given, list)
        or len(given) > MOST_AT_ONCE
        or not all(type(key) is int and 0 < key < 2**63 for key in given)
    ):
        message = _("This must be a list of at most %(most)d ids.") % {"most": MOST_AT_ONCE}
        raise invalid([fault("/ids", "list", message)])
    return given


def _told(row: dict[str, Any]) -> dict[str, Any]:
    notification = Notification(message=row["message"], params=row["params"])
    return {
        "id": row["id"],
        "kind": row["kind"],
        "text": notification.text,
        "url": row["url"],
        "created_at": row["created_at"],
        "read_at": row["read_at"],
    }
