"""The settings of a finance organization: itself, its members, its currencies, its ZSC keys."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from finance import access
from finance.choices import App
from finance.models import Currency, Membership, ZscKey
from finance.rights import Right
from finance.selectors import organizations as selectors
from finance.selectors.documents import organization_has_documents
from finance.selectors.rates import currencies, inverse
from finance.services import members as member_services
from finance.services import organizations as organization_services
from finance.services import rates, zsc_keys
from finance.ui.forms import CurrencyForm, MemberForm, NewCurrencyForm, OrganizationForm, RoleForm
from finance.ui.pages import actor_of, add_refusal, page, show
from finance.ui.settings_forms import LogoForm
from finsuite.kernel import formats
from finsuite.kernel.errors import DomainError
from finsuite.kernel.versions import version_of


@page(Right.SETTINGS, "GET", "POST")
def organization_settings(request: HttpRequest, member: Membership) -> HttpResponse:
    """The organization's own fields."""
    organization = member.organization
    form = OrganizationForm(request.POST or None, instance=organization)
    version = request.POST.get("version") or version_of(organization)
    is_fixed = organization_has_documents(organization)
    if is_fixed:
        form.fields["base_currency"].disabled = True
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                organization_services.update_organization(
                    actor=actor_of(request), organization=organization, values=form.cleaned_data, version=version
                )
            except DomainError as refusal:
                status = add_refusal(form, refusal)
            else:
                messages.success(request, _("The organization is saved."))
                return _back(member, "organization_settings")
    context = {"form": form, "version": version, "is_fixed": is_fixed, "organization_is_current": True}
    context["logo_form"] = LogoForm()
    return show(request, member, "finance/settings/organization.html", context, status=status)


@page(Right.MEMBERS, "GET", "POST")
def member_settings(request: HttpRequest, member: Membership) -> HttpResponse:
    """Who belongs to the organization, and a form to let somebody in."""
    form = MemberForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                added = member_services.add_member(
                    actor=actor_of(request), organization=member.organization, **form.cleaned_data
                )
            except DomainError as refusal:
                status = add_refusal(form, refusal)
            else:
                messages.success(request, _("%(person)s is a member now.") % {"person": added.user})
                return _back(member, "member_settings")
    found = [(other, RoleForm(other), version_of(other)) for other in selectors.members(member.organization)]
    context = {"form": form, "members": found, "members_is_current": True}
    return show(request, member, "finance/settings/members.html", context, status=status)


@page(Right.MEMBERS, "POST")
def member_role(request: HttpRequest, member: Membership, membership: int) -> HttpResponse:
    """Give a member another role."""
    other = access.member(member.organization, membership)
    changed = member_services.change_role(
        actor=actor_of(request),
        membership=other,
        role=request.POST.get("role", ""),
        version=request.POST.get("version"),
    )
    told = _("%(person)s has the role “%(role)s” now.")
    messages.success(request, told % {"person": changed.user, "role": changed.get_role_display()})
    return _back(member, "member_settings")


@page(Right.MEMBERS, "POST")
def member_remove(request: HttpRequest, member: Membership, membership: int) -> HttpResponse:
    """Take a member out of the organization."""
    other = access.member(member.organization, membership)
    member_services.remove_member(actor=actor_of(request), membership=other, version=request.POST.get("version"))
    messages.success(request, _("%(person)s is no longer a member.") % {"person": other.user})
    return _back(member, "member_settings")


@dataclass(frozen=True)
class ListedCurrency:
    """A currency as its page lists it: with the CRM's side of the rate."""

    currency: Currency
    is_base: bool
    rate_shown: str
    inverse_shown: str
    version: str
    form: CurrencyForm
    drawer: str


@page(Right.CURRENCIES, "GET", "POST")
def currency_settings(request: HttpRequest, member: Membership) -> HttpResponse:
    """The currencies with their rates, and a form to add one."""
    form = NewCurrencyForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                added = rates.add_currency(
                    actor=actor_of(request), organization=member.organization, values=form.cleaned_data
                )
            except DomainError as refusal:
                status = add_refusal(form, refusal)
            else:
                messages.success(request, _("%(currency)s is added.") % {"currency": added.code})
                return _back(member, "currency_settings")
    return _currencies(request, member, {"form": form}, status)


@page(Right.CURRENCIES, "POST")
def currency_edit(request: HttpRequest, member: Membership, currency: int) -> HttpResponse:
    """Change a rate, or switch a currency on or off."""
    record = access.currency(member.organization, currency)
    form = CurrencyForm(request.POST, currency=record, base=member.organization.base_currency)
    status = 422
    if form.is_valid():
        try:
            rates.update_currency(
                actor=actor_of(request),
                currency=record,
                values=form.cleaned_data,
                version=request.POST.get("version"),
            )
        except DomainError as refusal:
            status = add_refusal(form, refusal)
        else:
            messages.success(request, _("%(currency)s is saved.") % {"currency": record.code})
            return _back(member, "currency_settings")
    return _currencies(request, member, {"form": NewCurrencyForm(), "faulty": form, "faulty_id": record.pk}, status)


def _currencies(request: HttpRequest, member: Membership, context: dict[str, Any], status: int) -> HttpResponse:
    listed = []
    for currency in currencies(member.organization):
        form = CurrencyForm(currency=currency, base=member.organization.base_currency, rate=currency.rate)
        if context.get("faulty_id") == currency.pk:
            form = context["faulty"]
        listed.append(
            ListedCurrency(
                currency=currency,
                is_base=currency.code == member.organization.base_currency,
                rate_shown=_shown(currency.rate),
                inverse_shown=_shown(inverse(currency.rate)),
                version=version_of(currency),
                form=form,
                drawer=f"currency-{currency.pk}",
            )
        )
    known = {"currencies": listed, "currencies_is_current": True}
    return show(request, member, "finance/settings/currencies.html", {**context, **known}, status=status)


def _shown(rate: Decimal) -> str:
    return str(format_decimal(rate, format="#,##0.###############", locale=formats.locale_of(get_language())))


@dataclass(frozen=True)
class AppKeys:
    """One finance app with its keys: the reader's own, and their colleagues'."""

    app: App
    mine: ZscKey | None
    others: list[ZscKey]


@page(Right.KEYS)
def zsc_key_settings(request: HttpRequest, member: Membership) -> HttpResponse:
    """The ZSC keys of each finance app."""
    return _keys(request, member, None)


@never_cache
@page(Right.KEYS, "POST")
def zsc_key_generate(request: HttpRequest, member: Membership) -> HttpResponse:
    """Make one's key for an app; this answer is the only one that shows it."""
    made = zsc_keys.generate_key(
        actor=actor_of(request), organization=member.organization, app=request.POST.get("app", "")
    )
    return _keys(request, member, made)


@never_cache
@page(Right.KEYS, "POST")
def zsc_key_regenerate(request: HttpRequest, member: Membership, key: int) -> HttpResponse:
    """Replace one's key; this answer is the only one that shows the new one."""
    made = zsc_keys.regenerate_key(actor=actor_of(request), key=access.zsc_key(member.organization, key))
    return _keys(request, member, made)


@page(Right.KEYS, "POST")
def zsc_key_revoke(request: HttpRequest, member: Membership, key: int) -> HttpResponse:
    """Kill a key for good."""
    zsc_keys.revoke_key(actor=actor_of(request), key=access.zsc_key(member.organization, key))
    messages.success(request, _("The key is revoked. Connections that were made with it are paused."))
    return _back(member, "zsc_key_settings")


def _keys(request: HttpRequest, member: Membership, made: zsc_keys.NewKey | None) -> HttpResponse:
    live = list(selectors.live_keys(member.organization))
    listed = []
    for app in [App(name) for name in member.organization.apps]:
        keys = [key for key in live if key.app == app]
        mine = next((key for key in keys if key.user_id == request.user.pk), None)
        listed.append(AppKeys(app, mine, [key for key in keys if key.user_id != request.user.pk]))
    context = {"apps": listed, "made": made, "integrations_is_current": True}
    return show(request, member, "finance/settings/zsc_keys.html", context)


def _back(member: Membership, name: str) -> HttpResponse:
    return redirect(f"finance:{name}", organization=member.organization_id)
