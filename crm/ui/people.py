"""Choosing members of the organization: from a list while they are few, by typing a name where they are many."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm.access import Access
from crm.criteria.tree import ME
from crm.models import Organization
from crm.selectors.members import few_members, find_members, member_names
from crm.ui.base import in_organization
from crm.ui.widgets import ManyPicker, Typed
from finsuite.kernel.ids import read_id
from finsuite.kernel.pickers import RecordPicker
from finsuite.kernel.text import fold

SUGGESTIONS = 8

Named = tuple[int, str]


class IdField(forms.CharField):
    """The id of another record, or nothing."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        found = read_id(text)
        return text if found is None else found


class PersonField(IdField):
    """One member, found by typing; who has left (`held`) is known by name, too."""

    def __init__(self, people: People, held: Named | None, **kwargs: Any) -> None:
        picker = RecordPicker(people.lookup, name_of=lambda key: people.name_of(key, held))
        super().__init__(widget=picker, **kwargs)

    def clean(self, value: Any) -> int | None:
        found: int | str | None = super().clean(value)
        if isinstance(found, str):
            raise forms.ValidationError(_("Choose one of the members."))
        return found


class ManyField(forms.Field):
    """Several records or people by id. What was only typed is looked up, and taken where it names one alone."""

    widget: ManyPicker

    def __init__(
        self,
        *,
        url: str,
        near: Iterable[Named],
        find: Callable[[str], list[Named]],
        names: Callable[[list[int]], Mapping[int, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(widget=ManyPicker(url, dict(near), names), required=False, **kwargs)
        self.find = find

    def clean(self, value: Typed) -> list[int]:
        ids = [found for text in value.ids if (found := read_id(text)) is not None]
        if value.text:
            ids.append(self._named(value.text))
        return list(dict.fromkeys(ids))

    def _named(self, text: str) -> int:
        found = self.find(text)
        exact = [entry for entry in found if fold(entry[1]) == fold(text)]
        wanted = exact if len(exact) == 1 else found
        if len(wanted) == 1:
            return wanted[0][0]
        self.widget.offered |= dict(found)  # to be ticked
        if not found:
            raise forms.ValidationError(_("“%(text)s” was not found.") % {"text": text})
        raise forms.ValidationError(_("Several are called like “%(text)s”. Tick those you mean.") % {"text": text})


class People:
    """The members as a form offers them; `key` is what names one: "user_id", or "pk" of the membership.

    One statement when first asked; one more for the names of who is chosen, where they are many.
    """

    def __init__(self, organization: Organization, key: str = "user_id") -> None:
        self.organization, self.key = organization, key

    @cached_property
    def few(self) -> list[Named] | None:
        """All of them, to choose from; None where they are too many for a list."""
        found = few_members(self.organization)
        return None if found is None else [(getattr(member, self.key), str(member.user)) for member in found]

    @property
    def lookup(self) -> str:
        """Where the others are found."""
        place = reverse("crm:member_lookup", kwargs={"organization": self.organization.pk})
        return place if self.key == "user_id" else f"{place}?by=membership"

    def one(self, *, held: Named | None = None, without: int | None = None, **kwargs: Any) -> forms.Field:
        """The field of one member, or nobody. Who has left (`held`) keeps what they have."""
        if self.few is None:
            return PersonField(self, held, **kwargs)
        options = [entry for entry in self.few if entry[0] != without]
        if held is not None and held[0] not in dict(options):
            options.append(held)
        return forms.TypedChoiceField(choices=[("", _("Nobody")), *options], coerce=int, empty_value=None, **kwargs)

    def several(self, **kwargs: Any) -> forms.Field:
        """The field of any number of members."""
        if self.few is None:
            return ManyField(url=self.lookup, near=(), find=self.find, names=self.names, **kwargs)
        return forms.TypedMultipleChoiceField(
            choices=self.few, coerce=int, required=False, widget=forms.CheckboxSelectMultiple, **kwargs
        )

    def picker(self, name: str, chosen: Iterable[int], label: str) -> SafeString:
        """The control of any number of many, for a form that is put together by hand."""
        widget = ManyPicker(self.lookup, {}, self.names)
        return widget.render(name, list(chosen), {"id": name, "aria-label": label})

    def find(self, text: str) -> list[Named]:
        """The first of those who are called so."""
        found = find_members(self.organization, text)[:SUGGESTIONS]
        return [(getattr(member, self.key), str(member.user)) for member in found]

    def names(self, ids: list[int]) -> dict[int, str]:
        """What these are called."""
        return member_names(self.organization, self.key, ids)

    def name_of(self, key: int, held: Named | None = None) -> str:
        """What this one is called; empty for whoever is no member."""
        if held is not None and held[0] == key:
            return held[1]
        return self.names([key]).get(key, "")


@require_safe
@in_organization
def member_lookup(request: HttpRequest, access: Access) -> HttpResponse:
    """What a picker of people suggests while one types; with `me=1` oneself first, as whoever looks."""
    text = request.GET.get("q", "").strip()[:100]
    key = "pk" if request.GET.get("by") == "membership" else "user_id"
    results: list[dict[str, Any]] = []
    if request.GET.get("me") == "1" and fold(_("Me")).startswith(fold(text)):
        results.append({"id": ME, "name": _("Me"), "detail": ""})
    results += [
        {"id": getattr(member, key), "name": str(member.user), "detail": member.user.email}
        for member in find_members(access.organization, text)[:SUGGESTIONS]
    ]
    return JsonResponse({"results": results})
