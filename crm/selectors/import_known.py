"""What the database knows about a batch of an import's rows: one query a question, whatever the batch holds.

Records that the person may not see are looked up as well: a row that means one is refused. To make a second record
of it would tell nothing, but litter the books; that one is there is all that the refusal tells.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.db.models.functions import Lower

from crm.access import Access
from crm.choices import Module
from crm.imports.fields import CONTACTS, DEALS
from crm.imports.judge import BY_NAME, Known, Match, Rules, Stage, full_name, keys_of, site_key, site_spellings
from crm.models import RECORDS, Currency, LostReason, Membership
from crm.models import Stage as PipelineStage
from crm.selectors.records import named
from finsuite.kernel.imports.fields import RECORD, Fields
from finsuite.kernel.imports.rows import Parsed
from finsuite.kernel.text import name_key


@dataclass(frozen=True)
class Setting:
    """What doesn't change from batch to batch: the members by e-mail and name, and the currencies in use."""

    access: Access
    people: Mapping[str, Sequence[int]]
    labels: Mapping[int, str]
    currencies: frozenset[str]
    stages: Sequence[Stage] = ()
    lost_reasons: Mapping[str, int] = field(default_factory=dict)
    listed: Mapping[tuple[str, int], str] = field(default_factory=dict)  # (field, id) → name


def setting_of(access: Access, module: str) -> Setting:
    """Two queries, and two more for deals."""
    organization = access.organization
    people: dict[str, list[int]] = defaultdict(list)
    labels: dict[int, str] = {}
    for member in Membership.objects.of(organization).select_related("user"):
        user = member.user
        labels[user.pk] = str(user)
        for key in {name_key(user.email), name_key(user.get_full_name())} - {""}:
            people[key].append(user.pk)
    active = Currency.objects.of(organization).filter(is_active=True).values_list("code", flat=True)
    currencies = frozenset(active) | {organization.home_currency}
    if module != DEALS:
        return Setting(access, people, labels, currencies)
    stages = list(
        PipelineStage.objects.of(organization)
        .filter(pipeline__is_active=True)
        .select_related("pipeline")
        .order_by("-pipeline__is_default", "pipeline__position", "pipeline_id", "position", "id")
    )
    reasons = LostReason.objects.of(organization).values_list("pk", "name")
    return Setting(
        access,
        people,
        labels,
        currencies,
        stages=[
            Stage(stage.pk, name_key(stage.name), stage.category, stage.pipeline_id, name_key(stage.pipeline.name))
            for stage in stages
        ],
        lost_reasons={name_key(name): key for key, name in reasons},
        listed={
            **{("stage_id", stage.pk): stage.name for stage in stages},
            **{("pipeline_id", stage.pipeline_id): stage.pipeline.name for stage in stages},
            **{("lost_reason_id", key): name for key, name in reasons},
        },
    )


def known_of(
    setting: Setting, rules: Rules, rows: Iterable[Parsed], fields: Fields, awaited: frozenset[str] = frozenset()
) -> Known:
    """What is there under the keys of these rows, and which records they name: a query a question."""
    sound = [row.values for row in rows if not row.problems]
    found, hidden = _named_records(setting.access, sound, fields)
    return Known(
        by_key=_matches(setting.access, rules, sound),
        records=found,
        people=setting.people,
        currencies=setting.currencies,
        stages=setting.stages,
        lost_reasons=setting.lost_reasons,
        awaited=awaited,
        hidden=hidden,
    )


def link_names(access: Access, fields: Fields, ids: Mapping[str, set[int]]) -> dict[tuple[str, int], str]:
    """What records are called that columns point to, of those that the person may see: (column, id) → name."""
    targets = {spec.column: spec.to for spec in fields.values() if spec.kind == RECORD}
    by_module: dict[str, set[int]] = defaultdict(set)
    for column, wanted in ids.items():
        if column in targets:
            by_module[targets[column]] |= wanted
    names = {module: named(access, module, wanted) for module, wanted in by_module.items()}
    return {
        (column, key): names[targets[column]][key]
        for column, wanted in ids.items()
        if column in targets
        for key in wanted
        if key in names[targets[column]]
    }


def _named_records(
    access: Access, rows: Sequence[Mapping[str, Any]], fields: Fields
) -> tuple[dict[str, dict[str, list[int]]], frozenset[tuple[str, str]]]:
    """The records that the rows name and the person may see, by module and name key; and the keys of the others."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for name, spec in fields.items():
        if spec.kind == RECORD:
            wanted[spec.to] |= {name_key(row[name]) for row in rows if row.get(name)}
    found: dict[str, dict[str, list[int]]] = {}
    hidden: set[tuple[str, str]] = set()
    for module, keys in wanted.items():
        if not keys:
            continue
        found[module] = defaultdict(list)
        there = RECORDS[Module(module)].objects.of(access.organization).filter(name_key__in=keys).order_by("pk")
        for key, record_id, owner_id in there.values_list("name_key", "pk", "owner_id"):
            if access.sees(module, owner_id):
                found[module][key].append(record_id)
            else:
                hidden.add((module, key))
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
    found = RECORDS[Module(rules.module)].objects.of(access.organization).filter(~Q(**{rules.match_by: ""}))
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
    told = ("first_name", "last_name") if rules.module == CONTACTS else ("name",)
    account = ("account_id",) if rules.module in (CONTACTS, DEALS) else ()
    found = RECORDS[Module(rules.module)].objects.of(access.organization).filter(name_key__in=names).order_by("pk")
    return list(found.values("id", "owner_id", *told, *account, *extra))


def _name(rules: Rules, row: Mapping[str, Any]) -> str:
    """The row's name as the records keep theirs."""
    return name_key(full_name(row) if rules.module == CONTACTS else row.get("name") or "")
