"""Numbers in order, without gaps: INV-00001, INV-00002…"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from finance.models import Organization, Series


@dataclass(frozen=True)
class Preset:
    """How a series counts until somebody changes it. Bills bear their vendors' numbers, so these are typed."""

    prefix: str
    digits: int = 5
    is_auto: bool = True


PRESETS = {
    "customer": Preset("CUST-"),
    "vendor": Preset("VEND-"),
    "estimate": Preset("EST-"),
    "sales_order": Preset("SO-"),
    "invoice": Preset("INV-"),
    "recurring_invoice": Preset("RI-"),
    "credit_note": Preset("CN-"),
    "payment": Preset("PAY-"),
    "purchase_order": Preset("PO-"),
    "bill": Preset("BILL-", is_auto=False),
    "vendor_payment": Preset("VP-"),
    "expense": Preset("EXP-"),
    "expense_report": Preset("ER-"),
    "subscription": Preset("SUB-"),
}


def preset_series(organization: Organization, name: str) -> Series:
    """A series that nobody has touched, unsaved."""
    preset = PRESETS[name]
    return Series(
        organization=organization, series=name, prefix=preset.prefix, digits=preset.digits, is_auto=preset.is_auto
    )


def take(*, organization: Organization, series: str, count: int = 1) -> list[str]:
    """The next numbers of the series, in order.

    Take them last, right before the rows that carry them are inserted: everybody else who creates waits from here until
    this transaction ends, and if it is rolled back, the same numbers are given again.
    """
    preset = PRESETS[series]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {Series._meta.db_table} AS counter"  # noqa: S608
            " (organization_id, series, prefix, digits, is_auto, given, created_at, updated_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, now(), now()) ON CONFLICT (organization_id, series)"
            " DO UPDATE SET given = counter.given + EXCLUDED.given RETURNING given, prefix, digits",
            [organization.pk, series, preset.prefix, preset.digits, preset.is_auto, count],
        )
        last, prefix, digits = cursor.fetchone()
    return [f"{prefix}{number:0{digits}d}" for number in range(last - count + 1, last + 1)]


def hold(*, organization: Organization, series: str) -> None:
    """Keep everybody from taking a number of this series until this transaction ends."""
    take(organization=organization, series=series, count=0)
