"""Which column fills which field: by our own names, by English and French labels, and by what others export.

Each field lists its headers best first, so that of two columns that would fill it the better one does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crm.imports.fields import ACCOUNTS, CONTACTS, DEALS, FIELDS, PRODUCTS, VENDORS
from finsuite.kernel.imports.headers import matched, ranked


def _address(
    prefix: str, words: Sequence[str], zip_field: str, french: str, bare: Sequence[str]
) -> dict[str, list[str]]:
    """The headers of one address: prefixed ones, French ones, and, for the main address, bare ones too."""
    parts: dict[str, tuple[list[str], list[str], list[str]]] = {
        "street": (
            ["Street", "Street Address", "Address", "Address Line 1", "Address 1"],
            [f"Rue ({french})", f"Rue {french}", f"Adresse {french}", f"Adresse de {french}", f"Rue de {french}"],
            ["Street", "Street Address", "Address", "Adresse", "Rue", "Adresse postale", "Voie"],
        ),
        "city": (
            ["City", "Town"],
            [f"Ville ({french})", f"Ville {french}", f"Ville de {french}"],
            ["City", "Town", "Ville", "Commune", "Localité"],
        ),
        "state": (
            ["State", "State/Province", "State/Region", "Province", "Region", "County", "State/Province (text only)"],
            [f"Région ({french})", f"Région {french}", f"État {french}", f"Région de {french}"],
            ["State/Region", "State", "State/Province", "Province", "Region", "Région", "État"],
        ),
        zip_field: (
            ["Code", "Zip", "Postal Code", "Zip/Postal Code", "Zip Code", "Postcode"],
            [f"Code postal ({french})", f"Code postal {french}", f"CP {french}", f"Code postal de {french}"],
            ["Postal Code", "Zip", "Zip Code", "Zip/Postal Code", "Postcode", "Code postal", "CP"],
        ),
        "country": (
            ["Country", "Country/Territory", "Country/Region", "Country (text only)"],
            [f"Pays ({french})", f"Pays {french}", f"Pays de {french}"],
            ["Country/Region", "Country", "Country/Territory", "Pays"],
        ),
    }
    return {
        f"{prefix}_{part}": [f"{word} {name}" for word in words for name in english] + local + (lone if bare else [])
        for part, (english, local, lone) in parts.items()
    }


# fmt: off
_ACCOUNT_HEADERS: dict[str, list[str]] = {
    "name": [
        "Account Name", "Company name", "Name", "Company", "Account", "Organization", "Organisation",
        "Nom du compte", "Nom de compte", "Nom de l'entreprise", "Nom de la société", "Raison sociale", "Nom",
        "Compte", "Société", "Entreprise",
    ],
    "account_number": [
        "Account Number", "Account No", "Customer Number", "Numéro de compte", "N° de compte", "Numéro client",
        "N° client", "Code client", "Référence client",
    ],
    "owner": [
        "Owner Email", "Account Owner Email", "Company owner email", "Account Owner", "Company owner", "Owner",
        "E-mail du propriétaire", "Propriétaire du compte", "Propriétaire", "Commercial", "Responsable",
    ],
    "parent": [
        "Parent Account", "Parent Company", "Parent", "Parent Account Name", "Compte parent", "Société mère",
        "Maison mère", "Compte principal",
    ],
    "phone": [
        "Phone", "Phone Number", "Main Phone", "Telephone", "Téléphone", "Numéro de téléphone", "Tél", "Tel",
        "Téléphone fixe",
    ],
    "fax": ["Fax", "Fax Number", "Télécopie", "Numéro de fax", "Télécopieur"],
    "website": [
        "Website", "Website URL", "Web site", "URL", "Company Domain Name", "Domain", "Site web", "Site internet",
        "Site Web (URL)", "Adresse web",
    ],
    "account_type": ["Account Type", "Type", "Company type", "Type de compte", "Type de société", "Type d'entreprise"],
    "industry": ["Industry", "Sector", "Secteur", "Secteur d'activité", "Industrie", "Branche"],
    "ownership": ["Ownership", "Statut de propriété", "Forme juridique", "Actionnariat", "Propriété"],
    "rating": ["Rating", "Account Rating", "Évaluation", "Note", "Classement"],
    "employees": [
        "Employees", "Number of Employees", "No. of Employees", "NumberOfEmployees", "Effectif", "Employés",
        "Nombre d'employés", "Nombre de salariés", "Salariés",
    ],
    "annual_revenue": [
        "Annual Revenue", "AnnualRevenue", "Revenue", "Turnover", "Chiffre d'affaires", "CA", "CA annuel",
        "Chiffre d'affaires annuel", "Revenu annuel",
    ],
    "sic_code": ["SIC Code", "Sic", "Code SIC", "Code NAF", "Code APE"],
    "ticker_symbol": ["Ticker Symbol", "TickerSymbol", "Ticker", "Symbole boursier", "Code boursier"],
    "site": ["Account Site", "Site", "Site du compte", "Établissement"],
    "tax_number": [
        "Tax Number", "Tax ID", "VAT Number", "VAT ID", "VAT", "Numéro de TVA", "N° TVA", "TVA intracommunautaire",
        "Numéro de TVA intracommunautaire", "SIREN", "SIRET", "Numéro fiscal",
    ],
    "currency": ["Currency", "Currency ISO Code", "CurrencyIsoCode", "Account Currency", "Devise", "Monnaie"],
    "description": ["Description", "Account Description", "Notes", "Remarques", "Commentaires", "About Us"],
    "tags": ["Tags", "Tag", "Labels", "Étiquettes", "Mots-clés", "Balises"],
    **_address("billing", ["Billing"], "code", "facturation", ["main"]),
    **_address("shipping", ["Shipping"], "code", "livraison", []),
}

_CONTACT_HEADERS: dict[str, list[str]] = {
    "salutation": ["Salutation", "Mr/Ms", "Civilité", "Titre de civilité", "Formule d'appel"],
    "first_name": ["First Name", "FirstName", "Given Name", "Forename", "Prénom"],
    "last_name": ["Last Name", "LastName", "Surname", "Family Name", "Nom de famille", "Nom"],
    "account": [
        "Account Name", "Account: Account Name", "Account.Name", "Associated Company", "Primary Company",
        "Company Name", "Company", "Account", "Organization", "Nom du compte", "Nom de compte", "Nom de l'entreprise",
        "Nom de la société", "Raison sociale", "Compte", "Société", "Entreprise", "Employeur",
    ],
    "email": [
        "Email", "E-mail", "Email Address", "E-mail address", "Adresse e-mail", "Adresse email", "Courriel", "Mail",
        "Adresse de messagerie", "E-mail professionnel",
    ],
    "secondary_email": [
        "Secondary Email", "Second e-mail", "Other Email", "Additional email addresses", "E-mail secondaire",
        "Autre e-mail", "Second e-mail", "Courriel secondaire",
    ],
    "owner": [
        "Owner Email", "Contact Owner Email", "Contact owner", "Owner", "E-mail du propriétaire",
        "Propriétaire du contact", "Propriétaire", "Commercial", "Responsable",
    ],
    "phone": [
        "Phone", "Phone Number", "Business Phone", "Work Phone", "Telephone", "Téléphone", "Numéro de téléphone",
        "Téléphone professionnel", "Téléphone fixe", "Tél", "Tel",
    ],
    "mobile": [
        "Mobile", "Mobile Phone", "MobilePhone", "Mobile Phone Number", "Cell Phone", "Portable", "Téléphone portable",
        "Téléphone mobile", "Tél. mobile", "Tél. portable", "GSM",
    ],
    "home_phone": ["Home Phone", "HomePhone", "Téléphone personnel", "Téléphone domicile", "Tél. domicile"],
    "other_phone": ["Other Phone", "OtherPhone", "Autre téléphone", "Autre tél"],
    "fax": ["Fax", "Fax Number", "Business Fax", "Télécopie", "Numéro de fax", "Télécopieur"],
    "title": ["Title", "Job Title", "Position", "Role", "Fonction", "Poste", "Intitulé du poste", "Titre"],
    "department": ["Department", "Service", "Département"],
    "date_of_birth": [
        "Date of Birth", "Birthdate", "Birthday", "Birth date", "Date de naissance", "Né le", "Anniversaire",
    ],
    "lead_source": [
        "Lead Source", "LeadSource", "Original Source", "Source", "Source du prospect", "Source de la piste", "Origine",
        "Provenance",
    ],
    "email_opt_out": [
        "Email Opt Out", "No e-mail", "HasOptedOutOfEmail", "Has Opted Out Of Email", "Unsubscribed from all email",
        "Opted out of email", "Refus d'e-mail", "Pas d'e-mail", "Désinscription e-mail", "Désabonné",
    ],
    "skype_id": ["Skype ID", "Skype", "Identifiant Skype"],
    "twitter": ["Twitter", "X (Twitter)", "Twitter Username", "Compte Twitter"],
    "currency": ["Currency", "Currency ISO Code", "CurrencyIsoCode", "Contact Currency", "Devise", "Monnaie"],
    "description": ["Description", "Contact Description", "Notes", "Remarques", "Commentaires", "Message"],
    "tags": ["Tags", "Tag", "Labels", "Étiquettes", "Mots-clés", "Balises"],
    **_address("mailing", ["Mailing", "Contact Mailing"], "zip", "postale", ["main"]),
    **_address("other", ["Other"], "zip", "autre", []),
}

_DEAL_HEADERS: dict[str, list[str]] = {
    "name": [
        "Deal Name", "Opportunity Name", "Name", "Potential Name", "Deal", "Opportunity", "Opportunity ID", "Title",
        "Nom du potentiel", "Nom de l'affaire", "Nom de l'opportunité", "Potentiel", "Affaire", "Opportunité", "Nom",
    ],
    "account": [
        "Account Name", "Account", "Associated Company", "Company", "Company name", "Organization", "Customer",
        "Nom du compte", "Compte", "Société", "Entreprise", "Client",
    ],
    "contact": ["Contact Name", "Primary Contact", "Associated Contact", "Contact", "Nom du contact"],
    "owner": [
        "Owner Email", "Deal Owner Email", "Deal Owner", "Opportunity Owner", "Owner", "E-mail du propriétaire",
        "Propriétaire du potentiel", "Propriétaire", "Commercial", "Responsable",
    ],
    "pipeline": ["Pipeline", "Sales Pipeline", "Pipeline de vente"],
    "stage": ["Stage", "Deal Stage", "Opportunity Stage", "Sales Stage", "Étape", "Phase", "Étape de vente", "Statut"],
    "amount": [
        "Amount", "Deal Amount", "Deal Value", "Close Value", "Value", "Total", "Montant", "Valeur",
        "Montant de l'affaire",
    ],
    "product": ["Product", "Product Name", "Produit", "Nom du produit", "Article"],
    "closing_date": [
        "Closing Date", "Close Date", "CloseDate", "Expected Close Date", "Date de clôture", "Clôture",
        "Date de clôture prévue", "Date de fermeture",
    ],
    "probability": ["Probability", "Probability (%)", "Win Probability", "Probabilité", "Probabilité (%)"],
    "lost_reason": [
        "Lost Reason", "Reason For Loss", "Closed Lost Reason", "Loss Reason", "Raison de la perte", "Motif de perte",
    ],
    "lost_note": ["Lost note", "Loss Details", "Détail de la perte"],
    "deal_type": ["Deal Type", "Type", "Opportunity Type", "Type de potentiel", "Type d'affaire"],
    "next_step": ["Next Step", "NextStep", "Prochaine étape"],
    "lead_source": ["Lead Source", "LeadSource", "Source", "Original Source", "Source du prospect", "Origine"],
    "campaign_source": ["Campaign Source", "Campaign", "Campagne", "Source de la campagne"],
    "currency": ["Currency", "Currency ISO Code", "CurrencyIsoCode", "Deal Currency", "Devise", "Monnaie"],
    "description": ["Description", "Deal Description", "Notes", "Remarques", "Commentaires"],
    "tags": ["Tags", "Tag", "Labels", "Étiquettes", "Mots-clés", "Balises"],
}

_PRODUCT_HEADERS: dict[str, list[str]] = {
    "name": ["Product Name", "Product", "Item Name", "Name", "Item", "Nom du produit", "Produit", "Article", "Nom"],
    "code": [
        "Product Code", "SKU", "Item Code", "Code", "Reference", "Code produit", "Référence", "Code article", "UGS",
    ],
    "category": ["Product Category", "Category", "Product Family", "Family", "Series", "Catégorie", "Famille", "Gamme"],
    "is_active": ["Product Active", "Active", "IsActive", "Is Active", "Actif", "Active ?"],
    "vendor": ["Vendor Name", "Vendor", "Supplier", "Nom du fournisseur", "Fournisseur"],
    "manufacturer": ["Manufacturer", "Brand", "Fabricant", "Marque"],
    "unit_price": [
        "Unit Price", "Price", "Sales Price", "Rate", "List Price", "Selling Price", "Prix unitaire", "Prix",
        "Prix de vente", "Tarif",
    ],
    "currency": ["Currency", "Currency ISO Code", "CurrencyIsoCode", "Devise", "Monnaie"],
    "usage_unit": ["Usage Unit", "Unit", "Unit of Measure", "UoM", "Unité", "Unité de mesure"],
    "is_taxable": ["Taxable", "Is Taxable", "Imposable", "Soumis à la taxe"],
    "tax": ["Tax", "Tax Name", "VAT", "Taxe", "TVA"],
    "commission_rate": ["Commission Rate", "Commission", "Taux de commission"],
    "quantity_in_stock": ["Quantity in Stock", "Qty in Stock", "Stock", "Stock on Hand", "Quantité en stock"],
    "quantity_ordered": ["Quantity Ordered", "Qty Ordered", "Quantité commandée"],
    "quantity_in_demand": ["Quantity in Demand", "Qty in Demand", "Quantité demandée"],
    "reorder_level": ["Reorder Level", "Reorder Point", "Seuil de réapprovisionnement", "Seuil de commande"],
    "sales_start_date": ["Sales Start Date", "On sale from", "Début de vente", "En vente à partir du"],
    "sales_end_date": ["Sales End Date", "On sale until", "Fin de vente", "En vente jusqu'au"],
    "support_start_date": ["Support Start Date", "Supported from", "Début du support"],
    "support_end_date": ["Support End Date", "Support Expiry Date", "Supported until", "Fin du support"],
    "owner": ["Owner Email", "Product Owner Email", "Product Owner", "Owner", "Propriétaire"],
    "handler": ["Handler", "Handled By", "Gestionnaire", "Géré par"],
    "description": ["Description", "Product Description", "Notes", "Remarques"],
    "tags": ["Tags", "Tag", "Labels", "Étiquettes", "Mots-clés", "Balises"],
}

_VENDOR_HEADERS: dict[str, list[str]] = {
    "name": [
        "Vendor Name", "Vendor", "Supplier Name", "Supplier", "Company Name", "Name", "Nom du fournisseur",
        "Fournisseur", "Raison sociale", "Nom",
    ],
    "owner": ["Owner Email", "Vendor Owner Email", "Vendor Owner", "Owner", "Propriétaire"],
    "phone": ["Phone", "Phone Number", "Telephone", "Téléphone", "Numéro de téléphone", "Tél", "Tel"],
    "email": ["Email", "E-mail", "Email Address", "Adresse e-mail", "Courriel", "Mail"],
    "website": ["Website", "Website URL", "Web site", "URL", "Site web", "Site internet"],
    "category": ["Category", "Vendor Category", "Catégorie"],
    "gl_account": ["GL Account", "Ledger account", "Account Code", "Compte comptable", "Compte général"],
    "tax_number": ["Tax Number", "Tax ID", "VAT Number", "Numéro de TVA", "N° TVA", "SIREN", "SIRET"],
    "street": ["Street", "Street Address", "Address", "Address Line 1", "Rue", "Adresse"],
    "city": ["City", "Town", "Ville"],
    "state": ["State", "State/Province", "Province", "Region", "Région", "État"],
    "zip_code": ["Zip Code", "Zip", "Postal Code", "Postcode", "Code postal", "CP"],
    "country": ["Country", "Country/Region", "Pays"],
    "currency": ["Currency", "Currency ISO Code", "CurrencyIsoCode", "Devise", "Monnaie"],
    "description": ["Description", "Notes", "Remarques"],
    "tags": ["Tags", "Tag", "Labels", "Étiquettes", "Mots-clés", "Balises"],
}
# fmt: on


_KNOWN = {
    module: ranked(headers, FIELDS[module])
    for module, headers in (
        (ACCOUNTS, _ACCOUNT_HEADERS),
        (CONTACTS, _CONTACT_HEADERS),
        (DEALS, _DEAL_HEADERS),
        (PRODUCTS, _PRODUCT_HEADERS),
        (VENDORS, _VENDOR_HEADERS),
    )
}


def map_headers(module: str, headers: Sequence[str], labels: Mapping[str, str] | None = None) -> dict[int, str]:
    """Column number → field, for every column of a file of this module that is recognised; each field at most once."""
    return matched(_KNOWN[module], FIELDS[module], headers, labels)
