"""What every finance resource shares: who may enter, and to do what."""

from __future__ import annotations

from typing import Any, ClassVar

from finance import access
from finance.choices import Extended
from finance.models import Organization
from finance.rights import Right
from finance.selectors.custom_fields import custom_fields
from finsuite.kernel.api.resources import Need, Resource
from finsuite.kernel.custom_fields.api import CUSTOM
from finsuite.kernel.custom_fields.sets import FieldSet

PERSON = ("id", "email", "first_name", "last_name")
TERM = ("id", "name", "kind", "days")


class FinanceResource(Resource):
    """A resource of one finance organization. `rights` says which right each need takes; looking takes VIEW."""

    tag = "Finance"
    rights: ClassVar[dict[Need, Right]] = {}

    def enter(self, organization_id: int, need: Need) -> Organization:
        member = access.membership(self.user, organization_id)
        access.require_role(member.role, self.rights.get(need, Right.VIEW))
        return member.organization


class ExtendedResource(FinanceResource):
    """Records that custom fields can be added to."""

    extended: ClassVar[Extended]
    fields = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.fields = {**cls.fields, **CUSTOM}

    def read_custom_fields(self) -> FieldSet:
        return custom_fields(self.organization, self.extended)


def names(writable: Any) -> list[str]:
    """The services' names as the API tells them: `owner` for `owner_id`, in alphabetical order."""
    return sorted(name.removesuffix("_id") for name in writable)
