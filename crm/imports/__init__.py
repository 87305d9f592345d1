"""What is the CRM's own of reading a file into decisions, purely: no clock, no query, no Django.

fields     what a file of each module can fill
headers    the names that others give these fields
families   who hangs on whom in one file of accounts
judge      a row and what is known already → create, update, unchanged, skipped or refused

What all rooms share, from bytes to values, is finsuite/kernel/imports/.
"""
