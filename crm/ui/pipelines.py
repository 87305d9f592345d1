"""Setup › Pipelines: pipelines, their stages, and the reasons why deals are lost."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.access import Access
from crm.models import Pipeline
from crm.selectors.pipelines import (
    get_lost_reason,
    get_pipeline,
    get_stage,
    lost_reasons,
    pipelines_with_stages,
    stages_with_counts,
)
from crm.services import lost_reasons as reason_services
from crm.services import pipelines as services
from crm.services import stages as stage_services
from crm.ui.base import actor_of, in_setup
from crm.ui.cells import STAGE_TONES
from crm.ui.pipeline_forms import LostReasonForm, PipelineForm, StageDeleteForm, StageForm
from finsuite.kernel.errors import DomainError, NotFound, Refused
from finsuite.kernel.ids import read_id
from finsuite.kernel.versions import version_of

GET_AND_POST = ["GET", "HEAD", "POST"]


@require_safe
@in_setup
def pipeline_list(request: HttpRequest, access: Access) -> HttpResponse:
    return _listed(request, access, PipelineForm(), LostReasonForm())


@require_POST
@in_setup
def pipeline_add(request: HttpRequest, access: Access) -> HttpResponse:
    """One more way of selling."""
    form = PipelineForm(request.POST)
    if form.is_valid():
        values = {name: value for name, value in form.cleaned_data.items() if name != "version"}
        try:
            made = services.create_pipeline(actor=actor_of(request), organization=access.organization, values=values)
        except Refused as refused:
            _refuse(form, refused)
        else:
            messages.success(
                request, _("The pipeline “%(name)s” is made. Change its stages as you like.") % {"name": made}
            )
            return redirect("crm:pipeline_detail", organization=access.organization.pk, pipeline_id=made.pk)
    return _listed(request, access, form, LostReasonForm())


@require_http_methods(GET_AND_POST)
@in_setup
def pipeline_detail(request: HttpRequest, access: Access, pipeline_id: int) -> HttpResponse:
    """A pipeline's stages in order; its name, and whether it is the default."""
    pipeline = get_pipeline(access.organization, pipeline_id)
    initial = {name: getattr(pipeline, name) for name in services.WRITABLE} | {"version": version_of(pipeline)}
    form = PipelineForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = {name: value for name, value in form.cleaned_data.items() if name != "version"}
        try:
            saved = services.update_pipeline(
                actor=actor_of(request),
                pipeline=pipeline,
                values=values,
                version=form.cleaned_data["version"] or None,
            )
        except Refused as refused:
            _refuse(form, refused)
        else:
            messages.success(request, _("The pipeline “%(name)s” is saved.") % {"name": saved})
            return _to(access, pipeline)
    return _detailed(request, access, pipeline, form, StageForm())


@require_POST
@in_setup
def pipeline_delete(request: HttpRequest, access: Access, pipeline_id: int) -> HttpResponse:
    pipeline = get_pipeline(access.organization, pipeline_id)
    try:
        services.delete_pipeline(actor=actor_of(request), pipeline=pipeline)
    except Refused as refused:
        messages.error(request, refused.message)
        return _to(access, pipeline)
    messages.success(request, _("The pipeline “%(name)s” is deleted.") % {"name": pipeline})
    return redirect("crm:pipeline_list", organization=access.organization.pk)


@require_POST
@in_setup
def stage_add(request: HttpRequest, access: Access, pipeline_id: int) -> HttpResponse:
    pipeline = get_pipeline(access.organization, pipeline_id)
    form = StageForm(request.POST)
    if form.is_valid():
        try:
            made = stage_services.create_stage(actor=actor_of(request), pipeline=pipeline, values=form.values())
        except Refused as refused:
            _refuse(form, refused)
        else:
            messages.success(request, _("The stage “%(name)s” is added.") % {"name": made})
            return _to(access, pipeline)
    initial = {name: getattr(pipeline, name) for name in services.WRITABLE} | {"version": version_of(pipeline)}
    return _detailed(request, access, pipeline, PipelineForm(initial=initial), form)


@require_POST
@in_setup
def stage_order(request: HttpRequest, access: Access, pipeline_id: int) -> HttpResponse:
    """The stages as they were dragged, or with one of them moved a step by its button."""
    pipeline = get_pipeline(access.organization, pipeline_id)
    ids = [found for value in request.POST.getlist("row") if (found := read_id(value)) is not None]
    try:
        stage_services.order_stages(
            actor=actor_of(request),
            pipeline=pipeline,
            ids=_stepped(ids, request.POST.get("move", "")),
            version=request.POST.get("version") or None,
        )
    except Refused as refused:
        messages.error(request, refused.message)
    return _to(access, pipeline)


@require_http_methods(GET_AND_POST)
@in_setup
def stage_edit(request: HttpRequest, access: Access, stage_id: int) -> HttpResponse:
    stage = get_stage(access.organization, stage_id)
    initial = {name: getattr(stage, name) for name in stage_services.WRITABLE} | {"version": version_of(stage)}
    form = StageForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            saved = stage_services.update_stage(
                actor=actor_of(request),
                stage=stage,
                values=form.values(),
                version=form.cleaned_data["version"] or None,
            )
        except Refused as refused:
            _refuse(form, refused)
        else:
            messages.success(request, _("The stage “%(name)s” is saved.") % {"name": saved})
            return _to(access, stage.pipeline)
    context = {"access": access, "stage": stage, "form": form}
    return render(request, "crm/stage_form.html", context, status=_status(form))


@require_http_methods(GET_AND_POST)
@in_setup
def stage_delete(request: HttpRequest, access: Access, stage_id: int) -> HttpResponse:
    """Asks where the deals of the stage go, and deletes it."""
    stage = get_stage(access.organization, stage_id)
    counted = list(stages_with_counts(stage.pipeline))
    heirs = [each for each in counted if each.pk != stage.pk and each.category == stage.category]
    form = StageDeleteForm(heirs, request.POST or None, initial={"version": version_of(stage)})
    if request.method == "POST" and form.is_valid():
        try:
            stage_services.delete_stage(
                actor=actor_of(request),
                stage=stage,
                move_to_id=form.cleaned_data["move_to_id"],
                version=form.cleaned_data["version"] or None,
            )
        except Refused as refused:
            _refuse(form, refused)
        else:
            messages.success(request, _("The stage “%(name)s” is deleted.") % {"name": stage})
            return _to(access, stage.pipeline)
    held: Any = next(each for each in counted if each.pk == stage.pk)
    context = {"access": access, "stage": stage, "form": form, "deal_count": held.deal_count, "heirs": heirs}
    return render(request, "crm/stage_delete.html", context, status=_status(form))


@require_POST
@in_setup
def lost_reason_add(request: HttpRequest, access: Access) -> HttpResponse:
    form = LostReasonForm(request.POST)
    if form.is_valid():
        try:
            reason_services.create_lost_reason(
                actor=actor_of(request), organization=access.organization, values={"name": form.cleaned_data["name"]}
            )
        except Refused as refused:
            _refuse(form, refused)
        else:
            return redirect("crm:pipeline_list", organization=access.organization.pk)
    return _listed(request, access, PipelineForm(), form)


@require_http_methods(GET_AND_POST)
@in_setup
def lost_reason_edit(request: HttpRequest, access: Access, lost_reason_id: int) -> HttpResponse:
    reason = get_lost_reason(access.organization, lost_reason_id)
    initial = {"name": reason.name, "is_active": reason.is_active, "version": version_of(reason)}
    form = LostReasonForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = {name: value for name, value in form.cleaned_data.items() if name != "version"}
        try:
            reason_services.update_lost_reason(
                actor=actor_of(request),
                lost_reason=reason,
                values=values,
                version=form.cleaned_data["version"] or None,
            )
        except Refused as refused:
            _refuse(form, refused)
        else:
            messages.success(request, _("The lost reason “%(name)s” is saved.") % {"name": form.cleaned_data["name"]})
            return redirect("crm:pipeline_list", organization=access.organization.pk)
    context = {"access": access, "reason": reason, "form": form}
    return render(request, "crm/lost_reason_form.html", context, status=_status(form))


@require_POST
@in_setup
def lost_reason_delete(request: HttpRequest, access: Access, lost_reason_id: int) -> HttpResponse:
    reason = get_lost_reason(access.organization, lost_reason_id)
    try:
        reason_services.delete_lost_reason(actor=actor_of(request), lost_reason=reason)
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("The lost reason “%(name)s” is deleted.") % {"name": reason})
    return redirect("crm:pipeline_list", organization=access.organization.pk)


@require_POST
@in_setup
def lost_reason_order(request: HttpRequest, access: Access) -> HttpResponse:
    ids = [found for value in request.POST.getlist("row") if (found := read_id(value)) is not None]
    reason_services.order_lost_reasons(
        actor=actor_of(request), organization=access.organization, ids=_stepped(ids, request.POST.get("move", ""))
    )
    return redirect("crm:pipeline_list", organization=access.organization.pk)


def _stepped(ids: list[int], move: str) -> list[int]:
    """The order, with one row moved: `move` is "12:up" or "12:down"; empty where the order is as dragged."""
    if not move:
        return ids
    key, _colon, way = move.partition(":")
    found = read_id(key)
    if found not in ids or way not in ("up", "down"):
        raise NotFound(_("There is no such record."))
    at = ids.index(found)
    ids.pop(at)
    ids.insert(max(0, at - 1) if way == "up" else at + 1, found)
    return ids


def _listed(request: HttpRequest, access: Access, form: PipelineForm, reason_form: LostReasonForm) -> HttpResponse:
    context = {
        "access": access,
        "form": form,
        "reason_form": reason_form,
        "pipelines": [
            {"pipeline": pipeline, "stages": pipeline.stages.all(), "deal_count": pipeline.deal_count}
            for pipeline in pipelines_with_stages(access.organization).annotate(deal_count=Count("deals"))
        ],
        "reasons": list(lost_reasons(access.organization).annotate(deal_count=Count("deals"))),
    }
    bound: forms.Form = reason_form if reason_form.is_bound else form
    return render(request, "crm/pipeline_list.html", context, status=_status(bound))


def _detailed(
    request: HttpRequest, access: Access, pipeline: Pipeline, form: PipelineForm, stage_form: StageForm
) -> HttpResponse:
    rows: list[Any] = list(stages_with_counts(pipeline))
    context = {
        "access": access,
        "pipeline": pipeline,
        "version": version_of(pipeline),
        "form": form,
        "stage_form": stage_form,
        "rows": [{"stage": stage, "tone": STAGE_TONES[stage.category]} for stage in rows],
        "deal_count": sum(stage.deal_count for stage in rows),
    }
    bound: forms.Form = stage_form if stage_form.is_bound else form
    return render(request, "crm/pipeline_detail.html", context, status=_status(bound))


def _to(access: Access, pipeline: Pipeline) -> HttpResponse:
    return redirect("crm:pipeline_detail", organization=access.organization.pk, pipeline_id=pipeline.pk)


def _refuse(form: forms.Form, refused: DomainError) -> None:
    """Put the service's refusal where the person looks."""
    fields: dict[str, list[str]] = getattr(refused, "fields", {})
    placed = {name: said for name, said in fields.items() if name in form.fields}
    for name, said in placed.items():
        form.add_error(name, said)
    if not placed:
        form.add_error(None, refused.message)


def _status(form: forms.Form) -> int:
    return 422 if form.is_bound else 200
