"""Numbers in order, without gaps: CUST-00001, CUST-00002…"""

from __future__ import annotations

from django.db import connection

from finance.models import Counter, Organization

PREFIXES = {"customer": "CUST"}
DIGITS = 5


def take(*, organization: Organization, series: str, count: int = 1) -> list[str]:
    """The next numbers of the series, in order.

    Take them last, right before the rows that carry them are inserted: everybody else who creates waits from here until
    this transaction ends, and if it is rolled back, the same numbers are given again.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {Counter._meta.db_table} AS counter (organization_id, series, given)"  # noqa: S608
            " VALUES (%s, %s, %s) ON CONFLICT (organization_id, series)"
            " DO UPDATE SET given = counter.given + EXCLUDED.given RETURNING given",
            [organization.pk, series, count],
        )
        last: int = cursor.fetchone()[0]
    prefix = PREFIXES[series]
    return [f"{prefix}-{number:0{DIGITS}d}" for number in range(last - count + 1, last + 1)]


def hold(*, organization: Organization, series: str) -> None:
    """Keep everybody from taking a number of this series until this transaction ends."""
    take(organization=organization, series=series, count=0)
