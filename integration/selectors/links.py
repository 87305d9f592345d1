"""Where one record stands in the sync: what its page shows."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from integration.choices import ConnectionState, Kind, LinkState
from integration.models import Connection, DeadLetter, Link, Unmatched

# While a connection is in one of these states, the CRM shows what it knows of finance.
SHOWN = (ConnectionState.ACTIVE.value, ConnectionState.PAUSED.value)

_CRM = (Kind.ACCOUNT.value, Kind.CONTACT.value)

_TONES = {LinkState.ACTIVE.value: "success", LinkState.CONFLICT.value: "warning", LinkState.PAUSED.value: "neutral"}


@dataclass(frozen=True)
class Standing:
    """One record's place in the sync, in a word and a sentence, with its counterpart where it has one."""

    connection: Connection
    word: Promise | str
    sentence: Promise | str
    tone: str
    link: Link | None = None


def standing_of(kind: str, record_id: int, *, organization_id: int) -> Standing | None:
    """Where the record stands, or None where nothing syncs its organization. Two to four queries.

    `organization_id` is the record's own: a CRM organization for accounts and contacts, else a finance organization.
    """
    side = "crm_organization" if kind in _CRM else "finance_organization"
    found = Connection.objects.filter(**{side: organization_id}, state__in=SHOWN)
    connection = found.select_related("crm_organization", "finance_organization").order_by("-is_two_way", "id").first()
    if connection is None:
        return None
    link = _link(connection, kind, record_id)
    if link is not None:
        return Standing(connection, link.get_state_display(), _sentence(link), _TONES[link.state], link)
    return _without_link(connection, kind, record_id)


def _link(connection: Connection, kind: str, record_id: int) -> Link | None:
    end = Q(crm_kind=kind, crm_id=record_id) if kind in _CRM else Q(finance_kind=kind, finance_id=record_id)
    return Link.objects.filter(end, connection=connection).open().first()


def _without_link(connection: Connection, kind: str, record_id: int) -> Standing:
    failed = DeadLetter.objects.filter(connection=connection, kind=kind, record_id=record_id).first()
    if failed is not None:
        sentence = _("It could not be synced. The issue says why, and what to do.")
        return Standing(connection, _("Cannot be synced"), sentence, "danger")
    unmatched = Unmatched.objects.filter(connection=connection, kind=kind, record_id=record_id).first()
    if unmatched is not None:
        return Standing(connection, _("Not linked"), unmatched.get_reason_display(), "neutral")
    return Standing(connection, _("Not synced yet"), _("It will be looked at shortly."), "neutral")


def _sentence(link: Link) -> Promise | str:
    if link.state == LinkState.CONFLICT:
        return _("Both sides changed the same field. Both values wait in the conflict inbox.")
    if link.state == LinkState.PAUSED:
        return _("It keeps its counterpart, and is not synced at the moment.")
    return _("A change on either side shows on the other within seconds.")
