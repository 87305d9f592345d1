"""What the settings pages share that list things, each with a drawer to change it in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from finance.models import Membership
from finance.ui.pages import add_refusal, address_of
from finsuite.kernel.errors import DomainError
from finsuite.kernel.versions import version_of


@dataclass(frozen=True)
class Row:
    """One of what a settings page lists, with the form of its drawer."""

    record: Any
    form: Any
    shown: str = ""

    @property
    def version(self) -> str:
        return version_of(self.record)

    @property
    def key(self) -> str:
        """What tells its drawer from the others on the page."""
        return f"{self.record._meta.model_name}-{self.record.pk}"

    @property
    def delete_key(self) -> str:
        return f"delete-{self.key}"


@dataclass(frozen=True)
class Faulty:
    """A form that was refused, of this record (None: of a new one)."""

    form: Any
    record: Any = None


def save_by(form: Any, save: Callable[[dict[str, Any]], Any]) -> int:
    """Have the service save what was typed; 302 when it did, else the status of the page that says why not."""
    if not form.is_valid():
        return 422
    try:
        save(form.values() if hasattr(form, "values") else form.cleaned_data)
    except DomainError as refusal:
        return add_refusal(form, refusal)
    return 302


def back(member: Membership, name: str, **names: int) -> HttpResponse:
    return redirect(address_of(member, name, **names))


def form_of(faulty: Faulty | None, kind: type[Any], record: Any, make: Callable[[], Any]) -> Any:
    """The refused form where it is this record's, else a fresh one."""
    if faulty is not None and faulty.record == record and isinstance(faulty.form, kind):
        return faulty.form
    return make()


@dataclass(frozen=True)
class Listing:
    """A settings page that lists things: the name of its address, and what draws it, with a form that was refused."""

    address: str
    draw: Callable[[HttpRequest, Membership, Faulty | None, int], HttpResponse]

    def save(
        self,
        request: HttpRequest,
        member: Membership,
        form: Any,
        save: Callable[[dict[str, Any]], Any],
        told: str,
        *,
        record: Any = None,
    ) -> HttpResponse:
        """Save what was typed, of a new record or of this one; `told`, which may name what was typed, is said then."""
        status = save_by(form, save)
        if status != 302:
            return self.draw(request, member, Faulty(form, record), status)
        messages.success(request, told % form.cleaned_data)
        return back(member, self.address)
