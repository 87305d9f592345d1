"""The receipt of a customer's payment: as PDF, as a picture, and e-mailed to whoever paid."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from finance import access
from finance.choices import DocumentKind as Kind
from finance.choices import EmailKind
from finance.models import Membership, Payment
from finance.rights import Right
from finance.services.account_letters import ReceiptLetter
from finance.services.correspondence import write
from finance.ui.compose import compose
from finance.ui.documents.lists import pdf_answer
from finance.ui.documents.mailing import picture_answer
from finance.ui.pages import actor_of, page
from finance.ui.payments.pages import PAGES
from finsuite.kernel.errors import DomainError


class ReceiptMail(ReceiptLetter):
    """A payment, as an e-mail is written about it on a page."""

    def __init__(self, payment: Payment) -> None:
        super().__init__(payment)
        self.title = f"{EmailKind.PAYMENT.label} {payment.number}"
        self.url, self.pdf_url, self.image_url = (
            PAGES[Kind.PAYMENT].url(payment.organization_id, name, payment.pk) for name in ("detail", "pdf", "image")
        )


@page(Right.EMAIL, "GET", "POST")
def payment_email(request: HttpRequest, member: Membership, kind: Kind, payment: int) -> HttpResponse:
    """Thank the customer, with the receipt attached."""
    return compose(request, member, _mail(member, payment))


@page(Right.VIEW)
def payment_pdf(request: HttpRequest, member: Membership, kind: Kind, payment: int) -> HttpResponse:
    """The receipt as PDF, in the customer's language."""
    about = _mail(member, payment)
    (file,) = about.files(about.language)
    return pdf_answer(file.content, file.name, as_attachment="download" in request.GET)


@page(Right.VIEW)
def payment_image(request: HttpRequest, member: Membership, kind: Kind, payment: int) -> HttpResponse:
    """A picture of the receipt's first page."""
    about = _mail(member, payment)
    return picture_answer(about.sheet(about.language))


def thank(request: HttpRequest, member: Membership, payment: Payment) -> None:
    """Send the receipt as the template has it. Where that fails, the payment is recorded all the same."""
    payment.organization = member.organization
    try:
        email = write(actor=actor_of(request), organization=member.organization, about=ReceiptLetter(payment))
    except DomainError as refusal:
        messages.error(request, _("The receipt was not sent: %(why)s") % {"why": refusal.message})
    else:
        told = _("The receipt to %(address)s is on its way.")
        messages.success(request, told % {"address": ", ".join(email.to)})


def _mail(member: Membership, payment: int) -> ReceiptMail:
    return ReceiptMail(access.payment(member.organization, Payment, payment))
