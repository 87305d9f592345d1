"""What every test runs under. The servers are started by tests/servers.py."""

from hypothesis import HealthCheck, settings

# A busy machine makes examples slow to draw, which says nothing about the code.
settings.register_profile("finsuite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("finsuite")
