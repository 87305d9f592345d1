"""Controls that only the CRM has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from crm.access import Access
from finsuite.kernel.ids import read_id


@dataclass(frozen=True)
class Typed:
    """What a `ManyPicker` was sent: the ids that are ticked, and a text that stands for one more."""

    ids: tuple[str, ...] = ()
    text: str = ""


class ManyPicker(forms.Widget):
    """Chooses any number of records or people: tick boxes for who is near or chosen, and a field that finds others.

    `url` answers the suggestions; `names` says what ids are called that are not `offered`. Where the browser suggests
    nothing, what is typed is sent along.
    """

    template_name = "crm/widgets/many.html"

    def __init__(
        self, url: str, offered: dict[int, str], names: Callable[[list[int]], Mapping[int, str]], attrs: Any = None
    ) -> None:
        super().__init__(attrs)
        self.url, self.offered, self.names = url, offered, names

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Typed:
        return Typed(tuple(data.getlist(name)), data.get(f"{name}-typed", "").strip()[:100])

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Nothing ticked is an answer, too."""
        return False

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        sent = value if isinstance(value, Typed) else Typed(tuple(str(key) for key in value or ()))
        chosen = [key for text in sent.ids if (key := read_id(text)) is not None]
        named = {**self.offered, **self.names([key for key in chosen if key not in self.offered])}
        entries = [(key, label, key in chosen) for key, label in named.items()]
        context["widget"] |= {"url": self.url, "entries": entries, "typed": sent.text}
        return context

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """Drawn as the picker is."""
        return render_to_string(self.template_name, self.get_context(name, value, attrs))


class TagsInput(forms.TextInput):
    """Tags with commas between them; `url` answers those in use that are like the one that is typed."""

    template_name = "crm/widgets/tags.html"

    def __init__(self, url: str, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.url = url

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["url"] = self.url
        return context

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """Drawn as the picker is."""
        return render_to_string(self.template_name, self.get_context(name, value, attrs))


def tags_input(access: Access) -> TagsInput:
    """The control of tags, which suggests those that the organization uses."""
    return TagsInput(reverse("crm:tag_suggest", kwargs={"organization": access.organization.pk}))
