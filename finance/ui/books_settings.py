"""The settings that documents stand on: payment terms, numbering, preferences, dated rates, the logo."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from finance import access
from finance.models import CurrencyRate, Membership, PaymentTerm, Series
from finance.rights import Right
from finance.selectors.days import today
from finance.selectors.payment_terms import payment_terms
from finance.selectors.preferences import preferences
from finance.selectors.rates import inverse, rates_of
from finance.selectors.series import all_series
from finance.services import logos, rates
from finance.services import payment_terms as term_services
from finance.services import preferences as preference_services
from finance.services import series as series_services
from finance.ui.pages import actor_of, page, show
from finance.ui.settings_forms import (
    DatedRateForm,
    LogoForm,
    PreferencesForm,
    SeriesForm,
    TermForm,
    in_order,
    series_label,
)
from finance.ui.settings_rows import Faulty, Listing, Row, back, form_of, save_by
from finsuite.kernel.errors import DomainError, NotFound
from finsuite.kernel.formats import day, exact
from finsuite.kernel.versions import version_of


@page(Right.TAXES, "GET", "POST")
def term_settings(request: HttpRequest, member: Membership) -> HttpResponse:
    """The payment terms, and a form to add one."""
    if request.method != "POST":
        return _terms(request, member, None, 200)
    form = TermForm(request.POST, instance=PaymentTerm(organization=member.organization))

    def save(values: dict[str, Any]) -> None:
        term_services.create_term(actor=actor_of(request), organization=member.organization, values=values)

    return TERMS.save(request, member, form, save, _("%(name)s is added."))


@page(Right.TAXES, "POST")
def term_edit(request: HttpRequest, member: Membership, term: int) -> HttpResponse:
    """Change a payment term."""
    record = access.payment_term(member.organization, term)
    form = TermForm(request.POST, instance=record)

    def save(values: dict[str, Any]) -> None:
        version = request.POST.get("version", "")
        term_services.update_term(actor=actor_of(request), term=record, values=values, version=version)

    return TERMS.save(request, member, form, save, _("%(name)s is saved."), record=record)


@page(Right.TAXES, "POST")
def term_delete(request: HttpRequest, member: Membership, term: int) -> HttpResponse:
    """Delete a payment term that nothing names."""
    record = access.payment_term(member.organization, term)
    term_services.delete_term(actor=actor_of(request), term=record, version=request.POST.get("version"))
    messages.success(request, _("%(name)s is deleted.") % {"name": record.name})
    return back(member, "term_settings")


def _terms(request: HttpRequest, member: Membership, faulty: Faulty | None, status: int) -> HttpResponse:
    def form(term: PaymentTerm) -> Any:
        return form_of(faulty, TermForm, term if term.pk else None, lambda: TermForm(instance=term))

    context = {
        "terms": [Row(term, form(term)) for term in payment_terms(member.organization)],
        "new_term": form(PaymentTerm(organization=member.organization)),
        "terms_is_current": True,
    }
    return show(request, member, "finance/settings/payment_terms.html", context, status=status)


TERMS = Listing("term_settings", _terms)


@page(Right.SETTINGS)
def series_settings(request: HttpRequest, member: Membership) -> HttpResponse:
    """How each kind of record is numbered."""
    return _series(request, member, None, 200)


@page(Right.SETTINGS, "POST")
def series_edit(request: HttpRequest, member: Membership, series: int) -> HttpResponse:
    """Change how one kind of record is numbered."""
    record = access.series(member.organization, series)
    form = SeriesForm(request.POST, instance=record)

    def save(values: dict[str, Any]) -> None:
        version = request.POST.get("version", "")
        series_services.update_series(actor=actor_of(request), series=record, values=values, version=version)

    return SERIES.save(request, member, form, save, _("The numbering is saved."), record=record)


def _series(request: HttpRequest, member: Membership, faulty: Faulty | None, status: int) -> HttpResponse:
    def row(one: Series) -> tuple[Row, str]:
        form = form_of(faulty, SeriesForm, one, lambda: SeriesForm(instance=one))
        return Row(one, form, one.written(one.next_number)), series_label(one)

    rows = [row(one) for one in sorted(all_series(member.organization), key=in_order)]
    context = {"rows": rows, "series_is_current": True}
    return show(request, member, "finance/settings/series.html", context, status=status)


SERIES = Listing("series_settings", _series)


@page(Right.SETTINGS, "GET", "POST")
def preference_settings(request: HttpRequest, member: Membership) -> HttpResponse:
    """What new documents begin with."""
    record = preferences(member.organization)
    form = PreferencesForm(request.POST or None, instance=record)
    version = request.POST.get("version", "") if request.method == "POST" else version_of(record)
    status = 200
    if request.method == "POST":

        def save(values: dict[str, Any]) -> None:
            preference_services.update_preferences(
                actor=actor_of(request), organization=member.organization, values=values, version=version
            )

        status = save_by(form, save)
        if status == 302:
            messages.success(request, _("The preferences are saved. New documents follow them."))
            return back(member, "preference_settings")
    context = {"form": form, "version": version, "preferences_is_current": True}
    return show(request, member, "finance/settings/preferences.html", context, status=status)


@page(Right.CURRENCIES, "GET", "POST")
def currency_rates(request: HttpRequest, member: Membership, currency: int) -> HttpResponse:
    """Every rate that a currency has had or will have, by the day from which it holds; and a form to set one."""
    record = access.currency(member.organization, currency)
    now = today(member.organization)
    form = DatedRateForm(request.POST or None, initial={"day": now})
    status = 200
    if request.method == "POST":

        def save(values: dict[str, Any]) -> None:
            rates.set_rate(actor=actor_of(request), currency=record, **values)

        status = save_by(form, save)
        if status == 302:
            told = _("The rate holds from %(day)s on.")
            messages.success(request, told % {"day": day(form.cleaned_data["day"])})
            return back(member, "currency_rates", currency=record.pk)
    held = list(rates_of(record))
    current = next((rate for rate in held if rate.day <= now), None)
    rows = [
        {
            "rate": rate,
            "told": exact(rate.rate),
            "inverse": exact(inverse(rate.rate)),
            "version": version_of(rate),
            "is_current": rate is current,
            "is_to_come": rate.day > now,
        }
        for rate in held
    ]
    context = {"currency": record, "rows": rows, "form": form, "currencies_is_current": True}
    return show(request, member, "finance/settings/currency_rates.html", context, status=status)


@page(Right.CURRENCIES, "POST")
def currency_rate_delete(request: HttpRequest, member: Membership, rate: int) -> HttpResponse:
    """Take a dated rate back."""
    record: CurrencyRate = access.currency_rate(member.organization, rate)
    record.currency.organization = member.organization
    rates.delete_rate(actor=actor_of(request), rate=record, version=request.POST.get("version"))
    messages.success(request, _("The rate of %(day)s is deleted.") % {"day": day(record.day)})
    return back(member, "currency_rates", currency=record.currency_id)


@page(Right.SETTINGS, "POST")
def logo_upload(request: HttpRequest, member: Membership) -> HttpResponse:
    """Put a picture on documents."""
    form = LogoForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("Choose a picture first."))
        return back(member, "organization_settings")
    try:
        logos.set_logo(actor=actor_of(request), organization=member.organization, file=form.cleaned_data["logo"])
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("The logo is saved. New documents bear it."))
    return back(member, "organization_settings")


@page(Right.SETTINGS, "POST")
def logo_remove(request: HttpRequest, member: Membership) -> HttpResponse:
    """Write documents without a logo."""
    logos.remove_logo(actor=actor_of(request), organization=member.organization)
    messages.success(request, _("The logo is removed."))
    return back(member, "organization_settings")


@page(Right.VIEW)
def logo(request: HttpRequest, member: Membership) -> HttpResponse:
    """The picture itself, as a picture and as nothing else: no script of it could run."""
    organization = member.organization
    if not organization.logo:
        raise NotFound(_("There is no logo."))
    with organization.logo.open("rb") as held:
        answer = HttpResponse(held.read(), content_type=organization.logo_type)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    answer.headers["Content-Disposition"] = "inline"
    answer.headers["Cache-Control"] = "private, max-age=300"
    return answer
