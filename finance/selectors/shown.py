"""The shown status as SQL: what finance/derived.py says of one document, of a whole table."""

from __future__ import annotations

from datetime import date
from typing import Any, TypeVar

from django.db.models import Case, CharField, F, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from finance.choices import Derived
from finance.choices import DocumentKind as Kind
from finance.derived import PARTIAL
from finance.models.documents import Document

D = TypeVar("D", bound=Document)

OPEN = ("sent", "open")
UNPAID = "unpaid"
ISSUED = "issued"

# The states in which a document counts as a sale, or as one given back.
COUNTING: dict[Kind, tuple[str, ...]] = {Kind.INVOICE: ("sent", "paid"), Kind.CREDIT_NOTE: ("open", "closed")}


def overdue(model: type[Document], today: date) -> Q:
    """Whether a document of this kind is overdue on this day of its organization."""
    past = Q(**{f"{model.until_field}__lt": today})
    if model.kind in (Kind.INVOICE, Kind.BILL):
        return past & Q(status__in=OPEN, balance__gt=0)
    if model.kind in (Kind.SALES_ORDER, Kind.PURCHASE_ORDER):
        return past & Q(status="open")
    return Q(pk__in=())


def expired(model: type[Document], today: date) -> Q:
    """Whether an offer's last day is over before it was answered."""
    if model.kind is not Kind.ESTIMATE:
        return Q(pk__in=())
    return Q(status="sent", **{f"{model.until_field}__lt": today})


def partial(model: type[Document]) -> Q:
    """Whether a part of it was paid, invoiced or billed, and a part is left."""
    if model.kind not in PARTIAL:
        return Q(pk__in=())
    return Q(status__in=OPEN, **{f"{model.done_field}__gt": 0})


def with_shown_status(rows: QuerySet[D], today: date) -> QuerySet[D]:
    """The rows with `shown_status`, as derived.shown tells it on this day."""
    model = rows.model
    whens = []
    if model.kind is Kind.ESTIMATE:
        whens.append(When(expired(model, today), then=Value(Derived.EXPIRED.value)))
    elif model.kind in PARTIAL:
        whens.append(When(overdue(model, today), then=Value(Derived.OVERDUE.value)))
        whens.append(When(partial(model), then=Value(PARTIAL[model.kind].value)))
    shown = Case(*whens, default=F("status"), output_field=CharField())
    return rows.annotate(shown_status=shown)  # type: ignore[return-value]


def in_status(rows: QuerySet[D], status: str, today: date) -> QuerySet[D]:
    """Those that show this status."""
    return rows.filter(showing(rows.model, status, today))


def showing(model: type[Document], status: str, today: date) -> Q:
    """Whether a document of this kind shows this status; of what is owed, `unpaid` is whatever was sent and isn't paid,
    overdue or not; of what is sold or given back, `issued` is whatever counts as that."""
    if status == UNPAID and model.kind in (Kind.INVOICE, Kind.BILL):
        return Q(status__in=OPEN, balance__gt=0)
    if status == ISSUED and model.kind in COUNTING:
        return Q(status__in=COUNTING[model.kind])
    if status == Derived.EXPIRED:
        return expired(model, today)
    if status == Derived.OVERDUE:
        return overdue(model, today)
    if status in Derived.values:
        is_it = PARTIAL.get(model.kind) == status
        return partial(model) & ~overdue(model, today) if is_it else Q(pk__in=())
    if status not in OPEN:
        return Q(status=status)  # nothing is derived of what is not open
    return Q(status=status) & ~(overdue(model, today) | expired(model, today) | partial(model))


def shown_statuses(model: type[Document]) -> list[tuple[str, Any]]:
    """Every status that documents of this kind can show, with its label, in the order of their lives."""
    stored = list(model._meta.get_field("status").choices)  # type: ignore[arg-type]
    derived = [Derived.EXPIRED] if model.kind is Kind.ESTIMATE else []
    if model.kind in PARTIAL:
        derived = [PARTIAL[model.kind], Derived.OVERDUE]
    place = next(index for index, (value, _label) in enumerate(stored) if value in OPEN) + 1
    return [*stored[:place], *((each.value, each.label) for each in derived), *stored[place:]]


def gathered_statuses(kind: Kind) -> list[tuple[str, Any]]:
    """The words under which a list gathers several states of such documents."""
    found: list[tuple[str, Any]] = [(ISSUED, pgettext_lazy("documents that are neither drafts nor void", "Issued"))]
    found = found if kind in COUNTING else []
    return [*found, (UNPAID, _("Unpaid"))] if kind in (Kind.INVOICE, Kind.BILL) else found
