"""The setup pages of custom fields, the same for each app: list, order, add, change, preview, delete.

An app says where they are, who saves and by which templates, in one `Setup`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from finsuite.kernel.actors import Actor
from finsuite.kernel.custom_fields.forms import DefinitionForm
from finsuite.kernel.custom_fields.kinds import MOST_FIELDS, FieldDefinition
from finsuite.kernel.errors import NotFound, Refused
from finsuite.kernel.ids import read_id
from finsuite.kernel.versions import version_of


@dataclass(frozen=True)
class Setup:
    """One app's setup pages, for one request."""

    request: HttpRequest
    organization: Any
    context: dict[str, Any]  # what the app's frame asks
    folder: str  # of the templates custom_field_list.html and custom_field_form.html
    modules: Any  # the choices of what can have custom fields
    url: Callable[..., str]  # (name, *arguments) → the address of one of the pages
    blank: Callable[[str], FieldDefinition]
    counted: Callable[[str], Iterable[Any]]
    get: Callable[[int], Any]
    create: Callable[..., Any]
    update: Callable[..., Any]
    order: Callable[..., None]
    delete: Callable[..., int]

    @property
    def actor(self) -> Actor:
        return Actor.person(self.request.user)

    def listed(self, module: str) -> HttpResponse:
        """The fields of one kind of record, in their order."""
        fields = list(self.counted(self._known(module)))
        tabs = [
            {"label": label, "url": self.url("custom_field_list", value), "is_current": value == module}
            for value, label in self.modules.choices
        ]
        context = {
            "modules": tabs,
            "module_label": self.modules(module).label,
            "limit": MOST_FIELDS,
            "fields": [{"field": field, "url": self.url("custom_field_edit", field.pk)} for field in fields],
            "new_url": self.url("custom_field_create", module),
            "order_url": self.url("custom_field_order", module),
        }
        return self._render("list", context)

    def ordered(self, module: str) -> HttpResponse:
        """The fields as they were dragged, or with one of them moved a step by its button."""
        post = self.request.POST
        ids = [found for value in post.getlist("row") if (found := read_id(value)) is not None]
        moved = stepped(ids, post.get("move", ""))
        self.order(actor=self.actor, organization=self.organization, module=self._known(module), ids=moved)
        return redirect(self.url("custom_field_list", module))

    def created(self, module: str) -> HttpResponse:
        """The form of a new field, and making it."""
        field = self.blank(self._known(module))
        form = DefinitionForm(field, self._data())
        if form.is_bound and form.is_valid():
            values = {**form.values(), "module": module}
            try:
                made = self.create(actor=self.actor, organization=self.organization, values=values)
            except Refused as refused:
                form.refuse(refused)
            else:
                messages.success(self.request, _("The field “%(name)s” is there.") % {"name": made.label})
                return redirect(self.url("custom_field_list", module))
        return self._form(form, field, module, 0)

    def edited(self, field_id: int) -> HttpResponse:
        """The form of a field, and changing it."""
        field = self.get(field_id)
        form = DefinitionForm(field, self._data())
        if form.is_bound and form.is_valid():
            version = form.cleaned_data["version"] or None
            try:
                saved = self.update(actor=self.actor, field=field, values=form.values(), version=version)
            except Refused as refused:
                form.refuse(refused)
            else:
                messages.success(self.request, _("The field “%(name)s” is saved.") % {"name": saved.label})
                return redirect(self.url("custom_field_list", field.module))
        uses = next((other.uses for other in self.counted(field.module) if other.pk == field.pk), 0)
        return self._form(form, field, field.module, uses)

    def previewed(self, module: str) -> HttpResponse:
        """The control that the form describes so far."""
        known = read_id(self.request.GET.get("field", ""))
        field = self.get(known) if known else self.blank(self._known(module))
        form = DefinitionForm(field, self.request.POST)
        form.is_valid()
        return render(self.request, "components/custom_field_preview.html", {"form": form})

    def deleted(self, field_id: int) -> HttpResponse:
        """Delete a field with its values, as its dialog has said."""
        field = self.get(field_id)
        count = self.delete(actor=self.actor, field=field, version=self.request.POST.get("version") or None)
        said = ngettext(
            "The field “%(name)s” is deleted, and %(count)d value with it.",
            "The field “%(name)s” is deleted, and %(count)d values with it.",
            count,
        )
        messages.success(self.request, said % {"name": field.label, "count": count})
        return redirect(self.url("custom_field_list", field.module))

    def _form(self, form: DefinitionForm, field: Any, module: str, uses: int) -> HttpResponse:
        context = {
            "form": form,
            "field": field,
            "uses": uses,
            "module_label": self.modules(module).label,
            "list_url": self.url("custom_field_list", module),
            "preview_url": self.url("custom_field_preview", module),
        }
        if field.pk:
            context |= {"delete_url": self.url("custom_field_delete", field.pk), "version": version_of(field)}
            context["preview_url"] += f"?field={field.pk}"
        return self._render("form", context, 422 if form.is_bound else 200)

    def _render(self, name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        template = f"{self.folder}/custom_field_{name}.html"
        return render(self.request, template, {**self.context, **context}, status=status)

    def _data(self) -> Any:
        return self.request.POST if self.request.method == "POST" else None

    def _known(self, module: str) -> str:
        if module not in self.modules.values:
            raise NotFound(_("There is no such page."))
        return module


def stepped(ids: list[int], move: str) -> list[int]:
    """The ids, with one of them a step up or down: "7:up"."""
    key, _colon, way = move.partition(":")
    found = read_id(key)
    if found not in ids or way not in ("up", "down"):
        return ids
    here = ids.index(found)
    there = here + (-1 if way == "up" else 1)
    if 0 <= there < len(ids):
        ids[here], ids[there] = ids[there], ids[here]
    return ids
