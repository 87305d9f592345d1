from finance.models.organizations import Membership, Organization
from finance.models.parties import ContactPerson, Customer
from finance.models.rates import Currency
from finance.models.zsc_keys import ZscKey

__all__ = ["ContactPerson", "Currency", "Customer", "Membership", "Organization", "ZscKey"]
