"""The taxes that a file names, as ours: by name and rate, or else by rate alone."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from finance.models import Tax
from finance.services.import_books import Applied, Books, Unfit
from finance.services.taxes import create_tax
from finsuite.kernel.imports.problems import Problem
from finsuite.kernel.text import name_key


@dataclass
class Taxes:
    """The taxes that one record can bear, read once for all its lines. Those made for it are told in `applied`."""

    books: Books
    applied: Applied

    @cached_property
    def there(self) -> list[Tax]:
        """The organization's taxes in use; those that are made for the record come to them."""
        return list(self.books.known.taxes)

    def meant(self, name: str, rate: Decimal | None, field: str) -> Tax | None:
        """The tax of this name and rate, or the only one of this rate; none where the file names none.

        One that is missing is created where that was chosen. Raises Unfit for one that can't be told.
        """
        if not name and not rate:
            return None
        by_name = self._named(name)
        if by_name is not None and rate in (None, by_name.rate):
            return by_name
        by_rate = [tax for tax in self.there if rate is not None and tax.rate == rate and not tax.is_group]
        told = {"name": name[:60], "rate": _percent(rate)}
        if by_name is None and len(by_rate) == 1:
            return by_rate[0]
        if by_name is None and len(by_rate) > 1:
            raise Unfit(Problem("several_taxes", field, told))
        if rate is not None and self.books.job.creates_taxes:
            return self._made(name, rate, is_taken=by_name is not None)
        if by_name is not None:
            raise Unfit(Problem("tax_differs", field, {**told, "here": _percent(by_name.rate)}))
        raise Unfit(Problem("no_such_tax", field, told))

    def _named(self, name: str) -> Tax | None:
        key = name_key(name)
        return next((tax for tax in self.there if key and tax.name_key == key), None)

    def _made(self, name: str, rate: Decimal, *, is_taken: bool) -> Tax:
        """A tax of that name and rate; where the name is that of another rate, the rate is told behind it."""
        percent = f"{_percent(rate)} %"
        name = f"{name[:80]} ({percent})" if is_taken else name or percent
        same = self._named(name)
        if same is not None and same.rate == rate:
            return same
        books = self.books
        made = create_tax(actor=books.actor, organization=books.organization, values={"name": name, "rate": rate})
        self.there.append(made)
        books.known.without_taxes()
        self.applied.made.append({"kind": "tax", "id": made.pk, "label": made.name})
        return made


def _percent(rate: Decimal | None) -> str:
    return "" if rate is None else f"{(rate + 0).normalize():f}"
