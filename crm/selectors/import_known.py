"""What the database knows about a batch of an import's rows: one query a question, whatever the batch holds.

Records that the person may not see are looked up as well: a row that means one is refused. To make a second record
of it would tell nothing, but litter the books; that one is there is all that the refusal tells.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.db.models.functions import Lower

from crm.access import Access
from crm.choices import Module
from crm.imports.fields import ACCOUNT, ACCOUNTS, FIELDS
from crm.imports.judge import BY_NAME, Known, Match, Rules, full_name, keys_of, site_key, site_spellings
from crm.imports.rows import Parsed
from crm.models import Account, Contact, Currency, Membership
from crm.selectors.accounts import accounts
from finsuite.kernel.text import name_key


@dataclass(frozen=True)
class Setting:
    """What doesn't change from batch to batch: the members by e-mail and name, and the currencies in use."""

    access: Access
    people: Mapping[str, Sequence[int]]
    labels: Mapping[int, str]
    currencies: frozenset[str]


def setting_of(access: Access) -> Setting:
    """Two queries."""
    organization = access.organization
    people: dict[str, list[int]] = defaultdict(list)
    labels: dict[int, str] = {}
    for member in Membership.objects.of(organization).select_related("user"):
        user = member.user
        labels[user.pk] = str(user)
        for key in {name_key(user.email), name_key(user.get_full_name())} - {""}:
            people[key].append(user.pk)
    active = Currency.objects.of(organization).filter(is_active=True).values_list("code", flat=True)
    return Setting(access, people, labels, frozenset(active) | {organization.home_currency})


def known_of(setting: Setting, rules: Rules, rows: Iterable[Parsed], awaited: frozenset[str] = frozenset()) -> Known:
    """What is there under the keys of these rows, and which accounts they mean. Three queries at most."""
    sound = [row.values for row in rows if not row.problems]
    found, hidden = _accounts(setting.access, rules.module, sound)
    return Known(
        by_key=_matches(setting.access, rules, sound),
        accounts=found,
        people=setting.people,
        currencies=setting.currencies,
        awaited=awaited,
        hidden=hidden,
    )


def account_names(access: Access, ids: Iterable[int]) -> dict[int, str]:
    """The names of these accounts, of those that the person may see."""
    wanted = set(ids)
    return dict(accounts(access).filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}


def _accounts(
    access: Access, module: str, rows: Sequence[Mapping[str, Any]]
) -> tuple[dict[str, list[int]], frozenset[str]]:
    """The accounts that the rows name and the person may see, by name key; and the keys of those that they may not."""
    column = next(name for name, spec in FIELDS[module].items() if spec.kind == ACCOUNT)
    wanted = {name_key(row[column]) for row in rows if row.get(column)}
    found: dict[str, list[int]] = defaultdict(list)
    hidden: set[str] = set()
    if wanted:
        rows_found = Account.objects.of(access.organization).filter(name_key__in=wanted).order_by("pk")
        for key, account_id, owner_id in rows_found.values_list("name_key", "pk", "owner_id"):
            if access.sees(Module.ACCOUNTS, owner_id):
                found[key].append(account_id)
            else:
                hidden.add(key)
    return found, frozenset(hidden)


def _matches(access: Access, rules: Rules, rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Match]]:
    by_key: dict[str, list[Match]] = defaultdict(list)
    main = {row[rules.match_by] for row in rows if row.get(rules.match_by)} if rules.match_by not in BY_NAME else set()
    names = {_name(rules, row) for row in rows if rules.match_by in BY_NAME or not row.get(rules.match_by)}
    for record in _by_main(access, rules, main):
        is_hidden = not access.sees(rules.module, record["owner_id"])
        by_key[keys_of(record, rules).main].append(Match(record["id"], has_main=True, is_hidden=is_hidden))
    for record in _by_name(access, rules, names):
        has_main = rules.match_by not in BY_NAME and bool(record[rules.match_by])
        is_hidden = not access.sees(rules.module, record["owner_id"])
        key = keys_of(record, rules, record.get("account_id")).name
        by_key[key].append(Match(record["id"], has_main=has_main, is_hidden=is_hidden))
    return by_key


def _by_main(access: Access, rules: Rules, values: set[str]) -> list[dict[str, Any]]:
    """The records that have one of these values of the chosen key, as their index has them: in lower case."""
    if not values:
        return []
    if rules.match_by == "website":
        spellings = {text.lower() for value in values for text in site_spellings(site_key(value))}
    else:
        spellings = {value.lower() for value in values} | {name_key(value) for value in values}
    model = Account if rules.module == ACCOUNTS else Contact
    found = model.objects.of(access.organization).filter(~Q(**{rules.match_by: ""}))
    return list(
        found.annotate(lowered=Lower(rules.match_by))
        .filter(lowered__in=spellings)
        .order_by("pk")
        .values("id", "owner_id", rules.match_by)
    )


def _by_name(access: Access, rules: Rules, names: set[str]) -> list[dict[str, Any]]:
    if not names:
        return []
    extra = () if rules.match_by in BY_NAME else (rules.match_by,)
    if rules.module == ACCOUNTS:
        found = Account.objects.of(access.organization).filter(name_key__in=names).order_by("pk")
        return list(found.values("id", "owner_id", "name", *extra))
    people = Contact.objects.of(access.organization).filter(name_key__in=names).order_by("pk")
    return list(people.values("id", "owner_id", "first_name", "last_name", "account_id", *extra))


def _name(rules: Rules, row: Mapping[str, Any]) -> str:
    """The row's name as the records keep theirs."""
    return name_key(row.get("name") or "" if rules.module == ACCOUNTS else full_name(row))
