"""Setup: company details, members, profiles, currencies. For those whose profile opens it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.access import Access
from crm.choices import Level, Module
from crm.models import Profile, Team
from crm.selectors.members import FEW, find_members
from crm.selectors.organizations import (
    currencies,
    get_currency,
    get_currency_rate,
    get_member,
    get_profile,
    inverse,
    members,
    profiles,
    today,
)
from crm.selectors.organizations import currency_rates as dated_rates
from crm.services import currencies as currency_services
from crm.services import organizations as services
from crm.services import profiles as profile_services
from crm.ui.base import actor_of, in_setup
from crm.ui.setup_forms import (
    CompanyForm,
    CurrencyForm,
    DatedRateForm,
    MemberForm,
    NewOrganizationForm,
    ProfileForm,
    RateForm,
)
from finsuite.kernel import formats
from finsuite.kernel.errors import Refused
from finsuite.kernel.versions import version_of

GET_AND_POST = ["GET", "HEAD", "POST"]


@login_required
@require_http_methods(GET_AND_POST)
def organization_create(request: HttpRequest) -> HttpResponse:
    """A new CRM organization, which the person then administers."""
    form = NewOrganizationForm(request.POST or None, initial={"home_currency": "EUR", "time_zone": "Europe/Paris"})
    if request.method == "POST" and form.is_valid():
        try:
            made = services.create_organization(
                actor=actor_of(request), values={**form.cleaned_data, "language": get_language() or "en"}
            )
        except Refused as refused:
            _refuse(form, refused)
        else:
            messages.success(request, _("“%(name)s” is ready.") % {"name": made.name})
            return redirect("crm:account_list", organization=made.pk)
    return render(request, "crm/organization_form.html", {"form": form}, status=_status(form))


@require_safe
@in_setup
def setup(request: HttpRequest, access: Access) -> HttpResponse:
    """What can be set up, with how things stand."""
    organization = access.organization
    context = {
        "access": access,
        "member_count": members(organization).count(),
        "team_count": Team.objects.of(organization).count(),
        "profile_count": Profile.objects.of(organization).count(),
        "currency_count": currencies(organization).filter(is_active=True).count(),
    }
    return render(request, "crm/setup.html", context)


@require_http_methods(GET_AND_POST)
@in_setup
def company(request: HttpRequest, access: Access) -> HttpResponse:
    """Name, place, language and calendar of the company. The home currency is shown; it is fixed."""
    organization = access.organization
    initial = {name: getattr(organization, name) for name in CompanyForm.base_fields if name != "version"}
    form = CompanyForm(request.POST or None, initial={**initial, "version": version_of(organization)})
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        version = values.pop("version") or None
        try:
            services.update_organization(
                actor=actor_of(request), organization=organization, values=values, version=version
            )
        except Refused as refused:
            _refuse(form, refused)
        else:
            messages.success(request, _("The company details are saved."))
            return redirect("crm:setup_company", organization=organization.pk)
    return render(request, "crm/setup_company.html", {"access": access, "form": form}, status=_status(form))


@require_safe
@in_setup
def member_list(request: HttpRequest, access: Access) -> HttpResponse:
    return _members(request, access, MemberForm(access))


@require_POST
@in_setup
def member_add(request: HttpRequest, access: Access) -> HttpResponse:
    """Let somebody in."""
    form = MemberForm(access, request.POST)
    if form.is_valid():
        try:
            added = services.add_member(
                actor=actor_of(request),
                organization=access.organization,
                email=form.cleaned_data["email"],
                profile=form.profile(),
            )
        except Refused as refused:
            _refuse(form, refused)
        else:
            messages.success(request, _("%(name)s is a member now.") % {"name": added.user})
            return redirect("crm:member_list", organization=access.organization.pk)
    return _members(request, access, form)


@require_POST
@in_setup
def member_profile(request: HttpRequest, access: Access, membership_id: int) -> HttpResponse:
    """Give a member another profile."""
    member = get_member(access.organization, membership_id)
    profile = get_profile(access.organization, request.POST.get("profile", ""))
    try:
        services.change_member_profile(actor=actor_of(request), membership=member, profile=profile)
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        said = _("%(name)s now has the profile “%(profile)s”.")
        messages.success(request, said % {"name": member.user, "profile": profile.title})
    return redirect("crm:member_list", organization=access.organization.pk)


@require_POST
@in_setup
def member_remove(request: HttpRequest, access: Access, membership_id: int) -> HttpResponse:
    """Take a member out."""
    member = get_member(access.organization, membership_id)
    try:
        services.remove_member(actor=actor_of(request), membership=member)
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("%(name)s is not a member any more.") % {"name": member.user})
        if member.user_id == request.user.pk:
            return redirect("home")
    return redirect("crm:member_list", organization=access.organization.pk)


@require_safe
@in_setup
def profile_list(request: HttpRequest, access: Access) -> HttpResponse:
    """The profiles, each with its level in every module."""
    rows = [
        {
            "profile": profile,
            "levels": [Level(_level(profile, module)).label for module in Module],
            "member_count": profile.member_count,
        }
        for profile in profiles(access.organization)
    ]
    context = {"access": access, "rows": rows, "modules": [module.label for module in Module]}
    return render(request, "crm/profile_list.html", context)


@require_http_methods(GET_AND_POST)
@in_setup
def profile_create(request: HttpRequest, access: Access) -> HttpResponse:
    form = ProfileForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = profile_services.create_profile(
                actor=actor_of(request),
                organization=access.organization,
                values=form.values(),
                levels=form.levels(),
            )
        except Refused as refused:
            _refuse(form, refused)
        else:
            messages.success(request, _("The profile “%(name)s” is saved.") % {"name": made.name})
            return redirect("crm:profile_list", organization=access.organization.pk)
    return render(request, "crm/profile_form.html", {"access": access, "form": form}, status=_status(form))


@require_http_methods(GET_AND_POST)
@in_setup
def profile_edit(request: HttpRequest, access: Access, profile_id: int) -> HttpResponse:
    profile = get_profile(access.organization, profile_id)
    initial = {
        **{name: getattr(profile, name) for name in ("name", "description", "can_setup", "sees_all")},
        **{f"level_{module}": _level(profile, module) for module in Module},
        "version": version_of(profile),
    }
    form = ProfileForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            profile_services.update_profile(
                actor=actor_of(request),
                profile=profile,
                values=form.values(),
                levels=form.levels(),
                version=form.cleaned_data["version"] or None,
            )
        except Refused as refused:
            _refuse(form, refused)
        else:
            messages.success(request, _("The profile “%(name)s” is saved.") % {"name": form.cleaned_data["name"]})
            return redirect("crm:profile_list", organization=access.organization.pk)
    context = {"access": access, "form": form, "profile": profile}
    return render(request, "crm/profile_form.html", context, status=_status(form))


@require_POST
@in_setup
def profile_delete(request: HttpRequest, access: Access, profile_id: int) -> HttpResponse:
    profile = get_profile(access.organization, profile_id)
    try:
        profile_services.delete_profile(actor=actor_of(request), profile=profile)
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("The profile “%(name)s” is deleted.") % {"name": profile.title})
    return redirect("crm:profile_list", organization=access.organization.pk)


@require_safe
@in_setup
def currency_list(request: HttpRequest, access: Access) -> HttpResponse:
    return _currencies(request, access, CurrencyForm(access))


@require_POST
@in_setup
def currency_add(request: HttpRequest, access: Access) -> HttpResponse:
    """Work in one more currency."""
    form = CurrencyForm(access, request.POST)
    if form.is_valid():
        try:
            added = currency_services.add_currency(
                actor=actor_of(request), organization=access.organization, values=form.cleaned_data
            )
        except Refused as refused:
            _refuse(form, refused)
        else:
            messages.success(request, _("Records can be in %(code)s now.") % {"code": added.code})
            return redirect("crm:currency_list", organization=access.organization.pk)
    return _currencies(request, access, form)


@require_POST
@in_setup
def currency_update(request: HttpRequest, access: Access, currency_id: int) -> HttpResponse:
    """Another rate, or in use or not."""
    currency = get_currency(access.organization, currency_id)
    form = RateForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Enter a rate in figures, for example 1.085."))
        return redirect("crm:currency_list", organization=access.organization.pk)
    try:
        currency_services.update_currency(
            actor=actor_of(request),
            currency=currency,
            values={"rate": form.cleaned_data["rate"], "is_active": form.cleaned_data["is_active"]},
            version=form.cleaned_data["version"] or None,
        )
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("%(code)s is saved.") % {"code": currency.code})
    return redirect("crm:currency_list", organization=access.organization.pk)


@require_safe
@in_setup
def currency_rates(request: HttpRequest, access: Access, currency_id: int) -> HttpResponse:
    """Every rate that a currency has had or will have, by the day from which it holds."""
    currency = get_currency(access.organization, currency_id)
    return _rates(request, access, currency, DatedRateForm(initial={"day": today(access.organization)}))


@require_POST
@in_setup
def currency_rate_set(request: HttpRequest, access: Access, currency_id: int) -> HttpResponse:
    """A rate from some day on: past, today or to come."""
    currency = get_currency(access.organization, currency_id)
    form = DatedRateForm(request.POST)
    if form.is_valid():
        try:
            held = currency_services.set_rate(actor=actor_of(request), currency=currency, **form.cleaned_data)
        except Refused as refused:
            _refuse(form, refused)
        else:
            messages.success(request, _("The rate holds from %(day)s on.") % {"day": formats.day(held.day)})
            return redirect("crm:currency_rates", organization=access.organization.pk, currency_id=currency.pk)
    return _rates(request, access, currency, form)


@require_POST
@in_setup
def currency_rate_delete(request: HttpRequest, access: Access, rate_id: int) -> HttpResponse:
    """Take a dated rate back."""
    rate = get_currency_rate(access.organization, rate_id)
    try:
        currency_services.delete_rate(actor=actor_of(request), rate=rate, version=request.POST.get("version") or None)
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("The rate of %(day)s is deleted.") % {"day": formats.day(rate.day)})
    return redirect("crm:currency_rates", organization=access.organization.pk, currency_id=rate.currency_id)


def _rates(request: HttpRequest, access: Access, currency: Any, form: DatedRateForm) -> HttpResponse:
    now = today(access.organization)
    held = list(dated_rates(access.organization).filter(currency=currency))
    current = next((rate for rate in held if rate.day <= now), None)
    rows = [
        {
            "rate": rate,
            "told": formats.exact(rate.rate),
            "inverse": formats.exact(inverse(rate.rate)),
            "version": version_of(rate),
            "is_current": rate is current,
            "is_to_come": rate.day > now,
        }
        for rate in held
    ]
    context = {"access": access, "currency": currency, "rows": rows, "form": form}
    return render(request, "crm/currency_rates.html", context, status=_status(form))


def _members(request: HttpRequest, access: Access, form: MemberForm) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:100]
    found = find_members(access.organization, text).select_related("manager__user").prefetch_related("places__team")
    page = Paginator(found, FEW).get_page(request.GET.get("page"))
    context = {
        "access": access,
        "form": form,
        "text": text,
        "page": page,
        "members": page.object_list,
        "profiles": list(profiles(access.organization)),
    }
    return render(request, "crm/member_list.html", context, status=_status(form))


def _currencies(request: HttpRequest, access: Access, form: CurrencyForm) -> HttpResponse:
    rows = [
        {
            "currency": currency,
            "rate": formats.typed(currency.rate.normalize()),
            "version": version_of(currency),
            "is_home": currency.code == access.organization.home_currency,
        }
        for currency in currencies(access.organization)
    ]
    context = {"access": access, "form": form, "rows": rows}
    return render(request, "crm/currency_list.html", context, status=_status(form))


def _level(profile: Profile, module: str) -> int:
    return next((right.level for right in profile.rights.all() if right.module == module), Level.NONE)


def _refuse(form: forms.Form, refused: Refused) -> None:
    """Put the service's refusal where the person looks."""
    placed = {name: said for name, said in refused.fields.items() if name in form.fields}
    for name, said in placed.items():
        form.add_error(name, said)
    if not placed:
        form.add_error(None, refused.message)


def _status(form: forms.Form) -> int:
    return 422 if form.is_bound else 200
