"""Settings › Custom fields, by kind of record."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path, reverse

from finance import access
from finance.choices import Extended
from finance.models import CustomField, Membership
from finance.rights import Right, allows
from finance.selectors.custom_fields import counted
from finance.services import custom_fields as services
from finance.ui.pages import page
from finsuite.kernel.api import resources as _ids  # noqa: F401 – registers the converter `id`
from finsuite.kernel.custom_fields.pages import Setup


def _setup(request: HttpRequest, member: Membership) -> Setup:
    organization = member.organization
    may = {right.name.lower(): allows(member.role, right) for right in Right}
    return Setup(
        request=request,
        organization=organization,
        context={"organization": organization, "member": member, "may": may, "custom_fields_is_current": True},
        folder="finance/settings",
        modules=Extended,
        url=lambda name, *more: reverse(f"finance:{name}", args=[organization.pk, *more]),
        blank=lambda module: CustomField(organization=organization, module=module),
        counted=lambda module: counted(organization, Extended(module)),
        get=lambda field_id: access.custom_field(organization, field_id),
        create=services.create_custom_field,
        update=services.update_custom_field,
        order=services.order_custom_fields,
        delete=services.delete_custom_field,
    )


@page(Right.SETTINGS)
def custom_field_list(request: HttpRequest, member: Membership, module: str) -> HttpResponse:
    return _setup(request, member).listed(module)


@page(Right.SETTINGS, "GET", "POST")
def custom_field_create(request: HttpRequest, member: Membership, module: str) -> HttpResponse:
    return _setup(request, member).created(module)


@page(Right.SETTINGS, "POST")
def custom_field_order(request: HttpRequest, member: Membership, module: str) -> HttpResponse:
    return _setup(request, member).ordered(module)


@page(Right.SETTINGS, "POST")
def custom_field_preview(request: HttpRequest, member: Membership, module: str) -> HttpResponse:
    return _setup(request, member).previewed(module)


@page(Right.SETTINGS, "GET", "POST")
def custom_field_edit(request: HttpRequest, member: Membership, field: int) -> HttpResponse:
    return _setup(request, member).edited(field)


@page(Right.SETTINGS, "POST")
def custom_field_delete(request: HttpRequest, member: Membership, field: int) -> HttpResponse:
    return _setup(request, member).deleted(field)


urlpatterns: list[URLPattern | URLResolver] = [
    path("<id:field>/", custom_field_edit, name="custom_field_edit"),
    path("<id:field>/delete/", custom_field_delete, name="custom_field_delete"),
    path("<slug:module>/", custom_field_list, name="custom_field_list"),
    path("<slug:module>/new/", custom_field_create, name="custom_field_create"),
    path("<slug:module>/order/", custom_field_order, name="custom_field_order"),
    path("<slug:module>/preview/", custom_field_preview, name="custom_field_preview"),
]
