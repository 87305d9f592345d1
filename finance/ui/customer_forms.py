"""A customer's form: their own fields, and a row for each contact person."""

from __future__ import annotations

import re

from django.http import HttpRequest
from django.utils.functional import cached_property

from finance.choices import CustomerKind, Extended
from finance.models import Customer, Membership
from finance.selectors.custom_fields import custom_fields
from finance.selectors.customers import contact_persons
from finance.services.contact_persons import PersonRow
from finance.services.customers import create_customer, edit_customer
from finance.ui.forms import CustomerForm, PersonForm
from finance.ui.pages import actor_of, add_refusal
from finsuite.kernel.custom_fields.sets import FieldSet
from finsuite.kernel.errors import DomainError, Refused
from finsuite.kernel.versions import version_of

MOST_ROWS = 100
_ROW_FAULT = re.compile(r"contact_persons\.(\d+)\.(\w+)")


class CustomerEditor:
    """The form of one customer, new (`customer` is None) or known, during one request."""

    def __init__(self, request: HttpRequest, member: Membership, customer: Customer | None) -> None:
        self.request = request
        self.member = member
        self.customer = customer
        self.data = request.POST if request.method == "POST" else None
        self.status = 200
        self.form = CustomerForm(
            self.data,
            instance=customer or Customer(currency=member.organization.base_currency),
            organization=member.organization,
        )

    @cached_property
    def person_fields(self) -> FieldSet:
        """The custom fields of contact persons."""
        return custom_fields(self.member.organization, Extended.CONTACT_PERSONS)

    @property
    def version(self) -> str:
        """The version that the form was opened with."""
        if self.data is not None:
            return self.data.get("version", "")
        return version_of(self.customer) if self.customer else ""

    @property
    def wants_row(self) -> bool:
        """Whether the person only asks for one more row."""
        return self.data is not None and "add_person" in self.data

    @cached_property
    def rows(self) -> list[PersonForm]:
        """The rows as typed, else those that are saved; with one more where that is asked for."""
        if self.data is None:
            return self._saved_rows()
        marked = self.data.get("primary", "")
        rows = [
            PersonForm(self.data, index=index, custom=self.person_fields, is_primary=marked == str(index))
            for index in range(self._sent_rows())
        ]
        if self.wants_row and len(rows) < MOST_ROWS:
            rows = [_unjudged(row, self.person_fields) for row in rows]
            rows.append(PersonForm(index=len(rows), custom=self.person_fields, is_primary=not rows))
            rows[-1].fields["first_name"].widget.attrs["autofocus"] = True
        return rows

    @property
    def faulty_rows(self) -> list[PersonForm]:
        """The rows with something wrong in them."""
        return [row for row in self.rows if row.is_bound and row.errors]

    def is_valid(self) -> bool:
        """Whether what was typed can be read; if not, the page answers 422."""
        valid = all([self.form.is_valid(), *(row.is_valid() for row in self.rows)])
        if not valid:
            self.status = 422
        return valid

    def create(self) -> Customer:
        """Have the service create the customer."""
        rows, _deleted = self._person_rows()
        return create_customer(
            actor=actor_of(self.request),
            organization=self.member.organization,
            values=self.form.values(),
            contact_persons=rows,
        )

    def save(self) -> Customer:
        """Have the service save the changes."""
        assert self.customer is not None
        rows, deleted = self._person_rows()
        return edit_customer(
            actor=actor_of(self.request),
            customer=self.customer,
            values=self.form.values(),
            contact_persons=rows,
            deleted_persons=deleted,
            version=self.version,
        )

    def refuse(self, refusal: DomainError) -> None:
        """Show a service's refusal at the fields that it names, those of the rows included."""
        fields = refusal.fields if isinstance(refusal, Refused) else {}
        for name, said in list(fields.items()):
            fault = _ROW_FAULT.fullmatch(name)
            if fault:
                row = self._told_rows[int(fault[1])]
                row.add_error(fault[2] if fault[2] in row.fields else None, said)
                del fields[name]
        told_in_rows = bool(self.faulty_rows)
        if fields or not told_in_rows:
            self.status = add_refusal(self.form, refusal)
        else:
            self.status = 422

    def _person_rows(self) -> tuple[list[PersonRow], list[int]]:
        """The rows to save, and the ids of those to delete. An individual's new rows were never shown to anybody."""
        individual = self.form.cleaned_data["kind"] == CustomerKind.INDIVIDUAL
        self._told_rows: list[PersonForm] = []
        deleted = []
        for row in self.rows:
            known = row.cleaned_data["id"]
            if row.cleaned_data["delete"]:
                deleted += [known] if known else []
            elif not row.is_blank and (known or not individual):
                self._told_rows.append(row)
        return [row.row() for row in self._told_rows], deleted

    def _sent_rows(self) -> int:
        assert self.data is not None
        found = [int(match[1]) for name in self.data if (match := re.fullmatch(r"persons-(\d{1,3})-first_name", name))]
        return min(max(found, default=-1) + 1, MOST_ROWS)

    def _saved_rows(self) -> list[PersonForm]:
        if self.customer is None:
            return [PersonForm(index=0, custom=self.person_fields, is_primary=True)]
        return [
            PersonForm(
                instance=person,
                index=index,
                custom=self.person_fields,
                is_primary=person.is_primary,
                initial={"id": person.pk},
            )
            for index, person in enumerate(contact_persons(self.customer))
        ]


def _unjudged(row: PersonForm, custom: FieldSet) -> PersonForm:
    """The row as typed, without its faults: nobody has asked to save it yet."""
    typed = {name: row[name].value() for name in row.fields}
    return PersonForm(index=row.index, custom=custom, is_primary=row.is_primary, initial=typed)
