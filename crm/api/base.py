"""What the CRM's entities have in common on the API: who may enter, and with which right."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from crm.access import Access, access
from crm.choices import Level, Module
from crm.models import Organization, Record
from crm.models.modules import referred
from crm.selectors.custom_fields import custom_fields
from crm.selectors.history import seen_entries
from crm.selectors.list_views import get_list_view, view_filter
from crm.selectors.merges import visible_survivor
from crm.selectors.records import everybodys_rows
from finsuite.kernel.api.problems import Problem
from finsuite.kernel.api.resources import Need, Resource
from finsuite.kernel.custom_fields.api import CUSTOM
from finsuite.kernel.custom_fields.sets import FieldSet
from finsuite.kernel.errors import NotFound

LEVELS = {Need.VIEW: Level.VIEW, Need.CREATE: Level.CREATE, Need.EDIT: Level.EDIT, Need.DELETE: Level.DELETE}


class CrmResource(Resource):
    """An entity below a CRM organization."""

    tag = "CRM"
    organization: Organization
    access: Access


class RecordResource(CrmResource):
    """Records that a profile grants levels on."""

    model: ClassVar[type[Record]]
    module: ClassVar[Module]
    narrowed_by: ClassVar[dict[str, str]] = {"view": "The id of a list view: only the records that it selects."}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "fields" in vars(cls):
            cls.fields = {**cls.fields, **CUSTOM}

    def narrow(self, rows: QuerySet[Any], name: str, text: str) -> QuerySet[Any]:
        view = get_list_view(self.organization, text, user_id=self.user.pk, module=self.module)
        return rows.filter(view_filter(view, self.access))

    def enter(self, organization_id: int, need: Need) -> Organization:
        self.access = access(self.user, organization_id)
        self.access.require(self.module, LEVELS[need])
        return self.access.organization

    def read_custom_fields(self) -> FieldSet:
        return custom_fields(self.organization, self.module)

    def record(self, record_id: int) -> Any:
        try:
            return super().record(record_id)
        except NotFound:
            self._tell_of_merge(record_id)
            raise

    def read(self, record_id: int, expand: frozenset[str] = frozenset()) -> dict[str, Any]:
        try:
            return super().read(record_id, expand)
        except NotFound:
            self._tell_of_merge(record_id)
            raise

    def _tell_of_merge(self, record_id: int) -> None:
        """For a record that was merged away: where to look instead, if the caller may see that."""
        found = visible_survivor(self.access, self.module, record_id)
        if found is not None:
            raise Problem(404, "merged", _("This record was merged into another one."), merged_into=found)

    def may_expand(self, name: str) -> bool:
        module = referred(self.model, f"{name}_id")
        return module is None or self.access.may(module, Level.VIEW)

    def written(self) -> QuerySet[Any]:
        everything = copy(self)
        everything.access = replace(self.access, owners={})
        return everything.rows()

    def tombstones(self) -> QuerySet[Any]:
        owners = self.access.owners.get(self.module)
        again = everybodys_rows(self.organization, self.module).filter(pk=OuterRef("record_id"))
        rows = super().tombstones().exclude(Exists(again))  # neither those that were restored
        return rows if owners is None else rows.filter(before__owner_id__in=sorted(owners))

    def told_entries(self, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return seen_entries(self.access, self.model, entries)

    @cached_property
    def _guarded(self) -> dict[str, Module]:
        """The references to records of modules of which the caller doesn't see everything."""
        return {
            name: module
            for name, field in self.fields.items()
            if (module := referred(self.model, f"{field.source}_id")) is not None and module in self.access.owners
        }

    def _columns(self, expand: frozenset[str]) -> list[str]:
        return [*super()._columns(expand), *(f"{self.fields[name].source}__owner_id" for name in self._guarded)]

    def _told(self, row: dict[str, Any], expand: frozenset[str]) -> dict[str, Any]:
        for name, module in self._guarded.items():
            source = self.fields[name].source
            if not self.access.sees(module, row[f"{source}__owner_id"]):
                row[source] = None
        return super()._told(row, expand)


class SetupResource(CrmResource):
    """What every member may read, and only those may change whose profile opens Setup."""

    can_search = False
    write_scope = "admin"

    def enter(self, organization_id: int, need: Need) -> Organization:
        self.access = access(self.user, organization_id)
        if need is not Need.VIEW:
            self.access.require_setup()
        return self.access.organization
