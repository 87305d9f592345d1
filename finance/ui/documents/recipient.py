"""To whom a document goes, as the editor has it: contact persons, and addresses for this document alone.

What was typed holds for the party that it was typed for (`party_of`). Another brings persons and addresses of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import QueryDict
from django.utils.translation import pgettext

from finance.documents.building import address_lines, issuer_of
from finance.models import ContactPerson
from finance.selectors.customers import contact_persons
from finance.services.beginning import address_of
from finance.services.document_checks import ADDRESS, LONGEST_PART
from finsuite.kernel.ids import read_id

TYPED = ("attention", "address", "street2", "zip", "city", "state", "country", "phone")
"""The parts that are typed; the rest of a kept address stays as it is."""

FOR_PARTY, PERSON = "party_of", "person"


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part of an address, as it is typed."""

    name: str
    label: str
    value: str
    is_long: bool
    most: int = LONGEST_PART


@dataclass(frozen=True, kw_only=True)
class Address:
    """One address of the document: the party's, or one of its own."""

    name: str
    theirs: dict[str, str]
    kept: dict[str, str]
    is_own: bool
    theirs_told: tuple[str, ...]

    @property
    def label(self) -> str:
        """ "Bill to"."""
        return {
            "billing": pgettext("on a document", "Bill to"),
            "shipping": pgettext("on a document", "Ship to"),
            "deliver_to": pgettext("on a document", "Deliver to"),
        }[self.name]

    @property
    def parts(self) -> list[Part]:
        """What can be typed, street before town."""
        shown = self.kept if self.is_own else self.theirs
        labels = _labels()
        return [
            Part(name=f"{self.name}-{part}", label=labels[part], value=shown.get(part, ""), is_long=part == "address")
            for part in TYPED
        ]

    @property
    def value(self) -> dict[str, str]:
        """The address as the document keeps it."""
        return self.kept if self.is_own else self.theirs


@dataclass(frozen=True)
class Chosen:
    """A contact person, and whether the document goes to them."""

    person: ContactPerson
    is_chosen: bool


class Recipient:
    """The party's persons and addresses in the editor of one document, during one request."""

    def __init__(self, *, pages: Any, party: Any, document: Any, like: Any, data: QueryDict | None) -> None:
        self.pages, self.party, self.document, self.data = pages, party, document, data
        self.like = document if document.pk else like  # what it begins as: itself, or what it is copied from

    @property
    def is_as_typed(self) -> bool:
        """Whether what was typed was typed for this party."""
        return self.data is not None and self.data.get(FOR_PARTY, "") == self._key

    @property
    def is_as_kept(self) -> bool:
        """Whether it is for this party already, or what it is copied from is."""
        if self.party is None or self.like is None:
            return False
        return bool(getattr(self.like, f"{self.pages.spec.party}_id") == self.party.pk)

    @property
    def _key(self) -> str:
        return str(self.party.pk) if self.party is not None else ""

    @cached_property
    def persons(self) -> list[Chosen]:
        """The customer's contact persons; who stands on the document is chosen, else the primary one."""
        if self.party is None or not self.pages.spec.is_sale:
            return []
        known = list(contact_persons(self.party))
        if self.is_as_typed:
            assert self.data is not None
            chosen = {read_id(text) for text in self.data.getlist(PERSON)}
        elif self.is_as_kept:
            chosen = {*self.like.contact_person_ids}
        else:
            chosen = {person.pk for person in known if person.is_primary}
        return [Chosen(person, person.pk in chosen) for person in known]

    @cached_property
    def addresses(self) -> list[Address]:
        """The document's addresses, each as on the customer or as typed for this document."""
        names = [name for name in ("billing", "shipping", "deliver_to") if name in self.pages.spec.writable]
        return [self._address(name) for name in names] if self.party is not None else []

    @property
    def party_lines(self) -> tuple[str, ...]:
        """A vendor's address, as they have told it: it is not the document's to change."""
        if self.party is None or self.pages.spec.is_sale:
            return ()
        return address_lines(address_of(self.party, "billing"))

    def values(self) -> dict[str, Any]:
        """What the service takes. Where nothing was said of this party, a document that is theirs stays as it is."""
        if self.party is None or (not self.is_as_typed and self.is_as_kept and self.document.pk):
            return {}
        persons = [one.person.pk for one in self.persons if one.is_chosen]
        found: dict[str, Any] = {"contact_person_ids": persons} if self.pages.spec.is_sale else {}
        return found | {address.name: address.value for address in self.addresses}

    def _address(self, name: str) -> Address:
        theirs = {} if name == "deliver_to" else address_of(self.party, name)
        held = getattr(self.document, name) if self.is_as_kept and self.document.pk else theirs
        kept, is_own = held, held != theirs
        if self.is_as_typed:
            assert self.data is not None
            is_own = bool(self.data.get(f"{name}-own"))
            typed = {part: self.data.get(f"{name}-{part}", "").strip() for part in TYPED}
            rest = {part: value for part, value in held.items() if part in ADDRESS and part not in TYPED}
            kept = {part: value for part, value in {**typed, **rest}.items() if value}
        told = issuer_of(self.document.organization).address if name == "deliver_to" else address_lines(theirs)
        return Address(name=name, theirs=theirs, kept=kept, is_own=is_own, theirs_told=told)


def _labels() -> dict[str, str]:
    return {
        "attention": pgettext("address", "Attention"),
        "address": pgettext("address", "Street"),
        "street2": pgettext("address", "Street, line 2"),
        "zip": pgettext("address", "Postal code"),
        "city": pgettext("address", "City"),
        "state": pgettext("address", "State or region"),
        "country": pgettext("address", "Country"),
        "phone": pgettext("address", "Phone"),
    }
