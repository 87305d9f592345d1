"""PURE. The language in which list views, filters and the sync's scope say which records they mean."""
