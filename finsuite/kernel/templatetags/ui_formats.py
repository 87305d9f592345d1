"""`{% money amount currency %}`, `{% number n %}`, `{% percent p %}`, `{% day date %}`, `{% when datetime %}`."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from finsuite.kernel import formats

register = template.Library()

# What stands where there is no value: a dash for the eye, nothing to read aloud.
NOTHING = mark_safe('<span class="faint" aria-hidden="true">–</span>')


@register.simple_tag
def nothing() -> SafeString:
    """The dash that stands for an empty value."""
    return NOTHING


@register.filter
def or_dash(value: object) -> object:
    """`{{ account.phone|or_dash }}`: the value, or the dash that stands for an empty one."""
    return NOTHING if value is None or value == "" else value


@register.simple_tag
def money(value: Decimal | int | None, currency: str) -> str:
    return NOTHING if value is None else formats.amount(value, currency)


@register.simple_tag
def price(value: Decimal | None, currency: str) -> SafeString | str:
    """What a unit costs: as `money`, with all the decimals that it has."""
    return NOTHING if value is None else formats.price(value, currency)


@register.simple_tag
def number(value: Decimal | int | float | None) -> str:
    return NOTHING if value is None else formats.number(value)


@register.simple_tag
def percent(value: Decimal | float | None) -> str:
    return NOTHING if value is None else formats.percent(value)


@register.simple_tag
def points(value: Decimal | int | None) -> str:
    """Percent as people type it: 75 is 75 %, 8.25 is 8.25 %."""
    return NOTHING if value is None else formats.rate(Decimal(value))


@register.simple_tag
def day(value: dt.date | dt.datetime | None) -> SafeString:
    if value is None:
        return NOTHING
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), formats.day(value))


@register.simple_tag
def moment(value: dt.datetime | None) -> SafeString:
    """Date and time of day."""
    if value is None:
        return NOTHING
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), formats.moment(value))


@register.simple_tag
def when(value: dt.datetime | None) -> SafeString:
    """How long ago, with the exact moment on hover."""
    if value is None:
        return NOTHING
    local = timezone.localtime(value)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', local.isoformat(), formats.moment(local), formats.ago(value)
    )
