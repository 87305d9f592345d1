"""What a file can fill: the fields of each module's records that an import may write."""

from __future__ import annotations

from finsuite.kernel.imports.fields import (
    BOOLEAN,
    CURRENCY,
    DATE,
    DECIMAL,
    EMAIL,
    INTEGER,
    LISTED,
    PERSON,
    RECORD,
    TAGS,
    Field,
)

ACCOUNTS = "accounts"
CONTACTS = "contacts"
DEALS = "deals"
PRODUCTS = "products"
VENDORS = "vendors"
MODULES = (ACCOUNTS, CONTACTS, DEALS, PRODUCTS, VENDORS)


def _address(prefix: str, code: str) -> tuple[Field, ...]:
    return (
        Field(f"{prefix}_street", most=250, has_lines=True),
        Field(f"{prefix}_city", most=100),
        Field(f"{prefix}_state", most=100),
        Field(f"{prefix}_{code}", most=30),
        Field(f"{prefix}_country", most=100),
    )


_ACCOUNT_FIELDS = (
    Field("name", most=100, required=True),
    Field("account_number", most=40),
    Field("owner", PERSON),
    Field("parent", RECORD, most=100, to=ACCOUNTS),
    Field("phone", most=30),
    Field("fax", most=30),
    Field("website", most=255),
    Field("account_type", most=100),
    Field("industry", most=100),
    Field("ownership", most=100),
    Field("rating", most=100),
    Field("employees", INTEGER, most=9),
    Field("annual_revenue", DECIMAL, most=16),
    Field("sic_code", most=10),
    Field("ticker_symbol", most=30),
    Field("site", most=80),
    Field("tax_number", most=50),
    Field("currency", CURRENCY),
    *_address("billing", "code"),
    *_address("shipping", "code"),
    Field("description", most=32_000, has_lines=True),
    Field("tags", TAGS, most=50),
)

_CONTACT_FIELDS = (
    Field("salutation", most=25),
    Field("first_name", most=40),
    Field("last_name", most=80, required=True),
    Field("account", RECORD, most=100, to=ACCOUNTS),
    Field("email", EMAIL, most=100),
    Field("secondary_email", EMAIL, most=100),
    Field("owner", PERSON),
    Field("phone", most=30),
    Field("mobile", most=30),
    Field("home_phone", most=30),
    Field("other_phone", most=30),
    Field("fax", most=30),
    Field("title", most=100),
    Field("department", most=50),
    Field("date_of_birth", DATE),
    Field("lead_source", most=100),
    Field("email_opt_out", BOOLEAN),
    Field("skype_id", most=50),
    Field("twitter", most=50),
    *_address("mailing", "zip"),
    *_address("other", "zip"),
    Field("currency", CURRENCY),
    Field("description", most=32_000, has_lines=True),
    Field("tags", TAGS, most=50),
)

_DEAL_FIELDS = (
    Field("name", most=120, required=True),
    Field("account", RECORD, most=100, to=ACCOUNTS),
    Field("contact", RECORD, most=121, to=CONTACTS),
    Field("owner", PERSON),
    Field("pipeline", LISTED, most=100),
    Field("stage", LISTED, most=100),
    Field("amount", DECIMAL, most=16, places=4),
    Field("product", RECORD, most=200, to=PRODUCTS),
    Field("closing_date", DATE),
    Field("probability", INTEGER, most=3),
    Field("lost_reason", LISTED, most=100),
    Field("lost_note", most=32_000, has_lines=True),
    Field("deal_type", most=100),
    Field("next_step", most=255),
    Field("lead_source", most=100),
    Field("campaign_source", most=100),
    Field("currency", CURRENCY),
    Field("description", most=32_000, has_lines=True),
    Field("tags", TAGS, most=50),
)

_PRODUCT_FIELDS = (
    Field("name", most=200, required=True),
    Field("code", most=100),
    Field("category", most=100),
    Field("is_active", BOOLEAN),
    Field("vendor", RECORD, most=120, to=VENDORS),
    Field("manufacturer", most=100),
    Field("unit_price", DECIMAL, most=14, places=6),
    Field("currency", CURRENCY),
    Field("usage_unit", most=50),
    Field("is_taxable", BOOLEAN),
    Field("tax", most=100),
    Field("commission_rate", DECIMAL, most=3, places=3),
    Field("quantity_in_stock", DECIMAL, most=14, places=4),
    Field("quantity_ordered", DECIMAL, most=14, places=4),
    Field("quantity_in_demand", DECIMAL, most=14, places=4),
    Field("reorder_level", DECIMAL, most=14, places=4),
    Field("sales_start_date", DATE),
    Field("sales_end_date", DATE),
    Field("support_start_date", DATE),
    Field("support_end_date", DATE),
    Field("owner", PERSON),
    Field("handler", PERSON),
    Field("description", most=32_000, has_lines=True),
    Field("tags", TAGS, most=50),
)

_VENDOR_FIELDS = (
    Field("name", most=120, required=True),
    Field("owner", PERSON),
    Field("phone", most=30),
    Field("email", EMAIL, most=100),
    Field("website", most=255),
    Field("category", most=100),
    Field("gl_account", most=100),
    Field("tax_number", most=50),
    Field("street", most=250, has_lines=True),
    Field("city", most=100),
    Field("state", most=100),
    Field("zip_code", most=30),
    Field("country", most=100),
    Field("currency", CURRENCY),
    Field("description", most=32_000, has_lines=True),
    Field("tags", TAGS, most=50),
)

FIELDS: dict[str, dict[str, Field]] = {
    module: {field.name: field for field in fields}
    for module, fields in (
        (ACCOUNTS, _ACCOUNT_FIELDS),
        (CONTACTS, _CONTACT_FIELDS),
        (DEALS, _DEAL_FIELDS),
        (PRODUCTS, _PRODUCT_FIELDS),
        (VENDORS, _VENDOR_FIELDS),
    )
}

# What a record may be recognised by, the usual one first.
MATCH_KEYS: dict[str, tuple[str, ...]] = {
    ACCOUNTS: ("name", "account_number", "website", "tax_number"),
    CONTACTS: ("email", "full_name"),
    DEALS: ("name",),
    PRODUCTS: ("code", "name"),
    VENDORS: ("name", "email", "website", "tax_number"),
}

# Modules in the order in which their records are written: what others hang on comes first.
ORDER = (ACCOUNTS, CONTACTS, VENDORS, PRODUCTS, DEALS)
