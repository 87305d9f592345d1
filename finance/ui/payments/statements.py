"""A customer's statement as a page, to be looked at, printed or sent."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from finance import access
from finance.choices import DocumentKind as Kind
from finance.models import Customer, Membership
from finance.rights import Right, allows
from finance.selectors.days import today
from finance.selectors.statements import Statement, StatementLine, currencies_of, statement, usual_start
from finance.services.account_letters import StatementLetter
from finance.ui.compose import compose
from finance.ui.customers import show_record
from finance.ui.documents.lists import pdf_answer
from finance.ui.documents.mailing import picture_answer
from finance.ui.documents.pages import PAGES as DOCUMENT_PAGES
from finance.ui.pages import page
from finance.ui.payments.lists import read_day
from finance.ui.payments.pages import PAGES
from finance.wording import STATEMENT_LINES
from finsuite.kernel import panels


@dataclass(frozen=True)
class Asked:
    """The statement that an address asks for, and how it asks: its days, and another currency than the customer's."""

    customer: Customer
    statement: Statement
    currencies: list[str]

    @property
    def query(self) -> str:
        """The same, of another of its pages."""
        told = self.statement
        return urlencode({"since": told.since.isoformat(), "to": told.to.isoformat(), "currency": told.currency})

    def url(self, name: str) -> str:
        """One of the statement's pages, of these days."""
        names = {"organization": self.customer.organization_id, "customer": self.customer.pk}
        return f"{reverse(f'finance:{name}', kwargs=names)}?{self.query}"


class StatementMail(StatementLetter):
    """A customer's statement, as an e-mail is written about it on a page."""

    def __init__(self, asked: Asked) -> None:
        super().__init__(asked.customer, asked.statement)
        self.title = _("Statement of %(name)s") % {"name": asked.customer.display_name}
        self.url = asked.url("customer_statement")
        self.pdf_url = asked.url("customer_statement_pdf")
        self.image_url = asked.url("customer_statement_image")


@page(Right.VIEW)
def customer_statement(request: HttpRequest, member: Membership, customer: int) -> HttpResponse:
    """What a customer owed, what came and went, and what they owe: of the last 90 days, or of those that are asked."""
    asked = _asked(request, member, customer)
    context = {
        "statement": asked.statement,
        "lines": [(line, STATEMENT_LINES[line.kind], _url(member, line)) for line in asked.statement.lines],
        "currencies": asked.currencies,
        "email_url": asked.url("customer_statement_email") if allows(member.role, Right.EMAIL) else "",
        "pdf_url": asked.url("customer_statement_pdf"),
    }
    return show_record(request, member, customer, "statement", context)


@page(Right.EMAIL, "GET", "POST")
def customer_statement_email(request: HttpRequest, member: Membership, customer: int) -> HttpResponse:
    """Write to the customer, with the statement attached."""
    return compose(request, member, StatementMail(_asked(request, member, customer)))


@page(Right.VIEW)
def customer_statement_pdf(request: HttpRequest, member: Membership, customer: int) -> HttpResponse:
    """The statement as PDF, in the customer's language."""
    about = StatementMail(_asked(request, member, customer))
    (file,) = about.files(about.language)
    return pdf_answer(file.content, file.name, as_attachment="download" in request.GET)


@page(Right.VIEW)
def customer_statement_image(request: HttpRequest, member: Membership, customer: int) -> HttpResponse:
    """A picture of its first page."""
    about = StatementMail(_asked(request, member, customer))
    return picture_answer(about.sheet(about.language))


@panels.fill("finance.customer.tabs", order=20)
def statement_tab(request: HttpRequest, customer: Customer) -> str:
    names = {"organization": customer.organization_id, "customer": customer.pk}
    url = reverse("finance:customer_statement", kwargs=names)
    return render_to_string(
        "finance/payments/statement_tab.html", {"url": url, "current": request.path == url}, request
    )


def _asked(request: HttpRequest, member: Membership, customer: int) -> Asked:
    found = access.customer(member.organization, customer)
    to = read_day(request.GET.get("to", "")) or today(member.organization)
    since = read_day(request.GET.get("since", "")) or usual_start(to)
    codes = currencies_of(found)
    code = request.GET.get("currency", "")
    return Asked(found, statement(found, since=since, to=to, currency=code if code in codes else ""), codes)


def _url(member: Membership, line: StatementLine) -> str:
    """The page of the record that a line is told by."""
    kind = Kind(line.record_kind)
    if kind is Kind.PAYMENT:
        return PAGES[kind].url(member.organization_id, "detail", line.record_id)
    return DOCUMENT_PAGES[kind].url(member.organization_id, "detail", line.record_id)
