"""What was voided after a day: which documents a report as of that day leaves out, though they stood in the books then.

A void document counts as if it had never been, in every report and statement alike. Where the books of a past day are
asked for, that is told with the documents' names, from the history.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from finance.models.documents import Document
from finance.selectors.days import today
from finance.selectors.reports.asking import Asked
from finance.selectors.reports.shapes import fetch
from finsuite.kernel import formats

MOST_NAMED = 20

# The last time that it was voided is the one that holds: it is void by now.
_VOIDED = """SELECT d.number, d.date, d.currency, d.total FROM {table} d JOIN LATERAL (
        SELECT e.at, e.before FROM audit_entry e WHERE e.kind = '{kind}' AND e.record_id = d.id AND e.verb = 'void'
        ORDER BY e.id DESC LIMIT 1
    ) act ON act.at >= %(after)s AND act.before ->> 'status' <> 'draft'
    WHERE d.organization_id = %(organization)s AND d.status = 'void' AND d.date <= %(day)s {kept}"""


def voided_since(asked: Asked, party: str, models: Sequence[type[Document]]) -> list[str]:
    """The note on what was voided after the day that is asked for; none of today, as nothing has been since."""
    organization = asked.organization
    if asked.as_of >= today(organization):
        return []
    chosen = getattr(asked, party)
    kept = f"AND d.{party}_id = %(party)s" if chosen else ""
    kept += " AND d.currency = %(currency)s" if asked.currency else ""
    asks = [_VOIDED.format(table=model._meta.db_table, kind=model._meta.label_lower, kept=kept) for model in models]
    bound = {
        "organization": organization.pk,
        "day": asked.as_of,
        "after": datetime.combine(asked.as_of + timedelta(days=1), time(), ZoneInfo(organization.time_zone)),
        "party": chosen.pk if chosen else None,
        "currency": asked.currency,
    }
    found = fetch(f"{' UNION ALL '.join(asks)} ORDER BY date, number", bound)
    return [_sentence(found)] if found else []


def _sentence(found: Sequence[dict[str, Any]]) -> str:
    named = [f"{one['number']} ({formats.amount(one['total'], one['currency'])})" for one in found[:MOST_NAMED]]
    more = len(found) - len(named)
    told = {"documents": ", ".join(named), "n": more}
    if not more:
        return _("Voided after this day, and left out: %(documents)s.") % told
    return (
        ngettext(
            "Voided after this day, and left out: %(documents)s and %(n)d more.",
            "Voided after this day, and left out: %(documents)s and %(n)d more.",
            more,
        )
        % told
    )
