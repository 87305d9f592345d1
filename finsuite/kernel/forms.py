"""Between a page's form and the service that it calls."""

from __future__ import annotations

from django import forms

from finsuite.kernel.errors import Refused


def tell(form: forms.Form, refusal: Refused) -> None:
    """Put a service's refusal beside the fields that it names; what names no field of the form stands at its top."""
    elsewhere = True
    for name, messages in refusal.fields.items():
        if name in form.fields:
            form.add_error(name, list(messages))
            elsewhere = False
        else:
            form.add_error(None, list(messages))
    if elsewhere:
        form.add_error(None, refusal.message)
