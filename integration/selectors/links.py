"""Where one record stands in the sync: what its page shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Concat
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.models import Account, Contact
from finsuite.kernel.errors import NotFound
from integration.choices import OPEN_LINK_STATES, ConnectionState, Kind, LinkState
from integration.models import Connection, DeadLetter, Link, Unmatched
from integration.selectors.connections import UNDECIDED

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
    step: str = ""  # the page where a person can settle it: "conflicts", "decisions" or "issues"


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
        step = "conflicts" if link.state == LinkState.CONFLICT else ""
        return Standing(
            connection, link.get_state_display(), _sentence(connection, link), _TONES[link.state], link, step
        )
    return _without_link(connection, kind, record_id)


def aliases_of(kind: str, record_id: int, *, organization_id: int) -> list[Link]:
    """The pairs that were merged into this CRM record's own: their finance records stay, on their own. One query."""
    found = Link.objects.filter(
        state=LinkState.ALIAS,
        alias_of__crm_kind=kind,
        alias_of__crm_id=record_id,
        connection__crm_organization=organization_id,
        connection__state__in=SHOWN,
    )
    return list(found.select_related("connection").order_by("id")[:20])


def links_of(connection: Connection, *, search: str = "", state: str = "") -> QuerySet[Link]:
    """The pairs of the connection, the newest first; `search` looks at the CRM record's name."""
    found = Link.objects.filter(connection=connection).open()
    if state in OPEN_LINK_STATES:
        found = found.filter(state=state)
    if search:
        of_crm = connection.crm_organization_id
        accounts = Account.objects.of(of_crm).filter(name__icontains=search).values("pk")
        named = Concat("first_name", Value(" "), "last_name")
        people = Contact.objects.of(of_crm).annotate(named=named).filter(named__icontains=search).values("pk")
        found = found.filter(
            Q(crm_kind=Kind.ACCOUNT, crm_id__in=accounts) | Q(crm_kind=Kind.CONTACT, crm_id__in=people)
        )
    return found.order_by("-id")


def link_of(connection: Connection, link_id: int) -> Link:
    """One pair of the connection, or NotFound."""
    found = Link.objects.filter(connection=connection, pk=link_id).open().select_related("connection").first()
    if found is None:
        raise NotFound(gettext("These two records are not linked any more."))
    return found


def counterparts_of(
    connection: Connection, records: Iterable[tuple[str, int]]
) -> dict[tuple[str, int], tuple[str, int]]:
    """The linked record of each of these, in one query."""
    crm: dict[str, list[int]] = {}
    finance: dict[str, list[int]] = {}
    for kind, pk in records:
        (crm if kind in _CRM else finance).setdefault(kind, []).append(pk)
    if not crm and not finance:
        return {}
    ends = Q(pk=None)
    for kind, ids in crm.items():
        ends |= Q(crm_kind=kind, crm_id__in=ids)
    for kind, ids in finance.items():
        ends |= Q(finance_kind=kind, finance_id__in=ids)
    found: dict[tuple[str, int], tuple[str, int]] = {}
    for link in Link.objects.filter(ends, connection=connection).open():
        one, other = (link.crm_kind, link.crm_id), (link.finance_kind, link.finance_id)
        found |= {one: other, other: one}
    return found


def _link(connection: Connection, kind: str, record_id: int) -> Link | None:
    end = Q(crm_kind=kind, crm_id=record_id) if kind in _CRM else Q(finance_kind=kind, finance_id=record_id)
    return Link.objects.filter(end, connection=connection).open().first()


def _without_link(connection: Connection, kind: str, record_id: int) -> Standing:
    failed = DeadLetter.objects.filter(connection=connection, kind=kind, record_id=record_id).first()
    if failed is not None:
        sentence = _("It could not be synced. The issue says why, and what to do.")
        return Standing(connection, _("Cannot be synced"), sentence, "danger", step="issues")
    unmatched = Unmatched.objects.filter(connection=connection, kind=kind, record_id=record_id).first()
    if unmatched is not None:
        step = "decisions" if unmatched.reason in UNDECIDED else ""
        return Standing(connection, _("Not linked"), unmatched.get_reason_display(), "neutral", step=step)
    return Standing(connection, _("Not synced yet"), _("It will be looked at shortly."), "neutral")


def _sentence(connection: Connection, link: Link) -> Promise | str:
    if link.state == LinkState.CONFLICT:
        return _("Both sides changed the same field. Both values wait in the conflict inbox.")
    if link.state == LinkState.PAUSED:
        return _("It keeps its counterpart, and is not synced at the moment.")
    if connection.state == ConnectionState.PAUSED:
        return _("The sync is paused. Changes are remembered until it goes on.")
    return _("A change on either side shows on the other within seconds.")
