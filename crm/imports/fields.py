"""What a file can fill: the fields of an account and of a contact that an import may write."""

from __future__ import annotations

from dataclasses import dataclass

ACCOUNTS = "accounts"
CONTACTS = "contacts"
MODULES = (ACCOUNTS, CONTACTS)

TEXT = "text"
EMAIL = "email"
INTEGER = "integer"
DECIMAL = "decimal"
DATE = "date"
BOOLEAN = "boolean"
TAGS = "tags"
CURRENCY = "currency"
PERSON = "person"  # a member of the organization, by e-mail address or full name
ACCOUNT = "account"  # an account, by name


@dataclass(frozen=True, slots=True)
class Field:
    """One field that a column can fill."""

    name: str
    kind: str = TEXT
    most: int | None = None  # the longest text, or the most digits before the decimal mark
    required: bool = False


def _address(prefix: str, code: str) -> tuple[Field, ...]:
    return (
        Field(f"{prefix}_street", most=250),
        Field(f"{prefix}_city", most=100),
        Field(f"{prefix}_state", most=100),
        Field(f"{prefix}_{code}", most=30),
        Field(f"{prefix}_country", most=100),
    )


_ACCOUNT_FIELDS = (
    Field("name", most=100, required=True),
    Field("account_number", most=40),
    Field("owner", PERSON),
    Field("parent", ACCOUNT, most=100),
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
    Field("description", most=32_000),
    Field("tags", TAGS, most=50),
)

_CONTACT_FIELDS = (
    Field("salutation", most=25),
    Field("first_name", most=40),
    Field("last_name", most=80, required=True),
    Field("account", ACCOUNT, most=100),
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
    Field("description", most=32_000),
    Field("tags", TAGS, most=50),
)

FIELDS: dict[str, dict[str, Field]] = {
    ACCOUNTS: {field.name: field for field in _ACCOUNT_FIELDS},
    CONTACTS: {field.name: field for field in _CONTACT_FIELDS},
}

# What a record may be recognised by, the usual one first.
MATCH_KEYS: dict[str, tuple[str, ...]] = {
    ACCOUNTS: ("name", "account_number", "website", "tax_number"),
    CONTACTS: ("email", "full_name"),
}
