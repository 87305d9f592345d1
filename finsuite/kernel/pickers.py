"""Choosing one record out of any number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from finsuite.kernel.ids import read_id


class RecordPicker(forms.Widget):
    """Chooses one record out of any number: a text field that suggests while one types.

    `url` answers the suggestions; `shown` is what the chosen record is called, or else `name_of` is asked.
    """

    template_name = "components/picker.html"
    hidden_widget = forms.HiddenInput

    def __init__(
        self, url: str, attrs: dict[str, Any] | None = None, name_of: Callable[[int], str] | None = None
    ) -> None:
        super().__init__(attrs)
        self.url, self.name_of = url, name_of
        self.shown = ""
        self.typed = ""  # what stands in the field while nothing is chosen

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"] |= {"url": self.url, "shown": self._told(value)}
        return context

    def _told(self, value: Any) -> str:
        if value in (None, ""):
            return self.typed
        key = read_id(str(value))
        return self.name_of(key) if self.name_of and key is not None else self.shown

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """Drawn from the site's own templates, which Django's form renderer does not look through."""
        return render_to_string(self.template_name, self.get_context(name, value, attrs))
