"""Moving a deal to another stage: the dialog that asks for what the stage needs, which is a page without JavaScript."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from crm.access import Access
from crm.choices import Level, Module, StageCategory
from crm.models import Deal, Stage
from crm.selectors.pipelines import get_stage, lost_reasons, stages
from crm.selectors.records import get_record
from crm.services.deals import move_deal
from crm.services.stage_moves import today_in
from crm.ui.addresses import address
from crm.ui.base import actor_of, in_organization
from crm.ui.cells import STAGE_TONES
from crm.ui.records import seen
from finsuite.kernel.errors import Conflict, Refused
from finsuite.kernel.versions import version_of


@dataclass(frozen=True)
class PlannedMove:
    """What the slot `crm.deal.before_move` is asked about: this deal is about to enter this stage."""

    deal: Deal
    stage: Stage


class MoveForm(forms.Form):
    """What a stage asks for: a closing date when the deal is won, a reason when it is lost."""

    version = forms.CharField(widget=forms.HiddenInput, required=False)
    stage = forms.CharField(widget=forms.HiddenInput)
    closing_date = forms.DateField(
        label=gettext_lazy("Closing date"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "autofocus": True}),
    )
    lost_reason_id = forms.TypedChoiceField(
        label=gettext_lazy("Lost reason"),
        coerce=int,
        empty_value=None,
        widget=forms.Select(attrs={"autofocus": True}),
    )
    lost_note = forms.CharField(
        label=gettext_lazy("What happened"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, access: Access, deal: Deal, stage: Stage, data: Any = None) -> None:
        today = today_in(access.organization)
        super().__init__(data, initial={"version": version_of(deal), "stage": stage.pk, "closing_date": today})
        if stage.category != StageCategory.WON:
            del self.fields["closing_date"]
        if stage.category != StageCategory.LOST:
            del self.fields["lost_reason_id"], self.fields["lost_note"]
            return
        field: Any = self.fields["lost_reason_id"]
        offered = lost_reasons(access.organization).filter(is_active=True)
        field.choices = [("", _("Choose a reason")), *((reason.pk, reason.name) for reason in offered)]

    def values(self) -> dict[str, Any]:
        """What the move brings along."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("version", "stage")}

    @property
    def asks(self) -> bool:
        """Is there anything to fill in?"""
        return len(self.fields) > 2


@require_http_methods(["GET", "HEAD", "POST"])
@in_organization
def deal_move(request: HttpRequest, access: Access, deal_id: int) -> HttpResponse:
    """Asks for what the stage needs, says what the move sets off, and moves. `next` is where to go then."""
    access.require(Module.DEALS, Level.EDIT)
    deal: Deal = seen(access, get_record(access, Module.DEALS, deal_id))
    wanted = request.POST.get("stage") or request.GET.get("stage")
    context: dict[str, Any] = {"access": access, "deal": deal, "back": _back(request, access, deal)}
    if not wanted:
        return render(request, "crm/deal_move_where.html", context | {"stages": list(stages(deal.pipeline))})
    stage = get_stage(access.organization, wanted)
    form = MoveForm(access, deal, stage, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            moved = move_deal(
                actor=actor_of(request),
                deal=get_record(access, Module.DEALS, deal_id),
                stage_id=stage.pk,
                values=form.values(),
                version=form.cleaned_data["version"] or None,
            )
        except Refused as refused:
            place_faults(form, refused)
        except Conflict as conflict:
            form.add_error(None, conflict.message)
            context["is_stale"] = True
        else:
            messages.success(request, _("“%(deal)s” is in “%(stage)s” now.") % {"deal": moved, "stage": stage})
            return _gone(request, context["back"])
    context |= {"form": form, "stage": stage, "tone": STAGE_TONES[stage.category], "plan": PlannedMove(deal, stage)}
    is_dialog = bool(getattr(request, "htmx", False))
    template = "crm/deal_move_dialog.html" if is_dialog else "crm/deal_move.html"
    return render(request, template, context, status=_status(form, context))


def _status(form: MoveForm, context: dict[str, Any]) -> int:
    if not form.is_bound:
        return 200
    return 409 if context.get("is_stale") and not context.get("is_dialog") else 422


def place_faults(form: MoveForm, refused: Refused) -> None:
    """Say what was refused beside the controls that it is about, else above them."""
    placed = {name: said for name, said in refused.fields.items() if name in form.fields}
    for name, said in placed.items():
        form.add_error(name, said)
    if not placed:
        form.add_error(None, refused.message)


def _back(request: HttpRequest, access: Access, deal: Deal) -> str:
    """Where the person came from: the board, or the deal's page."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    if asked and url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure()):
        return asked
    return address(Module.DEALS, "detail", access.organization.pk, deal.pk)


def _gone(request: HttpRequest, place: str) -> HttpResponse:
    return HttpResponseClientRedirect(place) if getattr(request, "htmx", False) else redirect(place)
