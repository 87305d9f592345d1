"""Finance settings › E-mail templates: what e-mails begin with, by kind and language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from finance import access
from finance.choices import EmailKind
from finance.documents import mail
from finance.documents.mail_sample import sample_values
from finance.models import EmailTemplate, Membership
from finance.rights import Right
from finance.selectors import emails as selectors
from finance.services import email_templates as services
from finance.ui.compose import compose
from finance.ui.pages import actor_of, add_refusal, page, show
from finance.ui.trial_mail import TrialMail
from finsuite.kernel.errors import DomainError, NotFound, Refused
from finsuite.kernel.versions import version_of


class TemplateForm(forms.Form):
    """A template's own fields; whether its variables exist is for the service to say."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=255)
    body = forms.CharField(label=gettext_lazy("Text"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 12}))
    is_default = forms.BooleanField(label=gettext_lazy("Used by default"), required=False)


@dataclass(frozen=True)
class Group:
    """The templates of one kind in one language."""

    language: str
    language_name: str
    templates: list[selectors.Template]
    new_url: str
    try_url: str


@page(Right.MANAGE_EMAILS)
def email_template_list(request: HttpRequest, member: Membership) -> HttpResponse:
    """Every template; finsuite's own where the organization has no default of its own."""
    organization = member.organization
    written = selectors.all_templates(organization)
    kinds = []
    for kind in EmailKind:
        groups = []
        for language, name in settings.LANGUAGES:
            mine = [row for row in written if (row.kind, row.language) == (kind, language)]
            new_url = reverse("finance:email_template_create", args=[organization.pk, kind.value, language])
            try_url = reverse("finance:email_template_try", args=[organization.pk, kind.value, language])
            listed = selectors.with_standard(mine, kind, language)
            groups.append(Group(language, str(name), listed, new_url, try_url))
        kinds.append((kind.label, groups))
    context = {"kinds": kinds, "email_templates_is_current": True}
    return show(request, member, "finance/settings/email_templates.html", context)


@page(Right.MANAGE_EMAILS, "GET", "POST")
def email_template_create(request: HttpRequest, member: Membership, kind: str, language: str) -> HttpResponse:
    """A new template, which begins as finsuite's own; the first one is the default."""
    of = _kind(kind)
    names = dict(settings.LANGUAGES)
    if language not in names:
        raise NotFound(_("There is no such page."))
    standard = selectors.standard_template(of, language)
    has_default = any(found.id for found in selectors.templates(member.organization, of, language) if found.is_default)
    initial = {"name": "", "subject": standard.subject, "body": standard.body, "is_default": not has_default}
    form = TemplateForm(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.create_template(
                    actor=actor_of(request),
                    organization=member.organization,
                    kind=kind,
                    language=language,
                    values=form.cleaned_data,
                )
            except DomainError as refusal:
                status = add_refusal(form, refusal)
            else:
                messages.success(request, _("The template is saved."))
                return redirect("finance:email_template_list", organization=member.organization_id)
    return _form(request, member, form, of, language, {}, status)


@page(Right.MANAGE_EMAILS, "GET", "POST")
def email_template_edit(request: HttpRequest, member: Membership, template: int) -> HttpResponse:
    """A template's name, subject and text."""
    record = access.email_template(member.organization, template)
    initial = {name: getattr(record, name) for name in services.WRITABLE}
    form = TemplateForm(request.POST or None, initial=initial)
    version = request.POST.get("version") or version_of(record)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.update_template(
                    actor=actor_of(request), template=record, values=form.cleaned_data, version=version
                )
            except DomainError as refusal:
                status = add_refusal(form, refusal)
            else:
                messages.success(request, _("The template is saved."))
                return redirect("finance:email_template_list", organization=member.organization_id)
    context = {"template": record, "version": version}
    return _form(request, member, form, EmailKind(record.kind), record.language, context, status)


@page(Right.MANAGE_EMAILS, "POST")
def email_template_delete(request: HttpRequest, member: Membership, template: int) -> HttpResponse:
    """Delete a template."""
    record: EmailTemplate = access.email_template(member.organization, template)
    services.delete_template(actor=actor_of(request), template=record, version=request.POST.get("version"))
    messages.success(request, _("The template “%(name)s” is deleted.") % {"name": record.name})
    return redirect("finance:email_template_list", organization=member.organization_id)


@page(Right.MANAGE_EMAILS, "POST")
def email_template_preview(request: HttpRequest, member: Membership, kind: str, language: str) -> HttpResponse:
    """What the form would make of an example."""
    of = _kind(kind)
    if language not in dict(settings.LANGUAGES):
        raise NotFound(_("There is no such page."))
    subject, body = request.POST.get("subject", "")[:255], request.POST.get("body", "")[:10_000]
    context: dict[str, Any] = {"language": language}
    try:
        for field, text in (("subject", subject), ("body", body)):
            mail.check(text, of, field=field)
    except Refused as refusal:
        context["problem"] = refusal.message
    values = sample_values(member.organization, language, sender=request.user)
    context |= {"subject": mail.filled(subject, values), "body": mail.filled(body, values)}
    return show(request, member, "finance/settings/email_template_preview.html", context)


@page(Right.MANAGE_EMAILS, "GET", "POST")
def email_template_try(request: HttpRequest, member: Membership, kind: str, language: str) -> HttpResponse:
    """Send oneself an example, as customers would get it."""
    if language not in dict(settings.LANGUAGES):
        raise NotFound(_("There is no such page."))
    return compose(request, member, TrialMail(member.organization, _kind(kind), language, request.user))


def _form(
    request: HttpRequest,
    member: Membership,
    form: TemplateForm,
    kind: EmailKind,
    language: str,
    context: dict[str, Any],
    status: int,
) -> HttpResponse:
    values = sample_values(member.organization, language, sender=request.user)
    told = {name: form[name].value() or "" for name in ("subject", "body")}
    known = {
        "form": form,
        "kind": kind,
        "language": language,
        "language_name": dict(settings.LANGUAGES)[language],
        "variables": [(f"{{{{{name}}}}}", meaning) for name, meaning in sorted(mail.variables(kind).items())],
        "subject": mail.filled(told["subject"], values),
        "body": mail.filled(told["body"], values),
        "email_templates_is_current": True,
    }
    return show(request, member, "finance/settings/email_template_form.html", {**known, **context}, status=status)


def _kind(kind: str) -> EmailKind:
    if kind not in EmailKind.values:
        raise NotFound(_("There is no such page."))
    return EmailKind(kind)


urlpatterns: list[URLPattern | URLResolver] = [
    path("", email_template_list, name="email_template_list"),
    path("<id:template>/", email_template_edit, name="email_template_edit"),
    path("<id:template>/delete/", email_template_delete, name="email_template_delete"),
    path("<slug:kind>/<slug:language>/", email_template_create, name="email_template_create"),
    path("<slug:kind>/<slug:language>/try/", email_template_try, name="email_template_try"),
    path("<slug:kind>/<slug:language>/preview/", email_template_preview, name="email_template_preview"),
]
