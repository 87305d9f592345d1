"""What the demo's documents stand on: the company's own details, vendors, and items at French taxes."""

from __future__ import annotations

from typing import Any

from finance.models import Organization, PaymentTerm, Tax, Vendor
from finance.services.items import create_item
from finance.services.organizations import update_organization
from finance.services.vendors import create_vendor
from finsuite.kernel.actors import Actor
from integration.demo.sales_content import PRODUCTS

COMPANY: dict[str, Any] = {
    "legal_name": "Verrières & Fils SARL",
    "street": "14 rue des Verriers",
    "zip_code": "69007",
    "city": "Lyon",
    "phone": "+33 4 99 00 10 20",
    "email": "comptabilite@verrieres.example",
    "website": "www.verrieres.example",
    "tax_number": "FR12123456782",
    "siren": "123456782",
    "legal_notice": "SARL, capital 120 000 €, RCS Lyon 123 456 782",
    "bank_name": "Banque de la Demo",
    "iban": "FR76 3000 6000 0112 3456 7890 189",
    "bic": "AGRIFRPP",
}

# name, city, days until bills are to be paid
VENDORS = (
    ("Float du Rhône", "Saint-Priest", 45),
    ("Alu Profil Services", "Villeurbanne", 30),
    ("Transports Mercier", "Vénissieux", 30),
    ("Papeterie Bellecour", "Lyon", 0),
)

# Of the CRM's products, those that the books know too, by the same code; and what only the books know.
_SHARED = slice(0, 8)
SERVICES = (
    ("POSE-H", "Fitting, per hour", "58.00", "hour", "10"),
    ("LIV-ZONE1", "Delivery within 50 km", "85.00", "", "20"),
    ("ETUDE", "Design study", "640.00", "", "20"),
)


def build(actor: Actor, organization: Organization) -> None:
    """Fill in the company's details, and add its vendors and items."""
    update_organization(actor=actor, organization=organization, values=COMPANY)
    vendors = [_vendor(actor, organization, *row) for row in VENDORS]
    taxes = {str(tax.rate.normalize()): tax.pk for tax in Tax.objects.of(organization).filter(rate__gt=0)}
    full, reduced = taxes["2E+1"], taxes["1E+1"]
    for place, (code, name, _category, price, unit, _maker, stock) in enumerate(PRODUCTS[_SHARED]):
        values = {"kind": "goods", "sku": code, "name": name, "unit": unit, "sales_rate": price, "sales_tax_id": full}
        bought = {"is_purchased": True, "purchase_tax_id": full, "vendor_id": vendors[place % 2].pk}
        kept = {"track_stock": True, "stock_on_hand": stock or 0, "reorder_level": 10}
        create_item(actor=actor, organization=organization, values={**values, **bought, **kept})
    for code, name, price, unit, rate in SERVICES:
        tax = reduced if rate == "10" else full
        values = {"sku": code, "name": name, "unit": unit, "sales_rate": price, "sales_tax_id": tax}
        create_item(actor=actor, organization=organization, values=values)


def _vendor(actor: Actor, organization: Organization, name: str, city: str, days: int) -> Vendor:
    term = PaymentTerm.objects.of(organization).get(days=days, kind="days" if days else "receipt")
    place = {"billing_city": city, "billing_country": "France"}
    values = {"display_name": name, "company_name": name, "payment_term_id": term.pk, **place}
    return create_vendor(actor=actor, organization=organization, values=values)
