"""Changing many records at once: choose what, see what would happen, do it; and what was done, with its undo."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.access import Access
from crm.choices import Level, Module
from crm.models import RECORDS, BulkChange, BulkKind, BulkState, BulkUndo
from crm.models.modules import singular
from crm.selectors.bulk import bulk_changes, bulk_rows, get_bulk_change, told_rows
from crm.selectors.custom_fields import custom_fields
from crm.selectors.exports import export_selection
from crm.services import bulk as services
from crm.services.bulk_undo import undo_bulk, why_not
from crm.ui.addresses import address
from crm.ui.base import actor_of, in_organization
from crm.ui.bulk_forms import FieldChoice, TagChoice
from crm.ui.filters import read_json
from crm.ui.modules import PAGES
from finsuite.kernel import formats
from finsuite.kernel.errors import NotFound, Refused
from finsuite.kernel.ids import read_id

PAGE = 20
ROWS = 50
KINDS = {"edit": BulkKind.EDIT, "tags": BulkKind.EDIT, "owner": BulkKind.OWNER, "delete": BulkKind.DELETE}
TONES = {
    BulkState.RUNNING: "progress",
    BulkState.DONE: "success",
    BulkState.FAILED: "danger",
    BulkState.UNDOING: "progress",
    BulkState.UNDONE: "off",
}
ROW_TONES = {"changed": "success", "unchanged": "off", "refused": "danger"}
UNDO_TONES = {"restored": "success", "kept": "warning", "failed": "danger"}
SELECTING = ("row", "everything", "view", "filter", "q", "tag", "back")


@require_http_methods(["GET", "HEAD", "POST"])
@in_organization
def bulk(request: HttpRequest, access: Access, module: str) -> HttpResponse:
    """The steps of a bulk change: the form, then the preview (`step=preview`), then doing it (`step=apply`)."""
    if module not in Module.values:
        raise NotFound(_("There is no such page."))
    of = Module(module)
    given = request.POST if request.method == "POST" else request.GET
    act, step = given.get("act", "edit"), given.get("step", "")
    selection = _selection(given)
    if request.method == "POST" and not selection.get("ids", True):
        messages.warning(request, _("Tick the records first."))
        return redirect(_back(access, of, given))
    if act in ("export", "merge"):
        return redirect(_elsewhere(access, of, act, given, selection))
    if act not in KINDS:
        raise NotFound(_("There is no such page."))
    access.require(of, services.LEVELS[KINDS[act]])
    name = "owner_id" if act == "owner" else given.get("field", "")
    data = given if request.method == "POST" and (step or act == "delete") else None
    choice: Any = TagChoice(access, data) if act == "tags" else FieldChoice(access, of, name, data)
    page = _Page(request, access, of, act, given, selection, choice)
    if request.method != "POST" or (not step and act != "delete"):
        return page.form()
    if act != "delete" and not choice.is_valid():
        return page.form()
    try:
        return page.apply() if step == "apply" else page.preview()
    except Refused as refused:
        return page.form(refused)


class _Page:
    """One request of these steps."""

    def __init__(
        self,
        request: HttpRequest,
        access: Access,
        module: Module,
        act: str,
        given: QueryDict,
        selection: dict[str, Any],
        choice: Any,
    ) -> None:
        self.request, self.access, self.module, self.act = request, access, module, act
        self.given, self.selection, self.choice = given, selection, choice

    def form(self, refused: Refused | None = None) -> HttpResponse:
        """What is to be changed."""
        context = self._context() | {"refused": refused}
        if self.act == "tags":
            context |= {"form": self.choice, "fields": list(self.choice)}
        else:
            context |= {"choice": self.choice, "form": self.choice.form, "fields": list(self.choice.bound())}
        is_wrong = refused is not None or (context["form"] is not None and context["form"].is_bound)
        return render(self.request, "crm/bulk_form.html", context, status=422 if is_wrong else 200)

    def preview(self) -> HttpResponse:
        """What would happen."""
        plan = services.plan_bulk(**self._asked())
        hidden = [
            (name, value)
            for name, values in self.given.lists()
            if name not in ("csrfmiddlewaretoken", "step")
            for value in values
        ]
        let_go = [(_hanging(name), count) for name, count in plan.let_go.items() if count]
        context = self._context() | {"plan": plan, "hidden": hidden, "let_go": let_go}
        context |= {"changes": self._changes(), "slot": f"crm.{singular(self.module)}.delete"}
        context["detail_url"] = f"crm:{singular(self.module)}_detail"
        return render(self.request, "crm/bulk_preview.html", context)

    def apply(self) -> HttpResponse:
        """Do it, and go back to the list."""
        change = services.start_bulk(**self._asked())
        said = render_to_string("crm/bulk_toast.html", {"said": told(change), "change": change}, self.request)
        messages.success(self.request, mark_safe(said))  # noqa: S308 – a template's, which escapes
        return redirect(_back(self.access, self.module, self.given))

    def _asked(self) -> dict[str, Any]:
        return {
            "actor": actor_of(self.request),
            "organization": self.access.organization,
            "module": self.module.value,
            "kind": KINDS[self.act].value,
            "selection": self.selection,
            "values": {} if self.act == "delete" else self.choice.values(),
        }

    def _changes(self) -> list[tuple[str, str]]:
        """What is set, in words: (field, value)."""
        if self.act == "delete":
            return []
        if self.act == "tags":
            return [(str(self.choice.fields[name].label), ", ".join(v)) for name, v in self.choice.values().items()]
        form = self.choice.form
        return [
            (
                str(form.fields[name].label),
                "" if self.choice.is_emptied else form.told(name, ",".join(self.given.getlist(name))),
            )
            for name in self.choice.values()
        ]

    def _context(self) -> dict[str, Any]:
        return {
            "access": self.access,
            "module": self.module,
            "words": PAGES[self.module].words,
            "act": self.act,
            "count": self._count(),
            "back": _back(self.access, self.module, self.given),
            "selecting": [(n, v) for n in SELECTING for v in self.given.getlist(n)],
        }

    def _count(self) -> int:
        if "ids" in self.selection:
            return len(self.selection["ids"])
        return export_selection(self.access, self.module, services.selection_of(self.selection)).count()


@require_safe
@in_organization
def bulk_list(request: HttpRequest, access: Access) -> HttpResponse:
    """What was changed in bulk. While one is under way, the list looks again by itself."""
    page = Paginator(bulk_changes(access), PAGE).get_page(request.GET.get("page"))
    changes = [_line(change) for change in page]
    context = {"access": access, "page": page, "changes": changes}
    context["is_under_way"] = any(line["is_under_way"] for line in changes)
    return render(request, "crm/bulk_list.html", context)


@require_safe
@in_organization
def bulk_detail(request: HttpRequest, access: Access, change_id: int) -> HttpResponse:
    """One bulk change, and what became of each record."""
    change = get_bulk_change(access, change_id)
    show = request.GET.get("show", "")
    rows = bulk_rows(change)
    if show in ROW_TONES:
        rows = rows.filter(result=show)
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    found = list(page)
    labels = {row.number: (row.get_result_display(), row.get_undo_display()) for row in found}
    deleted = pgettext("record", "Deleted") if change.kind == BulkKind.DELETE else ""
    told_ = [
        {
            **row,
            "url": address(change.module, "detail", access.organization.pk, row["record_id"])
            if row["is_there"]
            else "",
            "tone": ROW_TONES.get(row["result"], "progress"),
            "undo_tone": UNDO_TONES.get(row["undo"], ""),
            "said": deleted if deleted and row["result"] == "changed" else labels[row["number"]][0] or _("To come"),
            "undo_said": labels[row["number"]][1],
            "kept": [_field(access, change.module, name) for name in row["kept"]],
        }
        for row in told_rows(access, change, found)
    ]
    context = {"access": access, "change": change, "line": _line(change), "rows": told_, "page": page, "show": show}
    context["fields"] = [_field(access, change.module, name) for name in change.values]
    return render(request, "crm/bulk_detail.html", context)


@require_POST
@in_organization
def bulk_undo(request: HttpRequest, access: Access, change_id: int) -> HttpResponse:
    """Take a bulk change back."""
    change = get_bulk_change(access, change_id)
    here = request.META.get("HTTP_REFERER", "")
    try:
        change = undo_bulk(actor=actor_of(request), change=change)
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        _say_undone(request, change)
    list_url = address(change.module, "list", access.organization.pk)
    if list_url in here:
        return redirect(list_url)
    return redirect("crm:bulk_detail", access.organization.pk, change.pk)


def _say_undone(request: HttpRequest, change: BulkChange) -> None:
    back = int(change.undo_results.get(BulkUndo.RESTORED, 0))
    left = sum(change.undo_results.values()) - back
    if change.state == BulkState.UNDOING:
        messages.info(request, _("It is being undone in the background."))
        return
    said = ngettext("%(n)s record is as before.", "%(n)s records are as before.", back) % {"n": formats.number(back)}
    if not left:
        messages.success(request, said)
        return
    more = ngettext(
        "%(n)s record was changed since, or could not be undone: see Bulk changes.",
        "%(n)s records were changed since, or could not be undone: see Bulk changes.",
        left,
    ) % {"n": formats.number(left)}
    messages.warning(request, f"{said} {more}")


def told(change: BulkChange) -> str:
    """What a bulk change has come to, in a sentence."""
    n = formats.number(change.total)
    if change.state == BulkState.RUNNING:
        said = ngettext("%(n)s record is being changed.", "%(n)s records are being changed.", change.total)
        return said % {"n": n}
    n = formats.number(change.changed)
    if change.kind == BulkKind.DELETE:
        return ngettext("%(n)s record deleted.", "%(n)s records deleted.", change.changed) % {"n": n}
    said = ngettext("%(n)s record changed.", "%(n)s records changed.", change.changed) % {"n": n}
    refused = int(change.results.get("refused", 0))
    if not refused:
        return said
    more = ngettext("%(n)s refused.", "%(n)s refused.", refused) % {"n": formats.number(refused)}
    return f"{said} {more}"


def _line(change: BulkChange) -> dict[str, Any]:
    return {
        "change": change,
        "tone": TONES[BulkState(change.state)],
        "refused": change.results.get("refused", 0),
        "unchanged": change.results.get("unchanged", 0),
        "done": sum(change.results.values()),
        "left": sum(n for name, n in change.undo_results.items() if name != BulkUndo.RESTORED),
        "is_under_way": change.state in (BulkState.RUNNING, BulkState.UNDOING),
        "can_undo": not why_not(change),
        "why_not": why_not(change),
    }


def _field(access: Access, module: str, name: str) -> str:
    special = {services.ADD: _("Tags added"), services.REMOVE: _("Tags removed")}
    if name in special:
        return special[name]
    if name.startswith("cf_"):
        known = {field.name: field.label for field in custom_fields(access.organization, module).all}
        return str(known.get(name, name))
    return str(capfirst(str(getattr(RECORDS[Module(module)]._meta.get_field(name), "verbose_name", name))))


def _hanging(name: str) -> str:
    """What hangs on the records, in the plural."""
    module, _column = name.split(".")
    return str(Module(module).label)


def _selection(given: QueryDict) -> dict[str, Any]:
    """The ticked records; or, with `everything`, what the list shows."""
    if not given.get("everything"):
        return {"ids": [key for value in given.getlist("row") if (key := read_id(value)) is not None]}
    criteria = read_json(given.get("filter", ""))
    if tag := given.get("tag", "")[:50]:
        criteria = [*criteria, {"field": "tags", "comparator": "contains", "value": tag}]
    view = "" if "filter" in given else given.get("view", "")  # a filter stands in its view's place
    return {"view": view, "criteria": criteria, "search": given.get("q", "")}


def _back(access: Access, module: Module, given: QueryDict) -> str:
    query = given.get("back", "")[:4_000]
    listing = address(module, "list", access.organization.pk)
    return f"{listing}?{QueryDict(query).urlencode()}" if query else listing


def _elsewhere(access: Access, module: Module, act: str, given: QueryDict, selection: dict[str, Any]) -> str:
    """The page of exports or of merging, for the selection."""
    place = access.organization.pk
    ids = selection.get("ids", [])
    if act == "merge":
        access.require(module, Level.DELETE)
        start = reverse("crm:merge", kwargs={"organization": place, "module": module.value})
        return f"{start}?{urlencode([('id', pk) for pk in ids])}"
    start = reverse("crm:export_new", kwargs={"organization": place, "module": module.value})
    asked = [("row", pk) for pk in ids] or [(n, given[n]) for n in ("view", "filter", "q") if given.get(n)]
    return f"{start}?{urlencode(asked)}"
