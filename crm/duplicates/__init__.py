"""Finding records that are entered twice. Pure: what records say goes in, likenesses and their reasons come out.

`names`, `marks`   one value in the form in which it is compared: a name without its legal form, a domain, a phone…
`facts`            all that a record can be recognised by, as keys that two records may share
`likeness`         how alike two records are, and why, in words
"""
