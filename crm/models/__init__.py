from crm.models.accounts import Account
from crm.models.activities import Activity, ActivityLink, Participant
from crm.models.attachments import Attachment
from crm.models.bulk import BulkChange, BulkChangeRow, BulkKind, BulkResult, BulkState, BulkUndo
from crm.models.contacts import Contact
from crm.models.currencies import Currency, CurrencyRate
from crm.models.custom_fields import CustomField, CustomValue
from crm.models.deals import Deal, DealContact, DealLine, StageChange
from crm.models.duplicates import DuplicateKeys, DuplicateScan, DuplicateSuggestion
from crm.models.exports import ExportJob, ExportPart, ExportState
from crm.models.imports import ImportJob, ImportOutcome, ImportPart, ImportResult, ImportRow, ImportState, ImportUndo
from crm.models.list_views import DefaultView, ListView, PinnedView
from crm.models.merges import Merge, MergedRecord
from crm.models.modules import RECORDS
from crm.models.organizations import Membership, Organization
from crm.models.pipelines import LostReason, Pipeline, Stage
from crm.models.products import Product
from crm.models.profiles import ModuleRight, Profile
from crm.models.record import Record
from crm.models.recycling import DeletedRecord
from crm.models.search_words import SearchWord
from crm.models.sharing import SharingRule, Team, TeamMember
from crm.models.vendors import Vendor

__all__ = [
    "RECORDS",
    "Account",
    "Activity",
    "ActivityLink",
    "Attachment",
    "BulkChange",
    "BulkChangeRow",
    "BulkKind",
    "BulkResult",
    "BulkState",
    "BulkUndo",
    "Contact",
    "Currency",
    "CurrencyRate",
    "CustomField",
    "CustomValue",
    "Deal",
    "DealContact",
    "DealLine",
    "DefaultView",
    "DeletedRecord",
    "DuplicateKeys",
    "DuplicateScan",
    "DuplicateSuggestion",
    "ExportJob",
    "ExportPart",
    "ExportState",
    "ImportJob",
    "ImportOutcome",
    "ImportPart",
    "ImportResult",
    "ImportRow",
    "ImportState",
    "ImportUndo",
    "ListView",
    "LostReason",
    "Membership",
    "Merge",
    "MergedRecord",
    "ModuleRight",
    "Organization",
    "Participant",
    "PinnedView",
    "Pipeline",
    "Product",
    "Profile",
    "Record",
    "SearchWord",
    "SharingRule",
    "Stage",
    "StageChange",
    "Team",
    "TeamMember",
    "Vendor",
]
