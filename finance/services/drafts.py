"""What is typed into an editor is kept while one types, for oneself alone, until it is saved or thrown away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from finance.access import require
from finance.choices import DocumentKind
from finance.models import Draft, Organization
from finance.services.document_kinds import SPECS
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Refused

MOST_CHARACTERS = 1_000_000

Typed = Mapping[str, Sequence[str]]


def keep_draft(*, actor: Actor, organization: Organization, kind: DocumentKind, record_id: int, typed: Typed) -> Draft:
    """Keep this, in the place of what was kept before."""
    require(actor, organization, SPECS[kind].edit)
    if sum(len(text) for texts in typed.values() for text in texts) > MOST_CHARACTERS:
        raise Refused(_("This is too long to be kept while you type. Save it."), code="too_long")
    kept = {name: [text.replace("\x00", "") for text in texts] for name, texts in typed.items()}
    draft, _is_new = Draft.objects.update_or_create(
        organization=organization,
        user_id=actor.user_id or 0,
        kind=kind,
        record_id=record_id,
        defaults={"typed": kept},
    )
    return draft


def drop_draft(*, actor: Actor, organization: Organization, kind: DocumentKind, record_id: int) -> None:
    """Forget what was kept: it is saved, or not wanted any more."""
    mine = Draft.objects.of(organization).filter(user_id=actor.user_id or 0)
    mine.filter(kind=kind, record_id=record_id).delete()
