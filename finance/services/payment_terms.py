"""Setting up when documents are to be paid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from finance.access import require
from finance.choices import TermKind
from finance.models import Organization, PaymentTerm
from finance.rights import Right
from finance.services.references import delete_unused, kept, lock, refusing_clash, tell_setting
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Refused
from finsuite.kernel.records import Change, assign, require_filled
from finsuite.kernel.text import name_key
from finsuite.kernel.versions import require_version

WRITABLE = frozenset({"name", "kind", "days", "is_default", "is_active"})
MOST_DAYS = 999


@transaction.atomic
def create_term(*, actor: Actor, organization: Organization, values: Mapping[str, Any]) -> PaymentTerm:
    """Offer one more payment term."""
    require(actor, organization, Right.TAXES)
    term = PaymentTerm(organization=organization)
    change = assign(term, values, allowed=WRITABLE)
    require_filled(term, ["name"])
    _hold(organization)
    change = change.and_(_settle(term, change))
    last = PaymentTerm.objects.of(organization).aggregate(last=Max("position"))["last"]
    term.position = 0 if last is None else last + 1
    with _refusing_taken_name():
        term.save(force_insert=True)
    tell_setting(actor, term, "created", subject="payment_terms", after={"kind": term.kind, **change.after})
    return term


@transaction.atomic
def update_term(
    *, actor: Actor, term: PaymentTerm, values: Mapping[str, Any], version: str | None = None
) -> PaymentTerm:
    """Change a payment term. Documents keep the day that they are due on."""
    require(actor, term.organization, Right.TAXES)
    _hold(term.organization)
    term = lock(term, _("There is no such payment term."))
    require_version(term, version)
    change = assign(term, values, allowed=WRITABLE)
    if not change:
        return term
    if change.after.get("is_default") is False:
        sentence = _("Make another payment term the default instead: one of them always is.")
        raise Refused(sentence, code="default_needed", fields={"is_default": [sentence]})
    change = change.and_(_settle(term, change))
    with _refusing_taken_name():
        term.save(update_fields=[*change.fields, "name_key"])
    tell_setting(actor, term, "updated", subject="payment_terms", before=change.before, after=change.after)
    return term


@transaction.atomic
def delete_term(*, actor: Actor, term: PaymentTerm, version: str | None = None) -> None:
    """Delete a payment term that nothing names."""
    require(actor, term.organization, Right.TAXES)
    term = lock(term, _("There is no such payment term."))
    require_version(term, version)
    if term.is_default:
        raise Refused(_("%(term)s is the default. Make another one the default first.") % {"term": term.name})
    sentence = _("%(term)s is used by customers, vendors or documents and can't be deleted. Make it inactive instead.")
    tell_setting(actor, term, "deleted", subject="payment_terms", before=kept(term, WRITABLE))
    delete_unused(term, sentence % {"term": term.name})


def _hold(organization: Organization) -> None:
    """Keep everybody else from choosing a default until this transaction ends."""
    Organization.objects.select_for_update(of=("self",), no_key=True).get(pk=organization.pk)


def _settle(term: PaymentTerm, change: Change) -> Change:
    """Check the term, and make it the only default if it is to be the default. Answers what changed besides."""
    faults: dict[str, list[str]] = {}
    if term.days > MOST_DAYS:
        faults["days"] = [_("A payment term is at most %(most)d days long.") % {"most": MOST_DAYS}]
    if term.is_default and not term.is_active:
        faults["is_active"] = [_("The default is active. Make another payment term the default first.")]
    if faults:
        raise Refused(_("Some fields can't be saved as they are."), fields=faults)
    term.name_key = name_key(term.name)
    if "is_default" in change:
        PaymentTerm.objects.of(term.organization).filter(is_default=True).exclude(pk=term.pk).update(is_default=False)
    if term.kind == TermKind.DAYS or not term.days:
        return Change()
    return assign(term, {"days": 0}, allowed={"days"})  # days count where the due day is told in days


def _refusing_taken_name() -> Any:
    return refusing_clash("finance_term_name_once", "name", _("Another payment term already has this name."))
