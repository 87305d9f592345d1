"""A person's API tokens: made, listed, revoked. The token itself is in one answer only."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Refused
from finsuite.kernel.forms import tell
from users.models import ApiToken, User
from users.selectors import tokens_of
from users.services.tokens import DEFAULT_SCOPES, create_token, revoke_token


class TokenForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=100, help_text=gettext_lazy("What it is for, so that you know it again.")
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("It may"),
        choices=[
            (ApiToken.Scope.READ, gettext_lazy("Read what you may see")),
            (ApiToken.Scope.WRITE, gettext_lazy("Create, change and delete what you may")),
            (ApiToken.Scope.ADMIN, gettext_lazy("Change the setup, where you may")),
        ],
        widget=forms.CheckboxSelectMultiple,
        initial=list(DEFAULT_SCOPES),
    )
    lifetime = forms.TypedChoiceField(
        label=gettext_lazy("Works for"),
        coerce=int,
        choices=[
            (30, gettext_lazy("30 days")),
            (90, gettext_lazy("90 days")),
            (365, gettext_lazy("a year")),
            (0, gettext_lazy("until it is revoked")),
        ],
        initial=90,
    )

    @property
    def expires_at(self) -> datetime | None:
        days: int = self.cleaned_data["lifetime"]
        return timezone.now() + timedelta(days=days) if days else None


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    user = cast("User", request.user)
    form = TokenForm(request.POST or None)
    plain = ""
    if request.method == "POST" and form.is_valid():
        try:
            token, plain = create_token(
                actor=Actor.person(user),
                user=user,
                name=form.cleaned_data["name"],
                scopes=form.cleaned_data["scopes"],
                expires_at=form.expires_at,
            )
        except Refused as refusal:
            tell(form, refusal)
        else:
            messages.success(request, _("The token “%(name)s” is made.") % {"name": token.name})
            form = TokenForm()
    context = {"form": form, "plain": plain, "rows": [_row(token) for token in tokens_of(user)]}
    return render(request, "users/tokens.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def revoke(request: HttpRequest, token: int) -> HttpResponse:
    user = cast("User", request.user)
    revoked = revoke_token(actor=Actor.person(user), user=user, token_id=token)
    messages.success(request, _("The token “%(name)s” no longer works.") % {"name": revoked.name})
    return redirect("users:tokens")


def _row(token: ApiToken) -> dict[str, Any]:
    """A token as the table shows it."""
    labels = dict(ApiToken.Scope.choices)
    if token.revoked_at is not None:
        state = {"is_live": False, "state": _("Revoked"), "tone": "off"}
    elif token.expires_at is not None and token.expires_at <= timezone.now():
        state = {"is_live": False, "state": _("Expired"), "tone": "off"}
    else:
        state = {"is_live": True, "state": _("Works"), "tone": "success"}
    return {"token": token, "scopes": [labels[s] for s in token.scopes], "dialog": f"revoke-{token.pk}", **state}
