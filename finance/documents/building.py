"""A document's sheet: what was stored, in the words of the document's language. Nothing is computed here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from finance.choices import DocumentKind as Kind
from finance.documents.sheet import Fact, Issuer, Line, Party, Payment, Sheet, Tax, Total, Weight
from finance.models import Organization, Preferences, TaxExemption
from finance.models.documents import Document, DocumentLine
from finance.selectors.preferences import preferences
from finance.totals import section_totals
from finsuite.kernel import formats

STAMPED = ("draft", "void", "cancelled")


def sheet_of(
    document: Any, lines: Sequence[DocumentLine], *, language: str = "", look: Preferences | None = None
) -> Sheet:
    """The document as it is drawn, in its own language or in another, in the organization's look or in another."""
    look = look or preferences(document.organization)
    spoken = language or document.language or document.organization.language
    with translation.override(spoken):
        return Sheet(
            kind=document.kind.value,
            title=_title(document.kind),
            number=document.number,
            language=spoken,
            currency=document.currency,
            issuer=issuer_of(document.organization),
            party=_party(document),
            party_label=_party_label(document.kind),
            ship_to=_ship_to(document),
            stamp=str(document.get_status_display()) if document.status in STAMPED else "",
            facts=_facts(document),
            lines=_lines(lines),
            totals=totals_of(document),
            taxes=taxes_of(document),
            base_note=_base_note(document),
            notes=document.notes,
            terms=document.terms,
            payment=_payment(document),
            mentions=_mentions(document),
            template=look.look,
            accent=look.accent,
            paper=look.paper,
            date_pattern=document.organization.date_format,
        )


def issuer_of(organization: Organization) -> Issuer:
    """Whom documents come from, with the logo."""
    town = " ".join(filter(None, [organization.zip_code, organization.city]))
    country = formats.locale_of(translation.get_language()).territories.get(organization.country.upper())
    address = [*organization.street.splitlines(), organization.street2, town, organization.state]
    return Issuer(
        name=organization.name,
        legal_name=organization.legal_name,
        address=tuple(part for part in [*address, country or organization.country] if part),
        tax_number=organization.tax_number,
        registration=organization.siren,
        email=organization.email,
        phone=organization.phone,
        website=organization.website,
        logo=_logo(organization),
    )


def totals_of(document: Any) -> tuple[Total, ...]:
    """The rows of figures below the lines, in the language that is spoken at the moment."""
    rows = [Total(pgettext("on a document", "Subtotal"), document.sub_total)]
    discount = _discount(document)
    taxes = [Total(_tax_label(document), document.tax_total)] if document.taxes else []
    rows += (
        [*discount, *_shipping(document), *taxes]
        if document.is_discount_before_tax
        else [
            *_shipping(document),
            *taxes,
            *discount,
        ]
    )
    if document.adjustment:
        label = document.adjustment_label or pgettext("on a document", "Adjustment")
        rows.append(Total(label, document.adjustment))
    if document.round_off:
        rows.append(Total(pgettext("on a document", "Rounding"), document.round_off))
    rows.append(Total(pgettext("on a document", "Total"), document.total, Weight.TOTAL))
    return (*rows, *_settled(document))


def taxes_of(document: Document) -> tuple[Tax, ...]:
    """What each tax comes to."""
    return tuple(
        Tax(
            name=row["name"],
            rate=Decimal(row["rate"]),
            taxable=Decimal(row["taxable"]),
            amount=Decimal(row["amount"]),
        )
        for row in document.taxes
    )


def _title(kind: Kind) -> str:
    return {
        Kind.ESTIMATE: pgettext("document", "Estimate"),
        Kind.SALES_ORDER: pgettext("document", "Sales order"),
        Kind.INVOICE: pgettext("document", "Invoice"),
        Kind.CREDIT_NOTE: pgettext("document", "Credit note"),
        Kind.PURCHASE_ORDER: pgettext("document", "Purchase order"),
        Kind.BILL: pgettext("document", "Bill"),
    }[kind]


def _party_label(kind: Kind) -> str:
    return pgettext("on a document", "Vendor") if kind in (Kind.PURCHASE_ORDER, Kind.BILL) else ""


def _party(document: Any) -> Party:
    party = getattr(document, type(document).party_field)
    address = document.billing if hasattr(document, "billing") else _own_address(party)
    return Party(name=party.display_name, address=address_lines(address), tax_number=party.tax_number)


def party_of(party: Any) -> Party:
    """A customer or vendor with the address that bills go to now."""
    return Party(name=party.display_name, address=address_lines(_own_address(party)), tax_number=party.tax_number)


def _own_address(party: Any) -> dict[str, str]:
    names = ("attention", "address", "street2", "zip", "city", "state", "country")
    return {name: getattr(party, f"billing_{name}") for name in names}


def address_lines(kept: Mapping[str, str]) -> tuple[str, ...]:
    """An address as it stands on an envelope, from the parts that a document keeps."""
    part = {name: kept.get(name, "") for name in ("attention", "address", "street2", "zip", "city", "state", "country")}
    town = " ".join(filter(None, [part["zip"], part["city"]]))
    lines = [part["attention"], *part["address"].splitlines(), part["street2"], town, part["state"], part["country"]]
    return tuple(line for line in lines if line)


def _ship_to(document: Any) -> Party | None:
    """Where it goes, where that is somewhere else than the bill."""
    kept = getattr(document, "shipping", None) or getattr(document, "deliver_to", None) or {}
    lines = address_lines(kept)
    if not lines or lines == address_lines(getattr(document, "billing", {})):
        return None
    party = getattr(document, type(document).party_field)
    name = party.display_name if hasattr(document, "shipping") else document.organization.name
    return Party(name=name, address=lines)


def _facts(document: Any) -> tuple[Fact, ...]:
    facts = [Fact(pgettext("on a document", "Date"), document.date)]
    if document.until is not None and type(document).until_field != "date":
        label = capfirst(str(type(document)._meta.get_field(type(document).until_field).verbose_name))
        facts.append(Fact(label, document.until))
    terms = getattr(document, "payment_terms_label", "")
    if terms:
        facts.append(Fact(pgettext("on a document", "Payment terms"), terms))
    if document.reference:
        facts.append(Fact(pgettext("on a document", "Reference"), document.reference))
    if document.kind is Kind.CREDIT_NOTE and document.invoice_id:
        facts.append(Fact(pgettext("on a document", "Invoice"), document.invoice.number))
    return tuple(facts)


def _lines(lines: Sequence[DocumentLine]) -> tuple[Line, ...]:
    sums = section_totals([(line.header, line.item_total) for line in lines])
    return tuple(_line(line, sums.get(place)) for place, line in enumerate(lines))


def _line(line: DocumentLine, section_total: Decimal | None) -> Line:
    return Line(
        name=line.name,
        description=line.description,
        quantity=line.quantity,
        unit=line.unit,
        rate=line.rate,
        discount=shown_discount(line.discount),
        taxes=tuple(formats.rate(Decimal(tax["rate"])) for tax in line.taxes),
        amount=line.item_total,
        header=line.header,
        section_total=section_total,
    )


def shown_discount(text: str) -> str:
    """A discount as people write it in the language that is spoken: `10 %`, `12,50`."""
    if text.endswith("%"):
        return formats.rate(Decimal(text.removesuffix("%").strip()))
    return formats.exact(Decimal(text)) if text else ""


def _discount(document: Any) -> list[Total]:
    if not document.discount_total:
        return []
    label = pgettext("on a document", "Discount")
    if document.discount.endswith("%"):
        label = pgettext("on a document", "Discount (%(rate)s)") % {"rate": shown_discount(document.discount)}
    return [Total(label, -document.discount_total)]


def _shipping(document: Any) -> list[Total]:
    if not document.shipping_charge:
        return []
    return [Total(pgettext("on a document", "Shipping"), document.shipping_charge)]


def _tax_label(document: Any) -> str:
    if document.is_tax_inclusive:
        return pgettext("on a document", "Taxes (included)")
    return pgettext("on a document", "Taxes")


def _settled(document: Any) -> list[Total]:
    """What is paid of it, and what is left."""
    paid = {
        "paid_total": pgettext("on a document", "Paid"),
        "credited_total": pgettext("on a document", "Credited"),
        "written_off_total": pgettext("on a document", "Written off"),
        "used_total": pgettext("on a document", "Applied and refunded"),
    }
    rows = [Total(label, -getattr(document, name)) for name, label in paid.items() if getattr(document, name, 0)]
    if type(document).open_field != "balance" or document.status in ("void", "draft"):
        return rows
    due = pgettext("on a document", "Balance due")
    if document.kind is Kind.CREDIT_NOTE:
        due = pgettext("on a document", "Credit left")
    return [*rows, Total(due, document.balance, Weight.DUE)]


def _base_note(document: Any) -> str:
    base = document.organization.base_currency
    if document.currency == base:
        return ""
    return _("At %(rate)s %(base)s for 1 %(currency)s: %(total)s, of which tax %(tax)s.") % {
        "rate": formats.exact(document.exchange_rate),
        "base": base,
        "currency": document.currency,
        "total": formats.amount(document.total_base, base),
        "tax": formats.amount(document.tax_total_base, base),
    }


def _payment(document: Any) -> Payment | None:
    """Where an invoice is to be paid, while something is owed."""
    organization = document.organization
    if document.kind is not Kind.INVOICE or not organization.iban or document.balance <= 0 or document.status == "void":
        return None
    return Payment(
        name=organization.legal_name or organization.name,
        iban=organization.iban,
        bic=organization.bic,
        bank=organization.bank_name,
        reference=document.number,
        amount=document.balance if document.currency == "EUR" else None,
    )


def _mentions(document: Any) -> tuple[str, ...]:
    """Why some of it bears no tax, and what the organization always says on its own documents."""
    exempt = [int(row["key"]) for row in document.taxes if not Decimal(row["rate"]) and str(row["key"]).isdigit()]
    reasons: Iterable[str] = ()
    if exempt:
        found = TaxExemption.objects.of(document.organization).filter(taxes__pk__in=exempt)
        reasons = [one.reason for one in found.distinct().order_by("pk")]
    own = getattr(document, "exemption", {}).get("reason", "")
    reasons = dict.fromkeys(filter(None, [own, *reasons]))
    notice = "" if document.kind is Kind.BILL else document.organization.legal_notice  # a bill is the vendor's
    return (*reasons, *filter(None, [notice]))


def _logo(organization: Organization) -> bytes:
    if not organization.logo:
        return b""
    try:
        with organization.logo.open("rb") as kept:
            return bytes(kept.read())
    except FileNotFoundError:
        return b""  # a document that can't be printed would be the greater harm
