"""Writing an e-mail about something: to whom, from which template, with which files.

Whatever can be e-mailed says of itself what `Composable` asks; its own view then calls `compose`:

    @page(Right.EMAIL, "GET", "POST")
    def payment_email(request: HttpRequest, member: Membership, payment: int) -> HttpResponse:
        record = access.payment(member.organization, Payment, payment)
        return compose(request, member, ReceiptMail(record))
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from finance.models import Email, Membership
from finance.selectors import emails as selectors
from finance.selectors.emails import Template
from finance.services.correspondence import Correspondence, Wanted, begin, chosen_of, sender_of, write
from finance.services.emails import BODY, SUBJECT
from finance.ui.pages import actor_of, add_refusal, show
from finsuite.kernel.errors import DomainError

_BETWEEN = re.compile(r"[,;\s]+")


class Composable(Correspondence, Protocol):
    """What an e-mail can be written about on a page.

    `title` is what people call it ("Invoice INV-00012"), `url` its page, `pdf_url` where its PDF can be looked at,
    `image_url` a picture of its first page ("" if there is none).
    """

    @property
    def title(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def pdf_url(self) -> str: ...
    @property
    def image_url(self) -> str: ...

    def file_names(self, language: str) -> Sequence[str]:
        """What the files to attach will be called."""


class AddressesField(forms.CharField):
    """Addresses as they are typed or pasted: between commas, semicolons, spaces or line ends."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=10_000, **kwargs)
        self.widget.attrs |= {"autocomplete": "off", "inputmode": "email", "spellcheck": "false"}

    def clean(self, value: Any) -> list[str]:
        text = str(super().clean(value) or "")
        return [part.strip("<>") for part in _BETWEEN.split(text) if "@" in part or part]


class ComposeForm(forms.Form):
    """The e-mail as it is typed. Whether it can be sent is for the service to say."""

    marks_optional = False

    to = AddressesField(label=pgettext_lazy("of an e-mail", "To"))
    cc = AddressesField(label=gettext_lazy("Copy to"), required=False)
    bcc = AddressesField(label=gettext_lazy("Blind copy to"), required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    template = forms.ChoiceField(label=gettext_lazy("Template"), required=False)
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=SUBJECT)
    body = forms.CharField(label=gettext_lazy("Text"), max_length=BODY, widget=forms.Textarea(attrs={"rows": 14}))
    attach = forms.BooleanField(label=gettext_lazy("Attach the PDF"), required=False)

    def __init__(self, data: Any = None, *, templates: Sequence[Template], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        template = self.fields["template"]
        template.choices = [(key_of(one), one.name) for one in templates]  # type: ignore[attr-defined]


def key_of(template: Template) -> str:
    """A template's value in the form."""
    return str(template.id or "standard")


def compose(request: HttpRequest, member: Membership, about: Composable) -> HttpResponse:
    """The page: the form, the form refilled from another template or language (`step=refill`), or sending it."""
    data = request.POST if request.method == "POST" else None
    language = _language(data.get("language") if data else about.language)
    templates = selectors.templates(member.organization, about.kind, language)
    if data is None or data.get("step") == "refill":
        chosen = _chosen(templates, data.get("template", "") if data else "")
        form = ComposeForm(templates=templates, initial=_initial(request, member, about, language, chosen, data))
        return _page(request, member, about, form, language, 200)
    form = ComposeForm(data, templates=templates)
    status = 422
    if form.is_valid():
        try:
            email = _queue(request, member, about, form.cleaned_data)
        except DomainError as refusal:
            status = add_refusal(form, refusal)
        else:
            messages.success(request, _("The e-mail to %(address)s is on its way.") % {"address": email.to[0]})
            return redirect(about.url)
    return _page(request, member, about, form, language, status)


def _queue(request: HttpRequest, member: Membership, about: Composable, typed: Mapping[str, Any]) -> Email:
    names = ("to", "cc", "bcc", "language", "subject", "body", "attach")
    wanted = Wanted(**{name: typed[name] for name in names})
    return write(actor=actor_of(request), organization=member.organization, about=about, wanted=wanted)


def _initial(
    request: HttpRequest, member: Membership, about: Composable, language: str, template: Template, data: Any
) -> dict[str, Any]:
    kept = {name: data.get(name, "") for name in ("to", "cc", "bcc")} if data else {"to": ", ".join(chosen_of(about))}
    sender, organization = sender_of(actor_of(request)), member.organization
    subject, body = begin(template, about.values(language), sender=sender, organization=organization)
    return {
        **kept,
        "language": language,
        "template": key_of(template),
        "subject": subject,
        "body": body,
        "attach": "attach" in data if data else True,
    }


def _page(
    request: HttpRequest, member: Membership, about: Composable, form: ComposeForm, language: str, status: int
) -> HttpResponse:
    is_part = request.htmx and request.POST.get("step") == "refill"  # type: ignore[attr-defined]
    context = {
        "form": form,
        "about": about,
        "suggestions": about.suggestions(),
        "file_names": about.file_names(language),
        "more_addresses": any(form[name].value() or form[name].errors for name in ("cc", "bcc")),
        "has_mail_server": settings.EMAIL_BACKEND != "finsuite.kernel.mail.NoBackend",
    }
    template = "finance/compose_letter.html" if is_part else "finance/compose.html"
    return show(request, member, template, context, status=status)


def _language(asked: str | None) -> str:
    known = dict(settings.LANGUAGES)
    return asked if asked in known else next(iter(known))


def _chosen(templates: Sequence[Template], asked: str) -> Template:
    return next((one for one in templates if key_of(one) == asked), templates[0])
