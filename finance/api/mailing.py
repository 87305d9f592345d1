"""Writing e-mails by program: `POST invoices/7/email`, `POST invoices/7/remind`. What is not named is as suggested."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import quote

from django.conf import settings
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from finance import access
from finance.api.emails import EmailResource
from finance.choices import DocumentKind as Kind
from finance.choices import EmailKind
from finance.models import Email, Invoice, Organization, Payment
from finance.rights import Right
from finance.services import reminders
from finance.services.account_letters import ReceiptLetter
from finance.services.correspondence import Correspondence, Wanted, require_template, write
from finance.services.document_letters import KINDS, DocumentLetter
from finance.services.emails import BODY, SUBJECT, File
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


class MailView(ResourceView):
    """`email`: one of a resource's records to whom it concerns. `need` is what it takes besides the right to e-mail."""

    verb: ClassVar[str] = "email"
    summary: ClassVar[str]
    need: ClassVar[Need]

    @classmethod
    def describe(cls, resource: Any) -> dict[str, Operation]:
        return {"post": operation_of(f"{resource.component}_{cls.verb}", cls.summary % resource.name, resource.tag)}

    def post(self, request: Request, **kwargs: Any) -> Response:
        self.enter(self.need)
        organization = self.resource.organization
        access.require_role(access.membership(request.user, organization.pk).role, Right.EMAIL)
        about = self.about(organization)
        wanted = wanted_of(organization, about.kind, self.body(LETTER))
        email = self.write(organization, about, wanted)
        return queued(request, self.actor, organization.pk, email)

    def about(self, organization: Organization) -> Any:
        """What the e-mail is about."""
        raise NotImplementedError

    def write(self, organization: Organization, about: Any, wanted: Wanted) -> Email:
        """Have the service write it."""
        return write(actor=self.actor, organization=organization, about=about, wanted=wanted)

    def renamed(self, error: Exception) -> Exception:
        return error  # told in the words of the e-mail


class DocumentMailView(MailView):
    """A document to its customer or vendor."""

    summary = "Send one of the %s by e-mail; a draft counts as sent from then on"
    need = Need.EDIT

    def about(self, organization: Organization) -> Correspondence:
        resource: Any = self.resource
        return DocumentLetter(access.document(organization, resource.spec.model, self.kwargs["record"]))


class RemindView(MailView):
    """`remind`: an open invoice to whoever owes it."""

    verb = "remind"
    summary = "Remind the customer of one of the %s, which is open"
    need = Need.EDIT

    def about(self, organization: Organization) -> reminders.ReminderLetter:
        return reminders.ReminderLetter(access.document(organization, Invoice, self.kwargs["record"]))

    def write(self, organization: Organization, about: Any, wanted: Wanted) -> Email:
        return reminders.remind(actor=self.actor, invoice=about.document, wanted=wanted)


class ReceiptMailView(MailView):
    """A payment's receipt to the customer who paid."""

    summary = "Thank the customer for one of the %s, with its receipt"
    need = Need.VIEW

    def about(self, organization: Organization) -> Correspondence:
        return ReceiptLetter(access.payment(organization, Payment, self.kwargs["record"]))


class ReceiptPdfView(ResourceView):
    """`payments/7/pdf`"""

    @classmethod
    def describe(cls, resource: Any) -> dict[str, Operation]:
        return {"get": pdf_operation(f"{resource.component}_pdf", "The receipt of one of the payments", resource.tag)}

    def get(self, request: Request, **kwargs: Any) -> HttpResponse:
        self.enter(Need.VIEW)
        about = ReceiptLetter(access.payment(self.resource.organization, Payment, self.kwargs["record"]))
        return pdf_of(*about.files(about.language))


def pdf_operation(id_: str, what: str, tag: str) -> Operation:
    """How the schema tells of an address that draws a PDF."""
    return Operation(
        id=id_,
        summary=f"{what} as PDF/A-3, in the customer's language",
        tag=tag,
        answer={"type": "string", "format": "binary"},
        answer_type="application/pdf",
    )


def pdf_of(file: File) -> HttpResponse:
    """A file that goes with an e-mail, by itself."""
    named = f"inline; filename*=UTF-8''{quote(file.name)}"
    return HttpResponse(file.content, content_type=file.media_type, headers={"Content-Disposition": named})


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
