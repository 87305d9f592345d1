"""What one machine needs to run finsuite by itself: a private PostgreSQL, a private Valkey, and `manage.py up`."""
