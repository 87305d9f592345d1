"""An organization's people to choose from: all of them while they are few, those that were searched for beyond that."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from crm.models import Membership, Organization
from crm.selectors.organizations import members
from finsuite.kernel import folding  # noqa: F401 – the comparison without capitals and accents
from finsuite.kernel.models import ScopedQuerySet
from finsuite.kernel.text import fold

FEW = 50  # more than that, nobody looks through
MOST_WORDS = 5


def few_members(organization: Organization) -> list[Membership] | None:
    """All of them by name; None where there are more than one looks through. One statement, however many there are."""
    found = list(members(organization)[: FEW + 1])
    return found if len(found) <= FEW else None


def find_members(organization: Organization, text: str) -> ScopedQuerySet[Membership]:
    """Those in whose name or address every word is found, by name; all for no word."""
    found = members(organization)
    for word in fold(text).split()[:MOST_WORDS]:
        named = Q(user__first_name__folded__contains=word) | Q(user__last_name__folded__contains=word)
        found = found.filter(named | Q(user__email__folded__contains=word))
    return found


def member_names(organization: Organization, key: str, ids: Iterable[int]) -> dict[int, str]:
    """What these members are called, by what `key` names of them: "user_id" or "pk". No statement for none."""
    wanted = list(ids)
    if not wanted:
        return {}
    found = members(organization).filter(**{f"{key}__in": wanted})
    return {getattr(member, key): str(member.user) for member in found}
