"""Numbers in order, without gaps: INV-00001, INV-00002…"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, models
from django.db.models import Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from finance.models import Organization, Series
from finsuite.kernel.errors import Refused

MOST_DIGITS = 12  # of a number that a series may go on behind
MOST_TAKEN = 1000  # so many numbers in a row may have been given by hand


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


def take_free(*, organization: Organization, series: str, model: type[models.Model]) -> str:
    """The next number of the series that no record of the model bears, stepping over those that were given by hand.

    Taken last, as `take` is. Raises Refused where too many in a row are taken, and where numbers are typed by hand.
    """
    preset = PRESETS[series]
    with connection.cursor() as cursor:
        for _time in range(MOST_TAKEN):
            cursor.execute(
                f"INSERT INTO {Series._meta.db_table} AS counter"  # noqa: S608 – names come from the models
                " (organization_id, series, prefix, digits, is_auto, given, created_at, updated_at)"
                " VALUES (%s, %s, %s, %s, %s, 1, now(), now()) ON CONFLICT (organization_id, series)"
                " DO UPDATE SET given = counter.given + 1 RETURNING given, prefix, digits, is_auto, EXISTS ("
                f" SELECT 1 FROM {model._meta.db_table} record WHERE record.organization_id = counter.organization_id"
                " AND record.number = counter.prefix"
                " || lpad(counter.given::text, greatest(counter.digits, length(counter.given::text)), '0'))",
                [organization.pk, series, preset.prefix, preset.digits, preset.is_auto],
            )
            number, prefix, digits, is_auto, is_taken = cursor.fetchone()
            if not is_auto:
                raise _by_hand()
            if not is_taken:
                return f"{prefix}{number:0{digits}d}"
    sentence = _("The next numbers are all taken. Raise the next number under Settings, Numbering.")
    raise Refused(sentence, code="numbers_taken", fields={"number": [sentence]})


def step_past(*, organization: Organization, series: str, numbers: Iterable[str]) -> None:
    """Let the series go on behind those of these numbers that look like its own: records came with them."""
    kept = Series.objects.of(organization).filter(series=series).first() or preset_series(organization, series)
    ends = (number.removeprefix(kept.prefix) for number in numbers if number.startswith(kept.prefix))
    highest = max((int(end) for end in ends if end.isdecimal() and len(end) <= MOST_DIGITS), default=0)
    if highest <= kept.given:
        return
    hold(organization=organization, series=series)
    Series.objects.of(organization).filter(series=series).update(given=Greatest("given", Value(highest)))


def _by_hand() -> Refused:
    sentence = _("Give the number: the settings say that somebody types the number of each.")
    return Refused(sentence, code="required", fields={"number": [sentence]})


def hold(*, organization: Organization, series: str) -> None:
    """Keep everybody from taking a number of this series until this transaction ends."""
    take(organization=organization, series=series, count=0)
