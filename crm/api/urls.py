"""The CRM's addresses on the API, below /api/v1/crm/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from crm.api import tags
from crm.api.accounts import AccountResource
from crm.api.activities import ActivityResource
from crm.api.attachments import AttachmentResource
from crm.api.bulk import bulk_urls
from crm.api.contacts import ContactResource
from crm.api.currencies import CurrencyRateResource, CurrencyResource
from crm.api.custom_fields import CustomFieldResource
from crm.api.deals import DealResource
from crm.api.exports import ExportResource
from crm.api.imports import ImportResource
from crm.api.list_views import ListViewResource
from crm.api.merges import merge_urls
from crm.api.pipelines import LostReasonResource, PipelineResource, StageResource
from crm.api.products import ProductResource
from crm.api.profiles import MemberResource, ProfileResource
from crm.api.search import SearchView
from crm.api.sharing import SharingRuleResource, TeamResource
from crm.api.vendors import VendorResource

app_name = "crm_api"

RESOURCES = (
    AccountResource,
    ContactResource,
    DealResource,
    ProductResource,
    VendorResource,
    ListViewResource,
    CurrencyResource,
    CustomFieldResource,
    CurrencyRateResource,
    ProfileResource,
    MemberResource,
    SharingRuleResource,
    TeamResource,
    ImportResource,
    ActivityResource,
    AttachmentResource,
    PipelineResource,
    StageResource,
    LostReasonResource,
    ExportResource,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("<id:organization>/search", SearchView.as_view(), name="search"),
    path("<id:organization>/", include(tags.urls)),
    path(
        "<id:organization>/",
        include([*(pattern for resource in RESOURCES for pattern in resource.urls()), *merge_urls(), *bulk_urls()]),
    ),
]
