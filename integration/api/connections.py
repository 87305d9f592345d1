"""Linking organizations, choosing what is synced, and the switches."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from crm.models import Organization
from finance.choices import App
from finsuite.kernel.api import schema
from finsuite.kernel.api.fields import Field, Kind
from finsuite.kernel.api.problems import fault, invalid
from finsuite.kernel.api.resources import etag
from finsuite.kernel.api.schema import Operation, ref
from integration.api.base import (
    CONNECTION,
    RUN,
    SETTING,
    TAG,
    ListView,
    SetupView,
    listing,
    operation,
    told,
)
from integration.models import Connection
from integration.selectors.checks import checks_of
from integration.services import activation, connections, launch, runs, settings

_NEW = {
    "finance_organization": Field(kind=Kind.ID, writable=True, help="Which finance organization to link."),
    "email": Field(kind=Kind.TEXT, writable=True, max_length=254, help="With `key`: whose ZSC key it is."),
    "key": Field(kind=Kind.TEXT, writable=True, max_length=200, help="Another person's ZSC key."),
    "name": Field(kind=Kind.TEXT, writable=True, max_length=100, help="Make a new finance organization of this name."),
}
_APPS = {"apps": Field(kind=Kind.TEXTS, writable=True, required=True, help=", ".join(App.values))}
_CONFIRM = {"confirm": Field(kind=Kind.TEXT, writable=True, required=True, help="The finance organization's name.")}


class ConnectionsView(ListView):
    """`connections`: list them, and link one more organization."""

    table = CONNECTION
    keeps_answers = False  # the body may hold a ZSC key
    operations: ClassVar[dict[str, Operation]] = {
        **listing("Connection_list", "List the linked finance organizations", "Connection", CONNECTION),
        "post": operation(
            "Connection_create",
            "Link a finance organization: one's own, another person's by ZSC key, or a new one",
            "Connection",
            status=201,
            body=schema.of_input(_NEW),
        ),
    }

    def rows(self) -> QuerySet[Connection]:
        return Connection.objects.of(self.organization()).alive()

    def post(self, request: Request, **kwargs: Any) -> Response:
        organization = self.organization()
        values = self.body(_NEW)
        made = self._link(organization, values)
        names = {"organization": organization.pk, "connection": made.pk}
        headers = {
            "Location": reverse("integration_api:connection", kwargs=names),
            "ETag": etag(told(made, CONNECTION)),
        }
        return Response(told(made, CONNECTION), status=201, headers=headers)

    def _link(self, organization: Organization, values: dict[str, Any]) -> Connection:
        wanted = values.get("finance_organization")
        if "name" in values:
            return connections.connect_new(actor=self.actor, organization=organization, name=values["name"], apps=())
        if wanted is None:
            message = _("Name the finance organization to link, or a name for a new one.")
            raise invalid([fault("/finance_organization", "required", message)])
        if "key" in values or "email" in values:
            verified = connections.verify_key(
                actor=self.actor,
                organization=organization,
                email=values.get("email", ""),
                key=values.get("key", ""),
            )
            return connections.connect_by_key(
                actor=self.actor, organization=organization, key=verified.key, finance_organization_id=wanted
            )
        return connections.connect_own(actor=self.actor, organization=organization, finance_organization_id=wanted)


class ConnectionView(SetupView):
    """`connections/7`."""

    operations: ClassVar[dict[str, Operation]] = {
        "get": operation("Connection_read", "Read one connection", "Connection")
    }

    def get(self, request: Request, **kwargs: Any) -> Response:
        row = told(self.connection(), CONNECTION)
        return Response(row, headers={"ETag": etag(row)})


class ChecksView(SetupView):
    """`connections/7/checks`."""

    operations: ClassVar[dict[str, Operation]] = {
        "get": Operation(
            id="Connection_checks",
            summary="What has to be right before activation, each with its remedies",
            tag=TAG,
            answer={"type": "object", "properties": {"results": {"type": "array", "items": ref("ConnectionCheck")}}},
            components={
                "ConnectionCheck": {
                    "type": "object",
                    "required": ["code", "ok", "is_notice", "title", "detail", "remedies"],
                    "properties": {
                        "code": {"type": "string"},
                        "ok": {"type": "boolean"},
                        "is_notice": {"type": "boolean"},
                        "title": {"type": "string"},
                        "detail": {"type": "string"},
                        "remedies": {"type": "array", "items": {"type": "string"}},
                    },
                }
            },
        )
    }

    def get(self, request: Request, **kwargs: Any) -> Response:
        found = [
            {
                "code": check.code,
                "ok": check.ok,
                "is_notice": check.is_notice,
                "title": check.title,
                "detail": check.detail,
                "remedies": list(check.remedies),
            }
            for check in checks_of(self.connection())
        ]
        return Response({"results": found})


class AppsView(SetupView):
    """`connections/7/apps`."""

    operations: ClassVar[dict[str, Operation]] = {
        "post": operation(
            "Connection_apps",
            "Choose the finance apps that the CRM shows",
            "Connection",
            body=schema.of_input(_APPS, required=("apps",)),
        )
    }

    def post(self, request: Request, **kwargs: Any) -> Response:
        connection = self.connection()
        chosen = self.body(_APPS, required=("apps",))["apps"]
        unknown = sorted(set(chosen) - set(App.values))
        if unknown:
            message = _("These are no finance apps: %(names)s.") % {"names": ", ".join(unknown)}
            raise invalid([fault("/apps", "unknown", message)])
        saved = connections.choose_apps(actor=self.actor, connection=connection, apps=chosen)
        return Response(told(saved, CONNECTION))


class SettingsView(SetupView):
    """`connections/7/settings/contacts`."""

    operations: ClassVar[dict[str, Operation]] = {
        "get": operation("SyncSetting_read", "Read how accounts and contacts are synced", "SyncSetting"),
        "patch": operation(
            "SyncSetting_change",
            "Change how accounts and contacts are synced",
            "SyncSetting",
            body=schema.of_input(SETTING),
            parameters=(schema.IF_MATCH,),
            refusals=("409", "412", "428"),
        ),
    }

    def get(self, request: Request, **kwargs: Any) -> Response:
        row = told(self.setting(), SETTING)
        return Response(row, headers={"ETag": etag(row)})

    def patch(self, request: Request, **kwargs: Any) -> Response:
        setting = self.setting()
        version = self.version()
        saved = settings.save_setting(actor=self.actor, setting=setting, values=self.body(SETTING), version=version)
        row = told(saved, SETTING)
        return Response(row, headers={"ETag": etag(row)})


class SwitchView(SetupView):
    """`connections/7/activate`, `pause` and `resume`."""

    verb: ClassVar[str]

    def post(self, request: Request, **kwargs: Any) -> Response:
        act = {"activate": activation.activate, "pause": activation.pause, "resume": launch.go_on}[self.verb]
        return Response(told(act(actor=self.actor, connection=self.connection()), CONNECTION))


def switch(verb: str, summary: str) -> Any:
    """The view of one switch."""
    described = {"post": operation(f"Connection_{verb}", summary, "Connection", refusals=("409",))}
    return type(f"{verb.title()}View", (SwitchView,), {"verb": verb, "operations": described}).as_view()  # type: ignore[attr-defined]


class DeactivateView(SetupView):
    """`connections/7/deactivate`."""

    operations: ClassVar[dict[str, Operation]] = {
        "post": operation(
            "Connection_deactivate",
            "Take the finance data out of the CRM; links are kept, and nothing is deleted in finance",
            "Connection",
            body=schema.of_input(_CONFIRM, required=("confirm",)),
            refusals=("409",),
        )
    }

    def post(self, request: Request, **kwargs: Any) -> Response:
        connection = self.connection()
        typed = self.body(_CONFIRM, required=("confirm",))["confirm"]
        moved = activation.deactivate(actor=self.actor, connection=connection, typed_name=typed)
        return Response(told(moved, CONNECTION))


class StartView(SetupView):
    """`connections/7/preview` and `sync`: done in the background; the answer is the run to watch."""

    verb: ClassVar[str]

    def post(self, request: Request, **kwargs: Any) -> Response:
        act = {"preview": runs.preview, "sync": runs.start}[self.verb]
        return Response(told(act(actor=self.actor, setting=self.setting()), RUN), status=202)


def starting(verb: str, summary: str) -> Any:
    """The view that starts a preview or a sync."""
    described = {"post": operation(f"Connection_{verb}", summary, "SyncRun", status=202, refusals=("409",))}
    return type(f"{verb.title()}View", (StartView,), {"verb": verb, "operations": described}).as_view()  # type: ignore[attr-defined]
