"""What every test runs under. The servers are started by tests/servers.py."""

import gc

from hypothesis import HealthCheck, settings

# Looking for dead circles among millions of living objects, every 700 allocations, took a seventh of the whole run.
gc.set_threshold(100_000, 50, 50)

# A busy machine makes examples slow to draw, which says nothing about the code.
settings.register_profile("finsuite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("finsuite")
