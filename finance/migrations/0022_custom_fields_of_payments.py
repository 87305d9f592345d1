"""Payments of customers and to vendors can have custom fields."""

from django.db import migrations, models

from finsuite.kernel.custom_fields import tables


class Migration(migrations.Migration):

    dependencies = [
        ('finance', '0021_list_columns'),
    ]

    operations = [
        migrations.AddField(
            model_name='payment',
            name='custom',
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
        migrations.AddField(
            model_name='vendorpayment',
            name='custom',
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
        migrations.AlterField(
            model_name='customfield',
            name='module',
            field=models.CharField(choices=[('customers', 'Customers'), ('contact_persons', 'Contact persons'), ('items', 'Items'), ('vendors', 'Vendors'), ('estimates', 'Estimates'), ('sales_orders', 'Sales orders'), ('invoices', 'Invoices'), ('credit_notes', 'Credit notes'), ('purchase_orders', 'Purchase orders'), ('bills', 'Bills'), ('expenses', 'Expenses'), ('payments', 'Payments received'), ('vendor_payments', 'Payments made')], max_length=20, verbose_name='record'),
        ),
        tables.noted("finance", "finance_payment", "payments"),
        tables.noted("finance", "finance_vendorpayment", "vendor_payments"),
    ]
