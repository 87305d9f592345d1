"""Refunds are in the chain: those that there are, are added to it, so that none is outside."""

from django.db import migrations

from finance.services import chain, versions

LEFT_OUT = frozenset({"id", "organization", "created_at", "updated_at"})
SOURCES = ("payment", "credit_note", "vendor_payment")


def add_refunds(apps, _editor):
    refunds = apps.get_model("finance", "Refund")
    kept = apps.get_model("finance", "DocumentVersion")
    known = kept.objects.filter(kind="refund").values("record_id")
    parties = [f"{name}__{'vendor' if name == 'vendor_payment' else 'customer'}" for name in SOURCES]
    for refund in refunds.objects.exclude(pk__in=known).select_related("organization", *parties).order_by("pk"):
        source, kind = next((found, name) for name in SOURCES if (found := getattr(refund, name)) is not None)
        version = kept.objects.create(
            organization_id=refund.organization_id,
            kind="refund",
            record_id=refund.pk,
            position=1,
            content=_content(refund, source, kind),
        )
        chain.append(version=version, number=source.number, event=chain.ChainEvent.ISSUED)


def _content(refund, source, kind):
    organization = refund.organization
    party = source.vendor if kind == "vendor_payment" else source.customer
    return {
        "issuer": {"name": organization.name, "country": organization.country},
        "party": {"id": party.pk, "name": party.display_name, "tax_number": party.tax_number},
        "of": {"kind": kind, "id": source.pk, "number": source.number},
        **versions.columns_of(refund, LEFT_OUT),
    }


class Migration(migrations.Migration):
    dependencies = [("finance", "0017_billing")]
    operations = [migrations.RunPython(add_refunds, migrations.RunPython.noop)]
