"""History in words: who did what, and each field's value before and after, under the names that pages use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.conf.locale import LANG_INFO
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.text import capfirst
from django.utils.translation import get_language_info, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from audit.models import Entry
from finsuite.kernel import formats
from finsuite.kernel.actors import Via
from finsuite.kernel.custom_fields.kinds import PREFIX, FieldDefinition
from finsuite.kernel.custom_fields.texts import shown as shown_custom

VERBS: dict[str, Any] = {
    "created": pgettext_lazy("history", "created"),
    "updated": pgettext_lazy("history", "changed"),
    "deleted": pgettext_lazy("history", "deleted"),
    "generated": pgettext_lazy("history", "generated"),
    "regenerated": pgettext_lazy("history", "regenerated"),
    "revoked": pgettext_lazy("history", "revoked"),
    "used": pgettext_lazy("history", "used"),
    "linked": pgettext_lazy("history", "linked"),
    "unlinked": pgettext_lazy("history", "unlinked"),
    "exported": pgettext_lazy("history", "exported"),
    "merged": pgettext_lazy("history", "merged"),
    "restored": pgettext_lazy("history", "restored"),
    "unmerged": pgettext_lazy("history", "took apart again"),
    "completed": pgettext_lazy("history", "completed"),
    "reopened": pgettext_lazy("history", "reopened"),
    "uploaded": pgettext_lazy("history", "uploaded"),
    "started": pgettext_lazy("history", "started"),
    "finished": pgettext_lazy("history", "finished"),
    "undo started": pgettext_lazy("history", "began to undo"),
    "undone": pgettext_lazy("history", "undid"),
    "answered": pgettext_lazy("history", "answered"),
    "resolved": pgettext_lazy("history", "resolved"),
    "retried": pgettext_lazy("history", "tried again"),
    "activate": pgettext_lazy("history", "activated"),
    "pause": pgettext_lazy("history", "paused"),
    "resume": pgettext_lazy("history", "resumed"),
    "deactivate": pgettext_lazy("history", "deactivated"),
    "delete": pgettext_lazy("history", "deleted"),
    "sync setting changed": pgettext_lazy("history", "changed the sync settings of"),
    "password_changed": pgettext_lazy("history", "changed the password of"),
    "sign_in_failed": pgettext_lazy("history", "failed to sign in as"),
    "refused": pgettext_lazy("history", "was refused"),
    "queued": pgettext_lazy("history", "put into the outbox"),
    "sent": pgettext_lazy("history", "sent"),
    "failed": pgettext_lazy("history", "could not send"),
    "cancelled": pgettext_lazy("history", "cancelled"),
    "locked": pgettext_lazy("history", "locked"),
    "settle": pgettext_lazy("history", "settled"),
    "unsettle": pgettext_lazy("history", "opened again"),
    "applied": pgettext_lazy("history", "applied"),
    "unapplied": pgettext_lazy("history", "took back what was applied of"),
    "refunded": pgettext_lazy("history", "refunded of"),
    "refund deleted": pgettext_lazy("history", "deleted a refund of"),
    "written off": pgettext_lazy("history", "wrote off of"),
    "write-off cancelled": pgettext_lazy("history", "took back what was written off of"),
    "reminded": pgettext_lazy("history", "reminded the customer of"),
    "receipt sent": pgettext_lazy("history", "e-mailed a receipt of"),
    "statement sent": pgettext_lazy("history", "e-mailed a statement of account to"),
    "reminders stopped": pgettext_lazy("history", "stopped the automatic reminders of"),
    "reminders resumed": pgettext_lazy("history", "resumed the automatic reminders of"),
    "renewed": pgettext_lazy("history", "renewed"),
    "remind": pgettext_lazy("history", "noted a reminder to the customer of"),
    "repeated": pgettext_lazy("history", "made an invoice of"),
    "start_trial": pgettext_lazy("history", "began the trial of"),
    "go_live": pgettext_lazy("history", "brought to life"),
    "cancel_at_end": pgettext_lazy("history", "cancelled to the end of its term"),
    "reactivate": pgettext_lazy("history", "had renewed after all"),
    "dun": pgettext_lazy("history", "found unpaid"),
    "give_up": pgettext_lazy("history", "gave up as unpaid"),
    "recover": pgettext_lazy("history", "found paid"),
    "expire": pgettext_lazy("history", "brought to its end"),
    "end": pgettext_lazy("history", "ended"),
    "stop": pgettext_lazy("history", "stopped"),
    "submit": pgettext_lazy("history", "handed in"),
    "recall": pgettext_lazy("history", "recalled"),
    "approve": pgettext_lazy("history", "approved"),
    "reject": pgettext_lazy("history", "rejected"),
    "reimburse": pgettext_lazy("history", "noted the reimbursement of"),
    "commented": pgettext_lazy("history", "commented on"),
    "mark_sent": pgettext_lazy("history", "marked as sent"),
    "accept": pgettext_lazy("history", "marked as accepted"),
    "decline": pgettext_lazy("history", "marked as declined"),
    "invoice": pgettext_lazy("history", "invoiced"),
    "free": pgettext_lazy("history", "set free to be invoiced again"),
    "confirm": pgettext_lazy("history", "confirmed"),
    "void": pgettext_lazy("history", "voided"),
    "to_draft": pgettext_lazy("history", "took back to draft"),
    "mark_open": pgettext_lazy("history", "opened"),
    "mark_issued": pgettext_lazy("history", "issued"),
    "cancel": pgettext_lazy("history", "cancelled"),
    "mark_billed": pgettext_lazy("history", "marked as billed"),
    "unmark_billed": pgettext_lazy("history", "unmarked as billed"),
    "reopen": pgettext_lazy("history", "opened again"),
}
# What entries tell that is no column of the record.
LABELS: dict[str, Any] = {
    "products_of_lines": pgettext_lazy("history", "Products that lines no longer name"),
    "address": pgettext_lazy("history", "Network address"),
    "recipients": pgettext_lazy("history", "Recipients"),
    "comment": pgettext_lazy("history", "Comment"),
}
PATHS: dict[str, Any] = {
    Via.API: gettext_lazy("by the API"),
    Via.IMPORT: gettext_lazy("by an import"),
    Via.SYNC: gettext_lazy("by the sync"),
    Via.TRIGGER: gettext_lazy("by a trigger"),
    Via.ADMIN: gettext_lazy("in the administration"),
}


LINE = {"name", "quantity", "rate", "item_total"}  # what every line of a document says of itself
# The parts of an address as they are written. Kept as JSON, they come back in another order.
ADDRESS = ("attention", "address", "street2", "zip", "city", "state", "country", "phone", "fax")


@dataclass(frozen=True)
class Detail:
    """One field, before and after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Story:
    """One entry of the history, ready to be shown."""

    id: int
    who: str
    did: str
    what: str
    path: str
    at: datetime
    details: list[Detail]


# What a record is called that a field refers to: (field, id) → its name, or None where nobody knows.
Namer = Callable[[str, int], str | None]


# The custom fields of the records' kind, by the names that entries use.
Custom = Mapping[str, FieldDefinition]


def _nameless(field: str, key: int) -> None:
    return None


def stories(entries: Iterable[Entry], namer: Namer = _nameless, custom: Callable[[], Custom] = dict) -> list[Story]:
    """The entries in words. References are told by the names that `namer` knows, else by their ids.

    `custom` reads the custom fields that there are or were; it is asked only if an entry speaks of one.
    """
    told = list(entries)
    speaks = any(name.startswith(PREFIX) for entry in told for name in (*entry.before, *entry.after))
    fields = custom() if speaks else {}
    return [_story(entry, namer, fields) for entry in told]


def _story(entry: Entry, namer: Namer, custom: Custom) -> Story:
    model = _model(entry.kind)
    names = _in_order(model, [*entry.after, *(name for name in entry.before if name not in entry.after)])
    return Story(
        id=entry.pk,
        who=entry.actor_label,
        did=str(VERBS.get(entry.verb, entry.verb.replace("_", " "))),
        what=entry.record_label,
        path=str(PATHS.get(entry.via, "")),
        at=entry.at,
        details=[
            _of_custom(custom[name], entry)
            if name in custom
            else Detail(
                _label(model, name),
                _shown(model, name, entry.before.get(name), namer),
                _shown(model, name, entry.after.get(name), namer),
            )
            for name in names
        ],
    )


def _in_order(model: type[models.Model] | None, names: Iterable[str]) -> list[str]:
    """As the record has its fields. Kept as JSON, they come back by the length of their names."""
    fields: list[Any] = [*model._meta.concrete_fields, *model._meta.related_objects] if model else []
    places: dict[str, int] = {}
    for place, field in enumerate(fields):
        places |= {field.name: place, getattr(field, "attname", field.name): place}
    return sorted(names, key=lambda name: places.get(name, len(places)))


def _of_custom(field: FieldDefinition, entry: Entry) -> Detail:
    sides = (entry.before, entry.after)
    before, after = (shown_custom(field, side[field.name]) if field.name in side else "" for side in sides)
    return Detail(field.label, before, after)


def _model(kind: str) -> type[models.Model] | None:
    try:
        return apps.get_model(kind)
    except (LookupError, ValueError):
        return None


def _column(model: type[models.Model] | None, name: str) -> Any:
    try:
        return model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None


def _label(model: type[models.Model] | None, name: str) -> str:
    column = _column(model, name)
    if column is None and name in LABELS:
        return str(LABELS[name])
    if isinstance(column, models.ForeignObjectRel):  # what hangs on the record: a deal's lines
        return str(capfirst(column.related_model._meta.verbose_name_plural))
    return str(capfirst(getattr(column, "verbose_name", name.removeprefix(PREFIX).replace("_", " "))))


def _item(item: Any, namer: Namer) -> str:
    """One of a list. A row that refers to a record is told by that one's name, and by what else it says."""
    if not isinstance(item, Mapping):
        return str(item)
    if item.keys() >= LINE:
        return _line(item)
    names = [_named(namer, name, value) for name, value in item.items() if name.endswith("_id")]
    more = [str(value) for name, value in item.items() if not name.endswith("_id") and value]
    return " ".join([*names, f"({', '.join(more)})"]) if more else " ".join(names)


def _line(item: Mapping[str, Any]) -> str:
    """A line of a document: `Float glass: 2 × 340.50, VAT 20 % = 681`."""
    quantity, rate, total = (formats.exact(Decimal(item[name])) for name in ("quantity", "rate", "item_total"))
    terms = [f"{quantity} × {rate}", item.get("discount", ""), *item.get("taxes", ()), *item.get("bills", ())]
    told = _("%(name)s: %(terms)s = %(total)s") % {
        "name": item["name"],
        "terms": ", ".join(filter(None, terms)),
        "total": total,
    }
    return "\n".join(filter(None, [item.get("header", ""), told, item.get("description", "")]))


def _named(namer: Namer, name: str, key: Any) -> str:
    return (namer(name, key) if isinstance(key, int) else None) or str(key or "")


def _shown(model: type[models.Model] | None, name: str, value: Any, namer: Namer) -> str:
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Mapping):  # an address, say: what is filled in of it
        written = sorted(value, key=lambda part: ADDRESS.index(part) if part in ADDRESS else len(ADDRESS))
        return ", ".join(str(value[part]) for part in written if value[part])
    if isinstance(value, list) and name.endswith("_ids"):
        return ", ".join(_named(namer, name.removesuffix("s"), key) for key in value)
    if isinstance(value, list):
        has_lines = any(isinstance(item, Mapping) and item.keys() >= LINE for item in value)
        return ("\n" if has_lines else ", ").join(_item(item, namer) for item in value)
    if name == "language" and value in LANG_INFO:
        return str(get_language_info(value)["name_translated"])
    column = _column(model, name)
    choices = dict(getattr(column, "flatchoices", None) or [])
    if value in choices:
        return str(choices[value])
    match column:
        case models.DecimalField():
            return formats.exact(column.to_python(value))
        case models.ForeignKey() if isinstance(value, int):
            return _named(namer, name, value)
        case models.DateTimeField() if moment := parse_datetime(str(value)):
            return formats.moment(moment)
        case models.DateField() if day := parse_date(str(value)):
            return formats.day(day)
    return str(value)
