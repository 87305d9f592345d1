"""The addresses of the finance pages."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from finance.ui import (
    books_settings,
    custom_field_settings,
    customers,
    document_look,
    email_templates,
    emails,
    expense_categories,
    expense_reports,
    expenses,
    imports,
    items,
    party_documents,
    reminder_settings,
    settings,
    tax_settings,
    vendors,
)
from finance.ui.documents import urls as document_urls
from finance.ui.payments import urls as payment_urls
from finance.ui.reports import urls as report_urls
from finance.ui.subscriptions import urls as subscription_urls
from finsuite.kernel.api import resources as _ids  # noqa: F401 – registers the converter `id`

app_name = "finance"

_of_one: list[URLPattern | URLResolver] = [
    path("customers/", customers.customer_list, name="customer_list"),
    path("customers/new/", customers.customer_create, name="customer_create"),
    *document_urls.urlpatterns,
    *payment_urls.urlpatterns,
    *subscription_urls.urlpatterns,
    *report_urls.urlpatterns,
    *party_documents.urlpatterns,
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
    path("settings/reminders/", include(reminder_settings)),
    path("settings/document-look/", include(document_look)),
    path("vendors/", vendors.vendor_list, name="vendor_list"),
    path("vendors/new/", vendors.vendor_create, name="vendor_create"),
    path("vendors/<id:vendor>/", vendors.vendor_detail, name="vendor_detail"),
    path("vendors/<id:vendor>/history/", vendors.vendor_history, name="vendor_history"),
    path("vendors/<id:vendor>/edit/", vendors.vendor_edit, name="vendor_edit"),
    path("vendors/<id:vendor>/status/", vendors.vendor_status, name="vendor_status"),
    path("vendors/<id:vendor>/delete/", vendors.vendor_delete, name="vendor_delete"),
    path("items/", items.item_list, name="item_list"),
    path("items/new/", items.item_create, name="item_create"),
    path("items/<id:item>/", items.item_detail, name="item_detail"),
    path("items/<id:item>/history/", items.item_history, name="item_history"),
    path("items/<id:item>/edit/", items.item_edit, name="item_edit"),
    path("items/<id:item>/status/", items.item_status, name="item_status"),
    path("items/<id:item>/delete/", items.item_delete, name="item_delete"),
    path("imports/", include(imports)),
    path("expenses/", include(expenses)),
    path("expense-reports/", include(expense_reports)),
    path("settings/expense-categories/", include(expense_categories)),
    path("settings/", settings.organization_settings, name="organization_settings"),
    path("settings/members/", settings.member_settings, name="member_settings"),
    path("settings/members/<id:membership>/role/", settings.member_role, name="member_role"),
    path("settings/members/<id:membership>/remove/", settings.member_remove, name="member_remove"),
    path("settings/currencies/", settings.currency_settings, name="currency_settings"),
    path("settings/currencies/<id:currency>/", settings.currency_edit, name="currency_edit"),
    path("settings/currencies/<id:currency>/rates/", books_settings.currency_rates, name="currency_rates"),
    path("settings/rates/<id:rate>/delete/", books_settings.currency_rate_delete, name="currency_rate_delete"),
    path("settings/taxes/", tax_settings.tax_settings, name="tax_settings"),
    path("settings/taxes/new/", tax_settings.tax_create, name="tax_create"),
    path("settings/taxes/<id:tax>/", tax_settings.tax_edit, name="tax_edit"),
    path("settings/taxes/<id:tax>/delete/", tax_settings.tax_delete, name="tax_delete"),
    path("settings/exemptions/new/", tax_settings.exemption_create, name="exemption_create"),
    path("settings/exemptions/<id:exemption>/", tax_settings.exemption_edit, name="exemption_edit"),
    path("settings/exemptions/<id:exemption>/delete/", tax_settings.exemption_delete, name="exemption_delete"),
    path("settings/payment-terms/", books_settings.term_settings, name="term_settings"),
    path("settings/payment-terms/<id:term>/", books_settings.term_edit, name="term_edit"),
    path("settings/payment-terms/<id:term>/delete/", books_settings.term_delete, name="term_delete"),
    path("settings/numbering/", books_settings.series_settings, name="series_settings"),
    path("settings/numbering/<id:series>/", books_settings.series_edit, name="series_edit"),
    path("settings/preferences/", books_settings.preference_settings, name="preference_settings"),
    path("settings/logo/", books_settings.logo_upload, name="logo_upload"),
    path("settings/logo/remove/", books_settings.logo_remove, name="logo_remove"),
    path("logo/", books_settings.logo, name="logo"),
    path("settings/custom-fields/", include(custom_field_settings)),
    path("settings/integrations/", settings.zsc_key_settings, name="zsc_key_settings"),
    path("settings/integrations/generate/", settings.zsc_key_generate, name="zsc_key_generate"),
    path("settings/integrations/<id:key>/regenerate/", settings.zsc_key_regenerate, name="zsc_key_regenerate"),
    path("settings/integrations/<id:key>/revoke/", settings.zsc_key_revoke, name="zsc_key_revoke"),
]

urlpatterns: list[URLPattern | URLResolver] = [path("<id:organization>/", include(_of_one))]
