"""Writing an e-mail about something: to whom, from which template, with which files.

Whatever can be e-mailed says of itself what `Composable` asks; its own view then calls `compose`:

    @page(Right.EMAIL, "GET", "POST")
    def invoice_email(request: HttpRequest, member: Membership, invoice: int) -> HttpResponse:
        record = access.invoice(member.organization, invoice)
        return compose(request, member, InvoiceMail(record))
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from finance.choices import EmailKind
from finance.documents import mail
from finance.models import Email, Membership
from finance.selectors import emails as selectors
from finance.selectors.emails import Template
from finance.services.emails import BODY, SUBJECT, File, Letter, queue_email
from finance.ui.pages import actor_of, add_refusal, show
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import DomainError

_BETWEEN = re.compile(r"[,;\s]+")


@dataclass(frozen=True)
class Suggestion:
    """Somebody to write to: a contact person. Those who are `chosen` are there from the start."""

    address: str
    name: str = ""
    chosen: bool = False


class Composable(Protocol):
    """What an e-mail can be about.

    `title` is what people call it ("Invoice INV-00012"), `url` its page, `pdf_url` where its PDF can be looked at,
    `image_url` a picture of its first page ("" if there is none). `language` is the one that its customer reads.
    """

    kind: EmailKind
    record_kind: str
    record_id: int | None
    title: str
    url: str
    pdf_url: str
    image_url: str
    language: str

    def values(self, language: str) -> Mapping[str, str]:
        """A value for each variable of such e-mails (finance/documents/mail.py), but for the sender's name."""

    def suggestions(self) -> Sequence[Suggestion]:
        """Whom to write to."""

    def files(self, language: str) -> Sequence[File]:
        """The files to attach, drawn as they are to be sent."""

    def file_names(self, language: str) -> Sequence[str]:
        """What they will be called."""

    def emailed(self, *, actor: Actor, email: Email) -> None:
        """It is in the outbox, in this transaction: a draft counts as sent from now on."""


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
        form = ComposeForm(templates=templates, initial=_initial(request, about, language, chosen, data))
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
    """Draw the files first, then write e-mail and document together."""
    files = about.files(typed["language"]) if typed["attach"] else ()
    letter = Letter(
        kind=about.kind,
        to=typed["to"],
        cc=typed["cc"],
        bcc=typed["bcc"],
        subject=typed["subject"],
        body=typed["body"],
        language=typed["language"],
        files=files,
        record_kind=about.record_kind,
        record_id=about.record_id,
    )
    actor = actor_of(request)
    with transaction.atomic():
        email = queue_email(actor=actor, organization=member.organization, letter=letter)
        about.emailed(actor=actor, email=email)
    return email


def _initial(request: HttpRequest, about: Composable, language: str, template: Template, data: Any) -> dict[str, Any]:
    person: Any = request.user
    values = {**about.values(language), "sender": person.get_full_name() or person.email}
    chosen = [suggestion.address for suggestion in about.suggestions() if suggestion.chosen]
    kept = {name: data.get(name, "") for name in ("to", "cc", "bcc")} if data else {"to": ", ".join(chosen)}
    return {
        **kept,
        "language": language,
        "template": key_of(template),
        "subject": mail.filled(template.subject, values)[:SUBJECT],
        "body": mail.filled(template.body, values)[:BODY],
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
