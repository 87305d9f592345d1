"""Sheets to draw: each kind of document, long ones, odd ones."""

from __future__ import annotations

import datetime as dt
import struct
import zlib
from dataclasses import replace
from decimal import Decimal
from typing import Any

from finance.documents.sheet import (
    Align,
    Column,
    Fact,
    Issuer,
    Line,
    Listing,
    Party,
    Payment,
    Sheet,
    Tax,
    Total,
    Weight,
)

MADE_AT = dt.datetime(2026, 11, 22, 9, 30, tzinfo=dt.UTC)
IBAN = "FR76 3000 6000 0112 3456 7890 189"

SVG_LOGO = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 40" width="120" height="40">
<rect width="40" height="40" rx="8" fill="#1f4f7a"/><path d="M10 28 20 10l10 18z" fill="#fff"/>
<rect x="50" y="12" width="70" height="16" rx="4" fill="#5c6675"/></svg>"""

ISSUER = Issuer(
    name="Dupont Frères",
    legal_name="Dupont Frères SAS au capital de 50 000 €",
    address=("14 rue des Écluses", "69002 Lyon", "France"),
    tax_number="FR 32 123 456 789",
    registration="123 456 789",
    email="compta@dupont-freres.example",
    phone="+33 4 72 00 00 00",
    website="www.dupont-freres.example",
    logo=SVG_LOGO,
)
PARTY = Party(
    name="Boulangerie Mérieux & Fils",
    address=("À l'attention de Mme Claire Mérieux", "3 place Bellecour", "69002 Lyon", "France"),
    tax_number="FR 83 404 833 048",
    registration="404 833 048",
)


def png(width: int = 300, height: int = 100) -> bytes:
    """A picture of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\x00" + b"\x1f\x4f\x7a" * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def lines(count: int) -> tuple[Line, ...]:
    """That many lines of different heights, a heading before every tenth."""
    return tuple(
        Line(
            name=f"Article {at + 1}",
            description="" if at % 3 else f"Description de l'article {at + 1}, sur une ligne ou deux selon la largeur.",
            quantity=Decimal(at % 7 + 1),
            unit="h" if at % 2 else "",
            rate=Decimal("125.5") + at,
            discount="5 %" if at % 5 == 0 else "",
            taxes=("20 %",),
            amount=(Decimal("125.5") + at) * (at % 7 + 1),
            header=f"Lot {at // 10 + 1}" if at % 10 == 0 and count > 10 else "",
        )
        for at in range(count)
    )


def invoice(count: int = 3, **changes: Any) -> Sheet:
    """A French invoice with everything on it."""
    drawn = lines(count)
    net = sum((line.amount for line in drawn if line.amount is not None), Decimal(0))
    tax = (net * 20 / 100).quantize(Decimal("0.01"))
    made = Sheet(
        kind="invoice",
        title="Facture",
        number="FA-2026-00042",
        language="fr",
        currency="EUR",
        issuer=ISSUER,
        party=PARTY,
        subject="Rénovation du fournil, deuxième tranche",
        facts=(
            Fact("Date", dt.date(2026, 11, 22)),
            Fact("Échéance", dt.date(2026, 12, 22)),
            Fact("Référence", "BC-7781"),
            Fact("Vendeur", "Anne Leroy"),
        ),
        lines=drawn,
        taxes=(Tax(name="TVA", rate=Decimal(20), taxable=net, amount=tax),),
        totals=(
            Total("Sous-total", net),
            Total("TVA", tax),
            Total("Total TTC", net + tax, Weight.TOTAL),
            Total("Déjà payé", Decimal("-100")),
            Total("Solde à payer", net + tax - 100, Weight.DUE),
        ),
        notes="Merci de votre confiance.",
        terms="Paiement à 30 jours date de facture.\nPas d'escompte pour paiement anticipé.",
        payment=Payment(
            name="Dupont Frères SAS",
            iban=IBAN,
            bic="AGRIFRPPXXX",
            bank="Crédit Agricole",
            reference="FA-2026-00042",
            amount=net + tax - 100,
        ),
        mentions=(
            "En cas de retard, pénalités au taux de trois fois l'intérêt légal et indemnité forfaitaire de 40 €.",
        ),
    )
    return replace(made, **changes)


def bare(**changes: Any) -> Sheet:
    """An invoice with nothing that could be missing."""
    made = Sheet(
        kind="invoice",
        title="Invoice",
        number="1",
        language="en",
        currency="EUR",
        issuer=Issuer(name="A"),
        party=Party(name="B"),
    )
    return replace(made, **changes)


def statement(**changes: Any) -> Sheet:
    """A statement of an account: a listing in place of lines."""
    day = dt.date(2026, 11, 1)
    made = Sheet(
        kind="statement",
        title="Statement of account",
        number="",
        language="en",
        currency="USD",
        issuer=replace(ISSUER, logo=png()),
        party=PARTY,
        party_label="For",
        facts=(Fact("Period", "1–30 Nov 2026"),),
        listing=Listing(
            columns=(
                Column("Document"),
                Column("Date", Align.END),
                Column("Amount", Align.END),
                Column("Balance", Align.END),
            ),
            rows=(
                ("Opening balance", day, None, Decimal("100")),
                ("Invoice INV-00042", day, Decimal("1250.5"), Decimal("1350.5")),
                ("Payment 17", dt.date(2026, 11, 20), Decimal("-1350.5"), Decimal(0)),
            ),
        ),
        totals=(Total("Amount due", Decimal(0), Weight.TOTAL),),
    )
    return replace(made, **changes)


KINDS = {
    "estimate": "Devis",
    "sales_order": "Commande",
    "invoice": "Facture",
    "credit_note": "Avoir",
    "purchase_order": "Commande fournisseur",
    "payment": "Reçu",
}
