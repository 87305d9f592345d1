"""From a service's refusal to the form that it came from."""

from __future__ import annotations

from django import forms

from finsuite.kernel.errors import Refused


def refuse(form: forms.Form, refused: Refused) -> None:
    """Show each fault at its field, and what belongs to none at the top."""
    placed = False
    for name, found in refused.fields.items():
        field = name if name in form.fields else name.removesuffix("_id")
        if field in form.fields:
            placed = True
            for sentence in found:
                form.add_error(field, sentence)
    if not placed:
        form.add_error(None, refused.message)
