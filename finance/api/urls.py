"""The finance addresses of the REST API."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from finance.api import billables, payments, receivables, reports, settling, statements
from finance.api.catalogue import ItemResource, VendorResource
from finance.api.custom_fields import CustomFieldResource
from finance.api.customers import ContactPersonResource, CustomerResource
from finance.api.documents import RESOURCES as DOCUMENTS
from finance.api.emails import EmailResource
from finance.api.expenses import ExpenseCategoryResource, ExpenseReportResource, ExpenseResource
from finance.api.imports import ImportResource
from finance.api.organization import OrganizationView, PreferencesView
from finance.api.recurring_invoices import RecurringInvoiceResource
from finance.api.reminder_rules import ReminderRuleResource
from finance.api.settings import CurrencyRateResource, CurrencyResource, MemberResource, SeriesResource
from finance.api.subscriptions import PlanResource, SubscriptionResource
from finance.api.taxes import PaymentTermResource, TaxExemptionResource, TaxResource
from finance.api.zsc_keys import KeysView, OneKeyView, RegenerateView

app_name = "finance_api"

_of_one: list[URLPattern | URLResolver] = [
    *CustomerResource.urls(),
    *ContactPersonResource.urls(),
    *VendorResource.urls(),
    *ItemResource.urls(),
    *TaxResource.urls(),
    *TaxExemptionResource.urls(),
    *PaymentTermResource.urls(),
    *EmailResource.urls(),
    *ReminderRuleResource.urls(),
    *ImportResource.urls(),
    *payments.urlpatterns,
    *settling.urlpatterns,
    *receivables.urlpatterns,
    *statements.urlpatterns,
    *reports.urlpatterns,
    *billables.urlpatterns,
    *PlanResource.urls(),
    *SubscriptionResource.urls(),
    *RecurringInvoiceResource.urls(),
    *ExpenseResource.urls(),
    *ExpenseReportResource.urls(),
    *ExpenseCategoryResource.urls(),
    *CurrencyResource.urls(),
    *CurrencyRateResource.urls(),
    *SeriesResource.urls(),
    path("organization", OrganizationView.as_view(), name="organization"),
    path("preferences", PreferencesView.as_view(), name="preferences"),
    *MemberResource.urls(),
    *CustomFieldResource.urls(),
    *(address for documents in DOCUMENTS.values() for address in documents.urls()),
    path("zsc-keys", KeysView.as_view(), name="zsc-keys"),
    path("zsc-keys/<id:record>", OneKeyView.as_view(), name="zsc-key"),
    path("zsc-keys/<id:record>/regenerate", RegenerateView.as_view(), name="zsc-key-regenerate"),
]

urlpatterns: list[URLPattern | URLResolver] = [path("<id:organization>/", include(_of_one))]
