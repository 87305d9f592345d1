"""The words that stand on every drawn document, in the document's language."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def words(language: str) -> dict[str, str]:
    """The labels of a document, by what the drawing calls them."""
    with translation.override(language):
        return {
            "bill_to": pgettext("on a document", "Bill to"),
            "ship_to": pgettext("on a document", "Ship to"),
            "description": pgettext("on a document", "Description"),
            "quantity": pgettext("on a document", "Qty"),
            "rate": pgettext("on a document", "Unit price"),
            "discount": pgettext("on a document", "Discount"),
            "taxes": pgettext("on a document", "Tax"),
            "amount": pgettext("on a document", "Amount"),
            "tax_summary": pgettext("on a document", "Taxes"),
            "tax_rate": pgettext("on a document", "Rate"),
            "taxable": pgettext("on a document", "Taxable amount"),
            "notes": pgettext("on a document", "Notes"),
            "terms": pgettext("on a document", "Terms and conditions"),
            "payment": pgettext("on a document", "How to pay"),
            "holder": pgettext("on a document", "Account holder"),
            "bank": pgettext("on a document", "Bank"),
            "iban": "IBAN",
            "bic": "BIC",
            "reference": pgettext("on a document", "Payment reference"),
            "scan": pgettext("on a document", "Scan with your bank’s app to pay"),
            "tax_number": pgettext("on a document", "VAT number"),
            "registration": pgettext("on a document", "SIREN"),
            # Translators: at the foot of a document, as in "Page 2 of 3".
            "page": pgettext("on a document", "Page %(page)s of %(pages)s"),
            "nothing": _("This document has no lines."),
        }
