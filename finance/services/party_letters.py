"""Whom e-mails to customers and vendors go to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import cached_property

from finance.models import ContactPerson, Customer, Vendor
from finance.selectors.customers import contact_persons
from finance.services.correspondence import Suggestion


class PartyLetter:
    """An e-mail to a customer, with their contact persons, or to a vendor.

    `addressed` are the ids of those whom it is meant for; `persons` the customer's, where they are known already.
    """

    def __init__(
        self,
        party: Customer | Vendor,
        *,
        addressed: Collection[int] = (),
        persons: Sequence[ContactPerson] | None = None,
    ) -> None:
        self.party, self.addressed = party, frozenset(addressed)
        if persons is not None:
            self._persons = list(persons)

    def suggestions(self) -> Sequence[Suggestion]:
        """The customer's contact persons, those it is meant for chosen; else the customer."""
        reachable = [person for person in self._persons if person.email]
        chosen = {person.pk for person in self._chosen}
        found = [Suggestion(one.email, one.full_name, chosen=one.pk in chosen) for one in reachable]
        own = Suggestion(self.party.email, self.party.display_name) if self.party.email else None
        if own and own.address.lower() not in {one.address.lower() for one in found}:
            found.append(replace(own, chosen=not any(one.chosen for one in found)))
        return found

    @property
    def contact(self) -> str:
        """Whom it greets."""
        return ", ".join(person.full_name for person in self._chosen) or self.party.display_name

    @cached_property
    def _persons(self) -> list[ContactPerson]:
        return list(contact_persons(self.party)) if isinstance(self.party, Customer) else []

    @cached_property
    def _chosen(self) -> list[ContactPerson]:
        """Those it is meant for, else the primary person."""
        named = [person for person in self._persons if person.pk in self.addressed and person.email]
        return named or [person for person in self._persons if person.is_primary and person.email]
