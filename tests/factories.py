"""What tests are made of. Everything is made through the services, so that a person could have made it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.files.base import File

import crm.services.accounts
import crm.services.activities
import crm.services.contacts
import crm.services.custom_fields
import crm.services.deals
import crm.services.organizations
import crm.services.products
import crm.services.vendors
import finance.services.custom_fields
import finance.services.customers
import finance.services.documents
import finance.services.expense_reports
import finance.services.expenses
import finance.services.items
import finance.services.members
import finance.services.organizations
import finance.services.receipts
import finance.services.taxes
import finance.services.vendors
from crm.models import Account, Activity, Contact, Deal, Product, Profile, Stage, Vendor
from crm.models import CustomField as CrmField
from crm.models import Organization as CrmOrganization
from finance.choices import DocumentKind
from finance.models import Attachment, Expense, ExpenseReport, Item, Tax
from finance.models import Customer as FinanceCustomer
from finance.models import CustomField as FinanceField
from finance.models import Organization as FinanceOrganization
from finance.models import Vendor as FinanceVendor
from finsuite.kernel.actors import Actor
from users.models import User

SYSTEM = Actor.system("tests")


def user(email: str = "person@example.com", **fields: Any) -> User:
    """A person who signs in with the password "let me in"."""
    return User.objects.create_user(email, "let me in", **fields)


def finance_organization(owner: User, name: str = "Dupont Frères", **values: Any) -> FinanceOrganization:
    """A finance organization, in euros unless told otherwise."""
    return finance.services.organizations.create_organization(
        actor=SYSTEM, owner=owner, values={"name": name, "base_currency": "EUR", **values}
    )


def finance_member(organization: FinanceOrganization, role: str, email: str) -> User:
    """A new person in this role."""
    person = user(email)
    finance.services.members.add_member(actor=SYSTEM, organization=organization, email=email, role=role)
    return person


def customer(organization: FinanceOrganization, display_name: str = "Acme", **values: Any) -> FinanceCustomer:
    """A business customer."""
    return finance.services.customers.create_customer(
        actor=SYSTEM, organization=organization, values={"display_name": display_name, **values}
    )


def finance_vendor(organization: FinanceOrganization, display_name: str = "Papeterie", **values: Any) -> FinanceVendor:
    """A vendor of a finance organization."""
    return finance.services.vendors.create_vendor(
        actor=SYSTEM, organization=organization, values={"display_name": display_name, **values}
    )


def tax(organization: FinanceOrganization, name: str = "VAT 20 %", rate: str = "20", **values: Any) -> Tax:
    """A tax; with `member_ids` a group, whose rate follows."""
    values = values if values.get("member_ids") else {"rate": rate, **values}
    return finance.services.taxes.create_tax(actor=SYSTEM, organization=organization, values={"name": name, **values})


def item(organization: FinanceOrganization, name: str = "Consulting", **values: Any) -> Item:
    """An item that is sold."""
    return finance.services.items.create_item(actor=SYSTEM, organization=organization, values={"name": name, **values})


def document(organization: FinanceOrganization, kind: DocumentKind, **values: Any) -> Any:
    """A document of this kind, as a draft: with `lines`, or else of one line of 100.00."""
    lines = values.pop("lines", [{"name": "Work", "rate": Decimal(100)}])
    return finance.services.documents.create_document(
        actor=SYSTEM, organization=organization, kind=kind, values=values, lines=lines
    )


def crm_organization(owner: User, name: str = "Dupont Ventes", **values: Any) -> CrmOrganization:
    """A CRM organization, at home in euros unless told otherwise."""
    return crm.services.organizations.create_organization(actor=SYSTEM, owner=owner, values={"name": name, **values})


def crm_member(organization: CrmOrganization, profile: str, email: str) -> User:
    """A new person with the profile of this name."""
    person = user(email)
    carried = Profile.objects.of(organization).get(name=profile)
    crm.services.organizations.add_member(actor=SYSTEM, organization=organization, email=email, profile=carried)
    return person


def crm_field(organization: CrmOrganization, label: str = "Grade", **values: Any) -> CrmField:
    """A custom field: text of an account's unless told otherwise."""
    values = {"module": "accounts", "label": label, "kind": "text", **values}
    return crm.services.custom_fields.create_custom_field(actor=SYSTEM, organization=organization, values=values)


def finance_field(organization: FinanceOrganization, label: str = "Grade", **values: Any) -> FinanceField:
    """A custom field: text of a customer's unless told otherwise."""
    values = {"module": "customers", "label": label, "kind": "text", **values}
    return finance.services.custom_fields.create_custom_field(actor=SYSTEM, organization=organization, values=values)


def account(organization: CrmOrganization, name: str = "Acme", **values: Any) -> Account:
    """An account of nobody's."""
    return crm.services.accounts.create_account(
        actor=SYSTEM, organization=organization, values={"name": name, **values}
    )


def contact(organization: CrmOrganization, last_name: str = "Martin", **values: Any) -> Contact:
    """A contact of nobody's; `account_id` attaches them."""
    return crm.services.contacts.create_contact(
        actor=SYSTEM, organization=organization, values={"last_name": last_name, **values}
    )


def deal(organization: CrmOrganization, name: str = "Big sale", **values: Any) -> Deal:
    """A deal of nobody's, in the first stage of the default pipeline; `stage` names another one."""
    if "stage" in values:
        values["stage_id"] = stage(organization, values.pop("stage")).pk
    return crm.services.deals.create_deal(actor=SYSTEM, organization=organization, values={"name": name, **values})


def stage(organization: CrmOrganization, name: str) -> Stage:
    """The stage of this name in the default pipeline."""
    return Stage.objects.of(organization).get(pipeline__is_default=True, name=name)


def activity(organization: CrmOrganization, kind: str = "task", **values: Any) -> Activity:
    """A task unless told otherwise; `module` and `record_id` say what it is about, `actor` who makes it."""
    actor = values.pop("actor", SYSTEM)
    given = {"kind": kind, "subject": "Call back", **values}
    return crm.services.activities.create_activity(actor=actor, organization=organization, values=given)


def vendor(organization: CrmOrganization, name: str = "Bolts & Co", **values: Any) -> Vendor:
    """A vendor of nobody's."""
    return crm.services.vendors.create_vendor(actor=SYSTEM, organization=organization, values={"name": name, **values})


def product(organization: CrmOrganization, name: str = "Bolt", **values: Any) -> Product:
    """A product of nobody's; `vendor_id` says where it is bought."""
    return crm.services.products.create_product(
        actor=SYSTEM, organization=organization, values={"name": name, **values}
    )


def expense(organization: FinanceOrganization, spender: User, **values: Any) -> Expense:
    """Something that this member spent on travel."""
    category = organization.expense_categories.get(name="Travel")
    known = {"category_id": category.pk, "amount": Decimal(12), "date": date(2026, 11, 2), **values}
    return finance.services.expenses.create_expense(
        actor=Actor.person(spender), organization=organization, values=known
    )


def expense_report(organization: FinanceOrganization, submitter: User, expenses: Sequence[Expense]) -> ExpenseReport:
    """A draft report of this member with these expenses in it."""
    report = finance.services.expense_reports.create_report(
        actor=Actor.person(submitter),
        organization=organization,
        values={"name": "Name of it"},
        expense_ids=[one.pk for one in expenses],
    )
    report.refresh_from_db()
    return report


def receipt(of: Expense, spender: User, file: File[Any]) -> Attachment:
    """A receipt of the expense."""
    return finance.services.receipts.add_receipt(actor=Actor.person(spender), expense=of, file=file)
