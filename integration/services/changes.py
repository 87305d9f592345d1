"""Which records the sync must look at, and what slipped past the capture."""
