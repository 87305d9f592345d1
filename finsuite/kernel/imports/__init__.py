"""Reading a CSV file or a workbook, whatever room it is for.

Pure: no clock, no query, no Django.
problems   what can be wrong with a file or a row, as codes
encodings  which bytes are which letters
reader     bytes → rows with their physical line numbers
workbook   an Excel workbook → the same rows
fields     what a column can fill
headers    which column fills which field
values     the text of a cell → a value
formats    how a column writes its dates and numbers
rows       the cells of a row → values, or what is wrong with them

With Django:
tables     what the rooms' tables of imports have in common (abstract)
files      the file, kept in parts in the database
work       the work in the background: for how long at a time, what if it fails, what if its message is lost
custom     the organization's own fields as columns fill them
said       what the rooms' own rules say of a record, in every language
words      what is said of files and rows, in the reader's language
forms      the choices of encodings, delimiters and formats
"""
