"""The REST API's kernel: see docs/api.md for its contract, and resources.py for how a room declares an entity."""
