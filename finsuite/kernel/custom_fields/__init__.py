"""Fields that an organization adds to its records: what kinds there are, what a value is, how it is kept and found.

A value lies in its record's `custom` column, under its field's key. kinds.py, values.py and texts.py are pure: they say
what a value may be and how it reads. tables.py keeps, by database triggers, a second copy of every value in a form that
can be compared, sorted and kept unique by index; queries.py asks it. Why: docs/adr/0008-custom-fields.md.
"""
