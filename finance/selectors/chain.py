"""Whether what was issued is still what was issued: the chain is walked, and held against the records themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from finance.choices import ChainEvent
from finance.choices import DocumentKind as Kind
from finance.models import (
    ChainEntry,
    ChainHead,
    CreditNote,
    DocumentVersion,
    Invoice,
    Organization,
    Payment,
    Refund,
    VendorPayment,
)
from finance.services.chain import content_hash, link_hash
from finance.services.payments import LEFT_OUT as PAYMENT_LEFT_OUT
from finance.services.versions import LEFT_OUT, LINE_LEFT_OUT, columns_of, plain

MODELS: dict[str, Any] = {
    Kind.INVOICE: Invoice,
    Kind.CREDIT_NOTE: CreditNote,
    Kind.PAYMENT: Payment,
    Kind.VENDOR_PAYMENT: VendorPayment,
    Kind.REFUND: Refund,
}
_NUMBERS: dict[str, Any] = {Kind.REFUND: Coalesce("payment__number", "credit_note__number", "vendor_payment__number")}
"""What a record without a number of its own is called by."""
BATCH = 1000

LIVING = frozenset(
    {
        *("status", "paid_total", "credited_total", "written_off_total", "settled_total", "used_total"),
        *("balance", "balance_base", "reminders_sent", "last_reminder_at", "is_reminded"),
        *("salesperson_id", "salesperson"),
    }
)
"""What of an issued document goes on without a new version: what is settled of it, and who looks after it."""


@dataclass(frozen=True)
class Broken:
    """The first place at which the chain does not hold: the entry, the record's number, and what differs."""

    position: int
    number: str
    sentence: str


@dataclass(frozen=True)
class Verified:
    """What a walk has found: how many entries hold, and the first that does not."""

    entries: int
    broken: Broken | None = None


def verify(organization: Organization) -> Verified:
    """Walk the organization's whole chain. Three things must hold for every entry: its hash follows from the one
    before, the version kept with it is unchanged, and the record still says what its last version says."""
    count, previous = 0, ""
    entries = ChainEntry.objects.of(organization).order_by("position").iterator(chunk_size=BATCH)
    for chunk in _batches(entries):
        kept = _versions(organization, chunk)
        for entry in chunk:
            sentence = _faulty_link(entry, count + 1, previous) or _faulty_version(entry, kept)
            if sentence:
                return Verified(count, Broken(entry.position, entry.number, sentence))
            count, previous = count + 1, entry.hash
    broken = _faulty_end(organization, count, previous) or _first_differing(organization) or _unchained(organization)
    return Verified(count, broken)


def _batches(entries: Iterable[ChainEntry]) -> Iterator[list[ChainEntry]]:
    rest = iter(entries)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _faulty_link(entry: ChainEntry, position: int, previous: str) -> str:
    if entry.position != position:
        return _("entry %(position)d is missing") % {"position": position}
    if entry.previous != previous:
        return _("it does not follow the entry before it")
    return "" if link_hash(entry) == entry.hash else _("the entry itself was changed")


def _faulty_version(entry: ChainEntry, kept: Mapping[tuple[str, int, int], Any]) -> str:
    content = kept.get((entry.kind, entry.record_id, entry.version))
    if content is None:
        return _("the version that was kept with it is gone")
    return "" if content_hash(content) == entry.content_hash else _("the version that was kept with it was changed")


def _faulty_end(organization: Organization, count: int, last: str) -> Broken | None:
    head = ChainHead.objects.of(organization).first()
    if (head.position, head.hash) == (count, last) if head else count == 0:
        return None
    told = {"count": head.position if head else 0, "found": count}
    return Broken(count + 1, "", _("the chain should have %(count)d entries, and has %(found)d") % told)


def _versions(organization: Organization, chunk: Iterable[ChainEntry]) -> dict[tuple[str, int, int], Any]:
    ids: dict[str, set[int]] = {}
    for entry in chunk:
        ids.setdefault(entry.kind, set()).add(entry.record_id)
    return {
        (version.kind, version.record_id, version.position): version.content
        for kind, records in ids.items()
        for version in DocumentVersion.objects.of(organization).filter(kind=kind, record_id__in=records)
    }


def _first_differing(organization: Organization) -> Broken | None:
    """The first record, by its last entry, that does not say any more what its last version says."""
    last: dict[tuple[str, int], ChainEntry] = {}
    for entry in ChainEntry.objects.of(organization).order_by("position").iterator(chunk_size=BATCH):
        last[entry.kind, entry.record_id] = entry
    found: list[Broken] = []
    for kind, model in MODELS.items():
        of_kind = [entry for (its_kind, _pk), entry in last.items() if its_kind == kind]
        for chunk in _batches(of_kind):
            found += _differing(organization, model, chunk)
    return min(found, key=lambda broken: broken.position, default=None)


def _differing(organization: Organization, model: Any, chunk: Iterable[ChainEntry]) -> Iterator[Broken]:
    entries = list(chunk)
    contents = _versions(organization, entries)
    rows = model.objects.of(organization)
    rows = rows.prefetch_related("lines") if hasattr(model, "lines") else rows
    records = rows.in_bulk([entry.record_id for entry in entries])
    for entry in entries:
        record = records.get(entry.record_id)
        sentence = _difference(entry, record, contents[entry.kind, entry.record_id, entry.version])
        if sentence:
            yield Broken(entry.position, entry.number, sentence)


def _difference(entry: ChainEntry, record: Any, content: Mapping[str, Any]) -> str:
    if entry.event == ChainEvent.DELETED:
        return "" if record is None else _("it was deleted, and is there again")
    if record is None:
        return _("it is gone, and nothing tells that it was deleted")
    has_lines = hasattr(record, "lines")
    now = columns_of(record, LEFT_OUT if has_lines else PAYMENT_LEFT_OUT)
    for name, value in now.items():
        then = _then(content, record, name)
        if name not in LIVING and then != value:
            told = {"field": name, "then": then, "now": value}
            return _("%(field)s was “%(then)s”, and is “%(now)s”") % told
    return _lines_differ(record, content["lines"]) if has_lines else ""


def _lines_differ(record: Any, kept: list[dict[str, Any]]) -> str:
    lines = sorted(record.lines.all(), key=lambda line: (line.position, line.pk))
    if len(lines) != len(kept):
        return _("the number of lines was %(then)d, and is %(now)d") % {"then": len(kept), "now": len(lines)}
    for place, (line, then) in enumerate(zip(lines, kept, strict=True), start=1):
        for name, value in columns_of(line, LINE_LEFT_OUT).items():
            was = _then(then, line, name)
            if was != value:
                told = {"line": place, "field": name, "then": was, "now": value}
                return _("line %(line)d: %(field)s was “%(then)s”, and is “%(now)s”") % told
    return ""


def _then(content: Mapping[str, Any], record: Any, name: str) -> Any:
    """What the version says of the column; of one that is newer than the version, what new records have there."""
    if name in content:
        return content[name]
    field = next(field for field in record._meta.concrete_fields if field.attname == name)
    return plain(field, field.get_default())


def _unchained(organization: Organization) -> Broken | None:
    """An issued document, a payment or a refund that the chain does not know was put there past the services."""
    for kind, model in MODELS.items():
        known = ChainEntry.objects.of(organization).filter(kind=kind).values("record_id")
        rows = model.objects.of(organization).exclude(pk__in=known)
        if hasattr(model, "issued_at"):
            rows = rows.filter(issued_at__isnull=False)
        number = rows.order_by("pk").values_list(_NUMBERS.get(kind, F("number")), flat=True).first()
        if number is not None:
            return Broken(0, number, _("it was issued, and the chain does not know it"))
    return None
