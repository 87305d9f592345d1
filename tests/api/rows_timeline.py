"""Who gets which answer at activities, files, tags and notifications, on the API and on the pages."""

from __future__ import annotations

from tests import factories
from tests.api.permissions import World, page


def furnish(world: World) -> None:
    places = ((world.crm, world.names["account"]), (world.foreign_crm, world.foreign["account"]))
    made = [factories.activity(place, module="accounts", record_id=account) for place, account in places]
    world.add("activity", *made)


PAGES = "/crm/{crm}"

ROWS = [
    page(f"{PAGES}/activities/{{activity}}", view=302, edit=302, admin=302),
]
