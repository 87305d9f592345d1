"""Organizations that exist already get the list views of deals, products and vendors that new ones start with."""

from django.db import migrations

VIEWS = (
    ("deals", "All Deals", "all"),
    ("deals", "My Deals", "mine"),
    ("products", "All Products", "all"),
    ("products", "My Products", "mine"),
    ("vendors", "All Vendors", "all"),
    ("vendors", "My Vendors", "mine"),
)


def add(apps, schema_editor):
    """A view that already has the name makes way: it selects what it did, under another name."""
    Organization = apps.get_model("crm", "Organization")
    ListView = apps.get_model("crm", "ListView")
    for module, name, scope in VIEWS:
        for taken in ListView.objects.filter(module=module, name=name, owner=None, is_system=False):
            taken.name = f"{name} ({taken.pk})"
            taken.save(update_fields=["name"])
        has = set(ListView.objects.filter(module=module, name=name, is_system=True).values_list("organization", flat=True))
        ListView.objects.bulk_create(
            ListView(organization_id=pk, module=module, name=name, scope=scope, is_system=True)
            for pk in Organization.objects.order_by("pk").values_list("pk", flat=True)
            if pk not in has
        )


class Migration(migrations.Migration):
    dependencies = [("crm", "0008_duplicates_and_merges")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
