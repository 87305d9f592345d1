"""The pages of customers: the list, one customer, the form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from finance import access
from finance.choices import CustomerKind, Extended, Status
from finance.models import ContactPerson, Customer, Membership, Vendor
from finance.rights import Right
from finance.selectors import customers as selectors
from finance.selectors.custom_fields import custom_fields
from finance.services import contact_persons as person_services
from finance.services import customers as services
from finance.ui.custom_filters import custom_filters
from finance.ui.customer_forms import CustomerEditor
from finance.ui.pages import SIZE, actor_of, address_of, known_value, page, show, told_history
from finsuite.kernel.custom_fields.drawing import drawn, facts
from finsuite.kernel.errors import DomainError
from finsuite.kernel.versions import version_of


@dataclass(frozen=True)
class Listed:
    """A contact person as the page lists them."""

    person: ContactPerson
    version: str
    dialog: str
    cells: list[Any]  # their custom values


@page(Right.VIEW)
def customer_list(request: HttpRequest, member: Membership) -> HttpResponse:
    """The customers that pass the filters; htmx gets the next rows alone."""
    filters = selectors.Filters(
        kind=known_value(request.GET.get("kind"), CustomerKind.values),
        status=known_value(request.GET.get("status"), Status.values),
        search=request.GET.get("q", "").strip()[:200],
    )
    sort = known_value(request.GET.get("sort"), selectors.SORTS) or "name"
    custom = custom_filters(request, member.organization, Extended.CUSTOMERS)
    found = custom.apply(selectors.customers(member.organization, filters))
    rows, following = selectors.slice_of(found, sort=sort, after=request.GET.get("after", ""), size=SIZE)
    context = {"customers": rows, "after": following, "filters": filters, "custom": custom, "sort": sort}
    context |= {"kinds": CustomerKind.choices, "statuses": Status.choices}
    is_more = request.htmx and "after" in request.GET  # type: ignore[attr-defined]
    template = "finance/customer_rows.html" if is_more else "finance/customer_list.html"
    return show(request, member, template, context)


@page(Right.VIEW)
def customer_detail(request: HttpRequest, member: Membership, customer: int) -> HttpResponse:
    """One customer at a glance."""
    return show_record(request, member, customer, "overview", {})


@page(Right.VIEW)
def customer_persons(request: HttpRequest, member: Membership, customer: int) -> HttpResponse:
    """A customer's contact persons."""
    return show_record(request, member, customer, "persons", {})


@page(Right.VIEW)
def customer_history(request: HttpRequest, member: Membership, customer: int) -> HttpResponse:
    """What was done to a customer."""
    told = told_history(member, Customer, customer, Extended.CUSTOMERS)
    return show_record(request, member, customer, "history", told)


@never_cache
@page(Right.EDIT_CUSTOMERS, "GET", "POST")
def customer_create(request: HttpRequest, member: Membership) -> HttpResponse:
    """A new customer, with their contact persons."""
    editor = CustomerEditor(request, member, None)
    if request.method == "POST" and not editor.wants_row and editor.is_valid():
        try:
            customer = editor.create()
        except DomainError as refusal:
            editor.refuse(refusal)
        else:
            messages.success(request, _("%(customer)s is created.") % {"customer": customer.display_name})
            return redirect(address_of(member, "customer_detail", customer=customer.pk))
    return _form(request, member, editor)


@never_cache
@page(Right.EDIT_CUSTOMERS, "GET", "POST")
def customer_edit(request: HttpRequest, member: Membership, customer: int) -> HttpResponse:
    """A customer's fields and contact persons, to be changed."""
    editor = CustomerEditor(request, member, access.customer(member.organization, customer))
    if request.method == "POST" and not editor.wants_row and editor.is_valid():
        try:
            saved = editor.save()
        except DomainError as refusal:
            editor.refuse(refusal)
        else:
            messages.success(request, _("%(customer)s is saved.") % {"customer": saved.display_name})
            return redirect(address_of(member, "customer_detail", customer=saved.pk))
    return _form(request, member, editor)


@page(Right.EDIT_CUSTOMERS, "POST")
def customer_status(request: HttpRequest, member: Membership, customer: int) -> HttpResponse:
    """Make a customer active or inactive."""
    status = Status.ACTIVE if request.POST.get("status") == Status.ACTIVE else Status.INACTIVE
    record = access.customer(member.organization, customer)
    saved = services.set_status(
        actor=actor_of(request), customer=record, status=status, version=request.POST.get("version")
    )
    told = _("%(customer)s is active again.") if saved.is_active else _("%(customer)s is inactive.")
    messages.success(request, told % {"customer": saved.display_name})
    return redirect(address_of(member, "customer_detail", customer=saved.pk))


@page(Right.DELETE_CUSTOMERS, "POST")
def customer_delete(request: HttpRequest, member: Membership, customer: int) -> HttpResponse:
    """Delete a customer who has no documents."""
    record = access.customer(member.organization, customer)
    services.delete_customer(actor=actor_of(request), customer=record, version=request.POST.get("version"))
    messages.success(request, _("%(customer)s is deleted.") % {"customer": record.display_name})
    return redirect(address_of(member, "customer_list"))


@page(Right.EDIT_CUSTOMERS, "POST")
def person_primary(request: HttpRequest, member: Membership, person: int) -> HttpResponse:
    """Make a contact person the primary one."""
    record = access.contact_person(member.organization, person)
    person_services.update_contact_person(actor=actor_of(request), person=record, values={"is_primary": True})
    messages.success(request, _("%(person)s is the primary contact person.") % {"person": record.full_name})
    return redirect(address_of(member, "customer_persons", customer=record.customer_id))


@page(Right.EDIT_CUSTOMERS, "POST")
def person_delete(request: HttpRequest, member: Membership, person: int) -> HttpResponse:
    """Delete a contact person."""
    record = access.contact_person(member.organization, person)
    person_services.delete_contact_person(actor=actor_of(request), person=record, version=request.POST.get("version"))
    messages.success(request, _("%(person)s is deleted.") % {"person": record.full_name})
    return redirect(address_of(member, "customer_persons", customer=record.customer_id))


def show_record(
    request: HttpRequest, member: Membership, customer_id: int, tab: str, context: dict[str, Any]
) -> HttpResponse:
    """One of the views of a customer's page."""
    customer = access.customer(member.organization, customer_id, related=("owner", "payment_term", "exemption"))
    persons = list(selectors.contact_persons(customer))
    person_fields = custom_fields(member.organization, Extended.CONTACT_PERSONS)
    known = {
        "customer": customer,
        "persons": [
            Listed(
                person,
                version_of(person),
                f"delete-person-{person.pk}",
                [drawn(field, person.custom.get(field.key), customer.currency) for field in person_fields],
            )
            for person in persons
        ],
        "person_fields": person_fields,
        "custom_facts": facts(
            custom_fields(member.organization, Extended.CUSTOMERS), customer.custom, customer.currency
        ),
        "primary": next((person for person in persons if person.is_primary), None),
        "has_documents": bool(selectors.ids_with_documents(member.organization, [customer.pk])),
        "version": version_of(customer),
        "website_url": web_address(customer.website),
        "billing": envelope(customer, "billing"),
        "shipping": envelope(customer, "shipping"),
        f"{tab}_is_current": True,
    }
    return show(request, member, f"finance/customer_{tab}.html", {**known, **context})


def _form(request: HttpRequest, member: Membership, editor: CustomerEditor) -> HttpResponse:
    template = "finance/person_rows.html" if editor.wants_row and request.htmx else "finance/customer_form.html"  # type: ignore[attr-defined]
    context = {"editor": editor, "form": editor.form, "customer": editor.customer, "version": editor.version}
    return show(request, member, template, context, status=editor.status)


def web_address(told: str) -> str:
    """Where a website's link leads, with or without its scheme."""
    return told if told.lower().startswith(("http://", "https://")) else f"https://{told}"


def envelope(party: Customer | Vendor, which: str) -> str:
    """The address as on an envelope, one line below another."""
    part = {name: getattr(party, f"{which}_{name}") for name in services.ADDRESS}
    town = " ".join(filter(None, [part["zip"], part["city"]]))
    lines = [part["attention"], part["address"], part["street2"], town, part["state"], part["country"]]
    return "\n".join([*filter(None, lines), *filter(None, [part["phone"], part["fax"]])])
