"""The addresses of the finance pages."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from finance.ui import custom_field_settings, customers, document_look, email_templates, emails, settings
from finance.ui.documents import urls as document_urls
from finsuite.kernel.api import resources as _ids  # noqa: F401 – registers the converter `id`

app_name = "finance"

_of_one: list[URLPattern | URLResolver] = [
    path("customers/", customers.customer_list, name="customer_list"),
    path("customers/new/", customers.customer_create, name="customer_create"),
    *document_urls.urlpatterns,
    path("customers/<id:customer>/", customers.customer_detail, name="customer_detail"),
    path("customers/<id:customer>/contact-persons/", customers.customer_persons, name="customer_persons"),
    path("customers/<id:customer>/history/", customers.customer_history, name="customer_history"),
    path("customers/<id:customer>/edit/", customers.customer_edit, name="customer_edit"),
    path("customers/<id:customer>/status/", customers.customer_status, name="customer_status"),
    path("customers/<id:customer>/delete/", customers.customer_delete, name="customer_delete"),
    path("contact-persons/<id:person>/primary/", customers.person_primary, name="person_primary"),
    path("contact-persons/<id:person>/delete/", customers.person_delete, name="person_delete"),
    path("emails/", include(emails)),
    path("settings/email-templates/", include(email_templates)),
    path("settings/document-look/", include(document_look)),
    path("settings/", settings.organization_settings, name="organization_settings"),
    path("settings/members/", settings.member_settings, name="member_settings"),
    path("settings/members/<id:membership>/role/", settings.member_role, name="member_role"),
    path("settings/members/<id:membership>/remove/", settings.member_remove, name="member_remove"),
    path("settings/currencies/", settings.currency_settings, name="currency_settings"),
    path("settings/currencies/<id:currency>/", settings.currency_edit, name="currency_edit"),
    path("settings/custom-fields/", include(custom_field_settings)),
    path("settings/integrations/", settings.zsc_key_settings, name="zsc_key_settings"),
    path("settings/integrations/generate/", settings.zsc_key_generate, name="zsc_key_generate"),
    path("settings/integrations/<id:key>/regenerate/", settings.zsc_key_regenerate, name="zsc_key_regenerate"),
    path("settings/integrations/<id:key>/revoke/", settings.zsc_key_revoke, name="zsc_key_revoke"),
]

urlpatterns: list[URLPattern | URLResolver] = [path("<id:organization>/", include(_of_one))]
