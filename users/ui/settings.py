"""A person's own settings: who they are, how finsuite looks and speaks to them, their password."""

from __future__ import annotations

import zoneinfo
from typing import cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Refused
from finsuite.kernel.forms import tell
from users.models import User
from users.services.profile import change_password, update_profile


def time_zones() -> list[tuple[str, str]]:
    """Every place of the time zone database that people know by name."""
    areas = ("Africa/", "America/", "Antarctica/", "Arctic/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/")
    names = sorted(name for name in zoneinfo.available_timezones() if name.startswith((*areas, "Pacific/")))
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in names)]


class ProfileForm(forms.Form):
    first_name = forms.CharField(
        label=gettext_lazy("First name"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    last_name = forms.CharField(
        label=gettext_lazy("Last name"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=time_zones,
        help_text=gettext_lazy("Dates and times are shown in it."),
    )
    theme = forms.ChoiceField(label=gettext_lazy("Theme"), choices=User.Theme.choices, widget=forms.RadioSelect)
    single_key_shortcuts = forms.BooleanField(
        label=gettext_lazy("Single-key shortcuts"),
        required=False,
        help_text=gettext_lazy("“/” searches, “J” and “K” go through a list. Ctrl+K works either way."),
    )


class PasswordForm(forms.Form):
    old_password = forms.CharField(
        label=gettext_lazy("Present password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new_password = forms.CharField(
        label=gettext_lazy("New password"),
        strip=False,
        help_text=gettext_lazy("At least 10 characters. A short sentence is easy to keep and hard to guess."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    user = cast("User", request.user)
    form = ProfileForm(request.POST or None, initial={name: getattr(user, name) for name in ProfileForm.base_fields})
    if request.method == "POST" and form.is_valid():
        saved = update_profile(actor=Actor.person(user), user=user, values=form.cleaned_data)
        with translation.override(saved.language):
            messages.success(request, _("Your settings are saved."))
        response = redirect("users:settings")
        # So that the sign-in page, too, speaks it.
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, saved.language, max_age=365 * 24 * 3600, samesite="Lax", httponly=True
        )
        return response
    return render(request, "users/settings.html", {"form": form}, status=422 if form.is_bound else 200)


@sensitive_post_parameters()
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    user = cast("User", request.user)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        old, new = form.cleaned_data["old_password"], form.cleaned_data["new_password"]
        try:
            saved = change_password(actor=Actor.person(user), user=user, old=old, new=new)
        except Refused as refusal:
            tell(form, refusal)
        else:
            update_session_auth_hash(request, saved)
            messages.success(request, _("Your password is changed. Your other sign-ins have ended."))
            return redirect("users:password")
    return render(request, "users/password.html", {"form": form}, status=422 if form.is_bound else 200)
