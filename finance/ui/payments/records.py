"""One payment: recorded, shown, changed, applied, refunded and deleted."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

import audit.selectors
from audit.stories import stories
from finance import access
from finance.choices import DocumentKind as Kind
from finance.models import Membership, Refund
from finance.rights import Right, allows
from finance.selectors import payments as selectors
from finance.selectors.custom_fields import custom_fields, described
from finance.selectors.days import today
from finance.selectors.rates import rate_on
from finance.selectors.receivables import open_documents
from finance.services import payments as services
from finance.services import refunds
from finance.services.correspondence import chosen_of
from finance.services.party_letters import PartyLetter
from finance.ui.documents.pages import PAGES as DOCUMENT_PAGES
from finance.ui.pages import actor_of, page, show
from finance.ui.payments import forms
from finance.ui.payments.pages import PAGES, PaymentPages
from finance.ui.payments.receipts import thank
from finance.ui.payments.replies import back, refusals_told
from finsuite.kernel import formats
from finsuite.kernel.custom_fields.drawing import facts
from finsuite.kernel.errors import DomainError, Refused
from finsuite.kernel.ids import read_id
from finsuite.kernel.once import once, one_time_key
from finsuite.kernel.versions import version_of

NOTHING = Decimal(0)
ENTRIES = 30


class Editor:
    """The form of a new payment of one party, or of one that is changed."""

    def __init__(self, request: HttpRequest, member: Membership, pages: PaymentPages, party: Any, payment: Any) -> None:
        self.pages, self.party, self.payment, self.member = pages, party, payment, member
        self.data = request.POST if request.method == "POST" else None
        asked = request.POST if request.method == "POST" else request.GET
        self.chosen = read_id(asked.get(pages.flow.target, ""))
        applied = selectors.applied_to(payment) if payment else []
        settled = {getattr(row, pages.flow.target).pk: getattr(row, pages.flow.target) for row in applied}
        held = {getattr(row, pages.flow.target).pk: row.amount for row in applied}
        documents = list(open_documents(member.organization, pages.flow.document, party.pk))
        self.currency = self._currency(asked, documents)
        open_ones = [one for one in documents if one.currency == self.currency and one.pk not in settled]
        self.rows = forms.rows_of([*settled.values(), *open_ones], held, self.data)
        self.currencies = sorted({one.currency for one in documents} | {party.currency, self.currency})
        self.form = forms.PaymentForm(self.data, initial=self._initial())
        blank = pages.flow.model(currency=self.currency)
        self.form.add_custom(custom_fields(member.organization, pages.flow.extended), payment or blank)
        self.thanked = self._thanked()
        if not self.thanked:
            del self.form.fields["thank"]
        if not self.is_foreign:
            del self.form.fields["exchange_rate"]
        if self.data is None and self.chosen and not payment:
            for row in self.rows:
                row.typed = formats.typed(forms.plain(row.open)) if row.document.pk == self.chosen else ""

    def _thanked(self) -> list[str]:
        """Who can be thanked for a new payment by e-mail."""
        is_new_of_customer = not self.payment and self.pages.kind is Kind.PAYMENT
        if not is_new_of_customer or not allows(self.member.role, Right.EMAIL):
            return []
        return chosen_of(PartyLetter(self.party))

    @property
    def is_foreign(self) -> bool:
        return self.currency != self.member.organization.base_currency

    def _currency(self, asked: QueryDict, documents: list[Any]) -> str:
        if self.payment:
            return str(self.payment.currency)
        chosen = next((one.currency for one in documents if one.pk == self.chosen), "")
        return chosen or asked.get("currency", "")[:3] or self.party.currency

    def _initial(self) -> dict[str, Any]:
        if self.payment:
            names = ("amount", "date", "mode", "exchange_rate", "reference", "bank_charges", "tax_withheld", "notes")
            held = {name: getattr(self.payment, name) for name in names}
            for name in ("amount", "bank_charges", "tax_withheld"):
                held[name] = forms.plain(held[name]) if held[name] else None
            return held
        day = today(self.member.organization)
        found: dict[str, Any] = {"date": day, "mode": "banktransfer"}
        if self.is_foreign:
            found["exchange_rate"] = rate_on(self.member.organization, self.currency, day)
        chosen = next((row for row in self.rows if row.document.pk == self.chosen), None)
        return {**found, "amount": forms.plain(chosen.open)} if chosen else found

    def amount(self) -> Decimal:
        """What can be applied, as far as it can be read: the amount and the tax withheld."""
        form = self.form
        if form.is_bound:
            form.is_valid()
            held: Any = form.cleaned_data
        else:
            held = form.initial
        return (held.get("amount") or NOTHING) + (held.get("tax_withheld") or NOTHING)

    def fill(self) -> None:
        """Fill in the oldest first."""
        forms.fill(self.rows, self.amount())

    def words(self) -> tuple[str, str]:
        """What becomes of the amount, in a sentence with its tone."""
        applied = sum((row.amount for row in self.rows), NOTHING)
        unused = self.amount() - applied
        told = {"unused": formats.amount(abs(unused), self.currency)}
        if unused < 0:
            return "danger", _("This is %(unused)s more than was paid.") % told
        if unused > 0:
            return "info", str(self.pages.excess) % told
        return ("success", _("All of it is applied.")) if applied else ("", "")

    def save(self, request: HttpRequest) -> Any:
        """Record or change the payment."""
        values = {name: value for name, value in self.form.cleaned_data.items() if name in self.form.fields}
        values.pop("thank", None)
        for name in ("bank_charges", "tax_withheld"):
            values[name] = values[name] or NOTHING
        rows = forms.given(self.pages.flow, self.rows)
        actor, flow = actor_of(request), self.pages.flow
        if self.payment:
            if not values.get("exchange_rate"):
                values.pop("exchange_rate", None)
            return services.update_payment(
                actor=actor, payment=self.payment, values=values, allocations=rows, version=request.POST.get("version")
            )
        values |= {f"{flow.party}_id": self.party.pk, "currency": self.currency}
        return services.record_payment(
            actor=actor, organization=self.member.organization, kind=flow.kind, values=values, allocations=rows
        )


@never_cache
@page(Right.PAYMENTS, "GET", "POST")
def payment_create(request: HttpRequest, member: Membership, kind: Kind) -> HttpResponse:
    """Record a payment: choose whose, then how much of it settles what."""
    pages = PAGES[kind]
    party = _chosen_party(request, member, pages)
    if party is None:
        lookup = reverse(f"finance:{pages.flow.party}_lookup", kwargs={"organization": member.organization_id})
        context = {"pages": pages, "list_url": pages.url(member.organization_id, "list"), "lookup_url": lookup}
        return show(request, member, "finance/payments/choose.html", context)
    return _edit(request, member, Editor(request, member, pages, party, None))


@never_cache
@page(Right.PAYMENTS, "GET", "POST")
def payment_edit(request: HttpRequest, member: Membership, kind: Kind, payment: int) -> HttpResponse:
    """Change a payment, or what it is applied to."""
    pages = PAGES[kind]
    found = access.payment(member.organization, pages.flow.model, payment)
    return _edit(request, member, Editor(request, member, pages, getattr(found, pages.flow.party), found))


def _edit(request: HttpRequest, member: Membership, editor: Editor) -> HttpResponse:
    pages, status = editor.pages, 200
    if request.method == "POST":
        asked = request.POST.get("do", "")
        if asked == "fill":
            editor.fill()
        if asked in ("fill", "count"):
            is_part = request.htmx  # type: ignore[attr-defined]
            template = "finance/payments/open_documents.html" if is_part else "finance/payments/form.html"
            return show(request, member, template, _context(member, editor))
        if editor.form.is_valid():
            try:
                with once(member.user_id, request.POST.get("once", "")) as is_first:
                    if not is_first:
                        return redirect(pages.url(member.organization_id, "list"))
                    saved = editor.save(request)
            except DomainError as refusal:
                forms.refuse(pages.flow, editor.form, editor.rows, refusal)
            else:
                messages.success(request, _("%(number)s is saved.") % {"number": saved.number})
                if editor.form.cleaned_data.get("thank"):
                    thank(request, member, saved)
                return redirect(pages.url(member.organization_id, "detail", saved.pk))
        status = 422
    return show(request, member, "finance/payments/form.html", _context(member, editor), status=status)


def _context(member: Membership, editor: Editor) -> dict[str, Any]:
    pages, payment = editor.pages, editor.payment
    tone, words = editor.words()
    list_url = pages.url(member.organization_id, "list")
    return {
        "editor": editor,
        "pages": pages,
        "form": editor.form,
        "tone": tone,
        "words": words,
        "back_url": pages.url(member.organization_id, "detail", payment.pk) if payment else list_url,
        "list_url": list_url,
        "version": version_of(payment) if payment else "",
        "once": one_time_key(),
        "currency_query": urlencode({pages.flow.party: editor.party.pk}),
    }


@page(Right.VIEW)
def payment_detail(request: HttpRequest, member: Membership, kind: Kind, payment: int) -> HttpResponse:
    """A payment: what it settled, what of it is left, and what was given back."""
    pages, organization = PAGES[kind], member.organization
    found = access.payment(organization, pages.flow.model, payment)
    documents = DOCUMENT_PAGES[pages.flow.document.kind]
    rows = [
        (row, getattr(row, pages.flow.target), documents.url(organization.pk, "detail", getattr(row, pages.flow.key)))
        for row in selectors.applied_to(found)
    ]
    told = audit.selectors.of_record(tenant=organization.tenant, kind=found._meta.label_lower, record_id=found.pk)[
        :ENTRIES
    ]
    context = {
        "pages": pages,
        "payment": found,
        "party": getattr(found, pages.flow.party),
        "party_url": party_url(organization.pk, pages, getattr(found, pages.flow.party)),
        "rows": rows,
        "refunds": [(row, f"refund-{row.pk}", _refund_url(row)) for row in selectors.refunds_of(found)],
        "refundable": min(found.balance, found.amount - found.refunded_total),
        "version": version_of(found),
        "stories": stories(told, custom=partial(described, organization, pages.flow.extended)),
        "custom_facts": facts(custom_fields(organization, pages.flow.extended), found.custom, found.currency),
        "list_url": pages.url(organization.pk, "list"),
        "edit_url": pages.url(organization.pk, "edit", found.pk),
        "has_receipt": kind is Kind.PAYMENT,
        "refund_form": refund_form(organization, min(found.balance, found.amount - found.refunded_total)),
    }
    return show(request, member, "finance/payments/detail.html", context)


@page(Right.PAYMENTS, "POST")
@refusals_told
def payment_delete(request: HttpRequest, member: Membership, kind: Kind, payment: int) -> HttpResponse:
    """Delete a payment; what it had settled is owed again."""
    pages = PAGES[kind]
    found = access.payment(member.organization, pages.flow.model, payment)
    services.delete_payment(actor=actor_of(request), payment=found, version=request.POST.get("version") or None)
    messages.success(request, _("%(number)s is deleted.") % {"number": found.number})
    return redirect(pages.url(member.organization_id, "list"))


@page(Right.PAYMENTS, "POST")
@refusals_told
def payment_unapply(request: HttpRequest, member: Membership, kind: Kind, payment: int) -> HttpResponse:
    """Take a payment off one document."""
    pages = PAGES[kind]
    found = access.payment(member.organization, pages.flow.model, payment)
    document = read_id(request.POST.get("document", "")) or 0
    services.unapply_payment(actor=actor_of(request), payment=found, document_id=document)
    messages.success(request, _("%(number)s is taken off it, and can be used for something else.") % {"number": found})
    return redirect(back(request, pages.url(member.organization_id, "detail", found.pk)))


@page(Right.PAYMENTS, "POST")
@refusals_told
def payment_refund(request: HttpRequest, member: Membership, kind: Kind, payment: int) -> HttpResponse:
    """Give back what is unused of a payment."""
    pages = PAGES[kind]
    found = access.payment(member.organization, pages.flow.model, payment)
    values = read_refund(request)
    made = refunds.refund_payment(actor=actor_of(request), payment=found, values=values)
    messages.success(request, _("%(amount)s are refunded.") % {"amount": formats.amount(made.amount, found.currency)})
    return redirect(pages.url(member.organization_id, "detail", found.pk))


@page(Right.PAYMENTS, "POST")
@refusals_told
def refund_delete(request: HttpRequest, member: Membership, refund: int) -> HttpResponse:
    """Take back a refund that was never made."""
    found = access.refund(member.organization, refund)
    source: Any = found.payment or found.vendor_payment or found.credit_note
    refunds.delete_refund(actor=actor_of(request), refund=found)
    messages.success(request, _("The refund is deleted."))
    pages: Any = PAGES.get(source.kind) or DOCUMENT_PAGES[source.kind]
    return redirect(pages.url(member.organization_id, "detail", source.pk))


def _refund_url(refund: Refund) -> str:
    """Where it is deleted."""
    names = {"organization": refund.organization_id, "refund": refund.pk}
    return reverse("finance:refund_delete", kwargs=names)


def refund_form(organization: Any, left: Decimal) -> forms.RefundForm:
    """The form of a refund, with all that is left."""
    first = {"amount": forms.plain(left), "date": today(organization), "mode": "banktransfer"}
    return forms.RefundForm(initial=first, prefix="refund")


def read_refund(request: HttpRequest) -> dict[str, Any]:
    """What was typed into the form of a refund."""
    form = forms.RefundForm(request.POST, prefix="refund")
    if not form.is_valid():
        first = next(iter(form.errors.values()))[0]
        raise Refused(str(first), code="invalid")
    return dict(form.cleaned_data)


def party_url(organization_id: int, pages: PaymentPages, party: Any) -> str:
    """The page of the customer or vendor."""
    name = pages.flow.party
    return reverse(f"finance:{name}_detail", kwargs={"organization": organization_id, name: party.pk})


def _chosen_party(request: HttpRequest, member: Membership, pages: PaymentPages) -> Any:
    """Whom the payment is of: named by id, or by the document that it settles."""
    asked = request.POST if request.method == "POST" else request.GET
    party_id = read_id(asked.get(pages.flow.party, "")) or read_id(asked.get("party", ""))
    document_id = read_id(asked.get(pages.flow.target, ""))
    if party_id:
        return access.referred_party(member.organization, pages.flow.party, party_id, field=pages.flow.party)
    if document_id:
        found = access.document(member.organization, pages.flow.document, document_id)
        return getattr(found, pages.flow.party)
    return None
