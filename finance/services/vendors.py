"""Creating, changing and deleting vendors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from finance.access import require
from finance.choices import Extended, Status
from finance.events import VendorCreated, VendorDeleted, VendorUpdated
from finance.models import Organization, Vendor
from finance.rights import Right
from finance.selectors.custom_fields import fields_to_write
from finance.selectors.documents import ids_in_use
from finance.services import customer_rules as rules
from finance.services import numbering
from finance.services.references import check_references, delete_unused, kept, lock, refusing_clash, tell
from finsuite.kernel.actors import Actor
from finsuite.kernel.custom_fields.kinds import named
from finsuite.kernel.errors import Refused
from finsuite.kernel.events import emit
from finsuite.kernel.records import Change, assign, require_filled
from finsuite.kernel.terms import searchable
from finsuite.kernel.text import fold, name_key
from finsuite.kernel.versions import require_version

ADDRESS = ("attention", "address", "street2", "city", "state", "zip", "country", "phone", "fax")

WRITABLE = frozenset(
    {
        *("display_name", "company_name", "salutation", "first_name", "last_name"),
        *("email", "phone", "mobile", "website", "notes"),
        *("currency", "payment_term_id", "tax_number", "language", "owner_id", "status"),
        *(f"{address}_{part}" for address in ("billing", "shipping") for part in ADDRESS),
    }
)
SEARCHED = (
    *("display_name", "company_name", "first_name", "last_name", "email", "phone", "mobile", "number", "tax_number"),
)


@transaction.atomic
def create_vendor(*, actor: Actor, organization: Organization, values: Mapping[str, Any]) -> Vendor:
    """Create a vendor, in base currency unless another one is given."""
    require(actor, organization, Right.VENDORS_EDIT)
    custom = fields_to_write(actor, organization, Extended.VENDORS, values)
    own, extra = custom.split(values)
    vendor = Vendor(organization=organization, currency=organization.base_currency)
    given = {name: value for name, value in own.items() if name != "display_name" or value}
    change = assign(vendor, given, allowed=WRITABLE)
    change = change.and_(custom.apply(vendor, extra, currency=vendor.currency))
    vendor.display_name = vendor.display_name or vendor.company_name or vendor.full_name
    require_filled(vendor, ["display_name"])
    _check(vendor, change)
    rules.check_currency(organization, vendor.currency)
    (vendor.number,) = numbering.take(organization=organization, series="vendor")
    _set_keys(vendor)
    vendor.unique_key = rules.unique_key(organization, vendor.name_key)
    with _refusing_taken_name(), custom.saving(vendor):
        vendor.save(force_insert=True)
    told = {name: getattr(vendor, name) for name in ("number", "display_name", "currency")}
    tell(actor, vendor, "created", before={}, after={**change.after, **told})
    emit(VendorCreated(organization_id=organization.pk, actor=actor, ids=(vendor.pk,)))
    return vendor


@transaction.atomic
def update_vendor(*, actor: Actor, vendor: Vendor, values: Mapping[str, Any], version: str | None = None) -> Vendor:
    """Change some of a vendor's fields."""
    require(actor, vendor.organization, Right.VENDORS_EDIT)
    vendor = lock(vendor, _("There is no such vendor."))
    require_version(vendor, version)
    custom = fields_to_write(actor, vendor.organization, Extended.VENDORS, values)
    own, extra = custom.split(values)
    change = assign(vendor, own, allowed=WRITABLE)
    change = change.and_(custom.apply(vendor, extra, currency=vendor.currency))
    if not change:
        return vendor
    _check(vendor, change)
    _check_currency_change(vendor, change)
    columns = [*change.fields, *_set_keys(vendor)]
    if "display_name" in change:
        vendor.unique_key = rules.unique_key(vendor.organization, vendor.name_key)
        columns.append("unique_key")
    with _refusing_taken_name(), custom.saving(vendor):
        vendor.save(update_fields=columns)
    tell(actor, vendor, "updated", before=change.before, after=change.after)
    changed = frozenset(change.after)
    emit(VendorUpdated(organization_id=vendor.organization_id, actor=actor, ids=(vendor.pk,), fields=changed))
    return vendor


@transaction.atomic
def set_status(*, actor: Actor, vendor: Vendor, status: Status, version: str | None = None) -> Vendor:
    """Let new documents be made for the vendor, or not any more."""
    return update_vendor(actor=actor, vendor=vendor, values={"status": status}, version=version)


@transaction.atomic
def delete_vendor(*, actor: Actor, vendor: Vendor, version: str | None = None) -> None:
    """Delete a vendor who has no documents and is preferred by no item."""
    require(actor, vendor.organization, Right.VENDORS_DELETE)
    vendor = lock(vendor, _("There is no such vendor."))
    require_version(vendor, version)
    before = kept(vendor, WRITABLE) | named(vendor.custom)
    tell(actor, vendor, "deleted", before=before, after={})
    event = VendorDeleted(organization_id=vendor.organization_id, actor=actor, ids=(vendor.pk,))
    sentence = _(
        "%(vendor)s has documents, or is the preferred vendor of an item, and can't be deleted. Make the vendor "
        "inactive instead."
    )
    delete_unused(vendor, sentence % {"vendor": vendor.display_name})
    emit(event)


def _check(vendor: Vendor, change: Change) -> None:
    width = Vendor._meta.get_field("name_key").max_length or 0
    if len(name_key(vendor.display_name)) > width:
        sentence = _("This name is too long once its ligatures are written out.")
        raise Refused(sentence, code="too_long", fields={"display_name": [sentence]})
    check_references(vendor, change, vendor.organization, but=("owner_id",))
    if "owner_id" in change:
        rules.check_owner(vendor.organization, vendor.owner_id)


def _check_currency_change(vendor: Vendor, change: Change) -> None:
    """A vendor's currency is fixed by their first document."""
    if "currency" not in change:
        return
    if ids_in_use(Vendor, vendor.organization, [vendor.pk]):
        sentence = _("This vendor has documents in %(currency)s, so the currency can't change any more.") % {
            "currency": change.before["currency"]
        }
        raise Refused(sentence, code="currency_in_use", fields={"currency": [sentence]})
    rules.check_currency(vendor.organization, vendor.currency)


def _set_keys(vendor: Vendor) -> list[str]:
    """Bring the columns that are made of others up to date, and name them."""
    vendor.name_key = name_key(vendor.display_name)
    vendor.sort_key = fold(vendor.display_name)[:200]
    vendor.search_text = searchable(getattr(vendor, name) for name in SEARCHED)
    return ["name_key", "sort_key", "search_text"]


def _refusing_taken_name() -> Any:
    sentence = _("Another vendor already has this display name. Choose another one, or allow duplicate names.")
    return refusing_clash("finance_vendor_name_unique", "display_name", sentence)
