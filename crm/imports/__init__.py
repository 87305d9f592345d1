"""Reading a CSV file into decisions, purely: no clock, no query, no Django.

problems   what can be wrong with a file or a row, as codes; crm/services/import_words.py words them
encodings  which bytes are which letters
reader     bytes → rows with their physical line numbers
fields     what a file can fill
headers    which column fills which field
values     the text of a cell → a value
formats    how a column writes its dates and numbers
families   who hangs on whom in one file of accounts
rows       the cells of a row → values, or what is wrong with them
judge      a row and what is known already → create, update, unchanged, skipped or refused
writer     rows → a CSV file that is safe to open and can be imported again
"""
