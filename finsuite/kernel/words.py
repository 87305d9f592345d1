"""The words that an organization's records are named with, so that a misspelt one can be told.

A table of them stands beside each room's records and only grows: a word whose records are gone leads to nothing found.
The database adds to it, whatever path wrote the record (docs/adr/0009-search.md). What a person is told comes from
records found with it, which they may see.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.db import connection, models, transaction

from finsuite.kernel.models import ScopedQuerySet
from finsuite.kernel.terms import SHORT, letters, nearest

LONGEST = 40
MOST_MISSPELT = 4
MOST_MEANT = 3
_CANDIDATES = 32
_LONG = 7  # from here on two slips are forgiven, and one leaves most of the word

_COLLECT = """
    INSERT INTO {words} (organization_id, word)
    SELECT DISTINCT told.organization_id, told.word FROM (
        SELECT named.organization_id, regexp_split_to_table(named.sort_key, '[^[:alnum:]]+') AS word FROM {named}
    ) told
    WHERE length(told.word) BETWEEN {shortest} AND {longest} AND told.word !~ '[0-9]' AND NOT EXISTS (
        SELECT 1 FROM {words} known WHERE known.organization_id = told.organization_id AND known.word = told.word
    )"""
_RENAMED = (
    "(SELECT n.organization_id, n.sort_key FROM new_rows n JOIN old_rows o ON o.id = n.id"
    " WHERE o.sort_key IS DISTINCT FROM n.sort_key) named"
)


class KnownWord(models.Model):
    """A word that a record of the organization is, or was, named with. Two writers at once may both add it."""

    word = models.CharField(max_length=LONGEST, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True
        indexes = [
            models.Index(fields=["organization", "word"], name="%(app_label)s_known_word"),
            GinIndex(fields=["word"], opclasses=["gin_trgm_ops"], name="%(app_label)s_word_alike"),
        ]

    def __str__(self) -> str:
        return self.word


def collecting(words: str, tables: Sequence[str]) -> str:
    """The statements that make the database keep the table of words from now on, and fill it."""
    added = _collect(words, "new_rows named")
    renamed = _collect(words, _RENAMED)
    statements = [
        f"CREATE OR REPLACE FUNCTION {words}_collect() RETURNS trigger LANGUAGE plpgsql AS $body$\n"
        f"BEGIN\nIF TG_OP = 'INSERT' THEN {added};\nELSE {renamed};\nEND IF;\nRETURN NULL;\nEND\n$body$;"
    ]
    for table in tables:
        calls = f"FOR EACH STATEMENT EXECUTE FUNCTION {words}_collect();"
        statements += [
            f"CREATE TRIGGER known_words_insert AFTER INSERT ON {table} REFERENCING NEW TABLE AS new_rows {calls}",
            f"CREATE TRIGGER known_words_update AFTER UPDATE ON {table}"
            f" REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows {calls}",
            f"{_collect(words, f'{table} named')};",
        ]
    return "\n".join(statements)


def no_longer_collecting(words: str, tables: Sequence[str]) -> str:
    """The statements that take `collecting` back."""
    dropped = [f"DROP TRIGGER known_words_{verb} ON {table};" for table in tables for verb in ("insert", "update")]
    return "\n".join([*dropped, f"DROP FUNCTION {words}_collect();"])


def meant(model: Any, organization_id: int, words: Sequence[str]) -> dict[str, list[str]]:
    """For each word that can be misspelt, the known ones that it may have been meant to be, the nearest first.

    Where some of the words are names that are known, the others are the misspelt ones. Looking far is dear, so long
    words are first looked for among those that are much alike. Two to five statements.
    """
    typed = list(dict.fromkeys(part for word in words for part in letters(word) if len(part) <= LONGEST))
    del typed[MOST_MISSPELT:]
    if len(typed) > 1:
        typed = _unknown(model, organization_id, typed) or typed
    near = _near(model, organization_id, [word for word in typed if len(word) >= _LONG], _one_slip)
    return near | _near(model, organization_id, [word for word in typed if word not in near], _some_slips)


def _one_slip(word: str) -> float:
    """How alike two words are that a swap of neighbours, the slip that changes most, tells apart."""
    return (len(word) - 3) / (len(word) + 5) - 0.02


def _some_slips(word: str) -> float:
    return 0.19 if len(word) < 6 else 0.26  # two swapped letters leave so much of a word of 5, of 6


def _unknown(model: Any, organization_id: int, typed: Sequence[str]) -> list[str]:
    known = set(model.objects.filter(organization_id=organization_id, word__in=typed).values_list("word", flat=True))
    return [word for word in typed if word not in known]


def _near(
    model: Any, organization_id: int, typed: Sequence[str], alike: Callable[[str], float]
) -> dict[str, list[str]]:
    """The statement looks for words with some of the same three-letter groups; its transaction says how many."""
    if not typed:
        return {}
    table = model._meta.db_table
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        threshold = str(min(map(alike, typed)))
        cursor.execute("SELECT set_config('pg_trgm.similarity_threshold', %s, true)", [threshold])
        cursor.execute(
            "SELECT typed.word, near.word FROM unnest(%s) typed (word) CROSS JOIN LATERAL ("  # noqa: S608 - the model's
            f" SELECT DISTINCT known.word, similarity(known.word, typed.word) AS alike FROM {table} known"
            " WHERE known.organization_id = %s AND known.word %% typed.word ORDER BY alike DESC LIMIT %s) near",
            [list(typed), organization_id, _CANDIDATES],
        )
        near: dict[str, list[str]] = {}
        for word, known in cursor.fetchall():
            near.setdefault(word, []).append(known)
    return {word: found for word in near if (found := nearest(word, near[word], MOST_MEANT))}


def _collect(words: str, named: str) -> str:
    return _COLLECT.format(words=words, named=named, shortest=SHORT, longest=LONGEST)
