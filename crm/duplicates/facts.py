"""Everything that a record can be recognised by, as keys that two records may share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from crm.choices import Module
from crm.duplicates import marks
from crm.duplicates.names import name_core, person_core


class Sign(StrEnum):
    """What two records have in common. The value is the first part of the key that is stored."""

    NAME = "name"
    DOMAIN = "domain"
    EMAIL = "email"
    PHONE = "phone"
    TAX = "tax"
    CODE = "code"
    PLACED_NAME = "placed_name"  # the name, at the same account


@dataclass(frozen=True, slots=True)
class Facts:
    """One record, as far as likeness goes. `signs`: (sign, key) → the value as it is written in the record."""

    label: str
    signs: Mapping[tuple[Sign, str], str]

    def stored_keys(self) -> list[str]:
        """The keys to store, in a fixed order."""
        return sorted(f"{sign}:{key}" for sign, key in self.signs)

    def has(self, sign: Sign) -> bool:
        """Whether the record says anything of this kind."""
        return any(found is sign for found, _key in self.signs)


Signed = tuple[Sign, str, str]  # sign, key, as written


def facts_of(module: Module, values: Mapping[str, Any], *, region: str = "") -> Facts:
    """The facts of a record from its columns; `region` is the organization's own, for phones without a country."""
    signs = {(sign, key[:200]): shown for sign, key, shown in _READERS[module](values, region) if key}
    return Facts(label=_label(module, values), signs=signs)


def _label(module: Module, values: Mapping[str, Any]) -> str:
    if module == Module.CONTACTS:
        return f"{values['first_name']} {values['last_name']}".strip()
    return str(values["name"])


def _company(values: Mapping[str, Any], country: str, region: str) -> Iterator[Signed]:
    home = marks.region_of(country) or region
    yield Sign.NAME, name_core(values["name"]), values["name"]
    yield Sign.DOMAIN, marks.domain(values["website"]), marks.domain(values["website"])
    yield Sign.PHONE, marks.phone(values["phone"], home), values["phone"]
    yield Sign.TAX, marks.tax_number(values["tax_number"]), values["tax_number"]


def _account(values: Mapping[str, Any], region: str) -> Iterable[Signed]:
    return _company(values, values["billing_country"], region)


def _vendor(values: Mapping[str, Any], region: str) -> Iterable[Signed]:
    yield from _company(values, values["country"], region)
    yield Sign.DOMAIN, marks.mail_domain(values["email"]), marks.mail_domain(values["email"])
    yield Sign.EMAIL, marks.mailbox(values["email"]), values["email"]


def _contact(values: Mapping[str, Any], region: str) -> Iterable[Signed]:
    home = marks.region_of(values["mailing_country"]) or region
    name = person_core(f"{values['first_name']} {values['last_name']}")
    if values["first_name"]:  # a last name alone is many people's
        yield Sign.NAME, name, _label(Module.CONTACTS, values)
    if values["account_id"] is not None:
        yield Sign.PLACED_NAME, f"{values['account_id']}:{name}", _label(Module.CONTACTS, values)
    for column in ("email", "secondary_email"):
        yield Sign.EMAIL, marks.mailbox(values[column]), values[column]
    for column in ("phone", "mobile", "home_phone"):
        yield Sign.PHONE, marks.phone(values[column], home), values[column]


def _product(values: Mapping[str, Any], _region: str) -> Iterable[Signed]:
    yield Sign.NAME, name_core(values["name"]), values["name"]
    yield Sign.CODE, marks.code(values["code"]), values["code"]


def _deal(values: Mapping[str, Any], _region: str) -> Iterable[Signed]:
    if values["account_id"] is not None:
        yield Sign.PLACED_NAME, f"{values['account_id']}:{name_core(values['name'])}", values["name"]


_READERS: dict[Module, Callable[[Mapping[str, Any], str], Iterable[Signed]]] = {
    Module.ACCOUNTS: _account,
    Module.CONTACTS: _contact,
    Module.DEALS: _deal,
    Module.PRODUCTS: _product,
    Module.VENDORS: _vendor,
}

_COMPANY = ("name", "website", "phone", "tax_number")
COLUMNS: dict[Module, tuple[str, ...]] = {
    Module.ACCOUNTS: (*_COMPANY, "billing_country"),
    Module.CONTACTS: (
        *("first_name", "last_name", "account_id", "email", "secondary_email"),
        *("phone", "mobile", "home_phone", "mailing_country"),
    ),
    Module.DEALS: ("name", "account_id"),
    Module.PRODUCTS: ("name", "code"),
    Module.VENDORS: (*_COMPANY, "email", "country"),
}
"""The columns that `facts_of` reads."""
