"""What a new organization begins with: payment terms everywhere, taxes where the country's are known."""

from __future__ import annotations

from decimal import Decimal

from babel.numbers import format_decimal
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from finance.choices import ExemptionCategory, TermKind
from finance.models import Organization, PaymentTerm, Preferences, Series, Tax, TaxExemption
from finance.services.numbering import PRESETS, preset_series
from finsuite.kernel import formats
from finsuite.kernel.text import name_key

FRANCE = frozenset({"fr", "fra", "france"})
FRENCH_RATES = ("20", "10", "5.5", "2.1")
NET_DAYS = (15, 30, 45, 60)


def begin(organization: Organization) -> None:
    """Give a new organization its preferences, its payment terms and its country's taxes, in its own language."""
    Preferences.objects.create(organization=organization)
    Series.objects.bulk_create(preset_series(organization, name) for name in PRESETS)
    with translation.override(organization.language):
        _add_terms(organization)
        if name_key(organization.country) in FRANCE:
            _add_french_taxes(organization)


def _add_terms(organization: Organization) -> None:
    offered = [
        (_("Due on receipt"), TermKind.RECEIPT, 0),
        # Translators: the name of a payment term: so many days after the document's day.
        *((pgettext("payment term", "Net %(days)d") % {"days": days}, TermKind.DAYS, days) for days in NET_DAYS),
        (_("Due at the end of the month"), TermKind.END_OF_MONTH, 0),
        (_("Due at the end of the next month"), TermKind.END_OF_NEXT_MONTH, 0),
    ]
    PaymentTerm.objects.bulk_create(
        PaymentTerm(
            organization=organization,
            name=name,
            name_key=name_key(name),
            kind=kind,
            days=days,
            position=position,
            is_default=position == 0,
        )
        for position, (name, kind, days) in enumerate(offered)
    )


def _add_french_taxes(organization: Organization) -> None:
    """The rates of metropolitan France, and a tax of 0 % for each common reason why none is due."""
    locale = formats.locale_of(organization.language)
    rates = [Decimal(rate) for rate in FRENCH_RATES]
    taxes = []
    for rate in rates:
        # Translators: the name of a tax, for example “VAT 5.5 %”.
        name = _("VAT %(rate)s %%") % {"rate": format_decimal(rate, locale=locale)}
        name = name.replace(" %", "\N{NO-BREAK SPACE}%")
        taxes.append(Tax(organization=organization, name=name, name_key=name_key(name), rate=rate))
    reasons = TaxExemption.objects.bulk_create(_french_reasons(organization))
    for reason in reasons:
        name = (_("VAT 0 %% – %(reason)s") % {"reason": reason.name}).replace(" %", "\N{NO-BREAK SPACE}%")
        taxes.append(Tax(organization=organization, name=name, name_key=name_key(name), exemption=reason))
    Tax.objects.bulk_create(taxes)


def _french_reasons(organization: Organization) -> list[TaxExemption]:
    told = [
        (
            _("Small business"),
            ExemptionCategory.EXEMPT,
            "VATEX-FR-FRANCHISE",
            _("VAT not applicable, article 293 B of the French tax code."),
        ),
        (
            _("Supply within the European Union"),
            ExemptionCategory.INTRA_COMMUNITY,
            "VATEX-EU-IC",
            _("VAT exemption, article 262 ter I of the French tax code."),
        ),
        (
            _("Export"),
            ExemptionCategory.EXPORT,
            "VATEX-EU-G",
            _("VAT exemption, article 262 I of the French tax code."),
        ),
        (_("Reverse charge"), ExemptionCategory.REVERSE_CHARGE, "VATEX-EU-AE", _("Reverse charge.")),
    ]
    return [
        TaxExemption(
            organization=organization, name=name, name_key=name_key(name), category=category, code=code, reason=reason
        )
        for name, category, code, reason in told
    ]
