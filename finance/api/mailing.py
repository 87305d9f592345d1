"""Writing e-mails by program: `POST invoices/7/email`, `POST invoices/7/remind`. What is not named is as suggested."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from rest_framework.request import Request
from rest_framework.response import Response

from finance import access
from finance.api.emails import EmailResource
from finance.choices import DocumentKind as Kind
from finance.choices import EmailKind
from finance.models import Email, Organization
from finance.models.documents import Document
from finance.rights import Right
from finance.services import reminders
from finance.services.correspondence import Correspondence, Wanted, require_template, write
from finance.services.document_letters import KINDS, DocumentLetter
from finance.services.emails import BODY, SUBJECT
from finsuite.kernel.api import schema
from finsuite.kernel.api.fields import Field
from finsuite.kernel.api.fields import Kind as As
from finsuite.kernel.api.resource_views import ResourceView
from finsuite.kernel.api.resources import Need, etag
from finsuite.kernel.api.schema import Operation, ref

LETTER = {
    "to": Field(kind=As.TEXTS, writable=True, help="addresses; without it, whom it is suggested to go to"),
    "cc": Field(kind=As.TEXTS, writable=True),
    "bcc": Field(kind=As.TEXTS, writable=True),
    "language": Field(kind=As.CHOICE, choices=tuple(dict(settings.LANGUAGES)), writable=True),
    "template": Field(kind=As.TEXT, max_length=100, writable=True, help="its name; without it, the default one"),
    "subject": Field(kind=As.TEXT, max_length=SUBJECT, writable=True, help="without it, the template's"),
    "body": Field(kind=As.TEXT, max_length=BODY, writable=True, help="without it, the template's"),
    "attach": Field(kind=As.BOOLEAN, writable=True, help="whether the PDF goes with it; without it, yes"),
}


def operation_of(id_: str, summary: str, tag: str) -> Operation:
    """How the schema tells of an address that writes an e-mail."""
    return Operation(
        id=id_,
        summary=f"{summary}: puts an e-mail into the outbox",
        tag=tag,
        status=201,
        answer=ref(EmailResource.component),
        body=schema.of_input(LETTER),
        body_required=False,
        components={EmailResource.component: schema.of_table(EmailResource.fields)},
    )


def wanted_of(organization: Organization, kind: EmailKind, given: dict[str, Any]) -> Wanted:
    """What a request wants otherwise; refused where it names a template that there isn't."""
    require_template(organization, kind, given.get("template", ""))
    return Wanted(**given)


def queued(request: Request, actor: Any, organization_id: int, email: Email) -> Response:
    """The e-mail as the API tells it, and where it is."""
    resource = EmailResource(request.user, actor)
    resource.organization = resource.enter(organization_id, Need.VIEW)
    row = resource.read(email.pk)
    root = f"/api/v1/finance/{organization_id}"
    return Response(row, status=201, headers={"ETag": etag(row), "Location": f"{root}/emails/{email.pk}"})


class DocumentMailView(ResourceView):
    """`email`: the document to its customer or vendor."""

    verb: ClassVar[str] = "email"
    summary: ClassVar[str] = "Send one of the %s by e-mail; a draft counts as sent from then on"

    @classmethod
    def describe(cls, resource: Any) -> dict[str, Operation]:
        return {"post": operation_of(f"{resource.component}_{cls.verb}", cls.summary % resource.name, resource.tag)}

    def post(self, request: Request, **kwargs: Any) -> Response:
        self.enter(Need.EDIT)
        resource: Any = self.resource
        organization = resource.organization
        access.require_role(access.membership(request.user, organization.pk).role, Right.EMAIL)
        document = access.document(organization, resource.spec.model, self.kwargs["record"])
        wanted = wanted_of(organization, self.kind_of(document), self.body(LETTER))
        email = self.write(document, wanted)
        return queued(request, self.actor, organization.pk, email)

    def kind_of(self, document: Document) -> EmailKind:
        return KINDS[document.kind]

    def write(self, document: Document, wanted: Wanted) -> Email:
        about: Correspondence = DocumentLetter(document)
        return write(actor=self.actor, organization=document.organization, about=about, wanted=wanted)

    def renamed(self, error: Exception) -> Exception:
        return error  # told in the words of the e-mail


class RemindView(DocumentMailView):
    """`remind`: an open invoice to whoever owes it."""

    verb = "remind"
    summary = "Remind the customer of one of the %s, which is open"

    def kind_of(self, document: Document) -> EmailKind:
        return EmailKind.REMINDER

    def write(self, document: Any, wanted: Wanted) -> Email:
        return reminders.remind(actor=self.actor, invoice=document, wanted=wanted)


class SwitchView(ResourceView):
    """`stop-reminders` and `resume-reminders`: whether rules remind of an invoice."""

    is_reminded: ClassVar[bool]

    @classmethod
    def describe(cls, resource: Any) -> dict[str, Operation]:
        verb = "resume" if cls.is_reminded else "stop"
        told = {"resume": "Have the rules remind of it again", "stop": "Have no rule remind of it any more"}
        return {
            "post": Operation(
                id=f"{resource.component}_{verb}_reminders",
                summary=told[verb],
                tag=resource.tag,
                answer=ref(resource.component),
                refusals=("412",),
                components={resource.component: schema.of_table(resource.fields)},
            )
        }

    def post(self, request: Request, **kwargs: Any) -> Response:
        self.enter(Need.EDIT)
        resource: Any = self.resource
        invoice = access.document(resource.organization, resource.spec.model, self.kwargs["record"])
        version = self.version() if "If-Match" in request.headers else None
        reminders.set_reminded(actor=self.actor, invoice=invoice, is_reminded=self.is_reminded, version=version)
        row = resource.read_written(invoice.pk)
        return Response(row, headers={"ETag": etag(row)})


class StopView(SwitchView):
    """`stop-reminders`"""

    is_reminded = False


class ResumeView(SwitchView):
    """`resume-reminders`"""

    is_reminded = True


def views_of(kind: Kind) -> dict[str, type[ResourceView]]:
    """What such a document has of these, by the last part of the address."""
    found: dict[str, type[ResourceView]] = {"email": DocumentMailView} if kind in KINDS else {}
    if kind is Kind.INVOICE:
        found |= {"remind": RemindView, "stop-reminders": StopView, "resume-reminders": ResumeView}
    return found
