from finance.models.custom_fields import EXTENDED, CustomField, CustomValue
from finance.models.numbering import Counter
from finance.models.organizations import Membership, Organization
from finance.models.parties import ContactPerson, Customer
from finance.models.rates import Currency
from finance.models.search_words import SearchWord
from finance.models.zsc_keys import ZscAttempts, ZscKey

__all__ = [
    "EXTENDED",
    "ContactPerson",
    "Counter",
    "Currency",
    "CustomField",
    "CustomValue",
    "Customer",
    "Membership",
    "Organization",
    "SearchWord",
    "ZscAttempts",
    "ZscKey",
]
