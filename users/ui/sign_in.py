"""Signing in and out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import views
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache

from finsuite.kernel import error_pages
from finsuite.kernel.shell import Shell
from users.selectors import demo_emails
from users.services.sign_ins import note_failed_sign_in


class SignInForm(AuthenticationForm):
    """E-mail and password. Both wrong answer alike, so that nobody learns who has an account."""

    error_messages = {
        "invalid_login": gettext_lazy("This e-mail and password don't belong together. Check both and try again."),
        "inactive": gettext_lazy("This e-mail and password don't belong together. Check both and try again."),
    }

    def __init__(self, request: HttpRequest | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.fields["username"].label = _("E-mail")
        self.fields["username"].widget = forms.EmailInput(
            attrs={"autocomplete": "username", "autofocus": True, "maxlength": 254, "inputmode": "email"}
        )

    def clean_username(self) -> str:
        """Addresses are compared without regard to case; lock-outs count them that way, too."""
        return str(self.cleaned_data["username"]).strip().lower()


@method_decorator(never_cache, name="dispatch")
class SignIn(views.LoginView):
    template_name = "users/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """While the demo's people exist, the page offers them: their password is public anyway."""
        context = super().get_context_data(**kwargs)
        if Shell(self.request).has_demo_users:
            context |= {"demo_emails": demo_emails(), "demo_password": settings.DEMO_PASSWORD}
        return context

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """422, so that programs and htmx can tell a refusal from a page."""
        note_failed_sign_in(request=self.request, email=str(form.cleaned_data.get("username", "")))
        return self.render_to_response(self.get_context_data(form=form), status=422)


def locked_out(request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
    """What django-axes answers after too many wrong passwords: when to try again, not whether the e-mail exists."""
    seconds = int(settings.AXES_COOLOFF_TIME.total_seconds())
    minutes = seconds // 60
    message = ngettext(
        "Too many wrong passwords. Signing in is closed for %(minutes)d minute.",
        "Too many wrong passwords. Signing in is closed for %(minutes)d minutes.",
        minutes,
    ) % {"minutes": minutes}
    return error_pages.too_many(request, message, after=seconds)
