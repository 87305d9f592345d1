"""Renaming, merging and deleting a tag, on every record that carries it.

Each record is changed as a person would change it, with its history and its event; a batch is a transaction, so that a
long run can be cut off and started again: what is done is done, and carries the old tag no more.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from crm.access import of_actor, require_setup
from crm.choices import Module
from crm.models import RECORDS, Organization
from crm.services import records
from crm.services.kinds import KINDS
from finsuite.kernel.actors import Actor, Via
from finsuite.kernel.errors import Refused

BATCH = 500
MOST_BATCHES = 2_000
LONGEST = 50


def rename_tag(*, actor: Actor, organization: Organization, tag: str, name: str) -> dict[str, int]:
    """Call a tag otherwise; under a name that is there already, the two become one. Answers how many, by module."""
    require_setup(actor, organization)
    name = " ".join(name.split())
    if not name or len(name) > LONGEST or "," in name or "\x00" in name:
        sentence = _("A tag has 1 to %(most)d characters, and no comma.") % {"most": LONGEST}
        raise Refused(sentence, fields={"name": [sentence]})
    return {} if name == tag else _replaced(actor, organization, tag, name)


def delete_tag(*, actor: Actor, organization: Organization, tag: str) -> dict[str, int]:
    """Take a tag from every record. Answers how many, by module."""
    require_setup(actor, organization)
    return _replaced(actor, organization, tag, None)


def _replaced(actor: Actor, organization: Organization, tag: str, name: str | None) -> dict[str, int]:
    # Setup reaches every record, whatever the levels of the administrator's own profile.
    everywhere = actor.by(Via.SYSTEM)
    counts: dict[str, int] = {}
    for module in Module:
        if module in KINDS and (count := _replaced_in(module, everywhere, organization, tag, name)):
            counts[module.value] = count
    return counts


def _replaced_in(module: Module, actor: Actor, organization: Organization, tag: str, name: str | None) -> int:
    done, last = 0, 0
    for _batch in range(MOST_BATCHES):
        changed, last = _batch_of(module, actor, organization, (tag, name), last)
        done += changed
        if last == 0:
            break
    return done


@transaction.atomic
def _batch_of(
    module: Module, actor: Actor, organization: Organization, names: tuple[str, str | None], after: int
) -> tuple[int, int]:
    """The next records that carry the tag; answers how many were changed, and the last one's id, 0 at the end."""
    tag, name = names
    rows = RECORDS[module].objects.of(organization).filter(of_actor(actor, organization).visible(module))
    held = list(rows.filter(tags__contains=[tag], pk__gt=after).order_by("pk").values_list("pk", "tags")[:BATCH])
    if not held:
        return 0, 0
    changes = [(pk, {"tags": _with(tags, tag, name)}) for pk, tags in held]
    kind: Any = KINDS[module]
    outcomes = records.update(kind, actor=actor, organization=organization, changes=changes)
    return sum(not isinstance(outcome, Refused) for outcome in outcomes), held[-1][0]


def _with(tags: list[str], tag: str, name: str | None) -> list[str]:
    replaced = [name if held == tag else held for held in tags]
    return [*dict.fromkeys(held for held in replaced if held is not None)]
