"""Moving a card of the board, and taking the move back. Both columns are answered as the server counts them."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.access import Access
from crm.choices import Level, Module
from crm.models import Deal, Stage, StageChange
from crm.selectors.pipelines import get_stage
from crm.selectors.records import get_record
from crm.services.deals import move_deal
from crm.ui.base import actor_of, in_organization
from crm.ui.cells import STAGE_TONES
from crm.ui.deal_board import Board
from crm.ui.deal_moves import MoveForm, PlannedMove, place_faults
from crm.ui.records import seen
from crm.ui.undo import with_undo
from finsuite.kernel import formats, panels
from finsuite.kernel.errors import Conflict, Refused
from finsuite.kernel.ids import read_id
from finsuite.kernel.versions import require_version, version_of

SALT = "crm.deal.move"
UNDO_SECONDS = 3600


@require_POST
@in_organization
def deal_card_move(request: HttpRequest, access: Access, deal_id: int) -> HttpResponse:
    """Moves a card. Where the stage asks for something, or something follows from it, the dialog comes first."""
    access.require(Module.DEALS, Level.EDIT)
    deal: Deal = get_record(access, Module.DEALS, deal_id)
    stage = get_stage(access.organization, request.POST.get("stage", ""))
    version = request.POST.get("version", "")
    try:
        require_version(deal, version or None)
        form = MoveForm(access, deal, stage, request.POST if "asked" in request.POST else None)
        if not form.is_bound and not _asks(request, form, deal, stage):
            return _moved(request, access, deal, stage, {}, version)
        if form.is_bound and form.is_valid():
            return _moved(request, access, deal, stage, form.values(), version)
    except Conflict as conflict:
        return _stale(request, access, deal, stage, conflict)
    except Refused as refused:
        if not form.is_bound:
            raise
        place_faults(form, refused)
    return _ask(request, access, deal, stage, form)


@require_POST
@in_organization
def deal_card_undo(request: HttpRequest, access: Access, deal_id: int) -> HttpResponse:
    """Puts a card back to where it was, with what the deal was then, unless the deal has changed since."""
    access.require(Module.DEALS, Level.EDIT)
    deal: Deal = get_record(access, Module.DEALS, deal_id)
    was = _read(request.GET.get("was", ""))
    if was is None or was["deal"] != deal.pk:
        raise Refused(_("This can't be taken back any more."))
    closing = was["closing_date"]
    values = {name: was[name] for name in ("probability", "lost_reason_id", "lost_note")}
    values["closing_date"] = date.fromisoformat(closing) if closing else None
    left, back = deal.stage_id, get_stage(access.organization, was["stage"])
    try:
        moved = move_deal(actor=actor_of(request), deal=deal, stage_id=back.pk, values=values, version=was["version"])
    except Conflict as conflict:
        return _stale(request, access, deal, back, conflict)
    message = _("“%(deal)s” is back in “%(stage)s”.") % {"deal": moved, "stage": back}
    response = _columns(request, access, request.GET, deal, [left, back.pk])
    response.headers["HX-Trigger"] = json.dumps({"toasts": [{"tone": "success", "message": message}]})
    return response


def _asks(request: HttpRequest, form: MoveForm, deal: Deal, stage: Stage) -> bool:
    """Whether there is anything to fill in, or to be told, before the deal moves."""
    return form.asks or bool(panels.render("crm.deal.before_move", request, PlannedMove(deal, stage)))


def _ask(request: HttpRequest, access: Access, deal: Deal, stage: Stage, form: MoveForm) -> HttpResponse:
    state = [("asked", "1"), *((name, request.POST.get(name, "")) for name in ("board", "from", "shown"))]
    seen(access, deal)
    context = {
        "access": access,
        "deal": deal,
        "stage": stage,
        "form": form,
        "tone": STAGE_TONES[stage.category],
        "plan": PlannedMove(deal, stage),
        "move_url": reverse("crm:deal_card_move", args=[access.organization.pk, deal.pk]),
        "board_state": state,
    }
    return render(request, "crm/deal_move_dialog.html", context, status=422 if form.is_bound else 200)


def _moved(
    request: HttpRequest, access: Access, deal: Deal, stage: Stage, values: dict[str, Any], version: str
) -> HttpResponse:
    was = _state(deal)
    moved = move_deal(actor=actor_of(request), deal=deal, stage_id=stage.pk, values=values, version=version or None)
    token = signing.dumps({**was, "version": version_of(moved)}, salt=SALT, compress=True)
    asked = QueryDict(mutable=True)
    asked.update({"was": token, "board": request.POST.get("board", ""), "shown": request.POST.get("shown", "")})
    place = reverse("crm:deal_card_undo", args=[access.organization.pk, deal.pk])
    response = _columns(request, access, request.POST, deal, [was["stage"], stage.pk])
    message = _("“%(deal)s” moved to “%(stage)s”.") % {"deal": moved, "stage": stage}
    return with_undo(response, message, f"{place}?{asked.urlencode()}")


def _state(deal: Deal) -> dict[str, Any]:
    """What a move may change of a deal, to be put back by its undo."""
    return {
        "deal": deal.pk,
        "stage": deal.stage_id,
        "probability": deal.probability,
        "closing_date": deal.closing_date and deal.closing_date.isoformat(),
        "lost_reason_id": deal.lost_reason_id,
        "lost_note": deal.lost_note,
    }


def _read(token: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = signing.loads(token, salt=SALT, max_age=UNDO_SECONDS)
    except signing.BadSignature:
        return None
    return found


def _stale(request: HttpRequest, access: Access, deal: Deal, stage: Stage, conflict: Conflict) -> HttpResponse:
    """Somebody was faster: who, and where the deal is now. The columns are shown as they are."""
    now: Deal = get_record(access, Module.DEALS, deal.pk)
    thought = read_id(request.POST.get("from", "")) or now.stage_id
    message = conflict.message
    if thought != now.stage_id:
        last = StageChange.objects.of(access.organization).filter(deal=now).order_by("-at", "-id").first()
        if last is not None:
            message = _("%(person)s has moved “%(deal)s” to “%(stage)s” %(when)s. It has not been moved again.") % {
                "person": last.actor_name or _("Somebody"),
                "deal": now,
                "stage": now.stage,
                "when": formats.ago(last.at),
            }
    given = request.GET if "was" in request.GET else request.POST
    response = _columns(request, access, given, now, [thought, now.stage_id, stage.pk])
    response.status_code = 422  # htmx swaps it
    response.headers["HX-Trigger"] = json.dumps({"toasts": [{"tone": "warning", "message": message}]})
    return response


def _columns(request: HttpRequest, access: Access, given: QueryDict, deal: Deal, stage_ids: list[int]) -> HttpResponse:
    """The columns that the deal left and entered, to be put in the place of those on the page."""
    request.GET = QueryDict(given.get("board", "").lstrip("?"))
    found = Board(request, access)
    columns = found.some(list(dict.fromkeys(stage_ids)), read_id(given.get("shown", "")) or 0)
    response = render(request, "crm/deal_board_moved.html", {**found.context, "columns": columns})
    response.headers["HX-Trigger-After-Settle"] = json.dumps({"deal-moved": {"id": deal.pk}})
    return response
