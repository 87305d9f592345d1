"""Who takes part in an activity, and which further records it is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from crm.access import Access
from crm.choices import ActivityKind, Module
from crm.models import Activity, ActivityLink, Membership, Participant
from crm.selectors.activities import known_contacts, record_names
from finsuite.kernel.errors import Refused

COMPANY = ("records", "members", "contacts")
MOST = 50


@dataclass(frozen=True)
class Company:
    """The three lists, each None where nothing was said about it."""

    records: tuple[tuple[str, int], ...] | None = None
    members: tuple[int, ...] | None = None
    contacts: tuple[int, ...] | None = None

    def told(self) -> dict[str, Any]:
        """What the history says of it."""
        records = [f"{module} {record_id}" for module, record_id in self.records or ()]
        found = {"records": records, "members": list(self.members or ()), "contacts": list(self.contacts or ())}
        return {name: value for name, value in found.items() if value}


def read_company(access: Access, activity: Activity, values: Mapping[str, Any]) -> Company:
    """What the values say, each of them checked to exist and to be the person's to see."""
    records = _records(access, activity, values["records"]) if values.get("records") is not None else None
    members = _members(access, activity, values["members"]) if values.get("members") is not None else None
    contacts = _contacts(access, activity, values["contacts"]) if values.get("contacts") is not None else None
    return Company(records, members, contacts)


def save_company(access: Access, activity: Activity, company: Company) -> tuple[dict[str, Any], dict[str, Any]]:
    """Make it so, what the person can't see left alone; answers what differs, before and after."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    if company.records is not None:
        _save_links(access, activity, company.records, before, after)
    if company.members is not None:
        held = _held(activity, "user_id")
        _save_participants(activity, "user_id", ("members", held, company.members), before, after)
    if company.contacts is not None:
        held = _held(activity, "contact_id")
        hidden = set(held) - known_contacts(access, held)
        wanted = (*company.contacts, *sorted(hidden))
        _save_participants(activity, "contact_id", ("contacts", held, wanted), before, after)
    return before, after


def _save_links(
    access: Access,
    activity: Activity,
    given: tuple[tuple[str, int], ...],
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    held = {(link.module, link.record_id): link.pk for link in activity.links.all()}
    hidden = set(held) - set(record_names(access, held))
    wanted = (*given, *sorted(hidden))
    if set(held) == set(wanted):
        return
    gone = [pk for key, pk in held.items() if key not in wanted]
    ActivityLink.objects.of(activity.organization).filter(pk__in=gone).delete()
    ActivityLink.objects.bulk_create(
        ActivityLink(organization=activity.organization, activity=activity, module=module, record_id=record_id)
        for module, record_id in wanted
        if (module, record_id) not in held
    )
    before["records"] = [f"{module} {record_id}" for module, record_id in held]
    after["records"] = [f"{module} {record_id}" for module, record_id in wanted]


def _held(activity: Activity, column: str) -> dict[int, int]:
    """Who takes part so far, each with the row that says so."""
    rows = activity.participants.filter(**{f"{column}__isnull": False})
    return {getattr(row, column): row.pk for row in rows}


def _save_participants(
    activity: Activity,
    column: str,
    lists: tuple[str, Mapping[int, int], tuple[int, ...]],
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    name, held, wanted = lists
    if set(held) == set(wanted):
        return
    gone = [pk for key, pk in held.items() if key not in wanted]
    Participant.objects.of(activity.organization).filter(pk__in=gone).delete()
    Participant.objects.bulk_create(
        Participant(organization=activity.organization, activity=activity, **{column: key})
        for key in wanted
        if key not in held
    )
    before[name], after[name] = list(held), list(wanted)


def _records(access: Access, activity: Activity, given: Any) -> tuple[tuple[str, int], ...]:
    """Further records: `[{"module": "deals", "id": 5}]`; the first one is not repeated."""
    if not isinstance(given, (list, tuple)) or len(given) > MOST:
        raise _fault("records", _("This must be a list of at most %(most)d records.") % {"most": MOST})
    found: dict[tuple[str, int], None] = {}
    for entry in given:
        module, key = (entry.get("module"), entry.get("id")) if isinstance(entry, Mapping) else (None, None)
        if module not in Module.values or not _is_id(key):
            raise _fault("records", _("Each record is named by its module and its id."))
        found[str(module), int(str(key))] = None
    found.pop((activity.module, activity.record_id or 0), None)
    if found and not activity.module:
        raise _fault("records", _("Name the first record in module and record_id."))
    if len(record_names(access, found)) < len(found):
        raise _fault("records", _("One of these records does not exist."))
    return tuple(found)


def _members(access: Access, activity: Activity, given: Any) -> tuple[int, ...]:
    wanted = _participants("members", activity, given)
    known = Membership.objects.of(access.organization).filter(user_id__in=wanted) if wanted else None
    if known is not None and known.count() < len(wanted):
        raise _fault("members", _("One of these people is no member of this organization."))
    return wanted


def _contacts(access: Access, activity: Activity, given: Any) -> tuple[int, ...]:
    wanted = _participants("contacts", activity, given)
    if len(known_contacts(access, wanted)) < len(wanted):
        raise _fault("contacts", _("One of these contacts does not exist."))
    return wanted


def _participants(name: str, activity: Activity, given: Any) -> tuple[int, ...]:
    if not isinstance(given, (list, tuple)) or len(given) > MOST or not all(_is_id(key) for key in given):
        raise _fault(name, _("This must be a list of at most %(most)d ids.") % {"most": MOST})
    if given and activity.kind not in (ActivityKind.CALL, ActivityKind.MEETING):
        raise _fault(name, _("People take part in calls and meetings."))
    return tuple(dict.fromkeys(int(key) for key in given))


def _is_id(value: Any) -> bool:
    return type(value) is int and 0 < value < 2**63


def _fault(name: str, sentence: str) -> Refused:
    return Refused(sentence, fields={name: [sentence]})
