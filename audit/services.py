"""Writing history: called by every service in the transaction of its own write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from audit.models import Entry
from finsuite.kernel.actors import Actor
from finsuite.kernel.bulk import insert_rows


def record(
    *,
    actor: Actor,
    tenant: str,
    subject: models.Model,
    verb: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> Entry:
    """Note that the actor did this to the subject.

    `before` and `after` hold only the fields that changed; never a secret.
    """
    return Entry.objects.create(**_row(actor, tenant, subject, verb, before, after))


def record_many(
    *,
    actor: Actor,
    tenant: str,
    verb: str,
    changes: list[tuple[models.Model, Mapping[str, Any], Mapping[str, Any]]],
) -> None:
    """The same for many subjects at once, in one statement for 2,000 of them: (subject, before, after) each."""
    insert_rows(Entry, [_row(actor, tenant, subject, verb, before, after) for subject, before, after in changes])


def _row(
    actor: Actor,
    tenant: str,
    subject: models.Model,
    verb: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
) -> dict[str, Any]:
    return {
        "tenant": tenant,
        "kind": subject._meta.label_lower,
        "record_id": subject.pk,
        "record_label": str(subject)[:250],
        "verb": verb,
        "before": dict(before or {}),
        "after": dict(after or {}),
        "user_id": actor.user_id,
        "actor_label": actor.label[:250],
        "via": actor.via.value,
    }
