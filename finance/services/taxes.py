"""Setting up taxes and groups of taxes.

Documents carry the taxes that they were written with: what changes here holds for what is written from then on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from finance.access import require
from finance.models import Organization, Tax, TaxGroupMember
from finance.rights import Right
from finance.services.references import check_references, delete_unused, kept, refusing_clash, tell_setting
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotFound, Refused
from finsuite.kernel.records import Change, assign, refuse_unknown, require_filled
from finsuite.kernel.text import name_key
from finsuite.kernel.versions import require_version

WRITABLE = frozenset({"name", "rate", "is_compound", "exemption_id", "is_active"})
OF_GROUPS = frozenset({"name", "is_active"})
MEMBERS = "member_ids"
MOST_MEMBERS = 10
HIGHEST_RATE = 1000


@transaction.atomic
def create_tax(*, actor: Actor, organization: Organization, values: Mapping[str, Any]) -> Tax:
    """Levy one more tax; with `member_ids`, a group of those taxes."""
    require(actor, organization, Right.TAXES)
    members = values.get(MEMBERS) or ()
    tax = Tax(organization=organization, is_group=bool(members))
    change = assign(tax, _plain(values), allowed=OF_GROUPS if members else WRITABLE)
    require_filled(tax, ["name"])
    known = _hold_all(organization)
    _check(tax, change)
    taxes = _checked_members(tax, members, known)
    tax.rate = _sum(taxes) if members else tax.rate
    tax.name_key = name_key(tax.name)
    with _refusing_taken_name():
        tax.save(force_insert=True)
    _set_members(tax, taxes)
    after = {**change.after, "rate": tax.rate, **({"members": [one.name for one in taxes]} if taxes else {})}
    tell_setting(actor, tax, "created", subject="taxes", after=after)
    return tax


@transaction.atomic
def update_tax(*, actor: Actor, tax: Tax, values: Mapping[str, Any], version: str | None = None) -> Tax:
    """Change a tax or a group. The groups that a tax belongs to follow its rate."""
    organization = tax.organization
    require(actor, organization, Right.TAXES)
    known = _hold_all(organization)
    tax = _held(tax, known)
    require_version(tax, version)
    before = _members_of(tax, known)
    change = assign(tax, _plain(values), allowed=OF_GROUPS if tax.is_group else WRITABLE)
    _check(tax, change)
    if tax.is_group and MEMBERS in values:
        change = change.and_(_change_members(tax, before, _checked_members(tax, values[MEMBERS] or (), known)))
    elif values.get(MEMBERS):
        sentence = _("A tax stays a tax. Make a group besides it.")
        raise Refused(sentence, code="not_a_group", fields={MEMBERS: [sentence]})
    if not change:
        return tax
    tax.name_key = name_key(tax.name)
    with _refusing_taken_name():
        tax.save(update_fields=["name", "name_key", "rate", "is_compound", "exemption", "is_active", "updated_at"])
    if "rate" in change:
        _restate_groups(tax)
    tell_setting(actor, tax, "updated", subject="taxes", before=change.before, after=change.after)
    return tax


@transaction.atomic
def delete_tax(*, actor: Actor, tax: Tax, version: str | None = None) -> None:
    """Delete a tax that nothing names."""
    organization = tax.organization
    require(actor, organization, Right.TAXES)
    tax = _held(tax, _hold_all(organization))
    require_version(tax, version)
    before = {**kept(tax, WRITABLE), "is_group": tax.is_group}
    sentence = _("%(tax)s is used by items, groups or documents and can't be deleted. Make it inactive instead.")
    tell_setting(actor, tax, "deleted", subject="taxes", before=before)
    delete_unused(tax, sentence % {"tax": tax.name})


def _hold_all(organization: Organization) -> dict[int, Tax]:
    """All taxes of the organization, held: a group and its members then change one after another."""
    rows = Tax.objects.of(organization).select_for_update(of=("self",)).order_by("pk")
    return {tax.pk: tax for tax in rows}


def _held(tax: Tax, known: Mapping[int, Tax]) -> Tax:
    found = known.get(tax.pk)
    if found is None:
        raise NotFound(_("There is no such tax."))
    found.organization = tax.organization
    return found


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    refuse_unknown(values, WRITABLE | {MEMBERS})
    return {name: value for name, value in values.items() if name != MEMBERS}


def _check(tax: Tax, change: Change) -> None:
    faults: dict[str, list[str]] = {}
    if not 0 <= tax.rate < HIGHEST_RATE:
        faults["rate"] = [_("A rate is a percentage of zero or more, below 1000.")]
    if tax.exemption_id and tax.rate:
        faults["exemption_id"] = [_("Only a tax of 0 % has a reason for exemption.")]
    if change.after.get("is_active") is False and (groups := _active_groups(tax)):
        told = _("It belongs to %(groups)s. Take it out of there first.") % {"groups": ", ".join(groups)}
        faults["is_active"] = [told]
    if faults:
        raise Refused(_("Some fields can't be saved as they are."), fields=faults)
    check_references(tax, change, tax.organization)


def _active_groups(tax: Tax) -> list[str]:
    if tax.pk is None:
        return []
    groups = Tax.objects.of(tax.organization).filter(members__tax=tax, is_active=True)
    return list(groups.order_by("name_key").values_list("name", flat=True))


def _checked_members(group: Tax, ids: Sequence[int], known: Mapping[int, Tax]) -> list[Tax]:
    """The members in the order in which they are levied: as given, compound ones last."""
    if not group.is_group:
        return []
    found = [known[pk] for pk in dict.fromkeys(ids) if pk in known]
    sentence = ""
    if len(found) != len(set(ids)):
        sentence = _("There is no such tax.")
    elif any(tax.is_group for tax in found):
        sentence = _("A group is made of taxes, not of groups.")
    elif any(not tax.is_active for tax in found):
        sentence = _("A group is made of active taxes.")
    elif len(found) < 2 or len(found) > MOST_MEMBERS:
        sentence = _("A group is made of 2 to %(most)d taxes.") % {"most": MOST_MEMBERS}
    if sentence:
        raise Refused(sentence, code="members", fields={MEMBERS: [sentence]})
    return sorted(found, key=lambda tax: tax.is_compound)


def _members_of(group: Tax, known: Mapping[int, Tax]) -> list[Tax]:
    if not group.is_group:
        return []
    rows = TaxGroupMember.objects.filter(group=group).order_by("position", "id")
    return [known[pk] for pk in rows.values_list("tax_id", flat=True)]


def _change_members(group: Tax, before: Sequence[Tax], after: Sequence[Tax]) -> Change:
    if list(before) == list(after):
        return Change()
    _set_members(group, after)
    rate, group.rate = group.rate, _sum(after)
    told = Change({"members": [tax.name for tax in before]}, {"members": [tax.name for tax in after]})
    return told.and_(Change({"rate": rate}, {"rate": group.rate})) if rate != group.rate else told


def _set_members(group: Tax, taxes: Sequence[Tax]) -> None:
    TaxGroupMember.objects.filter(group=group).delete()
    TaxGroupMember.objects.bulk_create(
        TaxGroupMember(group=group, tax=tax, position=position) for position, tax in enumerate(taxes)
    )


def _restate_groups(tax: Tax) -> None:
    for group in Tax.objects.of(tax.organization).filter(members__tax=tax):
        group.rate = _sum([member.tax for member in group.members.select_related("tax")])
        group.save(update_fields=["rate", "updated_at"])


def _sum(taxes: Sequence[Tax]) -> Decimal:
    total = sum((tax.rate for tax in taxes), Decimal(0))
    if total >= HIGHEST_RATE:
        sentence = _("Together, these taxes reach 1000 %.")
        raise Refused(sentence, code="rate", fields={MEMBERS: [sentence]})
    return total


def _refusing_taken_name() -> Any:
    return refusing_clash("finance_tax_name_once", "name", _("Another tax already has this name."))
