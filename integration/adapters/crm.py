"""The CRM side of a connection: accounts and contacts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from django.db.models import Q

from crm.models import Account, Contact, Record
from integration.adapters.base import Change
from integration.adapters.tables import Row, Table, TableAdapter
from integration.core.pairings import ACCOUNT, CONTACT
from integration.core.records import Key, Side

_KEYS = ("name_key", "sort_key", "search_text")
_FULL_NAME = "btrim(t.first_name || ' ' || t.last_name)"


def _keys_of(model: type[Record], names: tuple[str, ...]) -> Callable[[Row], Row]:
    """How rows of this model get what is compared, sorted and searched, from the columns of these names."""

    def derive(row: Row) -> Row:
        record = model(**{name: row[name] for name in names})
        record.set_keys()
        return {name: getattr(record, name) for name in _KEYS}

    return derive


_ACCOUNT_NAMED_BY = ("name", "account_number", "website", "phone", "billing_city", "tax_number")
_CONTACT_NAMED_BY = ("first_name", "last_name", "email", "secondary_email", "phone", "mobile")


class CrmAdapter(TableAdapter):
    """One CRM organization. `views` (kind → filter) narrow which of its records take part."""

    side = Side.CRM
    tables = {
        ACCOUNT: Table(
            name=ACCOUNT,
            model=Account,
            label="t.name",
            derive_from=_ACCOUNT_NAMED_BY,
            derive=_keys_of(Account, _ACCOUNT_NAMED_BY),
        ),
        CONTACT: Table(
            name=CONTACT,
            model=Contact,
            label=_FULL_NAME,
            derive_from=_CONTACT_NAMED_BY,
            derive=_keys_of(Contact, _CONTACT_NAMED_BY),
            parent="account_id",
            virtual={"full_name": _FULL_NAME},
        ),
    }

    def __init__(
        self,
        organization_id: int,
        columns: Mapping[str, Collection[str]],
        *,
        home_currency: str,
        views: Mapping[str, Q] | None = None,
        hints: Collection[Key] = (),
    ) -> None:
        super().__init__(organization_id, columns, hints)
        self._home_currency = home_currency
        self._views = views or {}

    def in_scope(self, model: str, ids: Collection[int]) -> set[int] | None:
        """Those that the chosen list view holds."""
        view = self._views.get(model)
        if view is None:
            return None
        if not ids:
            return set()
        records: Any = self.tables[model].model._default_manager
        return set(records.of(self.organization_id).filter(view, pk__in=ids).values_list("pk", flat=True))

    def complete(self, table: Table, rows: list[Row], group: Sequence[Change]) -> None:
        """New records without a currency work in home currency."""
        for row in rows:
            row["currency"] = row.get("currency") or self._home_currency
        super().complete(table, rows, group)
