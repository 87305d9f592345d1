"""The pages that all modules have in common: list, make, change, delete, look up, history; each from its `Pages`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.access import Access
from crm.choices import Level, Module
from crm.imports.fields import FIELDS as IMPORTED
from crm.models import RECORDS, Record
from crm.models.modules import references, referred, singular
from crm.selectors.custom_fields import custom_fields
from crm.selectors.duplicates import Duplicate
from crm.selectors.history import history
from crm.selectors.records import find_records, get_record, record_rows
from crm.services import records as services
from crm.services.kinds import KINDS
from crm.ui import addresses, merge_with
from crm.ui.base import actor_of
from crm.ui.duplicates import likely_duplicates
from crm.ui.forms import RecordForm
from crm.ui.lists import Listing, answer
from crm.ui.overview import overview
from crm.ui.sections import Section
from finsuite.kernel.errors import Conflict, NotFound, Refused
from finsuite.kernel.ids import read_id
from finsuite.kernel.versions import version_of

SUGGESTIONS = 8


@dataclass(frozen=True)
class Words:
    """What the pages of one module say. Whole sentences, since no language builds them like another."""

    name: Any  # the heading of the names' column: "Account"
    new: Any
    none_yet: Any
    why_none: Any
    none_match: Any
    show_all: Any
    look_only: Any  # to whoever may not make one, while there are none
    nobody: Any  # that no member owns it
    views: Any  # what the tabs are called together
    about: Any
    kept: Any  # what becomes of a deleted one
    delete: Any
    delete_many: Any  # as a question
    delete_these: Any  # as the button
    let_go: Any = ""  # what becomes of what refers to those that are deleted


@dataclass(frozen=True)
class Tab:
    """A tab of a record's page."""

    name: str
    label: Any
    url: str
    count: int | None = None


def _nothing(request: HttpRequest, access: Access) -> dict[str, Any]:
    return {}


def _alone(access: Access, record: Any) -> dict[str, Any]:
    return {}


def _by_itself(record: Any) -> str:
    return ""


@dataclass(frozen=True)
class Pages:
    """What is particular to the pages of one module."""

    module: Module
    icon: str
    words: Words
    sections: Sequence[Section]
    listing: Listing
    detail: Callable[[Any], str] = _by_itself  # what is told beside a record's name where one looks it up
    detail_needs: tuple[str, ...] = ()  # the records that this reads
    initial: Callable[[HttpRequest, Access], dict[str, Any]] = _nothing  # what the form of a new one begins with
    around: Callable[[Access, Any], dict[str, Any]] = _alone  # for every tab: `tabs` of its own, `stays`, and the rest

    @property
    def model(self) -> type[Record]:
        return RECORDS[self.module]

    @property
    def singular(self) -> str:
        """In the names of templates and addresses: "account"."""
        return singular(self.module)

    def address(self, page: str, access: Access, record: Any = None) -> str:
        """The address of one of these pages."""
        return addresses.address(self.module, page, access.organization.pk, record and record.pk)


def listed(pages: Pages, request: HttpRequest, access: Access) -> HttpResponse:
    """The list."""
    access.require(pages.module, Level.VIEW)
    context = {
        "pages": pages,
        "words": pages.words,
        "slot": f"crm.{pages.singular}",
        "may_import": pages.module in IMPORTED,
        "list_url": pages.address("list", access),
        "new_url": pages.address("create", access),
        "bulk_url": reverse("crm:bulk", kwargs={"organization": access.organization.pk, "module": pages.module.value}),
        "may_delete": access.may(pages.module, Level.DELETE),
    }
    rows = record_rows(access, pages.module)
    if tag := request.GET.get("tag", "")[:50]:
        rows, context = rows.filter(tags__contains=[tag]), {**context, "tag": tag}
    return answer(request, access, pages.listing, rows, context)


def frame(pages: Pages, request: HttpRequest, access: Access, record_id: int, tab: str) -> dict[str, Any]:
    """What every tab of a record's page shows around its own content: the context of crm/record_frame.html."""
    access.require(pages.module, Level.VIEW)
    record = seen(access, get_record(access, pages.module, record_id))
    own = pages.around(access, record)
    may_edit, may_delete = access.may(pages.module, Level.EDIT), access.may(pages.module, Level.DELETE)
    return {
        "access": access,
        "pages": pages,
        "words": pages.words,
        "frame": f"crm/{pages.singular}_frame.html",
        "slot": f"crm.{pages.singular}",
        "record": record,
        pages.singular: record,
        "tab": tab,
        "may_edit": may_edit,
        "may_delete": may_delete,
        "merge_with": merge_with.picker(access, pages.module, record.pk) if may_edit and may_delete else "",
        "version": version_of(record),
        "list_url": pages.address("list", access),
        "owner_url": pages.address("owner", access, record),
        "edit_url": pages.address("edit", access, record),
        "delete_url": pages.address("delete", access, record),
        **own,
        "tabs": [
            Tab("overview", _("Overview"), pages.address("detail", access, record)),
            Tab("activity", _("Activity"), pages.address("activity", access, record)),
            Tab("files", _("Files"), pages.address("files", access, record)),
            *own.get("tabs", ()),
        ],
        "last_tabs": [Tab("history", _("History"), pages.address("history", access, record))],
    }


def seen(access: Access, record: Record) -> Any:
    """The record for its page: what it refers to and the person may not see is not there. It is not to be saved."""
    for column in references(type(record)):
        name, module = column.removesuffix("_id"), referred(type(record), column)
        target = record._state.fields_cache.get(name)  # what was read along; the rest nobody looks at
        if module and target is not None and not access.sees(module, target.owner_id):
            setattr(record, name, None)
    return record


def detailed(pages: Pages, request: HttpRequest, access: Access, record_id: int) -> HttpResponse:
    """A record's first tab: what its fields say."""
    context = frame(pages, request, access, record_id, "overview")
    context |= overview(access, context["record"], pages.sections, custom_fields(access.organization, pages.module))
    return render(request, "crm/record_detail.html", context)


def peeked(pages: Pages, request: HttpRequest, access: Access, record_id: int) -> HttpResponse:
    """What a record's fields say, for the panel beside the list."""
    access.require(pages.module, Level.VIEW)
    record = seen(access, get_record(access, pages.module, record_id))
    context = {"access": access, "record": record, "detail_url": pages.address("detail", access, record)}
    return render(
        request,
        "crm/record_peek.html",
        context | overview(access, record, pages.sections, custom_fields(access.organization, pages.module)),
    )


def created(pages: Pages, request: HttpRequest, access: Access) -> HttpResponse:
    """The form of a new record, and making it."""
    access.require(pages.module, Level.CREATE)
    start = {
        "currency": access.organization.home_currency,
        "owner_id": request.user.pk,
        **pages.initial(request, access),
    }
    form = RecordForm(
        access,
        pages.model,
        pages.sections,
        initial=start,
        data=request.POST or None,
        custom=custom_fields(access.organization, pages.module),
    )
    found: list[Duplicate] = []
    if request.method == "POST" and form.is_valid():
        values = _new_values(form)
        found = [] if "anyway" in request.POST else likely_duplicates(request, access, pages.module, values)
        if not found and (record := _made(pages, request, access, form, values)):
            messages.success(request, _("“%(name)s” is created.") % {"name": record})
            return redirect(_place_of(pages, access, record))
    context = {"access": access, "form": form, "title": pages.words.new, "back": pages.address("list", access)}
    context |= {"duplicates": found, "page_name": f"crm:{pages.singular}_detail"}
    return render(request, "crm/record_form.html", context, status=422 if form.is_bound else 200)


def _made(pages: Pages, request: HttpRequest, access: Access, form: RecordForm, values: dict[str, Any]) -> Any:
    """The new record; None where it is refused, and the form says why."""
    kind = KINDS[pages.module]
    try:
        return services.create_one(kind, actor=actor_of(request), organization=access.organization, values=values)
    except Refused as refused:
        form.refuse(refused)
        return None


def edited(pages: Pages, request: HttpRequest, access: Access, record_id: int) -> HttpResponse:
    """The form of a record, and changing it. Where somebody else was faster, both values are shown."""
    access.require(pages.module, Level.EDIT)
    record = get_record(access, pages.module, record_id)
    form = RecordForm(
        access,
        pages.model,
        pages.sections,
        record=record,
        data=request.POST or None,
        custom=custom_fields(access.organization, pages.module),
    )
    context: dict[str, Any] = {"access": access, "record": record, "back": pages.address("detail", access, record)}
    if request.method == "POST" and form.is_valid():
        try:
            saved = services.update_one(
                KINDS[pages.module],
                actor=actor_of(request),
                record=record,
                values=form.values(),
                version=form.cleaned_data["version"] or None,
            )
        except Refused as refused:
            form.refuse(refused)
        except Conflict:
            current = get_record(access, pages.module, record_id)
            form, clashes = form.reopened(current)
            acts, _more = history(access, current)
            context |= {"form": form, "is_stale": True, "clashes": clashes, "last": acts[0] if acts else None}
            return render(request, "crm/record_form.html", context | {"title": str(current)}, status=409)
        else:
            messages.success(request, _("“%(name)s” is saved.") % {"name": saved})
            return redirect(_place_of(pages, access, saved))
    context |= {"form": form, "title": str(record)}
    return render(request, "crm/record_form.html", context, status=422 if form.is_bound else 200)


def _place_of(pages: Pages, access: Access, record: Record) -> str:
    """Where to go after a record is saved: to its page, or to the list if it is somebody else's to see from now on."""
    if access.sees(pages.module, record.owner_id):
        return pages.address("detail", access, record)
    return pages.address("list", access)


def deleted(pages: Pages, request: HttpRequest, access: Access, record_id: int) -> HttpResponse:
    """Delete one record, as its dialog has said."""
    access.require(pages.module, Level.DELETE)
    record = get_record(access, pages.module, record_id)
    version = request.POST.get("version") or None
    services.delete_one(KINDS[pages.module], actor=actor_of(request), record=record, version=version)
    messages.success(request, _("“%(name)s” is deleted.") % {"name": record})
    return redirect(pages.address("list", access))


def history_tab(pages: Pages, request: HttpRequest, access: Access, record_id: int) -> HttpResponse:
    """Who did what to a record."""
    context = frame(pages, request, access, record_id, "history")
    before = read_id(request.GET.get("before", ""))
    if before is None and request.GET.get("before"):
        raise NotFound(_("There is no such page."))
    acts, has_more = history(access, context["record"], before=before)
    context |= {"acts": acts, "before": acts[-1].id if has_more else None}
    is_continued = before and getattr(request, "htmx", False)
    return render(request, "crm/history_acts.html" if is_continued else "crm/record_history.html", context)


def looked_up(pages: Pages, request: HttpRequest, access: Access) -> HttpResponse:
    """What a picker suggests while one types; with `active=true` none that is out of use, never the one in `except`."""
    access.require(pages.module, Level.VIEW)
    text = request.GET.get("q", "").strip()[:100]
    found: QuerySet[Any] = find_records(access, pages.module, text)
    if pages.detail_needs:
        found = found.select_related(*pages.detail_needs)
    if request.GET.get("active") == "true" and hasattr(pages.model, "is_active"):
        found = found.filter(is_active=True)
    if left_out := read_id(request.GET.get("except", "")):
        found = found.exclude(pk=left_out)
    results = [
        {"id": record.pk, "name": str(record), "detail": pages.detail(seen(access, record))}
        for record in found[:SUGGESTIONS]
    ]
    return JsonResponse({"results": results})


def _new_values(form: RecordForm) -> dict[str, Any]:
    """An owner that is left out on purpose stays left out."""
    return {**form.values(), "owner_id": form.cleaned_data.get("owner_id")}
