"""Which fields a connection keeps equal."""

from __future__ import annotations

from integration.core.default_mappings import DEFAULT_MAPPINGS
from integration.models import Connection, FieldMapping


def add_default_mappings(connection: Connection) -> None:
    """Give a new connection the field pairs that it starts with."""
    FieldMapping.objects.bulk_create(
        FieldMapping(
            connection=connection,
            pairing=pairing.value,
            crm_field=pair.crm_field,
            finance_field=pair.finance_field,
            direction=pair.direction.value,
            create_only=pair.create_only,
            position=position,
        )
        for pairing, mapping in DEFAULT_MAPPINGS.items()
        for position, pair in enumerate(mapping.pairs)
    )
