"""Reading accounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from crm.access import Access, as_id
from crm.choices import Module
from crm.models import Account
from crm.selectors.search import matches
from finsuite.kernel.errors import NotFound
from finsuite.kernel.models import ScopedQuerySet

MOST_SHOWN = 200
DEEPEST = 20

_UP = """
WITH RECURSIVE up AS (
    SELECT id, parent_id, 0 AS steps FROM crm_account WHERE id = %s
    UNION ALL
    SELECT above.id, above.parent_id, up.steps + 1
    FROM crm_account above JOIN up ON above.id = up.parent_id WHERE up.steps < %s
)
SELECT id, parent_id FROM up WHERE steps > 0 ORDER BY steps
"""

_DOWN = """
WITH RECURSIVE down AS (
    SELECT id, parent_id, 1 AS steps FROM crm_account WHERE parent_id = %s
    UNION ALL
    SELECT below.id, below.parent_id, down.steps + 1
    FROM crm_account below JOIN down ON below.parent_id = down.id WHERE down.steps < %s
)
SELECT id, parent_id FROM down LIMIT %s
"""


def accounts(access: Access, *, search: str = "", kept: Q | None = None) -> ScopedQuerySet[Account]:
    """The accounts that the person may see, with every word of `search` in them, kept by `kept` (a list view's)."""
    return Account.objects.of(access.organization).filter(access.visible(Module.ACCOUNTS), matches(search), kept or Q())


def get_account(access: Access, account_id: int | str) -> Account:
    """One account by an id from outside: NotFound if it is absent, another organization's, or not theirs to see."""
    found = accounts(access).select_related("organization", "owner", "parent").filter(pk=as_id(account_id)).first()
    if found is None:
        raise NotFound(_("There is no such account."))
    return found


@dataclass(frozen=True)
class Relative:
    """An account in a tree: how far below the topmost one, and whether it is the one that is looked at."""

    account: Account
    depth: int
    is_it: bool = False


@dataclass(frozen=True)
class Family:
    """The accounts above one and below it, in the order of the tree."""

    members: list[Relative]
    is_cut: bool  # there are more than are shown


def family(access: Access, account: Account) -> Family:
    """What hangs together with an account, as far as the person may see it: three statements, however large it is.

    An account that the person may not see hides what is beyond it.
    """
    above = _walked(_UP, [account.pk, DEEPEST])
    below = _walked(_DOWN, [account.pk, DEEPEST, MOST_SHOWN + 1])
    ids = {key for key, _parent in (*above, *below)} - {account.pk}
    seen = {one.pk: one for one in accounts(access).filter(pk__in=ids).select_related("owner")} if ids else {}
    line: list[Account] = []
    for key, _parent in above:
        if key not in seen:
            break
        line.insert(0, seen[key])
    members = [Relative(one, depth) for depth, one in enumerate(line)]
    members.append(Relative(account, len(line), is_it=True))
    members += _under(account.pk, len(line) + 1, _children(below, seen))
    return Family(members[: len(line) + 1 + MOST_SHOWN], is_cut=len(below) > MOST_SHOWN)


def _children(below: list[tuple[int, int]], seen: Mapping[int, Account]) -> dict[int, list[Account]]:
    """Those that may be seen by what they hang on, each level in the order of names."""
    found: dict[int, list[Account]] = {}
    for key, parent in below:
        if key in seen:
            found.setdefault(parent, []).append(seen[key])
    return {parent: sorted(ones, key=lambda one: (one.sort_key, one.pk)) for parent, ones in found.items()}


def _under(parent: int, depth: int, children: Mapping[int, list[Account]]) -> list[Relative]:
    if depth > 2 * DEEPEST:
        return []
    return [
        relative
        for one in children.get(parent, ())
        for relative in (Relative(one, depth), *_under(one.pk, depth + 1, children))
    ]


def _walked(sql: str, values: list[int]) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
