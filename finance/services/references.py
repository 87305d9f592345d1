"""What the records that documents stand on have in common: how they are held, named, told of, and kept while in use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import IntegrityError
from django.db.models import ForeignKey, Model, ProtectedError, RestrictedError
from django.utils.translation import gettext as _

import audit.services
from finance.events import SettingsChanged
from finance.models import Organization
from finance.selectors.documents import ids_in_use
from finance.services.customer_rules import constraint_of
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotFound, Refused
from finsuite.kernel.events import emit
from finsuite.kernel.records import Change

M = TypeVar("M", bound=Model)


def lock(record: M, absent: str) -> M:
    """The record as it is now, held until the transaction ends."""
    model: Any = type(record)
    rows = model.objects.of(record.organization_id)  # type: ignore[attr-defined]
    found: M | None = rows.select_for_update(of=("self",)).select_related("organization").filter(pk=record.pk).first()
    if found is None:
        raise NotFound(absent)
    return found


def check_references(record: Model, change: Change, organization: Organization, *, but: tuple[str, ...] = ()) -> None:
    """Refuse an id that is none of this organization's records, under its field; and an inactive one, newly chosen."""
    faults: dict[str, list[str]] = {}
    for name, value in change.after.items():
        if value is None or name in but or not hasattr(type(record), name):
            continue
        column = record._meta.get_field(name)
        if not isinstance(column, ForeignKey):
            continue
        model: Any = column.related_model
        found = model.objects.of(organization).filter(pk=value).first()
        if found is None:
            faults[name] = [_("There is no such record in %(organization)s.") % {"organization": organization.name}]
        elif not found.is_active:
            faults[name] = [_("%(record)s is inactive. Choose another one.") % {"record": found}]
    if faults:
        raise Refused(_("Some fields can't be saved as they are."), code="unknown_reference", fields=faults)


@contextmanager
def refusing_clash(constraint: str, field: str, sentence: str) -> Iterator[None]:
    """Word the database's refusal of what must be unique."""
    try:
        yield
    except IntegrityError as error:
        if constraint_of(error) != constraint:
            raise
        raise Refused(sentence, code="duplicate", fields={field: [sentence]}) from error


def delete_unused(record: Any, sentence: str) -> None:
    """Delete the record, or refuse by this sentence where documents or other records name it."""
    if ids_in_use(type(record), record.organization, [record.pk]):
        raise Refused(sentence, code="in_use")
    try:
        record.delete()
    except (ProtectedError, RestrictedError) as error:
        raise Refused(sentence, code="in_use") from error


def tell(actor: Actor, record: Any, verb: str, *, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Write down what was done to the record."""
    audit.services.record(
        actor=actor, tenant=record.organization.tenant, subject=record, verb=verb, before=before, after=after
    )


def tell_setting(
    actor: Actor,
    record: Any,
    verb: str,
    *,
    subject: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """The same for what is set up, whose listeners only care that it is different now."""
    tell(actor, record, verb, before=before or {}, after=after or {})
    emit(SettingsChanged(organization_id=record.organization.pk, actor=actor, subject=subject))


def kept(record: Model, names: frozenset[str]) -> dict[str, Any]:
    """What the history keeps of a record that goes."""
    return {name: getattr(record, name) for name in sorted(names) if getattr(record, name) not in ("", None)}
