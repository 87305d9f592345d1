"""Which column fills which field, and what a file holds: by the headers that Zoho Books and Zoho Invoice export, older
and newer spellings, in English and French, and by our own names.

Each field lists its headers best first, so that of two columns that would fill it the better one does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from finance.imports.fields import CONTACTS, FIELDS, INVOICES, ITEMS, MODULES
from finsuite.kernel.imports.headers import matched, normal, ranked


def _address(which: str, title: str, french: str) -> dict[str, list[str]]:
    return {
        f"{which}_attention": [f"{title} Attention", f"À l'attention de ({french})"],
        f"{which}_address": [
            *(f"{title} Address", f"{title} Street", f"{title} Address1", f"{title} Street1"),
            *(f"Adresse de {french}", f"Adresse {french}", f"Rue {french}", f"Rue de {french}"),
        ],
        f"{which}_street2": [f"{title} Street2", f"{title} Street 2", f"{title} Address2", f"Rue 2 de {french}"],
        f"{which}_city": [f"{title} City", f"Ville de {french}", f"Ville {french}"],
        f"{which}_state": [f"{title} State", f"{title} County", f"Région de {french}", f"État de {french}"],
        f"{which}_zip": [
            *(f"{title} Code", f"{title} Zip", f"{title} Zip Code", f"{title} Postal Code", f"{title} Postcode"),
            *(f"Code postal de {french}", f"Code postal {french}"),
        ],
        f"{which}_country": [f"{title} Country", f"Pays de {french}", f"Pays {french}"],
        f"{which}_phone": [f"{title} Phone", f"{title} Phone Number", f"Téléphone de {french}"],
        f"{which}_fax": [f"{title} Fax", f"Fax de {french}"],
    }


_ADDRESSES = {**_address("billing", "Billing", "facturation"), **_address("shipping", "Shipping", "livraison")}
_CURRENCY = ["Currency Code", "Currency", "Code de devise", "Devise"]
_TERMS = ["Payment Terms", "Payment Terms Days", "Délai de paiement", "Conditions de paiement (jours)"]
_TERMS_LABEL = ["Payment Terms Label", "Payment Term", "Libellé des conditions de paiement", "Conditions de paiement"]

# fmt: off
_CONTACT_HEADERS: dict[str, list[str]] = {
    "source_id": ["Contact ID", "Customer ID", "Vendor ID", "ID du contact", "ID du client", "ID du fournisseur"],
    "contact_type": ["Contact Type", "Type de contact"],
    "display_name": [
        "Display Name", "Contact Name", "Customer Name", "Vendor Name", "Nom d'affichage", "Nom affiché",
        "Nom du contact", "Nom du client", "Nom du fournisseur",
    ],
    "company_name": ["Company Name", "Company", "Nom de l'entreprise", "Nom de la société", "Raison sociale"],
    "kind": ["Customer Sub Type", "Customer Type", "Sous-type de client", "Type de client"],
    "salutation": ["Salutation", "Civilité"],
    "first_name": ["First Name", "Prénom"],
    "last_name": ["Last Name", "Nom de famille", "Nom"],
    "email": ["EmailID", "Email ID", "Email", "E-mail", "Email Address", "Adresse e-mail", "Courriel"],
    "phone": ["Phone", "Work Phone", "Téléphone", "Téléphone professionnel"],
    "mobile": ["MobilePhone", "Mobile Phone", "Mobile", "Téléphone mobile", "Portable"],
    "designation": ["Designation", "Job Title", "Fonction"],
    "department": ["Department", "Service", "Département"],
    "website": ["Website", "Site web", "Site internet"],
    "currency": _CURRENCY,
    "payment_terms": _TERMS,
    "payment_terms_label": _TERMS_LABEL,
    "credit_limit": ["Credit Limit", "Limite de crédit", "Plafond de crédit"],
    "is_taxable": ["Taxable", "Is Taxable", "Imposable"],
    "exemption": ["Exemption Reason", "Tax Exemption Reason", "Exemption Code", "Motif d'exonération"],
    "tax_number": [
        # Not "TaxID": that column holds the other books' own id of a tax.
        "Tax Registration Number", "VAT Registration Number", "VAT Number", "VAT Reg No", "TRN",
        "GST Identification Number (GSTIN)", "Company ID", "Numéro de TVA", "N° TVA", "SIREN", "SIRET",
    ],
    "owner": ["Owner Name", "Owner", "Contact Owner", "Propriétaire", "Nom du propriétaire"],
    "is_reminded": ["Payment Reminder", "Payment Reminder Enabled", "Rappel de paiement"],
    "opening_balance": ["Opening Balance", "Solde d'ouverture", "Solde initial"],
    "status": ["Status", "Contact Status", "Statut", "État"],
    **_ADDRESSES,
    "notes": ["Notes", "Remarks", "Remarques"],
}

_ITEM_HEADERS: dict[str, list[str]] = {
    "source_id": ["Item ID", "Product ID", "ID de l'article"],
    "name": ["Item Name", "Name", "Product Name", "Nom de l'article", "Article", "Nom"],
    "sku": ["SKU", "Item Code", "Code article", "UGS", "Référence"],
    "kind": ["Product Type", "Type de produit"],
    "item_type": ["Item Type", "Type d'article"],
    "unit": ["Usage unit", "Unit", "Unit Name", "Unité d'utilisation", "Unité"],
    "sales_rate": ["Rate", "Selling Price", "Sales Rate", "Sales Price", "Item Price", "Price", "Tarif",
                   "Prix de vente", "Prix"],
    "sales_description": ["Description", "Sales Description", "Item Description", "Description de vente"],
    "tax_name": ["Tax1 Name", "Tax Name", "Intra State Tax Name", "Sales Tax Name", "Nom de la taxe", "Taxe"],
    "tax_rate": ["Tax1 Percentage", "Tax Percentage", "Tax1 %", "Tax %", "Tax Rate", "Intra State Tax Rate",
                 "Pourcentage de la taxe", "Taux de taxe"],
    "is_sold": ["Sellable", "Is Sold", "Vendable"],
    "is_purchased": ["Purchasable", "Is Purchased", "Achetable"],
    "purchase_rate": ["Purchase Rate", "Purchase Price", "Cost Price", "Cost", "Prix d'achat", "Coût"],
    "purchase_description": ["Purchase Description", "Description d'achat"],
    "purchase_tax_name": ["Purchase Tax Name", "Purchase Tax1 Name", "Purchase Tax", "Taxe à l'achat"],
    "purchase_tax_rate": ["Purchase Tax Percentage", "Purchase Tax1 Percentage", "Purchase Tax %",
                          "Purchase Tax Rate", "Taux de taxe à l'achat"],
    "vendor": ["Vendor", "Preferred Vendor", "Vendor Name", "Fournisseur", "Fournisseur préféré"],
    "track_stock": ["Track Inventory", "Is Tracked", "Suivi du stock"],
    "stock_on_hand": ["Stock On Hand", "Quantity On Hand", "Stock", "Stock disponible", "Opening Stock",
                      "Initial Stock"],
    "reorder_level": ["Reorder Point", "Reorder Level", "Seuil de réapprovisionnement"],
    "status": ["Status", "Statut", "État"],
}

_INVOICE_HEADERS: dict[str, list[str]] = {
    "source_id": ["Invoice ID", "ID de la facture"],
    "number": ["Invoice Number", "Invoice#", "Invoice No", "Numéro de facture", "N° de facture"],
    "status": ["Invoice Status", "Status", "Statut de la facture", "État de la facture", "Statut"],
    "date": ["Invoice Date", "Date", "Date de la facture", "Date de facture", "Date de facturation"],
    "due_date": ["Due Date", "Date d'échéance", "Échéance"],
    "customer_source_id": ["Customer ID", "Contact ID", "ID du client"],
    "customer": ["Customer Name", "Customer", "Contact Name", "Nom du client", "Client"],
    "email": ["Customer Email", "Primary Contact EmailID", "EmailID", "Email", "E-mail du client"],
    "reference": ["PurchaseOrder", "Purchase Order", "P.O.#", "Reference#", "Reference Number", "Reference",
                  "Bon de commande", "Référence"],
    "currency": _CURRENCY,
    "exchange_rate": ["Exchange Rate", "Taux de change"],
    "is_tax_inclusive": ["Is Inclusive Tax", "Is Tax Inclusive", "Taxes comprises", "TTC"],
    "discount_type": ["Discount Type", "Type de remise"],
    "is_discount_before_tax": ["Is Discount Before Tax", "Remise avant taxe"],
    "document_discount_percent": ["Entity Discount Percent", "Pourcentage de remise"],
    "document_discount_amount": ["Entity Discount Amount", "Montant de remise"],
    "shipping_charge": ["Shipping Charge", "Frais de port", "Frais de livraison"],
    "shipping_tax_name": ["Shipping Charge Tax Name", "Shipping Charge Tax"],
    "shipping_tax_rate": ["Shipping Charge Tax %", "Shipping Charge Tax Percentage"],
    "adjustment": ["Adjustment", "Ajustement"],
    "adjustment_label": ["Adjustment Description", "Description de l'ajustement"],
    "round_off": ["Round Off", "Roundoff", "Arrondi"],
    "total": ["Total", "Invoice Total", "Montant total"],
    "balance": ["Balance", "Balance Due", "Solde", "Reste dû"],
    "last_payment_date": ["Last Payment Date", "Date du dernier paiement"],
    "write_off_amount": ["WriteOff Amount", "Write Off Amount", "Montant passé en perte"],
    "credits_applied": ["Credits Applied", "Credit Applied", "Credits Applied Amount", "Crédits appliqués"],
    "salesperson": ["Sales person", "Salesperson", "Salesperson Name", "Sales Person Name", "Vendeur", "Commercial"],
    "payment_terms": _TERMS,
    "payment_terms_label": _TERMS_LABEL,
    **_ADDRESSES,
    "notes": ["Notes", "Customer Notes", "Remarques"],
    "terms": ["Terms & Conditions", "Terms and Conditions", "Conditions générales"],
    "item_source_id": ["Product ID", "Item ID", "ID de l'article"],
    "item_name": ["Item Name", "Item", "Nom de l'article", "Article"],
    "sku": ["SKU", "Item Code", "Code article"],
    "description": ["Item Desc", "Item Description", "Description", "Description de l'article"],
    "quantity": ["Quantity", "Qty", "Quantité", "Qté"],
    "unit": ["Usage unit", "Unit", "Unité"],
    "rate": ["Item Price", "Rate", "Unit Price", "Prix de l'article", "Prix unitaire"],
    "line_discount": ["Discount", "Discount(%)", "Remise"],
    "line_discount_amount": ["Discount Amount", "Montant de la remise"],
    "tax_name": ["Item Tax1", "Item Tax", "Tax Name", "Taxe de l'article"],
    "tax_rate": ["Item Tax1 %", "Item Tax %", "Tax Percentage", "% de taxe de l'article"],
    "tax2_name": ["Item Tax2", "Item Tax 2"],
    "tax2_rate": ["Item Tax2 %", "Item Tax 2 %"],
}
# fmt: on

_KNOWN = {
    module: ranked(headers, FIELDS[module])
    for module, headers in ((CONTACTS, _CONTACT_HEADERS), (ITEMS, _ITEM_HEADERS), (INVOICES, _INVOICE_HEADERS))
}

# A file holds what these of its columns say together, the first that fits.
_TELLING: tuple[tuple[str, tuple[str, ...]], ...] = (
    (INVOICES, ("number", "customer", "quantity")),
    (ITEMS, ("name", "sales_rate")),
    (CONTACTS, ("display_name",)),
    (ITEMS, ("name",)),
)


def map_headers(module: str, headers: Sequence[str], labels: Mapping[str, str] | None = None) -> dict[int, str]:
    """Column number → field, for every column of a file of this module that is recognised; each field at most once.

    Custom fields are exported under their label behind "CF.", which is known as well.
    """
    own = {name: label for name, label in (labels or {}).items() if name not in FIELDS[module]}
    known = {**_KNOWN[module], **{normal(f"CF.{label}"): (name, -1) for name, label in own.items()}}
    return matched(known, FIELDS[module], headers, labels)


def recognised(headers: Sequence[str]) -> str:
    """What the file holds, by its headers; "" where they don't say."""
    filled = {module: set(map_headers(module, headers).values()) for module in MODULES}
    for module, telling in _TELLING:
        if filled[module].issuperset(telling):
            return module
    return ""
