"""The pages that accounts and contacts have in common: list, make, change, delete, look up, history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.access import Access
from crm.choices import Level, Module
from crm.models import Account, Contact
from crm.selectors.history import history
from crm.ui.base import actor_of
from crm.ui.cells import website_link
from crm.ui.forms import RecordForm
from crm.ui.lists import Listing, answer
from crm.ui.sections import Section
from finsuite.kernel import formats
from finsuite.kernel.errors import Conflict, NotFound, Refused
from finsuite.kernel.ids import read_id
from finsuite.kernel.versions import version_of

MOST_AT_ONCE = 200
SUGGESTIONS = 8
REFERENCES = ("owner_id", "parent_id", "account_id", "reports_to_id")
LINKS = {
    **dict.fromkeys(("email", "secondary_email"), "mailto"),
    **dict.fromkeys(("phone", "mobile", "home_phone", "other_phone"), "tel"),
}


@dataclass(frozen=True)
class Pages:
    """What is particular to the pages of one kind of record."""

    module: Module
    singular: str  # in templates' and addresses' names: "account"
    model: type[Account] | type[Contact]
    sections: Sequence[Section]
    listing: Listing
    title_new: Any
    rows: Callable[[Access], QuerySet[Any]]
    get: Callable[[Access, int], Any]
    find: Callable[[Access, str], QuerySet[Any]]
    create: Callable[..., Any]
    update: Callable[..., Any]
    delete: Callable[..., None]
    delete_many: Callable[..., list[int]]

    def address(self, name: str, access: Access, record: Any = None) -> str:
        """The address of one of these pages."""
        named = {f"{self.singular}_id": record.pk} if record is not None else {}
        return reverse(f"crm:{self.singular}_{name}", kwargs={"organization": access.organization.pk, **named})

    def template(self, name: str) -> str:
        return f"crm/{self.singular}_{name}.html"


def listed(pages: Pages, request: HttpRequest, access: Access) -> HttpResponse:
    """The list."""
    access.require(pages.module, Level.VIEW)
    return answer(request, access, pages.listing, pages.rows(access))


def frame(pages: Pages, request: HttpRequest, access: Access, record_id: int, tab: str) -> dict[str, Any]:
    """What every tab of a record's page shows around its own content. Integration's tabs use it, too."""
    access.require(pages.module, Level.VIEW)
    record = pages.get(access, record_id)
    return {
        "access": access,
        "record": record,
        pages.singular: record,
        "tab": tab,
        "may_edit": access.may(pages.module, Level.EDIT),
        "may_delete": access.may(pages.module, Level.DELETE),
        "version": version_of(record),
    }


def created(pages: Pages, request: HttpRequest, access: Access, initial: dict[str, Any]) -> HttpResponse:
    """The form of a new record, and making it."""
    access.require(pages.module, Level.CREATE)
    start = {"currency": access.organization.home_currency, "owner_id": request.user.pk, **initial}
    form = RecordForm(access, pages.model, pages.sections, initial=start, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            record = pages.create(actor=actor_of(request), organization=access.organization, values=_new_values(form))
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("“%(name)s” is created.") % {"name": record})
            return redirect(pages.address("detail", access, record))
    context = {"access": access, "form": form, "title": pages.title_new, "back": pages.address("list", access)}
    return render(request, "crm/record_form.html", context, status=422 if form.is_bound else 200)


def edited(pages: Pages, request: HttpRequest, access: Access, record_id: int) -> HttpResponse:
    """The form of a record, and changing it. Where somebody else was faster, both values are shown."""
    access.require(pages.module, Level.EDIT)
    record = pages.get(access, record_id)
    form = RecordForm(access, pages.model, pages.sections, record=record, data=request.POST or None)
    context: dict[str, Any] = {"access": access, "record": record, "back": pages.address("detail", access, record)}
    if request.method == "POST" and form.is_valid():
        try:
            saved = pages.update(
                actor=actor_of(request),
                values=form.values(),
                version=form.cleaned_data["version"] or None,
                **{pages.singular: record},
            )
        except Refused as refused:
            form.refuse(refused)
        except Conflict:
            current = pages.get(access, record_id)
            form, clashes = form.reopened(current)
            acts, _more = history(access, current)
            context |= {"form": form, "is_stale": True, "clashes": clashes, "last": acts[0] if acts else None}
            return render(request, "crm/record_form.html", context | {"title": str(current)}, status=409)
        else:
            messages.success(request, _("“%(name)s” is saved.") % {"name": saved})
            return redirect(pages.address("detail", access, saved))
    context |= {"form": form, "title": str(record)}
    return render(request, "crm/record_form.html", context, status=422 if form.is_bound else 200)


def deleted(pages: Pages, request: HttpRequest, access: Access, record_id: int) -> HttpResponse:
    """Delete one record, as its dialog has said."""
    access.require(pages.module, Level.DELETE)
    record = pages.get(access, record_id)
    version = request.POST.get("version") or None
    pages.delete(actor=actor_of(request), version=version, **{pages.singular: record})
    messages.success(request, _("“%(name)s” is deleted.") % {"name": record})
    return redirect(pages.address("list", access))


def deleted_many(pages: Pages, request: HttpRequest, access: Access) -> HttpResponse:
    """Delete the records that are ticked in the list."""
    access.require(pages.module, Level.DELETE)
    ticked = [found for value in request.POST.getlist("row") if (found := read_id(value)) is not None]
    if len(ticked) > MOST_AT_ONCE:
        raise Refused(_("At most %(limit)d records can be deleted at once.") % {"limit": MOST_AT_ONCE})
    gone = pages.delete_many(actor=actor_of(request), organization=access.organization, ids=ticked)
    said = ngettext("%(count)d record is deleted.", "%(count)d records are deleted.", len(gone))
    messages.success(request, said % {"count": len(gone)})
    return redirect(pages.address("list", access))


def history_tab(pages: Pages, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Who did what to a record; `context` is the frame's."""
    before = read_id(request.GET.get("before", ""))
    if before is None and request.GET.get("before"):
        raise NotFound(_("There is no such page."))
    acts, has_more = history(context["access"], context["record"], before=before)
    context |= {"acts": acts, "before": acts[-1].id if has_more else None}
    is_continued = before and getattr(request, "htmx", False)
    return render(request, "crm/history_acts.html" if is_continued else pages.template("history"), context)


def looked_up(pages: Pages, request: HttpRequest, access: Access) -> HttpResponse:
    """What a picker suggests while one types."""
    access.require(pages.module, Level.VIEW)
    text = request.GET.get("q", "").strip()[:100]
    found = pages.find(access, text)[:SUGGESTIONS]
    results = [{"id": record.pk, "name": str(record), "detail": _detail(record)} for record in found]
    return JsonResponse({"results": results})


def overview(pages: Pages, record: Account | Contact, addresses: dict[str, str]) -> dict[str, Any]:
    """The record's filled fields by section, and the names of the empty ones.

    `addresses` are those of the records that it points to, by field.
    """
    labels = {column.attname: capfirst(str(column.verbose_name)) for column in type(record)._meta.concrete_fields}
    filled, empty = [], []
    for section in pages.sections:
        shown = [(name, labels[name], _shown(record, name, addresses.get(name, ""))) for name in section.fields]
        if facts := [(label, value) for _name, label, value in shown if value != ""]:
            filled.append((section.title, facts))
        empty += [label for name, label, value in shown if value == "" and name != "email_opt_out"]
    return {"sections": filled, "empty": ", ".join(empty)}


def _shown(record: Any, name: str, address: str) -> Any:
    """A field's value as the page shows it; empty text where there is none."""
    value = getattr(record, name.removesuffix("_id") if name in REFERENCES else name)
    if value in (None, "", [], False):
        return ""
    if address:
        return format_html('<a href="{}">{}</a>', address, value)
    if name in LINKS:
        return format_html('<a href="{}:{}">{}</a>', LINKS[name], value, value)
    match name:
        case "website":
            return website_link(value)
        case "annual_revenue":
            return formats.amount(value, record.currency)
        case "employees":
            return formats.number(value)
        case "exchange_rate":
            return formats.exact(value)
        case "date_of_birth":
            return formats.day(value)
        case "email_opt_out":
            return _("Yes")
        case "tags":
            return format_html_join(" ", '<span class="badge">{}</span>', ((tag,) for tag in value))
    return str(value)


def _new_values(form: RecordForm) -> dict[str, Any]:
    """An owner that is left out on purpose stays left out."""
    return {**form.values(), "owner_id": form.cleaned_data.get("owner_id")}


def _detail(record: Any) -> str:
    if isinstance(record, Contact):
        return record.account.name if record.account else record.email
    return str(record.billing_city)
