"""What a currency is worth has a day now; every organization has document preferences and its series of numbers."""

from django.db import migrations

# What a currency was worth becomes its rate from the day on which it was added; the base currency needs none.
RATES = """
    INSERT INTO finance_currencyrate (organization_id, currency_id, day, rate, created_at, updated_at)
    SELECT c.organization_id, c.id, (c.created_at AT TIME ZONE o.time_zone)::date, c.rate, c.created_at, c.updated_at
    FROM finance_currency c JOIN finance_organization o ON o.id = c.organization_id
    WHERE c.code <> o.base_currency;
    INSERT INTO finance_preferences
        (organization_id, discount_mode, is_discount_before_tax, tax_mode, round_off, has_shipping, has_adjustment,
         is_sent_editable, credit_limit_rule, texts, created_at, updated_at)
    SELECT id, 'item', true, 'exclusive', 'none', true, true, true, 'warn', '{}', now(), now()
    FROM finance_organization;
    INSERT INTO finance_series
        (organization_id, series, prefix, digits, is_auto, given, created_at, updated_at)
    SELECT o.id, preset.series, preset.prefix, 5, preset.series <> 'bill', 0, now(), now()
    FROM finance_organization o CROSS JOIN (VALUES
        ('customer', 'CUST-'), ('vendor', 'VEND-'), ('estimate', 'EST-'), ('sales_order', 'SO-'), ('invoice', 'INV-'),
        ('recurring_invoice', 'RI-'), ('credit_note', 'CN-'), ('payment', 'PAY-'), ('purchase_order', 'PO-'),
        ('bill', 'BILL-'), ('vendor_payment', 'VP-'), ('expense', 'EXP-'), ('expense_report', 'ER-'),
        ('subscription', 'SUB-')
    ) preset (series, prefix)
    ON CONFLICT DO NOTHING;
    SET CONSTRAINTS ALL IMMEDIATE;
    SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):

    dependencies = [('finance', '0009_expenses')]

    operations = [
        migrations.RunSQL(RATES, migrations.RunSQL.noop),
        migrations.RemoveConstraint(model_name='currency', name='finance_currency_rate_positive'),
        migrations.RemoveField(model_name='currency', name='rate'),
    ]
