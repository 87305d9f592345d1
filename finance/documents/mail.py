"""What an e-mail says: the words of a template with a document's values in place of its variables.

A variable is a name in double braces, `{{number}}`, and nothing more: no conditions, no formats, no code. A value is
put in as it is and never read again, so that a customer called `{{total}}` is still called that.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Mapping

from django.utils import translation
from django.utils.html import escape, urlize
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from finance.choices import EmailKind
from finsuite.kernel.errors import Refused

# What every document can tell; and what some kinds tell besides.
COMMON = {
    "customer": gettext_lazy("the customer’s name"),
    "contact": gettext_lazy("the name of the person it goes to"),
    "organization": gettext_lazy("your organization’s name"),
    "sender": gettext_lazy("the name of whoever sends it"),
    "number": gettext_lazy("the document’s number"),
    "date": gettext_lazy("the document’s date"),
    "total": gettext_lazy("the document’s total"),
    "reference": gettext_lazy("the document’s reference"),
}
BY_KIND: dict[EmailKind, dict[str, object]] = {
    EmailKind.ESTIMATE: {"expiry_date": gettext_lazy("the day until which the estimate is good")},
    EmailKind.SALES_ORDER: {"delivery_date": gettext_lazy("the expected day of delivery")},
    EmailKind.INVOICE: {
        "due_date": gettext_lazy("the day on which it is due"),
        "balance": gettext_lazy("what is still to be paid"),
    },
    EmailKind.REMINDER: {
        "due_date": gettext_lazy("the day on which it is due"),
        "balance": gettext_lazy("what is still to be paid"),
        "days_overdue": gettext_lazy("for how many days it has been due"),
    },
    EmailKind.PURCHASE_ORDER: {"delivery_date": gettext_lazy("the expected day of delivery")},
    EmailKind.STATEMENT: {
        "period": gettext_lazy("the period of the statement"),
        "balance": gettext_lazy("what is still to be paid"),
    },
}


class _Words(string.Template):
    """Python's own template, with `{{name}}` for its `$name`. A brace alone is a brace."""

    pattern = r"""
        \{\{\s*(?P<named>[a-z][a-z0-9_]*)\s*\}\} |
        (?P<escaped>(?!)) | (?P<braced>(?!)) | (?P<invalid>(?!))
    """  # type: ignore[assignment]
    flags = re.VERBOSE


_LOOK = "font-family: system-ui, -apple-system, 'Segoe UI', sans-serif; font-size: 15px; color: #1b2330"
_BRACED = re.compile(r"\{\{[^{}\n]*\}\}|\{\{|\}\}")


def variables(kind: EmailKind) -> dict[str, str]:
    """The variables of e-mails of a kind, with what each stands for, in the reader's language."""
    return {name: str(meaning) for name, meaning in {**COMMON, **BY_KIND.get(kind, {})}.items()}


def check(text: str, kind: EmailKind, *, field: str) -> None:
    """Refuse a template with a variable that e-mails of this kind don't have, naming those that they have."""
    known = variables(kind)
    used = set(_Words(text).get_identifiers())
    unknown = sorted({f"{{{{{name}}}}}" for name in used - set(known)} | set(_broken(text)))
    if unknown:
        sentence = _("%(unknown)s is no variable of these e-mails. They have: %(known)s.") % {
            "unknown": ", ".join(unknown),
            "known": ", ".join(f"{{{{{name}}}}}" for name in sorted(known)),
        }
        raise Refused(sentence, code="unknown_variable", fields={field: [sentence]})


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with the values in place of its variables; a variable without a value becomes nothing."""
    return _Words(text).substitute(_Blank(values))


class _Blank(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return ""


def _broken(text: str) -> Iterable[str]:
    """Double braces that hold no name."""
    return (found for found in _BRACED.findall(text) if not _Words(found).get_identifiers())


def as_html(body: str, language: str) -> str:
    """The same words for programs that show HTML: paragraphs, line breaks and links, and nothing else."""
    paragraphs = re.split(r"\n\s*\n", body.strip())
    drawn = "".join(f"<p>{_linked(paragraph)}</p>\n" for paragraph in paragraphs)
    head = f'<!doctype html>\n<html lang="{escape(language)}"><body style="{_LOOK}">\n'
    return f"{head}{drawn}</body></html>\n"


def _linked(paragraph: str) -> SafeString:
    return mark_safe(urlize(escape(paragraph), nofollow=False).replace("\n", "<br>\n"))  # noqa: S308 - escaped


def standard(kind: EmailKind, language: str) -> tuple[str, str]:
    """finsuite's own template of a kind: its subject and its text."""
    with translation.override(language):
        subject, body = _STANDARD[kind]
        return str(subject), str(format_lazy("{}\n\n{}\n\n{}", _greeting(), body, _closing()))


def _greeting() -> str:
    # Translators: how an e-mail to a customer begins. Keep {{contact}} as it is.
    return _("Hello {{contact}},")


def _closing() -> str:
    # Translators: how an e-mail to a customer ends. Keep the names in braces as they are.
    return _("Kind regards,\n{{sender}}\n{{organization}}")


# Translators: in these texts, names in double braces stay as they are: {{number}}.
_STANDARD = {
    EmailKind.ESTIMATE: (
        gettext_lazy("Estimate {{number}} from {{organization}}"),
        gettext_lazy("Please find attached our estimate {{number}} over {{total}}. It is good until {{expiry_date}}."),
    ),
    EmailKind.SALES_ORDER: (
        gettext_lazy("Order {{number}} confirmed by {{organization}}"),
        gettext_lazy("Thank you for your order. Its confirmation {{number}} over {{total}} is attached."),
    ),
    EmailKind.INVOICE: (
        gettext_lazy("Invoice {{number}} from {{organization}}"),
        gettext_lazy("Please find attached our invoice {{number}} over {{total}}, due on {{due_date}}."),
    ),
    EmailKind.CREDIT_NOTE: (
        gettext_lazy("Credit note {{number}} from {{organization}}"),
        gettext_lazy("Please find attached our credit note {{number}} over {{total}}."),
    ),
    EmailKind.PURCHASE_ORDER: (
        gettext_lazy("Purchase order {{number}} from {{organization}}"),
        gettext_lazy("Please find attached our purchase order {{number}} over {{total}}. Please confirm it."),
    ),
    EmailKind.PAYMENT: (
        gettext_lazy("Payment received by {{organization}}"),
        gettext_lazy("Thank you for your payment of {{total}} on {{date}}. The receipt {{number}} is attached."),
    ),
    EmailKind.REMINDER: (
        gettext_lazy("Reminder: invoice {{number}} from {{organization}}"),
        gettext_lazy(
            "This is a reminder of our invoice {{number}}, due on {{due_date}}: {{balance}} of it is still to be paid. "
            "If you have paid in the meantime, please disregard this e-mail."
        ),
    ),
    EmailKind.STATEMENT: (
        gettext_lazy("Statement of account from {{organization}}"),
        gettext_lazy("Please find attached your statement of account for {{period}}. The balance is {{balance}}."),
    ),
}
