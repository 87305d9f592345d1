"""Controls that only the CRM has."""

from __future__ import annotations

from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from crm.access import Access


class RecordPicker(forms.Widget):
    """Chooses one record out of any number: a text field that suggests while one types.

    `url` answers the suggestions; `shown` is what the chosen record is called.
    """

    template_name = "crm/widgets/picker.html"
    hidden_widget = forms.HiddenInput

    def __init__(self, url: str, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.url = url
        self.shown = ""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"] |= {"url": self.url, "shown": self.shown if value not in (None, "") else ""}
        return context

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """Drawn from the site's own templates, which Django's form renderer does not look through."""
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
