"""Reading merges: what became of a record that was merged away, and which merges a record has behind it."""

from __future__ import annotations

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from crm.access import Access, as_id
from crm.choices import Level, Module
from crm.models import Merge, Organization
from crm.selectors.records import record_rows
from finsuite.kernel.errors import NotFound

MOST = 100

_WAY = """
    WITH RECURSIVE way AS (
        SELECT m.survivor_id, 1 AS step FROM crm_mergedrecord r JOIN crm_merge m ON m.id = r.merge_id
        WHERE r.organization_id = %(organization)s AND r.module = %(module)s AND r.record_id = %(record)s
        AND NOT r.is_back
        UNION
        SELECT m.survivor_id, way.step + 1 FROM way
        JOIN crm_mergedrecord r ON r.record_id = way.survivor_id AND NOT r.is_back
        AND r.organization_id = %(organization)s AND r.module = %(module)s
        JOIN crm_merge m ON m.id = r.merge_id
        WHERE way.step < %(most)s
    ) SELECT survivor_id FROM way ORDER BY step DESC LIMIT 1
"""


def survivor_of(organization: Organization, module: str, record_id: int) -> int | None:
    """The record at the end of the merges that a record went into (A into B, B into C: C); None if it is in none."""
    with connection.cursor() as cursor:
        cursor.execute(_WAY, {"organization": organization.pk, "module": module, "record": record_id, "most": MOST})
        found = cursor.fetchone()
    return found[0] if found else None


def visible_survivor(access: Access, module: str, record_id: int) -> int | None:
    """The same, for a person who may see the survivor."""
    found = survivor_of(access.organization, module, record_id)
    if found is None or not access.may(module, Level.VIEW):
        return None
    return found if record_rows(access, module).filter(pk=found).exists() else None


def merges(access: Access, module: str = "") -> QuerySet[Merge]:
    """The merges whose survivor the person may see, the newest first."""
    rows = Merge.objects.of(access.organization)
    shown = [one for one in Module if access.may(one, Level.VIEW) and module in ("", one)]
    visible: QuerySet[Merge] = rows.none()
    for one in shown:
        there = record_rows(access, one).filter(pk=OuterRef("survivor_id"))
        visible = visible | rows.filter(Exists(there), module=one)
    return visible.order_by("-id")


def merges_into(access: Access, module: str, record_id: int) -> list[Merge]:
    """What was merged into this record and can be taken back, the newest first, with the losers. Two statements."""
    rows = Merge.objects.of(access.organization).filter(module=module, survivor_id=record_id, undone_at=None)
    return list(rows.prefetch_related("losers").order_by("-id")[:10])


def get_merge(access: Access, merge_id: int | str) -> Merge:
    """One merge by an id from outside; NotFound where its survivor is not theirs to see."""
    found = merges(access).filter(pk=as_id(merge_id)).first()
    if found is None:
        raise NotFound(_("There is no such merge."))
    found.organization = access.organization
    return found
