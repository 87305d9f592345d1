"""How a record's fields stand together, on its page and in its form alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Section:
    """Fields under one heading, by the names under which services take them."""

    title: Any
    fields: tuple[str, ...]


ACCOUNT = (
    Section(
        _("Account"),
        ("name", "owner_id", "parent_id", "account_number", "account_type", "industry", "site", "ownership", "rating"),
    ),
    Section(_("How to reach them"), ("phone", "fax", "website")),
    Section(
        _("Money and size"),
        (
            *("currency", "exchange_rate", "annual_revenue", "employees"),
            *("tax_number", "sic_code", "ticker_symbol"),
        ),
    ),
    Section(
        _("Billing address"),
        ("billing_street", "billing_city", "billing_state", "billing_code", "billing_country"),
    ),
    Section(
        _("Shipping address"),
        ("shipping_street", "shipping_city", "shipping_state", "shipping_code", "shipping_country"),
    ),
    Section(_("More"), ("description", "tags")),
)

CONTACT = (
    Section(
        _("Contact"),
        (
            *("salutation", "first_name", "last_name", "account_id", "owner_id", "title", "department"),
            *("reports_to_id", "lead_source", "date_of_birth", "currency"),
        ),
    ),
    Section(
        _("How to reach them"),
        (
            *("email", "secondary_email", "phone", "mobile", "home_phone", "other_phone", "fax"),
            *("skype_id", "twitter", "email_opt_out"),
        ),
    ),
    Section(
        _("Mailing address"),
        ("mailing_street", "mailing_city", "mailing_state", "mailing_zip", "mailing_country"),
    ),
    Section(_("Other address"), ("other_street", "other_city", "other_state", "other_zip", "other_country")),
    Section(_("More"), ("description", "tags")),
)

VENDOR = (
    Section(_("Vendor"), ("name", "owner_id", "category", "currency", "gl_account", "tax_number")),
    Section(_("How to reach them"), ("phone", "email", "website")),
    Section(_("Address"), ("street", "city", "state", "zip_code", "country")),
    Section(_("More"), ("description", "tags")),
)

PRODUCT = (
    Section(
        _("Product"),
        ("name", "code", "category", "is_active", "owner_id", "handler_id", "vendor_id", "manufacturer"),
    ),
    Section(
        _("Price"),
        ("currency", "unit_price", "usage_unit", "commission_rate", "is_taxable", "tax"),
    ),
    Section(
        _("Stock"),
        ("quantity_in_stock", "quantity_ordered", "quantity_in_demand", "reorder_level"),
    ),
    Section(
        _("Sale and support"),
        ("sales_start_date", "sales_end_date", "support_start_date", "support_end_date"),
    ),
    Section(_("More"), ("description", "tags")),
)

DEAL = (
    Section(_("Deal"), ("name", "account_id", "contact_id", "owner_id", "stage_id", "closing_date")),
    Section(_("Money"), ("currency", "exchange_rate", "amount", "probability")),
    Section(_("How it goes"), ("next_step", "deal_type", "lead_source", "campaign_source")),
    Section(_("If it is lost"), ("lost_reason_id", "lost_note")),
    Section(_("More"), ("description", "tags")),
)
