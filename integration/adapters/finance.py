"""The finance side of a connection: customers and their contact persons."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import SimpleNamespace
from typing import cast

from django.db import connection
from django.utils.functional import cached_property

from finance.choices import Status
from finance.models import ContactPerson, Customer, Organization
from finance.selectors.documents import customer_ids_with_documents
from finance.services import customer_rules, numbering
from finsuite.kernel.text import name_key
from integration.adapters.base import Change
from integration.adapters.tables import Row, Table, TableAdapter
from integration.core.pairings import CONTACT_PERSON, CUSTOMER
from integration.core.records import Key, Side

_FULL_NAME = "btrim(t.first_name || ' ' || t.last_name)"
_PATIENT, _BRISK = "900ms", "100ms"


def _customer_keys(row: Row) -> Row:
    customer = SimpleNamespace(**row)
    return {name: getattr(customer, name) for name in customer_rules.set_keys(cast("Customer", customer))}


def _person_keys(row: Row) -> Row:
    return {"name_key": name_key(f"{row['first_name']} {row['last_name']}".strip())}


class FinanceAdapter(TableAdapter):
    """One finance organization."""

    side = Side.FINANCE
    tables = {
        CUSTOMER: Table(
            name=CUSTOMER,
            model=Customer,
            label="t.display_name",
            derive_from=customer_rules.SEARCHED,
            derive=_customer_keys,
            kind="kind",
        ),
        CONTACT_PERSON: Table(
            name=CONTACT_PERSON,
            model=ContactPerson,
            label=_FULL_NAME,
            derive_from=("first_name", "last_name"),
            derive=_person_keys,
            parent="customer_id",
        ),
    }

    def __init__(
        self, organization: Organization, columns: Mapping[str, Collection[str]], *, hints: Collection[Key] = ()
    ) -> None:
        super().__init__(organization.pk, columns, hints)
        self._organization = organization

    def with_documents(self, model: str, ids: Collection[int]) -> set[int]:
        """Customers that documents were made for."""
        return customer_ids_with_documents(self._organization, ids) if model == CUSTOMER and ids else set()

    def complete(self, table: Table, rows: list[Row], group: Sequence[Change]) -> None:
        """New customers get a number and the base currency; the first person of a customer is the primary one."""
        if table.name == CONTACT_PERSON:
            self._mark_primaries(rows, group)
            super().complete(table, rows, group)
            return
        for row, number in zip(rows, self._numbers(len(rows)), strict=True):
            row["number"] = number
            row["currency"] = row.get("currency") or self._organization.base_currency
        super().complete(table, rows, group)
        for row in rows:
            row["unique_key"] = row["name_key"] if self._forbids_duplicates else None

    def derived(self, table: Table, row: Row, current: Row) -> Row:
        """A new display name also is a new unique key, where names are unique."""
        found = super().derived(table, row, current)
        if table.name == CUSTOMER and "display_name" in row:
            found["unique_key"] = found["name_key"] if self._forbids_duplicates else None
        return found

    @cached_property
    def _forbids_duplicates(self) -> bool:
        # Read once the counter or a row is locked: see finance.services.customer_rules.unique_key.
        permissive = Organization.objects.values_list("allows_duplicate_names", flat=True).get(pk=self.organization_id)
        return not permissive

    def _numbers(self, count: int) -> list[str]:
        """The counter is worth a longer wait than a record: whoever holds it is about to commit."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [_PATIENT])
            numbers = numbering.take(organization=self._organization, series="customer", count=count)
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [_BRISK])
        return numbers

    def _mark_primaries(self, rows: list[Row], group: Sequence[Change]) -> None:
        have_one = self.with_primary([row["customer_id"] for row in rows])
        for row, change in zip(rows, group, strict=True):
            row["is_primary"] = change.primary and row["customer_id"] not in have_one
            if row["is_primary"]:
                have_one.add(row["customer_id"])
        for row in rows:
            if row["customer_id"] not in have_one:
                row["is_primary"] = True
                have_one.add(row["customer_id"])

    def with_primary(self, customer_ids: Collection[int]) -> set[int]:
        """Those of these customers that have a primary contact person."""
        persons = ContactPerson.objects.of(self.organization_id).filter(is_primary=True, customer__in=set(customer_ids))
        return set(persons.values_list("customer_id", flat=True))

    def _update(self, table: Table, group: Sequence[Change], held: Mapping[int, Row]) -> None:
        moving = [change.key.pk for change in group if change.key and change.parent is not None]
        if table.name != CONTACT_PERSON or not moving:
            super()._update(table, group, held)
            return
        persons = ContactPerson.objects.of(self.organization_id)
        left = set(persons.filter(pk__in=moving).values_list("customer_id", flat=True))
        persons.filter(pk__in=moving, is_primary=True).update(is_primary=False)
        super()._update(table, group, held)
        self._promote(left | {change.parent for change in group if change.parent is not None})

    def _delete(self, table: Table, ids: list[int]) -> None:
        persons = ContactPerson.objects.of(self.organization_id)
        left = set(persons.filter(pk__in=ids).values_list("customer_id", flat=True)) if table.parent else set()
        super()._delete(table, ids)
        self._promote(left)

    def _promote(self, customer_ids: Collection[int]) -> None:
        """Where a customer's primary person has gone, whoever has been there longest takes over."""
        if not customer_ids:
            return
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE finance_contactperson SET is_primary = true, updated_at = clock_timestamp() WHERE id IN ("
                "SELECT min(p.id) FROM finance_contactperson p WHERE p.organization_id = %s AND p.customer_id = ANY(%s)"
                " GROUP BY p.customer_id HAVING NOT bool_or(p.is_primary))",
                [self.organization_id, list(customer_ids)],
            )

    def _deactivate(self, table: Table, group: Sequence[Change], held: Mapping[int, Row]) -> None:
        if table.name == CUSTOMER:
            ids = [change.key.pk for change in group if change.key]
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE finance_customer SET status = %s, updated_at = clock_timestamp()"
                    " WHERE organization_id = %s AND id = ANY(%s) AND status <> %s",
                    [Status.INACTIVE.value, self.organization_id, ids, Status.INACTIVE.value],
                )
