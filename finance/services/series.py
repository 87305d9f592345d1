"""Changing how records are numbered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from finance.access import require
from finance.choices import DocumentKind as Kind
from finance.models import Series
from finance.rights import Right
from finance.selectors.series import LONGEST, highest_number
from finance.services.document_kinds import SPECS
from finance.services.references import lock, tell_setting
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Refused
from finsuite.kernel.records import Change, assign, refuse_unknown
from finsuite.kernel.versions import require_version

WRITABLE = frozenset({"prefix", "digits", "is_auto"})
NEXT = "next_number"
TYPED = frozenset(kind.value for kind in SPECS)  # what has a field for its number


@transaction.atomic
def update_series(*, actor: Actor, series: Series, values: Mapping[str, Any], version: str | None = None) -> Series:
    """Change a series' prefix, its digits, whether it counts by itself, or the number that comes next.

    The next number only goes up, and beyond what records bear behind the same prefix.
    """
    require(actor, series.organization, Right.SETTINGS)
    refuse_unknown(values, WRITABLE | {NEXT})
    held = lock(series, _("There is no such series of numbers."))
    require_version(held, version)
    change = assign(held, {name: value for name, value in values.items() if name != NEXT}, allowed=WRITABLE)
    if NEXT in values and values[NEXT] != held.next_number:
        change = change.and_(_change_next(held, values[NEXT]))
    _check(held, change)
    if change:
        held.save(update_fields=["prefix", "digits", "is_auto", "given", "updated_at"])
        tell_setting(actor, held, "updated", subject="series", before=change.before, after=change.after)
    return held


def _change_next(held: Series, number: Any) -> Change:
    if not isinstance(number, int) or not held.next_number <= number < 10**LONGEST:
        sentence = _("The next number only goes up: it is %(number)d or more.") % {"number": held.next_number}
        raise Refused(sentence, code="number", fields={NEXT: [sentence]})
    before, held.given = held.next_number, number - 1
    return Change({NEXT: before}, {NEXT: number})


def _check(held: Series, change: Change) -> None:
    faults: dict[str, list[str]] = {}
    if not 1 <= held.digits <= 12:
        faults["digits"] = [_("Numbers have 1 to 12 digits.")]
    if not held.is_auto and held.series not in TYPED:
        faults["is_auto"] = [_("These are always numbered automatically.")]
    if held.is_auto and held.series == Kind.BILL:
        faults["is_auto"] = [_("Bills bear the numbers of their vendors.")]
    highest = highest_number(held.organization, held.series, held.prefix) if change else 0
    if highest >= held.next_number:
        told = _("%(number)s is given already. With this prefix, the next number is %(next)d or more.")
        faults[NEXT] = [told % {"number": held.written(highest), "next": highest + 1}]
    if faults:
        raise Refused(_("Some fields can't be saved as they are."), fields=faults)
