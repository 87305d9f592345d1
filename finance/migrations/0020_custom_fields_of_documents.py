"""Documents with lines and expenses can have custom fields."""

from django.db import migrations, models

from finsuite.kernel.custom_fields import tables

NOTED = {
    "finance_estimate": "estimates",
    "finance_salesorder": "sales_orders",
    "finance_invoice": "invoices",
    "finance_creditnote": "credit_notes",
    "finance_purchaseorder": "purchase_orders",
    "finance_bill": "bills",
    "finance_expense": "expenses",
}


class Migration(migrations.Migration):
    dependencies = [("finance", "0019_imports")]

    operations = [
        migrations.AlterField(
            model_name="customfield",
            name="module",
            field=models.CharField(
                choices=[
                    ("customers", "Customers"),
                    ("contact_persons", "Contact persons"),
                    ("items", "Items"),
                    ("vendors", "Vendors"),
                    ("estimates", "Estimates"),
                    ("sales_orders", "Sales orders"),
                    ("invoices", "Invoices"),
                    ("credit_notes", "Credit notes"),
                    ("purchase_orders", "Purchase orders"),
                    ("bills", "Bills"),
                    ("expenses", "Expenses"),
                ],
                max_length=20,
                verbose_name="record",
            ),
        ),
        *(tables.noted("finance", table, module) for table, module in NOTED.items()),
    ]
