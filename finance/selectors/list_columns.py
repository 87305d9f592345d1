"""Which columns a person has chosen for a list of documents."""

from __future__ import annotations

from collections.abc import Sequence

from finance.choices import DocumentKind
from finance.models import ListColumns, Membership


def columns_of(member: Membership, kind: DocumentKind) -> Sequence[str]:
    """Their names; none where the usual ones are to be shown. One query."""
    mine = ListColumns.objects.of(member.organization).filter(user_id=member.user_id, kind=kind)
    return mine.values_list("names", flat=True).first() or ()
