"""A person chooses the columns of a list of documents, for themselves."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from finance.access import require
from finance.choices import DocumentKind
from finance.models import ListColumns, Organization
from finance.rights import Right
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Refused

MOST = 60


@transaction.atomic
def choose_columns(
    *, actor: Actor, organization: Organization, kind: DocumentKind, names: Sequence[str], offered: Sequence[str]
) -> list[str]:
    """Show these of the columns that are `offered`, in the order of the offer; none chosen are the usual ones again."""
    require(actor, organization, Right.VIEW)
    unknown = sorted(set(names) - set(offered))
    if unknown or len(names) > MOST:
        sentence = _("There are no such columns: %(names)s.") % {"names": ", ".join(unknown)}
        raise Refused(sentence, code="unknown_column", fields={"columns": [sentence]})
    mine = ListColumns.objects.of(organization).filter(user_id=actor.user_id or 0, kind=kind)
    chosen = [name for name in offered if name in names]
    if not chosen:
        mine.delete()
        return []
    ListColumns.objects.update_or_create(
        organization=organization, user_id=actor.user_id or 0, kind=kind, defaults={"names": chosen}
    )
    return chosen
