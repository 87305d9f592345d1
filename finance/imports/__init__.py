"""Reading what other books export into records, purely: no clock, no query, no Django.

fields    what a file of contacts, items or invoices can fill
headers   the names that Zoho Books, Zoho Invoice and others give these fields, and what a file holds
words     the words in their cells: statuses, kinds, percentages
grouping  the rows of one record, wherever they stand in the file
reading   such rows → one record, or why they are none
invoicing what an invoice's values come to: its discounts, its state, what was paid of it

What all rooms share, from bytes to values, is finsuite/kernel/imports/.
"""
