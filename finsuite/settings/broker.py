"""One address for the broker, in the two spellings that redis-py and Celery want."""

from urllib.parse import parse_qs, urlsplit


def broker_url(redis_url: str) -> str:
    """The address as Celery takes it.

    For a unix socket redis-py says unix://, Celery redis+socket://, and each names the database in its own way.
    """
    parts = urlsplit(redis_url)
    if parts.scheme != "unix":
        return redis_url
    database = parse_qs(parts.query).get("db", ["0"])[0]
    return f"redis+socket://{parts.path}?virtual_host={database}"
