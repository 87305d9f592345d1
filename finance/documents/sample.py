"""A made-up invoice, to show what a template looks like before anything is invoiced with it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from finance.documents.sheet import PAPERS, Fact, Issuer, Line, Party, Payment, Sheet, Tax, Total, Weight


def sample(
    *,
    issuer: Issuer,
    language: str,
    currency: str,
    today: dt.date,
    template: str,
    accent: str,
    paper: str = PAPERS[0],
    date_pattern: str = "",
) -> Sheet:
    """An invoice by this organization to a customer who doesn't exist."""
    with translation.override(language):
        due = today + dt.timedelta(days=30)
        lines = (
            Line(
                name=_("Consulting"),
                description=_("Two workshops and their minutes"),
                quantity=Decimal("2.5"),
                unit=pgettext("unit", "days"),
                rate=Decimal("800"),
                taxes=("20\u00a0%",),
                amount=Decimal("2000"),
            ),
            Line(
                name=_("Printed handbook"),
                quantity=Decimal(12),
                rate=Decimal("35"),
                discount="10\u00a0%",
                taxes=("5.5\u00a0%",),
                amount=Decimal("378"),
            ),
        )
        return Sheet(
            kind="invoice",
            title=pgettext("document", "Invoice"),
            number="INV-000123",
            language=language,
            currency=currency,
            issuer=issuer,
            party=Party(name=_("Sample customer"), address=(_("12 Example Street"), _("75001 Paris"), _("France"))),
            stamp=_("Sample"),
            facts=(
                Fact(pgettext("on a document", "Date"), today),
                Fact(pgettext("on a document", "Due date"), due),
                Fact(pgettext("on a document", "Reference"), "PO-77"),
            ),
            lines=lines,
            taxes=(
                Tax(name=_("VAT"), rate=Decimal(20), taxable=Decimal(2000), amount=Decimal(400)),
                Tax(name=_("VAT"), rate=Decimal("5.5"), taxable=Decimal(378), amount=Decimal("20.79")),
            ),
            totals=(
                Total(pgettext("on a document", "Subtotal"), Decimal(2378)),
                Total(pgettext("on a document", "Taxes"), Decimal("420.79")),
                Total(pgettext("on a document", "Total"), Decimal("2798.79"), Weight.TOTAL),
                Total(pgettext("on a document", "Balance due"), Decimal("2798.79"), Weight.DUE),
            ),
            notes=_("Thank you for your trust."),
            terms=_("Payment within 30 days of the date of the invoice."),
            payment=Payment(
                name=issuer.legal_name or issuer.name,
                iban="FR7630006000011234567890189",
                bic="AGRIFRPP",
                reference="INV-000123",
                amount=Decimal("2798.79"),
            ),
            template=template,
            accent=accent,
            paper=paper,
            date_pattern=date_pattern,
        )
