"""Where the records of both sides have their pages, as far as one person may open them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from django.db import models
from django.urls import reverse

import crm.access
from crm.choices import Level
from crm.models import Account, Contact
from finance.models import ContactPerson, Customer
from finance.models import Membership as FinanceMembership
from finsuite.kernel.errors import NotFound
from integration.choices import Kind
from integration.models import Connection
from users.models import User

Record = tuple[str, int]
"""A kind and an id."""

_CRM = {Kind.ACCOUNT.value: "accounts", Kind.CONTACT.value: "contacts"}
_MODELS: dict[str, type[models.Model]] = {
    Kind.ACCOUNT.value: Account,
    Kind.CONTACT.value: Contact,
    Kind.CUSTOMER.value: Customer,
}


class RecordPages:
    """What this person may open of a connection's two sides."""

    def __init__(self, user: User, connection: Connection) -> None:
        self.user = user
        self.crm_id = connection.crm_organization_id
        self.finance_id = connection.finance_organization_id

    def of(self, records: Iterable[Record | None]) -> dict[Record, str]:
        """The addresses of those that exist and that the person may see: one query a kind, after those about them."""
        wanted: dict[str, set[int]] = {}
        for record in records:
            if record is not None and self._may_see(record[0]):
                wanted.setdefault(record[0], set()).add(record[1])
        found: dict[Record, str] = {}
        for kind, ids in wanted.items():
            found |= self._persons(ids) if kind == Kind.CONTACT_PERSON else self._plain(kind, ids)
        return found

    def _plain(self, kind: str, ids: set[int]) -> dict[Record, str]:
        name, organization = f"crm:{kind}_detail", self.crm_id
        if kind == Kind.CUSTOMER:
            name, organization = "finance:customer_detail", self.finance_id
        there = _MODELS[kind]._default_manager.filter(organization_id=organization, pk__in=ids)
        if kind in _CRM and self._crm is not None:
            there = there.filter(self._crm.visible(_CRM[kind]))
        return {(kind, pk): reverse(name, args=[organization, pk]) for pk in there.values_list("pk", flat=True)}

    def _persons(self, ids: set[int]) -> dict[Record, str]:
        """A contact person is shown among those of its customer."""
        there = ContactPerson.objects.filter(organization_id=self.finance_id, pk__in=ids)
        return {
            (Kind.CONTACT_PERSON.value, pk): reverse("finance:customer_persons", args=[self.finance_id, customer])
            for pk, customer in there.values_list("pk", "customer_id")
        }

    def _may_see(self, kind: str) -> bool:
        return kind in self._seen_in_crm if kind in _CRM else self._in_finance

    @cached_property
    def _crm(self) -> crm.access.Access | None:
        try:
            return crm.access.access(self.user, self.crm_id)
        except NotFound:
            return None

    @cached_property
    def _seen_in_crm(self) -> set[str]:
        access = self._crm
        return set() if access is None else {kind for kind, module in _CRM.items() if access.may(module, Level.VIEW)}

    @cached_property
    def _in_finance(self) -> bool:
        return FinanceMembership.objects.of(self.finance_id).filter(user=self.user).exists()
