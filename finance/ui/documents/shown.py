"""How a document's state is shown: its word, its tone, and by how many days it is late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from finance import derived
from finance.choices import Derived
from finance.models.documents import Document
from finance.selectors.shown import shown_statuses

TONES = {
    "draft": "neutral",
    "sent": "info",
    "open": "info",
    "accepted": "success",
    "declined": "off",
    "invoiced": "success",
    "billed": "success",
    "paid": "success",
    "closed": "success",
    "void": "off",
    "cancelled": "off",
    Derived.EXPIRED.value: "warning",
    Derived.OVERDUE.value: "danger",
    Derived.PARTIALLY_PAID.value: "progress",
    Derived.PARTIALLY_INVOICED.value: "progress",
    Derived.PARTIALLY_BILLED.value: "progress",
}


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A document's state on one day."""

    value: str
    label: str
    tone: str
    also: str = ""  # a second fact that holds besides


def shown(document: Document, today: date) -> Shown:
    """What a document's state is told as today."""
    value = str(derived.shown(document.state, today))
    labels = dict(shown_statuses(type(document)))
    label, also = str(labels[value]), ""
    if value == Derived.OVERDUE and document.until is not None:
        days = (today - document.until).days
        label = ngettext("Overdue by %(days)d day", "Overdue by %(days)d days", days) % {"days": days}
        also = str(labels[derived.PARTIAL[document.kind]]) if derived.is_partial(document.state) else ""
    elif value in ("sent", "open") and document.until == today and document.open_field:
        also = _("Due today")
    return Shown(value=value, label=label, tone=TONES.get(value, "neutral"), also=also)
