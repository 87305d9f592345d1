"""Setup › Custom fields, by module."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.access import Access
from crm.choices import Module
from crm.models import CustomField
from crm.selectors.custom_fields import counted, get_custom_field
from crm.services import custom_fields as services
from crm.ui.base import in_setup
from finsuite.kernel.custom_fields.pages import Setup

GET_AND_POST = ["GET", "HEAD", "POST"]


def _setup(request: HttpRequest, access: Access) -> Setup:
    organization = access.organization
    return Setup(
        request=request,
        organization=organization,
        context={"access": access},
        folder="crm",
        modules=Module,
        url=lambda name, *more: reverse(f"crm:{name}", args=[organization.pk, *more]),
        blank=lambda module: CustomField(organization=organization, module=module),
        counted=lambda module: counted(organization, Module(module)),
        get=lambda field_id: get_custom_field(organization, field_id),
        create=services.create_custom_field,
        update=services.update_custom_field,
        order=services.order_custom_fields,
        delete=services.delete_custom_field,
    )


@require_safe
@in_setup
def custom_field_list(request: HttpRequest, access: Access, module: str = "accounts") -> HttpResponse:
    return _setup(request, access).listed(module)


@require_http_methods(GET_AND_POST)
@in_setup
def custom_field_create(request: HttpRequest, access: Access, module: str) -> HttpResponse:
    return _setup(request, access).created(module)


@require_POST
@in_setup
def custom_field_order(request: HttpRequest, access: Access, module: str) -> HttpResponse:
    return _setup(request, access).ordered(module)


@require_POST
@in_setup
def custom_field_preview(request: HttpRequest, access: Access, module: str) -> HttpResponse:
    return _setup(request, access).previewed(module)


@require_http_methods(GET_AND_POST)
@in_setup
def custom_field_edit(request: HttpRequest, access: Access, field_id: int) -> HttpResponse:
    return _setup(request, access).edited(field_id)


@require_POST
@in_setup
def custom_field_delete(request: HttpRequest, access: Access, field_id: int) -> HttpResponse:
    return _setup(request, access).deleted(field_id)


urlpatterns: list[URLPattern | URLResolver] = [
    path("<int:field_id>", custom_field_edit, name="custom_field_edit"),
    path("<int:field_id>/delete", custom_field_delete, name="custom_field_delete"),
    path("<slug:module>", custom_field_list, name="custom_field_list"),
    path("<slug:module>/new", custom_field_create, name="custom_field_create"),
    path("<slug:module>/order", custom_field_order, name="custom_field_order"),
    path("<slug:module>/preview", custom_field_preview, name="custom_field_preview"),
]
