"""Finance settings › Look of documents: the template, the colour and the paper, with a picture of each."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from finance.choices import Look, Paper
from finance.models import Membership, Preferences
from finance.models.preferences import validate_colour
from finance.rights import Right
from finance.selectors.preferences import preferences
from finance.services.preferences import update_preferences
from finance.ui.documents.mailing import picture_answer
from finance.ui.pages import actor_of, add_refusal, page, show
from finance.ui.trial_mail import example
from finsuite.kernel.errors import DomainError, NotFound
from finsuite.kernel.versions import version_of


class LookForm(forms.Form):
    """What documents look like."""

    look = forms.ChoiceField(label=gettext_lazy("Template"), choices=Look.choices, widget=forms.RadioSelect)
    accent = forms.CharField(
        label=gettext_lazy("Accent colour"),
        validators=[validate_colour],
        widget=forms.TextInput(attrs={"type": "color"}),
    )
    paper = forms.ChoiceField(label=gettext_lazy("Paper"), choices=Paper.choices)


@page(Right.SETTINGS, "GET", "POST")
def document_look(request: HttpRequest, member: Membership) -> HttpResponse:
    """The choice, each template shown with an example of the organization's own."""
    organization = member.organization
    kept = preferences(organization)
    form = LookForm(request.POST or None, initial={"look": kept.look, "accent": kept.accent, "paper": kept.paper})
    version = request.POST.get("version") or version_of(kept)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                update_preferences(
                    actor=actor_of(request), organization=organization, values=form.cleaned_data, version=version
                )
            except DomainError as refusal:
                status = add_refusal(form, refusal)
            else:
                messages.success(request, _("The look of documents is saved."))
                return redirect("finance:document_look", organization=organization.pk)
    return show(request, member, "finance/settings/document_look.html", _context(member, form, version), status=status)


@page(Right.SETTINGS, "POST")
def document_look_preview(request: HttpRequest, member: Membership) -> HttpResponse:
    """The same pictures in a colour and on a paper that are not saved yet."""
    return show(request, member, "finance/settings/document_look_pages.html", _context(member, LookForm(request.POST)))


@page(Right.SETTINGS)
def document_look_image(request: HttpRequest, member: Membership, look: str) -> HttpResponse:
    """A picture of the example in one template; `?accent=…&paper=…` try others on."""
    if look not in Look.values:
        raise NotFound(_("There is no such template."))
    tried = Preferences(look=look, accent=request.GET.get("accent", ""), paper=request.GET.get("paper", ""))
    kept = preferences(member.organization)
    form = LookForm({"look": look, "accent": tried.accent, "paper": tried.paper})
    if not form.is_valid():
        tried.accent, tried.paper = kept.accent, kept.paper
    return picture_answer(example(member.organization, tried, language=member.organization.language))


def _context(member: Membership, form: LookForm, version: str = "") -> dict[str, Any]:
    accent, paper = form["accent"].value() or "", form["paper"].value() or ""
    pages = [
        {
            "value": value,
            "label": label,
            "checked": form["look"].value() == value,
            "url": reverse("finance:document_look_image", args=[member.organization_id, value]),
        }
        for value, label in Look.choices
    ]
    known = {"pages": pages, "accent": accent, "paper": paper, "look_is_current": True}
    return {"form": form, "version": version, **known}


urlpatterns: list[URLPattern | URLResolver] = [
    path("", document_look, name="document_look"),
    path("preview/", document_look_preview, name="document_look_preview"),
    path("<slug:look>.png", document_look_image, name="document_look_image"),
]
