from finance.models.custom_fields import EXTENDED, CustomField, CustomValue
from finance.models.items import Item
from finance.models.numbering import Series
from finance.models.organizations import Membership, Organization
from finance.models.parties import ContactPerson, Customer
from finance.models.payment_terms import PaymentTerm
from finance.models.preferences import Preferences
from finance.models.rates import Currency, CurrencyRate
from finance.models.search_words import SearchWord
from finance.models.taxes import Tax, TaxExemption, TaxGroupMember
from finance.models.vendors import Vendor
from finance.models.zsc_keys import ZscAttempts, ZscKey

__all__ = [
    "EXTENDED",
    "ContactPerson",
    "Currency",
    "CurrencyRate",
    "CustomField",
    "CustomValue",
    "Customer",
    "Item",
    "Membership",
    "Organization",
    "PaymentTerm",
    "Preferences",
    "SearchWord",
    "Series",
    "Tax",
    "TaxExemption",
    "TaxGroupMember",
    "Vendor",
    "ZscAttempts",
    "ZscKey",
]
