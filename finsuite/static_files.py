"""Static files in production: each under a name with its own hash, so that a browser may keep it for ever."""

from __future__ import annotations

from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage

_IMPORTS = HashedFilesMixin._js_module_import_aggregation_patterns[1]  # type: ignore[attr-defined]


class ManifestStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Also follows the imports of our own modules (static/js/); other people's scripts are left as they come."""

    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("js/*.js", _IMPORTS))
