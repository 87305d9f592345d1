"""Settings › Taxes: taxes, groups of taxes, and the reasons why none is due."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from finance import access
from finance.models import Membership, Tax, TaxExemption
from finance.rights import Right
from finance.selectors.taxes import exemptions, taxes
from finance.services import tax_exemptions
from finance.services import taxes as tax_services
from finance.ui.pages import actor_of, page, show
from finance.ui.settings_forms import ExemptionForm, TaxForm, TaxGroupForm
from finance.ui.settings_rows import Faulty, Listing, Row, back, form_of
from finsuite.kernel.formats import exact


@page(Right.TAXES)
def tax_settings(request: HttpRequest, member: Membership) -> HttpResponse:
    """Taxes, groups of taxes, and the reasons why none is due."""
    return _taxes(request, member, None, 200)


@page(Right.TAXES, "POST")
def tax_create(request: HttpRequest, member: Membership) -> HttpResponse:
    """One more tax, or group of taxes."""
    form = _tax_form(request, member, Tax(organization=member.organization, is_group="group" in request.POST))

    def save(values: dict[str, Any]) -> None:
        tax_services.create_tax(actor=actor_of(request), organization=member.organization, values=values)

    return TAXES.save(request, member, form, save, _("%(name)s is added."))


@page(Right.TAXES, "POST")
def tax_edit(request: HttpRequest, member: Membership, tax: int) -> HttpResponse:
    """Change a tax or a group of taxes."""
    record = access.tax(member.organization, tax)
    form = _tax_form(request, member, record)

    def save(values: dict[str, Any]) -> None:
        version = request.POST.get("version", "")
        tax_services.update_tax(actor=actor_of(request), tax=record, values=values, version=version)

    return TAXES.save(request, member, form, save, _("%(name)s is saved."), record=record)


@page(Right.TAXES, "POST")
def tax_delete(request: HttpRequest, member: Membership, tax: int) -> HttpResponse:
    """Delete a tax that nothing names."""
    record = access.tax(member.organization, tax)
    tax_services.delete_tax(actor=actor_of(request), tax=record, version=request.POST.get("version"))
    messages.success(request, _("%(name)s is deleted.") % {"name": record.name})
    return back(member, "tax_settings")


@page(Right.TAXES, "POST")
def exemption_create(request: HttpRequest, member: Membership) -> HttpResponse:
    """One more reason for exemption."""
    form = ExemptionForm(request.POST, instance=TaxExemption(organization=member.organization))

    def save(values: dict[str, Any]) -> None:
        tax_exemptions.create_exemption(actor=actor_of(request), organization=member.organization, values=values)

    return TAXES.save(request, member, form, save, _("%(name)s is added."))


@page(Right.TAXES, "POST")
def exemption_edit(request: HttpRequest, member: Membership, exemption: int) -> HttpResponse:
    """Change a reason for exemption."""
    record = access.tax_exemption(member.organization, exemption)
    form = ExemptionForm(request.POST, instance=record)

    def save(values: dict[str, Any]) -> None:
        version = request.POST.get("version", "")
        tax_exemptions.update_exemption(actor=actor_of(request), exemption=record, values=values, version=version)

    return TAXES.save(request, member, form, save, _("%(name)s is saved."), record=record)


@page(Right.TAXES, "POST")
def exemption_delete(request: HttpRequest, member: Membership, exemption: int) -> HttpResponse:
    """Delete a reason that nothing names."""
    record = access.tax_exemption(member.organization, exemption)
    version = request.POST.get("version")
    tax_exemptions.delete_exemption(actor=actor_of(request), exemption=record, version=version)
    messages.success(request, _("%(name)s is deleted.") % {"name": record.name})
    return back(member, "tax_settings")


def _tax_form(request: HttpRequest, member: Membership, record: Tax) -> Any:
    known = list(taxes(member.organization))
    if record.is_group:
        return TaxGroupForm(request.POST, instance=record, taxes=known)
    return TaxForm(request.POST, instance=record, exemptions=list(exemptions(member.organization)))


def _taxes(request: HttpRequest, member: Membership, faulty: Faulty | None, status: int) -> HttpResponse:
    organization = member.organization
    known, reasons = list(taxes(organization)), list(exemptions(organization))

    def form(tax: Tax) -> Any:
        held = tax if tax.pk else None
        if tax.is_group:
            members = [one.tax_id for one in tax.members.all()] if tax.pk else []
            return form_of(faulty, TaxGroupForm, held, lambda: TaxGroupForm(instance=tax, taxes=known, members=members))
        return form_of(faulty, TaxForm, held, lambda: TaxForm(instance=tax, exemptions=reasons))

    def reason(one: TaxExemption) -> Any:
        held = one if one.pk else None
        return form_of(faulty, ExemptionForm, held, lambda: ExemptionForm(instance=one))

    context = {
        "taxes": [Row(tax, form(tax), exact(tax.rate)) for tax in known],
        "new_tax": form(Tax(organization=organization)),
        "new_group": form(Tax(organization=organization, is_group=True)),
        "can_group": sum(not tax.is_group and tax.is_active for tax in known) > 1,
        "exemptions": [Row(one, reason(one)) for one in reasons],
        "new_exemption": reason(TaxExemption(organization=organization)),
        "taxes_is_current": True,
    }
    return show(request, member, "finance/settings/taxes.html", context, status=status)


TAXES = Listing("tax_settings", _taxes)
