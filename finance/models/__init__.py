from finance.models.numbering import Counter
from finance.models.organizations import Membership, Organization
from finance.models.parties import ContactPerson, Customer
from finance.models.rates import Currency
from finance.models.zsc_keys import ZscAttempts, ZscKey

__all__ = [
    "ContactPerson",
    "Counter",
    "Currency",
    "Customer",
    "Membership",
    "Organization",
    "ZscAttempts",
    "ZscKey",
]
