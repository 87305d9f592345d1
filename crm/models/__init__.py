from crm.models.accounts import Account
from crm.models.contacts import Contact
from crm.models.currencies import Currency
from crm.models.imports import ImportJob, ImportOutcome, ImportPart, ImportResult, ImportRow, ImportState, ImportUndo
from crm.models.list_views import ListView
from crm.models.organizations import Membership, Organization
from crm.models.profiles import ModuleRight, Profile

__all__ = [
    "Account",
    "Contact",
    "Currency",
    "ImportJob",
    "ImportOutcome",
    "ImportPart",
    "ImportResult",
    "ImportRow",
    "ImportState",
    "ImportUndo",
    "ListView",
    "Membership",
    "ModuleRight",
    "Organization",
    "Profile",
]
